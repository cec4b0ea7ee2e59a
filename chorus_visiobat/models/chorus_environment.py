"""The models whose screens belong to an environment of Chorus Pro, and wear its banner (DESIGN.md §3)."""

from odoo import api, models


class ChorusAccount(models.Model):
    _name = "chorus.account"
    _inherit = ["chorus.account", "chorus.environment.mixin"]


class ChorusPisteApplication(models.Model):
    _name = "chorus.piste.application"
    _inherit = ["chorus.piste.application", "chorus.environment.mixin"]


class ChorusDocument(models.Model):
    _name = "chorus.document"
    _inherit = ["chorus.document", "chorus.environment.mixin"]


class ChorusTransmission(models.Model):
    _name = "chorus.transmission"
    _inherit = ["chorus.transmission", "chorus.environment.mixin"]


class ChorusStructure(models.Model):
    _name = "chorus.structure"
    _inherit = ["chorus.structure", "chorus.environment.mixin"]


class WorksContract(models.Model):
    _name = "works.contract"
    _inherit = ["works.contract", "chorus.environment.mixin"]


class WorksSituation(models.Model):
    _name = "works.situation"
    _inherit = ["works.situation", "chorus.environment.mixin"]


class AccountMove(models.Model):
    _name = "account.move"
    _inherit = ["account.move", "chorus.environment.mixin"]

    @api.model
    def _chorus_banner_place(self, arch):
        return arch.find(".//page[@name='chorus_pro']")


class ProjectProject(models.Model):
    _name = "project.project"
    _inherit = ["project.project", "chorus.environment.mixin"]

    @api.model
    def _chorus_environment_path(self):
        return "main_works_contract_id.company_id.chorus_environment"

    @api.model
    def _chorus_banner_place(self, arch):
        return arch.find(".//page[@name='works_contract']")
