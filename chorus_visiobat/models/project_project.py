from odoo import fields, models


class ProjectProject(models.Model):
    _inherit = "project.project"

    works_contract_ids = fields.One2many(
        "works.contract", "project_id", "Works contracts", groups="chorus_visiobat.group_reader"
    )
