import logging
from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import format_date

from .chorus_account_subscription import TESTS_OF_REFUSED_PASSWORD
from .chorus_lane import CONTENTION

_logger = logging.getLogger(__name__)

REMINDER_DAYS = (60, 30, 15, 7, 3, 1, 0)


class ChorusAccount(models.Model):
    """The watch over technical passwords: reminders before they expire, and pending versions tested again."""

    _inherit = "chorus.account"

    # The journal of reminders: for one expiry date, the last step sent. A later expiry date starts it again.
    reminded_expiry_date = fields.Date(copy=False, help="Expiry date for which reminders were sent.")
    reminded_days = fields.Integer(copy=False, help="Days before expiry of the last reminder sent.")

    @api.model
    def _cron_reminders(self):
        """Hourly: expiry dates read from Chorus Pro once a day, due reminders, pending versions due for a test."""
        accounts = self.sudo().search([("state", "in", ("active", "paused", "draft"))])
        cron = self.env["ir.cron"]
        cron._commit_progress(remaining=len(accounts))
        for account in accounts:
            try:
                # Alone with the account, as the lanes are: a test of the connection writes it.
                with account._exclusive() as mine:
                    if mine:
                        account.with_context(lang=account._users_lang())._watch()
                        cron._commit_progress()
            except CONTENTION:
                self.env.cr.rollback()
                _logger.info("Chorus Pro account %s: somebody else was writing, its turn will come again", account.id)
            except Exception:
                # One company's trouble must not deprive the others of their reminders.
                self.env.cr.rollback()
                _logger.exception("Chorus Pro account %s could not be watched", account.id)
            if not cron._commit_progress(1):
                break

    def _watch(self):
        """What is due now for one account, active, paused or pending."""
        self.ensure_one()
        if self.state == "draft":
            if self._retest_due():
                self._retest()
            return
        self._guard_identity()
        if self._identity_breach():
            return
        # A paused account makes no call, but an expired password is often why it is paused.
        if self.state == "active" and self._last_tested_before(hours=24) and self.has_password:
            self._refresh_expiry()
        self._send_due_reminder()

    def _retest_due(self) -> bool:
        """Whether this pending version is to be tested now. Never in a copy of the database, nor without a password."""
        if not self.has_password or self.env["ir.config_parameter"].sudo().get_param("database.is_neutralized"):
            return False
        if self.database_identity != self._database_identity():
            return False
        return self.auth_failures < TESTS_OF_REFUSED_PASSWORD and self._last_tested_before(hours=1)

    def _last_tested_before(self, hours):
        return not self.last_test_date or self.last_test_date <= fields.Datetime.now() - timedelta(hours=hours)

    def _send_due_reminder(self):
        """Remind the contact by e-mail and the administrators by an activity, once for each step of ``REMINDER_DAYS``.

        Steps missed while the server was stopped make one reminder, the latest.
        """
        self.ensure_one()
        expiry = self.password_expiry_date
        if not expiry:
            return
        left = (expiry - fields.Date.context_today(self)).days
        step = min((days for days in REMINDER_DAYS if left <= days), default=None)
        if step is None or (self.reminded_expiry_date == expiry and self.reminded_days <= step):
            return
        self.write({"reminded_expiry_date": expiry, "reminded_days": step})
        self.env.ref("chorus_visiobat.mail_template_password_expiry").send_mail(self.id)
        self._warn_managers(
            "chorus_visiobat.activity_password_expiry",
            self.env._("Technical password of Chorus Pro to renew before %(date)s", date=format_date(self.env, expiry)),
            self.env._(
                "Chorus Pro › Raccordements › Compte technique › Réinitialisation, then enter the new password in the "
                "ChorusPRO subscription."
            ),
        )

    def _subscription_url(self) -> str:
        """Return the address of this account's page, for e-mails."""
        self.ensure_one()
        return f"{self.get_base_url()}/odoo/action-chorus_visiobat.action_chorus_account/{self.id}"
