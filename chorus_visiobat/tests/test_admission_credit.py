from odoo.exceptions import UserError
from odoo.tests import tagged

from .receivable_case import ReceivableCase


@tagged("post_install", "-at_install")
class TestAdmissionCredit(ReceivableCase):
    """What the project manager does not admit is credited once, and billed again only when it is admitted."""

    def _all(self):
        return self.env["account.move"].search([("company_id", "=", self.company.id)])

    def _credit(self, situation):
        return self.env["account.move"].browse(situation.action_credit_cut()["res_id"])

    def test_golden_g8_invoiced_less_credited_is_admitted(self):
        """G8: 4 000 HT of L1 are cut on the second month, and claimed again on the third."""
        contract = self._contract(retention_rate=5, retention_release_date="2028-01-30")
        self._bill(contract, 30, 10, 0)
        second = self._bill(contract, 100, 45, 0)
        self.assertEqual(second.amount_to_credit, 0)
        second.line_ids[0].admitted_cumulative = 36000
        self.assertEqual(second.amount_to_credit, 4800)
        note = self._credit(second)
        self.assertEqual(self._totals(note), (4000, 800, 4800))
        self.assertEqual(self._ledger(note), {"411100": -4560, "411700": -240, "704000": 4000, "445710": 800})
        self.assertEqual((second.amount_to_credit, second.move_id.amount_residual), (0, 51900))
        self.assertEqual(second.state, "invoiced")
        self.assertEqual(second.move_id, second.move_ids)
        self.assertFalse(note.chorus_document_ids)
        third = self._bill(contract, 100, 100, 100)
        self.assertEqual(third.amount_untaxed, 59250)
        self.assertEqual(self._ledger(self._all(), ("704000", "445710")), {"704000": -120000, "445710": -24000})
        self.assertEqual(self._ledger(self._all(), ("411100", "411700")), {"411100": 136800, "411700": 7200})
        self.assertEqual(contract.amount_retention_held, 7200)

    def test_credited_in_two_answers(self):
        situation = self._bill(self._contract(), 30, 10, 0)
        situation.line_ids[0].admitted_cumulative = 11000
        self._credit(situation)
        situation.line_ids[1].admitted_cumulative = 5000
        self.assertEqual(situation.amount_to_credit, 600)
        self.assertEqual(self._credit(situation).amount_total, 600)
        with self.assertRaisesRegex(UserError, "nothing is left to credit"):
            situation.action_credit_cut()

    def test_a_month_of_which_nothing_is_admitted_stays_billed(self):
        situation = self._bill(self._contract(), 30, 0, 0)
        situation.line_ids[0].admitted_cumulative = 0
        note = self._credit(situation)
        self.assertEqual(situation.move_id.amount_residual, 0)
        self.assertFalse(situation.is_unbilled)
        self.assertEqual(note.amount_total, 14400)
        self.assertFalse(self._ledger(self._all()))

    def test_vat_agrees_with_the_invoices_to_the_cent(self):
        """Thirds of 100 000.00 at 20 %: what is credited is a difference of invoices (works-billing.md §2.11.4)."""
        contract = self._contract([{"name": "L1", "amount": 100000, "mode": "amount"}])
        for amount in (33333.33, 66666.66):
            situation = self._open(contract)
            self._leave_time_for_more(situation)
            situation.line_ids.input_amount = amount
            situation.action_invoice()
        situation.line_ids.admitted_cumulative = 66666.63
        note = self._credit(situation)
        credited = situation._admitted().credited
        self.assertEqual((note.amount_untaxed, note.amount_tax), (float(credited.excluded), float(credited.tax)))
        self.assertEqual(sum(note.line_ids.mapped("balance")), 0)

    def test_vat_on_receipts_of_what_is_credited_never_falls_due(self):
        tax = self._cash_basis()
        contract = self._contract([{"name": "L1", "amount": 40000, "tax_id": tax.id}])
        situation = self._bill(contract, 30)
        situation.line_ids.admitted_cumulative = 11000
        self._credit(situation)
        self.assertEqual(self._pay(situation.move_id), 13200)
        paid = sum(amount for _date, amount in self._exigible(situation.move_id))
        credited = sum(amount for _date, amount in self._exigible(situation.correction_ids))
        self.assertEqual(round(paid + credited, 2), 2200)

    def test_a_credited_statement_does_not_go_back_to_draft(self):
        situation = self._bill(self._contract(), 30, 10, 0)
        situation.line_ids[0].admitted_cumulative = 11000
        self._credit(situation)
        with self.assertRaisesRegex(UserError, "brought its invoice to what was admitted"):
            situation.action_draft()
