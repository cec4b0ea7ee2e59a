"""Exact money: entry of numbers, the one rounding rule, and the three columns of every printed amount."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

CENT = Decimal("0.01")
ZERO = Decimal("0.00")
ONE = Decimal(1)
HUNDRED = Decimal(100)
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


def included(amounts: Mapping[Decimal, Decimal]) -> Decimal:
    """TTC of HT amounts by VAT rate in percent, rounded once (bases of retention and advance, §2.4, §2.5)."""
    return round_money(sum((amount * (HUNDRED + rate) / HUNDRED for rate, amount in amounts.items()), ZERO))


def split_included(amount: Decimal, rate: Decimal) -> tuple[Decimal, Decimal]:
    """HT and VAT of a TTC amount: the VAT is what is left, both are never rounded (works-billing.md §2.11.6).

    :param rate: percent.
    """
    excluded = round_money(amount * HUNDRED / (HUNDRED + rate))
    return excluded, amount - excluded


@dataclass(frozen=True, kw_only=True)
class Columns:
    """An amount in the three columns of a statement: *cumul*, *situations antérieures*, *mois* (EUR)."""

    cumulative: Decimal
    previous: Decimal

    @property
    def month(self) -> Decimal:
        return self.cumulative - self.previous
