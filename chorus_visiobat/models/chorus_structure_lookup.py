from odoo import fields, models
from odoo.exceptions import UserError

from ..chorus_api import ChorusError
from ..keyring import KeyringError
from .account_move_chorus import digits


class ChorusStructure(models.Model):
    """Reading the directory of Chorus Pro. It has no remote effect, so a button may do it at once."""

    _inherit = "chorus.structure"

    def _lookup(self, siret, account):
        """The structure of a SIRET as the directory tells it now, with its services; the record is made or refreshed.

        :param siret: str, 14 digits
        :param account: chorus.account that asks, which also says in which environment
        :return: chorus.structure, empty when the directory does not know this SIRET
        :raise UserError: the directory cannot be read, said in French
        """
        if problems := account._check_usable():
            raise UserError("\n".join(problems))
        try:
            with account._client() as client:
                found = [structure for structure in client.search_structures(siret) if structure.siret == siret]
                if not found:
                    return self.browse()
                details = client.read_structure(found[0].structure_id)
                services = client.list_services(found[0].structure_id)
        except (ChorusError, KeyringError) as error:
            raise UserError(str(error)) from None
        values = {
            "name": details.name or found[0].name or siret,
            "siret": siret,
            "environment": account.environment,
            "structure_ref": str(found[0].structure_id),
            "is_open": found[0].active is not False,
            "requires_service": details.requires_service,
            "requires_commitment": details.requires_commitment,
            "requires_service_or_commitment": details.requires_service_or_commitment,
            "reports_payment": details.reports_payment,
            "last_check_date": fields.Datetime.now(),
        }
        known = self.with_context(active_test=False)
        structure = known.search([("siret", "=", siret), ("environment", "=", account.environment)])
        if structure:
            structure.write({**values, "active": True})
        else:
            structure = self.create(values)
        structure._take_services(services)
        return structure

    def _take_services(self, services):
        """Refresh the services; those closed, or gone from the directory, are archived and never deleted."""
        # A search: the one2many in cache may hold the open services only.
        services_kept = self.env["chorus.service"].with_context(active_test=False)
        known = {service.code: service for service in services_kept.search([("structure_id", "=", self.id)])}
        # Of the open services, only those that suppliers may address; the closed ones are kept as such.
        addressed = [service for service in services if service.code and (service.for_suppliers or not service.active)]
        told = {service.code: service for service in addressed}
        for code, service in told.items():
            values = {"name": service.name or code, "service_ref": str(service.service_id), "active": service.active}
            if code in known:
                known[code].write(values)
            else:
                self.env["chorus.service"].create({**values, "code": code, "structure_id": self.id})
        for code, service in known.items():
            if code not in told:
                service.active = False

    def action_look_up(self):
        """Refresh these structures from the directory."""
        self.check_access("write")
        for structure in self:
            account = self.env["chorus.account"]._for(self.env.company, structure.environment)
            if not account:
                raise UserError(
                    self.env._(
                        "%(company)s has no active Chorus Pro technical account: open “Abonnement ChorusPRO”.",
                        company=self.env.company.name,
                    )
                )
            if not self._lookup(structure.siret, account):
                structure.write({"is_open": False, "last_check_date": fields.Datetime.now()})


class ResPartner(models.Model):
    _inherit = "res.partner"

    def action_chorus_look_up(self):
        """Look this partner's SIRET up in the directory of Chorus Pro and open what it says."""
        self.ensure_one()
        self.check_access("read")
        self.env["chorus.structure"].check_access("create")
        partner = self.commercial_partner_id
        siret = digits(partner.company_registry)
        if len(siret) != 14:
            raise UserError(self.env._("%(name)s: enter its SIRET, 14 digits.", name=partner.name))
        account = self.env["chorus.account"]._for(self.env.company)
        if not account:
            raise UserError(
                self.env._(
                    "%(company)s has no active Chorus Pro technical account: open “Abonnement ChorusPRO”.",
                    company=self.env.company.name,
                )
            )
        structure = self.env["chorus.structure"]._lookup(siret, account)
        if not structure:
            raise UserError(
                self.env._("SIRET %(siret)s: the directory of Chorus Pro does not know it. Check it.", siret=siret)
            )
        # sudo: a biller links what the directory says without the right to change the partner itself
        partner.sudo().chorus_structure_id = structure
        return {
            "type": "ir.actions.act_window",
            "res_model": "chorus.structure",
            "res_id": structure.id,
            "view_mode": "form",
        }
