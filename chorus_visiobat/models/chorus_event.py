from odoo import fields, models


class ChorusEvent(models.Model):
    """One step in the life of a paper, as Chorus Pro tells it (*historique des statuts*)."""

    _name = "chorus.event"
    _description = "Chorus Pro status event"
    _order = "date desc, id desc"

    document_id = fields.Many2one(
        "chorus.document", required=True, ondelete="cascade", index=True, help="Paper whose status changed."
    )
    company_id = fields.Many2one(related="document_id.company_id", store=True)
    code = fields.Char(required=True, help="Code of the status at Chorus Pro.")
    status_id = fields.Many2one("chorus.status", ondelete="restrict", help="Status reached, in plain words.")
    date = fields.Datetime(required=True, help="When the status changed at Chorus Pro.")
    author = fields.Char(help="Person who changed the status, as Chorus Pro tells it.")
    comment = fields.Text(help="Comment left by the author of the change.")

    _event_uniq = models.Constraint("UNIQUE(document_id, code, date)", "This event is known already.")
