from datetime import date, datetime, timedelta

from odoo.tests import freeze_time, tagged

from .common import LOGIN
from .subscription_case import SubscriptionCase


@tagged("post_install", "-at_install")
class TestReminders(SubscriptionCase):
    """Renewing the technical password in time: each reminder once, to whom it concerns (works-billing.md §5.6)."""

    def setUp(self):
        super().setUp()
        self.account = self.subscribe()
        self.expiry = date(2027, 6, 30)
        self.account.write({"password_expiry_date": self.expiry})

    def mails(self):
        return self.env["mail.mail"].search([("email_to", "=", self.account.contact_email)], order="id")

    def run_on(self, day):
        """A run of the cron's work that day, Chorus Pro having nothing new to say."""
        with freeze_time(datetime.combine(day, datetime.min.time()) + timedelta(hours=12)):
            self.account.last_test_date = datetime.combine(day, datetime.min.time()) + timedelta(hours=11)
            self.account._watch()

    def test_each_step_once(self):
        sent = []
        for left in range(70, -4, -1):
            before = len(self.mails())
            self.run_on(self.expiry - timedelta(days=left))
            self.run_on(self.expiry - timedelta(days=left))
            if added := len(self.mails()) - before:
                sent.append((left, added))
        self.assertEqual(sent, [(60, 1), (30, 1), (15, 1), (7, 1), (3, 1), (1, 1), (0, 1)])

    def test_a_stopped_server_sends_the_latest_only(self):
        self.run_on(self.expiry - timedelta(days=5))
        self.assertEqual(len(self.mails()), 1)
        self.assertEqual(self.account.reminded_days, 7)

    def test_a_paused_account_is_reminded_too(self):
        self.account._pause("auth")
        calls = self.simulator.control.requests()
        with self.enter_registry_test_mode(), freeze_time(datetime.combine(self.expiry, datetime.min.time())):
            self.env.ref("chorus_visiobat.cron_reminders").method_direct_trigger()
        self.assertEqual(len(self.mails()), 1)
        self.assertEqual(self.account.state, "paused")
        self.assertEqual(self.simulator.control.requests(), calls, "paused: nothing is asked")

    def test_a_paused_account_of_a_copy_is_not(self):
        self.account._pause("auth")
        self.account.database_identity = "another database"
        self.run_on(self.expiry)
        self.assertFalse(self.mails())

    def test_a_renewed_password_starts_again(self):
        self.run_on(self.expiry - timedelta(days=3))
        self.account.password_expiry_date = self.expiry + timedelta(days=424)
        self.run_on(self.expiry - timedelta(days=2))
        self.assertEqual(len(self.mails()), 1)
        self.run_on(self.expiry + timedelta(days=424 - 60))
        self.assertEqual(len(self.mails()), 2)

    def test_mail_is_french_and_holds_no_secret(self):
        self.run_on(self.expiry - timedelta(days=60))
        mail = self.mails()
        self.assertIn("renouvelez le mot de passe technique de Bâtisseurs du Val", mail.subject)
        self.assertIn("Raccordements › Compte technique › Réinitialisation", mail.body_html)
        self.assertIn(self.account._subscription_url(), mail.body_html)
        self.assertNotIn(self.account._read_password().reveal(), mail.body_html)

    def test_administrators_get_one_activity_closed_by_the_new_password(self):
        self.run_on(self.expiry - timedelta(days=60))
        self.run_on(self.expiry - timedelta(days=30))
        self.assertEqual(self.account.activity_ids.user_id, self.manager)
        self.assertEqual(len(self.account.activity_ids), 1)
        self.simulator.control.account(LOGIN, password="Neuf-2027!val")
        self.subscribe(password="Neuf-2027!val")
        self.assertFalse(self.account.activity_ids)

    def test_cron_reads_the_expiry_from_chorus_pro_once_a_day(self):
        told = self.account.last_test_date
        with self.enter_registry_test_mode():
            self.env.ref("chorus_visiobat.cron_reminders").method_direct_trigger()
        self.assertEqual(self.account.last_test_date, told, "tested a moment ago")
        self.account.write({"last_test_date": told - timedelta(hours=25), "password_expiry_date": date(2020, 1, 1)})
        with self.enter_registry_test_mode():
            self.env.ref("chorus_visiobat.cron_reminders").method_direct_trigger()
        self.assertGreater(self.account.password_expiry_date, date(2026, 1, 1))

    def test_cron_promotes_a_pending_version(self):
        pending = self.subscribe(password="Neuf-2027!val")
        self.assertEqual(pending.state, "draft")
        self.simulator.control.account(LOGIN, password="Neuf-2027!val")
        pending.last_test_date -= timedelta(hours=2)
        with self.enter_registry_test_mode():
            self.env.ref("chorus_visiobat.cron_reminders").method_direct_trigger()
        self.assertFalse(pending.exists())
        self.assertEqual(self.account._read_password().reveal(), "Neuf-2027!val")

    def test_a_refused_pending_version_is_not_tried_for_ever(self):
        pending = self.subscribe(password="Faux-2026")
        before = len(self.mails())
        for _hour in range(6):
            pending.last_test_date -= timedelta(hours=2)
            pending._watch()
        self.assertEqual(pending.auth_failures, 3)
        self.assertEqual(len(self.mails()), before + 1, "the contact is told once")

    def test_nothing_leaves_from_a_copy(self):
        self.account.database_identity = "another database"
        self.run_on(self.expiry - timedelta(days=60))
        self.assertFalse(self.mails())
        self.assertEqual(self.account.pause_reason, "identity")
