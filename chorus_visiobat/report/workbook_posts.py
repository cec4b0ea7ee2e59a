"""The sheet *Postes*: what was entered, and the month of each post by formula."""

from ..decompte.money import ZERO
from ..decompte.posts import KINDS
from ..decompte.settlement import total_of
from .workbook_sheet import PLAIN, Sheet

HEADS = (
    "Lot", "N°", "Désignation", "Formule de prix", "TVA %", "Nature", "Quantité", "Prix unitaire HT", "Marché HT",
    "Avancement en", "Avancement cumulé", "Cumul HT", "Situations antérieures HT", "Mois HT",
)  # fmt: skip
LOT, CODE, LABEL, FORMULA, RATE, KIND, QUANTITY, PRICE, CONTRACT, MODE, VALUE, CUMULATIVE, PREVIOUS, MONTH = range(14)
MODES = {"percent": "%", "quantity": "quantité", "amount": "montant HT"}
HEAD_ROW = 3


class PostsSheet(Sheet):
    """What the other sheets need of the posts: the addresses of their totals, and sums by formula, rate or nature."""

    def __init__(self, workbook):
        super().__init__(workbook, "Postes", landscape=True)
        self.totals = {}

    def fill(self, lots, formula_keys):
        """Write the posts.

        :param lots: as the printed page has them: ``[(lot, [(record, computed line, details)], sums)]``.
        :param formula_keys: short name of each price formula, by its key.
        """
        self.heads(HEAD_ROW, *HEADS)
        self.keep_heads(HEAD_ROW)
        self.sheet.set_column(LOT, CODE, 9)
        self.sheet.set_column(LABEL, LABEL, 44)
        self.sheet.set_column(FORMULA, KIND, 10)
        self.sheet.set_column(QUANTITY, MONTH, 14)
        row, sums, everything = HEAD_ROW + 1, {CONTRACT: [], CUMULATIVE: [], PREVIOUS: [], MONTH: []}, []
        for lot, posts, _sums in lots:
            first = row
            for record, line, _details in posts:
                self._post(row, lot, record, line, formula_keys)
                everything.append(line)
                row += 1
            for column, parts in sums.items():
                letter = chr(ord("A") + column)
                parts.append(f"{letter}{first + 1}:{letter}{row}")
            if len(lots) > 1:
                self._sums(row, f"Sous-total {lot}".strip(), [line for _record, line, _details in posts], sums)
                for parts in sums.values():
                    parts[-1] = f"{parts[-1][0]}{row + 1}"
                row += 1
        self._last = row
        self._sums(row, "Total des postes", everything, sums, whole=True)
        self.totals = {column: f"{chr(ord('A') + column)}{row + 1}" for column in sums}

    def _post(self, row, lot, record, line, formula_keys):
        post = line.post
        self.text(row, LOT, lot)
        self.text(row, CODE, record.contract_line_id.code)
        self.text(row, LABEL, record.contract_line_id.name, text_wrap=True)
        self.text(row, FORMULA, formula_keys.get(post.formula_key, ""))
        self.data(row, RATE, post.vat_rate, number=PLAIN)
        self.text(row, KIND, KINDS[post.kind])
        if post.mode == "quantity":
            self.data(row, QUANTITY, post.quantity or ZERO, number=PLAIN)
            self.data(row, PRICE, post.unit_price, number="#,##0.00####")
        self.data(row, CONTRACT, post.amount)
        self.text(row, MODE, MODES[post.mode])
        before = self.data(row, PREVIOUS, line.previous)
        if line.value is None:
            reached = before
        else:
            value = self.data(row, VALUE, line.value, number=PLAIN)
            reached = {
                "percent": f"ROUND(I{row + 1}*{value}/100,2)",
                "quantity": f"ROUND({value}*H{row + 1},2)",
                "amount": f"ROUND({value},2)",
            }[post.mode]
        cumulative = self.formula(row, CUMULATIVE, reached, line.cumulative)
        self.formula(row, MONTH, f"{cumulative}-{before}", line.month, bold=True)

    def _sums(self, row, label, lines, sums, *, whole=False):
        columns = total_of(lines)
        values = {
            CONTRACT: sum((line.post.amount for line in lines), ZERO),
            CUMULATIVE: columns.cumulative,
            PREVIOUS: columns.previous,
            MONTH: columns.month,
        }
        self.text(row, LABEL, label, bold=True, top=1)
        for column, parts in sums.items():
            ranges = ",".join(parts if whole else parts[-1:]) or "0"
            self.formula(row, column, f"SUM({ranges})", values[column], bold=True, top=1)

    def sum_where(self, column, **criteria):
        """A formula that sums up a column over the posts that meet criteria, for another sheet.

        :param criteria: ``rate``, ``kind``, ``formula``: an address of that sheet, or a quoted text.
        """
        where = {"rate": "E", "kind": "F", "formula": "D"}
        tests = ",".join(f"{self._range(where[name])},{value}" for name, value in criteria.items())
        return f"SUMIFS({self._range(chr(ord('A') + column))},{tests})"

    def _range(self, letter):
        return self.away(f"${letter}${HEAD_ROW + 2}:${letter}${self._last}")
