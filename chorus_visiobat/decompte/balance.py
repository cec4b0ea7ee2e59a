"""The balance of a contract (*état du solde*): what the final statement asks for, once all that was asked is taken off.

CCAG-Travaux 12.3 and 12.4: it is drawn from the final statement and the last monthly one, as an instalment is. The
projet de décompte final shows it, and the projet de décompte général of the tacit procedure must hold it
(works-billing.md, correction 4).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from .page import kept
from .settlement import total_of
from .statement import Statement


@dataclass(frozen=True)
class BalanceLine:
    """A line of the balance, EUR TTC.

    :ivar amount: positive where it is due to the holder.
    :ivar is_total: it sums up the lines above instead of adding to them.
    """

    label: str
    amount: Decimal
    is_total: bool = False


def final_balance(statement: Statement) -> tuple[BalanceLine, ...]:
    """From the works since the start to the balance, which is the net of the statement; nil details left out."""
    total = statement.cumulative_included
    lines = []
    for line in _on_the_works(statement):
        total += line.amount
        lines.append(line)
    lines = [
        BalanceLine("Travaux exécutés depuis l'origine, variation des prix comprise", statement.cumulative_included),
        *lines,
        BalanceLine("Montant du décompte", total, is_total=True),
        *_on_the_payments(statement),
    ]
    return (*lines, BalanceLine("Solde", statement.total_payable, is_total=True))


def _on_the_works(statement) -> Iterator[BalanceLine]:
    penalties = total_of(columns for _label, columns in kept(statement)).cumulative
    if penalties:
        yield BalanceLine("Pénalités et autres retenues", -penalties)


def _on_the_payments(statement) -> Iterator[BalanceLine]:
    settlement = statement.settlement
    amounts = (
        ("Paiements directs aux sous-traitants", -settlement.direct_paid.cumulative),
        ("Avance versée", settlement.advance_granted.cumulative),
        ("Avance résorbée", -settlement.advance_repaid.cumulative if settlement.advance_repaid else 0),
        ("Retenue de garantie, restituée à l'issue du délai de garantie", _held(settlement)),
        ("Solde négatif reporté", -settlement.debt.cumulative),
        ("Acomptes antérieurs", -statement.totals["total_payable"].previous),
    )
    for label, amount in amounts:
        if amount:
            yield BalanceLine(label, amount)


def _held(settlement):
    return -settlement.retention.cumulative if settlement.retention else 0
