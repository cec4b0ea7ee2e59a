from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    chorus_account_ids = fields.One2many(
        "chorus.account", "company_id", "Technical accounts", groups="chorus_visiobat.group_manager"
    )
