"""The table that ends the demonstration."""

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


def render(rows: list[Row]) -> str:
    """Return the table as text, one line per row, columns as wide as their widest cell."""
    widths = [max(len(row[column]) for row in [HEADINGS, *rows]) for column in range(len(HEADINGS))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in [HEADINGS, *rows]]
    return "\n".join([lines[0], "  ".join("─" * width for width in widths), *lines[1:]])
