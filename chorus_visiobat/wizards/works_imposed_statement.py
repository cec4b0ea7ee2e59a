import base64

from odoo import fields, models


class WorksImposedStatement(models.TransientModel):
    """Adds the client's signed sheet to a statement: the PDF, and the total that the user reads on it."""

    _name = "works.imposed.statement"
    _description = "Client's signed sheet"

    situation_id = fields.Many2one("works.situation", required=True, ondelete="cascade")
    currency_id = fields.Many2one(related="situation_id.currency_id")
    file = fields.Binary(
        "Signed PDF", required=True, attachment=False, help="PDF, 10 MB at most, without password. It leaves unchanged."
    )
    filename = fields.Char()
    amount_total = fields.Monetary(
        "Total incl. tax on the sheet",
        required=True,
        help="Type the total of the month incl. tax that you read on the sheet (the balance, on a general statement): "
        "it must be that of the statement, to the cent.",
    )

    def action_add(self):
        """Check the sheet and put it in the place of our page.

        :raises UserError: all that is wrong with it, at once.
        """
        self.ensure_one()
        situation = self.situation_id
        situation._check_can_bill()
        name = self.filename or f"{situation._paper_name()}"
        situation._impose(name, base64.b64decode(self.file), self.amount_total)
        return {"type": "ir.actions.act_window_close"}
