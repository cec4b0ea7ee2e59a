from odoo import api, fields, models
from odoo.exceptions import AccessError

from odoo.addons.base.models.res_users import check_identity


class ResUsers(models.Model):
    """*Mon compte*: the page of the user, from which those who may open the Chorus Pro subscription."""

    _inherit = "res.users"

    chorus_can_subscribe = fields.Boolean(compute="_compute_chorus_can_subscribe")
    chorus_subscription_state = fields.Char(
        "Chorus Pro subscription",
        compute="_compute_chorus_subscription_state",
        help="State of your company's subscription.",
    )

    @property
    def SELF_READABLE_FIELDS(self):
        return super().SELF_READABLE_FIELDS + ["chorus_can_subscribe", "chorus_subscription_state"]

    def _compute_chorus_can_subscribe(self):
        for user in self:
            user.chorus_can_subscribe = user.has_group("chorus_visiobat.group_manager")

    @api.depends_context("company", "uid")
    def _compute_chorus_subscription_state(self):
        for user in self:
            # Only one's own page tells, and only to who may act on it.
            shown = user == self.env.user and user.chorus_can_subscribe
            user.chorus_subscription_state = shown and self.env.company.sudo()._chorus_subscription_sentence()

    @api.model
    def action_chorus_my_account(self):
        """Open the page *Mon compte* of the current user."""
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("My account"),
            "res_model": "res.users",
            "res_id": self.env.uid,
            "views": [(self.env.ref("chorus_visiobat.view_users_form_my_account").id, "form")],
            "target": "current",
        }

    @check_identity
    def action_chorus_subscription(self):
        """Open the Chorus Pro subscription (*Abonnement ChorusPRO*) of the company the user is working in."""
        if not self.env.user.chorus_can_subscribe:
            raise AccessError(
                self.env._(
                    "Only an administrator of works contracts and Chorus Pro may open the subscription. Ask yours."
                )
            )
        return self.env["chorus.subscription"]._open(self.env.company)
