from odoo import fields, models


class ChorusEvent(models.Model):
    """One step in the life of a paper, as Chorus Pro tells it (*historique des statuts*)."""

    _name = "chorus.event"
    _description = "Chorus Pro status event"
    _order = "date desc, id desc"

    document_id = fields.Many2one("chorus.document", required=True, ondelete="cascade", index=True)
    company_id = fields.Many2one(related="document_id.company_id", store=True)
    code = fields.Char(required=True)
    status_id = fields.Many2one("chorus.status", ondelete="restrict")
    date = fields.Datetime(required=True)
    author = fields.Char()
    comment = fields.Text()

    _event_uniq = models.Constraint("UNIQUE(document_id, code, date)", "This event is known already.")
