from markupsafe import Markup

from odoo import api, fields, models


class WorksContract(models.Model):
    """What is still missing before the months of a contract can be billed and sent."""

    _inherit = "works.contract"

    chorus_environment = fields.Selection(related="company_id.chorus_environment")
    moa_siret = fields.Char(
        "Client's SIRET", compute="_compute_actor_sirets", help="SIRET read on the card of the client."
    )
    moe_siret = fields.Char(
        "Project manager's SIRET",
        compute="_compute_actor_sirets",
        help="SIRET read on the card of the project manager.",
    )
    payer_siret = fields.Char(
        "Paymaster's SIRET", compute="_compute_actor_sirets", help="SIRET read on the card of the paymaster."
    )
    completeness = fields.Float(
        "Complete", compute="_compute_completeness", help="Share of what Chorus Pro needs that is filled in."
    )
    missing = fields.Html(
        compute="_compute_completeness", sanitize=False, help="What Chorus Pro still needs, and where to enter it."
    )
    siret_advice = fields.Char(
        "Advice on the SIRETs", compute="_compute_siret_advice", help="SIRETs that look unusual; it never blocks."
    )

    @api.depends("moa_partner_id", "moe_partner_id", "payer_partner_id")
    def _compute_actor_sirets(self):
        for contract in self:
            contract.moa_siret = contract.moa_partner_id._chorus_siret()
            contract.moe_siret = contract.moe_partner_id._chorus_siret()
            contract.payer_siret = contract.payer_partner_id._chorus_siret()

    @api.depends("moa_siret", "moe_siret", "payer_siret", "main_contractor_id", "with_moe", "role")
    def _compute_siret_advice(self):
        for contract in self:
            notes = [
                f"{label} : {message}"
                for label, partner in contract._actors()
                if partner.company_registry
                for message in partner._chorus_siret_advice(contract.chorus_environment)
            ]
            contract.siret_advice = "\n".join(dict.fromkeys(notes)) or False

    @api.depends(
        "chorus_contract_number",
        "chorus_commitment_number",
        "chorus_framework_id",
        "date_notification",
        "line_ids.amount",
        "main_contractor_id",
        "moa_siret",
        "moe_siret",
        "payer_siret",
        "payer_service_id",
        "role",
        "with_moe",
    )
    def _compute_completeness(self):
        for contract in self:
            checks = contract._completeness_checks()
            missing = [label for label, filled in checks if not filled]
            contract.completeness = 100 * (len(checks) - len(missing)) / len(checks)
            contract.missing = (
                Markup("<ul class='mb-0'>%s</ul>") % Markup().join(Markup("<li>%s</li>") % label for label in missing)
                if missing
                else False
            )

    def _completeness_checks(self):
        """What Chorus Pro will need from this contract.

        :return: list of ``(label: str, filled: bool)``; each label is the field's, as in the form.
        """
        self.ensure_one()

        def label(name):
            return self._fields[name]._description_string(self.env)

        checks = [
            (label(name), bool(self[name]))
            for name in (
                "chorus_contract_number",
                "chorus_framework_id",
                "date_notification",
            )
        ]
        for actor, partner in self._actors():
            checks.append((actor, bool(partner)))
            if partner:
                checks.append(
                    (
                        self.env._("SIRET of %(partner)s", partner=partner.display_name),
                        bool(partner.company_registry) and not partner._chorus_siret_problems(self.chorus_environment),
                    )
                )
        structure = self.payer_partner_id._chorus_structure(self.chorus_environment)
        service, commitment = bool(self.payer_service_id), bool(self.chorus_commitment_number)
        if structure.requires_service:
            checks.append((label("payer_service_id"), service))
        if structure.requires_commitment or self.payer_service_id.requires_commitment:
            checks.append((label("chorus_commitment_number"), commitment))
        if structure.requires_service_or_commitment:
            checks.append(
                (
                    self.env._(
                        "%(service)s or %(commitment)s",
                        service=label("payer_service_id"),
                        commitment=label("chorus_commitment_number"),
                    ),
                    service or commitment,
                )
            )
        checks.append((self.env._("Posts with an amount"), any(self.line_ids.mapped("amount"))))
        return checks
