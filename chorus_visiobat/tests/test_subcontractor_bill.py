from odoo import Command
from odoo.exceptions import UserError, ValidationError
from odoo.tests import Form, tagged

from .receivable_case import ReceivableCase


@tagged("post_install", "-at_install")
class TestSubcontractorBill(ReceivableCase):
    """The bill of a subcontractor paid by the client: prepared, controlled, settled (works-billing.md §2.8).

    The month of G3 in which he does 20 000 of 100 000 HT; no retention nor advance here: TTC 120 000, of which
    20 000 are paid to him.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.carpenter = cls.create_body("Charpentes Renaud", "59603082500019")
        cls.contract = cls._contract([("Gros œuvre", 320000), ("Charpente", 80000)])
        cls.party = cls.env["works.contract.party"].create(
            {"contract_id": cls.contract.id, "partner_id": cls.carpenter.id, "amount_max": 80000}
        )
        cls.contract.line_ids[1].party_id = cls.party

    def _month(self, *percents, direct=None):
        situation = self._open(self.contract)
        self._leave_time_for_more(situation)
        self._enter(situation, *percents)
        if direct:
            situation.direct_payment_ids = [Command.create({"party_id": self.party.id, "amount": direct})]
        situation.action_invoice()
        return situation

    def _record_bill(self, record):
        bill = self.env["account.move"].browse(record.with_user(self.biller).action_register_bill()["res_id"])
        bill.write({"invoice_date": "2026-03-31", "ref": "R-2026-17"})
        return bill

    def _paid_by_client(self, **values):
        action = self.contract.action_record_direct_payment()
        form = Form(self.env["works.receivable.clearing"].with_user(self.biller).with_context(**action["context"]))
        for name, value in values.items():
            form[name] = value
        return self.env["account.move"].search(form.save().action_clear()["domain"])

    def test_from_the_statement_to_the_payment_by_the_client(self):
        """Invoice 411100 100 000 + 411800 20 000; bill 604 20 000 / 401 20 000 with 4 000 of VAT due and deducted."""
        situation = self._month(25, 25, direct=20000)
        bill = self._record_bill(situation.direct_payment_ids)
        self.assertEqual((bill.state, bill.partner_id, bill.amount_total), ("draft", self.carpenter, 20000.0))
        self.assertEqual((bill.works_party_id, bill.works_party_situation_id), (self.party, situation))
        self.assertEqual(bill.fiscal_position_id, self.company._works_reverse_charge_position())
        self.assertEqual(bill.invoice_line_ids.tax_ids.amount, 20)
        self.assertEqual(bill.invoice_origin, situation.name)
        self.assertEqual(situation.direct_payment_ids.bill_id, bill)
        again = situation.direct_payment_ids.action_register_bill()
        self.assertEqual(again["res_id"], bill.id, "the bill of a payment is recorded once")
        bill.action_post()
        self.assertEqual(
            self._ledger(bill), {"604000": 20000.0, "445660": 4000.0, "445710": -4000.0, "401100": -20000.0}
        )
        invoice = situation.move_id
        self.assertEqual(
            self._ledger(invoice), {"411100": 100000.0, "411800": 20000.0, "445710": -20000.0, "704000": -100000.0}
        )
        entry = self._paid_by_client(bill_id=bill)
        self.assertEqual(self._ledger(entry), {"401100": 20000.0, "411800": -20000.0})
        self.assertEqual(bill.payment_state, "paid")
        self.assertEqual(self._ledger(invoice | bill | entry, ("401100", "411800", "411100")), {"411100": 100000.0})
        self.assertEqual((self.party.amount_paid, self.party.amount_billed, self.party.amount_settled), (20000,) * 3)
        self.assertFalse(self.party.billing_advice)

    def test_the_wizard_proposes_what_is_left_of_the_bill(self):
        situation = self._month(25, 25, direct=20000)
        bill = self._record_bill(situation.direct_payment_ids)
        bill.invoice_line_ids.price_unit = 15000
        bill.action_post()
        entry = self._paid_by_client(bill_id=bill)
        self.assertEqual(entry.amount_total, 15000)
        self.assertEqual(entry.line_ids.filtered("debit").partner_id, self.carpenter)
        self.assertEqual(self.contract.amount_direct_held, 5000)
        with self.assertRaisesRegex(UserError, "has only 0.00.* left"):
            self._paid_by_client(bill_id=bill, amount=1)

    def test_several_invoices_are_settled_by_one_bill(self):
        """Months of 20 000 and 20 000 paid to him, one bill of 40 000: two entries, both on 411800."""
        first, second = self._month(25, 25, direct=20000), self._month(50, 50, direct=20000)
        bill = self._record_bill(self.party)
        self.assertEqual((bill.amount_total, bill.works_party_situation_id), (40000.0, second))
        bill.action_post()
        entries = self._paid_by_client(bill_id=bill)
        self.assertEqual(entries.mapped("amount_total"), [20000, 20000])
        self.assertEqual(bill.payment_state, "paid")
        self.assertFalse(self._ledger(first.move_id | second.move_id | bill | entries, ("401100", "411800")))
        with self.assertRaisesRegex(UserError, "has billed all that the statements ask"):
            self.party.action_register_bill()

    def test_control_of_bills_against_payments_and_ceiling(self):
        situation = self._month(25, 25, direct=20000)
        bill = self._record_bill(situation.direct_payment_ids)
        bill.invoice_line_ids.price_unit = 21000
        bill.action_post()
        self.assertIn("more than the statements ask", self.party.billing_advice)
        self.party.amount_max = 20500
        self.assertRegex(self.party.billing_advice, "Billed 500.00.* beyond his acte spécial")
        self.assertIn("Charpentes Renaud – Billed", self.contract.billing_advice)
        credit = bill._reverse_moves([{"invoice_date": "2026-04-30"}])
        credit.invoice_line_ids.price_unit = 1000
        credit.action_post()
        self.assertEqual(self.party.amount_billed, 20000)
        self.assertFalse(self.contract.billing_advice)

    def test_two_vat_rates_make_two_lines(self):
        """His posts of the month: 15 000 at 20 % and 5 000 at 10 %. VAT due and deducted: 3 000 + 500."""
        self.env["works.contract.line"].create(
            {
                "contract_id": self.contract.id,
                "name": "Bardage",
                "amount": 10000,
                "tax_id": self.vat10.id,
                "party_id": self.party.id,
            }
        )
        situation = self._month(25, 18.75, 50, direct=20000)
        bill = self._record_bill(situation.direct_payment_ids)
        lines = bill.invoice_line_ids.sorted("price_unit")
        self.assertEqual([(line.price_unit, line.tax_ids.amount) for line in lines], [(5000, 10), (15000, 20)])
        bill.action_post()
        self.assertEqual(self._ledger(bill, ("445660", "445710")), {"445660": 3500.0, "445710": -3500.0})

    def test_without_reverse_charge_he_bills_incl_tax(self):
        """Paid 24 000 TTC: 20 000 HT + 4 000, deductible when he is paid (services): 445640."""
        self.party.reverse_charge = False
        situation = self._month(25, 25, direct=24000)
        bill = self._record_bill(situation.direct_payment_ids)
        self.assertEqual((bill.amount_untaxed, bill.amount_total), (20000.0, 24000.0))
        self.assertFalse(bill.fiscal_position_id == self.company._works_reverse_charge_position())
        bill.action_post()
        self.assertEqual(self.party.amount_billed, 24000)

    def test_a_bill_received_otherwise_can_be_tied_to_the_contract(self):
        bill = self.env["account.move"].create(
            {"move_type": "in_invoice", "partner_id": self.carpenter.id, "works_party_id": self.party.id}
        )
        self.assertEqual(bill.works_party_contract_id, self.contract)
        other = self._contract(chorus_contract_number="2026-099")
        foreign = self._open(other)
        with self.assertRaisesRegex(ValidationError, "is not of the contract of"):
            bill.works_party_situation_id = foreign
        bill.works_party_situation_id = False
        with self.assertRaisesRegex(ValidationError, "is not the supplier of this bill"):
            bill.partner_id = self.town

    def test_a_rate_without_purchase_tax_is_asked_for(self):
        chart = self.env["account.chart.template"].with_company(self.company)
        chart.ref("works_tva_acq_autoliq_20").active = False
        situation = self._month(25, 25, direct=20000)
        with self.assertRaisesRegex(UserError, "no active purchase tax for 20 %"):
            situation.direct_payment_ids.action_register_bill()
        self.assertFalse(situation.direct_payment_ids.bill_id)

    def test_the_account_of_the_settings_is_used(self):
        chart = self.env["account.chart.template"].with_company(self.company)
        self.company.works_subcontracting_account_id = chart.ref("pcg_611")
        situation = self._month(25, 25, direct=20000)
        bill = self._record_bill(situation.direct_payment_ids)
        self.assertEqual(bill.invoice_line_ids.account_id.code, "611000")
