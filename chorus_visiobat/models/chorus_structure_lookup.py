from odoo import fields, models
from odoo.exceptions import UserError

from ..chorus_api import ChorusError, Refused, StructureQuery
from ..keyring import KeyringError


class ChorusStructure(models.Model):
    """Reading the directory of Chorus Pro. It has no remote effect, so a button may do it at once."""

    _inherit = "chorus.structure"

    def _lookup(self, siret, account, identifier_type="SIRET"):
        """The structure of a number as the directory tells it now, with its services; the record is made or refreshed.

        :param siret: str, 14 digits, or the number that goes with another ``identifier_type``
        :param account: chorus.account that asks, which also says in which environment
        :return: chorus.structure, empty when the directory does not know this number
        :raise UserError: the directory cannot be read, said in French
        """
        if problems := account._check_usable():
            raise UserError("\n".join(problems))
        try:
            with account._client() as client:
                structure = _last(self._reading(client, account.environment, siret, identifier_type))
                for service in structure._services_in_use():
                    _last(service._reading(client))
        except (ChorusError, KeyringError) as error:
            raise UserError(str(error)) from None
        return structure

    def _reading(self, client, environment, siret, identifier_type="SIRET"):
        """Read a structure: a generator that yields after each call, so that a lane may commit and stop there, and
        returns the record made or refreshed. All is written, and what changed told, after the last call.

        Private structures are looked for too: a project manager, the main contractor of a subcontractor. What they
        require is not told, nor needed.

        :raise ChorusError: the directory cannot be read; nothing is written
        """
        query = StructureQuery(siret, identifier_type, with_private=True)
        found = [structure for structure in client.search_structures(query) if structure.siret == siret]
        yield
        if not found:
            self._of(siret, environment)._take({"is_open": False})
            return self.browse()
        details, services = None, ()
        try:
            details = client.read_structure(found[0].structure_id)
            yield
            services = client.list_services(found[0].structure_id)
            yield
        except Refused:
            if details:
                raise
        values = {
            "name": (details and details.name) or found[0].name or siret,
            "identifier_type": identifier_type,
            "siret": siret,
            "environment": environment,
            "structure_ref": str(found[0].structure_id),
            "is_open": found[0].active is not False,
            "requires_service": bool(details and details.requires_service),
            "requires_commitment": bool(details and details.requires_commitment),
            "requires_service_or_commitment": bool(details and details.requires_service_or_commitment),
            "reports_payment": not details or details.reports_payment,
            "active": True,
        }
        structure = self._of(siret, environment) or self.create(values)
        structure._take(values, services)
        return structure

    def _take(self, values, services=None):
        """Write what was read of these structures, and tell what changed since last time.

        :param services: tuple of chorus_api ServiceRef; None when they were not read
        """
        for structure in self:
            before = structure._facts() if structure.last_check_date else None
            structure.write({**values, "last_check_date": fields.Datetime.now()})
            if services is not None:
                structure._take_services(services)
            if before:
                structure._tell_changes(before)

    def _of(self, siret, environment):
        known = self.with_context(active_test=False)
        return known.search([("siret", "=", siret), ("environment", "=", environment)]).with_env(self.env)

    def _take_services(self, services):
        """Refresh the services; those closed, or gone from the directory, are archived and never deleted.

        Only what changed is written: a hospital has thousands of them.
        """
        Service = self.env["chorus.service"]
        # A search: the one2many in cache may hold the open services only.
        known = {
            service.code: service
            for service in Service.with_context(active_test=False).search([("structure_id", "=", self.id)])
        }
        # Of the open services, only those that suppliers may address; the closed ones are kept as such.
        addressed = [service for service in services if service.code and (service.for_suppliers or not service.active)]
        told = {service.code: service for service in addressed}
        new = []
        for code, service in told.items():
            values = {"name": service.name or code, "service_ref": str(service.service_id), "active": service.active}
            if code not in known:
                new.append({**values, "code": code, "structure_id": self.id})
            elif any(known[code][name] != value for name, value in values.items()):
                known[code].write(values)
        Service.create(new)
        gone = Service.browse([service.id for code, service in known.items() if code not in told and service.active])
        gone.active = False

    def action_look_up(self):
        """Refresh these structures from the directory."""
        self.check_access("write")
        for structure in self:
            account = self.env["chorus.account"]._required_for(self.env.company, structure.environment)
            structure._lookup(structure.siret, account, structure.identifier_type)


class ChorusService(models.Model):
    _inherit = "chorus.service"

    def _reading(self, client):
        """Read what this service alone requires: a generator like that of its structure. A requirement that was
        dropped is dropped here too."""
        before = self.requires_commitment if self.rules_date else None
        try:
            now = client.read_service(int(self.structure_id.structure_ref), int(self.service_ref)).requires_commitment
        except Refused:
            now = self.requires_commitment
        self.write({"rules_date": fields.Datetime.now(), "requires_commitment": now})
        if before not in (None, now):
            self._tell_change()
        yield


def _last(reading):
    """What a generator returns, once it has gone to its end."""
    while True:
        try:
            next(reading)
        except StopIteration as end:
            return end.value
