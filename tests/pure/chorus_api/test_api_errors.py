"""Each way a call can fail says what is known of the effect, and is never repeated when that could do it twice."""

import socket
import time

import pytest
from scripted_server import OK, Answer

from chorus_api import (
    AuthRefused,
    ConnectionLost,
    FileUpload,
    FlowDeposit,
    FlowNotFound,
    Misconfigured,
    NotSent,
    Refused,
    Throttled,
    Unknown,
    WorksQuery,
)

DEPOSIT = "/cpro/factures/v1/deposer/flux"
REPORT = "/cpro/transverses/v1/consulterCRDetaille"
STRUCTURE = "/cpro/structures/v1/consulter"
SUPPLIERS = "/cpro/transverses/v1/recuperer/structures/actives/fournisseur"
TYPES = "/cpro/transverses/v1/recuperer/typespj"
TOKEN = "/api/oauth/token"

FLOW = FlowDeposit(b"%PDF", "facture.pdf", "IN_DP_E2_CII_FACTURX")
RECEIPT = {**OK, "numeroFluxDepot": "CPP0011117000000000425903", "dateDepot": "2026-11-30"}
CHALLENGE = Answer(401, headers={"WWW-Authenticate": 'Bearer realm="PISTE"'})
INVALID_CLIENT = Answer(400, {"error": "invalid_client", "error_description": "whatever"})


# -- The network ------------------------------------------------------------------------------------------------


def test_refused_connection_is_not_sent(server, make_client):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}"
    with pytest.raises(NotSent):
        make_client(url=url).deposit_flow(FLOW)


def test_unknown_host_is_not_sent(make_client):
    with pytest.raises(NotSent):
        make_client(url="http://chorus.invalid").deposit_flow(FLOW)


def test_refusing_proxy_is_not_sent(make_client, monkeypatch):
    monkeypatch.setenv("https_proxy", "http://127.0.0.1:9")
    with pytest.raises(NotSent):
        make_client(url="https://chorus.example").deposit_flow(FLOW)


def test_wrong_certificate_is_not_sent(make_client, unsigned_tls_server):
    with pytest.raises(NotSent):
        make_client(url=unsigned_tls_server).deposit_flow(FLOW)


def test_connection_closed_during_the_tls_handshake_is_not_sent(make_client, hanging_up_server):
    """The same reset as after a deposit, but before anything was sent: only the moment tells them apart."""
    with pytest.raises(NotSent):
        make_client(url=hanging_up_server).deposit_flow(FLOW)


def test_missing_certificate_authorities_are_not_sent(make_client, monkeypatch):
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/nowhere/at/all.pem")
    with pytest.raises(NotSent):
        make_client(url="https://127.0.0.1:9").deposit_flow(FLOW)


def test_deposit_without_answer_is_unknown_and_sent_once(server, client):
    server.script(DEPOSIT, Answer(drop=True))
    with pytest.raises(ConnectionLost):
        client.deposit_flow(FLOW)
    assert len(server.calls(DEPOSIT)) == 1


def test_kept_alive_connection_closed_by_the_server_is_unknown_for_a_deposit(server, client):
    server.script(REPORT, {**OK, "etatCourantDepotFlux": "IN_RECU"})
    client.read_flow_report("CPP001")
    server.script(DEPOSIT, Answer(drop=True))
    with pytest.raises(Unknown):
        client.deposit_flow(FLOW)
    assert len(server.calls(DEPOSIT)) == 1


def test_read_is_replayed_once_after_a_lost_connection(server, client):
    server.script(REPORT, Answer(drop=True), {**OK, "etatCourantDepotFlux": "IN_RECU"})
    assert client.read_flow_report("CPP001").state == "IN_RECU"
    server.script(REPORT, Answer(drop=True))
    with pytest.raises(ConnectionLost):
        client.read_flow_report("CPP001")
    assert len(server.calls(REPORT)) == 4


def test_silence_is_unknown(server, make_client):
    server.script(DEPOSIT, Answer(body=RECEIPT, hang=1.0))
    with pytest.raises(Unknown) as caught:
        make_client(timeout=0.2).deposit_flow(FLOW)
    assert not isinstance(caught.value, ConnectionLost)
    assert len(server.calls(DEPOSIT)) == 1


def test_answer_cut_short_is_unknown(server, client):
    server.script(DEPOSIT, Answer(body=RECEIPT, cut=True))
    with pytest.raises(Unknown):
        client.deposit_flow(FLOW)


def test_answer_that_drips_is_bounded(make_client, dripping_server):
    """Each part comes before the read timeout, the whole would take minutes."""
    started = time.monotonic()
    with pytest.raises(Unknown):
        make_client(url=dripping_server, timeout=0.6).deposit_flow(FLOW)
    assert time.monotonic() - started < 10


