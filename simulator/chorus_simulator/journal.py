"""The journal of the traffic: every request of a client and its answer, without secrets and without file contents."""

import json
from dataclasses import dataclass
from decimal import Decimal
from urllib.parse import parse_qsl

from . import clock, store

SECRETS = ("client_secret", "access_token", "password")
LONGEST = 400  # characters of one JSON text shown in full: longer ones are files
ROWS = 50  # of one JSON list shown: a search may answer a thousand
KEPT = 5000  # entries


@dataclass
class Entry:
    """One request; ``client_id`` and ``login`` are known once the gateway has read it."""

    method: str
    path: str
    content: bytes
    mimetype: str
    client_id: str = ""
    login: str = ""
    fault: str = ""


def write(db, entry, reply, duration):
    """Store an entry; ``reply`` is None when the connection was dropped. ``duration`` in seconds."""
    values = {
        "date": clock.now(db),
        "method": entry.method,
        "path": entry.path,
        "client_id": entry.client_id,
        "login": entry.login,
        "status": reply.status if reply else None,
        "request": _readable(entry.content, entry.mimetype),
        "response": _masked(reply.body) if reply else None,
        "duration": duration,
        "fault": entry.fault or None,
    }
    last = store.insert(db, "traffic", values)
    db.execute("DELETE FROM traffic WHERE id <= ?", (last - KEPT,))


def _readable(content, mimetype):
    if mimetype == "application/x-www-form-urlencoded":
        return _masked(dict(parse_qsl(content.decode("utf-8", "replace"))))
    try:
        return _masked(json.loads(content, parse_float=Decimal))
    except ValueError:
        return content[:LONGEST].decode("utf-8", "replace")


def _masked(body):
    return body if isinstance(body, str) else json.dumps(_mask(body), ensure_ascii=False, indent=1, default=float)


def _mask(value):
    if isinstance(value, dict):
        return {key: "***" if key in SECRETS else _mask(item) for key, item in value.items()}
    if isinstance(value, list):
        left = [f"<{len(value) - ROWS} autres>"] if len(value) > ROWS else []
        return [_mask(item) for item in value[:ROWS]] + left
    if isinstance(value, str) and len(value) > LONGEST:
        return f"<{len(value)} caractères>"
    return value
