"""Faults that a test or a trainer arms for the next calls (chorus-pro-api.md §6.1): each is used up ``times`` times.

Kinds: ``status`` (answers ``status``, ``body``, ``headers``), ``json`` (HTTP 200 with ``body``), ``echo`` (HTTP 403
with the request itself), ``invalid_client``, ``delay`` (waits, then processes), ``drop_before`` (closes the connection,
nothing processed), ``drop_after`` (processed, committed, then the connection is closed without an answer). On the real
answer: ``patch`` (the keys of ``body`` replaced, or removed where null), ``mixed`` (numbers as texts, dates without
offset, no ``fournisseur``), ``short_page`` (``rows`` rows at most, its paging unchanged). On the flow that the call
deposits: ``flow`` (its verdict, see :mod:`chorus_simulator.flows`). ``after_processing`` makes ``status`` and ``json``
hide a call that was processed.

A fault strikes the calls whose path is ``match``, or fits it as a regular expression; of the account ``login`` when it
is given; whose body holds the text ``contains`` when it is given; after letting the first ``skip`` of them pass.
"""

import base64
import binascii
import json
import re

from . import behaviours, store
from .gateway import Reply
from .oauth import INVALID_CLIENT

KINDS = (
    *("status", "json", "echo", "patch", "mixed", "short_page", "flow"),
    *("invalid_client", "delay", "drop_before", "drop_after"),
)
TOKEN_PATH = "/api/oauth/token"
OFFSET = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)\.\d+[+-]\d\d:\d\d")


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
    if kind == "flow" and not any(spec.get(key) for key in ("state", "labels", "technical")):
        raise InvalidFault("Un incident « flow » demande « state », « labels » ou « technical ».")
    if kind == "invalid_client":
        spec = {"match": TOKEN_PATH, **spec}
    try:
        re.compile(spec.get("match") or ".*")
    except re.error as error:
        raise InvalidFault(f"Le chemin « {spec['match']} » n'est pas une expression lisible : {error}.") from None
    times = int(spec.get("times") or 1)
    return store.insert(db, "fault", {"remaining": times, "spec": json.dumps(spec)})


def asked(headers):
    """The fault that the header of a call asks for itself, None without that header.

    :raises behaviours.UnknownBehaviour: there is no such behaviour
    """
    wanted = headers.get(behaviours.HEADER)
    return behaviours.fault_of(wanted.strip()) if wanted else None


def take(db, path, headers=None, content=b""):
    """Use up and return the first armed fault for a call, else None."""
    for row in db.execute("SELECT * FROM fault WHERE remaining > 0 ORDER BY id").fetchall():
        spec = json.loads(row["spec"])
        if not _strikes(spec, path, headers or {}, content):
            continue
        if spec.get("skip"):
            spec["skip"] -= 1
            store.update(db, "fault", "id", row["id"], {"spec": json.dumps(spec)})
            continue
        store.update(db, "fault", "id", row["id"], {"remaining": row["remaining"] - 1})
        return spec
    return None


def _strikes(spec, path, headers, content):
    match = spec.get("match") or ".*"
    if match != path and not re.fullmatch(match, path):
        return False
    if spec.get("login") and spec["login"] != login_of(headers):
        return False
    return not spec.get("contains") or spec["contains"].encode() in content


def login_of(headers):
    """The technical account that a call names, right or wrong; empty when it names none."""
    try:
        return base64.b64decode(headers.get("cpro-account") or "", validate=True).decode().partition(":")[0]
    except (binascii.Error, ValueError):
        return ""


def replaces_processing(fault):
    """Whether the call is answered (or dropped) without being processed."""
    if fault["kind"] in ("status", "json"):
        return not fault.get("after_processing")
    return fault["kind"] in ("drop_before", "invalid_client", "echo")


def disguise(fault, reply, content=b""):
    """Return the answer that the client sees in place of ``reply`` (None when nothing was processed).

    :param bytes content: body of the request
    """
    kind, body = fault["kind"], fault.get("body")
    if kind == "status":
        return Reply(int(fault["status"]), "" if body is None else body, dict(fault.get("headers") or {}))
    if kind == "json":
        return Reply(200, body, dict(fault.get("headers") or {}))
    if kind == "invalid_client":
        return Reply(400, INVALID_CLIENT)
    if kind == "echo":
        return Reply(403, content.decode("utf-8", "replace"), {"Content-Type": "application/json;charset=utf-8"})
    if not reply or not isinstance(reply.body, dict):
        return reply
    if kind == "patch":
        patched = {**reply.body, **body}
        return Reply(reply.status, {key: value for key, value in patched.items() if value is not None}, reply.headers)
    if kind == "mixed":
        return Reply(reply.status, {**_mixed(reply.body), "codeRetour": reply.body.get("codeRetour")}, reply.headers)
    if kind == "short_page":
        cut = {key: value[: fault["rows"]] if isinstance(value, list) else value for key, value in reply.body.items()}
        return Reply(reply.status, cut, reply.headers)
    return reply


def _mixed(value):
    if isinstance(value, dict):
        return {key: _mixed(item) for key, item in value.items() if key != "fournisseur"}
    if isinstance(value, list):
        return [_mixed(item) for item in value]
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return str(value)
    return OFFSET.sub(r"\1", value) if isinstance(value, str) else value
