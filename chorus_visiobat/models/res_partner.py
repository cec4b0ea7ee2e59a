import re

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import SQL

from ..chorus_api.rules import check_siret

SPACES = r"[\s\u00a0\u202f]"


class ResPartner(models.Model):
    """Public bodies and companies as Chorus Pro knows them: by their SIRET (``company_registry``).

    It is typed and pasted with spaces, and kept without: whoever looks for a body finds it by its 14 digits.
    """

    _inherit = "res.partner"

    chorus_structure_id = fields.Many2one(
        "chorus.structure",
        "Chorus Pro structure",
        groups="chorus_visiobat.group_reader",
        ondelete="set null",
        help="Card of this body in the directory of Chorus Pro.",
    )
    chorus_siret_warning = fields.Char(
        "Advice on the SIRET",
        compute="_compute_chorus_siret_warning",
        groups="chorus_visiobat.group_reader",
        help="What looks wrong in the SIRET of this contact.",
    )

    @api.private
    def init(self):
        """The SIRETs typed before this addon was there are kept as the others."""
        self.env.cr.execute(
            SQL(
                "UPDATE res_partner SET company_registry = regexp_replace(company_registry, %(spaces)s, '', 'g')"
                " WHERE company_registry ~ %(spaces)s"
                " AND regexp_replace(company_registry, %(spaces)s, '', 'g') ~ '^[0-9]{14}$'",
                spaces=SPACES,
            )
        )
        return super().init()

    @api.model_create_multi
    def create(self, vals_list):
        return super().create([_spaceless(vals) for vals in vals_list])

    def write(self, vals):
        return super().write(_spaceless(vals))

    @api.depends("company_registry", "country_id")
    def _compute_chorus_siret_warning(self):
        for partner in self:
            relevant = partner.is_company and partner.company_registry and partner.country_code in ("FR", False)
            messages = partner._chorus_siret_problems("production") if relevant else []
            partner.chorus_siret_warning = " ".join(messages) or False

    @api.constrains("company_registry")
    def _check_chorus_siret(self):
        """A body named by a works contract keeps a SIRET that Chorus Pro can read."""
        contracts = (
            self.env["works.contract"]
            .sudo()
            .search(
                [
                    "|",
                    "|",
                    "|",
                    ("moa_partner_id", "in", self.ids),
                    ("moe_partner_id", "in", self.ids),
                    ("payer_partner_id", "in", self.ids),
                    ("main_contractor_id", "in", self.ids),
                ]
            )
        )
        problems = []
        for contract in contracts:
            for _label, partner in contract._actors():
                if partner in self and partner.company_registry:
                    problems += partner._chorus_siret_problems(contract.chorus_environment)
        if problems:
            raise ValidationError("\n".join(dict.fromkeys(problems)))

    def _chorus_siret(self):
        """:return: the SIRET, or the number that stands for it (str), empty when there is none."""
        return re.sub(SPACES, "", self[:1].company_registry or "")

    def _chorus_siret_problems(self, environment):
        """What forbids to use the SIRET on Chorus Pro.

        A wrong check digit is only advice in qualification: the test structures of the AIFE fail it.

        :param str environment: ``qualification`` or ``production``
        :return: list of str, in French as the rules of Chorus Pro are
        """
        self.ensure_one()
        return check_siret(
            self._chorus_siret(), label=f"SIRET – {self.display_name}", check_digit=environment == "production"
        )

    def _chorus_siret_advice(self, environment):
        """What is worth checking in the SIRET without forbidding it: see :meth:`_chorus_siret_problems`."""
        problems = self._chorus_siret_problems(environment)
        return [message for message in self._chorus_siret_problems("production") if message not in problems]

    def _chorus_structure(self, environment):
        """What Chorus Pro's directory said of this body, in an environment.

        :return: ``chorus.structure``, empty when it was never looked up.
        """
        Structure = self.env["chorus.structure"]
        number = self._chorus_siret()
        if not number:
            return Structure
        return Structure.search([("siret", "=", number), ("environment", "=", environment)], limit=1)


def _spaceless(vals):
    """The values, without the spaces of a SIRET."""
    number = re.sub(SPACES, "", vals.get("company_registry") or "")
    return {**vals, "company_registry": number} if re.fullmatch("[0-9]{14}", number) else vals
