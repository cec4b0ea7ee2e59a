"""The OAuth token of PISTE: where it is kept, when it is renewed, and by one caller at a time.

A token belongs to the application (client id and secret) in an environment, not to a technical account.
"""

import threading
import time
from contextlib import AbstractContextManager, contextmanager
from typing import Protocol
from urllib.parse import urlsplit

from .calls import CallRecord, Calls
from .errors import AuthRefused, ChorusError, Misconfigured, NotSent, Throttled, Unknown
from .log import logger
from .secret import Secret
from .values import amount, decode, text

MARGIN = 240.0
"""Seconds before its expiry from which a token is no longer used (OCA's production margin, §1.2)."""

ATTEMPTS = 4
"""PISTE answers `invalid_client` to valid credentials about one time in ten (§1.2): 2, 4, then 6 s before a retry."""


class TokenSlot(Protocol):
    """The place of one token, held under the exclusive lock of its store."""

    token: Secret | None
    expires_at: float | None

    def save(self, token: Secret, expires_at: float) -> None:
        """Keeps the token for every process, until `expires_at` (seconds since the epoch)."""

    def clear(self) -> None:
        """Forgets the token."""


class TokenStore(Protocol):
    """Keeps a token between calls and processes, and lets one process renew it at a time."""

    def peek(self) -> tuple[Secret | None, float | None]:
        """The token and its expiry, without any lock."""

    def exclusive(self) -> AbstractContextManager[TokenSlot]:
        """The slot, alone among all threads and processes."""


class MemoryTokenStore:
    """A store for one process: tests, scripts, the connection test of credentials not saved yet."""

    def __init__(self):
        self.token = None
        self.expires_at = None
        self._lock = threading.Lock()

    def peek(self):
        return self.token, self.expires_at

    @contextmanager
    def exclusive(self):
        with self._lock:
            yield self

    def save(self, token, expires_at):
        self.token, self.expires_at = token, expires_at

    def clear(self):
        self.token = self.expires_at = None


class TokenSource:
    """Gives a usable token, from the store when it can.

    :param exchange: sends one HTTP request and gives a `Reply`, as `Wire.exchange`
    :param tell: receives the `CallRecord` of each request
    :param clock: seconds since the epoch, comparable between processes
    """

    def __init__(self, url, credentials, store, exchange, *, tell=None, clock=time.time, sleep=time.sleep):
        self._url = url
        self._credentials = credentials
        self._store = store
        self._exchange = exchange
        self._tell = tell or Calls().tell
        self._clock = clock
        self._sleep = sleep

    def get(self, rejected: Secret | None = None) -> Secret:
        """A token to use now.

        :param rejected: the token just refused (HTTP 401): never given again, even if its time has not come
        :raise NotSent: PISTE could not be reached or did not answer properly
        :raise AuthRefused: client id or secret refused four times (scope `piste`)
        :raise Throttled: quota
        :raise Misconfigured: the request itself is refused
        """
        token, expires_at = self._store.peek()
        if self._usable(token, expires_at, rejected):
            return token
        with self._store.exclusive() as slot:
            # Another thread or process may have renewed it while we waited for the lock.
            if self._usable(slot.token, slot.expires_at, rejected):
                return slot.token
            if slot.token is not None:
                slot.clear()
            token, expires_at = self._obtain()
            slot.save(token, expires_at)
            return token

    def _usable(self, token, expires_at, rejected) -> bool:
        if not token or expires_at is None or expires_at - MARGIN <= self._clock():
            return False
        return not token.matches(rejected)

    def _obtain(self) -> tuple[Secret, float]:
        form = {
            "grant_type": "client_credentials",
            "client_id": self._credentials.client_id,
            "client_secret": self._credentials.client_secret.reveal(),
            "scope": "openid",
        }
        for attempt in range(1, ATTEMPTS + 1):
            answer = self._ask(form, repeated=attempt > 1)
            if not isinstance(answer, ChorusError):
                return answer
            if not isinstance(answer, AuthRefused) or attempt == ATTEMPTS:
                raise answer
            logger.info("PISTE answered invalid_client (attempt %d of %d), trying again", attempt, ATTEMPTS)
            self._sleep(2.0 * attempt)

    def _ask(self, form, repeated):
        """One request: the token and its expiry, or the error that its answer makes."""
        asked_at, started, reply = self._clock(), time.monotonic(), None
        try:
            reply = self._exchange("POST", self._url, form=form)
            answer = _meaning(reply, asked_at)
        except Unknown:
            # Whatever became of this request, the call that needed the token has not left.
            answer = NotSent("PISTE ne délivre pas de jeton. Rien n'a été envoyé ; nouvel essai plus tard.")
        except ChorusError as error:
            answer = error
        self._tell(
            CallRecord(
                verb="token",
                path=urlsplit(self._url).path,
                outcome=type(answer).__name__ if isinstance(answer, ChorusError) else "ok",
                status=reply.status if reply else None,
                return_code=None,
                duration=time.monotonic() - started,
                correlation_id=reply.correlation_id if reply else None,
                bytes_sent=0,
                bytes_received=len(reply.body) if reply else 0,
                repeated=repeated,
            )
        )
        return answer


def _meaning(reply, asked_at) -> tuple[Secret, float]:
    error = _oauth_error(reply)
    if reply.status == 200 and error is None:
        return _token_of(reply, asked_at)
    if error != "invalid_client":
        raise _refusal(reply, error)
    raise AuthRefused(
        "PISTE refuse l'identifiant client ou le secret de l'application. "
        "Vérifiez-les dans l'onglet « OAuth Credentials » de votre application PISTE.",
        scope="piste",
        label=error,
        http_status=reply.status,
        correlation_id=reply.correlation_id,
    )


def _oauth_error(reply) -> str | None:
    """The OAuth error code of the answer: None for none, an empty text for an answer that is not OAuth's."""
    try:
        body = decode(reply.body)
    except ValueError:
        return ""
    if not isinstance(body, dict):
        return ""
    return text(body.get("error"))


def _token_of(reply, asked_at: float) -> tuple[Secret, float]:
    body = decode(reply.body)
    value, lifetime = text(body.get("access_token")), amount(body.get("expires_in"))
    if not value:
        raise _refusal(reply, "")
    # §1.2: every source says 3600; the value returned decides when there is one.
    return Secret(value), asked_at + float(lifetime if lifetime is not None else 3600)


def _refusal(reply, error):
    details = {"label": error or None, "http_status": reply.status, "correlation_id": reply.correlation_id}
    if reply.status == 429:
        return Throttled(
            "Quota PISTE atteint : les envois reprendront d'eux-mêmes.", after=reply.retry_after(), **details
        )
    if error and 400 <= reply.status < 500:
        return Misconfigured(
            f"PISTE refuse la demande de jeton ({error}). "
            "Vérifiez l'application PISTE et ses conditions d'utilisation.",
            reason="oauth",
            **details,
        )
    return NotSent(
        f"PISTE ne délivre pas de jeton (HTTP {reply.status}). Rien n'a été envoyé ; nouvel essai plus tard.", **details
    )
