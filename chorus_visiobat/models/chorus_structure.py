from odoo import fields, models

from ..chorus_api.structures import BETWEEN_PUBLIC_BODIES
from .chorus_environment_mixin import ENVIRONMENTS

IDENTIFIER_TYPES = [
    ("SIRET", "SIRET"),
    ("RIDET", "RIDET (New Caledonia)"),
    ("TAHITI", "TAHITI number (French Polynesia)"),
    ("UE_HORS_FRANCE", "VAT number of another country of the Union"),
    ("HORS_UE", "Number of a country outside the Union"),
    ("AUTRE", "Other"),
]
"""``typeIdentifiantStructure`` (chorus-pro-api.md §3.6); a private person (``PARTICULIER``) never has public works."""


class ChorusStructure(models.Model):
    """What the directory of Chorus Pro says of a body (*structure*), per environment."""

    _name = "chorus.structure"
    _description = "Chorus Pro structure"
    _inherit = ["mail.thread"]
    _mail_post_access = "read"
    _rec_names_search = ["name", "siret"]
    _order = "name, id"

    name = fields.Char(required=True, help="Name of the body in the directory of Chorus Pro.")
    identifier_type = fields.Selection(
        IDENTIFIER_TYPES, required=True, default="SIRET", help="Kind of number by which Chorus Pro knows this body."
    )
    siret = fields.Char(
        "SIRET",
        required=True,
        index=True,
        help="Number of the establishment in the directory: 14 digits for a SIRET.",
    )
    environment = fields.Selection(
        ENVIRONMENTS,
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

    def _addressing_problems(self, client, service_code, commitment):
        """What this body will refuse in the address of a paper; nothing when it was never read.

        :param str client: its name for the user
        :param str service_code: *code service*, empty when none is given
        :param str commitment: *numéro d'engagement*, empty when none is given
        :return: list of ``(code, sentence)``
        """
        _ = self.env._
        service = self.with_context(active_test=False).service_ids.filtered(lambda known: known.code == service_code)
        problems = []
        if self.requires_service and not service_code:
            problems.append(("service", _("%(client)s requires a service code.", client=client)))
        if (self.requires_commitment or service.requires_commitment) and not commitment:
            problems.append(("commitment", _("%(client)s requires a commitment number.", client=client)))
        if self.requires_service_or_commitment and not (service_code or commitment):
            problems.append(
                (
                    "service_or_commitment",
                    _("%(client)s requires a service code or a commitment number.", client=client),
                )
            )
        if service_code == BETWEEN_PUBLIC_BODIES:
            problems.append(
                (
                    "service_public",
                    _(
                        "The service %(service)s of %(client)s is kept for invoices between public bodies: choose "
                        "another one.",
                        service=service_code,
                        client=client,
                    ),
                )
            )
        elif service_code and self.with_context(active_test=False).service_ids and not service.active:
            problems.append(
                (
                    "service_unknown",
                    _(
                        "The service %(service)s is not an active service of %(client)s in Chorus Pro.",
                        service=service_code,
                        client=client,
                    ),
                )
            )
        return problems
