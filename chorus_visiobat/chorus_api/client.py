"""The client: one technical account, one kept-alive connection, every verb."""

import time
from collections.abc import Callable
from contextlib import AbstractContextManager

import requests

from .calls import CallRecord, Calls
from .commitments import CommitmentVerbs
from .directory import DirectoryVerbs
from .downloads import DownloadVerbs
from .endpoint import Credentials, Endpoint
from .files import FileVerbs
from .flows import FlowVerbs
from .gateway import Gateway
from .invoice_actions import InvoiceActionVerbs
from .invoices import InvoiceVerbs
from .pacing import Pacer
from .pdf_deposit import PdfDepositVerbs
from .reference import ReferenceVerbs
from .structures import StructureVerbs
from .tokens import TokenSource, TokenStore
from .validation import ValidationVerbs
from .wire import Wire
from .works import WorksVerbs
from .works_actions import WorksActionVerbs


class ChorusClient(
    FlowVerbs,
    FileVerbs,
    PdfDepositVerbs,
    DownloadVerbs,
    WorksVerbs,
    WorksActionVerbs,
    InvoiceVerbs,
    InvoiceActionVerbs,
    ValidationVerbs,
    StructureVerbs,
    DirectoryVerbs,
    CommitmentVerbs,
    ReferenceVerbs,
):
    """Speaks to Chorus Pro for one technical account. Used as a context manager, it closes its connection.

    :param token_store: shared by every client of the same PISTE application
    :param timeout: seconds granted to one exchange
    :param pacer: shared by every client of the same technical account in this process; one call per second without it
    :param on_call: receives the `CallRecord` of each HTTP request, those for a token included; it never raises
    :param labels: said in the log line of each request, such as the account
    :param session: a `requests.Session` to use instead of an own one
    :param clock: seconds since the epoch, for the life of tokens
    :raise ChorusError: every verb may raise any of its kinds (`errors.py`)
    """

    def __init__(
        self,
        endpoint: Endpoint,
        credentials: Credentials,
        token_store: TokenStore,
        *,
        timeout: float = 60.0,
        pacer: Pacer | None = None,
        on_call: Callable[[CallRecord], None] | None = None,
        labels: dict | None = None,
        session: requests.Session | None = None,
        clock=time.time,
        sleep=time.sleep,
    ):
        self._wire = Wire(timeout, session)
        self._calls = Calls(on_call, labels)
        tokens = TokenSource(
            endpoint.oauth_url,
            credentials,
            token_store,
            self._wire.exchange,
            tell=self._calls.tell,
            clock=clock,
            sleep=sleep,
        )
        pacer = pacer or Pacer(sleep=sleep)
        self._gateway = Gateway(endpoint, credentials, self._wire, tokens, pacer, calls=self._calls, sleep=sleep)

    @property
    def last_call(self) -> CallRecord | None:
        """What is known of the last HTTP call to the API, whatever became of it; None before the first."""
        return self._gateway.last_call

    def labelled(self, labels: dict) -> AbstractContextManager:
        """Says in the log what the calls of the block are made for, such as a transmission."""
        return self._calls.labelled(labels)

    def __enter__(self) -> "ChorusClient":
        return self

    def __exit__(self, *error) -> None:
        self.close()

    def close(self) -> None:
        """Closes the connection. The client may still be used: it then opens another."""
        self._wire.close()
