"""What a row of chorus-pro-api.md §6.4 needs: our client of a simulator, and hands to play the other side."""

from contextlib import contextmanager

import pytest
from papers import invoice, situation
from samples import factur_x

from chorus_api import FlowDeposit

ROWS = {}
TOKEN, FLOWS, LISTS = "/api/oauth/token", "/cpro/factures/v1/deposer/flux", ".*/recuperer/devises"
FACTURX = "IN_DP_E2_CII_FACTURX"
BIG = b"%PDF-" + b"0" * (10 * 1024 * 1024)


def row(number):
    def register(function):
        ROWS[number] = function
        return function

    return register


class World:
    """Our client of a simulator, and what a row needs to play the other side."""

    def __init__(self, simulator, client, connect):
        self.simulator, self.control = simulator, simulator.control
        self.client, self.connect = client, connect

    @property
    def supplier(self):
        return self.client.list_supplier_structures()[0]

    def deposit(self, content=None, name="facture.pdf", syntax=FACTURX, **values):
        """Deposits a flow, lets it be processed, gives its report."""
        number = self.client.deposit_flow(FlowDeposit(content or factur_x(**values), name, syntax)).flow_number
        self.control.advance(10)
        return self.client.read_flow_report(number)

    def invoice(self, **changes):
        return self.client.submit_invoice(invoice(self.client, self.supplier, **changes))

    def works(self, **changes):
        return self.client.submit_works(situation(self.client, self.supplier, **changes))


@contextmanager
def raises(kind, **expected):
    """The error is of that very kind and its attributes have these values."""
    with pytest.raises(kind) as caught:
        yield
    assert type(caught.value) is kind
    assert {name: getattr(caught.value, name) for name in expected} == expected


def refusal_of(report, consequence, *words):
    """The one refusal of a flow: what it leads to, and what it says."""
    assert report.outcome == "rejected"
    (error,) = report.invoice_errors
    assert error.consequences == (consequence,)
    assert all(word in error.messages[0] for word in words)
