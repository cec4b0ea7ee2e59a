"""One call to Chorus Pro: pacing, token, two layers of identity, and the meaning of what comes back.

An *effect* (a deposit, a file, a completion) is sent again by itself only after HTTP 401, which is answered before any
processing. A *read* is also repeated after a lost connection (chorus-pro-api.md §1.6).
"""

import time
from dataclasses import dataclass

from .answers import interpret, is_challenge
from .calls import CallRecord, Calls
from .errors import AuthRefused, ChorusError, ConnectionLost

ATTEMPTS = 2
ATTEMPTS_ONCE_ACCEPTED = 3
"""How many times a 401 is met before it is believed: PISTE gives random ones to good credentials (§1.2), but a few real
refusals may lock a technical account (§1.4). A read gets the third attempt once the account was accepted."""

_JSON = "application/json;charset=utf-8"


@dataclass(frozen=True)
class Route:
    """One operation of the API.

    :param verb: name of the client's method
    :param path: path under `/cpro`, the same for every call
    :param effect: whether it changes something at Chorus Pro
    :param proof: of an effect, the key of the answer that proves it: `codeRetour` 0 without it proves nothing (§1.6
        rule 5); empty for the only answer that has no such key
    :param settled_by: of an effect, the verb that tells after an `Unknown` whether it took place
    :param search: whether "no result" is a plain answer
    :param envelope: whether `codeRetour` must be there; one other than 0 is a refusal all the same
    """

    verb: str
    path: str
    effect: bool = False
    proof: str = ""
    settled_by: str = ""
    search: bool = False
    method: str = "POST"
    envelope: bool = True


class Gateway:
    """Sends the calls of one technical account."""

    def __init__(self, endpoint, credentials, wire, tokens, pacer, *, calls=None, sleep=time.sleep):
        self._endpoint = endpoint
        self._credentials = credentials
        self._wire = wire
        self._tokens = tokens
        self._pacer = pacer
        self._calls = calls or Calls()
        self._sleep = sleep
        self.last_call: CallRecord | None = None
        self._accepted = False

    def call(self, route: Route, body: bytes = b"") -> dict:
        """Sends the bytes as they are and gives the JSON object of a successful answer.

        An empty search gives an empty object.

        :raise ChorusError: one of its kinds, by consequence
        """
        refusals, replayed, rejected = 0, False, None
        while True:
            token = self._tokens.get(rejected)
            try:
                return self._once(route, body, token, repeated=bool(refusals or replayed))
            except AuthRefused as error:
                refusals, rejected = refusals + 1, token
                if refusals >= (ATTEMPTS_ONCE_ACCEPTED if self._accepted and not route.effect else ATTEMPTS):
                    raise AuthRefused(
                        "Chorus Pro refuse l'identifiant ou le mot de passe du compte technique. Les envois sont "
                        "suspendus pour ne pas bloquer le compte : mettez le mot de passe à jour.",
                        scope="technical",
                        http_status=error.http_status,
                        correlation_id=error.correlation_id,
                    ) from None
                self._sleep(2.0 * refusals)
            except ConnectionLost:
                if route.effect or replayed:
                    raise
                replayed = True

    def _once(self, route, body, token, repeated) -> dict:
        reply = answer = None
        outcome = "ok"
        with self._pacer.turn():
            started = time.monotonic()
            try:
                reply = self._send(route, body, token)
                answer = self._meaning(route, body, reply)
                return answer
            except ChorusError as error:
                outcome = type(error).__name__
                answer = {"codeRetour": error.code}
                raise
            finally:
                self._tell(route, reply, answer or {}, outcome, len(body), time.monotonic() - started, repeated)

    def _send(self, route, body, token):
        def identify(prepared):
            prepared.headers["Authorization"] = f"Bearer {token.reveal()}"
            prepared.headers["cpro-account"] = self._credentials.cpro_account.reveal()
            return prepared

        headers = {"Accept": _JSON, "User-Agent": "chorus-visiobat"}
        if route.method == "POST":
            headers["Content-Type"] = _JSON
        url = self._endpoint.api_url + route.path
        return self._wire.exchange(route.method, url, body=body or None, headers=headers, identity=identify)

    def _meaning(self, route, body, reply) -> dict:
        if is_challenge(reply):
            raise AuthRefused(
                "Chorus Pro refuse le jeton ou le compte technique.",
                scope="technical",
                http_status=reply.status,
                correlation_id=reply.correlation_id,
            )
        answer = interpret(reply, body, search=route.search, envelope=route.envelope)
        self._accepted = True
        return answer

    def _tell(self, route, reply, answer, outcome, sent, duration, repeated):
        self.last_call = CallRecord(
            verb=route.verb,
            path=route.path,
            outcome=outcome,
            status=reply.status if reply else None,
            return_code=answer.get("codeRetour"),
            duration=duration,
            correlation_id=reply.correlation_id if reply else None,
            bytes_sent=sent,
            bytes_received=len(reply.body) if reply else 0,
            repeated=repeated,
        )
        self._calls.tell(self.last_call, effect=route.effect)
