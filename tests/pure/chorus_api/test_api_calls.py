"""What a listener and the log are told of each request."""

import logging

import pytest
from scripted_server import OK, Answer

from chorus_api import ChorusError, FlowDeposit
from chorus_api.log import logfmt

DEPOSIT = "/cpro/factures/v1/deposer/flux"
REPORT = "/cpro/transverses/v1/consulterCRDetaille"
TOKEN = "/api/oauth/token"
FLOW = FlowDeposit(b"%PDF", "facture.pdf", "IN_DP_E2_CII_FACTURX")
RECEIPT = {**OK, "numeroFluxDepot": "CPP0011117000000000425903"}


@pytest.fixture
def told():
    return []


@pytest.fixture
def client(make_client, told):
    return make_client(on_call=told.append, labels={"account": 3})


def test_the_listener_is_told_of_the_token_and_of_the_call(server, client, told):
    server.script(DEPOSIT, Answer(body=RECEIPT, headers={"x-correlationid": "7f-42"}))
    client.deposit_flow(FLOW)
    token, deposit = told
    assert (token.verb, token.path, token.outcome, token.status) == ("token", TOKEN, "ok", 200)
    assert (deposit.verb, deposit.outcome, deposit.correlation_id) == ("deposit_flow", "ok", "7f-42")
    assert deposit.bytes_sent == len(FLOW.to_json()) and deposit.bytes_received > 0


def test_repeated_requests_are_told_as_such(server, client, told):
    server.script(DEPOSIT, Answer(401), Answer(body=RECEIPT))
    client.deposit_flow(FLOW)
    deposits = [record for record in told if record.verb == "deposit_flow"]
    assert [(record.outcome, record.repeated) for record in deposits] == [("AuthRefused", False), ("ok", True)]


def test_a_token_that_piste_refuses_is_told_each_time(server, client, told):
    server.script(TOKEN, *[Answer(400, {"error": "invalid_client"})] * 4)
    with pytest.raises(ChorusError):
        client.deposit_flow(FLOW)
    assert [(record.verb, record.outcome) for record in told] == [("token", "AuthRefused")] * 4
    assert [record.repeated for record in told] == [False, True, True, True]
    assert client.last_call is None


def test_the_line_names_what_the_call_is_made_for(server, client, caplog):
    caplog.set_level(logging.INFO, logger="chorus_api")
    server.script(DEPOSIT, Answer(body=RECEIPT), Answer(body=RECEIPT))
    with client.labelled({"trace": "ab12", "transmission": 7}):
        client.deposit_flow(FLOW)
    client.deposit_flow(FLOW)
    token, first, second = [record.getMessage() for record in caplog.records]
    assert first.startswith("call verb=deposit_flow path=/factures/v1/deposer/flux outcome=ok http=200 code=0 ms=")
    assert first.endswith("account=3 trace=ab12 transmission=7") and "trace=ab12" in token
    assert second.endswith("account=3")


def test_a_reading_made_for_somebody_is_said_and_an_ordinary_one_is_not(server, client, caplog):
    caplog.set_level(logging.INFO, logger="chorus_api")
    answer = Answer(body={**OK, "numeroFluxDepot": "CPP1", "etatCourantFlux": "IN_RECU"})
    server.script(REPORT, answer, answer)
    client.read_flow_report("CPP1")
    assert not caplog.records
    with client.labelled({"trace": "ab12"}):
        client.read_flow_report("CPP1")
    assert "verb=read_flow_report" in caplog.text


@pytest.mark.parametrize(
    "value, said",
    [("CPP1", "CPP1"), ("deux mots", '"deux mots"'), ('a"b', r'"a\"b"'), ("a\nb", r'"a\nb"'), ("", '""'), (0, "0")],
)
def test_one_event_is_one_line_whatever_the_value(value, said):
    assert logfmt("event", key=value, absent=None) == f"event key={said}"
