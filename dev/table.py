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
    table = [HEADINGS, *rows]
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    rule = ["─" * width for width in widths]
    lines = [table[0], rule, *table[1:]]
    return "\n".join("  ".join(map(str.ljust, line, widths)).rstrip() for line in lines)
