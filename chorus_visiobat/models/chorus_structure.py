from odoo import fields, models


class ChorusStructure(models.Model):
    """What the directory of Chorus Pro says of a body (*structure*), per environment."""

    _name = "chorus.structure"
    _description = "Chorus Pro structure"
    _rec_names_search = ["name", "siret"]

    name = fields.Char(required=True)
    siret = fields.Char("SIRET", required=True, index=True)
    environment = fields.Selection(
        [("qualification", "Qualification"), ("production", "Production")], required=True
    )
    structure_ref = fields.Char("Chorus Pro structure id")
    active = fields.Boolean(default=True)
    is_open = fields.Boolean("Active in Chorus Pro", default=True)
    requires_service = fields.Boolean("Requires a service")
    requires_commitment = fields.Boolean("Requires a commitment number")
    requires_service_or_commitment = fields.Boolean("Requires one or the other")
    reports_payment = fields.Boolean("Reports payments", default=True)
    last_check_date = fields.Datetime("Looked up on")
    service_ids = fields.One2many("chorus.service", "structure_id", "Services")

    _siret_uniq = models.Constraint("UNIQUE(siret, environment)", "This structure exists already.")
