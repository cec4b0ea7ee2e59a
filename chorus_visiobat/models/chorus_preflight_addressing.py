from odoo import api, models

from ..chorus_api import rules
from .chorus_preflight import ADVICE, BLOCKING


class ChorusPreflight(models.AbstractModel):
    """From whom, to whom, under which framework and references."""

    _inherit = "chorus.preflight"

    @api.model
    def _company_checks(self):
        return super()._company_checks() + [self._check_account]

    @api.model
    def _paper_checks(self):
        return super()._paper_checks() + [self._check_framework, self._check_actors, self._check_references]

    def _check_account(self, paper):
        _ = self.env._
        if not paper.account:
            yield (
                "no_account",
                BLOCKING,
                _(
                    "No technical account of Chorus Pro for %(company)s: open “ChorusPRO subscription”.",
                    company=paper.company.display_name,
                ),
                paper.company,
            )
            return
        for message in paper.account._check_usable():
            yield "account", BLOCKING, message, paper.account
        if paper.account.environment == "qualification":
            yield (
                "qualification",
                ADVICE,
                _("You are in qualification: nothing will reach the client."),
                paper.account,
            )

    def _check_framework(self, paper):
        _ = self.env._
        where = paper.contract or paper.record
        framework = paper.framework
        if not framework:
            # A statement not invoiced yet says so itself, with the rest.
            if paper.move:
                yield "no_framework", BLOCKING, _("Choose the billing framework."), where
            return
        if paper.contract:
            issuers = {
                "holder": "supplier",
                "lead": "supplier",
                "co_contractor": "co_contractor",
                "subcontractor": "subcontractor",
            }
            if framework.issuer != issuers[paper.contract.role]:
                yield (
                    "framework_role",
                    BLOCKING,
                    _(
                        "The framework %(framework)s is not filed by the role chosen on the contract: "
                        "change the framework or “Our role”.",
                        framework=framework.display_name,
                    ),
                    where,
                )
            if not framework.is_works:
                yield (
                    "framework_plain",
                    ADVICE,
                    _(
                        "You send an ordinary invoice (%(code)s) for a works contract: usually A4.",
                        code=framework.code,
                    ),
                    where,
                )
        elif framework.is_works:
            yield (
                "framework_contract",
                BLOCKING,
                _(
                    "The framework %(framework)s needs a works contract: set it on the invoice.",
                    framework=framework.display_name,
                ),
                where,
            )

    def _check_actors(self, paper):
        _ = self.env._
        where = paper.contract or paper.record
        environment = paper.account.environment
        # A statement not invoiced yet checks its paymaster itself.
        actors = [(paper.payer, _("paymaster"), True)] if paper.is_made else []
        if paper.framework.is_works:
            actors += [
                (paper.contract.moe_partner_id, _("project manager"), paper.framework.requires_moe),
                (paper.contract.moa_partner_id, _("client"), paper.framework.requires_moa),
            ]
        if paper.framework.requires_validator:
            joint = paper.contract.role == "co_contractor"
            actor = _("lead of the joint venture, who validates") if joint else _("main contractor")
            actors.append((paper.contract.main_contractor_id, actor, True))
        for partner, actor, required in actors:
            if not partner:
                if required:
                    yield (
                        "actor_missing",
                        BLOCKING,
                        _(
                            "Name the %(actor)s on the contract, or choose another framework.",
                            actor=actor,
                        ),
                        where,
                    )
                continue
            for message in self._siret_problems(paper, partner.commercial_partner_id, f"{partner.name} ({actor})"):
                yield "actor_siret", BLOCKING, message, partner.commercial_partner_id
            structure = partner.commercial_partner_id._chorus_structure(environment)
            if structure and not structure.is_open:
                yield (
                    "actor_closed",
                    BLOCKING,
                    _(
                        "%(partner)s (%(actor)s) is no longer active in Chorus Pro: ask for the SIRET to use.",
                        partner=partner.name,
                        actor=actor,
                    ),
                    partner.commercial_partner_id,
                )
            elif not structure and partner.commercial_partner_id._chorus_lookup(environment).state == "unknown":
                yield (
                    "actor_unknown",
                    BLOCKING if partner == paper.payer else ADVICE,
                    _(
                        "%(partner)s (%(actor)s): the directory of Chorus Pro does not know %(number)s. Check it, then "
                        "press the Chorus Pro button of the contact.",
                        partner=partner.name,
                        actor=actor,
                        number=partner.commercial_partner_id._chorus_siret(),
                    ),
                    partner.commercial_partner_id,
                )

    def _check_references(self, paper):
        _ = self.env._
        where = paper.contract or paper.record
        structure = paper.payer._chorus_structure(paper.account.environment)
        for code, message in structure._addressing_problems(paper.payer.name, paper.service_code, paper.commitment):
            yield code, BLOCKING, message, where
        for message in paper.contract._service_problems() if paper.framework.is_works else []:
            yield "service_closed", BLOCKING, message, where
        if paper.contract and paper.commitment == paper.contract.commitment_checked:
            for message in paper.contract._commitment_doubts():
                yield "commitment_doubt", ADVICE, message, where
        if paper.contract and not paper.contract_number:
            yield (
                "contract_number",
                ADVICE,
                _("The contract identifier is empty: the project manager will not be able to match the statement."),
                where,
            )
        for rule, value in (
            ("contract_number", paper.contract_number),
            ("commitment_number", paper.commitment),
            ("service_code", paper.service_code),
        ):
            for message in rules.check_text(rule, value):
                yield "too_long", BLOCKING, message, where

    @api.model
    def _siret_problems(self, paper, partner, whose):
        """Problems of a number; the check digits of qualification's own SIRETs are wrong on purpose."""
        kind, number = partner._chorus_number()
        if kind != "SIRET":
            return partner._chorus_siret_problems(paper.account.environment)
        return rules.check_siret(number, label=whose, check_digit=paper.account.environment == "production")
