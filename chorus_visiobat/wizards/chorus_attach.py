from odoo import fields, models
from odoo.exceptions import UserError


class ChorusAttach(models.TransientModel):
    """*Rattacher*: a person found a lost paper on the portal and says under which technical number.

    Nothing is believed at once: the outbox reads that paper at Chorus Pro, compares it and adopts it.
    """

    _name = "chorus.attach"
    _description = "Attach a paper found on Chorus Pro"

    document_id = fields.Many2one(
        "chorus.document",
        required=True,
        readonly=True,
        default=lambda self: self.env.context.get("active_id"),
        help="Paper whose answer was lost.",
    )
    evidence = fields.Text(
        "What was found", compute="_compute_evidence", help="What Chorus Pro showed when the paper was searched for."
    )
    technical_number = fields.Char(
        "Chorus Pro technical number", required=True, help="Shown on the portal, on the page of the paper: digits only."
    )

    def _compute_evidence(self):
        self.document_id.check_access("read")
        for wizard in self:
            # sudo: the evidence stands on the transmission, which is shown in part only
            wizard.evidence = wizard.document_id.sudo()._current_deposit().technical_details

    def action_attach(self):
        """Have the outbox check this number and adopt the paper."""
        self.ensure_one()
        number = (self.technical_number or "").strip()
        if not (number.isascii() and number.isdigit()):
            raise UserError(
                self.env._(
                    "Chorus Pro technical number: “%(number)s” is not one. Copy the digits shown on the portal.",
                    number=number,
                )
            )
        self.document_id._settle_by_person(number)
        return {"type": "ir.actions.act_window_close"}
