"""Price indexes (BT, TP, INSEE), their gaps, and the link between two bases of one series.

When INSEE changes the base of a series, the values of the new base times the linking coefficient (*coefficient de
raccordement*) continue the old one. A formula signed in the old base is so read in it for ever. (works-billing.md
§2.6 marks the linking as recollection: hence links are data, given with the series.)
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from types import MappingProxyType

from .entry import decimal_map, keep_decimals
from .money import ONE
from .months import month_of, shift


@dataclass(frozen=True)
class IndexLink:
    """A change of base of a series.

    :ivar month: first month published in the new base.
    :ivar coefficient: what a value of the new base is multiplied by to continue the former one.
    """

    month: date
    coefficient: Decimal

    def __post_init__(self):
        keep_decimals(self, {"coefficient": "le coefficient de raccordement"}, subject="Index")
        object.__setattr__(self, "month", month_of(self.month))


@dataclass(frozen=True)
class IndexReading:
    """What was read of a series for a month.

    :ivar key: of the series.
    :ivar month: month whose value was read.
    :ivar published: value as published.
    :ivar link: product of the linking coefficients applied; 1 without change of base.
    """

    key: str | int
    month: date
    published: Decimal
    link: Decimal = ONE

    @property
    def value(self) -> Decimal:
        """The value in the base of the contract."""
        return self.published * self.link


@dataclass(frozen=True)
class IndexSeries:
    """The published values of one index.

    :ivar key: what formulas know it by, such as ``BT01``.
    :ivar values: value by month.
    :ivar links: changes of base.
    :raises DecompteError: a value is no number.
    """

    key: str | int
    values: Mapping[date, Decimal]
    links: tuple[IndexLink, ...] = field(default=(), kw_only=True)

    def __post_init__(self):
        decimal_map(self, "values", "la valeur", subject=f"Index « {self.key} »")
        by_month = {month_of(day): value for day, value in self.values.items()}
        object.__setattr__(self, "values", MappingProxyType(by_month))
        object.__setattr__(self, "links", tuple(self.links))

    def reading(self, month: date, base_month: date) -> IndexReading | None:
        """The value of a month, brought to the base in force in another; None when it is not published."""
        published = self.values.get(month)
        if published is None:
            return None
        link = ONE
        for change in self.links:
            if base_month < change.month <= month:
                link *= change.coefficient
        return IndexReading(self.key, month, published, link)

    def gaps(self) -> list[date]:
        """Months without value between the first and the last one, in order."""
        if not self.values:
            return []
        month, last, missing = min(self.values), max(self.values), []
        while month < last:
            if month not in self.values:
                missing.append(month)
            month = shift(month, 1)
        return missing
