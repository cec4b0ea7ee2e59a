from odoo import Command, api, fields, models
from odoo.exceptions import AccessError, UserError

DIRECT_ACCOUNT = "works_4118"
# Accounts of works contracts: where each is chosen in the settings, if it is.
ACCOUNTS = {
    DIRECT_ACCOUNT: "works_direct_payment_account_id",
    "pcg_4117": "works_retention_account_id",
    "pcg_416": "works_disputed_account_id",
    "pcg_4181": None,
    "pcg_4191": None,
    "pcg_4198": None,
    "pcg_44587": None,
    "pcg_487": None,
    "pcg_604": "works_subcontracting_account_id",
    "pcg_6581": "works_penalty_account_id",
}
# The French chart has no subaccount for what clients pay directly to subcontractors.
OWN_ACCOUNTS = {
    DIRECT_ACCOUNT: {
        "code": "411800",
        "name": "Customers - Direct payments to subcontractors",
        "name@fr": "Clients - Paiements directs aux sous-traitants",
        "account_type": "asset_receivable",
        "reconcile": True,
    }
}


class WorksChartSetup(models.TransientModel):
    """What the chart of accounts of a company lacks for works contracts: shown first, created when confirmed."""

    _name = "works.chart.setup"
    _description = "Completion of the chart of accounts"

    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, ondelete="cascade", help="Company whose books are completed."
    )
    is_french = fields.Boolean(compute="_compute_is_french")
    line_ids = fields.One2many(
        "works.chart.setup.line", "setup_id", help="What works contracts need, and what becomes of it."
    )
    to_do_count = fields.Integer(compute="_compute_to_do_count")

    @api.depends("company_id")
    def _compute_is_french(self):
        for setup in self:
            setup.is_french = self.env["account.chart.template"]._works_is_french(setup.company_id)

    @api.depends("line_ids.wanted")
    def _compute_to_do_count(self):
        for setup in self:
            setup.to_do_count = len(setup.line_ids.filtered("wanted"))

    @api.model
    def _open(self, company):
        """:return: action showing what the books of a company lack."""
        setup = self.create({"company_id": company.root_id.id})
        if setup.is_french:
            setup.line_ids = [Command.create(values) for values in setup._needs()]
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Complete the chart of accounts"),
            "res_model": self._name,
            "res_id": setup.id,
            "view_mode": "form",
            "target": "new",
        }

    def _chart(self):
        return self.env["account.chart.template"].sudo().with_company(self.company_id)

    def _account_values(self):
        """Values of the accounts, as the French chart has them: dict external identifier → values."""
        chart = self._chart()._get_account_account("fr")
        return {xmlid: OWN_ACCOUNTS.get(xmlid) or dict(chart[xmlid]) for xmlid in ACCOUNTS}

    def _needs(self):
        """One dict of line values for each account, fiscal position and tax."""
        missing, blocked = self.env["account.chart.template"].sudo()._works_missing(self.company_id)
        data = self._chart()._works_book_data()
        return [
            *(self._account_need(xmlid, values) for xmlid, values in self._account_values().items()),
            *(
                self._record_need(model, xmlid, values, missing, blocked)
                for model, records in data.items()
                for xmlid, values in records.items()
            ),
        ]

    def _account_need(self, xmlid, values):
        setting = ACCOUNTS[xmlid]
        chosen = setting and self.company_id.sudo()[setting]
        account = self._existing_account(xmlid, values)
        need = {"model": "account.account", "xmlid": xmlid, "code": values["code"], "name": self._french(values)}
        if chosen:
            return {**need, "state": "there", "note": self.env._("Chosen: %(account)s", account=chosen.display_name)}
        if account is None:
            return {**need, "state": "missing", "wanted": True}
        known = self._chart().ref(xmlid, raise_if_not_found=False)
        if account.account_type != values["account_type"] or not account.active:
            note = self.env._(
                "%(account)s is archived or of another type: choose an account in the settings yourself.",
                account=account.display_name,
            )
            return {**need, "state": "taken", "note": note}
        if known or account == chosen:
            return {**need, "state": "there", "note": account.name != need["name"] and account.display_name}
        return {**need, "state": "adoptable", "wanted": True, "note": account.display_name}

    def _existing_account(self, xmlid, values):
        """The account of the chart, else one that has its code; None where there is neither."""
        known = self._chart().ref(xmlid, raise_if_not_found=False)
        if known:
            return known
        Account = self.env["account.account"].sudo().with_company(self.company_id).with_context(active_test=False)
        return (
            Account.search([*Account._check_company_domain(self.company_id), ("code", "=", values["code"])], limit=1)
            or None
        )

    def _record_need(self, model, xmlid, values, missing, blocked):
        need = {"model": model, "xmlid": xmlid, "name": self._french(values)}
        if xmlid in blocked:
            chart = self._chart()._get_account_account("fr")
            accounts = ", ".join(chart.get(one, {}).get("code", one) for one in blocked[xmlid])
            note = self.env._("Your chart was changed: it lacks %(accounts)s.", accounts=accounts)
            return {**need, "state": "taken", "note": note}
        if xmlid in missing[model]:
            return {**need, "state": "missing", "wanted": True}
        record = self._chart().ref(xmlid)
        return {**need, "state": "there", "note": False if record.active else self.env._("Archived")}

    def _french(self, values):
        french = (self.env.lang or "").startswith("fr")
        return values.get("name@fr") if french and values.get("name@fr") else values["name"]

    def action_create(self):
        """Create what is ticked.

        :raises UserError: nothing is ticked.
        :raises AccessError: the company is none of the user's.
        """
        self.ensure_one()
        if self.company_id not in self.env.user.company_ids.root_id:
            raise AccessError(
                self.env._("%(company)s is none of your companies.", company=self.company_id.sudo().display_name)
            )
        wanted = self.line_ids.filtered("wanted")
        if not wanted:
            raise UserError(self.env._("Nothing is ticked: tick what is to be created, or close this window."))
        self._adopt(wanted.filtered(lambda line: line.state == "adoptable"))
        self._create_missing(wanted.filtered(lambda line: line.state == "missing"))
        for line in wanted:
            setting = ACCOUNTS.get(line.xmlid)
            if setting == "works_direct_payment_account_id" or line.state == "adoptable" and setting:
                self.company_id.sudo()[setting] = self._chart().ref(line.xmlid)
        return {"type": "ir.actions.client", "tag": "reload"}

    def _adopt(self, lines):
        """Tell the chart which of the existing accounts is the one that it knows by this number."""
        values = self._account_values()
        for line in lines:
            self.env["ir.model.data"].sudo()._update_xmlids(
                [
                    {
                        "xml_id": self._chart().company_xmlid(line.xmlid),
                        "record": self._existing_account(line.xmlid, values[line.xmlid]),
                        "noupdate": True,
                    }
                ]
            )

    def _create_missing(self, lines):
        """Accounts first: a tax may have been waiting for one of them."""
        Chart = self.env["account.chart.template"].sudo()
        names = set(lines.mapped("xmlid"))
        accounts = {xmlid: values for xmlid, values in self._account_values().items() if xmlid in names}
        if accounts:
            Chart._works_load(self.company_id, {"account.account": accounts})
        missing, _blocked = Chart._works_missing(self.company_id)
        data = {
            model: {xmlid: values for xmlid, values in records.items() if xmlid in names}
            for model, records in missing.items()
        }
        if any(data.values()):
            Chart._works_load(self.company_id, data)


class WorksChartSetupLine(models.TransientModel):
    """One account, fiscal position or tax."""

    _name = "works.chart.setup.line"
    _description = "Account or tax to be created"

    setup_id = fields.Many2one("works.chart.setup", required=True, ondelete="cascade")
    model = fields.Selection(
        [
            ("account.account", "Account"),
            ("account.fiscal.position", "Fiscal position"),
            ("account.tax", "Tax"),
        ],
        "Kind",
        readonly=True,
        help="What it is in the books.",
    )
    xmlid = fields.Char(readonly=True)
    code = fields.Char(readonly=True, help="Number of the account in the French chart.")
    name = fields.Char(readonly=True, help="Name that it has or will have.")
    state = fields.Selection(
        [
            ("there", "There already"),
            ("missing", "To be created"),
            ("adoptable", "Account with this number: to be used"),
            ("taken", "Yours to decide"),
        ],
        "Situation",
        readonly=True,
        help="To be created: nothing of your chart is changed. Yours to decide: your chart was customised, and nothing "
        "is guessed.",
    )
    note = fields.Char("Remark", readonly=True, help="Which account of yours is concerned, or what is in the way.")
    wanted = fields.Boolean("Create", help="Untick what you do not want.")
