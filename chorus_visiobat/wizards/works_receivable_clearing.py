from odoo import api, fields, models


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
    partner_id = fields.Many2one(
        "res.partner",
        "Subcontractor",
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

    @api.depends("amount_held")
    def _compute_amount(self):
        for wizard in self:
            wizard.amount = wizard.amount_held

    def action_clear(self):
        """Post the entries and show them.

        :raises UserError: that much is not held.
        """
        self.ensure_one()
        self.contract_id.check_access("write")
        values = {"date": self.date}
        if self.part == "direct":
            partner = self.partner_id.commercial_partner_id
            values["partner"] = partner
            values["account"] = partner.with_company(self.company_id).property_account_payable_id
        else:
            values["due"] = self.date_due
        entries = self.contract_id._clear_part(self.part, self.amount, **values)
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Entries"),
            "res_model": "account.move",
            "domain": [("id", "in", entries.ids)],
            "views": [(False, "list"), (False, "form")],
        }