# -- The answers of the gateway ---------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [301, 302, 500, 502, 503, 504])
def test_other_statuses_are_unknown(server, client, status):
    server.script(DEPOSIT, Answer(status, b"<html>maintenance</html>", {"Location": "/elsewhere"}))
    with pytest.raises(Unknown) as caught:
        client.deposit_flow(FLOW)
    assert caught.value.http_status == status
    assert [one.path for one in server.calls()] == [DEPOSIT]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>",
        b"[]",
        b'{"libelle":"ok"}',
        b'{"codeRetour":"x"}',
        b"\xff\xfe",
        pytest.param(b"[" * 100_000, id="deep"),
    ],
)
def test_success_that_cannot_be_read_is_unknown(server, client, body):
    server.script(DEPOSIT, Answer(200, body))
    with pytest.raises(Unknown):
        client.deposit_flow(FLOW)


@pytest.mark.parametrize("number", [None, ""])
def test_success_without_its_proof_is_unknown(server, client, number):
    server.script(DEPOSIT, {**OK, "numeroFluxDepot": number})
    with pytest.raises(Unknown):
        client.deposit_flow(FLOW)


def test_forbidden_api_and_missing_connection_are_told_apart(server, client):
    server.script(DEPOSIT, Answer(403, {}, {"x-correlationid": "Id-8c6d0b6a 0"}))
    with pytest.raises(Misconfigured) as caught:
        client.deposit_flow(FLOW)
    assert caught.value.reason == "not_subscribed"
    assert caught.value.correlation_id == "Id-8c6d0b6a 0"

    server.script(DEPOSIT, Answer(403, FLOW.to_json()))
    with pytest.raises(Misconfigured) as caught:
        client.deposit_flow(FLOW)
    assert caught.value.reason == "no_raccordement"


@pytest.mark.parametrize("echoes, reason", [(True, "no_raccordement"), (False, "not_subscribed")])
def test_connection_test_tells_which_setting_is_missing(server, client, echoes, reason):
    """Its own request is empty, so that its echo says nothing: a second read decides."""
    server.script(SUPPLIERS, Answer(403, {}))
    server.script(TYPES, Answer(403, {"codeLangue": "fr", "typeObjet": "FACTURE"} if echoes else {}))
    with pytest.raises(Misconfigured) as caught:
        client.list_supplier_structures()
    assert caught.value.reason == reason


def test_unknown_route_is_misconfigured(server, client):
    server.script(STRUCTURE, Answer(404))
    with pytest.raises(Misconfigured) as caught:
        client.read_structure(12)
    assert caught.value.reason == "unknown_route"


@pytest.mark.parametrize("status", [400, 413, 415])
def test_refused_by_the_schema(server, client, status):
    server.script(DEPOSIT, Answer(status, "pieceJointeNom : 50 caractères".encode()))
    with pytest.raises(Refused) as caught:
        client.deposit_flow(FLOW)
    assert (caught.value.code, caught.value.label) == (None, "pieceJointeNom : 50 caractères")
    assert caught.value.http_status == status


@pytest.mark.parametrize(
    "header, seconds", [("17", 17.0), (None, 60.0), ("soon", 60.0), ("Mon, 01 Jan 2001 00:00:00 GMT", 0.0)]
)
def test_quota_says_how_long_to_wait(server, client, header, seconds):
    server.script(DEPOSIT, Answer(429, {"message": "quota"}, {"Retry-After": header} if header else {}))
    with pytest.raises(Throttled) as caught:
        client.deposit_flow(FLOW)
    assert caught.value.after == seconds
    assert len(server.calls(DEPOSIT)) == 1


def test_quota_until_a_date(server, client):
    server.script(DEPOSIT, Answer(429, headers={"Retry-After": "Fri, 01 Jan 2100 00:00:00 GMT"}))
    with pytest.raises(Throttled) as caught:
        client.deposit_flow(FLOW)
    assert caught.value.after > 3600


# -- Credentials ------------------------------------------------------------------------------------------------


def test_random_401_is_cured_by_a_new_token(server, client):
    server.script(DEPOSIT, CHALLENGE, RECEIPT)
    assert client.deposit_flow(FLOW).flow_number == "CPP0011117000000000425903"
    first, second = server.calls(DEPOSIT)
    assert first.body == second.body
    assert first.headers["authorization"] != second.headers["authorization"]


def test_missing_token_answered_by_400_is_a_challenge_too(server, client):
    header = 'Bearer realm="PISTE", error="invalid_request", error_description="Unable to find token in the message"'
    server.script(DEPOSIT, Answer(400, headers={"WWW-Authenticate": header}), RECEIPT)
    assert client.deposit_flow(FLOW).flow_number


