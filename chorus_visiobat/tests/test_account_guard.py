from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from .common import LOGIN, OTHER_SIRET, PASSWORD
from .subscription_case import SubscriptionCase


@tagged("post_install", "-at_install")
class TestAccountGuard(SubscriptionCase):
    """What stops an account before harm is done, and who may put it back in service."""

    def test_two_refusals_pause_once_and_a_confirmed_password_resumes(self):
        account = self.subscribe()
        account._record_auth_refusal()
        self.assertEqual(account.state, "active")
        account._record_auth_success()
        account._record_auth_refusal()
        self.assertEqual(account.state, "active", "not two in a row")
        mails = self.env["mail.mail"].search_count([("email_to", "=", account.contact_email)])
        account._record_auth_refusal()
        account._record_auth_refusal()
        self.assertEqual((account.state, account.pause_reason), ("paused", "auth"))
        self.assertEqual(self.env["mail.mail"].search_count([("email_to", "=", account.contact_email)]), mails + 1)
        self.assertEqual(account.activity_ids.user_id, self.manager)
        self.assertTrue(account._check_usable())
        self.subscribe()
        self.assertEqual((account.state, account.pause_reason, account.auth_failures), ("active", False, 0))
        self.assertFalse(account.activity_ids, "cured")

    def test_copied_database_pauses(self):
        account = self.subscribe()
        self.assertEqual(account._guard_identity(), account)
        confirmed = account.database_identity.split("|")
        for index, part in enumerate(("uuid", "cluster", "name", "oid")):
            with self.subTest(part):
                account._resume()
                account.database_identity = "|".join([*confirmed[:index], "another", *confirmed[index + 1 :]])
                self.assertTrue(account._check_usable())
                self.assertFalse(account._guard_identity())
                self.assertEqual((account.state, account.pause_reason), ("paused", "identity"))
                with self.assertRaises(UserError):
                    account.with_user(self.manager).action_resume()

    def test_identity_is_that_of_this_very_database(self):
        self.env.cr.execute(
            "SELECT system_identifier, current_database(), oid"
            " FROM pg_control_system(), pg_database WHERE datname = current_database()"
        )
        cluster_name_oid = [str(part) for part in self.env.cr.fetchone()]
        expected = [self.env["ir.config_parameter"].get_param("database.uuid"), *cluster_name_oid]
        self.assertEqual(self.env["chorus.account"]._database_identity().split("|"), expected)

    def test_branch_sends_by_its_parent_unless_it_has_its_own_siret(self):
        account = self.subscribe()
        Company = self.env["res.company"]
        branch = Company.create({"name": "Agence Nord", "parent_id": self.company.id})
        other = Company.create({"name": "Agence Sud", "parent_id": self.company.id, "company_registry": OTHER_SIRET})
        self.assertEqual(self.env["chorus.account"]._for(branch), account)
        self.assertFalse(self.env["chorus.account"]._for(other))

    def test_password_written_on_the_company_waits_for_its_test(self):
        account = self.subscribe()
        company = self.company.with_user(self.manager)
        company.chorus_technical_password = "Neuf-2027!val"
        self.assertFalse(company.chorus_technical_password)
        self.assertEqual(account._read_password().reveal(), PASSWORD)
        pending = self.env["chorus.account"].search([("pending_of_id", "=", account.id)])
        self.assertEqual(pending._read_password().reveal(), "Neuf-2027!val")
        self.simulator.control.account(LOGIN, password="Neuf-2027!val")
        pending._watch()
        self.assertTrue(pending.exists(), "nobody proved his identity: no cron puts it in service")
        self.assertEqual(account._read_password().reveal(), PASSWORD)
        wizard = self.open_wizard()
        wizard.action_save()
        wizard._confirm()
        self.assertEqual(account._read_password().reveal(), "Neuf-2027!val")

    def test_password_written_without_an_account_is_refused(self):
        with self.assertRaisesRegex(UserError, "subscription"):
            self.company.with_user(self.manager).chorus_technical_password = "Neuf-2027!val"

    def test_environment_is_chosen_by_the_subscription_alone(self):
        with self.assertRaises(AccessError):
            self.company.with_user(self.manager).write({"chorus_environment": "production"})
        self.assertEqual(self.company.chorus_environment, "qualification")

    def test_an_administrator_of_a_branch_leaves_the_account_of_its_parent_alone(self):
        account = self.subscribe()
        branch = self.env["res.company"].create({"name": "Agence Nord", "parent_id": self.company.id})
        user = new_test_user(
            self.env,
            "chorus_branch",
            "chorus_visiobat.group_manager",
            company_id=branch.id,
            company_ids=[(6, 0, branch.ids)],
        )
        seen = account.with_user(user).with_company(branch)
        self.assertEqual(seen.state, "active", "the branch sends by it")
        for action in ("action_pause", "action_resume", "action_test"):
            with self.subTest(action), self.assertRaises(AccessError):
                getattr(seen, action)()
        self.assertEqual(account.state, "active")

    def test_an_administrator_pauses_and_resumes(self):
        account = self.subscribe()
        account.with_user(self.manager).action_pause()
        self.assertEqual(account.pause_reason, "manual")
        account.with_user(self.manager).action_resume()
        self.assertEqual(account.state, "active")
