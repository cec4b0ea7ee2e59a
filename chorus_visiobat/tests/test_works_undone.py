from odoo.exceptions import UserError
from odoo.tests import tagged

from .works_common import WorksCase


@tagged("post_install", "-at_install")
class TestWorksUndone(WorksCase):
    """Statements whose invoice is corrected, cancelled or credited: nothing billed twice, nothing forgotten."""

    def test_cancelled_invoice_leaves_nothing_to_send(self):
        self._activate_account()
        situation = self._bill(self._contract(), 30, 10, 0)
        document = situation.move_id.chorus_document_id
        situation.move_id.button_cancel()
        self.assertFalse(document.active)
        self.assertFalse(situation.move_ids.chorus_document_id)
        again = self._bill(self._contract(chorus_contract_number="other"), 30, 10, 0)
        paper, move = again.move_id.chorus_document_id, again.move_id
        again.action_draft()
        move.unlink()
        self.assertFalse(paper.exists())
        again.action_invoice()
        self.assertTrue(again.move_id.chorus_document_id)

    def test_back_to_draft_keeps_the_number(self):
        contract = self._contract()
        situation = self._bill(contract, 30, 10, 0)
        move, number = situation.move_id, situation.move_id.name
        situation.action_draft()
        self.assertEqual((situation.state, move.state), ("draft", "draft"))
        self._enter(situation, 40, 10, 0)
        situation.action_invoice()
        self.assertEqual(situation.move_ids, move)
        self.assertEqual(move.name, number)
        self.assertEqual(self._totals(move), (21500, 4300, 25800))

    def test_only_the_last_statement_goes_back_to_draft(self):
        contract = self._contract()
        first = self._bill(contract, 30, 10, 0)
        second = self._bill(contract, 40, 10, 0)
        with self.assertRaisesRegex(UserError, f"start with {second.name}"):
            first.action_draft()

    def test_credited_invoice_frees_the_statement(self):
        contract = self._contract()
        situation = self._bill(contract, 30, 10, 0)
        move, number = situation.move_id, situation.move_id.name
        move._reverse_moves([{"invoice_date": move.invoice_date}], cancel=True)
        self.assertEqual(move.payment_state, "reversed")
        self.assertFalse(situation.move_id)
        situation.action_draft()
        situation.action_invoice()
        self.assertNotEqual(situation.move_id.name, number)
        self.assertEqual(situation.move_ids - move, situation.move_id)

    def test_credit_and_copy_at_once_is_refused(self):
        situation = self._bill(self._contract(), 30, 10, 0)
        move = situation.move_id
        wizard = self.env["account.move.reversal"].with_context(active_model="account.move", active_ids=move.ids)
        with self.assertRaisesRegex(UserError, situation.name):
            wizard.create({"journal_id": move.journal_id.id}).modify_moves()


    def test_cancelled_statement_counts_no_more(self):
        contract = self._contract()
        first = self._bill(contract, 30, 10, 0)
        second = self._bill(contract, 40, 10, 0)
        with self.assertRaisesRegex(UserError, "cancel it or credit it first"):
            second.action_cancel()
        second.move_id.button_cancel()
        second.action_cancel()
        third = self._open(contract)
        self.assertEqual((third.number, third.previous_id), (3, first))
        self.assertEqual(contract.amount_billed, 17500)

    def test_invoice_changed_by_hand_is_not_posted(self):
        situation = self._bill(self._contract(), 30, 10, 0)
        move = situation.move_id
        move.button_draft()
        move.invoice_line_ids.price_unit += 1
        with self.assertRaisesRegex(UserError, "Invoice it again from the statement"):
            move.action_post()

    def test_invoice_of_a_draft_statement_is_posted_by_the_statement_alone(self):
        """Posted by hand, it would bill a statement that goes on changing."""
        situation = self._bill(self._contract(), 30, 10, 0)
        situation.action_draft()
        with self.assertRaisesRegex(UserError, "use Create invoice on the statement"), self.env.cr.savepoint():
            situation.move_id.action_post()
        situation.line_ids[0].input_percent = 40
        situation.action_invoice()
        # 40 % of 40 000 and 10 % of 55 000
        self.assertEqual((situation.state, situation.move_id.state), ("invoiced", "posted"))
        self.assertEqual(situation.move_id.amount_untaxed, 21500)

    def test_a_statement_that_had_an_invoice_is_cancelled_and_not_deleted(self):
        situation = self._bill(self._contract(), 30, 10, 0)
        situation.action_draft()
        with self.assertRaisesRegex(UserError, "use Cancel instead of deleting it"):
            situation.unlink()
        situation.move_id.button_cancel()
        situation.action_cancel()
        self.assertEqual(situation.state, "cancelled")

    def test_an_invoice_of_a_closed_period_says_what_to_do(self):
        situation = self._bill(self._contract(), 30, 10, 0)
        self.company.sale_lock_date = situation.move_id.date
        with self.assertRaisesRegex(UserError, "Correct it on the next statement, credit the invoice"):
            situation.action_draft()
        self.assertEqual((situation.state, situation.move_id.state), ("invoiced", "posted"))

    def _credit(self, situation):
        move = situation.move_id
        return move._reverse_moves([{"invoice_date": move.invoice_date}], cancel=True)

    def _cancel(self, situation):
        situation.move_id.button_draft()
        situation.move_ids.button_cancel()

    def test_month_that_nothing_bills_stops_the_next_one(self):
        for undo in (self._cancel, self._credit):
            with self.subTest(undo.__name__):
                contract = self._contract(lot=undo.__name__)
                first = self._bill(contract, 30, 10, 0)
                undo(first)
                self.assertTrue(first.is_unbilled)
                self.assertEqual((contract.amount_billed, contract.month_step), (0, "act"))
                self.assertEqual(contract.month_situation_id, first)
                self.assertIn(first.name, contract.unbilled_advice)
                with self.assertRaisesRegex(UserError, f"{first.name} was cancelled or credited.*Back to draft"):
                    contract.action_new_situation()
                with self.assertRaisesRegex(UserError, f"{first.name} was cancelled or credited"):
                    contract.action_close()
                first.action_invoice()
                self.assertEqual((first.move_id.state, self._totals(first.move_id)), ("posted", (17500, 3500, 21000)))
                self.assertEqual((contract.amount_billed, contract.unbilled_advice), (17500, False))
                second = self._bill(contract, 40, 10, 0)
                self.assertEqual(self._totals(second.move_id), (4000, 800, 4800))

    def test_month_given_up_is_billed_by_the_next(self):
        contract = self._contract()
        first = self._bill(contract, 30, 10, 0)
        self._credit(first)
        first.action_cancel()
        second = self._bill(contract, 40, 10, 0)
        self.assertFalse(second.previous_id)
        self.assertEqual(self._totals(second.move_id), (21500, 4300, 25800))

    def test_earlier_month_is_invoiced_again_as_it_stands(self):
        contract = self._contract()
        first = self._bill(contract, 30, 10, 0)
        number = first.chorus_invoice_number
        second = self._bill(contract, 40, 10, 0)
        self._credit(first)
        self.assertEqual(contract.amount_billed, 4000)
        self.assertIn("its amounts stay", contract.unbilled_advice)
        self.assertNotIn("Back to draft", contract.unbilled_advice)
        with self.assertRaisesRegex(UserError, first.name):
            contract.action_new_situation()
        first.action_invoice()
        self.assertEqual(self._totals(first.move_id), (17500, 3500, 21000))
        self.assertNotEqual(first.chorus_invoice_number, number)
        self.assertEqual(contract.amount_billed, 21500)
        self.assertEqual(self._open(contract).previous_id, second)

    def test_open_draft_waits_for_the_month_before_it(self):
        contract = self._contract()
        first = self._bill(contract, 30, 10, 0)
        second = self._open(contract)
        self._enter(second, 40, 10, 0)
        self._credit(first)
        self.assertIn(first.name, second.advice)
        with self.assertRaisesRegex(UserError, f"{first.name} was cancelled or credited"):
            second.action_invoice()
        first.action_invoice()
        second.action_invoice()
        self.assertEqual(contract.amount_billed, 21500)

    def test_month_paid_back_by_a_negative_one_still_counts(self):
        contract = self._contract()
        first = self._bill(contract, 30, 10, 0)
        second = self._open(contract)
        self._enter(second, 0, 0, 0)
        second.line_ids.note = "Works pulled down"
        second.action_invoice()
        moves = first.move_id | second.move_id
        moves.line_ids.filtered(lambda line: line.account_id.account_type == "asset_receivable").reconcile()
        self.assertEqual(first.move_ids.payment_state, "reversed")
        self.assertFalse(first.is_unbilled)
        self.assertEqual(contract.amount_billed, 0)
        self.assertEqual(self._open(contract).previous_id, second)

    def test_cancelled_invoice_put_back_bills_nothing_twice(self):
        situation = self._bill(self._contract(), 30, 10, 0)
        before = situation.move_id
        self._cancel(situation)
        situation.action_invoice()
        before.button_draft()
        with self.assertRaisesRegex(UserError, "would bill it twice"), self.cr.savepoint():
            before.action_post()

    def test_credit_note_belongs_to_the_contract(self):
        contract = self._contract()
        situation = self._bill(contract, 30, 10, 0)
        move = situation.move_id
        refund = self._credit(situation)
        self.assertRecordValues(
            refund,
            [{"works_contract_id": contract.id, "chorus_framework_id": move.chorus_framework_id.id}],
        )
        self.assertFalse(refund.works_situation_id)
        self.assertEqual(contract.move_ids, move | refund)
        self.assertEqual(contract.move_count, 2)
