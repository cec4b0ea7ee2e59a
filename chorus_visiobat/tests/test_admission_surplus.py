from dateutil.relativedelta import relativedelta

from odoo.exceptions import UserError
from odoo.tests import tagged

from .ledger_case import LedgerCase


@tagged("post_install", "-at_install")
class TestAdmissionSurplus(LedgerCase):
    """A general statement above our final one: no statement of works follows to bill it, an invoice does."""

    def _final(self, contract, *percents):
        final = self._open(contract)
        final.kind = "final"
        self._enter(final, *percents)
        final.action_invoice()
        return final

    def _ended(self, **values):
        """S1 17 500 HT as requested, then the final statement: 83 000 HT in all, 65 500 of them now."""
        contract = self._g1(**values)
        self._bill(contract, 30, 10, 0).action_admit_as_requested()
        return contract, self._final(contract, 90, 40, 100)

    def test_it_is_invoiced_with_the_answer_account_by_account(self):
        """L1 admitted at 37 000 for 36 000 requested: 1 000 HT, 1 200 TTC, of which 5 % of retention."""
        contract, final = self._ended(payment_delay_days=30)
        wizard = self._answer(final, {0: {"admitted": 37000, "reason": "Métré contradictoire"}})
        self.assertIn("À facturer en complément", wizard.preview)
        self.assertIn("1\u202f140,00", wizard.preview)
        surplus = final.correction_ids
        self.assertEqual((surplus.move_type, surplus.state), ("out_invoice", "posted"))
        self.assertEqual(self._totals(surplus), (1000, 200, 1200))
        self.assertEqual(
            self._ledger(surplus), {"411100": 1140, "411700": 60, "704000": -1000, "445710": -200}
        )
        self.assertEqual(surplus.invoice_date_due, surplus.invoice_date + relativedelta(days=30))
        self.assertEqual((final.amount_to_credit, final.amount_disputed, contract.amount_disputed), (0, 0, 0))
        self.assertEqual(final.amount_admitted_payable, float(final._admitted().net.month))
        self.assertEqual(contract.amount_billed, contract.amount_admitted, "invoiced is admitted")
        self.assertEqual(self._pay(final.move_id) + self._pay(surplus), final.amount_admitted_payable)
        # S1 is not paid yet: 21 000 less 5 %
        self.assertEqual(self._balances("411100"), {"411100": 19950})

    def test_the_general_statement_states_it_and_it_never_leaves(self):
        contract, final = self._ended()
        self._activate_account()
        self._answer(final, {0: {"admitted": 37000}})
        general = self._open(contract)
        # 84 000 − 17 500 = 66 500 HT
        self.assertEqual((general.kind, general.balance_total), ("general", 79800))
        surplus = final.correction_ids
        self.assertFalse(surplus.chorus_document_ids)
        codes = {one["code"] for one in self.env["chorus.preflight"]._problems(surplus) if one["level"] == "blocking"}
        self.assertIn("correction", codes)

    def test_a_cut_and_a_surplus_at_two_rates_make_one_invoice(self):
        """A, 20 %: 500 less; B, 10 %: 1 000 more. 1 100 − 600 = 500 TTC to be invoiced."""
        posts = [{"name": "A", "amount": 20000}, {"name": "B", "amount": 10000, "tax_id": self.vat10.id}]
        contract = self._contract(posts)
        final = self._final(contract, 50, 50)
        self._answer(final, {0: {"admitted": 9500}, 1: {"admitted": 6000}})
        surplus = final.correction_ids
        self.assertEqual(self._totals(surplus), (500, 0, 500))
        self.assertEqual(self._ledger(surplus)["411100"], 500)
        self.assertEqual(self._ledger(surplus)["704000"], -500)
        taxes = {line.tax_line_id.amount: line.balance for line in surplus.line_ids.filtered("tax_line_id")}
        self.assertEqual(taxes, {20: 100, 10: -100})
        self.assertEqual(final.amount_to_credit, 0)

    def test_beyond_a_final_statement_that_billed_nothing(self):
        contract = self._contract()
        self._bill(contract, 90, 0, 0).action_admit_as_requested()
        final = self._final(contract, 90, 0, 0)
        self.assertEqual(final.move_id.amount_total, 0)
        wizard = self._answer(final, {0: {"admitted": 37000}})
        self.assertIn("445710", wizard.preview)
        self.assertEqual(self._ledger(final.correction_ids), {"411100": 1200, "704000": -1000, "445710": -200})

    def test_a_penalty_of_the_general_statement_is_matched_with_both(self):
        """The penalty of 100 000 exceeds the balance by far: it takes the surplus too, nothing is left to pay."""
        _contract, final = self._ended()
        self._answer(final, {0: {"admitted": 37000}}, [{"name": "Retard", "amount": 100000}])
        receivable = (final.move_id | final.correction_ids).line_ids.filtered(
            lambda line: line.display_type == "payment_term" and not line.works_part
        )
        self.assertEqual(set(receivable.mapped("amount_residual")), {0.0})

    def test_taken_back_it_is_cancelled_and_invoiced_once_again(self):
        _contract, final = self._ended()
        before = self._balances()
        self._answer(final, {0: {"admitted": 37000}})
        first = final.correction_ids
        with self.assertRaisesRegex(UserError, "Cancel it first|Cancel the answer first"):
            final.action_draft()
        final.action_undo_admission()
        self.assertEqual((first.state, self._balances()), ("cancel", before))
        self._answer(final, {0: {"admitted": 38000}})
        self.assertEqual((final.correction_ids - first).amount_total, 2400)

    def test_in_a_closed_period_it_is_reversed_on_the_first_open_day(self):
        """A dispute on the general statement may end years later: nothing follows that could carry its correction."""
        contract, final = self._ended()
        before = self._balances()
        self._answer(final, {0: {"admitted": 35000, "contested": True}, 1: {"admitted": 23000}})
        self.assertEqual(self._balances("416000"), {"416000": 1200})
        closed = final.correction_ids | final.settlement_move_ids
        self.assertEqual(len(closed), 2)
        lock = final.correction_ids.date
        self.company.fiscalyear_lock_date = lock
        final.action_undo_admission()
        self.assertEqual(set(closed.mapped("state")), {"posted"})
        self.assertEqual(set(closed.reversal_move_ids.mapped("date")), {lock + relativedelta(days=1)})
        self.assertEqual(closed.reversal_move_ids._works_answers(), final, "what takes an answer back belongs to it")
        self.assertFalse(final._answer_moves())
        self.assertEqual(self._balances(), before)
        self.assertEqual(final.move_id.amount_residual, final.move_id.amount_total)
        self.company.fiscalyear_lock_date = False
        self._answer(final, {1: {"admitted": 23000}})
        again = final.correction_ids - closed
        again = again.filtered(lambda move: move._works_stands())
        self.assertEqual(again.amount_total, 1200, "what was taken back does not count any more")
        self.assertEqual(final._answer_moves(), again)
        self.assertEqual((contract.amount_billed, contract.amount_admitted), (84000, 84000))

    def test_reversed_it_never_leaves_either(self):
        _contract, final = self._ended()
        self._activate_account()
        self._answer(final, {0: {"admitted": 37000}})
        surplus = final.correction_ids
        with self.assertRaisesRegex(UserError, "Cancel the answer first"):
            surplus.button_draft()
        self.company.fiscalyear_lock_date = surplus.date
        final.action_undo_admission()
        self.assertEqual(surplus.reversal_move_ids.move_type, "out_refund")
        for move in final.correction_ids:
            self.assertIn("correction", [one["code"] for one in self.env["chorus.preflight"]._problems(move)])
        self.assertEqual(self._totals(final.correction_ids[0]), self._totals(final.correction_ids[1]))
        self.assertEqual(final.amount_to_credit, 0)

    def test_vat_of_an_advance_recovered_is_taken_back_in_the_vat_list(self):
        contract, party, advance = self._g3()
        advance.action_admit_as_requested()
        final = self._open(contract)
        final.kind = "final"
        self._enter(final, 100, 100)
        final.action_invoice()
        before = self._vat_due(contract)
        final.action_admit_as_requested()
        self.assertEqual(self._vat_due(contract), before - 2400, "14,400.00 incl. tax of advance")
        self.company.fiscalyear_lock_date = final.settlement_move_ids.date
        final.action_undo_admission()
        self.assertEqual(self._vat_due(contract), before)

    def _vat_due(self, contract):
        self.env.flush_all()
        rows = self.env["works.vat.report"]._read_group([("contract_id", "=", contract.id)], [], ["vat_due:sum"])
        return round(rows[0][0], 2)

    def test_the_total_alone_goes_to_the_posts_that_have_room_for_it(self):
        """1,000.00 more in all; L3 is at its end and cannot bear any."""
        _contract, final = self._ended()
        self._answer(final, mode="total", total=84000)
        self.assertEqual(self._totals(final.correction_ids), (1000, 200, 1200))
        self.assertEqual(final.line_ids[2].admitted_cumulative, 25000)

    def test_direct_entry_in_the_grid_is_invoiced_by_its_button(self):
        _contract, final = self._ended()
        final.line_ids[0].admitted_cumulative = 37000
        self.assertEqual(final.amount_to_credit, -1200)
        final.action_credit_cut()
        self.assertEqual((final.amount_to_credit, final.correction_ids.amount_total), (0, 1200))

    def test_more_typed_in_the_grid_of_a_month_waits_for_the_next_one(self):
        contract = self._g1()
        first = self._bill(contract, 30, 10, 0)
        first.line_ids[1].admitted_cumulative = 6000
        self.assertEqual(first.amount_to_credit, 0)
        second = self._bill(contract, 30, 45, 0)
        self.assertEqual(second.amount_untaxed, 19250, "all that was not invoiced is billed")
