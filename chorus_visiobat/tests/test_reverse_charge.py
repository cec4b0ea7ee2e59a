from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import Form, tagged

from ..models.chorus_preflight import BLOCKING
from .receivable_case import ReceivableCase


@tagged("post_install", "-at_install")
class TestReverseCharge(ReceivableCase):
    """We are the subcontractor: excluding tax, with the mention (CGI 283-2 nonies; works-billing.md §2.8)."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.tax = cls.company._works_reverse_charge_tax()
        cls.contractor = cls.create_body("Grands Travaux du Haut-Val", "34628194200018")

    def _subcontract(self, **values):
        return self._contract(
            [{"name": "Charpente", "amount": 40000, "tax_id": self.tax.id}],
            **{
                "role": "subcontractor",
                "main_contractor_id": self.contractor.id,
                "chorus_contract_number": "2026-ST1",
                **values,
            },
        )

    def test_a_new_post_of_a_subcontractor_takes_the_tax_of_the_reverse_charge(self):
        contract = self._subcontract()
        post = self.env["works.contract.line"].create({"contract_id": contract.id, "name": "Bardage", "amount": 10})
        self.assertEqual(post.tax_id, self.tax)
        self.assertEqual((post.tax_id.amount, post.tax_id.ubl_cii_tax_category_code), (0.0, "AE"))
        contract.reverse_charge = False
        post = self.env["works.contract.line"].create({"contract_id": contract.id, "name": "Vitrage", "amount": 10})
        self.assertEqual(post.tax_id, self.company._works_sale_tax())

    def test_becoming_a_subcontractor_changes_the_posts_and_back(self):
        contract = self._contract([("L1", 40000)], chorus_contract_number="2026-ST2")
        with Form(contract) as form:
            form.role = "subcontractor"
        self.assertEqual(contract.line_ids.tax_id, self.tax)
        with Form(contract) as form:
            form.role = "holder"
        self.assertEqual(contract.line_ids.tax_id.amount, 20)

    def test_the_invoice_is_excluding_tax_with_its_mention(self):
        """30 % of 40 000: 12 000 HT, no VAT; retention none. 411100 12 000 / 704000 12 000."""
        situation = self._bill(self._subcontract(), 30)
        invoice = situation.move_id
        self.assertEqual(self._totals(invoice), (12000.0, 0.0, 12000.0))
        self.assertEqual(self._totals(situation), (12000.0, 0.0, 12000.0))
        self.assertEqual(invoice.fiscal_position_id, self.company._works_reverse_charge_position())
        self.assertEqual(self._ledger(invoice), {"411100": 12000.0, "704000": -12000.0})
        self.assertIn("283, 2 nonies", str(invoice.taxes_legal_notes))
        html, _type = self.env["ir.actions.report"]._render_qweb_html("account.report_invoice", invoice.ids)
        self.assertIn("Autoliquidation – article 283, 2 nonies du CGI", html.decode())
        tags = invoice.invoice_line_ids.tax_tag_ids.mapped("name")
        self.assertEqual(tags, ["E2"], "box E2 of the CA3: other transactions that are not taxable")

    def test_vat_on_a_post_is_refused_before_the_invoice_with_the_cure(self):
        contract = self._subcontract()
        contract.line_ids.tax_id = self.vat20
        situation = self._open(contract)
        self._enter(situation, 30)
        with self.assertRaisesRegex(UserError, "VAT of post Charpente.*Autoliquidation.*0% Subcontracting"):
            situation.action_invoice()
        self.assertEqual(situation.state, "draft")
        self.assertFalse(situation.move_ids)
        contract.reverse_charge = False
        situation.action_invoice()
        self.assertEqual(self._totals(situation.move_id), (12000.0, 2400.0, 14400.0))

    def test_an_invoice_with_vat_is_not_sent(self):
        contract = self._subcontract(reverse_charge=False)
        contract.line_ids.tax_id = self.vat20
        situation = self._bill(contract, 30)
        contract.reverse_charge = True
        found = self.env["chorus.preflight"]._problems(situation.move_id)
        problems = {problem["code"]: problem["level"] for problem in found}
        self.assertEqual(problems.get("reverse_charge"), BLOCKING)

    def test_a_company_without_the_tax_is_told_where_to_create_it(self):
        contract = self._subcontract()
        situation = self._open(contract)
        self._enter(situation, 30)
        self.company._works_reverse_charge_position().active = False
        with self.assertRaisesRegex(UserError, "Complete the chart of accounts"):
            situation.action_invoice()

    def test_the_fiscal_position_maps_every_sale_tax_to_it_and_each_purchase_tax_to_its_rate(self):
        position = self.company._works_reverse_charge_position()
        chart = self.env["account.chart.template"].with_company(self.company)
        sales = ("tva_normale", "tva_normale_encaissement", "tva_intermediaire_encaissement", "tva_reduite")
        purchases = {
            "tva_acq_normale": 20,
            "tva_acq_encaissement": 20,
            "tva_acq_intermediaire_encaissement": 10,
            "tva_acq_encaissement_reduite": 5.5,
        }
        for name in (*sales, *purchases):
            chart.ref(name).active = True
        self.env.invalidate_all()
        for name in sales:
            self.assertEqual(position.map_tax(chart.ref(name)), self.tax, name)
        for name, rate in purchases.items():
            mapped = position.map_tax(chart.ref(name))
            self.assertEqual((mapped.amount, mapped.type_tax_use), (rate, "purchase"), name)
            self.assertEqual(sorted(mapped.repartition_line_ids.mapped("factor_percent")), [-100, -100, *[100] * 4])

    def test_the_purchase_tax_owes_and_deducts_the_same_vat_in_its_boxes(self):
        """Subcontractor's bill of 10 000 HT at 20 %: 2 000 due (box 08) and 2 000 deducted (box 20); payable 10 000."""
        chart = self.env["account.chart.template"].with_company(self.company)
        bill = self.env["account.move"].create(
            {
                "move_type": "in_invoice",
                "partner_id": self.contractor.id,
                "invoice_date": "2026-03-31",
                "invoice_line_ids": [
                    Command.create(
                        {
                            "name": "Charpente",
                            "price_unit": 10000,
                            "account_id": chart.ref("pcg_604").id,
                            "tax_ids": [Command.set(chart.ref("works_tva_acq_autoliq_20").ids)],
                        }
                    )
                ],
            }
        )
        bill.action_post()
        self.assertEqual(
            self._ledger(bill), {"604000": 10000.0, "445660": 2000.0, "445710": -2000.0, "401100": -10000.0}
        )
        boxes = {}
        for line in bill.line_ids:
            for tag in line.tax_tag_ids:
                boxes[tag.name] = boxes.get(tag.name, 0) + line.balance
        self.assertEqual(boxes, {"A2": 10000.0, "08_base_rc": 10000.0, "20": 2000.0, "08_taxe": -2000.0})

    def test_the_overseas_rate_is_there_on_receipts(self):
        tax = self.env["account.chart.template"].with_company(self.company).ref("works_tva_specifique_encaissement")
        self.assertEqual((tax.amount, tax.tax_exigibility, tax.active), (8.5, "on_payment", False))
        self.assertEqual(tax.cash_basis_transition_account_id.code, "445740")
