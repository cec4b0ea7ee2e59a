"""One HTTP exchange: bytes out, bytes in, and a failure named by what it proves.

`requests` is never asked to retry nor to follow a redirection, and the body of an answer is bounded in size and
time, since a read timeout alone bounds only the silence between two bytes.
"""

import threading
import time
from dataclasses import dataclass
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime

import requests
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import NewConnectionError

from .errors import ConnectionLost, NotSent, Throttled, Unknown

CONNECT_TIMEOUT = 15.0
MAX_ANSWER = 256 * 1024 * 1024
"""Bytes: above the 120 MB of the largest answer (§1.5, base64 included), below what would exhaust a worker."""


@dataclass(frozen=True)
class Reply:
    """What came back: status, headers and whole body."""

    status: int
    headers: dict
    body: bytes

    @property
    def correlation_id(self) -> str | None:
        """The identifier to quote to the support of the AIFE."""
        return self.headers.get("x-correlationid")

    def retry_after(self) -> float:
        """Seconds to wait, from `Retry-After` (a number of seconds or an HTTP date), else a default."""
        value = (self.headers.get("retry-after") or "").strip()
        if value.isdigit():
            return float(value)
        try:
            moment = parsedate_to_datetime(value)
        except (TypeError, ValueError):
            return Throttled.DEFAULT_WAIT
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=timezone.utc)
        return max(0.0, (moment - datetime.now(timezone.utc)).total_seconds())


class Wire:
    """Owns the kept-alive session and sends one request at a time through it.

    :param timeout: seconds granted to the whole exchange once connected
    :param session: a `requests.Session` to use instead of an own one; it is then not closed here
    """

    def __init__(self, timeout: float, session: requests.Session | None = None):
        self._timeout = timeout
        self._owned = session is None
        self._session = session or _own_session()

    def close(self):
        if self._owned:
            self._session.close()

    def exchange(self, method, url, *, body=None, form=None, headers=None, identity=None) -> Reply:
        """Sends one request.

        :param identity: function that adds the secret headers to the prepared request, at the last moment
        :raise NotSent: provably not received by the server
        :raise ConnectionLost: closed without an answer, the request may have been processed
        :raise Unknown: timeout or an answer that cannot be read to its end
        """
        _phase.connecting = False
        deadline = time.monotonic() + self._timeout
        try:
            # An explicit `auth` also keeps a ~/.netrc of the server from replacing our Authorization header.
            response = self._session.request(
                method,
                url,
                data=body if form is None else form,
                headers=headers,
                auth=identity or _as_is,
                timeout=(min(CONNECT_TIMEOUT, self._timeout), self._timeout),
                allow_redirects=False,
                stream=True,
            )
            with response:
                content = _read(response, deadline)
        except (OSError, ValueError) as error:
            # Every error of requests is an OSError; the others come before any connection (an absent CA bundle, an
            # address that urllib3 cannot read).
            # `from None`: the frames and the request of the original error hold our headers.
            raise _failure(error) from None
        lowered = {name.lower(): value for name, value in response.headers.items()}
        return Reply(response.status_code, lowered, content)


def _as_is(prepared):
    return prepared


def _read(response, deadline: float) -> bytes:
    parts, size = [], 0
    for part in response.iter_content(65536):
        parts.append(part)
        size += len(part)
        if size > MAX_ANSWER or time.monotonic() > deadline:
            raise Unknown(
                "La réponse de Chorus Pro est trop longue ou trop lente. Le résultat reste à vérifier.",
                http_status=response.status_code,
            )
    return b"".join(parts)


def _failure(error: OSError | ValueError):
    kind = type(error).__name__
    if _phase.connecting or _never_left(error):
        return NotSent(f"Chorus Pro est injoignable ({kind}). Rien n'a été envoyé ; nouvel essai plus tard.")
    if isinstance(error, requests.Timeout):
        return Unknown("Chorus Pro n'a pas répondu à temps. Le résultat reste à vérifier avant tout nouvel envoi.")
    return ConnectionLost(
        f"La liaison avec Chorus Pro s'est interrompue ({kind}). Le résultat reste à vérifier avant tout nouvel envoi."
    )


def _never_left(error) -> bool:
    """Whether the kind of error alone proves that no request left, whichever session was used.

    A ValueError is a malformed address or header, found while the request was prepared.
    """
    if not isinstance(error, requests.RequestException) or isinstance(error, ValueError):
        return True
    if isinstance(error, (requests.ConnectTimeout, requests.exceptions.ProxyError)):
        return True
    cause = error.args[0] if error.args else None
    return isinstance(getattr(cause, "reason", None), NewConnectionError)


# -- Knowing whether we were still connecting ------------------------------------------------------------------
# A reset, an end of file or a TLS error has the same type during the handshake, when nothing was sent, and after
# it, when everything may have been processed. Only the connection can tell, so it says when it is connecting.


class _Phase(threading.local):
    connecting = False


_phase = _Phase()


def _telling(pool_class):
    class Connection(pool_class.ConnectionCls):
        def connect(self):
            _phase.connecting = True
            connected = super().connect()
            _phase.connecting = False
            return connected

    return type(pool_class.__name__, (pool_class,), {"ConnectionCls": Connection})


_POOLS = {"http": _telling(HTTPConnectionPool), "https": _telling(HTTPSConnectionPool)}


class _Adapter(HTTPAdapter):
    def init_poolmanager(self, *args, **kwargs):
        made = super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = _POOLS
        return made

    def proxy_manager_for(self, proxy, **kwargs):
        manager = super().proxy_manager_for(proxy, **kwargs)
        # A SOCKS manager brings connections of its own kind: there the type of the error has to do.
        if not proxy.lower().startswith("socks"):
            manager.pool_classes_by_scheme = _POOLS
        return manager


def _own_session() -> requests.Session:
    session = requests.Session()
    session.mount("https://", _Adapter())
    session.mount("http://", _Adapter())
    return session
