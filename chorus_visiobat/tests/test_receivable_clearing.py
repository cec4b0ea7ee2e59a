from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import Form, tagged

from .receivable_case import ReceivableCase

RECEIVABLES = ("411100", "411700", "411800", "401100")


@tagged("post_install", "-at_install")
class TestReceivableClearing(ReceivableCase):
    """Retention released and subcontractors paid by the client: entries, matched with the invoices."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.contract = cls._contract()
        cls.roofer = cls.env["res.partner"].create({"name": "Charpentes Renaud", "is_company": True})

    def _bill_works(self, amount=50500.0, **values):
        return self._invoice(amount, works_contract_id=self.contract.id, **values)

    def _clear(self, part, **values):
        action = getattr(
            self.contract, "action_release_retention" if part == "retention" else "action_record_direct_payment"
        )()
        form = Form(self.env["works.receivable.clearing"].with_user(self.biller).with_context(**action["context"]))
        for name, value in values.items():
            form[name] = value
        return self.env["account.move"].search(form.save().action_clear()["domain"])

    def _all(self):
        return self.env["account.move"].search([("company_id", "=", self.company.id)])

    def test_released_then_paid(self):
        invoice = self._bill_works()
        self._pay(invoice)
        self.assertEqual(self.contract.amount_retention_held, 3030)
        entry = self._clear("retention", date="2027-12-31", date_due="2028-01-30")
        self.assertRecordValues(
            entry.line_ids.sorted("debit", reverse=True),
            [
                {
                    "account_id": invoice.line_ids.filtered(
                        lambda line: line.account_id.code == "411100"
                    ).account_id.id,
                    "partner_id": self.town.id,
                    "debit": 3030,
                    "credit": 0,
                    "date_maturity": self._day("2028-01-30"),
                },
                {
                    "account_id": invoice.line_ids.filtered("works_part").account_id.id,
                    "partner_id": self.town.id,
                    "debit": 0,
                    "credit": 3030,
                    "date_maturity": self._day("2027-12-31"),
                },
            ],
        )
        self.assertEqual(entry.works_released_move_id, invoice)
        self.assertEqual(self._ledger(self._all(), RECEIVABLES), {"411100": 3030})
        self.assertEqual((self.contract.amount_retention_held, invoice.payment_state), (0, "paid"))
        self._pay(entry.line_ids.filtered("debit"), date="2028-01-15")
        self.assertFalse(self._ledger(self._all(), RECEIVABLES))
        self.assertTrue(all(entry.line_ids.mapped("reconciled")))

    def test_the_oldest_invoices_are_released_first(self):
        first = self._bill_works(17500, retention=1050)
        second = self._bill_works()
        entries = self._clear("retention", amount=2000)
        self.assertEqual(
            {entry.works_released_move_id: entry.amount_total for entry in entries}, {first: 1050, second: 950}
        )
        self.assertEqual(self.contract.amount_retention_held, 2080)
        self.assertEqual(self._ledger(self._all(), ("411700",)), {"411700": 2080})

    def test_what_credit_notes_gave_back_is_not_released(self):
        invoice = self._bill_works()
        self._pay(invoice)
        refund = invoice._reverse_moves([{"invoice_date": "2026-06-10", "works_retention_amount": 240}])
        refund.invoice_line_ids.price_unit = 4000
        refund.action_post()
        self.assertEqual(self._terms(refund)[1][0::2], ("411700", -240))
        entry = self._clear("retention")
        self.assertEqual(entry.amount_total, 2790)
        self.assertFalse(self._ledger(self._all(), ("411700",)))

    def test_more_than_what_is_held_is_refused(self):
        self._bill_works()
        with self.assertRaisesRegex(UserError, "between nothing and"):
            self._clear("retention", amount=3030.01)
        with self.assertRaisesRegex(UserError, "between nothing and"):
            self._clear("retention", amount=0)

    def test_an_invoice_whose_retention_is_released_is_not_undone(self):
        invoice = self._bill_works()
        entry = self._clear("retention")
        with self.assertRaisesRegex(UserError, "is released by"):
            invoice.button_draft()
        with self.assertRaisesRegex(UserError, "is released by"):
            invoice._reverse_moves(cancel=True)
        entry.button_draft()
        entry.button_cancel()
        self.assertEqual(self.contract.amount_retention_held, 3030)
        invoice._reverse_moves([{"invoice_date": "2026-06-10"}], cancel=True)
        self.assertFalse(self._ledger(invoice | invoice.reversal_move_ids))

    def test_vat_on_receipts_waits_for_the_money_of_the_release(self):
        invoice = self._bill_works(tax=self._cash_basis())
        self._pay(invoice)
        entry = self._clear("retention", date="2027-12-31", date_due="2028-01-30")
        self.assertEqual(self._exigible(invoice), [("2026-05-15", 9595.0)])
        self._pay(entry.line_ids.filtered("debit"), amount=1515, date="2028-01-15")
        self._pay(entry.line_ids.filtered("debit"), date="2028-02-15")
        self.assertEqual(
            self._exigible(invoice), [("2026-05-15", 9595.0), ("2028-01-15", 252.5), ("2028-02-15", 252.5)]
        )
        self.assertEqual(self._ledger(self._all(), ("445710", "445740", "445711")).get("445740", 0), 0)

    def test_vat_on_receipts_when_released_before_the_invoice_is_paid(self):
        invoice = self._bill_works(tax=self._cash_basis())
        entry = self._clear("retention", date="2026-05-01", date_due="2026-06-01")
        self.assertEqual(self._exigible(invoice), [])
        self._pay(invoice)
        self.assertEqual(self._exigible(invoice), [("2026-05-15", 9595.0)])
        self._pay(entry.line_ids.filtered("debit"), date="2026-06-15")
        self.assertEqual(self._exigible(invoice), [("2026-05-15", 9595.0), ("2026-06-15", 505.0)])

    def test_vat_of_a_release_taken_back(self):
        invoice = self._bill_works(tax=self._cash_basis())
        entry = self._clear("retention", date="2027-12-31")
        reversal = entry._reverse_moves([{"date": "2027-12-31"}], cancel=True)
        self.assertEqual(self._exigible(invoice), [])
        self.assertEqual(self.contract.amount_retention_held, 3030)
        self.assertEqual(self._ledger(invoice | entry | reversal, RECEIVABLES), {"411100": 57570, "411700": 3030})

    def test_the_client_pays_the_subcontractor(self):
        invoice = self._bill_works(direct=12000, tax=self._cash_basis())
        bill = self.env["account.move"].create(
            {
                "move_type": "in_invoice",
                "partner_id": self.roofer.id,
                "company_id": self.company.id,
                "invoice_date": "2026-03-31",
                "invoice_line_ids": [
                    Command.create({"name": "Roof", "price_unit": 12000, "tax_ids": [Command.clear()]})
                ],
            }
        )
        bill.action_post()
        self._pay(invoice)
        self.assertEqual(self._exigible(invoice), [("2026-05-15", 7595.0)])
        entry = self._clear("direct", partner_id=self.roofer, amount=12000, date="2026-05-20")
        self.assertEqual(self._ledger(entry), {"401100": 12000, "411800": -12000})
        self.assertFalse(entry.works_released_move_id)
        self.assertEqual(self._exigible(invoice), [("2026-05-15", 7595.0), ("2026-05-20", 2000.0)])
        (bill.line_ids + entry.line_ids).filtered(lambda line: line.account_id.code == "401100").reconcile()
        self.assertEqual(bill.payment_state, "paid")
        self.assertEqual(self._ledger(self._all(), RECEIVABLES), {"411700": 3030})
        self.assertEqual(self.contract.amount_direct_held, 0)

    def test_a_locked_period_dates_the_entry_after_it(self):
        self._bill_works()
        self.company.fiscalyear_lock_date = "2026-06-30"
        entry = self._clear("retention", date="2026-06-15")
        self.assertGreater(entry.date, self._day("2026-06-30"))
