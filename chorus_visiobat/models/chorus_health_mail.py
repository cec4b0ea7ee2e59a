import logging

from odoo import api, fields, models

from .chorus_health_finding import worst

_logger = logging.getLogger(__name__)


class ChorusAccount(models.Model):
    """The mail of the morning to the referent: only when something is wrong, once a day at most."""

    _inherit = "chorus.account"

    health_told_on = fields.Date("State told on", copy=False, help="Day of the last mail about the state of the link.")
    health_told = fields.Json("State told", copy=False, help="What the last mail about the state of the link said.")

    @api.model
    def _cron_health(self):
        """Daily: write to the referent of each account that has a problem."""
        cron = self.env["ir.cron"]
        accounts = self.sudo().search([("contact_email", "!=", False)])
        accounts = self.env["chorus.health"]._of_the_environment_in_use(accounts)
        cron._commit_progress(remaining=len(accounts))
        for account in accounts:
            try:
                account.with_context(lang=account._users_lang())._tell_health()
            except Exception:
                # One company's trouble must not deprive the others of their mail.
                self.env.cr.rollback()
                _logger.exception("Chorus Pro: the state of account %s could not be told", account.id)
            if not cron._commit_progress(1):
                break

    def _tell_health(self):
        """Write to the referent if there is a problem and he was not told today; say what changed since he last was.

        Nothing is ever written from a copy of the database.
        """
        self.ensure_one()
        today = fields.Date.context_today(self)
        if self._identity_breach() or self.health_told_on == today:
            return
        # The task that writes this mail runs: those that are late, after a night's outage, run beside it or next.
        found = [
            finding
            for finding in self.env["chorus.health"]._findings(self)
            if finding.level != "ok" and finding.code != "cron_late"
        ]
        if worst(found) != "problem":
            if self.health_told:
                self.health_told = False
            return
        before = self.health_told or {}
        now = {finding.key: finding.sentence for finding in found}
        problems = [finding for finding in found if finding.level == "problem"]
        told = {
            "news": [_words(finding) for finding in problems if finding.key not in before],
            "lasting": [_words(finding) for finding in problems if finding.key in before],
            "warnings": [_words(finding) for finding in found if finding.level == "warn"],
            "solved": [sentence for key, sentence in before.items() if key not in now],
            "since": self.health_told_on,
        }
        self.write({"health_told_on": today, "health_told": now})
        template = self.env.ref("chorus_visiobat.mail_template_health")
        template.with_context(chorus_health=told).send_mail(self.id)

    def _health_url(self) -> str:
        """Return the address of the page, for e-mails."""
        return f"{self.get_base_url()}/odoo/chorus-health"


def _words(finding):
    return {"sentence": finding.sentence, "cure": finding.cure}
