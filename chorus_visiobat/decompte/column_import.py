"""Reading a column pasted from a spreadsheet: an amount or a percentage per line, as the French write them."""

from collections.abc import Sequence
from decimal import Decimal

from .errors import DecompteError, Problem
from .money import as_decimal

_IGNORED = str.maketrans("", "", "\u202f\xa0 €%'")
_EMPTY = {"", "-", "–"}


def read_column(text: str, count: int) -> list[Decimal]:
    """Read one value for each row of a table, in its order.

    :param text: one line per row; its last cell counts, so that columns of headings may be pasted along.
    :param count: number of rows expected; an empty line is a nil value.
    :raises DecompteError: a value that is no number, or another number of lines: all at once, with the numbers of the
        lines.
    """
    lines = text.replace("\ufeff", "").rstrip("\r\n\t ").splitlines() if text.strip() else []
    values, problems = [], []
    for number, line in enumerate(lines, start=1):
        try:
            values.append(_value(line))
        except ValueError:
            problems.append(
                Problem(None, "not_a_number", f"Ligne {number} : « {line.strip()} » n'est pas un nombre : corrigez-la.")
            )
    if len(lines) != count and not problems:
        problems.append(
            Problem(
                None,
                "row_count",
                f"La colonne collée compte {len(lines)} lignes, et le marché {count} postes : collez une valeur par "
                "poste, dans l'ordre des postes, sans ligne de titre.",
            )
        )
    if problems:
        raise DecompteError(problems)
    return values


def _value(line: str) -> Decimal:
    cells: Sequence[str] = line.split("\t")
    written = cells[-1].translate(_IGNORED).replace("\u2212", "-")
    if written in _EMPTY:
        return Decimal(0)
    if "," in written:
        written = written.replace(".", "").replace(",", ".")
    return as_decimal(written)
