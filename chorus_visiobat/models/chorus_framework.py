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
    api_code = fields.Char("Code in the API", required=True, help="Code of the framework in the API of Chorus Pro.")
    name = fields.Char("Label", required=True, help="Name of the framework on the portal.")
    explanation = fields.Char("When to choose it", help="One line that tells when this framework is the right one.")
    sequence = fields.Integer(default=10, help="Order in the lists.")
    active = fields.Boolean(default=True, help="Untick to hide it from the lists without deleting it.")
    is_works = fields.Boolean("Works", help="Paper of a works contract, as opposed to an ordinary invoice.")
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
        help="Who deposits papers of this framework.",
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
        help="Which paper of the contract it is.",
    )
    bears_invoice = fields.Boolean(help="Whether this paper is a legal invoice.")
    requires_moe = fields.Boolean(help="A project manager must be named.")
    requires_moa = fields.Boolean(help="The client must be named.")
    requires_validator = fields.Boolean(help="The main contractor who validates must be named.")
    is_proposed = fields.Boolean(
        "May be chosen by the company",
        help="Ticked: offered on contracts and statements. Others are deposited by other actors.",
    )

    @api.depends("code", "name")
    def _compute_display_name(self):
        for framework in self:
            framework.display_name = f"{framework.code} – {framework.name}"

    _code_uniq = models.Constraint("UNIQUE(code)", "This framework exists already.")

    @api.model
    def _of_api_code(self, api_code):
        """The framework that Chorus Pro names, archived ones included; empty when none is known by this name.

        :param api_code: str or None, ``codeCadreFacturation`` such as ``A4_PROJET_DECOMPTE_MENSUEL_FOURNISSEUR``
        """
        code = (api_code or "").partition("_")[0]
        return self.with_context(active_test=False).search([("code", "=", code)])
