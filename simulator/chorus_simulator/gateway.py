"""PISTE in front of Chorus Pro: the checks of every call, in the order of chorus-pro-api.md §6.2, each one final."""

import base64
import binascii
import json
import uuid
from dataclasses import dataclass, field
from decimal import Decimal

from . import clock, store
from .endpoints import ENDPOINTS, Call, TooLarge, answer
from .request_models import InvalidBody, validate

MAX_BODY = 128 * 1024 * 1024  # bytes; beyond, HTTP 413
WRONG_FORMAT = "Format de la requête non supporté"


@dataclass
class Reply:
    """An HTTP answer: ``body`` is an object written as JSON, or a text."""

    status: int
    body: object = ""
    headers: dict = field(default_factory=dict)


class Refusal(Exception):
    def __init__(self, status, body="", headers=None):
        super().__init__(status)
        self.reply = Reply(status, body, headers or {})


@dataclass
class Request:
    """What the gateway reads of an HTTP request; ``client_id`` and ``login`` are found on the way, for the journal."""

    method: str
    route: str
    headers: dict
    content: bytes
    client_id: str = ""
    login: str = ""


def handle(db, request):
    """Check and serve one call to ``/cpro/<route>``; return its :class:`Reply`."""
    try:
        reply = _serve(db, request)
    except Refusal as refusal:
        reply = refusal.reply
    except TooLarge:
        reply = Reply(413)
    reply.headers.setdefault("x-correlationid", f"Id-{uuid.uuid4().hex[:24]} 0")
    return reply


def _serve(db, request):
    now = clock.now(db)
    application = _check_token(db, request, now)
    endpoint = ENDPOINTS.get(request.route)
    if not endpoint or request.route.split("/")[0] not in json.loads(application["apis"]):
        raise Refusal(403, {})
    account = _check_account(db, request, now)
    structures = _check_connection(db, request, application, account)
    _check_rate(db, request, now)
    if request.method != endpoint.method:
        raise Refusal(403, {})
    body = _read_body(request, endpoint) if endpoint.method == "POST" else {}
    call = Call(db, now, account["login"], structures, body)
    if endpoint.method == "GET":
        return Reply(200, endpoint.function(call))
    return Reply(200, answer(endpoint, call))


def _check_token(db, request, now):
    authorization = request.headers.get("Authorization", "")
    realm = "PISTE" if request.route in ENDPOINTS else "DefaultRealm"
    scheme, _, value = authorization.partition(" ")
    if scheme.lower() != "bearer" or not value:
        challenge = (
            f'Bearer realm="{realm}", error="invalid_request", error_description="Unable to find token in the message"'
        )
        raise Refusal(400, headers={"WWW-Authenticate": challenge})
    token = store.one(db, "SELECT * FROM token WHERE value = ? AND expires > ?", value.strip(), now)
    if not token:
        raise Refusal(401, headers={"WWW-Authenticate": f'Bearer realm="{realm}"'})
    request.client_id = token["client_id"]
    return store.one(db, "SELECT * FROM application WHERE client_id = ?", token["client_id"])


def _check_account(db, request, now):
    """Find the technical account. Its every fault gets the same 401: the platform does not tell them apart
    (§6.4 8–12).
    """
    try:
        text = base64.b64decode(request.headers.get("cpro-account", ""), validate=True).decode()
    except (binascii.Error, ValueError):
        raise Refusal(401, {}) from None
    login, _, password = text.partition(":")
    request.login = login
    account = store.one(db, "SELECT * FROM account WHERE login = ?", login)
    if not account:
        raise Refusal(401, {})
    if account["password"] != password:
        failures = account["failures"] + 1
        locked = account["locked"] or failures >= store.get_setting(db, "lockout")
        store.update(db, "account", "login", login, {"failures": failures, "locked": int(locked)})
        raise Refusal(401, {})
    if account["locked"] or account["expires"] <= now or account["active_from"] > now:
        raise Refusal(401, {})
    if account["failures"]:
        store.update(db, "account", "login", login, {"failures": 0})
    return account


def _check_connection(db, request, application, account):
    """The structures of the account that declared this application (*raccordement PISTE*), else 403 with the
    echoed body.
    """
    rows = db.execute(
        "SELECT structure_id FROM account_structure NATURAL JOIN connection WHERE login = ? AND client_id = ?",
        (account["login"], application["client_id"]),
    )
    structures = frozenset(row["structure_id"] for row in rows)
    if not structures:
        raise Refusal(
            403, request.content.decode("utf-8", "replace"), {"Content-Type": "application/json;charset=utf-8"}
        )
    return structures


def _check_rate(db, request, now):
    quota = store.get_setting(db, "quota")
    if quota:
        since = now - quota["period"]
        query = """SELECT COUNT(*) AS calls, MIN(date) AS first FROM traffic
            WHERE client_id = ? AND date > ? AND path LIKE '/cpro/%' AND status != 429"""
        used = store.one(db, query, request.client_id, since)
        if used["calls"] >= quota["limit"]:
            wait = max(1, int((used["first"] or now) + quota["period"] - now) + 1)
            raise Refusal(429, {"message": "Rate limit quota exceeded"}, {"Retry-After": str(wait)})
    if store.every(db, "unauthorized_every"):
        raise Refusal(401, headers={"WWW-Authenticate": 'Bearer realm="PISTE"'})
    interval = store.get_setting(db, "min_interval")
    account = store.one(db, "SELECT last_call FROM account WHERE login = ?", request.login)
    store.update(db, "account", "login", request.login, {"last_call": now})
    if interval and now - account["last_call"] < interval:
        db.execute("DELETE FROM token WHERE client_id = ?", (request.client_id,))
        raise Refusal(401, headers={"WWW-Authenticate": 'Bearer realm="PISTE"'})


def _refuse_constant(name):
    raise ValueError(f"{name} n'est pas un nombre JSON")


def _read_body(request, endpoint):
    if request.headers.get("Content-Type", "").split(";")[0].strip().lower() != "application/json":
        raise Refusal(415, WRONG_FORMAT)
    try:
        body = json.loads(request.content or b"{}", parse_float=Decimal, parse_constant=_refuse_constant)
        body = validate(endpoint.model, body)
    except InvalidBody as error:
        raise Refusal(400, f"Requête mal formulée : {error}") from None
    except ValueError as error:
        raise Refusal(400, f"Requête mal formulée : JSON illisible ({error})") from None
    if len(request.content) > MAX_BODY:
        raise Refusal(413)
    return body
