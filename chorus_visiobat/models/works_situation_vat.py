from odoo import fields, models


class WorksSituationVat(models.Model):
    """VAT of a statement at one rate: computed on the month, cumulated as invoiced (works-billing.md §2.11)."""

    _name = "works.situation.vat"
    _description = "VAT of a works statement"
    _order = "situation_id, rate desc"

    situation_id = fields.Many2one("works.situation", required=True, ondelete="cascade", index=True)
    company_id = fields.Many2one(related="situation_id.company_id", store=True)
    currency_id = fields.Many2one(related="situation_id.currency_id")
    rate = fields.Float("VAT %", digits=(16, 4), help="VAT rate in percent.")
    previous_base = fields.Monetary(
        "Previous base", help="Base of the previous statements at this rate, excluding VAT."
    )
    previous_tax = fields.Monetary("Previous VAT", help="VAT invoiced by the previous statements.")
    base = fields.Monetary("Base of the month", help="Works of the month at this rate, excluding tax.")
    tax = fields.Monetary("VAT of the month", help="VAT of the works of the month at this rate.")
    cumulative_base = fields.Monetary("Cumulative base", help="Works done since the start at this rate, excluding VAT.")
    cumulative_tax = fields.Monetary("Cumulative VAT invoiced", help="Sum of the VAT invoiced, not recomputed.")
    drift = fields.Monetary(
        "Rounding drift", help="Cumulative VAT invoiced less the VAT of the cumulative base: some cents at most."
    )

    _rate_uniq = models.Constraint("UNIQUE(situation_id, rate)", "A VAT rate stands once in a statement.")
