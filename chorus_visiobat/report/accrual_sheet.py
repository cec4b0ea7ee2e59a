"""The sheet of the accruals (*factures à établir, produits constatés d'avance*). Knows no Odoo model."""

import io
from collections.abc import Iterable

import xlsxwriter

HEADS = (
    ("Marché", 38),
    ("Situation", 26),
    ("Nature", 24),
    ("Compte", 10),
    ("Taux TVA", 9),
    ("HT", 16),
    ("TVA", 16),
    ("TTC", 16),
    ("Observation", 48),
)


def accrual_sheet(title: str, rows: Iterable[tuple]) -> bytes:
    """Return the XLSX of the accruals at a date; its amounts are cells, its totals live formulas.

    :param title: what the sheet is, with its date.
    :param rows: (contract, statement, nature, account, rate as a ratio, HT, VAT, remark); EUR.
    """
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True}) as book:
        sheet = book.add_worksheet("FAE")
        bold = book.add_format({"bold": True})
        head = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "vcenter"})
        money = book.add_format({"num_format": "#,##0.00"})
        total = book.add_format({"num_format": "#,##0.00", "bold": True, "top": 1})
        percent = book.add_format({"num_format": "0.0%"})
        sheet.write(0, 0, title, bold)
        for column, (name, width) in enumerate(HEADS):
            sheet.set_column(column, column, width)
            sheet.write(2, column, name, head)
        line = 3
        for contract, statement, nature, account, rate, untaxed, tax, remark in rows:
            for column, text in enumerate((contract, statement, nature, account)):
                sheet.write_string(line, column, text)
            sheet.write_number(line, 4, rate, percent)
            sheet.write_number(line, 5, untaxed, money)
            sheet.write_number(line, 6, tax, money)
            sheet.write_formula(line, 7, f"=F{line + 1}+G{line + 1}", money, untaxed + tax)
            sheet.write_string(line, 8, remark)
            line += 1
        if line > 3:
            sheet.write(line, 0, "Total", bold)
            for column, letter in ((5, "F"), (6, "G"), (7, "H")):
                sheet.write_formula(line, column, f"=SUM({letter}4:{letter}{line})", total)
        sheet.freeze_panes(3, 1)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
    return file.getvalue()
