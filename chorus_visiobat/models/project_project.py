from odoo import api, fields, models
from odoo.exceptions import UserError

GROUP = "chorus_visiobat.group_reader"


class ProjectProject(models.Model):
    """The site: it shows the Chorus Pro identifiers of its works contract, and edits them there."""

    _inherit = "project.project"

    works_contract_ids = fields.One2many("works.contract", "project_id", "Works contracts", groups=GROUP)
    main_works_contract_id = fields.Many2one(
        "works.contract",
        "Works contract",
        compute="_compute_main_works_contract_id",
        store=True,
        readonly=False,
        copy=False,
        index="btree_not_null",
        domain="[('project_id', '=', id)]",
        groups=GROUP,
        help="Contract whose identifiers are shown here, when the site has several.",
    )
    chorus_contract_number = fields.Char(
        "Contract identifier",
        compute="_compute_chorus_identifiers",
        inverse="_inverse_chorus_contract_number",
        groups=GROUP,
        help="Number of the contract, exactly as on its deed or identity sheet. 50 characters at most.",
    )
    chorus_commitment_number = fields.Char(
        "Commitment number",
        compute="_compute_chorus_identifiers",
        inverse="_inverse_chorus_commitment_number",
        groups=GROUP,
        help="Number of the legal commitment given by the client. Required when its Chorus Pro sheet says so.",
    )
    chorus_service_id = fields.Many2one(
        "chorus.service",
        "Paymaster's service",
        compute="_compute_chorus_identifiers",
        inverse="_inverse_chorus_service_id",
        groups=GROUP,
        help="Service that receives the invoice. Choose it from the list read from Chorus Pro.",
    )
    chorus_payer_siret = fields.Char(related="main_works_contract_id.payer_siret", groups=GROUP)
    chorus_environment = fields.Selection(related="main_works_contract_id.chorus_environment", groups=GROUP)

    @api.depends("works_contract_ids.active")
    def _compute_main_works_contract_id(self):
        for project in self:
            if project.main_works_contract_id not in project.works_contract_ids or not project.main_works_contract_id:
                project.main_works_contract_id = project.works_contract_ids[:1]

    @api.depends(
        "main_works_contract_id.chorus_contract_number",
        "main_works_contract_id.chorus_commitment_number",
        "main_works_contract_id.payer_service_id",
    )
    def _compute_chorus_identifiers(self):
        for project in self:
            contract = project.main_works_contract_id
            project.chorus_contract_number = contract.chorus_contract_number
            project.chorus_commitment_number = contract.chorus_commitment_number
            project.chorus_service_id = contract.payer_service_id

    def _inverse_chorus_contract_number(self):
        self._write_on_works_contract("chorus_contract_number", "chorus_contract_number")

    def _inverse_chorus_commitment_number(self):
        self._write_on_works_contract("chorus_commitment_number", "chorus_commitment_number")

    def _inverse_chorus_service_id(self):
        self._write_on_works_contract("chorus_service_id", "payer_service_id")

    def _write_on_works_contract(self, name, target):
        """Write a field of the site on its contract, which is where it is kept.

        :raises UserError: a value for a site without contract
        """
        for project in self:
            contract, value = project.main_works_contract_id, project[name]
            if contract:
                contract[target] = value
            elif value:
                raise UserError(
                    self.env._(
                        "%(field)s: the site %(project)s has no works contract to keep it. Create the contract first.",
                        field=self._fields[name]._description_string(self.env),
                        project=project.name,
                    )
                )

    def action_create_works_contract(self):
        """Open the form of a new contract for this site."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Works contract"),
            "res_model": "works.contract",
            "views": [(False, "form")],
            "context": {
                "default_project_id": self.id,
                "default_name": self.name,
                "default_moa_partner_id": self.partner_id.commercial_partner_id.id,
                "default_company_id": (self.company_id or self.env.company).id,
            },
        }

    def action_view_works_contracts(self):
        self.ensure_one()
        contracts = self.works_contract_ids
        action = {"type": "ir.actions.act_window", "res_model": "works.contract", "name": self.env._("Works contracts")}
        if len(contracts) == 1:
            return {**action, "res_id": contracts.id, "views": [(False, "form")]}
        return {
            **action,
            "domain": [("project_id", "=", self.id)],
            "context": {"default_project_id": self.id},
            "views": [(False, "list"), (False, "form")],
        }
