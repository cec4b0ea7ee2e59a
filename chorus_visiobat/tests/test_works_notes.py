from lxml import etree

from odoo import Command
from odoo.tests import tagged

from .electronic_case import ElectronicInvoiceCase
from .test_facturx import SETTLEMENT, SUMMARY


@tagged("post_install", "-at_install")
class TestWorksNotes(ElectronicInvoiceCase):
    """What a works invoice says of its deductions, printed and electronic (works-billing.md corrections 7, 9).

    100 000 HT at 20 %, retention 5 %, advance 5 % (6 000 TTC) repaid from 65 to 80 %. At 72.5 %: 72 500 HT, 87 000 TTC,
    retention 4 350, advance repaid 6 000 × (72.5 − 65) / 15 = 3 000, subcontractor 10 000. Net 69 650.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._direct_payment_account()
        cls.carpenter = cls.create_body("Charpentes Renaud", "59603082500019")

    def _statement(self):
        contract = self._contract(
            [("Gros œuvre", 100000)],
            date_consultation="2019-06-01",
            duration_months=12,
            retention_rate=5,
            retention_release_date="2027-12-31",
            advance_start_pct=65,
            advance_end_pct=80,
            advance_method="linear",
            chorus_contract_number="2026-077",
        )
        contract.advance_rate = 5
        party = self.env["works.contract.party"].create(
            {"contract_id": contract.id, "partner_id": self.carpenter.id, "amount_max": 50000}
        )
        advance = self._bill_advance(contract)
        situation = self._open(contract)
        self._enter(situation, 72.5)
        situation.direct_payment_ids = [Command.create({"party_id": party.id, "amount": 10000})]
        situation.action_invoice()
        return advance, situation

    def _works_document(self, situation, code="A4"):
        move = situation.move_id
        move.partner_bank_id = self.bank
        return self._document(code, move, situation_id=situation.id, contract_id=situation.contract_id.id)

    def test_prepaid_and_due_come_from_the_statement(self):
        advance, situation = self._statement()
        self.assertEqual(situation.amount_payable, 69650)
        document = self._works_document(situation)
        tree = self._tree(document)
        self.assertValues(
            tree,
            {
                f"{SUMMARY}/ram:TaxBasisTotalAmount": ["72500.00"],
                f"{SUMMARY}/ram:TaxTotalAmount": ["14500.00"],
                f"{SUMMARY}/ram:GrandTotalAmount": ["87000.00"],
                f"{SUMMARY}/ram:TotalPrepaidAmount": ["3000.00"],
                f"{SUMMARY}/ram:DuePayableAmount": ["84000.00"],
                f"{SETTLEMENT}/ram:SpecifiedTradeAllowanceCharge": [],
            },
        )
        self.assertEqual(document._amount_due(), 84000)
        self.assertEqual(situation.move_id._works_amount_now(), 69650)
        self.assertValid(etree.tostring(tree))
        # The request for the advance itself has nothing paid before it.
        self.assertEqual(advance.move_id._works_amount_due(), advance.move_id.amount_total)

    def test_the_retention_may_leave_the_amount_due(self):
        self.company.works_due_amount = "without_retention"
        _advance, situation = self._statement()
        tree = self._tree(self._works_document(situation))
        self.assertValues(
            tree,
            {
                f"{SUMMARY}/ram:TotalPrepaidAmount": ["7350.00"],
                f"{SUMMARY}/ram:DuePayableAmount": ["79650.00"],
            },
        )
        self.assertValid(etree.tostring(tree))

    def test_notes_say_each_deduction_in_the_numbers_of_the_client(self):
        _advance, situation = self._statement()
        invoice = situation.move_id
        notes = [" ".join(note.split()) for note in invoice._works_notes()]
        self.assertEqual(len(notes), 3)
        self.assertRegex(notes[0], r"5 % ?: 4 350,00 €.*31/12/2027")
        self.assertRegex(notes[1], r"10 000,00 €.*\(Charpentes Renaud 10 000,00 €\)")
        self.assertRegex(notes[2], r"3 000,00 €")
        written = self._values(self._tree(self._works_document(situation)), "//ram:IncludedNote/ram:Content")
        self.assertEqual([" ".join(note.split()) for note in written][-3:], notes)
        html, _type = self.env["ir.actions.report"]._render_qweb_html("account.report_invoice", invoice.ids)
        page = " ".join(etree.fromstring(html, etree.HTMLParser()).xpath("string(//body)").split())
        for note in (*notes, "69 650,00 €"):
            self.assertIn(note, page)

    def test_each_invoice_and_credit_note_names_its_supporting_paper(self):
        advance, situation = self._statement()
        self.assertRegex(advance.move_id.ref, r"^Marché 2026-077, situation n°\s1$")
        self.assertRegex(situation.move_id.ref, r"^Marché 2026-077, situation n°\s2$")
        situation.line_ids.admitted_cumulative = 72000
        note = self.env["account.move"].browse(situation.action_credit_cut()["res_id"])
        self.assertRegex(note.ref, r"^Marché 2026-077, situation n°\s2$")

    def test_an_ordinary_invoice_says_nothing(self):
        self.assertEqual(self.invoice._works_notes(), [])
        self.assertEqual(self.invoice._works_amount_prepaid(), 0)

    def test_an_assigned_claim_is_mentioned(self):
        _advance, situation = self._statement()
        factor = self.create_body("Affacturage de l'Ouest", "34628194200018")
        bank = self.env["res.partner.bank"].create(
            {"acc_number": "FR7612345987650123456789014", "partner_id": factor.id}
        )
        situation.contract_id.write({"assignment_kind": "factor", "assignment_bank_id": bank.id})
        self.assertIn("Affacturage de l'Ouest", situation.move_id._works_notes()[-1])

    def test_reverse_charge_is_valid_and_named(self):
        tax = self.company._works_reverse_charge_tax()
        invoice = self._invoice(
            [("Charpente", 1, 12000, tax)],
            fiscal_position_id=self.company._works_reverse_charge_position().id,
        )
        tree = self._tree(self._document("A9", invoice))
        vat = f"{SETTLEMENT}/ram:ApplicableTradeTax"
        self.assertValues(
            tree,
            {
                f"{vat}/ram:CategoryCode": ["AE"],
                f"{vat}/ram:ExemptionReason": ["Autoliquidation – article 283, 2 nonies du CGI"],
                f"{vat}/ram:ExemptionReasonCode": ["VATEX-FR-AE"],
                f"{vat}/ram:CalculatedAmount": ["0.00"],
                f"{SUMMARY}/ram:GrandTotalAmount": ["12000.00"],
                "//ram:IncludedNote/ram:Content": ["Autoliquidation – article 283, 2 nonies du CGI"],
            },
        )
        self.assertValid(etree.tostring(tree))
        self.assertEqual(invoice._chorus_vat_regime(), "SANS_TVA")
