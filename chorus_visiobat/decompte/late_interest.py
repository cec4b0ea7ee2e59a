"""What a public client owes for paying late: *intérêts moratoires* and *indemnité forfaitaire* of 40 EUR.

Code de la commande publique: they are due without any formality (L. 2192-13). The rate is that of the European Central
Bank for its main refinancing operations on the first day of the half-year in which interest began to run, plus eight
points (R. 2192-31): one rate for the whole period, whatever happens later. Interest runs from the day after the last
day of payment to the day of payment included (R. 2192-32), on the amount TTC of the instalment less the retention,
after revision and penalties, in days over 365. The indemnity is due once for each request paid late, however little
(D. 2192-35). Neither bears VAT. Both are to be paid within 45 days after the principal (R. 2192-36).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from .money import HUNDRED, ZERO, as_decimal, round_money

POINTS_ABOVE = Decimal(8)
"""Percentage points added to the rate of the Central Bank (R. 2192-31)."""
FIXED_INDEMNITY = Decimal("40.00")
"""EUR, for each request paid late (D. 2192-35)."""
YEAR_DAYS = 365
CLAIM_DAYS = 45
"""Days that the client has to pay interest and indemnity, from the payment of the principal (R. 2192-36)."""


class RateMissing(ValueError):
    """The rate of the Central Bank of a half-year is not known.

    :ivar half_year: first day of the half-year
    """

    def __init__(self, half_year: date):
        super().__init__(f"no rate for the half-year of {half_year}")
        self.half_year = half_year


@dataclass(frozen=True)
class Receipt:
    """Money received for the request. :param amount: EUR TTC"""

    paid_on: date
    amount: Decimal


@dataclass(frozen=True)
class Stretch:
    """Days during which the same amount was late.

    :param first: first day that bears interest
    :param last: last day that bears interest, the day of payment included
    :param base: EUR TTC still owed on these days
    :param interest: EUR, rounded
    """

    first: date
    last: date
    days: int
    base: Decimal
    interest: Decimal


@dataclass(frozen=True)
class LateInterest:
    """What is owed for a request.

    :param since: first day that bears interest; None when nothing was late
    :param central_bank_rate: percent
    :param rate: percent, the eight points included
    :param settled_on: day of the last payment; None while something is still owed
    :param interest: EUR, the sum of the stretches
    :param indemnity: EUR
    """

    since: date | None
    central_bank_rate: Decimal | None
    rate: Decimal | None
    stretches: tuple[Stretch, ...]
    settled_on: date | None
    interest: Decimal
    indemnity: Decimal

    @property
    def total(self) -> Decimal:
        """EUR, interest and indemnity."""
        return self.interest + self.indemnity

    @property
    def days(self) -> int:
        """Days late, the day of the last payment included."""
        return sum(stretch.days for stretch in self.stretches)


def half_year_of(day: date) -> date:
    """First day of the half-year of a day: 1 January or 1 July."""
    return date(day.year, 1 if day.month <= 6 else 7, 1)


def late_interest(
    principal: Decimal | float | str,
    due: date,
    receipts: Iterable[Receipt],
    rates: dict[date, Decimal],
    until: date,
) -> LateInterest:
    """Reckon interest and indemnity of one request.

    :param principal: EUR TTC that the client had to pay: less the retention, after revision and penalties
    :param due: last day of payment
    :param receipts: payments, in any order; what exceeds the principal is left out
    :param rates: first day of a half-year → rate of the Central Bank on that day, in percent
    :param until: day up to which interest is reckoned where something is still owed, included
    :raises RateMissing: no rate for the half-year in which interest began
    """
    owed = round_money(as_decimal(principal))
    nothing = LateInterest(None, None, None, (), None, ZERO, ZERO)
    if owed <= 0:
        return nothing
    first, stretches, settled_on = due + timedelta(days=1), [], None
    rate = None
    for day, amount in [*_by_day(receipts), (until, None)]:
        if owed <= 0 or (amount is None and day < first):
            break
        if day >= first:
            rate = rate if rate is not None else _rate(rates, due)
            days = (day - first).days + 1
            stretches.append(Stretch(first, day, days, owed, _interest(owed, rate + POINTS_ABOVE, days)))
            first = day + timedelta(days=1)
        if amount is not None:
            owed -= min(amount, owed)
            settled_on = day if owed <= 0 else None
    if not stretches:
        return LateInterest(None, None, None, (), settled_on, ZERO, ZERO)
    return LateInterest(
        since=stretches[0].first,
        central_bank_rate=rate,
        rate=rate + POINTS_ABOVE,
        stretches=tuple(stretches),
        settled_on=settled_on,
        interest=sum((stretch.interest for stretch in stretches), ZERO),
        indemnity=FIXED_INDEMNITY,
    )


def _by_day(receipts):
    """Sums of the payments of each day, in order."""
    found = {}
    for receipt in receipts:
        found[receipt.paid_on] = found.get(receipt.paid_on, ZERO) + round_money(as_decimal(receipt.amount))
    return sorted(found.items())


def _rate(rates, due):
    half_year = half_year_of(due + timedelta(days=1))
    if half_year not in rates:
        raise RateMissing(half_year)
    return as_decimal(rates[half_year])


def _interest(base, rate, days):
    return round_money(base * rate / HUNDRED * days / YEAR_DAYS)
