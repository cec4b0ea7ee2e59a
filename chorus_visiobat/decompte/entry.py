"""Entry of numbers: whatever a form or a file gives becomes an exact decimal, or a problem that names the field."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import get_args

from .errors import DecompteError, Problem
from .money import as_decimal


def keep_decimals(record, names: Mapping[str, str], *, subject: str) -> None:
    """Turn the named numbers of a frozen dataclass into Decimal.

    A field whose default is None may stay None.

    :param names: French name of each field, by field.
    :param subject: what the numbers are of, as a sentence begins: ``Poste « Béton »``.
    :raises DecompteError: some are no number: all of them at once.
    """
    problems = []
    for name, french in names.items():
        value = getattr(record, name)
        if value is None and record.__dataclass_fields__[name].default is None:
            continue
        try:
            object.__setattr__(record, name, as_decimal(value))
        except ValueError:
            problems.append(
                Problem(
                    getattr(record, "key", None),
                    "not_a_number",
                    f"{subject} : {french} doit être un nombre (reçu : « {value} »).",
                )
            )
    if problems:
        raise DecompteError(problems)


def check_choice(record, name: str) -> None:
    """Refuse a value that its ``Literal`` type does not list: a slip of the program, not of the user.

    :raises ValueError: it is not one of them.
    """
    value = getattr(record, name)
    if value not in get_args(record.__dataclass_fields__[name].type):
        raise ValueError(f"{value!r} is no {name}")


def decimal_map(record, name: str, french: str, *, subject: str, rates: bool = False) -> None:
    """The same for a field that maps keys to numbers; the mapping is copied and frozen.

    :param rates: its keys are VAT rates, hence numbers too.
    """
    kept, problems = {}, []
    for key, value in getattr(record, name).items():
        try:
            kept[as_decimal(key) if rates else key] = as_decimal(value)
        except ValueError:
            problems.append(
                Problem(key, "not_a_number", f"{subject} : {french} doit être un nombre (reçu : « {value} »).")
            )
    if problems:
        raise DecompteError(problems)
    object.__setattr__(record, name, MappingProxyType(kept))
