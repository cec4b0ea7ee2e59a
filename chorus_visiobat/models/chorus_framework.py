from odoo import api, fields, models


class ChorusFramework(models.Model):
    """Billing framework (*cadre de facturation*), as data (chorus-pro-api.md §3.1, works-billing.md §2.12).

    The wording is French data, as on the portal: it is not translated.
    """

    _name = "chorus.framework"
    _description = "Chorus Pro billing framework"
    _inherit = ["chorus.reference.mixin"]
    _order = "sequence, code"
    _rec_names_search = ["code", "name"]

    code = fields.Char(required=True, help="Short code, as written in the XML (BT-23): A1 … A25.")
    api_code = fields.Char("Code in the API", required=True)
    name = fields.Char("Label", required=True)
    explanation = fields.Char("When to choose it")
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    is_works = fields.Boolean("Works")
    works_type = fields.Char("Type of works paper", help="typeFactureTravaux of the facturesTravaux API.")
    issuer = fields.Selection(
        [
            ("supplier", "Contractor"),
            ("subcontractor", "Subcontractor"),
            ("co_contractor", "Joint contractor"),
            ("moe", "Project manager"),
            ("moa", "Client"),
        ],
        required=True,
    )
    kind = fields.Selection(
        [
            ("invoice", "Ordinary invoice"),
            ("monthly", "Monthly statement"),
            ("final", "Final statement"),
            ("general", "General statement"),
            ("tacit", "Tacit procedure"),
            ("other", "Other"),
        ],
        required=True,
        default="other",
    )
    bears_invoice = fields.Boolean(help="Whether this paper is a legal invoice.")
    requires_moe = fields.Boolean()
    requires_moa = fields.Boolean()
    requires_validator = fields.Boolean()
    is_proposed = fields.Boolean("May be chosen by the company")

    @api.depends("code", "name")
    def _compute_display_name(self):
        for framework in self:
            framework.display_name = f"{framework.code} – {framework.name}"

    _code_uniq = models.Constraint("UNIQUE(code)", "This framework exists already.")
