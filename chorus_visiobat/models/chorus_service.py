from odoo import fields, models


class ChorusService(models.Model):
    """Service of a public body that receives papers (*service destinataire*)."""

    _name = "chorus.service"
    _description = "Chorus Pro service"
    _rec_names_search = ["name", "code"]
    _order = "code"

    structure_id = fields.Many2one("chorus.structure", required=True, ondelete="cascade", index=True)
    siret = fields.Char(related="structure_id.siret", store=True)
    environment = fields.Selection(related="structure_id.environment", store=True)
    code = fields.Char(required=True, help="Code of the service (code service), as in the directory of Chorus Pro.")
    name = fields.Char(required=True, help="Name of the service in the directory of Chorus Pro.")
    service_ref = fields.Char("Chorus Pro service id")
    active = fields.Boolean(default=True, help="Whether Chorus Pro still accepts papers for this service.")
    requires_commitment = fields.Boolean(
        help="This service refuses papers without a commitment number. Read for the services that you use."
    )
    rules_date = fields.Datetime("Requirements read on", help="When the requirements of this service were last read.")

    _code_uniq = models.Constraint("UNIQUE(structure_id, code)", "This service exists already.")
