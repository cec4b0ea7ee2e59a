"""The table that ends the demonstration."""

import itertools
import textwrap
from typing import NamedTuple


class Row(NamedTuple):
    """What became of one situation, each cell as it is to be read."""

    situation: str
    client: str
    amount: str
    number: str
    technical_number: str
    status: str
    next_step: str


HEADINGS = Row("Situation", "Client", "Montant TTC", "Identifiant", "N° technique", "Statut", "Prochaine étape")


WIDEST = 56
"""Characters in a cell before it goes on below."""


def render(rows: list[Row]) -> str:
    """Return the table as text, columns as wide as their widest cell, long cells on several lines."""
    table = [[textwrap.wrap(cell, WIDEST) or [""] for cell in row] for row in (HEADINGS, *rows)]
    widths = [max(len(line) for cell in column for line in cell) for column in zip(*table, strict=True)]
    table.insert(1, [["─" * width] for width in widths])
    lines = []
    for row in table:
        for cells in itertools.zip_longest(*row, fillvalue=""):
            lines.append("  ".join(map(str.ljust, cells, widths)).rstrip())
    return "\n".join(lines)
