from odoo import fields, models


class WorksContractLine(models.Model):
    """Post of a works contract (*poste* of the DPGF or BPU)."""

    _name = "works.contract.line"
    _description = "Works contract post"
    _order = "contract_id, sequence, id"
    _check_company_auto = True

    contract_id = fields.Many2one("works.contract", required=True, ondelete="cascade", index=True)
    company_id = fields.Many2one(related="contract_id.company_id", store=True)
    currency_id = fields.Many2one(related="contract_id.currency_id")
    sequence = fields.Integer(default=10)
    code = fields.Char()
    name = fields.Char("Post", required=True)
    lot = fields.Char()
    nature = fields.Selection(
        [("works", "Works"), ("supply", "Supplies"), ("service", "Services")], required=True, default="works"
    )
    mode = fields.Selection(
        [("percent", "Percent"), ("quantity", "Quantity"), ("amount", "Amount")],
        "Progress by",
        required=True,
        default="percent",
    )
    quantity = fields.Float(digits="Product Unit")
    uom_id = fields.Many2one("uom.uom", "Unit")
    price_unit = fields.Float("Unit price excl. tax", digits="Product Price")
    amount = fields.Monetary("Amount excl. tax")
    tax_id = fields.Many2one("account.tax", "VAT", required=True, check_company=True, ondelete="restrict")
    amendment_id = fields.Many2one("works.contract.amendment", "Amendment", ondelete="restrict")
