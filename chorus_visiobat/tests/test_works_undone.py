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
