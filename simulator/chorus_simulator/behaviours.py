"""The behaviours of the platform that a client must survive, one for each row of chorus-pro-api.md §6.4.

Most happen by themselves, because of what is sent or of the state of things; ``how`` says how to bring them about.
Nearly all can also be forced on one call: by the header :data:`HEADER` of that very call, or armed beforehand for the
next one that fits. The table is ``data/behaviours.json``; its ``source`` marks are those of the dossier: S sourced,
P plausible text under a sourced code, A assumed.
"""

import functools
import json
from importlib.resources import files

HEADER = "X-Simulator-Behaviour"


class UnknownBehaviour(ValueError):
    """No such row, or one that cannot be forced; the text says so in French."""


@functools.cache
def load():
    """The rows, by number: ``number``, ``source``, ``title``, and ``how``, ``match``, ``fault`` where they apply."""
    rows = json.loads(files(__package__).joinpath("data/behaviours.json").read_text(encoding="utf-8"))
    return {row["number"]: row for row in rows}


def fault_of(number):
    """The fault (see :mod:`chorus_simulator.faults`) that forces behaviour ``number``, with its path.

    :raises UnknownBehaviour: no such row, or one that has no fault
    """
    try:
        row = load()[int(number)]
    except (KeyError, ValueError):
        raise UnknownBehaviour(f"Le comportement « {number} » n'existe pas : de 1 à {len(load())}.") from None
    if "fault" not in row:
        raise UnknownBehaviour(f"Le comportement {row['number']} ne se force pas sur un appel : {row['how']}.")
    return {"match": row["match"], "behaviour": row["number"], **row["fault"]}
