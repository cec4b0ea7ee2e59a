"""The mail of the morning: what is wrong, what changed, and silence otherwise."""

from datetime import datetime, timedelta

from odoo import fields
from odoo.tests import freeze_time, tagged

from .common import ChorusCase

DAY = datetime(2026, 12, 1, 6)


@tagged("post_install", "-at_install")
class TestHealthMail(ChorusCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.account.password_expiry_date = fields.Date.to_date("2027-12-31")

    def morning(self, day=0):
        """The run of that morning, everything of the server being well; the mails that it wrote."""
        now = DAY + timedelta(days=day)
        self.env["chorus.health"]._crons().write({"nextcall": now, "active": True, "failure_count": 0})
        before = self.mails()
        with self.enter_registry_test_mode(), freeze_time(now):
            self.env.ref("chorus_visiobat.cron_health").method_direct_trigger()
        self.env.invalidate_all()
        return self.mails() - before

    def mails(self):
        return self.env["mail.mail"].search([("email_to", "=", self.account.contact_email)], order="id")

    def test_no_mail_when_all_is_well_nor_for_a_mere_warning(self):
        self.assertFalse(self.morning())
        self.account._pause("manual")
        self.assertFalse(self.morning(1))

    def test_one_mail_a_day_in_french_with_what_to_do(self):
        self.account._pause("auth")
        mail = self.morning()
        self.assertEqual(len(mail), 1)
        self.assertEqual(mail.subject, "Chorus Pro : la liaison de Bâtisseurs du Val demande une intervention")
        self.assertIn("Nouveau", mail.body_html)
        self.assertIn("mettez à jour le mot de passe", mail.body_html)
        self.assertIn("/odoo/chorus-health", mail.body_html)
        self.assertFalse(self.morning(), "not twice the same day")
        self.assertEqual(len(self.morning(1)), 1, "again the next day, as long as it lasts")

    def test_tasks_late_after_a_night_without_server_make_no_mail(self):
        late = {"nextcall": DAY - timedelta(hours=6), "active": True, "failure_count": 0}
        self.env["chorus.health"]._crons().write(late)
        with freeze_time(DAY):
            self.assertIn("cron_late", {finding.code for finding in self.env["chorus.health"]._findings(self.account)})
            self.account.with_context(lang="fr_FR")._tell_health()
        self.assertFalse(self.mails())

    def test_it_says_what_changed_since_the_last_one(self):
        self.account._pause("auth")
        self.morning()
        self.account.password_expiry_date = "2026-12-03"
        second = self.morning(1)
        self.assertIn("Déjà signalé le 01/12/2026", second.body_html)
        self.assertIn("Nouveau", second.body_html)
        self.account._resume()
        third = self.morning(2)
        self.assertIn("Réglé depuis", third.body_html)
        self.assertIn("Les envois sont suspendus", third.body_html.partition("Réglé depuis")[2])
        self.account.password_expiry_date = "2027-12-31"
        self.assertFalse(self.morning(3), "all is well: silence")
        self.account._pause("auth")
        self.assertNotIn("Déjà signalé", self.morning(4).body_html, "an old trouble that comes back is new")

    def test_nothing_is_written_from_a_copy_of_the_database(self):
        self.account._pause("auth")
        self.account.database_identity = "another database"
        self.assertFalse(self.morning())

    def test_each_referent_hears_of_his_own_account(self):
        other = self.env["res.company"].create({"name": "Charpentes Renaud"})
        stranger = self.create_account(other, "59603082500019", "TECH_1@cpp2017.fr", "x")
        stranger.write({"contact_email": "renaud@charpentes.example", "password_expiry_date": "2027-12-31"})
        self.account._pause("auth")
        self.assertEqual(len(self.morning()), 1)
        self.assertFalse(self.env["mail.mail"].search([("email_to", "=", "renaud@charpentes.example")]))
