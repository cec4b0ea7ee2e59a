"""Numbers, dates and sentences as French typography prints them, whatever the language of the interface."""

import re

from babel.dates import format_date
from babel.numbers import format_decimal
from markupsafe import Markup

from ..decompte import as_decimal, round_money

LOCALE = "fr_FR"
NARROW_SPACE = "\N{NARROW NO-BREAK SPACE}"
MINUS = "\N{MINUS SIGN}"

_BEFORE = re.compile(r"[ \u00a0\u202f]+(?=[:;!?%€»])")
_AFTER = re.compile(r"«[ \u00a0\u202f]*")


def typeset(text):
    """Set a French sentence: narrow no-break spaces around its punctuation, curved apostrophes; empty for none."""
    text = _AFTER.sub("«" + NARROW_SPACE, _BEFORE.sub(NARROW_SPACE, text or ""))
    return text.replace("'", "\N{RIGHT SINGLE QUOTATION MARK}")


def money(amount):
    """Return an amount of an Odoo field as the exact number of cents that it means."""
    return round_money(as_decimal(amount))


def amount(value):
    """Format an amount for a column whose heading names the euro: ``1 234,50``."""
    return _decimal(money(value), "#,##0.00")


def euros(value):
    """Format an amount in a sentence: ``1 234,50 €``."""
    return f"{amount(value)}{NARROW_SPACE}€"


def quantity(number):
    return _decimal(number, "#,##0.###")


def percent(number):
    """Format a percentage: ``45,5 %``; a dash when there is none."""
    return "–" if number is None else f"{_decimal(number, '#,##0.##')}{NARROW_SPACE}%"


def day(value):
    """Format a date: ``1er novembre 2026``."""
    text = format_date(value, "d MMMM y", locale=LOCALE)
    return Markup("1<sup>er</sup> {}").format(text[2:]) if value.day == 1 else text


def siret(number):
    """Format a SIRET as it is printed: ``452 601 818 00019``."""
    number = number or ""
    parts = (number[:3], number[3:6], number[6:9], number[9:])
    return NARROW_SPACE.join(parts) if len(number) == 14 else number


def iban(number):
    """Format an account number by groups of four, as on a bank statement, on one line."""
    plain = re.sub(r"\s", "", number or "")
    return NARROW_SPACE.join(plain[start : start + 4] for start in range(0, len(plain), 4))


def _decimal(number, pattern):
    return format_decimal(as_decimal(number), pattern, locale=LOCALE).replace("-", MINUS)
