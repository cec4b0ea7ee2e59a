from odoo import fields, models
from odoo.exceptions import UserError

from ..chorus_api import WorksRefusal
from ..chorus_api.rules import check_text


class ChorusCureRefusal(models.TransientModel):
    """Our refusal of a paper that waits for us, such as a general statement (*décompte général*, A18 or A20): its
    author makes another one (*refuser*, chorus-pro-api.md §2.10)."""

    _name = "chorus.cure.refusal"
    _description = "Refuse a paper received"
    _inherit = "chorus.cure.mixin"

    motive = fields.Char("Reason of our refusal", help="In one line: its author reads it first.")
    comment = fields.Text("Details", help="What you contest and why. 1,000 characters at most.")

    def _title(self, documents):
        return self.env._("Refuse %(names)s", names=", ".join(documents.mapped("name")))

    def action_send(self):
        """Put the refusal in the queue."""
        document = self._papers()
        motive = (self.motive or "").strip()
        problems = check_text("comment", self.comment) + check_text("comment", motive)
        if not motive:
            problems.append(self.env._("Reason of our refusal: type it, its author must know what to change."))
        if problems:
            raise UserError("\n".join(problems))
        request = WorksRefusal(int(document.technical_number or 0), motive, (self.comment or "").strip() or None)
        document._queue_act("refuse_works", request.to_json())
        return self._leaving(1)
