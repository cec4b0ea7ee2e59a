"""Faults that a test or a trainer arms for the next calls (chorus-pro-api.md §6.1): each is used up ``times`` times.

Kinds: ``status`` (answers ``status``, ``body``, ``headers``), ``json`` (HTTP 200 with ``body``), ``patch`` (the real
answer with the keys of ``body`` replaced, or removed where null), ``invalid_client``, ``delay`` (waits, then
processes), ``drop_before`` (closes the connection, nothing processed), ``drop_after`` (processed, committed, then the
connection is closed without an answer). ``after_processing`` makes ``status`` and ``json`` hide a call that
was processed.
"""

import json
import re

from . import store
from .gateway import Reply
from .oauth import INVALID_CLIENT

KINDS = ("status", "json", "patch", "invalid_client", "delay", "drop_before", "drop_after")
TOKEN_PATH = "/api/oauth/token"  # noqa: S105 (a path)


class InvalidFault(ValueError):
    """A fault that cannot be armed; the text says why, in French."""


def arm(db, spec):
    """Store a fault and return its id.

    :raises InvalidFault: unknown kind, unreadable expression, missing status
    """
    kind = spec.get("kind")
    if kind not in KINDS:
        raise InvalidFault(f"Le genre d'incident « {kind} » est inconnu. Genres possibles : {', '.join(KINDS)}.")
    if kind == "status" and not 100 <= int(spec.get("status") or 0) <= 599:
        raise InvalidFault("Un incident « status » demande un code HTTP entre 100 et 599 dans « status ».")
    if kind in ("json", "patch") and not isinstance(spec.get("body"), dict):
        raise InvalidFault(f"Un incident « {kind} » demande un objet JSON dans « body ».")
    if kind == "invalid_client":
        spec = {"match": TOKEN_PATH, **spec}
    try:
        re.compile(spec.get("match") or ".*")
    except re.error as error:
        raise InvalidFault(f"Le chemin « {spec['match']} » n'est pas une expression lisible : {error}.") from None
    times = int(spec.get("times") or 1)
    return store.insert(db, "fault", {"remaining": times, "spec": json.dumps(spec)})


def take(db, path):
    """Use up and return the first armed fault for ``path`` (equal, or a regular expression that fits it), else None."""
    for row in db.execute("SELECT * FROM fault WHERE remaining > 0 ORDER BY id").fetchall():
        spec = json.loads(row["spec"])
        match = spec.get("match") or ".*"
        if match == path or re.fullmatch(match, path):
            store.update(db, "fault", "id", row["id"], {"remaining": row["remaining"] - 1})
            return spec
    return None


def replaces_processing(fault):
    """Whether the call is answered (or dropped) without being processed."""
    if fault["kind"] in ("status", "json"):
        return not fault.get("after_processing")
    return fault["kind"] in ("drop_before", "invalid_client")


def disguise(fault, reply):
    """Return the answer that the client sees in place of ``reply`` (None when nothing was processed)."""
    kind, body = fault["kind"], fault.get("body")
    if kind == "status":
        return Reply(int(fault["status"]), "" if body is None else body, dict(fault.get("headers") or {}))
    if kind == "json":
        return Reply(200, body, dict(fault.get("headers") or {}))
    if kind == "invalid_client":
        return Reply(400, INVALID_CLIENT)
    if kind == "patch" and isinstance(reply.body, dict):
        patched = {**reply.body, **body}
        return Reply(reply.status, {key: value for key, value in patched.items() if value is not None}, reply.headers)
    return reply
