import base64
import io

import openpyxl

from odoo.exceptions import UserError
from odoo.tests import Form, freeze_time, tagged

from .receivable_case import ReceivableCase


@tagged("post_install", "-at_install")
class TestWorksAccrual(ReceivableCase):
    """Works done and not invoiced at the end of a year, works invoiced ahead (PCG art. 944; 418100, 487000).

    G1: 40 000, 55 000, 25 000 HT at 20 %. At 30/10/0 %: 17 500 HT, hence 3 500 of VAT.
    """

    def setUp(self):
        super().setUp()
        self.contract = self._contract()
        self.contract.action_start()

    def _statement(self, *percents, end, invoiced=None):
        situation = self._open(self.contract)
        situation.period_end = end
        self._enter(situation, *percents)
        if invoiced:
            situation.invoice_date = invoiced
            situation.action_invoice()
        return situation

    def _accrual(self, date="2025-12-31"):
        return self.env["works.accrual"].with_user(self.biller).create({"date": date})

    def _post(self, accrual):
        return self.env["account.move"].search(accrual.action_post()["domain"], order="date")

    def test_works_of_a_draft_are_accrued_and_reversed_on_the_next_day(self):
        self._statement(30, 10, 0, end="2025-12-31")
        accrual = self._accrual()
        self.assertEqual((accrual.amount_accrued, accrual.amount_deferred), (17500, 0))
        entry, reversal = self._post(accrual)
        self.assertEqual((str(entry.date), str(reversal.date)), ("2025-12-31", "2026-01-01"))
        self.assertEqual(self._ledger(entry), {"418100": 21000.0, "704000": -17500.0, "445870": -3500.0})
        self.assertEqual(reversal.state, "posted")
        self.assertFalse(self._ledger(entry | reversal))
        self.assertFalse((entry | reversal).line_ids.tax_tag_ids, "no box of the VAT return is touched")
        self.assertEqual(entry.line_ids.partner_id, self.town)

    def test_invoiced_in_the_next_year_is_still_accrued(self):
        self._statement(30, 10, 0, end="2025-12-31", invoiced="2026-01-10")
        self.assertEqual(self._accrual().amount_accrued, 17500)
        self.assertEqual(self._accrual("2026-01-31").amount_accrued, 0, "done and invoiced by then")

    def test_done_and_invoiced_in_the_year_is_nothing(self):
        self._statement(30, 10, 0, end="2025-11-30", invoiced="2025-12-05")
        accrual = self._accrual()
        self.assertFalse(accrual.line_ids)
        with self.assertRaisesRegex(UserError, "Nothing is to be booked"):
            accrual.action_post()

    def test_a_cut_credited_later_was_no_income(self):
        """S1 17 500 billed in December; 4 000 of it credited in January, and claimed again by S2 (21 000 − 13 500).

        At 31/12 the works are worth 13 500; at 31/01, with S2 not billed yet, 21 000.
        """
        first = self._statement(30, 10, 0, end="2025-11-30", invoiced="2025-12-05")
        first.line_ids[0].admitted_cumulative = 8000
        first.action_credit_cut()
        first.correction_ids.button_draft()
        first.correction_ids.invoice_date = "2026-01-20"
        first.correction_ids.action_post()
        [line] = self._accrual().line_ids
        self.assertEqual((line.kind, line.amount_untaxed, line.amount_tax), ("accrued", -4000, -800))
        self.assertEqual(line._names()[0], "pcg_4198")
        self._statement(30, 10, 14, end="2026-01-31")
        # 12 000 + 5 500 + 3 500 = 21 000; booked so far 17 500 − 4 000
        self.assertEqual(self._accrual("2026-01-31").amount_accrued, 7500)

    def test_an_invoice_reversed_and_made_again_counts_once(self):
        """Billed in December, credited in full in January: at 31/12 the works are billed, at 31/01 they are not."""
        first = self._statement(30, 10, 0, end="2025-11-30", invoiced="2025-12-05")
        first.move_id._reverse_moves([{"invoice_date": "2026-01-10", "date": "2026-01-10"}], cancel=True)
        self.assertTrue(first.is_unbilled)
        self.assertEqual(self._accrual().amount_accrued, 0)
        self.assertEqual(self._accrual("2026-01-31").amount_accrued, 17500)

    def test_invoiced_ahead_is_deferred_without_its_vat(self):
        self._statement(30, 10, 0, end="2026-01-31", invoiced="2025-12-20")
        accrual = self._accrual()
        self.assertEqual((accrual.amount_accrued, accrual.amount_deferred), (0, 17500))
        entry, _reversal = self._post(accrual)
        self.assertEqual(self._ledger(entry), {"704000": 17500.0, "487000": -17500.0})

    def test_a_month_that_decreases_is_a_credit_to_be_made(self):
        self._statement(30, 10, 0, end="2025-11-30", invoiced="2025-12-05")
        situation = self._statement(20, 10, 0, end="2025-12-31")
        situation.line_ids[0].note = "Métré rectifié"
        # L1 from 30 to 20 % of 40 000: − 4 000 HT, − 800 of VAT.
        entry, _reversal = self._post(self._accrual())
        self.assertEqual(self._ledger(entry), {"419800": -4800.0, "704000": 4000.0, "445870": 800.0})

    def test_several_rates_and_a_corrected_amount(self):
        self.contract.line_ids[2].tax_id = self.vat10
        self._statement(30, 10, 10, end="2025-12-31")
        accrual = self._accrual()
        # 17 500 at 20 %, 2 500 at 10 %.
        self.assertEqual(
            [(line.rate, line.amount_untaxed, line.amount_tax) for line in accrual.line_ids],
            [(20, 17500, 3500), (10, 2500, 250)],
        )
        with Form(accrual) as form, form.line_ids.edit(1) as line:
            line.amount_untaxed = 2000
        entry, _reversal = self._post(accrual)
        self.assertEqual(self._ledger(entry), {"418100": 23200.0, "704000": -19500.0, "445870": -3700.0})

    @freeze_time("2025-12-31")
    def test_the_reversal_waits_for_its_day(self):
        self._statement(30, 10, 0, end="2025-12-31")
        entry, reversal = self._post(self._accrual())
        self.assertEqual((entry.state, reversal.state, reversal.auto_post), ("posted", "draft", "at_date"))

    def test_an_advance_is_no_works(self):
        contract = self._contract(chorus_contract_number="2026-AV", date_consultation="2019-06-01", duration_months=12)
        contract.advance_rate = 5
        situation = self._open(contract)
        situation.period_end = "2025-12-31"
        situation.kind = "advance"
        self.assertFalse(self._accrual().line_ids)

    def test_what_prevents_it_is_said_at_once_and_nothing_is_posted(self):
        self._statement(30, 10, 0, end="2025-12-31")
        accrual = self._accrual()
        self._post(accrual)
        self.company.fiscalyear_lock_date = "2025-12-31"
        chart = self.env["account.chart.template"].with_company(self.company)
        chart.ref("pcg_487").code = "487900"
        self.env["ir.model.data"].search([("name", "=", f"{self.company.id}_pcg_44587")]).unlink()
        before = self.env["account.move"].search_count([("company_id", "=", self.company.id)])
        with self.assertRaises(UserError) as refusal:
            self._accrual().action_post()
        text = str(refusal.exception)
        for word in ("445870", "posted at this date already", "closed up to"):
            self.assertIn(word, text)
        self.assertEqual(self.env["account.move"].search_count([("company_id", "=", self.company.id)]), before)

    def test_contracts_without_progress_are_named(self):
        accrual = self._accrual()
        self.assertIn(self.contract.display_name, accrual.silent_contracts)
        self._statement(30, 10, 0, end="2025-12-31")
        self.assertNotIn(self.contract.display_name, self._accrual().silent_contracts or "")

    def test_the_spreadsheet_has_the_list_and_live_totals(self):
        self._statement(30, 10, 0, end="2025-12-31")
        accrual = self._accrual()
        self.assertIn("download=true", accrual.action_export_xlsx()["url"])
        sheet = openpyxl.load_workbook(io.BytesIO(base64.b64decode(accrual.sheet))).active
        rows = list(sheet.iter_rows(min_row=4, values_only=True))
        self.assertEqual(rows[0][3:8], ("418100", 0.2, 17500, 3500, "=F4+G4"))
        self.assertEqual(rows[1][5:8], ("=SUM(F4:F4)", "=SUM(G4:G4)", "=SUM(H4:H4)"))
