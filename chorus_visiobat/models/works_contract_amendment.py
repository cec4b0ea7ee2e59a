from odoo import fields, models


class WorksContractAmendment(models.Model):
    """Amendment or service order (*avenant*, *ordre de service*) that changes the contract."""

    _name = "works.contract.amendment"
    _description = "Works contract amendment"
    _order = "contract_id, number, id"

    contract_id = fields.Many2one("works.contract", required=True, ondelete="cascade", index=True)
    company_id = fields.Many2one(related="contract_id.company_id", store=True)
    currency_id = fields.Many2one(related="contract_id.currency_id")
    kind = fields.Selection(
        [("amendment", "Amendment"), ("order", "Service order")], required=True, default="amendment"
    )
    number = fields.Char(required=True)
    name = fields.Char("Subject")
    date_notification = fields.Date("Notified on")
    line_ids = fields.One2many("works.contract.line", "amendment_id")
    amount = fields.Monetary("Amount excl. tax")
