"""Exact money: entry of numbers, the one rounding rule, and the three columns of every printed amount."""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

CENT = Decimal("0.01")
ZERO = Decimal("0.00")
_NOISE = Decimal("1e-9")


def round_money(amount: Decimal) -> Decimal:
    """Round EUR to the cent, half away from zero: a credit mirrors a debit (works-billing.md §2.11.1)."""
    return amount.quantize(CENT, rounding=ROUND_HALF_UP) + ZERO  # the sum turns -0.00 into 0.00


def as_decimal(value: Decimal | int | float | str) -> Decimal:
    """Return the decimal number that was meant.

    A float is read as it prints, less the noise beyond nine decimals (works-billing.md §2.11.2): what an Odoo
    field holds as 33.33 is 33.33, and 0.1 + 0.2 is 0.3.

    :raises ValueError: not a finite number.
    """
    if isinstance(value, bool):
        raise ValueError(f"{value!r} is not a number")
    try:
        number = Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
        if isinstance(value, float):
            number = number.quantize(_NOISE, rounding=ROUND_HALF_UP).normalize()
    except (InvalidOperation, TypeError, ValueError):
        raise ValueError(f"{value!r} is not a number") from None
    if not number.is_finite():
        raise ValueError(f"{value!r} is not a number")
    return number


@dataclass(frozen=True, kw_only=True)
class Columns:
    """An amount in the three columns of a statement: *cumul*, *situations antérieures*, *mois* (EUR)."""

    cumulative: Decimal
    previous: Decimal

    @property
    def month(self) -> Decimal:
        return self.cumulative - self.previous
