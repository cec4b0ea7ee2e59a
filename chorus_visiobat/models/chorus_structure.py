from odoo import fields, models


class ChorusStructure(models.Model):
    """What the directory of Chorus Pro says of a body (*structure*), per environment."""

    _name = "chorus.structure"
    _description = "Chorus Pro structure"
    _rec_names_search = ["name", "siret"]

    name = fields.Char(required=True, help="Name of the body in the directory of Chorus Pro.")
    siret = fields.Char("SIRET", required=True, index=True, help="14 digits of the establishment in the directory.")
    environment = fields.Selection(
        [("qualification", "Qualification"), ("production", "Production")],
        required=True,
        help="Directory of Chorus Pro from which it was read.",
    )
    structure_ref = fields.Char("Chorus Pro structure id", help="Technical identifier of this body in Chorus Pro.")
    active = fields.Boolean(default=True)
    is_open = fields.Boolean(
        "Active in Chorus Pro", default=True, help="Whether the directory of Chorus Pro gives this body as active."
    )
    requires_service = fields.Boolean("Requires a service", help="Papers without a service are refused.")
    requires_commitment = fields.Boolean(
        "Requires a commitment number", help="Papers without a commitment number are refused."
    )
    requires_service_or_commitment = fields.Boolean(
        "Requires one or the other", help="Papers with neither a service nor a commitment number are refused."
    )
    reports_payment = fields.Boolean(
        "Reports payments", default=True, help="Whether this body tells Chorus Pro when it pays."
    )
    last_check_date = fields.Datetime("Looked up on", help="When this card was last read from Chorus Pro.")
    service_ids = fields.One2many(
        "chorus.service", "structure_id", "Services", help="Services of this body that may receive papers."
    )

    _siret_uniq = models.Constraint("UNIQUE(siret, environment)", "This structure exists already.")
