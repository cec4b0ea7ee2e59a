"""Reading Odoo's log: the warnings and errors that are ours."""

import itertools
import re

from . import paths

RECORD = re.compile(r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} \d+ (\w+) ", re.M)

OURS = re.compile(r"chorus|\bworks[._]", re.I)
"""What only a record about this addon mentions: its module, models, tables or fields."""

DATABASE = re.compile(r"\bchorus_(?:test|template|demo)\w*")


def ours(text: str) -> list[str]:
    """Return the records of this log at WARNING or above that mention the addon, tracebacks included.

    The names of folders and databases do not count as a mention.
    """
    starts = [matched.start() for matched in RECORD.finditer(text)]
    found = []
    for start, end in itertools.pairwise([*starts, len(text)]):
        record = text[start:end].rstrip()
        if RECORD.match(record)[1] in ("WARNING", "ERROR", "CRITICAL") and OURS.search(_without_places(record)):
            found.append(record)
    return found


def _without_places(record: str) -> str:
    for place in (paths.STATE, paths.CACHE):
        record = record.replace(str(place), "")
    record = re.sub(rf"{re.escape(str(paths.ROOT))}/(?!chorus_visiobat/)", "", record)
    return DATABASE.sub("", record)
