from dateutil.relativedelta import relativedelta

from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import tagged

from .receivable_case import ReceivableCase

ACCOUNTS = ("411100", "411700", "411800")


@tagged("post_install", "-at_install")
class TestReceivableStatement(ReceivableCase):
    """From the deductions of a statement to the receivables of its invoice (works-billing.md §2.14 G1, G5)."""

    def _all(self):
        return self.env["account.move"].search([("company_id", "=", self.company.id)])

    def _contract_retained(self, **values):
        return self._contract(retention_rate=5, retention_release_date="2028-01-30", **values)

    def test_golden_g1_retention_month_by_month(self):
        contract = self._contract_retained()
        months = [self._bill(contract, *percents) for percents in ((30, 10, 0), (100, 45, 0), (100, 100, 100))]
        totals = [21000, 56700, 66300]
        for situation, total in zip(months, totals, strict=True):
            move = situation.move_id
            self.assertEqual(move.amount_total, total)
            self.assertEqual(
                [line[0::2] for line in self._terms(move)],
                [("411100", total * 0.95), ("411700", total * 0.05)],
            )
            self.assertEqual(self._terms(move)[1][1], "2028-01-30")
            self.assertEqual(situation.amount_payable, total * 0.95)
            self.assertEqual(self._pay(move), situation.amount_payable)
        self.assertEqual(self._ledger(self._all(), ACCOUNTS), {"411700": 7200})
        self.assertEqual(contract.amount_retention_held, 7200)
        contract.retention_release_date = "2028-03-01"
        held = contract.move_ids.line_ids.filtered("works_part")
        self.assertEqual(set(held.mapped("date_maturity")), {self._day("2028-03-01")})
        self.assertLess(max(contract.move_ids.mapped("invoice_date_due")), self._day("2028-01-01"))

    def test_a_guarantee_gives_back_what_was_withheld(self):
        contract = self._contract_retained()
        first = self._bill(contract, 30, 10, 0)
        self._pay(first.move_id)
        contract.write({"retention_mode": "guarantee", "guarantee_date": first.period_end + relativedelta(days=5)})
        second = self._bill(contract, 100, 45, 0)
        self.assertEqual((second.amount_retention, second.amount_payable), (-1050, 57750))
        self.assertEqual([line[0::2] for line in self._terms(second.move_id)], [("411100", 56700)])
        entry = second.receivable_entry_ids
        self.assertEqual(self._ledger(entry), {"411100": 1050, "411700": -1050})
        self.assertEqual(entry.works_released_move_id, first.move_id)
        due = entry.line_ids.filtered("debit")
        self.assertEqual(due.date_maturity, second.move_id.invoice_date_due)
        self.assertEqual(self._ledger(self._all(), ACCOUNTS), {"411100": second.amount_payable})
        self._pay(second.move_id)
        self._pay(due)
        self.assertFalse(self._ledger(self._all(), ACCOUNTS))

    def test_back_to_draft_takes_the_refund_back(self):
        contract = self._contract_retained()
        first = self._bill(contract, 30, 10, 0)
        contract.write({"retention_mode": "guarantee", "guarantee_date": first.period_end + relativedelta(days=5)})
        second = self._bill(contract, 100, 45, 0)
        second.action_draft()
        self.assertEqual(contract.amount_retention_held, 1050)
        self.assertEqual(self._ledger(self._all(), ACCOUNTS), {"411100": 19950, "411700": 1050})
        second.action_invoice()
        self.assertEqual(self._ledger(self._all(), ACCOUNTS), {"411100": 77700})

    def test_what_was_released_before_is_not_given_back_twice(self):
        contract = self._contract_retained()
        first = self._bill(contract, 30, 10, 0)
        contract._clear_part("retention", 1000, date=first.move_id.date)
        contract.write({"retention_mode": "guarantee", "guarantee_date": first.period_end + relativedelta(days=5)})
        second = self._open(contract)
        self._enter(second, 100, 45, 0)
        self.assertRegex(second.advice, r"gives 1.050,00.€ back, and the client holds 50,00.€ only")
        second.action_invoice()
        self.assertEqual(second.receivable_entry_ids.amount_total, 50)
        self.assertEqual(self._ledger(self._all(), ACCOUNTS), {"411100": 77700})

    def test_a_falling_month_gives_its_retention_back_on_the_credit_note(self):
        contract = self._contract_retained()
        self._bill(contract, 30, 10, 0)
        situation = self._open(contract)
        self._enter(situation, 20, 10, 0)
        situation.line_ids[0].note = "Measured again"
        situation.action_invoice()
        self.assertEqual(situation.move_id.move_type, "out_refund")
        self.assertEqual([line[0::2] for line in self._terms(situation.move_id)], [("411100", -4560), ("411700", -240)])
        self.assertEqual(contract.amount_retention_held, 810)

    def test_direct_payments_wait_on_their_subaccount(self):
        roofer = self.env["res.partner"].create({"name": "Charpentes Renaud", "is_company": True})
        contract = self._contract_retained(
            party_ids=[Command.create({"role": "subcontractor", "partner_id": roofer.id, "amount_max": 30000})]
        )
        situation = self._open(contract)
        self._leave_time_for_more(situation)
        self._enter(situation, 30, 10, 0)
        situation.direct_payment_ids = [Command.create({"party_id": contract.party_ids.id, "amount": 5500})]
        situation.action_invoice()
        self.assertEqual(
            [line[0::2] for line in self._terms(situation.move_id)],
            [("411100", 14450), ("411700", 1050), ("411800", 5500)],
        )
        self.assertEqual(situation.amount_payable, 14450)
        self.assertEqual(self._pay(situation.move_id), 14450)
        self.assertEqual(contract.amount_direct_held, 5500)

    def test_direct_payments_beyond_the_month_take_all_that_it_has(self):
        roofer = self.env["res.partner"].create({"name": "Charpentes Renaud", "is_company": True})
        contract = self._contract(
            party_ids=[Command.create({"role": "subcontractor", "partner_id": roofer.id, "amount_max": 30000})]
        )
        situation = self._open(contract)
        self._leave_time_for_more(situation)
        self._enter(situation, 10, 0, 0)
        situation.direct_payment_ids = [Command.create({"party_id": contract.party_ids.id, "amount": 5500})]
        situation.action_invoice()
        self.assertEqual([line[0::2] for line in self._terms(situation.move_id)], [("411800", 4800)])

    def test_accounts_are_asked_for_before_anything_is_written(self):
        roofer = self.env["res.partner"].create({"name": "Charpentes Renaud", "is_company": True})
        contract = self._contract(
            party_ids=[Command.create({"role": "subcontractor", "partner_id": roofer.id, "amount_max": 30000})]
        )
        self.company.works_direct_payment_account_id = False
        situation = self._open(contract)
        self._enter(situation, 30, 10, 0)
        situation.direct_payment_ids = [Command.create({"party_id": contract.party_ids.id, "amount": 5500})]
        with self.assertRaisesRegex(UserError, "Account of the direct payments: which one"):
            situation.action_invoice()
        self.assertFalse(situation.move_ids)

    def test_parts_changed_by_hand_are_refused(self):
        contract = self._contract_retained()
        situation = self._bill(contract, 30, 10, 0)
        situation.move_id.button_draft()
        situation.move_id.works_retention_amount = 500
        with self.assertRaisesRegex(UserError, "Retention of the invoice is"):
            situation.move_id.action_post()
