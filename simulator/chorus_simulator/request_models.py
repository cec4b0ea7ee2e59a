"""The schema layer of the gateway: does a JSON body have the keys, types and lengths of its model?

The models are data (``data/requests.txt``). A key that no model knows is refused with HTTP 400, as measured
live on ``structures/v1/rechercher/services`` (chorus-pro-api.md §2.8) and assumed for the other services.
"""

import functools
import re
from decimal import Decimal
from importlib.resources import files

from . import clock


class InvalidBody(ValueError):
    """The body does not follow its model. ``str(error)`` names the key."""


@functools.cache
def _definitions():
    """Return ``(models, lists)``: model name → {key: type text}, list name → set of accepted values."""
    models, lists = {}, {}
    text = files(__package__).joinpath("data/requests.txt").read_text(encoding="utf-8")
    for line in text.splitlines():
        if not line or line.startswith("#"):
            continue
        if " = " in line:
            name, values = line.split(" = ")
            lists[name] = frozenset(values.split("|"))
        else:
            name, fields = line.split(": ", 1)
            models[name] = dict(field.split(":", 1) for field in fields.split(", "))
    return models, lists


def validate(model, body):
    """Check ``body`` (a decoded JSON object) against ``model`` and return it.

    Numbers written as digit strings are accepted for ``long``, like the platform's own JSON reader does.

    :raises InvalidBody: unknown key, wrong type, text too long or value outside its list
    """
    _check_model(model, body, "")
    return body


def _check_model(model, value, path):
    if not isinstance(value, dict):
        raise InvalidBody(f"{path or 'corps'} : objet JSON attendu")
    fields = _definitions()[0][model]
    for key, item in value.items():
        if key not in fields:
            raise InvalidBody(f'Unrecognized field "{path}{key}" ({model})')
        if item is not None:
            _check(fields[key], item, f"{path}{key}")


def _check(kind, value, path):
    models, lists = _definitions()
    if "/" in kind:
        wanted = [k for k in kind.split("/") if k.startswith("[") == isinstance(value, list)]
        kind = wanted[0]
    if kind.startswith("["):
        if not isinstance(value, list):
            raise InvalidBody(f"{path} : liste attendue")
        for index, item in enumerate(value):
            _check(kind[1:-1], item, f"{path}[{index}]")
    elif kind in models:
        _check_model(kind, value, path + ".")
    elif kind != "object":
        _check_scalar(kind, lists, value, path)


def _check_scalar(kind, lists, value, path):
    text = re.fullmatch(r"str(\d*)", kind)
    if text:
        valid = isinstance(value, str)
        if valid and text[1] and len(value) > int(text[1]):
            raise InvalidBody(f"{path} : {len(value)} caractères, {text[1]} au plus")
    elif kind == "long":
        digits = isinstance(value, str) and value.isascii() and value.isdigit()
        valid = not isinstance(value, bool) and (isinstance(value, int) or digits) and abs(int(value)) < 2**63
    elif kind == "num":
        valid = not isinstance(value, bool) and isinstance(value, (int, float, Decimal))
    elif kind == "bool":
        valid = isinstance(value, bool)
    elif kind == "date":
        valid = isinstance(value, str) and _is_date(value)
    else:
        valid = isinstance(value, str) and value in (lists.get(kind) or kind.split("|"))
    if not valid:
        raise InvalidBody(f"{path} : valeur {str(value)[:60]!r} incompatible avec le type {kind}")


def _is_date(text):
    try:
        clock.parse(text)
    except (ValueError, OverflowError):
        return False
    return True
