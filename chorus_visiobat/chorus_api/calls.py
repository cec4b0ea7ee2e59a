"""What is told of each HTTP call: one line of the log, and figures for a listener. Never a body, never a secret."""

import logging
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass

from .log import logfmt, logger


@dataclass(frozen=True)
class CallRecord:
    """One HTTP request and what became of it.

    :param verb: name of the client's method, `token` for a request to the token endpoint of PISTE
    :param outcome: `ok`, or the class name of the error
    :param duration: seconds
    :param repeated: whether the same request was already sent just before, and refused or lost
    """

    verb: str
    path: str
    outcome: str
    status: int | None
    return_code: int | None
    duration: float
    correlation_id: str | None
    bytes_sent: int
    bytes_received: int
    repeated: bool = False


class Calls:
    """Tells the calls of one client, with the labels of what they are made for.

    :param listener: receives each `CallRecord`; it never raises
    :param labels: said in every line, such as the account
    """

    def __init__(self, listener: Callable[[CallRecord], None] | None = None, labels: dict | None = None):
        self._listener = listener
        self._labels = labels or {}
        self._named = {}

    @contextmanager
    def labelled(self, labels: dict):
        """Say these labels of the calls made in the block, all at level INFO: somebody may look for them."""
        before, self._named = self._named, {**self._named, **labels}
        try:
            yield
        finally:
            self._named = before

    def tell(self, record: CallRecord, effect: bool = False):
        """Log one call, and tell it to the listener."""
        level = logging.INFO if effect or self._named or record.outcome != "ok" else logging.DEBUG
        logger.log(
            level,
            logfmt(
                "call",
                verb=record.verb,
                path=record.path,
                outcome=record.outcome,
                http=record.status,
                code=record.return_code,
                ms=round(record.duration * 1000),
                sent=record.bytes_sent,
                received=record.bytes_received,
                repeated=record.repeated or None,
                correlation=record.correlation_id,
                **{**self._labels, **self._named},
            ),
        )
        if self._listener:
            self._listener(record)