def test_wrong_password_is_tried_twice_lest_the_account_be_locked(server, client, fake_time):
    server.script(STRUCTURE, CHALLENGE)
    with pytest.raises(AuthRefused) as caught:
        client.read_structure(12)
    assert (caught.value.scope, caught.value.http_status) == ("technical", 401)
    assert len(server.calls(STRUCTURE)) == 2
    assert fake_time.slept == [2.0]


def test_account_accepted_before_gets_a_third_attempt_for_reads_only(server, client, fake_time):
    server.script(REPORT, {**OK, "etatCourantDepotFlux": "IN_RECU"})
    client.read_flow_report("CPP001")
    server.script(STRUCTURE, CHALLENGE)
    server.script(DEPOSIT, CHALLENGE)
    with pytest.raises(AuthRefused):
        client.read_structure(12)
    with pytest.raises(AuthRefused):
        client.deposit_flow(FLOW)
    assert (len(server.calls(STRUCTURE)), len(server.calls(DEPOSIT))) == (3, 2)
    assert fake_time.slept == [2.0, 4.0, 2.0]


def test_application_refused_after_four_attempts(server, client, fake_time):
    server.script(TOKEN, INVALID_CLIENT)
    with pytest.raises(AuthRefused) as caught:
        client.deposit_flow(FLOW)
    assert caught.value.scope == "piste"
    assert fake_time.slept == [2.0, 4.0, 6.0]
    assert (len(server.token_calls()), server.calls()) == (4, [])


def test_random_invalid_client_is_survived(server, client):
    server.script(
        TOKEN, INVALID_CLIENT, INVALID_CLIENT, INVALID_CLIENT, {"access_token": "good-token", "expires_in": "3600"}
    )
    server.script(DEPOSIT, RECEIPT)
    client.deposit_flow(FLOW)
    assert server.calls(DEPOSIT)[0].headers["authorization"] == "Bearer good-token"


@pytest.mark.parametrize(
    "answer, kind",
    [
        (Answer(503, b"<html>"), NotSent),
        (Answer(drop=True), NotSent),
        (Answer(200, {"token_type": "Bearer"}), NotSent),
        (Answer(200, [1]), NotSent),
        (Answer(429, headers={"Retry-After": "5"}), Throttled),
        (Answer(400, {"error": "invalid_scope"}), Misconfigured),
    ],
)
def test_without_token_nothing_was_sent(server, client, answer, kind):
    server.script(TOKEN, answer)
    with pytest.raises(kind):
        client.deposit_flow(FLOW)
    assert server.calls() == []


# -- Business ---------------------------------------------------------------------------------------------------


def test_refusal_keeps_code_and_label(server, client):
    server.script(DEPOSIT, Answer(200, {"codeRetour": 20001, "libelle": "GDP_MSG_11.022"}, {"X-CorrelationID": "Id-7"}))
    with pytest.raises(Refused) as caught:
        client.deposit_flow(FLOW)
    error = caught.value
    assert (error.code, error.label, error.http_status, error.correlation_id) == (20001, "GDP_MSG_11.022", 200, "Id-7")
    assert "GDP_MSG_11.022" in str(error)


def test_code_sent_as_text_is_still_a_refusal(server, client):
    server.script(DEPOSIT, {"codeRetour": "20001", "libelle": "GDP_MSG_11.022"})
    with pytest.raises(Refused):
        client.deposit_flow(FLOW)


def test_unknown_flow(server, client):
    server.script(REPORT, {"codeRetour": 20001, "libelle": "POQ_MSG_01.003 - Flux introuvable."})
    with pytest.raises(FlowNotFound):
        client.read_flow_report("CPP001")


def test_no_result_is_empty_for_a_search_and_a_refusal_elsewhere(server, client):
    nothing = {"codeRetour": 20007, "libelle": "GFT_MSG_01.075"}
    server.script("/cpro/facturesTravaux/v1/rechercher", nothing)
    assert list(client.search_works(WorksQuery())) == []
    server.script("/cpro/facturesTravaux/v1/consulter", nothing)
    with pytest.raises(Refused):
        client.read_works(540067)


@pytest.mark.parametrize(
    "label, duplicate",
    [
        ("numéro de facture déjà utilisé", True),
        ("Le numero de la facture est deja present pour ce fournisseur", True),
        ("DOUBLON de la demande de paiement", True),
        ("Ce numéro existe déjà", True),
        ("Facture déjà payée : cadre A2 attendu", False),
        ("GDP_MSG_11.005", False),
        (None, False),
    ],
)
def test_duplicates_are_recognised_by_their_wording(label, duplicate):
    assert Refused("x", label=label).is_duplicate is duplicate


def test_file_too_large_is_refused(server, client):
    server.script("/cpro/transverses/v1/ajouter/fichier", {"codeRetour": 20003, "libelle": "trop gros"})
    with pytest.raises(Refused) as caught:
        client.add_file(FileUpload(b"%PDF", "a.pdf", "application/pdf"))
    assert caught.value.code == 20003
