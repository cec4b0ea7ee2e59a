"""Months: an index is that of a month, works are executed in a month. A month is the date of its first day."""

from datetime import date

_NAMES = (
    "janvier", "février", "mars", "avril", "mai", "juin",
    "juillet", "août", "septembre", "octobre", "novembre", "décembre",
)  # fmt: skip


def month_of(day: date) -> date:
    """The month of a day."""
    return date(day.year, day.month, 1)


def shift(month: date, count: int) -> date:
    """The month that comes ``count`` months later, or earlier."""
    years, index = divmod(month.month - 1 + count, 12)
    return date(month.year + years, index + 1, 1)


def later(day: date, count: int) -> date:
    """The same day ``count`` months later, or the last of that month when it has no such day."""
    month = shift(day, count)
    after = shift(month, 1)
    return date(month.year, month.month, min(day.day, (after - month).days))


def month_name(month: date) -> str:
    """In French: ``novembre 2026``."""
    return f"{_NAMES[month.month - 1]} {month.year}"


def of_month(month: date) -> str:
    """After *de*, elided: ``d'avril 2026``, ``de mars 2026``."""
    name = month_name(month)
    return f"d'{name}" if name[0] in "ao" else f"de {name}"
