"""No secret is ever read in a log, an error, a representation or a pickle."""

import copy
import logging
import pickle
import traceback

import pytest
from scripted_server import OK, Answer

from chorus_api import CallRecord, ChorusError, Credentials, FlowDeposit, Secret
from chorus_api.log import logger, mask

DEPOSIT = "/cpro/factures/v1/deposer/flux"
TOKEN = "/api/oauth/token"
FLOW = FlowDeposit(b"%PDF", "facture.pdf", "IN_DP_E2_CII_FACTURX")
RECEIPT = {**OK, "numeroFluxDepot": "CPP0011117000000000425903"}

SECRETS = (
    "Chantier-2026!val",
    "b91f4a77-2c58-4d13-8e6a-91d07c3fe4ab",
    "VEVDSF8wMDAwMDAwMDAxODEyNTlAY3BwMjAxNy5mcjpDaGFudGllci0yMDI2IXZhbA",
    "token-01-xxxx",
)


def everything_logged(records) -> str:
    return "\n".join(logging.Formatter("%(name)s %(message)s").format(record) for record in records)


def found_in(text) -> list[str]:
    return [secret for secret in SECRETS if secret in text]


@pytest.mark.parametrize(
    "answer", [Answer(body=RECEIPT), Answer(401), Answer(403, {}), Answer(500), Answer(drop=True), Answer(429)]
)
def test_nothing_logged_at_debug_holds_a_secret(server, client, debug_records, answer):
    server.script(DEPOSIT, answer)
    try:
        client.deposit_flow(FLOW)
    except ChorusError:
        logger.exception("deposit failed")
    logged = everything_logged(debug_records.records)
    assert "/factures/v1/deposer/flux" in logged
    assert {"chorus_api", "urllib3.connectionpool"} <= {record.name for record in debug_records.records}
    assert found_in(logged) == []


def test_body_is_never_logged(server, client, debug_records):
    server.script(DEPOSIT, {**RECEIPT, "courriel": "maire@saint-aubin.example"})
    client.deposit_flow(FlowDeposit(b"confidentiel", "facture.pdf", "IN_DP_E2_CII_FACTURX"))
    logged = everything_logged(debug_records.records)
    assert "saint-aubin" not in logged and "Y29uZmlkZW50aWVs" not in logged


@pytest.mark.parametrize(
    "path, answer", [(TOKEN, Answer(400, {"error": "invalid_client"})), (DEPOSIT, Answer(drop=True))]
)
def test_error_drags_no_header_behind_it(server, client, path, answer):
    """Tools that report exceptions walk to their cause: the requests library keeps the request there."""
    server.script(path, answer)
    with pytest.raises(ChorusError) as caught:
        client.deposit_flow(FLOW)
    assert caught.value.__cause__ is None and caught.value.__suppress_context__ or caught.value.__context__ is None
    assert found_in("".join(traceback.format_exception(caught.value)) + repr(vars(caught.value))) == []


def test_secret_shows_nothing():
    secret = Secret("Chantier-2026!val")
    shown = [
        repr(secret),
        str(secret),
        f"{secret}",
        f"{secret:>10}",
        repr([secret]),
        repr({"a": secret}),
    ]
    assert found_in(" ".join(shown)) == []
    assert "•••" in shown[0]
    assert secret.reveal() == "Chantier-2026!val"


def test_secret_cannot_leave_the_process():
    for leave in (pickle.dumps, copy.copy, copy.deepcopy):
        with pytest.raises(TypeError):
            leave(Secret("Chantier-2026!val"))
    assert not hasattr(Secret("x"), "__dict__")


def test_secret_is_a_text():
    with pytest.raises(TypeError):
        Secret(None)
    assert not Secret("") and Secret("x")
    assert Secret("same").matches(Secret("same"))
    assert not Secret("same").matches(Secret("other")) and not Secret("same").matches(None)


def test_credentials_show_their_login_alone():
    credentials = Credentials("TECH_1@cpro.fr", Secret("Chantier-2026!val"), "client", Secret(SECRETS[1]))
    assert credentials.cpro_account.reveal()
    assert "TECH_1@cpro.fr" in repr(credentials)
    assert found_in(repr(credentials)) == []


@pytest.mark.parametrize(
    "text",
    [
        "Authorization: Bearer abcdef123456",
        "{'cpro-account': 'VEVDSF8xQGNwcm8uZnI6eA=='}",
        '{"access_token": "abcdef123456", "expires_in": 3600}',
        "client_secret=abcdef123456&scope=openid",
        '"password" : "abc def123456"',
    ],
)
def test_values_beside_sensitive_keys_are_masked_even_when_unknown(text):
    masked = mask(text)
    assert "•••" in masked
    assert not any(part in masked for part in ("abcdef", "def123456", "VEVDSF"))


def test_innocent_text_is_left_alone():
    text = "POST /factures/v1/deposer/flux: ok, HTTP 200, scope=openid"
    assert mask(text) == text


def test_arguments_and_traceback_of_a_record_are_masked(debug_records):
    secret = Secret("Poutre-2026!bois")
    try:
        raise ValueError("refused: Poutre-2026!bois")
    except ValueError:
        logger.warning("failed for %s", "Poutre-2026!bois", exc_info=True, stack_info=True)
    (record,) = debug_records.records
    assert "Poutre" not in everything_logged([record])
    assert "ValueError: refused" in record.exc_text
    assert record.exc_info is None and secret


def test_calls_are_told_in_figures(server, make_client):
    server.script(DEPOSIT, Answer(401), Answer(200, {"codeRetour": 20001, "libelle": "x"}, {"x-correlationid": "Id-9"}))
    client = make_client()
    assert client.last_call is None
    with pytest.raises(ChorusError):
        client.deposit_flow(FLOW)
    answered = client.last_call
    assert isinstance(answered, CallRecord)
    assert (answered.verb, answered.status) == ("deposit_flow", 200)
    assert (answered.outcome, answered.return_code, answered.correlation_id) == ("Refused", 20001, "Id-9")
    assert answered.path == "/factures/v1/deposer/flux"
    assert answered.bytes_sent == len(FLOW.to_json()) and answered.bytes_received > 10 and answered.duration > 0
