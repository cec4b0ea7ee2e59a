from datetime import date
from decimal import Decimal

from odoo import Command
from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from ..decompte import annex_d
from .golden_case import GoldenCase
from .spreadsheet import Spreadsheet

FIRST = 8  # row of line a


@tagged("post_install", "-at_install")
class TestStatementWorkbook(GoldenCase):
    """The spreadsheet recalculated on its own gives the figures of the statement, to the cent."""

    def _book(self, situation):
        """The workbook, once its formulas are known to give what its cells show."""
        book = Spreadsheet(situation._render_workbook())
        for (sheet, address), shown in book.cached.items():
            if book.is_formula(sheet, address):
                difference = abs(book.value(sheet, address) - Decimal(repr(shown)))
                self.assertLess(difference, Decimal("1e-9"), f"{sheet}!{address} {book.formulas[sheet, address]}")
        return book

    def _letters(self, book):
        return {
            book.value("Décompte", f"A{row}"): tuple(book.value("Décompte", f"{column}{row}") for column in "CDE")
            for row in range(FIRST, FIRST + 14)
        }

    def _assert_page(self, situation):
        book = self._book(situation)
        page = {line.letter: line for line in annex_d(situation._statement()) if line.letter}
        self.assertEqual(
            self._letters(book),
            {letter: (line.cumulative, line.previous, line.month) for letter, line in page.items()},
        )
        self.assertEqual(book.value("Décompte", f"E{FIRST + 15}"), situation._statement().total_payable)
        return book

    def test_g2_every_month(self):
        contract = self._g2()
        self._assert_page(self._g2_month(contract, 5, 33.33, 12.5))
        book = self._assert_page(self._g2_month(contract, 6, 66.67, 58.75, penalty=450))
        letters = self._letters(book)
        self.assertEqual(letters["f"][2], Decimal("60115.44"))
        self.assertEqual(letters["n"], (Decimal("98924.55"), Decimal("41008.35"), Decimal("57916.20")))
        self._assert_page(self._g2_month(contract, 7, 100, 100))
        self.index._set_values({date(2026, 7, 1): 132.7})
        fourth = self._open(contract)
        fourth.period_end = date(2026, 8, 28)
        self.assertEqual(self._letters(self._assert_page(fourth))["n"][2], Decimal("446.27"))

    def test_g3_to_the_final_statement(self):
        contract, party = self._g3()
        self._assert_page(contract.situation_ids)
        for own, sub, paid in ((20, 0, 0), (45, 25, 20000), (62, 50, 20000), (72, 100, 40000), (85, 100, 0)):
            situation = self._g3_month(contract, party, own, sub, paid)
        self._assert_page(situation)
        final = self._g3_month(contract, party, 100, 100, 0, kind="final")
        book = self._assert_page(final)
        total = next(row for row in range(5, 20) if book.value("Acomptes", f"B{row}") == "Total")
        self.assertEqual(
            [book.value("Acomptes", f"{one}{total}") for one in "GHJLM"], [480000, -24000, -80000, 376000, 376000]
        )

    def test_what_changes_a_percentage_changes_the_net(self):
        """G1, first month: L1 goes from 30 to 40 %, 4 000 HT more: 4 800 TTC less 5 %."""
        situation = self._bill(self._contract(retention_rate=5), 30, 10, 0)
        book = Spreadsheet(situation._render_workbook())
        net = f"E{FIRST + 15}"
        self.assertEqual(book.value("Décompte", net), 19950)
        changed = Spreadsheet(situation._render_workbook())
        changed.formulas["Postes", "K5"] = 40
        self.assertEqual(changed.value("Décompte", net), 19950 + 4560)

    def test_months_and_totals_are_formulas(self):
        situation = self._bill(self._contract(retention_rate=5), 30, 10, 0)
        book = Spreadsheet(situation._render_workbook())
        for row in range(FIRST, FIRST + 16):
            self.assertEqual(book.formulas["Décompte", f"E{row}"], f"=C{row}-D{row}")
        for letter in "befgijln":
            self.assertTrue(book.is_formula("Décompte", f"C{FIRST + 'abcdefghijklmn'.index(letter)}"), letter)

    def test_every_kind_of_post(self):
        """Quantities, amounts, lots, a bonus, materials, and a name that looks like a formula."""
        contract = self._contract(
            [
                {"name": "=1+1", "lot": "Lot 1", "mode": "quantity", "quantity": 120, "price_unit": 12.35},
                {"name": "Au forfait", "lot": "Lot 1", "mode": "amount", "amount": 8000},
                {"name": "Stock", "lot": "Lot 2", "mode": "amount", "amount": 0, "kind": "materials"},
                {"name": "Prime", "lot": "Lot 2", "mode": "amount", "amount": 0, "kind": "bonus"},
                {"name": "Autre taux", "lot": "Lot 2", "amount": 3333.33, "tax_id": self.vat10.id},
            ],
            retention_rate=5,
            retention_base="included_variation",
            prorata_mode="deducted",
            prorata_rate=1.5,
        )
        situation = self._open(contract)
        lines = situation.line_ids
        lines[0].input_quantity = 33.5
        for line, value in zip(lines[1:4], (2500, 700, 1200), strict=True):
            line.input_amount = value
        lines[4].input_percent = 33.33
        situation.deduction_ids = [Command.create({"name": "Retard", "amount": 100})]
        book = self._assert_page(situation)
        self.assertEqual(book.value("Postes", "C5"), "=1+1")
        # 33.5 × 12.35 = 413.725, half-up 413.73; 3 333.33 × 33.33 % = 1 111.00
        self.assertEqual(self._letters(book)["b"][0], Decimal("413.73") + 2500 + 700 + 1111)
        self.assertEqual(self._letters(book)["d"][0], 1200)

    def test_a_guarantee_in_the_place_of_the_retention(self):
        contract = self._contract(retention_rate=5)
        self._bill(contract, 30, 10, 0)
        contract.retention_mode = "guarantee"
        book = self._assert_page(self._bill(contract, 100, 45, 0))
        self.assertEqual(self._letters(book)["g"], (0, 1050, -1050))

    def test_the_tacit_procedure_repeats_what_was_not_credited(self):
        """The final statement asked 120 000 HT; 36 000 of L1 admitted, the cut accepted: 116 000, 5 % retained."""
        contract = self._contract(retention_rate=5)
        self._bill(contract, 30, 10, 0)
        final = self._open(contract)
        final.kind = "final"
        self._enter(final, 100, 100, 100)
        final.action_invoice()
        final.line_ids[0].admitted_cumulative = 36000
        tacit = self._open(contract)
        tacit.kind = "tacit"
        book = self._book(tacit)
        self.assertEqual(self._letters(book)["b"], (116000, 17500, 98500))
        self.assertEqual(self._letters(book)["n"][2], Decimal("112290.00"))  # 98 500 × 1.2 × 95 %

    def test_is_the_same_twice_and_names_no_bank(self):
        situation = self._bill(self._contract(), 30, 10, 0)
        self.assertEqual(situation._render_workbook(), situation._render_workbook())
        texts = [str(value) for value in Spreadsheet(situation._render_workbook()).cached.values()]
        self.assertFalse([text for text in texts if "FR76" in text.replace(" ", "")])


@tagged("post_install", "-at_install")
class TestWorkbookInTheBrowser(GoldenCase, HttpCase):
    def test_site_manager_downloads_it_and_strangers_do_not(self):
        situation = self._bill(self._contract(), 30, 10, 0)
        url = situation.with_user(self.site_manager).action_export_xlsx()["url"]
        self.authenticate(self.site_manager.login, self.site_manager.login)
        answer = self.url_open(url)
        self.assertEqual(answer.status_code, 200)
        self.assertIn("attachment", answer.headers["Content-Disposition"])
        self.assertEqual(Spreadsheet(answer.content).value("Décompte", f"E{FIRST + 13}"), 21000)
        self.create_user("works_stranger", "base.group_user")
        self.authenticate("works_stranger", "works_stranger")
        with mute_logger("odoo.http"):
            self.assertEqual(self.url_open(url).status_code, 403)
