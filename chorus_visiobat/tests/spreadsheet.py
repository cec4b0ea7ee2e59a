"""A workbook recalculated from nothing but its formulas: the functions that ours use, on exact decimals.

LibreOffice is not at hand, and the libraries that recalculate do so on floats, which miss Excel's half-up rounding.
"""

import io
import re
from decimal import ROUND_HALF_UP, ROUND_UP, Decimal

from openpyxl import load_workbook
from openpyxl.utils import range_boundaries

TOKEN = re.compile(
    r"\s*(?:(?P<number>\d+(?:\.\d+)?)|(?P<text>\"[^\"]*\")"
    r"|(?P<cell>(?:'[^']+'!|\w+!)?\$?[A-Z]{1,2}\$?\d+(?::\$?[A-Z]{1,2}\$?\d+)?)"
    r"|(?P<name>[A-Z]+)(?=\()|(?P<sign>[-+*/(),]))"
)


class Spreadsheet:
    """The cells of a workbook.

    :ivar formulas: as written, by (sheet, address); what is not a formula is a number or a text.
    :ivar cached: the values that a viewer shows.
    """

    def __init__(self, content):
        written = self._read(content, data_only=False)
        self._reckoned = {key for key, cell in written.items() if cell.data_type == "f"}
        self.formulas = {key: cell.value for key, cell in written.items()}
        self.cached = {key: cell.value for key, cell in self._read(content, data_only=True).items()}
        self._known = {}

    def _read(self, content, **options):
        workbook = load_workbook(io.BytesIO(content), **options)
        cells = ((sheet.title, cell) for sheet in workbook for row in sheet.iter_rows() for cell in row)
        return {(sheet, cell.coordinate): cell for sheet, cell in cells if cell.value is not None}

    def is_formula(self, sheet, address):
        return (sheet, address) in self._reckoned

    def value(self, sheet, address):
        """The value of a cell, recalculated: a Decimal, a text, or None for an empty one."""
        key = sheet, address
        if key not in self._known:
            written = self.formulas.get(key)
            if self.is_formula(sheet, address):
                self._known[key] = _Formula(self, sheet, written[1:]).value()
            else:
                self._known[key] = Decimal(repr(written)) if isinstance(written, int | float) else written
        return self._known[key]

    def area(self, sheet, reference):
        """The values of a range, row by row."""
        left, top, right, bottom = range_boundaries(reference.replace("$", ""))
        columns = [chr(ord("A") + column - 1) for column in range(left, right + 1)]
        return [self.value(sheet, f"{column}{row}") for row in range(top, bottom + 1) for column in columns]


class _Formula:
    def __init__(self, book, sheet, text):
        self._book, self._sheet = book, sheet
        self._tokens = [match for match in TOKEN.finditer(text)]
        assert "".join(match.group() for match in self._tokens) == text, f"cannot read {text}"

    def value(self):
        value = self._sum()
        assert not self._tokens
        return value

    def _next(self, *signs):
        """Take the next sign if it is one of these."""
        if self._tokens and self._tokens[0]["sign"] in signs and self._tokens[0]["sign"]:
            return self._tokens.pop(0)["sign"]
        return None

    def _sum(self):
        value = self._product()
        while sign := self._next("+", "-"):
            value = value + self._product() if sign == "+" else value - self._product()
        return value

    def _product(self):
        value = self._atom()
        while sign := self._next("*", "/"):
            value = value * self._atom() if sign == "*" else value / self._atom()
        return value

    def _atom(self):
        if self._next("-"):
            return -self._atom()
        if self._next("("):
            value = self._sum()
            assert self._next(")")
            return value
        token = self._tokens.pop(0)
        if token["number"]:
            return Decimal(token["number"])
        if token["text"]:
            return token["text"][1:-1]
        if token["cell"]:
            return self._cell(token["cell"])
        return self._call(token["name"])

    def _cell(self, reference):
        sheet, _mark, address = reference.rpartition("!")
        sheet = sheet.strip("'") or self._sheet
        if ":" in address:
            return self._book.area(sheet, address)
        value = self._book.value(sheet, address.replace("$", ""))
        return Decimal(0) if value is None else value

    def _call(self, name):
        assert self._next("(")
        arguments = [self._sum()]
        while self._next(","):
            arguments.append(self._sum())
        assert self._next(")")
        return FUNCTIONS[name](*arguments)


def _numbers(arguments):
    for argument in arguments:
        for one in argument if isinstance(argument, list) else [argument]:
            if isinstance(one, Decimal):
                yield one


def _rounded(rounding):
    return lambda value, digits: value.quantize(Decimal(1).scaleb(-int(digits)), rounding=rounding)


def _sum_ifs(values, *tests):
    pairs = list(zip(tests[::2], tests[1::2], strict=True))
    return sum(
        (
            value
            for rank, value in enumerate(values)
            if isinstance(value, Decimal) and all(area[rank] == wanted for area, wanted in pairs)
        ),
        Decimal(0),
    )


FUNCTIONS = {
    "SUM": lambda *arguments: sum(_numbers(arguments), Decimal(0)),
    "SUMIFS": _sum_ifs,
    "MIN": lambda *arguments: min(_numbers(arguments)),
    "MAX": lambda *arguments: max(_numbers(arguments)),
    "ROUND": _rounded(ROUND_HALF_UP),
    "ROUNDUP": _rounded(ROUND_UP),
}
