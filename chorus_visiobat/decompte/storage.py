"""Keeping what a statement leaves, between two months: plain JSON values out of an ``Opening``, and back.

Amounts are written as decimal strings, exact; keys keep their type (a database id stays an int), hence pairs and not
objects where keys are not names.
"""

from collections.abc import Mapping
from dataclasses import fields
from datetime import date
from decimal import Decimal

from .advance import AdvanceState
from .deductions import Paid
from .statement import Opening
from .terms import Carried
from .variation import Pending

_SCALARS = ("retention", "penalties", "other_deductions", "prorata", "debt")


def dump_opening(opening: Opening) -> dict:
    """JSON-able values of an opening; :func:`load_opening` reads them back equal."""
    carried = opening.carried
    return {
        "previous": _pairs(opening.previous),
        "invoiced_vat": _pairs(opening.invoiced_vat),
        "invoiced_base": _pairs(opening.invoiced_base),
        "carried": {
            "variation": _pairs(carried.variation),
            "pending": [_record(one) for one in carried.pending],
            "advance": _record(carried.advance),
            "direct_payments": [[key, _record(one)] for key, one in carried.direct_payments.items()],
            **{name: str(getattr(carried, name)) for name in _SCALARS},
        },
    }


def load_opening(values: Mapping) -> Opening:
    """The opening that :func:`dump_opening` wrote.

    :raises KeyError: the values are not those of an opening.
    """
    carried = values["carried"]
    return Opening(
        previous={key: Decimal(amount) for key, amount in values["previous"]},
        invoiced_vat=_rates(values["invoiced_vat"]),
        invoiced_base=_rates(values["invoiced_base"]),
        carried=Carried(
            variation=_rates(carried["variation"]),
            pending=[_pending(one) for one in carried["pending"]],
            advance=AdvanceState(**carried["advance"]),
            direct_payments={key: Paid(**one) for key, one in carried["direct_payments"]},
            **{name: carried[name] for name in _SCALARS},
        ),
    )


def _pairs(mapping):
    return [[_plain(key), str(amount)] for key, amount in mapping.items()]


def _record(record):
    return {field.name: _plain(getattr(record, field.name)) for field in fields(record)}


def _plain(value):
    if isinstance(value, Decimal):
        return str(value)
    return value.isoformat() if isinstance(value, date) else value


def _rates(pairs):
    return {Decimal(rate): Decimal(amount) for rate, amount in pairs}


def _pending(values):
    numbers = {name: Decimal(values[name]) for name in ("rate", "base", "billed", "coefficient")}
    return Pending(formula_key=values["formula_key"], month=date.fromisoformat(values["month"]), **numbers)
