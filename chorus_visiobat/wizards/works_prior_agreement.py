from odoo import fields, models
from odoo.exceptions import UserError


class WorksPriorAgreement(models.TransientModel):
    """What the project manager answered to a project: agreed by whom and when, or refused and why."""

    _name = "works.prior.agreement"
    _description = "Answer to a project of statement"

    situation_id = fields.Many2one("works.situation", required=True, ondelete="cascade")
    answer = fields.Selection(
        [("agreed", "Agreed"), ("refused", "Refused")], required=True, default="agreed", help="What he answered."
    )
    date = fields.Date("Answered on", required=True, default=fields.Date.context_today, help="Day of his answer.")
    person = fields.Char("Answered by", required=True, help="Who answered, and how: name, e-mail, meeting…")
    reason = fields.Text("What he objects", help="What is to be corrected before asking again.")

    def action_record(self):
        """Keep the answer on the statement.

        :raises UserError: all that is missing, at once.
        """
        self.ensure_one()
        situation = self.situation_id
        situation._check_can_bill()
        problems = []
        if situation.state != "draft":
            problems.append(situation._frozen_message())
        if self.answer == "refused" and not (self.reason or "").strip():
            problems.append(self.env._("What he objects: enter what is to be corrected."))
        if self.date > fields.Date.context_today(self):
            problems.append(self.env._("Answered on: this day is still to come."))
        if problems:
            raise UserError("\n".join(problems))
        values = {
            "prior_agreement": self.answer,
            "prior_agreement_date": self.date,
            "prior_agreement_by": self.person,
            "prior_agreement_reason": self.reason if self.answer == "refused" else False,
        }
        if situation.prior_agreement == "none":
            # asked outside Odoo: the answer is about the project as it stands
            values["prior_agreement_total"] = situation.amount_total
        situation.sudo().write(values)
        return {"type": "ir.actions.act_window_close"}
