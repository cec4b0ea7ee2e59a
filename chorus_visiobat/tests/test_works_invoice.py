from dateutil.relativedelta import relativedelta

from odoo import Command, fields
from odoo.exceptions import UserError
from odoo.tests import tagged

from .works_common import WorksCase


@tagged("post_install", "-at_install")
class TestWorksInvoice(WorksCase):
    def test_golden_g1_three_months_to_the_invoices(self):
        """G1 without its retention: each invoice is that of the table, to the cent."""
        contract = self._contract(payment_delay_days=30, chorus_commitment_number="2026-EJ-004512")
        months = [self._bill(contract, 30, 10, 0)]
        amendment = self.env["works.contract.amendment"].create(
            {"contract_id": contract.id, "number": "1", "date_notification": "2026-02-01"}
        )
        contract.line_ids = [
            Command.create({"name": "AV1", "amount": 6500, "tax_id": self.vat20.id, "amendment_id": amendment.id})
        ]
        months.append(self._bill(contract, 100, 45, 0, 50))
        months.append(self._bill(contract, 100, 100, 100, 100))
        expected = [(17500, 3500, 21000), (50500, 10100, 60600), (58500, 11700, 70200)]
        for situation, totals in zip(months, expected, strict=True):
            self.assertEqual(self._totals(situation), totals)
            self.assertEqual(self._totals(situation.move_id), totals)
            self.assertEqual(situation.move_id.state, "posted")
            self.assertEqual(situation.chorus_invoice_number, situation.move_id.name)
        self.assertEqual([s.cumulative_untaxed for s in months], [17500, 68000, 126500])
        self.assertEqual(months[-1].cumulative_total, 151800)
        self.assertEqual(sum(contract.move_ids.mapped("amount_total")), 151800)

    def test_invoice_carries_the_references(self):
        structure = self.env["chorus.structure"].create(
            {"name": "Commune", "siret": self.town.company_registry, "environment": "qualification"}
        )
        service = self.env["chorus.service"].create({"structure_id": structure.id, "code": "DIRBAT", "name": "Bât."})
        contract = self._contract(
            payer_service_id=service.id, chorus_commitment_number="2026-EJ-004512", payment_delay_days=30
        )
        situation = self._open(contract)
        self._enter(situation, 30, 10, 0)
        situation.invoice_date = "2026-03-05"
        situation.action_invoice()
        move = situation.move_id
        self.assertRecordValues(
            move,
            [
                {
                    "move_type": "out_invoice",
                    "partner_id": self.town.id,
                    "buyer_reference": "DIRBAT",
                    "contract_reference": "2026-014",
                    "purchase_order_reference": "2026-EJ-004512",
                    "works_contract_id": contract.id,
                    "invoice_date": fields.Date.to_date("2026-03-05"),
                    "invoice_date_due": fields.Date.to_date("2026-04-04"),
                    "delivery_date": situation.period_end,
                }
            ],
        )
        self.assertEqual(move.chorus_framework_id.code, "A4")
        self.assertEqual(move.invoice_line_ids.account_id.code, "704000")
        self.assertIn("Situation n°\u00a01, travaux arrêtés au", move.invoice_line_ids.name)

    def test_one_line_per_rate_lot_and_nature(self):
        contract = self._contract(
            [
                {"name": "Walls", "lot": "Lot 1", "amount": 1000},
                {"name": "Roof", "lot": "Lot 1", "amount": 2000},
                {"name": "Windows", "lot": "Lot 2", "amount": 500, "nature": "supply"},
                {"name": "Insulation", "lot": "Lot 2", "amount": 300, "tax_id": self.vat10.id},
            ]
        )
        move = self._bill(contract, 50, 50, 100, 100).move_id
        self.assertEqual(
            move.invoice_line_ids.mapped(lambda line: (line.price_unit, line.tax_ids.amount, line.account_id.code)),
            [(1500, 20, "704000"), (500, 20, "707000"), (300, 10, "704000")],
        )
        self.assertEqual(self._totals(move), (2300, 430, 2730))
        self.assertIn("Lot 2 – Fournitures", move.invoice_line_ids[1].name)

    def test_falling_month_makes_a_credit_note(self):
        contract = self._contract()
        self._bill(contract, 30, 10, 0)
        situation = self._open(contract)
        self._enter(situation, 20, 10, 0)
        situation.line_ids[0].note = "Measured again with the project manager"
        situation.action_invoice()
        self.assertEqual(self._totals(situation), (-4000, -800, -4800))
        self.assertEqual(situation.move_id.move_type, "out_refund")
        self.assertEqual(self._totals(situation.move_id), (4000, 800, 4800))
        self.assertEqual(contract.amount_billed, 13500)

    def test_month_that_cancels_out_is_not_invoiced(self):
        contract = self._contract([("L1", 1000), ("L2", 1000)])
        self._bill(contract, 50, 0)
        situation = self._open(contract)
        self._enter(situation, 40, 10)
        situation.line_ids[0].note = "Measured again"
        with self.assertRaisesRegex(UserError, "Nothing to invoice"):
            situation.action_invoice()

    def test_dates_that_cannot_be_are_refused_together(self):
        contract = self._contract()
        first = self._bill(contract, 30, 10, 0)
        today = fields.Date.context_today(first)
        second = self._open(contract)
        self._enter(second, 40, 10, 0)
        second.write({"period_end": first.period_end, "invoice_date": today + relativedelta(days=1)})
        self.assertIn("is not after the previous statement", second.advice)
        with self.assertRaises(UserError) as caught:
            second.action_invoice()
        self.assertIn("is not after the previous statement", str(caught.exception))
        self.assertIn("is in the future", str(caught.exception))
        second.write({"period_end": today + relativedelta(months=2), "invoice_date": today - relativedelta(days=1)})
        with self.assertRaises(UserError) as caught:
            second.action_invoice()
        self.assertIn("is too far ahead", str(caught.exception))
        self.assertIn("is before the invoice of the previous statement", str(caught.exception))
        second.write({"period_end": today + relativedelta(months=1, day=31), "invoice_date": today})
        second.action_invoice()
        self.assertEqual(second.state, "invoiced")

    def test_invoicing_twice_is_refused(self):
        situation = self._bill(self._contract(), 30, 10, 0)
        with self.assertRaisesRegex(UserError, "invoiced already"):
            situation.action_invoice()
        self.assertEqual(len(situation.move_ids), 1)

    def test_contract_without_client_names_the_paymaster(self):
        contract = self._contract(moa_partner_id=False)
        with self.assertRaisesRegex(UserError, "Paymaster"):
            self._bill(contract, 30, 10, 0)

    def test_company_without_siret_is_told(self):
        self.company.partner_id.company_registry = False
        with self.assertRaisesRegex(UserError, "SIRET of your company"):
            self._bill(self._contract(), 30, 10, 0)

    def test_two_taxes_at_one_rate_are_refused(self):
        twin = self.vat20.copy({"name": "20 % other"})
        contract = self._contract([("L1", 100), {"name": "L2", "amount": 100, "tax_id": twin.id}])
        with self.assertRaisesRegex(UserError, "several taxes"):
            self._bill(contract, 10, 10)

    def test_per_line_rounding_that_breaks_the_total_posts_nothing(self):
        self.company.tax_calculation_rounding_method = "round_per_line"
        # three lots at 0.02 × 20 %: 0.004 each rounds to nil, 0.012 together to 0.01
        contract = self._contract([{"name": lot, "lot": lot, "amount": 0.02} for lot in ("a", "b", "c")])
        situation = self._open(contract)
        self._enter(situation, 100, 100, 100)
        with self.assertRaisesRegex(UserError, "rounds taxes globally"), self.cr.savepoint():
            situation.action_invoice()
        situation.invalidate_recordset()
        self.assertEqual(situation.state, "draft")
        self.assertFalse(situation.move_ids)

    def test_paper_comes_with_the_invoice_and_follows_its_number(self):
        self._activate_account()
        situation = self._bill(self._contract(), 30, 10, 0)
        document = situation.move_id.chorus_document_id
        self.assertRecordValues(
            document,
            [
                {
                    "stage": "draft",
                    "number": situation.chorus_invoice_number,
                    "situation_id": situation.id,
                    "amount_total": 21000,
                    "issuer_siret": self.company.company_registry,
                    "recipient_siret": self.town.company_registry,
                }
            ],
        )
        situation.chorus_invoice_number = "2026T014-S01"
        self.assertEqual(document.number, "2026T014-S01")
        self.assertEqual(situation.move_id.chorus_document_ids, document)

    def test_without_account_the_invoice_is_posted_and_its_paper_waits(self):
        situation = self._bill(self._contract(), 30, 10, 0)
        self.assertEqual(situation.move_id.state, "posted")
        self.assertFalse(situation.chorus_document_ids)

    def test_final_statement_without_project_manager_asks_for_one(self):
        situation = self._open(self._contract(with_moe=False))
        self._enter(situation, 30, 10, 0)
        situation.kind = "final"
        self.assertFalse(situation.framework_id)
        self.assertIn("goes to the project manager (A7)", situation.advice)
        with self.assertRaisesRegex(UserError, r"goes to the project manager \(A7\)"):
            situation.action_invoice()

    def test_paper_that_is_no_invoice_is_not_invoiced(self):
        situation = self._open(self._contract())
        self._enter(situation, 30, 10, 0)
        situation.framework_id = self.env.ref("chorus_visiobat.framework_a8")
        with self.assertRaisesRegex(UserError, "is not an invoice"):
            situation.action_invoice()
