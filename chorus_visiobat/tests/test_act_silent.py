"""An act that Chorus Pro says is done, and whose new status never shows: it is read again, then a person decides."""

from datetime import timedelta

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import tagged

from ..chorus_api import InvoiceRecycling, WorksCompletion, WorksRecycling
from .common import MOE_SIRET, TOWN_SIRET
from .test_act import INVOICES, WORKS, ActCase

FILE = f"{WORKS}/consulter/dossierfacturation"
SEARCH = f"{INVOICES}/rechercher/fournisseur"
NOTHING_FOUND = {"codeRetour": 20000, "libelle": "TRA_MSG_00.015 - La recherche n'a retourné aucun résultat"}


@tagged("post_install", "-at_install")
class TestSilentAct(ActCase):
    def recycle(self, document):
        number = int(document.technical_number)
        request = WorksRecycling(number, recipient_siret=TOWN_SIRET, moe_siret=MOE_SIRET).to_json()
        return document._queue_act("recycle_works", request)

    def said_done(self):
        """A paper sent back, addressed again: Chorus Pro says yes and does nothing."""
        document = self.at_status("2026T014-S01", "moe", "recycle")
        done = {"codeRetour": 0, "libelle": "TRA_MSG_00.000", "idFactureTravaux": int(document.technical_number)}
        self.control.fault("json", f"{WORKS}/recycler", body=done)
        act = self.recycle(document)
        self.deposit()
        self.assertEqual((act.state, document.stage, document.owner), ("deposited", "answering", "chorus"))
        return document, act

    def hour(self, document, act, hours=1):
        act.answered_at -= timedelta(hours=hours)
        document.details_tried_at = fields.Datetime.now() - timedelta(hours=hours, minutes=1)
        self.poll()

    def unheard(self):
        document, act = self.said_done()
        self.hour(document, act, hours=25)
        self.assertEqual((document.stage, document.owner, act.state), ("needs_attention", "us", "needs_attention"))
        return document, act

    def test_read_every_hour_and_after_a_day_before_a_person_with_what_chorus_pro_shows(self):
        document, act = self.said_done()
        self.poll()
        before = len(self.control.requests(FILE))
        self.poll()
        self.assertEqual(len(self.control.requests(FILE)), before, "Not at every turn")
        for _hour in range(3):
            self.hour(document, act)
            self.assertEqual(document.stage, "answering")
        self.assertEqual(len(self.control.requests(FILE)), before + 3)
        self.hour(document, act, hours=22)
        self.assertEqual((document.stage, document.owner), ("needs_attention", "us"))
        page = str(document.with_user(self.biller).evidence)
        self.assertIn("EN_ATTENTE_RECYCLAGE_FOURNISSEUR", page)
        self.assertIn("En attente de recyclage", page)
        self.assertTrue(document.activity_search(["chorus_visiobat.activity_attention"]))
        self.assertNotIn("o_chorus_step o_chorus_trouble", str(document.way).partition("</li>")[0], "It was deposited")

    def test_asked_again_with_other_data_takes_place_once(self):
        document, act = self.unheard()
        with self.assertRaises(UserError):
            self.recycle(document)
        document.with_user(self.biller).action_act_otherwise()
        self.assertEqual((act.state, document.stage, document.owner), ("rejected", "to_recycle", "us"))
        self.assertTrue(document.may_cure)
        self.assertFalse(document.activity_search(["chorus_visiobat.activity_attention"]))
        again = self.recycle(document)
        self.deposit()
        self.assertEqual((again.state, again.attempts), ("deposited", 1))
        codes = [event["status"] for event in self.remote(document)["history"]]
        self.assertEqual(codes.count("A_ASSOCIER_MOE"), 2, "Deposited, then addressed again once")
        self.poll()
        self.assertEqual((document.stage, document.owner), ("with_moe", "moe"))
        with self.assertRaises(UserError):
            document.with_user(self.biller).action_act_otherwise()

    def test_same_bytes_sent_again_take_place_once(self):
        document, act = self.unheard()
        document.with_user(self.biller).action_act_again()
        self.deposit()
        self.poll()
        self.assertEqual((act.state, act.attempts, document.stage), ("deposited", 2, "with_moe"))
        codes = [event["status"] for event in self.remote(document)["history"]]
        self.assertEqual(codes.count("A_ASSOCIER_MOE"), 2)

    def test_effect_that_shows_at_last_settles_it_without_anybody(self):
        document, act = self.unheard()
        self.control.set_status(int(document.technical_number), "A_ASSOCIER_MOE")
        self.poll()
        self.assertEqual((act.state, document.stage, document.owner), ("deposited", "with_moe", "moe"))
        self.assertFalse(document.activity_search(["chorus_visiobat.activity_attention"]))
        self.assertFalse(document.evidence)

    def test_person_who_says_that_it_took_place_is_asked_again_a_day_later(self):
        document, act = self.unheard()
        document.with_user(self.biller).action_act_done()
        self.assertEqual(document.stage, "answering")
        self.hour(document, act, hours=2)
        self.assertEqual(document.stage, "answering")
        self.hour(document, act, hours=24)
        self.assertEqual(document.stage, "needs_attention")

    def test_patience_grows_with_the_delays_measured(self):
        document, act = self.said_done()
        self.account._measure("flow", 20 * 3600)
        self.hour(document, act, hours=30)
        self.assertEqual(document.stage, "answering")
        self.hour(document, act, hours=31)
        self.assertEqual(document.stage, "needs_attention")

    def test_reading_that_fails_decides_nothing(self):
        document, act = self.said_done()
        self.poll()
        self.control.fault("status", FILE, status=500, body="<html>", times=50)
        with self.assertLogs("odoo.addons.chorus_visiobat", "WARNING"):
            self.hour(document, act, hours=30)
        self.assertEqual(document.stage, "answering")

    def test_status_that_no_search_shows_is_taken_from_the_history(self):
        document = self.invoice_at_status("payer", "recycle")
        number = int(document.technical_number)
        act = document._queue_act("recycle_invoice", InvoiceRecycling(number, TOWN_SIRET).to_json())
        done = {"codeRetour": 0, "libelle": "TRA_MSG_00.000", "identifiantFactureCPP": number}
        self.control.fault("json", f"{INVOICES}/recycler", body=done)
        self.control.fault("json", SEARCH, body=NOTHING_FOUND, times=50)
        self.deposit()
        self.assertEqual(document.stage, "answering")
        self.control.set_status(number, "DEPOSEE")
        self.hour(document, act)
        self.assertEqual((document.status_code, document.stage), ("DEPOSEE", "deposited"))

    def test_lost_act_that_a_person_had_to_settle_is_settled_by_the_status_that_comes(self):
        document = self.at_status("2026T014-S01", "moe", "suspend", reason="Métré manquant")
        request = WorksCompletion(int(document.technical_number), comment="Voici").to_json()
        act = document._queue_act("complete_works", request)
        act._ask_person("?")
        document._sync_stage()
        self.assertEqual(document.stage, "needs_attention")
        self.control.set_status(int(document.technical_number), "REFUSEE_MOE")
        self.poll()
        self.assertEqual((act.state, document.stage), ("rejected", "refused"), "Refused without our documents")
        self.assertTrue(document.may_cure)
