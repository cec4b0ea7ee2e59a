"""VAT of a statement: computed on the month, rate by rate, and cumulated as it was invoiced.

The one place where the month comes first: an invoice must agree with itself (EN 16931 BR-CO-17), so its VAT
is that of its own base, and the cumulative VAT is the sum of what the invoices bear. It drifts by a cent or
so from the VAT of the cumulative base; the drift is shown, never corrected (works-billing.md §2.11.3-4).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from .errors import DecompteError, Problem
from .money import ZERO, Columns, as_decimal, round_money
from .wording import euros, percent


@dataclass(frozen=True)
class VatLine:
    """One VAT rate of a statement; amounts in EUR.

    :ivar rate: percent.
    :ivar base: HT of the month.
    :ivar tax: VAT of the month.
    :ivar previous_base: HT invoiced by the previous statements.
    :ivar previous_tax: VAT invoiced by the previous statements.
    """

    rate: Decimal
    base: Decimal
    tax: Decimal
    previous_base: Decimal
    previous_tax: Decimal

    @property
    def cumulative_base(self) -> Decimal:
        return self.previous_base + self.base

    @property
    def cumulative_tax(self) -> Decimal:
        """Sum of the VAT invoiced, this month included."""
        return self.previous_tax + self.tax

    @property
    def drift(self) -> Decimal:
        """*Écart d'arrondi cumulé*: VAT invoiced less the VAT of the cumulative base."""
        return self.cumulative_tax - tax_on(self.cumulative_base, self.rate)


def tax_on(base: Decimal, rate: Decimal) -> Decimal:
    """VAT on a base, rounded to the cent."""
    return round_money(base * rate / 100)


def compute_vat(
    amounts: Iterable[tuple[Decimal, Columns]],
    invoiced_vat: Mapping[Decimal, Decimal],
    invoiced_base: Mapping[Decimal, Decimal] | None,
) -> tuple[VatLine, ...]:
    """VAT lines, highest rate first.

    :param amounts: pairs (rate, HT amount).
    :param invoiced_vat: VAT invoiced so far, by rate.
    :param invoiced_base: HT invoiced so far, by rate; None: the previous column of the amounts.
    :raises DecompteError: a rate was billed before, and its VAT is not told.
    """
    months, befores = {}, {}
    for rate, columns in amounts:
        months[rate] = months.get(rate, ZERO) + columns.month
        befores[rate] = befores.get(rate, ZERO) + columns.previous
    taxes = _by_rate(invoiced_vat)
    if invoiced_base is not None:
        befores = _by_rate(invoiced_base)
    untold = [rate for rate, base in befores.items() if base and rate and rate not in taxes]
    if untold:
        raise DecompteError(
            [
                Problem(
                    None,
                    "vat_untold",
                    f"La TVA à {percent(rate)} déjà facturée n'est pas connue, alors que "
                    f"{euros(befores[rate])} HT l'ont été à ce taux : indiquez-la.",
                )
                for rate in untold
            ]
        )
    return tuple(
        VatLine(
            rate=rate,
            base=months.get(rate, ZERO),
            tax=tax_on(months.get(rate, ZERO), rate),
            previous_base=befores.get(rate, ZERO),
            previous_tax=taxes.get(rate, ZERO),
        )
        for rate in sorted(months.keys() | befores.keys() | taxes.keys(), reverse=True)
    )


def _by_rate(mapping):
    return {as_decimal(rate): round_money(as_decimal(amount)) for rate, amount in mapping.items()}
