from odoo import api, fields, models


class AccountMoveLine(models.Model):
    """Retentions to recover (*retenues à récupérer*): what is left on 411700, invoice by invoice, by due month."""

    _inherit = "account.move.line"

    works_contract_id = fields.Many2one(
        related="move_id.works_contract_id", help="Works contract whose client holds this retention."
    )
    works_days_left = fields.Integer(
        "Days left",
        compute="_compute_works_days_left",
        help="Days until the client owes the retention; negative once he is late.",
    )

    @api.depends("date_maturity")
    def _compute_works_days_left(self):
        today = fields.Date.context_today(self)
        for line in self:
            line.works_days_left = (line.date_maturity - today).days if line.date_maturity else 0

    def action_works_release(self):
        """Ask when the retention of this invoice is released; the amount may be changed."""
        self.ensure_one()
        action = self.works_contract_id.action_release_retention()
        action["context"]["default_amount"] = self.amount_residual
        return action
