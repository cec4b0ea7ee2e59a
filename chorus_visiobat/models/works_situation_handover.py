from odoo import fields, models
from odoo.exceptions import AccessError, UserError

from .works_situation_line import INPUT_FIELDS

ACTIVITY = "chorus_visiobat.activity_progress_again"


class WorksSituation(models.Model):
    """From the building site to the billing team: progress is entered there, checked and invoiced here.

    entering ─Remettre à la facturation─▶ entered ─Rendre au chantier (reason)─▶ entering
    """

    _inherit = "works.situation"

    progress_state = fields.Selection(
        [("entering", "Being entered"), ("entered", "Handed over")],
        "Progress",
        required=True,
        default="entering",
        readonly=True,
        copy=False,
        tracking=True,
        help="Handed over: the site has finished entering, the billing team checks and invoices.",
    )
    progress_user_id = fields.Many2one(
        "res.users", "Handed over by", readonly=True, copy=False, help="Who handed the progress over to billing."
    )

    def action_hand_over(self):
        """*Remettre à la facturation*: the site has finished; from now on billing alone changes the progress.

        :raises AccessError: neither of the site nor of billing.
        :raises UserError: not a draft, or posts to correct: all of them at once, nothing is handed over.
        """
        if not self.env.su and not self.env.user.has_group("chorus_visiobat.group_site"):
            raise AccessError(self.env._("Your access rights do not let you enter progress. Ask for the group Site."))
        self.check_access("read")
        problems = []
        for situation in self:
            if situation.state != "draft":
                problems.append(situation._frozen_message())
            else:
                problems += situation._progress_problems()
        if problems:
            raise UserError("\n".join(f"• {problem}" for problem in problems))
        for situation in self.filtered(lambda situation: situation.progress_state == "entering"):
            # sudo: the site changes nothing but the progress, and this is the end of it
            situation.sudo().write({"progress_state": "entered", "progress_user_id": self.env.uid})
            situation.sudo().activity_feedback([ACTIVITY])

    def action_hand_back(self):
        """*Rendre au chantier*: ask for the reason, then let the site enter again."""
        self.ensure_one()
        self._check_can_bill()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Give back to the site"),
            "res_model": "works.hand.back",
            "views": [(False, "form")],
            "target": "new",
            "context": {"default_situation_id": self.id},
        }

    def _hand_back(self, reason):
        self.ensure_one()
        site = self.progress_user_id
        self.sudo().progress_state = "entering"
        self.message_post(body=self.env._("Given back to the site: %(reason)s", reason=reason))
        if site.active and site != self.env.user:
            self.activity_schedule(ACTIVITY, note=reason, user_id=site.id)


class WorksSituationLine(models.Model):
    _inherit = "works.situation.line"

    def _check_write_allowed(self, vals):
        """What was handed over is changed by billing alone, or given back first."""
        result = super()._check_write_allowed(vals)
        if self.env.su or self.env.user.has_group("chorus_visiobat.group_billing") or not INPUT_FIELDS & vals.keys():
            return result
        for situation in self.situation_id.filtered(lambda one: one.progress_state == "entered"):
            raise UserError(
                self.env._(
                    "Statement %(statement)s was handed over to billing: ask them to give it back, and enter again.",
                    statement=situation.name,
                )
            )
        return result
