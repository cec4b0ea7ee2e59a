import logging

from odoo import api, models

_logger = logging.getLogger(__name__)

# Fields of a contract from which its deadlines are reckoned.
DEADLINE_FIELDS = {
    "ccag_version",
    "date_reception",
    "date_guarantee_end",
    "date_general",
    "guarantee_months",
    "payment_delay_days",
    "retention_release_date",
    "state",
    "user_id",
}


class WorksContract(models.Model):
    """The activities of the deadlines: one for each that is open, moved with it, done with it."""

    _inherit = "works.contract"

    @api.model
    def _cron_deadlines(self):
        """Bring the deadlines of the running contracts up to date, each in its own transaction."""
        contracts = self.search([("state", "!=", "draft")])
        progress = self.env["ir.cron"]._commit_progress
        progress(remaining=len(contracts))
        for contract in contracts:
            contract._sync_deadlines()
            progress(1)

    def write(self, vals):
        result = super().write(vals)
        if DEADLINE_FIELDS & vals.keys():
            self._sync_deadlines()
        return result

    def _sync_deadlines(self):
        """Make, move and close the activities of what is open now, and keep the nearest deadline. Idempotent.

        A contract that somebody else is writing is left to the next run.
        """
        for contract in self.sudo().try_lock_for_update(allow_referencing=True):
            deadlines = contract._open_deadlines()
            contract._sync_deadline_activities(deadlines)
            rule = deadlines[0].rule if deadlines else contract.deadline_rule_id.browse()
            due = deadlines[0].due if deadlines else False
            if (contract.deadline_rule_id, contract.deadline_date) != (rule, due):
                contract.write({"deadline_rule_id": rule.id, "deadline_date": due})

    def _sync_deadline_activities(self, deadlines):
        known = self._deadline_activities()
        kept = known.browse()
        for one in deadlines:
            same = known.filtered(
                lambda activity, one=one: (
                    (activity.res_model, activity.res_id) == (one.record._name, one.record.id)
                    and activity.activity_type_id == one.rule.activity_type_id
                )
            )
            if waiting := same.filtered("active"):
                kept |= waiting
                if waiting.date_deadline != one.due:
                    waiting.date_deadline = one.due
            elif one.due not in same.mapped("date_deadline"):
                # what somebody marked as done does not come back for the same day
                self._schedule_deadline(one)
        over = known.filtered("active") - kept
        if over:
            over.action_feedback(feedback=self.env._("Settled: nothing is waited for any more."))

    def _deadline_activities(self):
        """Activities of the deadlines of this contract, done ones included."""
        rules = self.env["works.deadline.rule"].with_context(active_test=False).search([("code", "!=", False)])
        return (
            self.env["mail.activity"]
            .sudo()
            .with_context(active_test=False)
            .search(
                [
                    ("activity_type_id", "in", rules.activity_type_id.ids),
                    "|",
                    "&",
                    ("res_model", "=", self._name),
                    ("res_id", "=", self.id),
                    "&",
                    ("res_model", "=", "works.situation"),
                    ("res_id", "in", self.situation_ids.ids),
                ]
            )
        )

    def _schedule_deadline(self, deadline):
        responsible = self._deadline_responsible(deadline.record)
        if not responsible:
            _logger.info("Contract %s: nobody may receive the activity of its deadlines", self.id)
            return
        deadline.record.activity_schedule(
            activity_type_id=deadline.rule.activity_type_id.id,
            date_deadline=deadline.due,
            summary=deadline.rule.name,
            note=deadline.rule.step,
            user_id=responsible.id,
        )

    def _deadline_responsible(self, record):
        """Who receives the activity: the responsible of the contract, else who made it, as long as he may see it."""
        for user in (self.user_id, self.create_uid):
            if user.active and not user.share and record.with_user(user).has_access("read"):
                return user
        return self.env["res.users"]
