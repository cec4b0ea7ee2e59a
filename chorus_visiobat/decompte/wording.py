"""Numbers as a French reader writes them: 1 234,50 €, 33,33 %."""

from collections.abc import Iterable
from decimal import Decimal

from .money import ZERO

_THOUSANDS = "\N{NARROW NO-BREAK SPACE}"
_UNIT = "\N{NO-BREAK SPACE}"
_MINUS = "\N{MINUS SIGN}"

REVERSE_CHARGE_MENTION = "Autoliquidation – article 283, 2 nonies du CGI"
"""What a subcontractor's invoice without VAT must say (CGI ann. II art. 242 nonies A; works-billing.md §2.8)."""


def number(value: Decimal) -> str:
    """A number with the decimals that it needs: ``1 234,5``."""
    text = f"{value.normalize():,f}" if value else "0"
    return text.replace(",", _THOUSANDS).replace(".", ",").replace("-", _MINUS)


def euros(amount: Decimal) -> str:
    """An amount with its two decimals, or more for a unit price that has more: ``1 234,50 €``."""
    decimals = max(2, -amount.normalize().as_tuple().exponent)
    text = f"{amount or ZERO:,.{decimals}f}".replace(",", _THOUSANDS).replace(".", ",").replace("-", _MINUS)
    return f"{text}{_UNIT}€"


def percent(value: Decimal) -> str:
    return f"{number(value)}{_UNIT}%"


def sum_of(amounts: Iterable[Decimal]) -> str:
    """A written sum: ``10,00 € + 5,00 € − 2,00 €``."""
    first, *others = amounts
    return euros(first) + "".join(f" {_MINUS if other < 0 else '+'} {euros(abs(other))}" for other in others)


def step(label: str, columns) -> str:
    """The end of most explanations: how the month follows from the cumulative (``Columns``)."""
    if not columns.previous:
        return f"{label} : {euros(columns.month)}"
    return (
        f"{label} : {euros(columns.cumulative)} cumulés, moins {euros(columns.previous)} antérieurs : "
        f"{euros(columns.month)}"
    )
