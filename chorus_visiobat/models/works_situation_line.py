from odoo import fields, models


class WorksSituationLine(models.Model):
    """Progress of one post at the end of the month (*avancement cumulé du poste*)."""

    _name = "works.situation.line"
    _description = "Works statement line"
    _order = "situation_id, sequence, id"

    situation_id = fields.Many2one("works.situation", required=True, ondelete="cascade", index=True)
    company_id = fields.Many2one(related="situation_id.company_id", store=True)
    currency_id = fields.Many2one(related="situation_id.currency_id")
    contract_line_id = fields.Many2one("works.contract.line", required=True, ondelete="restrict", index=True)
    sequence = fields.Integer(related="contract_line_id.sequence", store=True)
    mode = fields.Selection(related="contract_line_id.mode")
    input_percent = fields.Float("Cumulative %", digits=(16, 4))
    input_quantity = fields.Float("Cumulative quantity", digits="Product Unit")
    input_amount = fields.Monetary("Cumulative amount")
    previous = fields.Monetary("Previous", readonly=True, help="Snapshot frozen when the statement is created.")
    cumulative = fields.Monetary("Cumulative", readonly=True)
    amount = fields.Monetary("This month", readonly=True)
    admitted_cumulative = fields.Monetary("Admitted cumulative")
    note = fields.Char("Reason")

    _post_uniq = models.Constraint(
        "UNIQUE(situation_id, contract_line_id)", "A post stands once in a statement."
    )
