from lxml import etree

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from ..chorus_api.rules import check_siret
from .common import CLIENT_ID, LOGIN, OTHER_LOGIN, OTHER_PASSWORD, OTHER_SIRET, PASSWORD, SIRET
from .subscription_case import SubscriptionCase

BANNERED = {
    "chorus.account",
    "chorus.document",
    "chorus.piste.application",
    "chorus.structure",
    "chorus.subscription",
    "chorus.transmission",
    "works.contract",
    "works.situation",
}


@tagged("post_install", "-at_install")
class TestSubscription(SubscriptionCase):
    """Enregistrer, Confirmer, and what each failure says (DESIGN.md §1, V2 to V10)."""

    def test_opens_prefilled_from_the_company(self):
        wizard = self.open_wizard()
        self.assertEqual(wizard.siret, SIRET)
        self.assertEqual(wizard.environment, "qualification")
        self.assertEqual(wizard.step, "edit")

    def test_all_problems_at_once(self):
        wizard = self.open_wizard(
            siret="452 601 818",
            contact_email="compta",
            login="TECH 1",
            password_input="a",
            password_check_input="b",
            piste_application_id=False,
        )
        with self.assertRaises(UserError) as caught:
            wizard.action_save()
        message = str(caught.exception)
        for named in ("SIRET", "e-mail", "Technical account", "Confirmation", "PISTE application"):
            self.assertIn(named, message)
        self.assertEqual(wizard.step, "edit")
        self.assertFalse(self.simulator.control.requests("/api/oauth/token"), "nothing is asked before it is sound")

    def test_live_test_names_the_structure_then_confirm_activates(self):
        wizard = self.open_wizard(**self.typed())
        wizard.action_save()
        self.assertTrue(wizard.test_ok, wizard.test_message)
        self.assertIn("Bâtisseurs du Val", wizard.test_message)
        self.assertFalse(self.env["chorus.account"].search([("company_id", "=", self.company.id)]), "not confirmed yet")
        wizard._confirm()
        account = self.env["chorus.account"]._for(self.company)
        self.assertEqual((account.state, account.siret, account.login), ("active", SIRET, LOGIN))
        self.assertEqual(account._read_password().reveal(), PASSWORD)
        self.assertGreater(account.password_expiry_date, fields.Date.context_today(account), "read from Chorus Pro")
        self.assertFalse(account._check_usable())
        company = self.company.with_user(self.manager)
        self.assertEqual(company.chorus_state, "active")
        self.assertTrue(company.chorus_has_password)
        self.assertFalse(company.chorus_technical_password)

    def test_back_changes_nothing(self):
        account = self.subscribe()
        before = account.read(["login", "siret", "contact_email", "write_date"])
        wizard = self.open_wizard(contact_email="autre@batisseurs.example")
        wizard.action_save()
        self.assertIn("autre@batisseurs.example", wizard.change_html)
        wizard.action_back()
        self.assertEqual(wizard.step, "edit")
        self.assertEqual(account.read(["login", "siret", "contact_email", "write_date"]), before)

    def test_password_stays_when_not_typed_again(self):
        account = self.subscribe()
        wizard = self.open_wizard(contact_email="autre@batisseurs.example")
        wizard.action_save()
        wizard._confirm()
        self.assertEqual(account.contact_email, "autre@batisseurs.example")
        self.assertEqual(account._read_password().reveal(), PASSWORD)

    def test_another_login_needs_its_password(self):
        self.subscribe()
        with self.assertRaisesRegex(UserError, "password"):
            self.open_wizard(login=OTHER_LOGIN).action_save()

    def test_every_failure_has_its_own_sentence(self):
        control = self.simulator.control
        control.application(CLIENT_ID, apis=["factures", "structures", "transverses", "facturesTravaux"])
        cases = {
            "password": ({"password": "Faux-2026"}, lambda: None),
            "siret": ({"login": OTHER_LOGIN, "password": OTHER_PASSWORD}, lambda: None),
            "no_raccordement": ({}, lambda: control.account(LOGIN, connected=False)),
            "not_subscribed": ({}, lambda: control.application(CLIENT_ID, apis=["factures"])),
            "piste": ({}, lambda: control.application(CLIENT_ID, secret="changed-since")),
            "throttled": ({}, lambda: control.fault("status", "/cpro/.*", status=429, headers={"Retry-After": "30"})),
            "unavailable": ({}, lambda: control.fault("status", "/cpro/.*", status=503, body="<html>", times=9)),
            "notsent": ({}, lambda: control.fault("status", "/api/oauth/token", status=502, body="<html>", times=9)),
        }
        sentences = {}
        for code, (changes, arrange) in cases.items():
            with self.subTest(code):
                control.reset()
                control.settings(lockout=1000)
                arrange()
                wizard = self.open_wizard(**self.typed(**changes))
                wizard.action_save()
                self.assertFalse(wizard.test_ok)
                self.assertEqual(wizard.test_code, code, wizard.test_message)
                sentences[code] = wizard.test_message
        self.assertEqual(len(set(sentences.values())), len(cases), sentences)
        self.assertIn(OTHER_SIRET, sentences["siret"], "it says whose account it is")

    def test_failed_test_keeps_a_pending_version_and_the_active_one(self):
        active = self.subscribe()
        pending = self.subscribe(password="Faux-2026")
        self.assertNotEqual(pending, active)
        self.assertEqual((pending.state, pending.pending_of_id), ("draft", active))
        self.assertEqual(active.state, "active")
        self.assertEqual(active._read_password().reveal(), PASSWORD)
        self.assertEqual(self.env["chorus.account"]._for(self.company), active)

    def test_pending_version_takes_over_once_its_test_passes(self):
        active = self.subscribe()
        pending = self.subscribe(password="Neuf-2027!val")
        self.simulator.control.account(LOGIN, password="Neuf-2027!val")
        promoted = pending._retest()
        self.assertEqual(promoted, active)
        self.assertFalse(pending.exists())
        self.assertEqual(active._read_password().reveal(), "Neuf-2027!val")

    def promote_unattended(self, pending, password):
        """The reminders cron finds that the password of a pending version is now accepted."""
        self.simulator.control.account(LOGIN, password=password)
        return pending._retest()

    def test_a_later_test_does_not_move_a_company_to_another_environment(self):
        self.subscribe()
        pending = self.subscribe(password="Neuf-2027!val")
        production = self.env["chorus.account"].create(
            {"company_id": self.company.id, "environment": "production", "siret": SIRET, "login": LOGIN}
        )
        production.contact_email = "compta@batisseurs.example"
        production._resume()
        self.company.chorus_environment = "production"
        trial = self.promote_unattended(pending, "Neuf-2027!val")
        self.assertEqual(self.company.chorus_environment, "production", "nobody asked for trials")
        self.assertEqual(self.env["chorus.account"]._for(self.company), production)
        self.assertEqual(trial._read_password().reveal(), "Neuf-2027!val")
        self.assertIn(self.manager.partner_id, trial.message_ids[:1].partner_ids, "told that it waits")

    def test_a_first_account_found_good_later_is_used(self):
        pending = self.subscribe(password="Neuf-2027!val")
        account = self.promote_unattended(pending, "Neuf-2027!val")
        self.assertEqual((account.state, self.env["chorus.account"]._for(self.company)), ("active", account))

    def test_a_later_test_lifts_no_pause_that_a_person_decided(self):
        active = self.subscribe()
        kept = dict.fromkeys(("manual", "identity", "neutralized"), "paused")
        for reason, state in {**kept, "auth": "active"}.items():
            with self.subTest(reason):
                password = f"Neuf-2027!{reason}"
                pending = self.subscribe(password=password)
                active._pause(reason)
                self.assertEqual(self.promote_unattended(pending, password), active)
                self.assertEqual(active.state, state)
                self.assertEqual(active._read_password().reveal(), password)

    def test_a_wrong_password_costs_two_calls(self):
        self.open_wizard(**self.typed(password="Faux-2026")).action_save()
        calls = [call for call in self.simulator.control.requests() if call["path"].startswith("/cpro/")]
        self.assertEqual(len(calls), 2, "a few refusals lock the account")

    def test_values_changed_after_the_test_are_tested_again(self):
        wizard = self.open_wizard(**self.typed())
        wizard.action_save()
        wizard.write({"login": OTHER_LOGIN})
        with self.assertRaises(UserError):
            wizard._confirm()
        self.assertFalse(self.env["chorus.account"]._for(self.company))

    def test_result_of_the_test_cannot_be_forged(self):
        wizard = self.open_wizard(**self.typed(password="Faux-2026"))
        for forged in ({"test_ok": True}, {"step": "confirm"}, {"company_id": self.env.company.id}):
            with self.subTest(forged), self.assertRaises(AccessError):
                wizard.write(forged)

    def test_wizard_is_reached_only_through_the_button(self):
        with self.assertRaises(AccessError):
            self.env["chorus.subscription"].with_user(self.manager).create({"company_id": self.company.id})

    def test_production_has_its_own_confirmation(self):
        application = self.application.copy({"environment": "production", "client_id": "prod"})
        application._write_client_secret("s")
        wizard = self.open_wizard(**self.typed(environment="production", piste_application_id=application.id))
        # The test itself would reach the real production: only its confirmation is looked at here.
        wizard.sudo().write({"step": "confirm", "test_ok": True, "test_code": "ok"})
        with self.assertRaisesRegex(UserError, "Production"):
            wizard._confirm()
        wizard.production_confirmed = True
        wizard._confirm()
        self.assertEqual(self.company.chorus_environment, "production")

    def test_production_is_closed_to_a_test_copy(self):
        self.env["ir.config_parameter"].set_param("database.is_neutralized", "true")
        wizard = self.open_wizard(**self.typed(environment="production"))
        with self.assertRaisesRegex(UserError, "test copy"):
            wizard.action_save()

    def test_siret_of_another_company_is_advice_in_a_trial_and_refused_for_good(self):
        wizard = self.open_wizard()
        wizard.write(self.typed(siret=OTHER_SIRET, login=OTHER_LOGIN))
        self.assertIn(SIRET, wizard.advice)
        self.assertFalse([problem for problem in wizard._identity_problems() if OTHER_SIRET in problem])
        wizard.environment = "production"
        self.assertIn(OTHER_SIRET, "\n".join(wizard._identity_problems()))
        wizard.siret = next(
            siret for siret in (f"{SIRET[:9]}{nic:05}" for nic in range(20, 99)) if not check_siret(siret)
        )
        self.assertFalse([problem for problem in wizard._identity_problems() if wizard.siret in problem])
        self.assertIn(SIRET, wizard.advice, "Another establishment of the same company: to be checked")

    def test_addresses_no_mail_would_reach_are_refused(self):
        wizard = self.open_wizard()
        for wrong in ("compta@b..fr", "a@b", "x@y.fr;", "a b@c.fr", "x@y.fr, z@y.fr", "compta"):
            with self.subTest(email=wrong):
                wizard.contact_email = wrong
                self.assertTrue(wizard._email_problem())
        wizard.contact_email = " Compta.Travaux+chorus@batisseurs-du-val.example "
        self.assertFalse(wizard._email_problem())

    def test_change_of_siret_is_said(self):
        self.subscribe()
        wizard = self.open_wizard(**self.typed(siret=OTHER_SIRET, login=OTHER_LOGIN, password=OTHER_PASSWORD))
        wizard.action_save()
        self.assertTrue(wizard.test_ok, wizard.test_message)
        self.assertIn("The SIRET changes", wizard.consequence_html)

    def test_unusual_login_warns_but_passes(self):
        wizard = self.open_wizard(login="robot@batisseurs.example")
        self.assertIn("robot@batisseurs.example", wizard.advice)
        self.assertFalse(wizard._login_problem())

    def test_the_button_shows_to_who_may_use_it(self):
        employee = new_test_user(self.env, "chorus_employee", "base.group_user")
        self.assertIs(employee.with_user(employee).read(["chorus_can_subscribe"])[0]["chorus_can_subscribe"], False)
        self.assertIs(
            self.manager.with_user(self.manager).read(["chorus_can_subscribe"])[0]["chorus_can_subscribe"], True
        )
        page = etree.fromstring(
            employee.with_user(employee).get_view(self.env.ref("chorus_visiobat.view_users_form_my_account").id)["arch"]
        )
        [button] = page.xpath("//button[@name='action_chorus_subscription']")
        self.assertEqual(button.getparent().get("invisible"), "not chorus_can_subscribe")
        self.assertTrue(button.get("help"), "its tooltip")

    def test_every_chorus_form_wears_the_banner_of_qualification(self):
        company = self.company.with_user(self.manager)
        self.assertEqual(company.chorus_environment, "qualification")
        for name in sorted(BANNERED):
            with self.subTest(name):
                arch = etree.fromstring(self.env[name].get_view(view_type="form")["arch"])
                [banner] = arch.xpath("//div[contains(@class, 'o_chorus_qualification')]")
                self.assertEqual(banner.get("invisible"), "not chorus_is_qualification")
        for name, page in {"account.move": "chorus_pro", "project.project": "works_contract"}.items():
            with self.subTest(name):
                arch = etree.fromstring(self.env[name].get_view(view_type="form")["arch"])
                self.assertTrue(arch.xpath(f"//page[@name='{page}']/div[contains(@class, 'o_chorus_qualification')]"))
        account = self.subscribe()
        self.assertTrue(account.chorus_is_qualification)
        account.environment = "production"
        self.assertFalse(account.chorus_is_qualification)
