"""Rows 1 to 22 of chorus-pro-api.md §6.4: PISTE, the technical account, the gateway."""

from datetime import timedelta

import pytest
from papers import SUBMIT_WORKS, situation, upload
from samples import factur_x
from world import FACTURX, FLOWS, LISTS, TOKEN, raises, row

from chorus_api import (
    AuthRefused,
    ConnectionLost,
    FlowDeposit,
    InvoiceQuery,
    Misconfigured,
    NotSent,
    Refused,
    Throttled,
    Unknown,
)

# -- PISTE ------------------------------------------------------------------------------------------------------


@row(1)
def wrong_secret(w):
    with raises(AuthRefused, scope="piste", label="invalid_client"):
        w.connect(secret="faux").list_currencies()


@row(2)
def passing_invalid_client(w):
    w.control.settings(invalid_client_every=2)
    w.connect().list_currencies()
    assert w.connect().list_currencies()  # its first token request is refused, the second is not
    assert [entry["status"] for entry in w.control.requests(TOKEN)] == [200, 400, 200]


@row(3)
def unsupported_grant(w):
    w.control.behave(3)
    with raises(Misconfigured, reason="oauth", label="unsupported_grant_type"):
        w.client.list_currencies()


@row(4)
def invalid_scope(w):
    w.control.behave(4)
    with raises(Misconfigured, reason="oauth", label="invalid_scope"):
        w.client.list_currencies()


@row(5)
def piste_down(w):
    w.control.behave(5)
    with raises(NotSent, http_status=503):
        w.client.list_currencies()
    assert w.client.list_currencies()


@row(6)
def no_bearer(w):
    w.control.behave(6, match=LISTS)
    assert w.client.list_currencies()  # a new token, and the call again


@row(7)
def token_expired(w):
    w.client.list_currencies()
    w.control.advance(3600)
    assert w.client.list_currencies()
    assert len(w.control.requests(TOKEN)) == 2


def refused_account(w, client):
    with raises(AuthRefused, scope="technical", http_status=401):
        client.list_currencies()


@row(8)
def wrong_password(w):
    refused_account(w, w.connect("faux"))


@row(9)
def account_header_missing(w):
    w.control.behave(9, match=LISTS, times=2)
    refused_account(w, w.client)


@row(10)
def password_expired(w):
    w.control.advance(timedelta(days=424, seconds=1).total_seconds())
    refused_account(w, w.client)


@row(11)
def young_account(w):
    w.control.account(w.client_login, active=False)
    refused_account(w, w.client)
    w.control.advance(1800)
    assert w.connect().list_currencies()


@row(12)
def locked_account(w):
    for _ in range(3):  # two attempts each, so that the fifth locks it
        refused_account(w, w.connect("faux"))
    refused_account(w, w.client)


@row(13)
def calls_too_close(w):
    w.control.settings(unauthorized_every=2)
    assert all(w.client.list_currencies() for _ in range(3))


@row(14)
def api_not_selected(w):
    w.control.application(w.client_id, apis=["factures"])
    with raises(Misconfigured, reason="not_subscribed", http_status=403):
        w.client.list_attachment_types("FACTURE")


@row(15)
def no_raccordement(w):
    w.control.account(w.client_login, connected=False)
    with raises(Misconfigured, reason="no_raccordement"):
        w.client.list_attachment_types("FACTURE")


@row(16)
def quota(w):
    w.control.settings(quota={"limit": 2, "period": 60})
    assert w.client.list_currencies() and w.client.list_currencies()
    with pytest.raises(Throttled) as caught:
        w.client.list_currencies()
    assert 0 < caught.value.after <= 61
    w.control.advance(caught.value.after)
    assert w.client.list_currencies()


@row(17)
def malformed_json(w):
    with raises(Refused, http_status=400, code=None):
        w.client.submit_works(b'{"modeDepot":')


@row(18)
def wrong_key(w):
    with raises(Refused, http_status=400, code=None):
        w.client.submit_works(b'{"parametres":{}}')


@row(19)
def long_file_name(w):
    with pytest.raises(Refused) as caught:
        upload(w.client, "x" * 47 + ".pdf")
    assert caught.value.http_status == 400 and "pieceJointeNom" in caught.value.label


@row(20)
def wrong_content_type(w):
    w.control.behave(20, match=LISTS)
    with raises(Refused, http_status=415, label="Format de la requête non supporté"):
        w.client.list_currencies()


@row(21)
def gateway_error(w):
    paper = situation(w.client, w.supplier)
    for status in (500, 502, 504):
        w.control.behave(21, match=SUBMIT_WORKS, status=status)
        with raises(Unknown, http_status=status):
            w.client.submit_works(paper)
    assert w.control.works() == []


@row(22)
def answer_lost(w):
    w.control.behave(22, match=FLOWS)
    with raises(ConnectionLost):
        w.client.deposit_flow(FlowDeposit(factur_x(number="PERDUE-1"), "f.pdf", FACTURX))
    w.control.advance(10)
    (found,) = w.client.search_invoices(InvoiceQuery(number="PERDUE-1"))
    assert found.flow_number == w.control.flows()[0]["number"]
