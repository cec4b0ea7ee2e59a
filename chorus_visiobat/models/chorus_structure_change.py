from datetime import timedelta

from markupsafe import Markup

from odoo import fields, models

FACTS = ("is_open", "requires_service", "requires_commitment", "requires_service_or_commitment", "reports_payment")

INVOICES_OF = timedelta(days=365)
"""A service that no invoice of this long bears is not in use."""

MOST_CODES = 20
"""Codes of services named in one sentence; the others are counted."""


class ChorusStructure(models.Model):
    """What changed in the directory since it was last read."""

    _inherit = "chorus.structure"

    def _contracts(self):
        """Contracts not closed of which one of these bodies is an actor, whatever the company."""
        partners = self.env["res.partner"].sudo().search([("company_registry", "in", self.mapped("siret"))])
        actors = ("moa_partner_id", "moe_partner_id", "payer_partner_id", "main_contractor_id")
        domain = fields.Domain.OR([[(name, "in", partners.ids)] for name in actors])
        return self.env["works.contract"].sudo().search(domain & fields.Domain("state", "!=", "closed"))

    def _services_in_use(self):
        """The open services chosen on a contract or named by a recent invoice: the only ones whose own requirements
        are read, one call each."""
        contracts = self._contracts()
        chosen = contracts.payer_service_id | contracts.moa_service_id | contracts.moe_service_id
        partners = self.env["res.partner"].sudo().search([("company_registry", "in", self.mapped("siret"))])
        groups = (
            self.env["account.move"]
            .sudo()
            ._read_group(
                [
                    ("commercial_partner_id", "in", partners.ids),
                    ("move_type", "in", ("out_invoice", "out_refund")),
                    ("buyer_reference", "!=", False),
                    ("date", ">=", fields.Date.today() - INVOICES_OF),
                ],
                ["commercial_partner_id", "buyer_reference"],
            )
        )
        billed = {(partner.company_registry, code) for partner, code in groups}
        codes = [code for _siret, code in billed]
        services = self.env["chorus.service"].search(
            [("structure_id", "in", self.ids), "|", ("id", "in", chosen.ids), ("code", "in", codes)]
        )
        return services.filtered(lambda service: service in chosen or (service.siret, service.code) in billed)

    def _facts(self):
        """What is compared from one reading to the next."""
        self.ensure_one()
        services = self.env["chorus.service"].search([("structure_id", "=", self.id)])
        return {**{name: self[name] for name in FACTS}, "open": set(services.mapped("code"))}

    def _tell_changes(self, before):
        """Report what differs from ``before`` (see :meth:`_facts`)."""
        if sentences := self._changes(before, self._facts()):
            self._tell(sentences)

    def _tell(self, sentences):
        """A note on the card, and an activity on the contracts that can no longer be billed as they are."""
        items = Markup().join(Markup("<li>%s</li>") % sentence for sentence in sentences)
        heading = self.env._("The directory of Chorus Pro has changed:")
        self.sudo().message_post(body=Markup("<p>%s</p><ul>%s</ul>") % (heading, items))
        self._contracts()._tell_directory_problems()

    def _changes(self, before, now):
        _ = self.env._
        # By fact: what is said when it becomes false, and when it becomes true.
        wording = {
            "is_open": (_("this body is no longer active"), _("this body is active again")),
            "requires_service": (_("a service is no longer required"), _("a service is required from now on")),
            "requires_commitment": (
                _("a commitment number is no longer required"),
                _("a commitment number is required from now on"),
            ),
            "requires_service_or_commitment": (
                _("neither a service nor a commitment number is required"),
                _("a service or a commitment number is required from now on"),
            ),
            "reports_payment": (
                _("it no longer tells Chorus Pro when it pays"),
                _("it tells Chorus Pro when it pays"),
            ),
        }
        sentences = [wording[name][now[name]] for name in FACTS if now[name] != before[name]]
        closed, opened = before["open"] - now["open"], now["open"] - before["open"]
        for codes, sentence in (
            (closed, _("services closed: %(codes)s", codes=_few(closed))),
            (opened, _("new services: %(codes)s", codes=_few(opened))),
        ):
            if codes:
                sentences.append(sentence)
        return sentences


class ChorusService(models.Model):
    _inherit = "chorus.service"

    def _tell_change(self):
        """Report that this service requires a commitment number from now on, or no longer."""
        _ = self.env._
        sentence = (
            _("the service %(code)s now requires a commitment number", code=self.code)
            if self.requires_commitment
            else _("the service %(code)s no longer requires a commitment number", code=self.code)
        )
        self.structure_id._tell([sentence])


def _few(codes):
    """Some codes in order, the others counted."""
    ordered = sorted(codes)
    more = len(ordered) - MOST_CODES
    return ", ".join(ordered[:MOST_CODES]) + (f"… (+ {more})" if more > 0 else "")
