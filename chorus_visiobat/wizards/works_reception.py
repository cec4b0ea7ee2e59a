from dateutil.relativedelta import relativedelta
from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date


class WorksReception(models.TransientModel):
    """*Prononcer la réception*: the date of acceptance of the works, what it starts, and the next step."""

    _name = "works.reception"
    _description = "Acceptance of the works"

    contract_id = fields.Many2one("works.contract", required=True, ondelete="cascade")
    date_reception = fields.Date(
        "Works accepted on",
        required=True,
        default=fields.Date.context_today,
        help="Effective date of the acceptance (réception), as the client's decision says.",
    )
    guarantee_months = fields.Integer(
        "Guarantee (months)",
        compute="_compute_guarantee_months",
        store=True,
        readonly=False,
        help="Guarantee of perfect completion: 12 months unless the contract differs.",
    )
    date_guarantee_end = fields.Date(
        "End of the guarantee",
        compute="_compute_date_guarantee_end",
        help="Last day of the guarantee period.",
    )
    has_retention = fields.Boolean(compute="_compute_has_retention")
    retention_date = fields.Date(
        "Retention due on",
        compute="_compute_retention_date",
        store=True,
        readonly=False,
        help="Day by which the client must have paid the retention back: proposed from the end of the guarantee.",
    )
    next_steps = fields.Html(
        "What this starts", compute="_compute_next_steps", sanitize=False, help="Deadlines that count from this date."
    )

    @api.depends("contract_id")
    def _compute_guarantee_months(self):
        for wizard in self:
            wizard.guarantee_months = wizard.contract_id.guarantee_months

    @api.depends("contract_id")
    def _compute_has_retention(self):
        for wizard in self:
            wizard.has_retention = bool(wizard.contract_id.retention_rate)

    @api.depends("date_reception", "guarantee_months")
    def _compute_date_guarantee_end(self):
        for wizard in self:
            accepted = wizard.date_reception
            wizard.date_guarantee_end = accepted and accepted + relativedelta(months=wizard.guarantee_months)

    @api.depends("date_guarantee_end")
    def _compute_retention_date(self):
        for wizard in self:
            wizard.retention_date = wizard.contract_id._retention_release_proposal(wizard.date_guarantee_end)

    @api.depends("date_reception", "retention_date")
    def _compute_next_steps(self):
        rule = self.env["works.deadline.rule"]._by_code().get("final")
        for wizard in self:
            due = rule and wizard.date_reception and rule._due(wizard.date_reception, wizard.contract_id)
            steps = []
            if due:
                steps.append(
                    self.env._("Final statement (A7): to be sent by %(date)s.", date=format_date(self.env, due))
                )
            if wizard.has_retention and wizard.retention_date:
                steps.append(
                    self.env._(
                        "Retention: to be paid back by %(date)s. The invoices follow this date.",
                        date=format_date(self.env, wizard.retention_date),
                    )
                )
            wizard.next_steps = Markup("<ul>%s</ul>") % Markup().join(Markup("<li>%s</li>") % one for one in steps)

    def action_confirm(self):
        """Record the acceptance; its deadlines start."""
        self.ensure_one()
        contract = self.contract_id
        contract.check_access("write")
        today = fields.Date.context_today(self)
        if self.date_reception > today:
            raise UserError(
                self.env._("Works accepted on: this day is still to come. Enter the date of the client's decision.")
            )
        contract.write({"date_reception": self.date_reception, "guarantee_months": self.guarantee_months})
        if self.has_retention:
            contract.retention_release_date = self.retention_date
        return {"type": "ir.actions.act_window_close"}

    def action_confirm_and_open(self):
        """Record the acceptance, then open the final statement."""
        self.action_confirm()
        return self.contract_id._open_final_statement()._get_records_action()
