from odoo import fields, models


class WorksHandBack(models.TransientModel):
    """Give a statement back to the site, with the reason that it will read."""

    _name = "works.hand.back"
    _description = "Statement given back to the site"

    situation_id = fields.Many2one(
        "works.situation", required=True, readonly=True, ondelete="cascade", help="Statement to be entered again."
    )
    reason = fields.Text(required=True, help="What the site must correct: it reads this on its statement.")

    def action_hand_back(self):
        """Let the site enter the progress again."""
        self.ensure_one()
        self.situation_id._check_can_bill()
        self.situation_id._hand_back(self.reason)
        return {"type": "ir.actions.act_window_close"}
