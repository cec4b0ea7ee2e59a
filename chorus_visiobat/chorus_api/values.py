"""From the wire and to the wire: the few conversions every verb needs.

Chorus Pro is not consistent (chorus-pro-api.md, corrections and §6.4 row 55): three forms of dates, numbers sent as
texts, missing keys. Reading is tolerant and gives None for what cannot be understood; writing is strict and exact.
"""

import base64
import json
import re
from collections.abc import Mapping
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal, InvalidOperation
from zoneinfo import ZoneInfo

PARIS = ZoneInfo("Europe/Paris")
EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)

# More than any amount or identifier has: "1e999999999" is a text of few characters and a number of many.
_DIGITS = 40

_MOMENT = re.compile(
    r"(\d{4})-(\d{2})-(\d{2})"
    r"(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?"
    r"\s?(Z|[+-]\d{2}:?\d{2})?)?",
    re.ASCII,
)


def encode(value) -> bytes:
    """The JSON bytes of a request: keys in the order given, `None` values left out, decimals written exactly.

    :param value: dict, list, tuple, str, int, bool, Decimal, date, datetime (aware) or None
    :raise TypeError: for a float (it cannot carry an amount exactly), a naive datetime or any other type
    """
    return _text(value).encode()


def _text(value) -> str:
    if isinstance(value, Mapping):
        pairs = (f"{json.dumps(key)}:{_text(item)}" for key, item in value.items() if item is not None)
        return "{" + ",".join(pairs) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ",".join(_text(item) for item in value) + "]"
    if isinstance(value, Decimal) and value.is_finite():
        return format(value, "f")
    if isinstance(value, datetime):
        return f'"{local_moment(value)}"'
    if isinstance(value, date):
        return f'"{value.isoformat()}"'
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    if value is None or isinstance(value, (bool, int)):
        return json.dumps(value)
    raise TypeError(f"Not a value of a Chorus Pro request: {type(value).__name__}")


def local_moment(value: datetime) -> str:
    """`YYYY-MM-DDTHH:MM:SS` on the clock of Paris, the form that production clients send (§2).

    :raise TypeError: for a datetime without time zone
    """
    if value.tzinfo is None:
        raise TypeError("A moment sent to Chorus Pro has a time zone.")
    return value.astimezone(PARIS).strftime("%Y-%m-%dT%H:%M:%S")


def decode(body: bytes):
    """The value of a JSON body, its numbers exact.

    :raise ValueError: when it is not JSON
    """
    try:
        return json.loads(body.decode("utf-8-sig"), parse_float=Decimal)
    except RecursionError:
        raise ValueError("JSON nested too deep") from None


def moment(value) -> datetime | None:
    """An aware UTC datetime from `YYYY-MM-DD`, `YYYY-MM-DD HH:MM`, ISO with or without offset, or milliseconds.

    Without offset the clock is that of Paris; None for anything else.
    """
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, int):
        return EPOCH + timedelta(milliseconds=value) if 0 < value < 10**14 else None
    match = _MOMENT.fullmatch(str(value).strip())
    if not match:
        return None
    year, month, day, hour, minute, second, fraction, offset = match.groups()
    try:
        found = datetime(
            int(year),
            int(month),
            int(day),
            int(hour or 0),
            int(minute or 0),
            int(second or 0),
            int((fraction or "0")[:6].ljust(6, "0")),
            tzinfo=_zone(offset),
        )
        return found.astimezone(timezone.utc)
    except (ValueError, OverflowError):
        return None


def _zone(offset: str | None):
    if not offset:
        return PARIS
    if offset == "Z":
        return timezone.utc
    sign = -1 if offset[0] == "-" else 1
    return timezone(sign * timedelta(hours=int(offset[1:3]), minutes=int(offset[-2:])))


def day(value) -> date | None:
    """The calendar date in France of what `moment` understands, else None."""
    found = moment(value)
    return found.astimezone(PARIS).date() if found else None


def amount(value) -> Decimal | None:
    """A Decimal (EUR, or the unit of the field) from a number or its text, else None."""
    if value is None or isinstance(value, bool):
        return None
    try:
        found = Decimal(str(value).strip().replace(",", "."))
    except InvalidOperation:
        return None
    return found if found.is_finite() and abs(found.adjusted()) < _DIGITS else None


def whole(value) -> int | None:
    """An int from a number or its text (identifiers, codes, counters), else None."""
    found = amount(value)
    return int(found) if found is not None and found == found.to_integral_value() else None


def text(value) -> str | None:
    """A stripped text, or None when there is nothing to read."""
    if value is None or isinstance(value, (dict, list)):
        return None
    return str(value).strip() or None


def content_of(value) -> bytes | None:
    """The bytes of a base64 text, else None."""
    if not isinstance(value, str):
        return None
    try:
        return base64.b64decode("".join(value.split()), validate=True) or None
    except ValueError:
        return None


def flag(value) -> bool | None:
    """True or False from a JSON boolean or the texts `true`, `OUI`, `1`…, else None."""
    if isinstance(value, bool) or value is None:
        return value
    return {"true": True, "oui": True, "1": True, "false": False, "non": False, "0": False}.get(
        str(value).strip().lower()
    )


def child(body, key) -> dict:
    """The object under the key, or an empty one."""
    found = body.get(key) if isinstance(body, dict) else None
    return found if isinstance(found, dict) else {}


def rows(body, key) -> list[dict]:
    """The objects of the list under the key; a lone object counts as a list of one."""
    found = body.get(key) if isinstance(body, dict) else None
    if isinstance(found, dict):
        found = [found]
    return [row for row in found if isinstance(row, dict)] if isinstance(found, list) else []
