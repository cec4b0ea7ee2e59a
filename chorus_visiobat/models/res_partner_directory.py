from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date

from ..chorus_api.rules import check_text
from .chorus_structure import IDENTIFIER_TYPES

FRENCH_OVERSEAS = ("GP", "MQ", "GF", "RE", "YT", "PM", "BL", "MF")
"""Where bodies bear a SIRET too, under a country code of their own."""


class ResPartner(models.Model):
    """A public body in the directory of Chorus Pro: looked up by itself when its SIRET is saved, or by a button."""

    _inherit = "res.partner"

    chorus_identifier_type = fields.Selection(
        IDENTIFIER_TYPES,
        "Kind of number on Chorus Pro",
        compute="_compute_chorus_identifier_type",
        store=True,
        readonly=False,
        groups="chorus_visiobat.group_reader",
        help="By which number Chorus Pro knows this body: a SIRET in France, a RIDET in New Caledonia, a TAHITI number "
        "in French Polynesia, the VAT number in another country of the Union. It is typed in the Company ID.",
    )
    chorus_directory_note = fields.Char(
        "Directory of Chorus Pro",
        compute="_compute_chorus_directory_note",
        groups="chorus_visiobat.group_reader",
        help="What the directory of Chorus Pro says of this body: whether it receives papers, and what it requires.",
    )

    chorus_directory_waiting = fields.Boolean(
        compute="_compute_chorus_directory_note",
        groups="chorus_visiobat.group_reader",
        help="The directory is being read: the line shows its answer by itself.",
    )

    @api.depends("country_id")
    def _compute_chorus_identifier_type(self):
        union = self.env.ref("base.europe").country_ids
        for partner in self:
            country = partner.country_id
            if country.code in ("NC", "PF"):
                partner.chorus_identifier_type = {"NC": "RIDET", "PF": "TAHITI"}[country.code]
            elif not country or country.code == "FR" or country.code in FRENCH_OVERSEAS:
                partner.chorus_identifier_type = "SIRET"
            else:
                partner.chorus_identifier_type = "UE_HORS_FRANCE" if country in union else "HORS_UE"

    @api.depends_context("company", "lang")
    @api.depends("company_registry", "chorus_identifier_type", "is_company")
    def _compute_chorus_directory_note(self):
        environment = self.env.company.sudo().chorus_environment
        for partner in self:
            partner.chorus_directory_note = partner._chorus_directory_sentence(environment) or False
            asked = partner._chorus_lookup(environment) if partner.chorus_directory_note else self.env["chorus.lookup"]
            partner.chorus_directory_waiting = asked.state == "waiting"

    @api.model_create_multi
    def create(self, vals_list):
        partners = super().create(vals_list)
        partners._chorus_ask_directory()
        return partners

    def write(self, vals):
        result = super().write(vals)
        if {"company_registry", "chorus_identifier_type"} & vals.keys():
            for partner in self.sudo():
                # the card of the former number is not this body's any more
                if partner.chorus_structure_id and partner.chorus_structure_id.siret != partner._chorus_siret():
                    partner.chorus_structure_id = False
            self._chorus_ask_directory()
        return result

    def _chorus_ask_directory(self):
        """Have the directory read for those of these partners that may be public bodies: their SIREN begins with 1 or
        2, which the INSEE keeps for them. Others are looked up when a contract names them, or by the button."""
        numbers = {
            partner._chorus_number()
            for partner in self.sudo()
            if partner.company_registry
            and (partner.chorus_identifier_type in ("RIDET", "TAHITI") or partner._chorus_siret()[:1] in ("1", "2"))
        }
        ready = {(kind, number) for kind, number in numbers if kind != "SIRET" or len(number) == 14}
        if ready:
            self.env["chorus.lookup"]._ask(ready)

    def _chorus_number(self):
        """How Chorus Pro knows this body: ``(identifier type, number)``."""
        partner = self.sudo()
        return partner.chorus_identifier_type or "SIRET", partner._chorus_siret()

    def _chorus_identifier(self):
        """How a paper names this body to Chorus Pro: its SIRET, or its other number; empty when it has none."""
        return self.commercial_partner_id._chorus_siret()

    def _chorus_siret_problems(self, environment):
        kind, number = self._chorus_number()
        if kind == "SIRET":
            return super()._chorus_siret_problems(environment)
        if number:
            return check_text("structure_identifier", number)
        return [
            self.env._(
                "%(name)s: enter the number by which Chorus Pro knows this body, in the Company ID.", name=self.name
            )
        ]

    def _chorus_lookup(self, environment):
        """The question asked to the directory about this body, empty when none was."""
        domain = [("siret", "=", self._chorus_siret()), ("environment", "=", environment)]
        return self.env["chorus.lookup"].search(domain, limit=1)

    def _chorus_directory_obstacle(self, environment):
        """What in the directory stands in the way of billing this body; empty when nothing does or nothing is known."""
        _ = self.env._
        if not self or not self._chorus_siret():
            return ""
        structure = self._chorus_structure(environment)
        if structure and not structure.is_open:
            return _("%(partner)s is not active in Chorus Pro: ask for the SIRET to use.", partner=self.display_name)
        if structure.last_check_date:
            return ""
        lookup = self._chorus_lookup(environment)
        if lookup.state == "unknown":
            return _(
                "The directory of Chorus Pro does not know %(number)s (%(partner)s): check it.",
                number=self._chorus_siret(),
                partner=self.display_name,
            )
        if lookup.state == "failed":
            return _(
                "The directory could not be read. The button “Chorus Pro” of the contact %(partner)s asks it again. "
                "%(reason)s",
                partner=self.display_name,
                reason=lookup.message or "",
            )
        return _("The directory of Chorus Pro is being read.") if lookup else ""

    def _chorus_directory_sentence(self, environment):
        """What the directory says of this body, in one line; empty when it was never asked."""
        if not self.is_company or not self._chorus_siret():
            return ""
        if obstacle := self._chorus_directory_obstacle(environment):
            return obstacle
        structure = self._chorus_structure(environment)
        if not structure.last_check_date:
            return ""
        _ = self.env._
        needs = [
            sentence
            for required, sentence in (
                (structure.requires_service, _("a service")),
                (structure.requires_commitment, _("a commitment number")),
                (structure.requires_service_or_commitment, _("a service or a commitment number")),
            )
            if required
        ]
        read_on = format_date(self.env, structure.last_check_date)
        if not needs:
            return _("Active in Chorus Pro, requires nothing more (read on %(date)s).", date=read_on)
        return _(
            "Active in Chorus Pro, requires %(needs)s (read on %(date)s).", needs=_(" and ").join(needs), date=read_on
        )

    def action_chorus_look_up(self):
        """Look this partner's number up in the directory of Chorus Pro and open what it says."""
        self.ensure_one()
        self.check_access("read")
        self.env["chorus.structure"].check_access("create")
        partner = self.commercial_partner_id
        kind, number = partner._chorus_number()
        if not number or (kind == "SIRET" and len(number) != 14):
            raise UserError(self.env._("%(name)s: enter its SIRET, 14 digits.", name=partner.name))
        account = self.env["chorus.account"]._required_for(self.env.company)
        structure = self.env["chorus.structure"]._lookup(number, account, kind)
        if not structure:
            raise UserError(
                self.env._("SIRET %(siret)s: the directory of Chorus Pro does not know it. Check it.", siret=number)
            )
        # sudo: a biller links what the directory says without the right to change the partner itself
        partner.sudo().chorus_structure_id = structure
        return {
            "type": "ir.actions.act_window",
            "res_model": "chorus.structure",
            "res_id": structure.id,
            "view_mode": "form",
        }
