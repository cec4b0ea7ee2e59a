"""Keeping what a statement was computed from: plain JSON values out of the records of this package, and back.

An invoiced statement must explain itself years later, whatever became of the contract and of the indexes since. Only
what differs from a default is written; amounts are decimal strings, exact; mappings are pairs, since their keys are
ids, rates or months.
"""

from collections.abc import Iterable, Mapping
from dataclasses import MISSING, dataclass, fields, is_dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from types import NoneType, UnionType
from typing import Literal, Union, get_args, get_origin, get_type_hints

from .posts import Post, Progress
from .statement import Opening, Statement, compute_statement
from .terms import Month, Terms


@dataclass(frozen=True, kw_only=True)
class Inputs:
    """All that a statement is computed from, besides its opening (``dump_opening`` keeps that one)."""

    posts: tuple[Post, ...]
    progress: tuple[Progress, ...]
    terms: Terms
    month: Month

    def compute(self, opening: Opening) -> Statement:
        """:raises DecompteError: the inputs are inconsistent."""
        return compute_statement(self.posts, self.progress, **opening.inputs(), terms=self.terms, month=self.month)


def dump_inputs(inputs: Inputs) -> dict:
    """JSON-able values of the inputs; :func:`load_inputs` reads them back equal."""
    return _plain(inputs)


def load_inputs(values: Mapping) -> Inputs:
    """The inputs that :func:`dump_inputs` wrote.

    :raises KeyError: the values are not those of inputs.
    """
    return _read(Inputs, values)


def _plain(value):
    if is_dataclass(value):
        return {
            field.name: _plain(getattr(value, field.name))
            for field in fields(value)
            if getattr(value, field.name) != _default(field)
        }
    if isinstance(value, Mapping):
        return [[_plain(key), _plain(one)] for key, one in value.items()]
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, str) or not isinstance(value, Iterable):
        return value
    return [_plain(one) for one in value]


def _default(field):
    """The default of a field; a value equal to nothing where it has none."""
    if field.default_factory is not MISSING:
        return field.default_factory()
    return object() if field.default is MISSING else field.default


@cache
def _hints(kind):
    return get_type_hints(kind)


def _read(kind, value):
    """A value of the annotated type ``kind``."""
    origin, arguments = get_origin(kind), get_args(kind)
    if origin in (Union, UnionType):
        if value is None:
            return None
        # ``str | int``: a key, kept as it is; else the one type beside None.
        kinds = [one for one in arguments if one is not NoneType]
        return _read(kinds[0], value) if len(kinds) == 1 else value
    if is_dataclass(kind):
        unknown = value.keys() - _hints(kind).keys()
        if unknown:
            raise KeyError(*unknown)
        return kind(**{name: _read(_hints(kind)[name], one) for name, one in value.items()})
    if origin is tuple:
        return tuple(_read(arguments[0], one) for one in value)
    if origin is not None and origin is not Literal and issubclass(origin, Mapping):
        return {_read(arguments[0], key): _read(arguments[1], one) for key, one in value}
    if kind is Decimal:
        return Decimal(value)
    return date.fromisoformat(value) if kind is date else value
