"""The works chain as its users live it: the billing file on screen, the answers told, the end of a contract."""

import base64
import re
from datetime import timedelta

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import PDF
from .test_works_filing import FilingCase


class ChainCase(FilingCase):
    def later(self):
        """Time passes at Chorus Pro and here: every reading is due again."""
        self.control.advance(1200)
        self.env["chorus.document"].search([]).details_tried_at = False
        self.poll()

    def last_work(self, code):
        return [one for one in self.control.works() if one["framework"].startswith(f"{code}_")][-1]

    def pay(self, work):
        for action in ("accept", "mandate", "pay"):
            self.control.act(work["id"], "payer", action)


@tagged("post_install", "-at_install")
class TestBillingFile(ChainCase):
    def test_the_whole_file_with_actors_amounts_and_days_left(self):
        contract = self._contract(payment_delay_days=30)
        situation = self._bill(contract, 30, 10, 0)
        paper = self._send(situation)
        self.poll()
        self.assertEqual(situation.chorus_file_ids, paper)
        # The days left are those of the user; the reception is a day of France.
        left = contract._days_left(paper._received_on() + timedelta(days=7))
        self.assertEqual((paper.actor, paper.owner, paper.move_due_text), ("Us", "moe", left))
        a15 = self.control.act(self._work(paper)["id"], "moe", "correct", "Poste 1 ramené à 25 %", {"ht": "15500.00"})
        self.later()
        self.control.act(a15["id"], "moa", "accept")
        self.later()
        self.env.invalidate_all()
        codes = situation.chorus_file_ids.mapped("framework_id.code")
        self.assertEqual(codes, ["A4", "A15", "A19"])
        self.assertEqual(situation.chorus_file_ids[1].file_paper_ids, situation.chorus_file_ids)
        self.assertEqual(contract.chorus_file_ids, situation.chorus_file_ids)
        self.assertEqual(
            situation.chorus_file_ids.mapped("actor"),
            ["Us", "Project manager, Atelier Lumen, architectes", "Client, Commune de Saint-Aubin-le-Val"],
        )
        self.assertEqual(situation.chorus_file_ids.mapped("amount_untaxed"), [17500.0, 15500.0, 15500.0])
        a19 = situation.chorus_file_ids[2]
        self.assertEqual((a19.owner, a19.move_due_date), ("payer", paper._received_on() + timedelta(days=30)))
        self.pay(self.last_work("A19"))
        self.later()
        self.assertEqual((a19.stage, a19.move_due_text), ("paid", False))
        self.assertEqual(situation.move_id.chorus_stage, "paid")

    def test_corrected_amounts_are_the_accountants_to_record_once(self):
        contract = self._contract(user_id=self.biller.id)
        situation = self._bill(contract, 30, 10, 0)
        paper = self._send(situation)
        paper.user_id = self.biller
        a15 = self.control.act(self._work(paper)["id"], "moe", "correct", "Poste 1", {"ht": "15500.00"})
        self.later()
        self.control.act(a15["id"], "moa", "accept")
        self.later()
        self.later()
        activity = situation.activity_search(["chorus_visiobat.activity_answer"])
        self.assertEqual((len(activity), activity.user_id), (1, self.biller))
        self.assertIn("18 600,00", re.sub(r"\s", " ", activity.summary), "what a cron writes is read in French")
        notes = paper.message_ids.filtered(lambda message: "A15" in (message.body or ""))
        self.assertEqual(len(notes), 1, "the client admits what the project manager admitted: nothing new to tell")
        self.assertEqual(contract.month_step, "act")
        action = contract.action_month_act()
        self.assertEqual(action["res_model"], "works.admission")
        wizard = self.env["works.admission"].with_context(**action["context"]).create({})
        # 2,000.00 excl. tax less than requested, since the start: 17,500.00 − 2,000.00
        self.assertEqual((wizard.mode, wizard.total), ("total", 15500.0))
        wizard.action_confirm()
        self.assertFalse(situation.activity_search(["chorus_visiobat.activity_answer"]))
        self.assertEqual(situation.amount_admitted_total, 18600.0)
        self.assertNotEqual(contract.month_step, "act")

    def test_what_is_admitted_as_requested_asks_for_nothing(self):
        situation = self._bill(self._contract(), 30, 10, 0)
        paper = self._send(situation)
        self.control.act(self._work(paper)["id"], "moe", "accept")
        self.later()
        self.assertEqual(paper.admitted_total, 21000.0)
        self.assertFalse(situation.activity_search(["chorus_visiobat.activity_answer"]))
        self.assertNotEqual(situation.contract_id.month_step, "act")

    def test_other_amounts_told_after_the_answer_was_recorded(self):
        """Admitted as requested at the end of the month, corrected on Chorus Pro afterwards: somebody is told, once."""
        contract = self._contract(user_id=self.biller.id)
        situation = self._bill(contract, 30, 10, 0)
        paper = self._send(situation)
        paper.user_id = self.biller
        situation.action_admit_as_requested()
        self.control.act(self._work(paper)["id"], "moe", "correct", "Poste 1", {"ht": "15500.00"})
        self.later()
        self.later()
        activity = situation.activity_search(["chorus_visiobat.activity_answer"])
        self.assertEqual((len(activity), activity.user_id), (1, self.biller))
        self.assertEqual(re.findall(r"\d+ \d{3},00", re.sub(r"\s", " ", activity.summary)), ["18 600,00", "21 000,00"])
        situation.action_undo_admission()
        wizard = self.env["works.admission"].with_context(**situation.action_record_admission()["context"]).create({})
        wizard.action_confirm()
        self.assertFalse(situation.activity_search(["chorus_visiobat.activity_answer"]))
        self.assertEqual(situation.amount_admitted_total, 18600.0)

    def test_file_goes_on_after_a_paper_made_again(self):
        """The client refuses the A15 of the project manager, who makes another one: ours is paid with it."""
        situation = self._bill(self._contract(), 30, 10, 0)
        paper = self._send(situation)
        a15 = self.control.act(self._work(paper)["id"], "moe", "accept")
        self.control.act(a15["id"], "moa", "refuse", "Visa manquant")
        self.later()
        again = self.control.act(a15["id"], "moe", "accept")
        self.later()
        self.assertEqual(situation.chorus_file_ids[1].status_code, "DUPLIQUE_APRES_REFUS")
        self.assertEqual((again["framework"][:3], paper.file_stage), ("A15", "with_moa"))
        self.control.act(again["id"], "moa", "accept")
        self.later()
        self.assertEqual(situation.move_id.chorus_stage, "with_payer")
        self.pay(self.last_work("A19"))
        self.later()
        self.assertEqual(situation.move_id.chorus_stage, "paid")

    def test_state_of_payment_sent_straight_to_the_paymaster(self):
        situation = self._bill(self._contract(), 30, 10, 0)
        paper = self._send(situation)
        self.control.act(self._work(paper)["id"], "moe", "accept", framework="A16")
        self.later()
        self.assertEqual(situation.chorus_file_ids.mapped("framework_id.code"), ["A4", "A16"])
        self.pay(self.last_work("A16"))
        self.later()
        self.assertEqual(situation.move_id.chorus_stage, "paid")
        self.assertEqual((paper.owner, paper.file_stage), ("nobody", "paid"))


