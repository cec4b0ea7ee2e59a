from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_amount


class WorksReceivableClearing(models.TransientModel):
    """Clear what the client holds of the invoices of a contract, by entries: retention or direct payments."""

    _name = "works.receivable.clearing"
    _description = "Clearing of what the client holds"
    _check_company_auto = True

    contract_id = fields.Many2one(
        "works.contract", required=True, readonly=True, ondelete="cascade", help="Contract whose invoices are cleared."
    )
    company_id = fields.Many2one(related="contract_id.company_id")
    currency_id = fields.Many2one(related="contract_id.currency_id")
    part = fields.Selection([("retention", "Retention"), ("direct", "Paid to subcontractors")], required=True)
    amount_held = fields.Monetary("Held today", compute="_compute_amount_held", help="What the client still holds.")
    amount = fields.Monetary(
        compute="_compute_amount",
        store=True,
        readonly=False,
        required=True,
        help="Amount incl. tax cleared now; the oldest invoices first.",
    )
    date = fields.Date(
        required=True,
        default=fields.Date.context_today,
        help="Date of the entry: the day of the release, or the day on which the client paid the subcontractor.",
    )
    date_due = fields.Date(
        "To be paid on",
        default=fields.Date.context_today,
        help="Day on which the client owes you the retention: 30 days at most after the end of the guarantee period.",
    )
    bill_id = fields.Many2one(
        "account.move",
        "Bill paid",
        check_company=True,
        domain="[('works_party_contract_id', '=', contract_id), ('move_type', '=', 'in_invoice'), "
        "('state', '=', 'posted'), ('amount_residual', '>', 0)]",
        help="Bill of the subcontractor that the client paid: the entry is matched with it. Leave empty if you have "
        "not received it.",
    )
    partner_id = fields.Many2one(
        "res.partner",
        "Subcontractor",
        compute="_compute_partner_id",
        store=True,
        readonly=False,
        check_company=True,
        help="Subcontractor whom the client paid: the entry settles as much of his bill.",
    )

    @api.depends("contract_id", "part")
    def _compute_amount_held(self):
        for wizard in self:
            contract = wizard.contract_id
            wizard.amount_held = (
                contract.amount_retention_held if wizard.part == "retention" else contract.amount_direct_held
            )

    @api.depends("amount_held", "bill_id")
    def _compute_amount(self):
        for wizard in self:
            bill = wizard.bill_id
            wizard.amount = min(wizard.amount_held, bill.amount_residual) if bill else wizard.amount_held

    @api.depends("bill_id")
    def _compute_partner_id(self):
        for wizard in self:
            wizard.partner_id = wizard.bill_id.commercial_partner_id or wizard.partner_id

    def action_clear(self):
        """Post the entries and show them.

        :raises UserError: that much is not held, or the bill is not that of the subcontractor, or not as much.
        """
        self.ensure_one()
        self.contract_id.check_access("write")
        values = {"date": self.date}
        if self.part == "direct":
            partner = self.partner_id.commercial_partner_id
            values["partner"] = partner
            values["account"] = self._payable_line().account_id or (
                partner.with_company(self.company_id).property_account_payable_id
            )
            values["works_party_id"] = self._party().id
        else:
            values["due"] = self.date_due
        self._check_bill()
        entries = self.contract_id._clear_part(self.part, self.amount, **values)
        if self.bill_id:
            paid = entries.line_ids.filtered(lambda line: line.account_id == values["account"])
            (self._payable_line() | paid).reconcile()
        return {
            "type": "ir.actions.act_window",
            "res_model": "account.move",
            "domain": [("id", "in", entries.ids)],
            "views": [(False, "list"), (False, "form")],
            "name": self.env._("Entries"),
        }

    def _payable_line(self):
        """What is left to pay of the bill: its lines on the supplier's account."""
        return self.bill_id.line_ids.filtered(
            lambda line: line.account_id.account_type == "liability_payable" and not line.reconciled
        )

    def _party(self):
        """The subcontractor of the contract who was paid; empty where the contract does not know him."""
        partner = self.partner_id.commercial_partner_id
        return self.bill_id.works_party_id or self.contract_id.party_ids.filtered(
            lambda party: party.role == "subcontractor" and party.partner_id.commercial_partner_id == partner
        )

    def _check_bill(self):
        bill = self.bill_id
        if self.part != "direct" or not bill:
            return
        if bill.commercial_partner_id != self.partner_id.commercial_partner_id:
            raise UserError(
                self.env._(
                    "Bill paid: %(bill)s is not of %(partner)s. Choose one of his bills, or none.",
                    bill=bill.display_name,
                    partner=self.partner_id.display_name,
                )
            )
        if self.currency_id.compare_amounts(self.amount, bill.amount_residual) > 0:
            raise UserError(
                self.env._(
                    "Amount: %(bill)s has only %(left)s left to be paid. Record the rest with another bill.",
                    bill=bill.display_name,
                    left=format_amount(self.env, bill.amount_residual, self.currency_id),
                )
            )
