from odoo import fields, models


class ResUsers(models.Model):
    _inherit = "res.users"

    chorus_can_subscribe = fields.Boolean(compute="_compute_chorus_can_subscribe")

    @property
    def SELF_READABLE_FIELDS(self):
        return super().SELF_READABLE_FIELDS + ["chorus_can_subscribe"]

    def _compute_chorus_can_subscribe(self):
        for user in self:
            user.chorus_can_subscribe = user.has_group("chorus_visiobat.group_manager")