@tagged("post_install", "-at_install")
class TestClosing(ChainCase):
    """Each act of the end of a contract is proposed when it is due, with one button, to the payment."""

    def test_general_statement_is_signed_sent_and_paid(self):
        contract = self._contract(user_id=self.biller.id)
        contract.action_start()
        final = self._final(contract)
        self.later()
        self.assertFalse(contract.closing_kind, "it is the project manager's move")
        self.assertEqual((contract.month_step, contract.month_owner), ("follow", "moe"))
        with self.assertRaisesRegex(UserError, "nothing is ours to do"):
            contract.action_next_closing()
        a20 = self._notify(final)
        self.env.invalidate_all()
        self.assertEqual((a20.owner, a20.move_due_date), ("us", a20._received_on() + self.signature_delay(contract)))
        self.assertEqual(contract.closing_kind, "general")
        self.assertIn(a20.name, contract.closing_text)
        self.assertEqual((contract.month_step, contract.month_next_step), ("act", contract.closing_text))
        general = self.env["works.situation"].browse(contract.action_month_act()["res_id"])
        self.assertEqual((general.kind, general.framework_id.code), ("general", "A8"))
        self.assertEqual((contract.month_step, contract.closing_kind), ("send", False))
        self.assertIn("signed", contract.month_next_step)
        self.assertEqual(contract.action_next_closing()["res_id"], general.id, "never made twice")
        self._sheet(general, 123000)
        a8 = self._send(general)
        self.poll()
        self.assertEqual((contract.month_step, contract.month_owner), ("follow", "payer"))
        self.assertEqual(final.chorus_file_ids.mapped("framework_id.code"), ["A7", "A17", "A20", "A8"])
        self.assertEqual(general.chorus_file_ids, final.chorus_file_ids)
        self.assertTrue(a8.move_due_date, "the payment counts from the signed general statement")
        self.pay(self._work(a8))
        self.later()
        self.assertEqual((a8.stage, final.move_id.chorus_stage, contract.month_step), ("paid", "paid", "done"))

    def signature_delay(self, contract):
        rule = self.env.ref("chorus_visiobat.deadline_signature")
        return timedelta(days=rule[f"delay_{contract.ccag_version}"])

    def test_silence_after_silence_ends_in_payment(self):
        contract = self._contract(user_id=self.biller.id)
        contract.action_start()
        final = self._final(contract)
        self._let_pass(final._current_paper(), 31)
        self.env.invalidate_all()
        self.assertEqual(contract.closing_kind, "tacit")
        self.assertIn("A22", contract.month_next_step)
        tacit = self.env["works.situation"].browse(contract.action_month_act()["res_id"])
        self.assertEqual((tacit.kind, tacit.framework_id.code), ("tacit", "A22"))
        a22 = self._send(tacit)
        self.poll()
        self.assertFalse(contract.closing_kind, "the client has ten days")
        self.assertEqual((a22.owner, a22.move_due_date), ("moa", a22._received_on() + timedelta(days=10)))
        self._let_pass(a22, 11)
        self.env.invalidate_all()
        self.assertIn("A23", contract.closing_text)
        end = self.env["works.situation"].browse(contract.action_next_closing()["res_id"])
        a23 = self._send(end)
        self.assertEqual(a23.framework_id.code, "A23")
        self.later()
        balance = final._current_paper()
        self.assertEqual((balance.status_code, balance.file_stage), ("REMPLACEE_PAR_A22", "with_payer"))
        self.assertEqual(balance.payment_start_date, a23._received_on(), "its late interest is reckoned too")
        self.assertEqual([one.rule.code for one in contract._open_deadlines()], ["payment"])
        self.pay(self._work(a23))
        self.later()
        self.assertEqual((a23.stage, contract.month_step, contract.closing_kind), ("paid", "done", False))
        self.assertEqual(final.move_id.chorus_stage, "paid", "the A22 took the place of its paper")
        self.assertFalse(contract._open_deadlines())

    def test_project_manager_ends_the_tacit_procedure_himself(self):
        contract = self._contract(user_id=self.biller.id)
        contract.action_start()
        final = self._final(contract)
        self._let_pass(final._current_paper(), 31)
        a22 = self._send(self.env["works.situation"].browse(contract.action_next_closing()["res_id"]))
        self.control.act(self._work(a22)["id"], "moe", "accept", framework="A25")
        self.later()
        self._let_pass(a22, 11)
        self.env.invalidate_all()
        self.assertFalse(contract.closing_kind, "his A25 went to the paymaster: nothing is left to send")
        self.assertEqual({one.rule.code for one in contract._open_deadlines()}, {"payment"})
        self.assertEqual((contract.month_step, contract.month_owner), ("follow", "payer"))
        self.pay(self.last_work("A25"))
        self.later()
        self.assertEqual((a22.file_stage, contract.month_step), ("paid", "done"))

    def test_contracts_of_2009_know_no_tacit_procedure(self):
        contract = self._contract(ccag_version="2009")
        final = self._final(contract)
        self._let_pass(final._current_paper(), 60)
        self.assertFalse(contract.closing_kind)

    def test_general_statement_notified_on_paper(self):
        contract = self._contract()
        self._final(contract)
        self.poll()
        contract.date_general = fields.Date.context_today(contract)
        self.assertEqual(contract.closing_kind, "general")
        self.assertIn("on paper", contract.closing_text)

    def test_what_a_general_statement_admits_beyond_ours_is_invoiced_and_paid_with_it(self):
        """What is admitted beyond the final invoice has no next statement to bill it: 1,200.00 incl. tax."""
        contract = self._contract()
        self._bill(contract, 30, 10, 0)
        final = self._open(contract)
        final.kind = "final"
        self._enter(final, 90, 100, 100)  # 98,500.00 excl. tax, 118,200.00 incl. tax
        final.action_invoice()
        self._send(final)
        self._notify(final)
        final.previous_id.action_admit_as_requested()
        action = final.action_record_admission()
        wizard = self.env["works.admission"].with_context(**action["context"]).create({})
        wizard.line_ids[0].admitted = 37000
        wizard.action_confirm()
        general = self.env["works.situation"].browse(contract.action_next_closing()["res_id"])
        self.assertEqual(general.balance_total, 119400.0)
        surplus = final.correction_ids
        self.assertEqual((surplus.move_type, self._totals(surplus)), ("out_invoice", (1000.0, 200.0, 1200.0)))
        self._sheet(general, 119400)
        a8 = self._send(general)
        self.assertFalse(surplus.chorus_document_ids, "the general statement alone carries the payment")
        self.pay(self._work(a8))
        self.later()
        self.assertEqual((a8.stage, final.move_id.chorus_stage), ("paid", "paid"))

    def _contest(self, contract, **values):
        """Refuse the general statement as the accountant does, from the button of the contract."""
        action = contract.with_user(self.biller).action_refuse_general()
        wizard = self.env["chorus.cure.refusal"].with_user(self.biller).browse(action["res_id"])
        wizard.write({"motive": "Pénalités contestées", **values})
        return wizard

    def test_general_statement_contested_with_its_claim_and_made_again(self):
        contract = self._contract(user_id=self.biller.id)
        contract.action_start()
        final = self._final(contract)
        a20 = self._notify(final)
        self.env.invalidate_all()
        wizard = self._contest(contract, memo=base64.b64encode(PDF), memo_name="Mémoire.pdf")
        self.assertEqual((wizard.is_general, wizard.due_date), (True, a20.move_due_date))
        wizard.action_send()
        self.assertFalse(contract.closing_kind, "nothing is to be signed any more")
        self.assertEqual([one.rule.code for one in contract._open_deadlines()], ["signature"], "it may be withdrawn")
        self.deposit()
        self.later()
        self.assertEqual((a20.status_code, a20.stage, a20.owner), ("REFUSEE_FOURNISSEUR", "refused", "moe"))
        self.assertEqual((a20.attachment_ids.name, a20.attachment_ids.raw), ("Mémoire.pdf", PDF))
        self.env.invalidate_all()
        self.assertEqual((contract.month_step, contract.month_owner), ("follow", "moe"))
        self.assertFalse(contract.closing_kind)
        deadlines = [(one.rule.code, one.start) for one in contract._open_deadlines()]
        self.assertEqual(deadlines, [("claim", a20._contested_on())])
        with self.assertRaisesRegex(UserError, "your claim goes on"), self.env.cr.savepoint():
            by_hand = self._open(contract)
            self._sheet(by_hand, 123000)
            by_hand.action_prepare_paper()
        self._let_pass(final._current_paper(), 60)
        self.env.invalidate_all()
        self.assertFalse(contract.closing_kind, "the client did answer: no tacit procedure")
        again = self.control.act(int(a20.technical_number), "moa", "accept")
        self.later()
        new = self.env["chorus.document"].search([("technical_number", "=", str(again["id"]))])
        self.env.invalidate_all()
        self.assertEqual((new.framework_id.code, new.owner, contract.closing_kind), ("A20", "us", "general"))
        general = self.env["works.situation"].browse(contract.action_next_closing()["res_id"])
        self._sheet(general, 123000)
        a8 = self._send(general)
        self.assertEqual(a8.previous_id, new)
        self.pay(self._work(a8))
        self.later()
        self.assertEqual((final.move_id.chorus_stage, contract.month_step), ("paid", "done"))
        self.assertFalse(contract._open_deadlines())

    def test_general_statement_contested_then_notified_on_paper(self):
        contract = self._contract()
        final = self._final(contract)
        a20 = self._notify(final)
        self._contest(contract).action_send()
        self.deposit()
        self.later()
        self.assertEqual((a20.stage, contract.closing_kind), ("refused", False))
        contract.date_general = fields.Date.context_today(contract) + timedelta(days=1)
        self.assertEqual(contract.closing_kind, "general")
        self.assertIn("on paper", contract.closing_text)
        with self.assertRaisesRegex(UserError, "registered letter"):
            self._contest(contract)
        general = self.env["works.situation"].browse(contract.action_next_closing()["res_id"])
        self._sheet(general, 123000)
        general.action_prepare_paper()
        self.assertFalse(general._current_paper().previous_id, "it does not answer what we refused")

    def test_general_statement_being_signed_is_not_contested_too(self):
        contract = self._contract()
        self._notify(self._final(contract))
        general = self.env["works.situation"].browse(contract.action_next_closing()["res_id"])
        with self.assertRaisesRegex(UserError, f"{general.name} was opened to sign"):
            self._contest(contract).action_send()
        self._sheet(general, 123000)
        general.action_prepare_paper()
        with self.assertRaisesRegex(UserError, f"{general.name} was opened to sign"):
            self._contest(contract).action_send()
        general.action_draft()
        general.unlink()
        self._contest(contract).action_send()

    def test_general_statement_notified_on_paper_is_contested_by_letter(self):
        contract = self._contract()
        self._final(contract)
        self.poll()
        contract.date_general = fields.Date.context_today(contract)
        with self.assertRaisesRegex(UserError, "registered letter"):
            self._contest(contract)
