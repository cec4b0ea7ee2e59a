"""A sheet of a workbook whose cells are text, data that may be changed, or formulas with the value that they give."""

from decimal import Decimal

from xlsxwriter.utility import xl_rowcol_to_cell

# Excel shows it as ``1 234,50`` where it speaks French.
MONEY = "#,##0.00"
PLAIN = "#,##0.######"
INPUT_COLOUR = "#FFF4CC"


class Sheet:
    """Writes one sheet; rows and columns count from 0.

    A formula is given with its value, for viewers that reckon nothing: it is written in the cell, never elsewhere.
    """

    def __init__(self, workbook, name, *, landscape=False):
        self.name = name
        self._workbook = workbook
        self._formats = {}
        self.sheet = workbook.add_worksheet(name)
        self.sheet.set_paper(9)  # A4
        self.sheet.fit_to_pages(1, 0)
        self.sheet.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.6)
        self.sheet.set_footer("&L&A&Rpage &P/&N")
        if landscape:
            self.sheet.set_landscape()

    def text(self, row, column, text, **style):
        """Write a text as it is: one that starts with « = » is no formula."""
        self.sheet.write_string(row, column, text or "", self._format(**style))

    def heads(self, row, *labels):
        """Write a row of headings, repeated on each printed page and kept in sight."""
        for column, label in enumerate(labels):
            self.text(row, column, label, bold=True, bottom=1, text_wrap=True, valign="bottom")

    def keep_heads(self, row):
        self.sheet.freeze_panes(row + 1, 0)
        self.sheet.repeat_rows(row)

    def data(self, row, column, value, *, number=MONEY, **style):
        """Write a number that nothing reckons: what was entered, or comes from before.

        :return str: its address.
        """
        self.sheet.write_number(row, column, value, self._format(num_format=number, bg_color=INPUT_COLOUR, **style))
        return xl_rowcol_to_cell(row, column)

    def formula(self, row, column, formula, value: Decimal, *, number=MONEY, **style):
        """Write a formula and the value that it gives.

        :return str: its address.
        """
        self.sheet.write_formula(row, column, f"={formula}", self._format(num_format=number, **style), float(value))
        return xl_rowcol_to_cell(row, column)

    def away(self, address):
        """An address of this sheet as another one names it."""
        return f"'{self.name}'!{address}"

    def _format(self, **style):
        key = tuple(sorted(style.items()))
        if key not in self._formats:
            self._formats[key] = self._workbook.add_format(style)
        return self._formats[key]
