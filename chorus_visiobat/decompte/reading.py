"""Numbers as a French spreadsheet writes them: « 1 234,56 € », « 20 % », « 1.234,56 », or plain numbers."""

import re
import unicodedata
from decimal import Decimal

from .money import as_decimal

_SPACES = re.compile(r"[\s'’]")
_MINUS = str.maketrans({"\N{MINUS SIGN}": "-", "–": "-"})
_WHOLE = re.compile(r"[-+]?(\d*|\d{1,3}([,.]\d{3})+)")


def read_number(cell: object) -> Decimal | None:
    """Read a cell: a number, or a text that is one; None for an empty one.

    Of a comma and a dot, the last is the decimal mark; one that comes twice parts thousands. ``(12,50)`` is negative.

    :raises ValueError: it is no number.
    """
    if cell is None or isinstance(cell, int | float | Decimal):
        return None if cell is None else as_decimal(cell)
    text = _SPACES.sub("", str(cell)).translate(_MINUS).removesuffix("€").removesuffix("%")
    if not text:
        return None
    if text.startswith("(") and text.endswith(")"):
        text = f"-{text[1:-1]}"
    last = max(",.", key=text.rfind)
    whole, mark, decimals = text.rpartition(last) if text.count(last) == 1 else (text, "", "")
    if not _WHOLE.fullmatch(whole) or not re.fullmatch(r"\d*", decimals) or not any(map(str.isdigit, text)):
        raise ValueError(f"{cell!r} is not a number")
    return Decimal(re.sub(r"[,.]", "", whole) + (f".{decimals}" if mark else ""))


def plain(text: object) -> str:
    """A heading or a label to be compared: without accents, case, punctuation nor double spaces."""
    if text is None:
        return ""
    letters = unicodedata.normalize("NFKD", str(text).replace("°", " ").replace("œ", "oe").replace("Œ", "oe"))
    letters = "".join(one for one in letters if not unicodedata.combining(one)).casefold()
    return " ".join(re.sub(r"[^a-z0-9%]+", " ", letters).split())
