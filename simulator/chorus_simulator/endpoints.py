"""What an endpoint of the API is: a route, a request model and a function from a call to an answer."""

import sqlite3
from dataclasses import dataclass
from decimal import Decimal

SUCCESS = "TRA_MSG_00.000"
NOT_ON_QUALIFICATION = (20000, "Service exposé ne fonctionnant pas sur l'espace de qualification.")
NO_RESULT = (20000, "TRA_MSG_00.015 - La recherche n'a retourné aucun résultat")


class BusinessError(Exception):
    """HTTP 200 with ``codeRetour`` ≠ 0: how the platform refuses (chorus-pro-api.md §2)."""

    def __init__(self, code, label):
        super().__init__(label)
        self.code, self.label = code, label


class TooLarge(Exception):
    """HTTP 413: what was sent, or what should be sent back, is too large for the gateway."""


@dataclass
class Call:
    """One call that passed the gateway."""

    db: sqlite3.Connection
    now: float
    login: str
    structures: frozenset  # ids of the structures of the technical account
    body: dict

    def section(self, key):
        """Return the sub-object ``key`` of the body, empty when absent."""
        return self.body.get(key) or {}


@dataclass(frozen=True)
class Endpoint:
    function: object
    model: str
    method: str = "POST"
    envelope: bool = True  # whether a success carries codeRetour and libelle


ENDPOINTS = {}  # route under /cpro/ → Endpoint


def endpoint(route, model="Empty", method="POST", envelope=True):
    """Register the decorated function as the service ``route``. It takes a :class:`Call` and returns the payload."""

    def register(function):
        ENDPOINTS[route] = Endpoint(function, model, method, envelope)
        return function

    return register


def answer(endpoint_, call):
    """Run the endpoint and return the JSON answer with its envelope; a refusal leaves the state untouched."""
    call.db.execute("SAVEPOINT endpoint")
    try:
        payload = compact(endpoint_.function(call))
        call.db.execute("RELEASE endpoint")
        return {"codeRetour": 0, "libelle": SUCCESS, **payload} if endpoint_.envelope else payload
    except TooLarge:
        call.db.execute("ROLLBACK TO endpoint")
        raise
    except BusinessError as error:
        call.db.execute("ROLLBACK TO endpoint")
        return {"codeRetour": error.code, "libelle": error.label}


def compact(value):
    """Drop the absent values: the platform omits them, it never writes null."""
    if isinstance(value, dict):
        return {key: compact(item) for key, item in value.items() if item is not None}
    if isinstance(value, list):
        return [compact(item) for item in value]
    return value


def number(amount):
    """JSON number of an exact amount kept as text (EUR)."""
    return None if amount is None else float(Decimal(amount))


def cut(total, paging):
    """Where a page stands among ``total`` rows.

    :param dict paging: ``pageResultatDemandee``, ``nbResultatsParPage`` (10 where it is not told)
    :return: ``(size, start, parametresRetour)``
    """
    paging = paging or {}
    size = max(1, int(paging.get("nbResultatsParPage") or 10))
    wanted = max(1, int(paging.get("pageResultatDemandee") or 1))
    counts = {"pageCourante": wanted, "pages": -(-total // size), "nbResultatsParPage": size, "total": total}
    return size, (wanted - 1) * size, counts


def page(rows, paging):
    """Cut one page out of ``rows``.

    :return: ``(rows of the page, parametresRetour)``
    :raises BusinessError: 20000 when there is nothing at all (§2)
    """
    if not rows:
        raise BusinessError(*NO_RESULT)
    size, start, counts = cut(len(rows), paging)
    return rows[start : start + size], counts
