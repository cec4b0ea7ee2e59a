from markupsafe import Markup

from odoo import api, fields, models

ACTORS = ("moa_partner_id", "moe_partner_id", "payer_partner_id", "main_contractor_id")
WATCHED = {*ACTORS, "payer_service_id", "moa_service_id", "moe_service_id", "chorus_commitment_number", "state"}


class WorksContract(models.Model):
    """What the directory of Chorus Pro says of the actors of a contract: asked when they are chosen, shown on the
    contract, and told to its responsible when a change would have its papers refused."""

    _inherit = "works.contract"

    directory_advice = fields.Text(
        "Directory of Chorus Pro",
        compute="_compute_directory_advice",
        help="What the directory of Chorus Pro says of the actors of this contract. Its requirements are listed with "
        "what is missing.",
    )

    @api.model_create_multi
    def create(self, vals_list):
        contracts = super().create(vals_list)
        contracts._ask_directory()
        return contracts

    def write(self, vals):
        result = super().write(vals)
        if WATCHED & vals.keys():
            self._ask_directory()
            self._close_directory_activities()
        return result

    def _directory_numbers(self):
        """The numbers of the actors: set of ``(identifier type, number)``."""
        partners = self.env["res.partner"].sudo().union(*(self.sudo()[name] for name in ACTORS))
        return {partner._chorus_number() for partner in partners.commercial_partner_id if partner.company_registry}

    def _ask_directory(self):
        """Ask about actors never looked up, and about services whose own requirements were never read."""
        self.env["chorus.lookup"]._ask(self._directory_numbers())
        services = (self.payer_service_id | self.moa_service_id | self.moe_service_id).sudo()
        if services.filtered(lambda service: service.active and not service.rules_date):
            self.env["chorus.account"]._wake("chorus_visiobat.cron_directory")

    @api.depends_context("company")
    @api.depends(
        "moa_partner_id.company_registry",
        "moe_partner_id.company_registry",
        "payer_partner_id.company_registry",
        "main_contractor_id.company_registry",
        "payer_service_id",
        "moa_service_id",
        "moe_service_id",
        "with_moe",
        "role",
    )
    def _compute_directory_advice(self):
        for contract in self:
            notes = []
            for label, partner in contract._actors():
                if sentence := partner.commercial_partner_id._chorus_directory_obstacle(contract.chorus_environment):
                    notes.append(f"{label} : {sentence}")
            notes += contract._service_problems()
            contract.directory_advice = "\n".join(dict.fromkeys(notes)) or False

    def _service_problems(self):
        """Services chosen that are closed, or belong to another body than the one named."""
        _ = self.env._
        problems = []
        for partner, service in (
            (self.payer_partner_id, self.payer_service_id),
            (self.moa_partner_id, self.moa_service_id),
            (self.moe_partner_id, self.moe_service_id),
        ):
            if service and service.siret != partner.commercial_partner_id._chorus_siret():
                problems.append(
                    _(
                        "The service %(service)s is not one of %(partner)s: choose it again.",
                        service=service.code,
                        partner=partner.name,
                    )
                )
            elif service and not service.active:
                problems.append(
                    _(
                        "The service %(service)s of %(partner)s is closed in Chorus Pro: choose another one.",
                        service=service.code,
                        partner=partner.name,
                    )
                )
        return problems

    def _directory_problems(self):
        """Why Chorus Pro would refuse a paper of this contract addressed as it is now: list of sentences."""
        self.ensure_one()
        problems = []
        for _label, partner in self._actors():
            structure = partner.commercial_partner_id._chorus_structure(self.chorus_environment)
            if structure and not structure.is_open:
                problems.append(
                    self.env._("%(partner)s is no longer active in Chorus Pro.", partner=partner.display_name)
                )
        problems += self._service_problems()
        structure = self.payer_partner_id.commercial_partner_id._chorus_structure(self.chorus_environment)
        service = self.payer_service_id.code or ""
        found = structure._addressing_problems(self.payer_partner_id.name, service, self.chorus_commitment_number or "")
        problems += [sentence for code, sentence in found if code != "service_unknown" or not self.payer_service_id]
        return list(dict.fromkeys(problems))

    def _tell_directory_problems(self):
        """An activity for the responsible of each of these contracts that a change of the directory makes unbillable.

        One at a time: a later change rewrites its note.
        """
        for contract in self:
            problems = contract._directory_problems()
            if not problems:
                contract._close_directory_activities()
                continue
            note = Markup("<ul>%s</ul>") % Markup().join(Markup("<li>%s</li>") % problem for problem in problems)
            if activities := contract._directory_activities():
                activities.note = note
            elif responsible := contract._deadline_responsible(contract):
                contract.activity_schedule("chorus_visiobat.activity_directory", note=note, user_id=responsible.id)

    def _directory_activities(self):
        kind = self.env.ref("chorus_visiobat.activity_directory", raise_if_not_found=False)
        return (
            self.env["mail.activity"]
            .sudo()
            .search(
                [
                    ("activity_type_id", "=", kind and kind.id),
                    ("res_model", "=", self._name),
                    ("res_id", "in", self.ids),
                ]
            )
        )

    def _close_directory_activities(self):
        """Close the activities of what is cured."""
        for activity in self._directory_activities():
            contract = self.browse(activity.res_id).sudo()
            if contract.state == "closed" or not contract._directory_problems():
                activity.action_feedback(feedback=self.env._("Settled: Chorus Pro accepts this address again."))
