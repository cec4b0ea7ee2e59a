from odoo import Command
from odoo.tests import tagged

from .ledger_case import LedgerCase


@tagged("post_install", "-at_install")
class TestWorksVatReport(LedgerCase):
    """The supporting list of the CA3 says what the tax report says of the contracts, entry by entry."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.contract = cls._contract()

    def _vat(self, *domain):
        self.env.flush_all()
        rows = self.env["works.vat.report"].search([("contract_id", "=", self.contract.id), *domain])
        names = ("base_invoiced", "vat_invoiced", "base_due", "vat_due", "vat_deducted", "vat_waiting")
        return [round(sum(rows.mapped(name)), 2) for name in names]

    def _tagged(self, name):
        """What the tax report counts in a box: sum of the tagged items."""
        lines = self.env["account.move.line"].search(
            [("company_id", "=", self.company.id), ("tax_tag_ids.name", "=", name), ("parent_state", "=", "posted")]
        )
        return round(sum(lines.mapped("balance")), 2)

    def test_on_debits_all_is_due_with_the_invoice(self):
        self._invoice(50500, works_contract_id=self.contract.id)
        self.assertEqual(self._vat(), [50500, 10100, 50500, 10100, 0, 0])
        self.assertEqual((self._tagged("08_base"), self._tagged("08_taxe")), (-50500, -10100))

    def test_on_receipts_vat_is_due_as_the_client_pays(self):
        """60 600 TTC, retention 3 030: paying 57 570 makes 10 100 × 57 570 / 60 600 = 9 595 due; 505 wait."""
        invoice = self._invoice(50500, tax=self._cash_basis(), works_contract_id=self.contract.id)
        self.assertEqual(self._vat(), [50500, 10100, 0, 0, 0, 10100])
        self.assertEqual(self._tagged("08_taxe"), 0)
        self._pay(invoice, date="2026-05-15")
        self.assertEqual(self._vat(), [50500, 10100, 47975, 9595, 0, 505])
        self.assertEqual(self._vat(("date", ">=", "2026-05-01")), [0, 0, 47975, 9595, 0, -9595])
        self.assertEqual((self._tagged("08_base"), self._tagged("08_taxe")), (-47975, -9595))
        entry = self.contract._clear_part("retention", 3030, date="2026-06-30")
        self._pay(entry.line_ids.filtered("debit"), date="2026-07-15")
        self.assertEqual(self._vat(), [50500, 10100, 50500, 10100, 0, 0])
        self.assertEqual(self._tagged("08_taxe"), -10100)

    def test_credit_notes_and_rates_are_told_apart(self):
        self._invoice(10000, retention=0, works_contract_id=self.contract.id)
        ten = self._invoice(1000, retention=0, tax=self.vat10, works_contract_id=self.contract.id)
        ten._reverse_moves([{"invoice_date": "2026-04-30"}]).action_post()
        self.assertEqual(self._vat(("rate", "=", 20)), [10000, 2000, 10000, 2000, 0, 0])
        self.assertEqual(self._vat(("rate", "=", 10)), [0, 0, 0, 0, 0, 0])
        self.assertEqual(self._vat(("rate", "=", 10), ("date", "<", "2026-04-01")), [1000, 100, 1000, 100, 0, 0])

    def test_subcontractors_and_works_without_vat(self):
        carpenter = self.create_body("Charpentes Renaud", "59603082500019")
        party = self.env["works.contract.party"].create(
            {"contract_id": self.contract.id, "partner_id": carpenter.id, "amount_max": 80000}
        )
        chart = self.env["account.chart.template"].with_company(self.company)
        self.env["account.move"].create(
            {
                "move_type": "in_invoice",
                "partner_id": carpenter.id,
                "invoice_date": "2026-03-31",
                "works_party_id": party.id,
                "invoice_line_ids": [
                    Command.create(
                        {
                            "name": "Charpente",
                            "price_unit": 20000,
                            "tax_ids": [Command.set(chart.ref("works_tva_acq_autoliq_20").ids)],
                        }
                    )
                ],
            }
        ).action_post()
        self.assertEqual(self._vat(("nature", "=", "subcontracting")), [20000, 4000, 20000, 4000, 4000, 0])
        self._invoice(
            12000, retention=0, tax=self.company._works_reverse_charge_tax(), works_contract_id=self.contract.id
        )
        self.assertEqual(self._vat(("nature", "=", "reverse")), [12000, 0, 12000, 0, 0, 0])

    def test_the_advance_is_told_apart(self):
        contract = self._contract(chorus_contract_number="2026-AV", date_consultation="2019-06-01", duration_months=12)
        contract.advance_rate = 5
        self._bill_advance(contract)
        self.contract = contract
        # 5 % of 144 000 TTC: 7 200, hence 6 000 HT and 1 200 of VAT.
        self.assertEqual(self._vat(("nature", "=", "advance")), [6000, 1200, 6000, 1200, 0, 0])
        self.assertEqual(self._vat(("nature", "!=", "advance")), [0] * 6)

    def test_the_recovery_of_the_advance_takes_its_vat_back(self):
        """G3, S4: 6 720 TTC repaid = 5 600 + 1 120 of VAT. The list and the tax report count the same."""
        contract, party, advance = self._g3(chorus_contract_number="2026-G3")
        self.contract = contract
        advance.action_admit_as_requested()
        self._g3_month(contract, party, 62, 50, 40000).action_admit_as_requested()
        self._g3_month(contract, party, 72, 100, 40000).action_admit_as_requested()
        self.assertEqual(self._vat(("nature", "=", "recovery")), [-5600, -1120, -5600, -1120, 0, 0])
        self.assertEqual(self._vat(("nature", "=", "works"))[:2], [310400, 62080])
        base_due, vat_due = self._vat()[2:4]
        self.assertEqual((base_due, vat_due), (-self._tagged("08_base"), -self._tagged("08_taxe")))
        self.assertEqual((base_due, vat_due), (316800, 63360))

    def test_drafts_other_invoices_and_other_companies_do_not_count(self):
        self._invoice(100, retention=0, works_contract_id=self.contract.id, post=False)
        self._invoice(100, retention=0)
        self.assertEqual(self._vat(), [0] * 6)
        stranger = self.create_user("val_stranger", "chorus_visiobat.group_billing")
        other = self.env["res.company"].sudo().create({"name": "Voisine"})
        stranger.sudo().write({"company_ids": [Command.set(other.ids)], "company_id": other.id})
        self._invoice(100, retention=0, works_contract_id=self.contract.id)
        self.env.flush_all()
        rows = self.env["works.vat.report"].with_user(stranger).with_context(allowed_company_ids=other.ids)
        self.assertFalse(rows.search([]))
