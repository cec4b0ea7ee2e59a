from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError

from ..chorus_api.rules import check_text


class WorksContract(models.Model):
    """Public works contract (*marché de travaux*), entered once when signed.

    Amounts are in EUR excluding tax (HT) unless their name says otherwise.
    """

    _name = "works.contract"
    _description = "Works contract"
    _inherit = ["chorus.environment.mixin", "mail.thread", "mail.activity.mixin"]
    _order = "reference desc, id desc"
    _check_company_auto = True
    _rec_names_search = ["name", "reference", "chorus_contract_number"]

    name = fields.Char("Title", required=True, tracking=True, help="Subject of the contract, as on its deed.")
    reference = fields.Char(
        "Our reference", copy=False, tracking=True, help="Your own short reference, for example 2026T014."
    )
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company",
        required=True,
        default=lambda self: self.env.company,
        index=True,
        help="Company that signed the contract and issues its invoices.",
    )
    currency_id = fields.Many2one("res.currency", required=True, default=lambda self: self.env.ref("base.EUR"))
    project_id = fields.Many2one(
        "project.project", "Site", check_company=True, index="btree_not_null", help="Project of this building site."
    )
    state = fields.Selection(
        [("draft", "Being prepared"), ("running", "Running"), ("closed", "Closed")],
        required=True,
        default="draft",
        tracking=True,
        copy=False,
        help="Being prepared: identifiers are filled in. Running: statements may be made. Closed: no more statements.",
    )
    role = fields.Selection(
        [
            ("holder", "Contractor"),
            ("lead", "Lead of a joint venture"),
            ("co_contractor", "Joint contractor"),
            ("subcontractor", "Subcontractor"),
        ],
        "Our role",
        required=True,
        default="holder",
        tracking=True,
        help="Contractor, lead, joint contractor or subcontractor: decides the billing framework.",
    )
    main_contractor_id = fields.Many2one(
        "res.partner",
        "Main contractor",
        check_company=True,
        domain=[("is_company", "=", True)],
        help="Contractor or lead who validates our statements when we are subcontractor or joint contractor.",
    )
    lot = fields.Char(help="Lot of the contract, when one contract number covers several lots.")
    with_moe = fields.Boolean(
        "With a project manager",
        default=True,
        help="Untick when no project manager checks the statements on Chorus Pro.",
    )
    moa_partner_id = fields.Many2one(
        "res.partner",
        "Client",
        tracking=True,
        check_company=True,
        domain=[("is_company", "=", True)],
        help="Public body that ordered the works. A wrong SIRET means a lost invoice.",
    )
    moa_service_id = fields.Many2one(
        "chorus.service", "Client's service", help="Service of the client, read from Chorus Pro (for example DIRBAT)."
    )
    moe_partner_id = fields.Many2one(
        "res.partner",
        "Project manager",
        tracking=True,
        check_company=True,
        domain=[("is_company", "=", True)],
        help="Architect or engineering office that checks the statement. Must be known to Chorus Pro.",
    )
    moe_service_id = fields.Many2one(
        "chorus.service", "Project manager's service", help="Service of the project manager, if it has any."
    )
    payer_partner_id = fields.Many2one(
        "res.partner",
        "Paymaster",
        compute="_compute_payer_partner_id",
        store=True,
        readonly=False,
        tracking=True,
        check_company=True,
        domain=[("is_company", "=", True)],
        help="Public body that pays and to which the invoice is addressed. The client, unless somebody else pays.",
    )
    payer_service_id = fields.Many2one(
        "chorus.service",
        "Paymaster's service",
        help="Service that receives the invoice. Choose it from the list read from Chorus Pro.",
    )
    chorus_contract_number = fields.Char(
        "Contract identifier",
        tracking=True,
        copy=False,
        help="Number of the contract, exactly as on its deed or identity sheet. 50 characters at most.",
    )
    chorus_commitment_number = fields.Char(
        "Commitment number",
        tracking=True,
        help="Number of the legal commitment given by the client. Required when its Chorus Pro sheet says so.",
    )
    date_consultation = fields.Date(
        "Consultation date", help="Rules of advance and retention change with it (1 January 2025)."
    )
    date_notification = fields.Date("Notification date", help="Date on which the client notified the contract.")
    date_start = fields.Date("Works start", help="Planned start of the works.")
    date_end = fields.Date("Works end", help="Planned end of the works.")
    payment_delay_days = fields.Integer(
        "Payment delay (days)",
        help="30 days (State, local bodies), 50 (hospitals), 60 (public companies), from reception.",
    )
    journal_id = fields.Many2one(
        "account.journal",
        "Sales journal",
        check_company=True,
        domain=[("type", "=", "sale")],
        help="Journal in which the statements are invoiced. Empty: the first sales journal of the company.",
    )
    line_ids = fields.One2many(
        "works.contract.line",
        "contract_id",
        "Posts",
        copy=True,
        help="Price schedule of the contract: one line for each post.",
    )
    amendment_ids = fields.One2many(
        "works.contract.amendment",
        "contract_id",
        "Amendments",
        help="Amendments and service orders that change the contract.",
    )
    situation_ids = fields.One2many(
        "works.situation", "contract_id", "Statements", help="Statements billed on this contract."
    )
    move_ids = fields.One2many("account.move", "works_contract_id", "Invoices")
    chorus_document_ids = fields.One2many("chorus.document", "contract_id", "Chorus Pro documents")

    _contract_number_uniq = models.UniqueIndex(
        "(company_id, chorus_contract_number, COALESCE(lot, ''), role) WHERE active AND chorus_contract_number <> ''",
        "Another contract of this company has this contract identifier already. "
        "Correct the identifier, or enter the lot that tells them apart.",
    )
    _payment_delay_positive = models.Constraint(
        "CHECK(payment_delay_days >= 0)", "The payment delay cannot be negative: enter a number of days."
    )

    @api.depends("reference", "name")
    def _compute_display_name(self):
        for contract in self:
            contract.display_name = " – ".join(filter(None, (contract.reference, contract.name)))

    @api.depends("moa_partner_id")
    def _compute_payer_partner_id(self):
        for contract in self:
            if not contract.payer_partner_id or contract.payer_partner_id == contract._origin.moa_partner_id:
                contract.payer_partner_id = contract.moa_partner_id

    @api.onchange("moa_partner_id")
    def _onchange_moa_partner_id(self):
        self.moa_service_id = False

    @api.onchange("moe_partner_id")
    def _onchange_moe_partner_id(self):
        self.moe_service_id = False

    @api.onchange("payer_partner_id")
    def _onchange_payer_partner_id(self):
        if self.payer_service_id.siret != self.payer_partner_id._chorus_siret():
            self.payer_service_id = False

    @api.constrains("currency_id")
    def _check_currency(self):
        for contract in self:
            if contract.currency_id.name != "EUR":
                raise ValidationError(
                    self.env._(
                        "Currency: Chorus Pro accepts euros only. Choose EUR instead of %(currency)s.",
                        currency=contract.currency_id.name,
                    )
                )

    @api.constrains("chorus_contract_number", "chorus_commitment_number")
    def _check_reference_length(self):
        problems = []
        for contract in self:
            problems += check_text("contract_number", contract.chorus_contract_number)
            problems += check_text("commitment_number", contract.chorus_commitment_number)
        if problems:
            raise ValidationError("\n".join(problems))

    @api.constrains("moa_partner_id", "moe_partner_id", "payer_partner_id", "main_contractor_id", "with_moe")
    def _check_actor_siret(self):
        problems = []
        for contract in self:
            for label, partner in contract._actors():
                if partner.company_registry:
                    problems += [
                        self.env._("%(field)s: %(problem)s", field=label, problem=message)
                        for message in partner._chorus_siret_problems(contract.chorus_environment)
                    ]
        if problems:
            raise ValidationError("\n".join(dict.fromkeys(problems)))

    def _actors(self):
        """Bodies that Chorus Pro will be given, each with its French label.

        :return: list of ``(label: str, partner: res.partner)``; a partner may be empty when it is still missing.
        """
        self.ensure_one()
        names = ["moa_partner_id", "payer_partner_id"]
        if self.with_moe and self.role in ("holder", "lead"):
            names.append("moe_partner_id")
        if self.role in ("co_contractor", "subcontractor"):
            names.append("main_contractor_id")
        return [(self._fields[name]._description_string(self.env), self[name]) for name in names]

    def copy_data(self, default=None):
        values_list = super().copy_data(default)
        for contract, values in zip(self, values_list, strict=True):
            if "name" not in (default or {}):
                values["name"] = self.env._("%(name)s (copy)", name=contract.name)
            if "line_ids" in values and "line_ids" not in (default or {}):
                # Amendments were signed for that contract alone: the new one starts with the initial posts.
                # Its formulas and subcontractors are not copied either: their posts would name those of that contract.
                values["line_ids"] = [
                    (command, key, {**post, "formula_id": False, "party_id": False})
                    for command, key, post in values["line_ids"]
                    if not post.get("amendment_id")
                ]
        return values_list

    def write(self, vals):
        """The paymaster follows the client as long as they were the same.

        :raises UserError: the company changes under statements, or under posts that bear its taxes.
        """
        moved = self.filtered(lambda contract: contract.company_id.id != vals.get("company_id", contract.company_id.id))
        if begun := moved.filtered(lambda contract: contract.sudo().situation_ids):
            raise UserError(
                self.env._(
                    "Company: %(contracts)s has statements, billed by the company that they were made in. Enter the "
                    "contract anew in the other company, with its opening balances.",
                    contracts=", ".join(begun.mapped("display_name")),
                )
            )
        following = self.browse()
        if "moa_partner_id" in vals and "payer_partner_id" not in vals:
            following = self.filtered(lambda contract: contract.payer_partner_id == contract.moa_partner_id)
        result = super().write(vals)
        moved.line_ids._check_company()
        for contract in following:
            contract.payer_partner_id = contract.moa_partner_id
            contract._onchange_payer_partner_id()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_with_statements(self):
        if with_statements := self.filtered("situation_ids"):
            raise UserError(
                self.env._(
                    "These contracts have statements and cannot be deleted: %(contracts)s. Archive them instead.",
                    contracts=", ".join(with_statements.mapped("display_name")),
                )
            )

    def _last_situation(self, states=("draft", "invoiced", "filed")):
        """Statement with the highest number among those in some states, cancelled ones left out by default."""
        self.ensure_one()
        return (
            self.env["works.situation"]
            .with_context(active_test=False)
            .search([("contract_id", "in", self.ids), ("state", "in", states)], order="number desc", limit=1)
        )

    def _check_can_open_situation(self):
        """:raises UserError: closed contract, no post, a draft already open, or a month that nothing bills."""
        self.ensure_one()
        if self.state == "closed":
            raise UserError(
                self.env._("Contract %(contract)s is closed. Reopen it to bill it again.", contract=self.display_name)
            )
        if not self.line_ids:
            raise UserError(
                self.env._(
                    "Contract %(contract)s has no post: enter at least one before its first statement.",
                    contract=self.display_name,
                )
            )
        if draft := self._last_situation(("draft",)):
            raise UserError(
                self.env._(
                    "Statement %(statement)s is still a draft: invoice it or delete it before opening the next one.",
                    statement=draft.name,
                )
            )

        self._check_all_billed()

    def _check_all_billed(self):
        if unbilled := self._unbilled_situations():
            raise UserError("\n".join(situation._unbilled_message() for situation in unbilled))

    def _unbilled_situations(self):
        """Statements invoiced whose invoice was cancelled or credited since, oldest first."""
        return self.situation_ids.filtered("is_unbilled").sorted("number")

    def _refresh_draft_situation(self):
        """Bring the open draft in line with the posts of the contract."""
        for contract in self:
            if draft := contract._last_situation(("draft",)):
                draft._fill_lines()
                draft._recompute()

    def action_start(self):
        """Set the contract running: its months may be billed."""
        self.write({"state": "running"})

    def action_close(self):
        """Close the contract: no further statement may be opened.

        :raises UserError: a draft is open, or a month is billed nowhere.
        """
        self._check_all_billed()
        drafts = self.situation_ids.filtered(lambda situation: situation.state == "draft")
        if drafts:
            raise UserError(
                self.env._(
                    "Statement %(statement)s is still a draft: invoice it or delete it, then close the contract.",
                    statement=drafts[0].display_name,
                )
            )
        self.write({"state": "closed"})

    def action_reopen(self):
        self.write({"state": "running"})

    def action_new_situation(self):
        """Open the statement of the next month, copied from the last one.

        Site managers may do it too, hence the creation beyond their access rights.

        :return: action showing the new statement, or the open draft when there is one.
        """
        self.ensure_one()
        self.check_access("read")
        if not self.env.user.has_group("chorus_visiobat.group_site"):
            raise AccessError(self.env._("Your access rights do not let you open a statement. Ask for the group Site."))
        situation = self.situation_ids.filtered(lambda s: s.state == "draft")[:1]
        if not situation:
            situation = self.env["works.situation"].sudo().create({"contract_id": self.id})
        return {
            "type": "ir.actions.act_window",
            "res_model": "works.situation",
            "res_id": situation.id,
            "views": [(False, "form")],
        }

    def action_view_situations(self):
        return self._action_view("works.situation", self.situation_ids, self.env._("Statements"))

    def action_view_moves(self):
        return self._action_view("account.move", self.move_ids, self.env._("Invoices"))

    def action_view_documents(self):
        return self._action_view("chorus.document", self.chorus_document_ids, self.env._("Chorus Pro documents"))

    def _action_view(self, model, records, name):
        action = {
            "type": "ir.actions.act_window",
            "name": name,
            "res_model": model,
            "view_mode": "list,form",
            "domain": [("id", "in", records.ids)],
            "context": {"create": False},
        }
        if len(records) == 1:
            action.update(view_mode="form", res_id=records.id)
        return action

    def _creation_message(self):
        return self.with_context(lang=self.env["chorus.account"]._users_lang()).env._("Contract created")
