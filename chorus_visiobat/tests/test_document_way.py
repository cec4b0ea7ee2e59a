"""What the form of a paper draws: the steps to the payment, whose move it is, since when and why."""

from datetime import timedelta

from lxml import html

from odoo import fields
from odoo.tests import tagged

from ..chorus_api import WorksCompletion
from .common import ChorusCase


@tagged("post_install", "-at_install")
class TestDocumentWay(ChorusCase):
    def drawn(self, document):
        """State of each step drawn, by title, in order; and the text of the box below them."""
        document.invalidate_recordset()
        tree = html.fromstring(f"<div>{document.way}</div>")
        steps = {
            step.find_class("o_chorus_title")[0].text: step.get("class").split()[-1].removeprefix("o_chorus_")
            for step in tree.find_class("o_chorus_step")
        }
        return steps, " ".join(tree.find_class("alert")[0].text_content().split())

    def deposited(self, number="S-1", framework="A4"):
        document = self.create_document(number, framework)
        document._queue()
        self.deposit()
        self.poll()
        return document

    def test_steps_are_those_of_the_framework(self):
        titles = {
            framework: list(self.drawn(self.create_document(f"N-{framework}", framework))[0])
            for framework in ("A1", "A4", "A5", "A9")
        }
        payment = ["Paymaster", "Payment ordered", "Being paid"]
        self.assertEqual(titles["A1"], ["Prepared", "Deposited", *payment])
        self.assertEqual(titles["A4"], ["Prepared", "Deposited", "Project manager", "Client", *payment])
        self.assertEqual(titles["A5"], ["Prepared", "Deposited", "Client", *payment])
        self.assertEqual(titles["A9"], ["Prepared", "Deposited", "Main contractor", *payment])

    def test_a_paper_that_waits_to_leave_has_done_no_step(self):
        document = self.create_document("S-0")
        document._queue()
        steps, _text = self.drawn(document)
        self.assertEqual([state for state in steps.values() if state != "ahead"], ["current"])

    def test_the_one_who_must_act_is_named_with_his_days(self):
        document = self.deposited()
        steps, text = self.drawn(document)
        self.assertEqual(steps["Deposited"], "done")
        self.assertEqual(steps["Project manager"], "current")
        self.assertEqual(steps["Client"], "ahead")
        self.assertIn("With the project manager since today", text)
        document.status_date = fields.Datetime.now() - timedelta(days=5)
        self.assertIn("With the project manager for 5 days", self.drawn(document)[1])

    def test_a_refusal_stops_at_the_one_who_refused_and_says_why(self):
        document = self.deposited()
        reason = "Métré <du poste 200> manquant"
        self.control.act(int(document.technical_number), "moe", "refuse", reason)
        document.action_refresh()
        self.poll()
        steps, text = self.drawn(document)
        self.assertEqual(steps["Project manager"], "trouble")
        self.assertEqual(steps["Client"], "ahead")
        self.assertIn("It is up to you", text)
        self.assertIn(reason, text)

    def test_the_way_goes_on_in_the_papers_of_the_others(self):
        document = self.deposited()
        statement = self.control.act(int(document.technical_number), "moe", "accept")["id"]
        approved = self.control.act(statement, "moa", "accept")["id"]
        for action in ("accept", "mandate", "pay"):
            self.control.act(approved, "payer", action)
        document.action_refresh()
        self.poll()
        steps, text = self.drawn(document)
        self.assertEqual(set(steps.values()), {"done"})
        self.assertIn(document.next_ids.next_ids.status_id.name, text)
        codes = document.file_event_ids.mapped("code")
        self.assertEqual(codes[0], "MISE_EN_PAIEMENT")
        self.assertEqual(codes[-1], "A_ASSOCIER_MOE")

    def test_a_paper_that_has_not_left_follows_nothing_yet(self):
        """Prepared again in the place of one taken off the portal, it does not make its invoice look unsent."""
        document = self.deposited()
        document._apply_status("SUPPRIMEE")
        again = self.create_document("S-1-2")
        again.previous_id = document
        self.assertEqual((again.stage, document.file_stage), ("draft", "closed"))
        again.stage = "with_moa"
        self.assertEqual(document.file_stage, "with_moa")

    def test_a_paper_refused_at_the_deposit_is_back_at_its_first_step(self):
        document = self.create_document("S-2")
        document._apply_refusal(["Le SIRET du maître d'ouvrage est inconnu"])
        steps, text = self.drawn(document)
        self.assertEqual(steps["Prepared"], "trouble")
        self.assertIn("SIRET", text)

    def test_an_act_about_which_a_person_decides_leaves_the_paper_where_it_stands(self):
        document = self.deposited()
        self.control.act(int(document.technical_number), "moe", "suspend", "Métré manquant")
        self.poll()
        request = WorksCompletion(int(document.technical_number), comment="Voici").to_json()
        document._queue_act("complete_works", request)._ask_person("?")
        document._sync_stage()
        self.assertEqual(document.stage, "needs_attention")
        steps, _text = self.drawn(document)
        self.assertEqual((steps["Prepared"], steps["Deposited"], steps["Project manager"]), ("done", "done", "trouble"))

    def test_what_was_paid_is_that_of_the_accounts(self):
        move = self.create_invoice(1000.0)
        document = self.create_document("S-3", "A1", move_id=move.id)
        self.assertEqual(document.paid_total, 0.0)
        self.env["account.payment.register"].with_context(active_model="account.move", active_ids=move.ids).create(
            {"amount": 500.0}
        )._create_payments()
        self.assertEqual(document.paid_total, 500.0)
