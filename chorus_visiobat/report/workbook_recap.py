"""The sheet *Acomptes*: every instalment since the start; the last one taken from the page."""

from ..decompte.months import month_name
from .workbook_sheet import Sheet

HEADS = (
    "N°", "Nature", "Mois", "Facture", "HT", "TVA", "TTC", "Retenue de garantie", "Avance", "Paiements directs",
    "Pénalités, reports", "Net demandé", "Net dû", "Net admis", "Admis le",
)  # fmt: skip
HEAD_ROW = 3
FIRST_AMOUNT = 4
NET = 11
ADMITTED = 13


class RecapSheet(Sheet):
    def __init__(self, workbook):
        super().__init__(workbook, "Acomptes", landscape=True)
        self.sheet.set_column(0, 0, 5)
        self.sheet.set_column(1, 3, 17)
        self.sheet.set_column(4, 14, 14)

    def fill(self, rows, totals):
        """Write the instalments.

        :param rows: ``instalments.Instalment``; ``totals``: the sums of their amounts.
        """
        self.heads(HEAD_ROW, *HEADS)
        self.keep_heads(HEAD_ROW)
        row = HEAD_ROW
        for one in rows:
            row += 1
            self.data(row, 0, one.number, number="0")
            for column, text in enumerate((one.label, month_name(one.month), one.invoice), start=1):
                self.text(row, column, text)
            cells = {}
            for column, value in enumerate(one.amounts, start=FIRST_AMOUNT):
                if column == 6:
                    cells[column] = self.formula(row, column, f"{cells[4]}+{cells[5]}", value)
                elif column == NET:
                    cells[column] = self.formula(row, column, f"SUM({cells[6]}:{cells[10]})", value, bold=True)
                else:
                    cells[column] = self.data(row, column, value)
            if one.admission_date:
                self.data(row, ADMITTED, one.admitted)
                self.text(row, ADMITTED + 1, one.admission_date.strftime("%d/%m/%Y"))
        row += 1
        self.text(row, 1, "Total", bold=True, top=1)
        for column, value in enumerate(totals, start=FIRST_AMOUNT):
            letter = chr(ord("A") + column)
            source = f"SUM({letter}{HEAD_ROW + 2}:{letter}{row})" if rows else "0"
            self.formula(row, column, source, value, bold=True, top=1)
