import base64
import io

import xlsxwriter

from odoo.exceptions import UserError
from odoo.tests import Form, tagged

from .works_common import WorksCase

DPGF = [
    ["Marché 2026-014"],
    [],
    ["N°", "Désignation", "U", "Qté", "P.U. HT", "Montant HT", "TVA"],
    [None, "LOT 1 – GROS ŒUVRE"],
    ["1.1", "Décapage", "m²", 250, 4.2, 1050, 0.2],
    ["1.2", "Fouilles", "m3", 32.5, 48, 1560, 0.2],
    [None, "Sous-total", None, None, None, 2610],
    [],
    [None, "LOT 2 – ISOLATION"],
    ["2.1", "Isolation des combles", "ens", 1, 8400, 8400, 0.1],
    [None, "Total HT", None, None, None, 11010],
    [None, "Total TTC", None, None, None, 12372],
]
BPU = "N°\tDésignation\tUnité\tPrix unitaire HT\n101\tHeure de grue\th\t95,50\n"


@tagged("post_install", "-at_install")
class TestPostImport(WorksCase):
    """Posts out of a spreadsheet: seen before anything is written, and every row that cannot be read named at once."""

    def _excel(self, *sheets):
        content = io.BytesIO()
        book = xlsxwriter.Workbook(content)
        for name, rows in sheets:
            sheet = book.add_worksheet(name)
            for number, row in enumerate(rows):
                sheet.write_row(number, 0, row)
        book.close()
        return base64.b64encode(content.getvalue())

    def _import(self, contract=None, **values):
        contract = contract or self._contract([])
        wizard = self.env["works.post.import"].with_user(self.biller).create({"contract_id": contract.id, **values})
        wizard.action_read()
        return wizard

    def _text(self, html):
        return str(html).replace("\u202f", " ").replace("\xa0", " ")

    def test_a_dpgf_in_excel(self):
        wizard = self._import(file=self._excel(("Page de garde", [["DPGF"]]), ("DPGF", DPGF)), file_name="dpgf.xlsx")
        self.assertEqual((wizard.sheet_name, wizard.heading), ("DPGF", 3), "the sheet of the posts, not the cover")
        self.assertTrue(wizard.ready)
        [shown] = wizard.with_context(bin_size=True).web_read({"file": {}, "preview": {}})  # as the browser reads it
        text = self._text(shown["preview"])
        self.assertIn("3 posts in 2 lots, 11 010,00 € excl. tax", text)
        self.assertIn("The total of the file is the same", text)
        self.assertIn("Rows that are no posts: 5", text)
        contract = wizard.contract_id
        self.assertFalse(contract.line_ids, "nothing before Import")
        wizard.action_import()
        self.assertEqual(
            [(line.code, line.lot, line.quantity, line.price_unit, line.amount) for line in contract.line_ids],
            [
                ("1.1", "LOT 1 – GROS ŒUVRE", 250, 4.2, 1050),
                ("1.2", "LOT 1 – GROS ŒUVRE", 32.5, 48, 1560),
                ("2.1", "LOT 2 – ISOLATION", 1, 8400, 8400),
            ],
        )
        self.assertEqual(contract.line_ids.tax_id.mapped("amount"), [20, 10])
        self.assertEqual(contract.line_ids[0].uom_id, self.env.ref("uom.product_uom_square_meter"))
        self.assertEqual(contract.amount_current, 11010)

    def test_a_bpu_is_pasted_and_progresses_by_quantity(self):
        wizard = self._import(text=BPU)
        self.assertEqual(wizard.tax_id.tax_exigibility, "on_payment", "VAT of works where the file says none")
        wizard.action_import()
        post = wizard.contract_id.line_ids
        self.assertEqual((post.mode, post.price_unit, post.amount, post.tax_id.amount), ("quantity", 95.5, 0, 20))

    def test_csv_of_an_old_excel(self):
        content = 'Code;Désignation;Montant HT\n1;Béton armé;"1 234,56"\n'.encode("cp1252")
        wizard = self._import(file=base64.b64encode(content), file_name="dpgf.csv")
        wizard.action_import()
        self.assertEqual(wizard.contract_id.line_ids.mapped("amount"), [1234.56])

    def test_nothing_is_written_while_a_row_is_wrong(self):
        text = "Désignation\tQté\tPU\tTVA\nBéton\tdix\t100\t20\nAcier\t3\t\t20\nPeinture\t1\t5\t7\nBois\t1\t5\t10\n"
        wizard = self._import(text=text)
        self.assertFalse(wizard.ready)
        with self.assertRaises(UserError) as refusal:
            wizard.action_import()
        problems = self._text(refusal.exception)
        for problem in ("Ligne 2 : quantité « dix »", "Ligne 3 : ni prix", "Ligne 4 : TVA 7 %"):
            self.assertIn(problem, problems)
        self.assertFalse(wizard.contract_id.line_ids)

    def test_the_columns_are_corrected_by_hand(self):
        wizard = self._import(text="Truc\tMachin\nPeinture\t120,50\n")
        self.assertFalse(wizard.ready)
        with Form(wizard) as form:
            form.heading = 1
            for index, meaning in enumerate(("name", "amount")):
                with form.column_ids.edit(index) as column:
                    column.meaning = meaning
            self.assertTrue(form.ready)
        wizard.action_import()
        self.assertEqual(wizard.contract_id.line_ids.mapped("amount"), [120.5])

    def test_codes_that_the_contract_has_are_told(self):
        contract = self._contract([{"name": "Grue", "code": "101", "amount": 1}])
        wizard = self._import(contract, text=BPU)
        self.assertIn("would be there twice: 101", wizard.preview)
        amendment = self.env["works.contract.amendment"].create(
            {"contract_id": contract.id, "number": "1", "name": "Prix nouveaux"}
        )
        wizard.amendment_id = amendment
        wizard.action_import()
        self.assertEqual(contract.line_ids[-1:].amendment_id, amendment)
        self.assertEqual(contract.line_ids.mapped("name"), ["Grue", "Heure de grue"], "after those of the contract")

    def test_an_open_draft_gets_the_posts(self):
        contract = self._contract([("L1", 1000)])
        situation = self._open(contract)
        self._import(contract, text=BPU).action_import()
        self.assertEqual(len(situation.line_ids), 2)

    def test_what_is_no_spreadsheet_is_refused(self):
        contract = self._contract([])
        for content, said in ((b"%PDF-1.7", "PDF"), (b"PK\x03\x04rien", "Excel"), (b"\xd0\xcf\x11\xe0", ".xls")):
            with self.subTest(said), self.assertRaisesRegex(UserError, said):
                self._import(contract, file=base64.b64encode(content), file_name="x")
        with self.assertRaisesRegex(UserError, "choose an Excel or CSV file"):
            self._import(contract)
