"""Reading index values pasted from INSEE's site, or from its CSV file (*valeurs mensuelles*).

The file has a few headings, then one line per month: ``"2026-08";"131.4";"A"``. What is copied from the page reads
``2026 Août 131,4``. Both are read, and the usual ways of writing a month.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from .errors import DecompteError, Problem
from .money import as_decimal
from .months import month_name

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "janvier janv jan", "février fevrier févr fev fév", "mars mar", "avril avr", "mai", "juin jun",
            "juillet juil jul", "août aout aoû", "septembre sept sep", "octobre oct", "novembre nov",
            "décembre decembre déc dec",
        ),
        start=1,
    )
    for name in names.split()
}  # fmt: skip
_YEAR_FIRST = re.compile(r"(\d{4})[-/. ]M?(\d{1,2})", re.IGNORECASE)
_MONTH_FIRST = re.compile(r"(?:\d{1,2}[-/.])?(\d{1,2})[-/. ](\d{4})")
_CODE = re.compile(r"\b(BT|TP|EV|ING)\s?(\d{1,3}[a-z]?)\b")
_UNPUBLISHED = {"", "-", "–", "nd", "n.d.", "(nd)", "nc"}


@dataclass(frozen=True)
class IndexTable:
    """What was read.

    :ivar code: short name found in the headings, such as ``BT01``; empty when there is none.
    :ivar values: value by month (its first day).
    """

    code: str
    values: Mapping[date, Decimal]


def read_index_values(text: str) -> IndexTable:
    """Read the values of one index.

    :raises DecompteError: lines that cannot be read, a month given twice, or no value at all: all at once, with the
        numbers of the lines.
    """
    values, problems, code = {}, [], ""
    for number, line in enumerate(text.replace("\ufeff", "").splitlines(), start=1):
        cells = _cells(line)
        month, rest = _month(cells)
        if month is None:
            found = _CODE.search(line)
            code = code or ("".join(found.groups()) if found else "")
            if values and any(cells):
                problems.append(_problem(number, f"« {line.strip()} » ne commence pas par un mois : corrigez-la."))
            continue
        written = rest[0] if rest else ""
        if written.casefold() in _UNPUBLISHED:
            continue
        try:
            value = as_decimal(written.replace("\u202f", "").replace("\xa0", "").replace(",", "."))
        except ValueError:
            value = Decimal(0)
        if value <= 0:
            problems.append(_problem(number, f"« {written} » n'est pas une valeur d'index : corrigez-la."))
        elif values.get(month, value) != value:
            problems.append(_problem(number, f"{month_name(month)} y figure deux fois, avec deux valeurs."))
        else:
            values[month] = value
    if not values and not problems:
        problems.append(
            Problem(
                None,
                "no_value",
                "Aucune valeur trouvée : collez les lignes « mois, valeur » de l'INSEE, par exemple « 2026-08;131,4 ».",
            )
        )
    if problems:
        raise DecompteError(problems)
    return IndexTable(code, values)


def _cells(line):
    for separator in (";", "\t"):
        if separator in line:
            return [cell.strip().strip('"').strip() for cell in line.split(separator)]
    return line.split()


def _month(cells):
    """Month (its first day, or None) and the cells after it."""
    for count in (1, 2):
        month = _read_month(" ".join(cells[:count])) if len(cells) >= count else None
        if month:
            return month, cells[count:]
    return None, cells


def _read_month(text):
    words = text.casefold().replace(".", " ").split()
    if len(words) == 2:
        names = [_MONTHS[word] for word in words if word in _MONTHS]
        years = [int(word) for word in words if re.fullmatch(r"\d{4}", word)]
        if names and years:
            return date(years[0], names[0], 1)
    year_first, month_first = _YEAR_FIRST.fullmatch(text), _MONTH_FIRST.fullmatch(text)
    if year_first:
        year, month = map(int, year_first.groups())
    elif month_first:
        month, year = map(int, month_first.groups())
    else:
        return None
    return date(year, month, 1) if 1 <= month <= 12 and year >= 1900 else None


def _problem(number, sentence):
    return Problem(number, "index_line", f"Ligne {number} : {sentence}")
