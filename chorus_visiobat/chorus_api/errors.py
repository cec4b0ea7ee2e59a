"""The one tree of errors, cut by what the caller may do next, not by where it went wrong.

| error           | was the effect done?       | what the caller does                                         |
|-----------------|----------------------------|--------------------------------------------------------------|
| `NotSent`       | no, proven                 | sends again later                                            |
| `Throttled`     | no, proven                 | sends again after `after` seconds                            |
| `AuthRefused`   | no, proven                 | pauses: only new credentials help (see `scope`)              |
| `Misconfigured` | no, proven                 | pauses: only a change at PISTE or Chorus Pro helps           |
| `Refused`       | no, Chorus Pro says why    | shows the reason; corrects (see `is_duplicate` before)       |
| `Unknown`       | nobody knows               | asks Chorus Pro by our own number before anything else       |

Sources: chorus-pro-api.md §1.5, §1.6 and §6.4.
"""

from .refusals import consequence_of, plain as plain, says_duplicate


class ChorusError(Exception):
    """What every call to Chorus Pro may raise.

    :param message: French sentence for the user, without any secret
    :param code: `codeRetour` when Chorus Pro answered, else None
    :param label: `libelle` of the answer, or an excerpt of a refusal by the gateway
    :param http_status: HTTP status when there was an answer
    :param correlation_id: `x-correlationid` of the gateway, to be quoted to the AIFE support
    """

    def __init__(self, message, *, code=None, label=None, http_status=None, correlation_id=None):
        super().__init__(message)
        self.message = message
        self.code = code
        self.label = label
        self.http_status = http_status
        self.correlation_id = correlation_id


class NotSent(ChorusError):
    """Provably not processed: connection refused, unknown host, TLS, proxy, or no token for want of network."""


class Throttled(ChorusError):
    """Quota of PISTE (HTTP 429): not processed.

    :param after: seconds to wait before the next call, from `Retry-After`, else a default of one minute
    """

    DEFAULT_WAIT = 60.0

    def __init__(self, message, *, after=DEFAULT_WAIT, **details):
        super().__init__(message, **details)
        self.after = after


class AuthRefused(ChorusError):
    """Credentials refused after the renewals known to cure the transient refusals: not processed.

    :param scope: `piste` for the OAuth client (client id and secret), `technical` for the technical account
    """

    def __init__(self, message, *, scope, **details):
        super().__init__(message, **details)
        self.scope = scope


class Misconfigured(ChorusError):
    """Nothing can pass before somebody changes a setting: not processed.

    :param reason: `not_subscribed` (HTTP 403 with `{}`: the PISTE application has not this API), `no_raccordement`
        (403 that echoes the request: no PISTE connection or no right declared at Chorus Pro), `undetermined` (403 that
        does not tell), `unknown_route` (404, 405), `oauth` (refused by the token endpoint), `settings` (this server)
    """

    def __init__(self, message, *, reason, **details):
        super().__init__(message, **details)
        self.reason = reason


class Refused(ChorusError):
    """Chorus Pro refused: a `codeRetour` other than 0, or a body its schema rejects (HTTP 400, 413, 415)."""

    @property
    def is_duplicate(self) -> bool:
        """Whether the wording says that this number or piece was already received. The code for it is in no
        source found, so the wording decides; a match is then looked for before anything is corrected."""
        return says_duplicate(self.label)

    @property
    def consequence(self) -> str:
        """What the refusal leads to, one of `refusals.CONSEQUENCES`."""
        return consequence_of(self.label, self.code)


class FlowNotFound(Refused):
    """No flow of that number for this account (codeRetour 20001, POQ_MSG_01.003)."""


class Unknown(ChorusError):
    """The effect may or may not have taken place: read timeout, connection lost, HTTP 5xx, an answer that is not
    JSON, or a success without the identifier that proves it."""


class ConnectionLost(Unknown):
    """The connection closed before the answer. It happens to any kept-alive connection, so that a read is
    replayed once; an effect never is."""
