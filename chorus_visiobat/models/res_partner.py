from odoo import fields, models


class ResPartner(models.Model):
    _inherit = "res.partner"

    chorus_structure_id = fields.Many2one(
        "chorus.structure", "Chorus Pro structure", groups="chorus_visiobat.group_reader", ondelete="set null"
    )
