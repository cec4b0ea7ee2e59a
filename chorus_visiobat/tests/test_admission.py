from dateutil.relativedelta import relativedelta

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .ledger_case import LedgerCase


@tagged("post_install", "-at_install")
class TestAdmission(LedgerCase):
    """The answer of the project manager, and the entries that follow (works-billing.md §2.14, corrections 1 and 8)."""

    def test_golden_g8_a_cut_is_credited_with_the_answer(self):
        """G8 without the amendment: S2 is 47 250 HT, L1 admitted at 36 000 instead of 40 000.

        Cut 4 000 HT = 4 800 TTC, of which 240 retention; net 53 865 − 4 560 = 49 305.
        """
        contract = self._g1()
        first = self._bill(contract, 30, 10, 0)
        second = self._bill(contract, 100, 45, 0)
        first.action_admit_as_requested()
        self.assertFalse(first.settlement_move_ids, "nothing to post: all is admitted and nothing is deducted")
        self._answer(second, {0: {"admitted": 36000, "reason": "Métré"}})
        note = second.correction_ids
        self.assertEqual(self._ledger(note), {"411100": -4560, "411700": -240, "704000": 4000, "445710": 800})
        self.assertEqual((second.amount_admitted_payable, second.amount_disputed), (49305, 0))
        self.assertEqual(second.line_ids[0].admission_reason, "Métré")
        self.assertEqual(self._pay(second.move_id), 49305)
        self.assertEqual(second.move_id.amount_residual, 2595)

    # --- deductions ---

    def test_penalties_found_in_the_answer_lower_the_net(self):
        """21 000 TTC, penalty of 450: 658100 against the client's account; the invoice stays whole."""
        situation = self._bill(self._contract(), 30, 10, 0)
        deduction = {"name": "Retard de 3 jours", "amount": 450, "reason": "CCAP 4.3"}
        wizard = self._answer(situation, deductions=[deduction])
        self.assertIn("20\u202f550,00", wizard.preview)
        self.assertEqual(self._entries(situation), {"411100": -450, "658100": 450})
        self.assertEqual(situation.amount_admitted_payable, 20550)
        self.assertEqual(situation.move_id.amount_total, 21000)
        self.assertEqual(self._pay(situation.move_id), 20550)
        self.assertEqual(self._balances("411100", "658100", "445710"), {"658100": 450, "445710": -3500})

    def test_other_deductions_ask_for_their_account(self):
        situation = self._bill(self._contract(prorata_mode="deducted", prorata_rate=1), 30, 10, 0)
        told = {"kind": "other", "name": "Nettoyage", "amount": 100}
        with self.assertRaisesRegex(UserError, "(?s)other deductions: which one.*shared site costs: which one"):
            self._answer(situation, deductions=[told])
        self.assertFalse(situation.admission_date)
        charged = self.env["account.chart.template"].ref("pcg_6588")
        self.company.works_prorata_account_id = charged
        # 1 % of 17 500 HT
        self._answer(situation, deductions=[{**told, "account_id": charged.id}])
        self.assertEqual(self._entries(situation), {"411100": -275, "658800": 275})

    def test_deductions_beyond_the_month_are_charged_and_carried(self):
        """480 TTC and a penalty of 1 000: 520 stay as a credit of the client, which the next month takes."""
        contract = self._contract()
        first = self._bill(contract, 1, 0, 0)
        wizard = self._answer(first, deductions=[{"name": "Retard", "amount": 1000}])
        self.assertIn("are carried to the next statement", wizard.preview)
        self.assertEqual((first.amount_admitted_payable, first.move_id.amount_residual), (0, 0))
        self.assertEqual(self._balances("411100", "658100"), {"411100": -520, "658100": 1000})
        second = self._bill(contract, 30, 10, 0)
        self.assertEqual(second.amount_payable, 20000)
        second.action_admit_as_requested()
        self.assertEqual(self._pay(second.move_id), 20000)
        self.assertEqual(self._balances("411100"), {})

    def test_golden_g4_the_advance_takes_no_more_than_the_month(self):
        """G4: what is due of the advance exceeds the month: net nil, the rest is taken later."""
        contract = self._contract(
            [("L1", 100000)],
            advance_rate=40,
            duration_months=6,
            date_consultation="2019-06-01",
            advance_start_pct=65,
            advance_end_pct=80,
            advance_method="linear",
        )
        advance = self._bill_advance(contract)
        self._pay(advance.move_id)
        advance.action_admit_as_requested()
        months = [self._bill(contract, percent) for percent in (64, 78, 90, 100)]
        for situation in months:
            situation.action_admit_as_requested()
        # TTC 76 800, then 16 800, 14 400, 12 000: taken 0, 16 800, 14 400, 12 000; 4 800 TTC are left of 48 000
        self.assertEqual([one.amount_admitted_payable for one in months], [76800, 0, 0, 0])
        self.assertEqual([one.move_id.amount_residual for one in months], [76800, 0, 0, 0])
        self.assertEqual(self._balances("411100", "419100"), {"411100": 76800, "419100": -4000})

    # --- order, dates, undoing ---

    def test_answers_come_in_order_and_several_at_once(self):
        contract = self._contract()
        first = self._bill(contract, 30, 10, 0)
        second = self._bill(contract, 100, 45, 0)
        with self.assertRaisesRegex(UserError, "S01 first"):
            second.action_record_admission()
        (second | first).action_admit_as_requested()
        self.assertTrue(first.admission_date and second.admission_date)
        with self.assertRaisesRegex(UserError, "is recorded already"):
            first.action_record_admission()
        with self.assertRaisesRegex(UserError, "S02 counts from this one"):
            first.action_undo_admission()

    def test_paid_before_the_answer(self):
        """The client pays 20 550 and his answer, which comes later, says why: nothing is left."""
        situation = self._bill(self._contract(), 30, 10, 0)
        self._pay(situation.move_id, 20550)
        self._answer(situation, deductions=[{"name": "Retard", "amount": 450}])
        self.assertEqual(situation.move_id.amount_residual, 0)
        self.assertEqual(self._balances("411100"), {})

    def test_an_answer_is_taken_back_whole(self):
        contract = self._g1()
        situation = self._bill(contract, 30, 10, 0)
        before = self._balances()
        draft = self._open(contract)
        self._enter(draft, 100, 45, 0)
        self._answer(situation, {0: {"admitted": 11000}}, [{"name": "Retard", "amount": 450}])
        self.assertEqual(draft.amount_untaxed, 48250)
        with self.assertRaisesRegex(UserError, "Cancel the answer first"):
            situation.move_id.button_draft()
        with self.assertRaisesRegex(UserError, "Cancel the answer first"):
            situation.settlement_move_ids.button_draft()
        with self.assertRaisesRegex(UserError, "Cancel the answer first"):
            situation.move_id._reverse_moves()
        situation.action_undo_admission()
        self.assertEqual(self._balances(), before)
        self.assertEqual(situation.move_id.amount_residual, situation.move_id.amount_total)
        self.assertEqual((situation.line_ids[0].admitted_cumulative, draft.amount_untaxed), (12000, 47250))
        self.assertFalse(situation.admission_date or situation.deduction_ids or situation.amount_admitted_payable)
        self._answer(situation, {0: {"admitted": 11500}})
        self.assertEqual(situation.correction_ids.filtered(lambda move: move.state == "posted").amount_total, 600)

    def test_an_answer_is_kept_under_a_statement_invoiced_from_it(self):
        contract = self._g1()
        first = self._bill(contract, 50, 50, 0)
        self._answer(first, {0: {"admitted": 16000}})
        second = self._bill(contract, 60, 50, 10)
        with self.assertRaisesRegex(UserError, f"take {second.name} back to draft first"):
            first.action_undo_admission()

    def test_a_closed_period_says_which_day_is_open(self):
        situation = self._bill(self._contract(), 30, 10, 0)
        today = situation.move_id.date
        self.company.fiscalyear_lock_date = today
        day = today + relativedelta(days=1)
        with self.assertRaisesRegex(UserError, "(?s)is in a closed period. Choose"):
            self._answer(situation, deductions=[{"name": "Retard", "amount": 450}], entry_date=today)
        self.assertFalse(situation.admission_date or situation.deduction_ids)
        wizard = self._answer(situation, deductions=[{"name": "Retard", "amount": 450}])
        self.assertEqual((wizard.entry_date, situation.settlement_move_ids.date), (day, day))
        self.company.fiscalyear_lock_date = day
        with self.assertRaisesRegex(UserError, "is in a closed period"):
            situation.action_undo_admission()

    def test_a_late_penalty_follows_on_the_next_invoiced_statement(self):
        contract = self._contract()
        first = self._bill(contract, 1, 0, 0)
        second = self._bill(contract, 30, 10, 0)
        self._answer(first, deductions=[{"name": "Retard", "amount": 1000}])
        # 480 − 1 000: 520 are carried to the second month, whose invoice stays 20 520 TTC
        self.assertEqual((second.amount_payable, second.move_id.amount_total), (20000, 20520))
        self.assertIn("changed this month", second.message_ids[0].body)
        first.action_undo_admission()
        self.assertEqual(second.amount_payable, 20520)
        with self.assertRaisesRegex(UserError, "was invoiced on the amounts"):
            self._answer(first, {0: {"admitted": 300}})

    def test_what_chorus_pro_tells_is_proposed(self):
        self._activate_account()
        situation = self._bill(self._contract(), 30, 10, 0)
        paper = situation.move_id.chorus_document_id
        paper.sudo().write({"admitted_untaxed": 16500, "admitted_total": 19800})
        with self.assertRaisesRegex(UserError, "record its answer by itself"):
            situation.action_admit_as_requested()
        wizard = self.env["works.admission"].with_context(default_situation_id=situation.id).create({})
        self.assertEqual((wizard.mode, wizard.total), ("total", 16500))
        self.assertNotIn("check it", wizard.preview)
        wizard.action_confirm()
        # 1 000 spread over 12 000 and 5 500: 685.71 and 314.29
        self.assertEqual(situation.line_ids.mapped("admitted_cumulative"), [11314.29, 5185.71, 0])
        self.assertEqual(situation.correction_ids.amount_total, 1200)

    def test_who_bills_needs_no_other_right(self):
        """The group Billing records an answer with a dispute and a penalty, and takes it back; others do not."""
        contract = self._g1()
        situation = self._bill(contract, 30, 10, 0)
        mine = situation.with_user(self.biller)
        wizard = self.env["works.admission"].with_user(self.biller).with_context(default_situation_id=situation.id)
        wizard = wizard.create({"deduction_ids": [Command.create({"name": "Retard", "amount": 450})]})
        wizard.line_ids[0].write({"admitted": 11000, "contested": True})
        wizard.action_confirm()
        self.assertEqual(self._entries(situation), {"411100": -1590, "411700": -60, "416000": 1200, "658100": 450})
        with self.assertRaises(UserError):
            mine.line_ids[0].admitted_cumulative = 12000
        with self.assertRaises(UserError):
            mine.admission_date = False
        with self.assertRaises(AccessError):
            situation.with_user(self.site_manager).action_undo_admission()
        mine.action_undo_admission()
        self.assertEqual(self._balances("411100", "411700"), {"411100": 19950, "411700": 1050})
