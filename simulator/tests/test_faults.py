"""Injected faults, and above all the lost answer (chorus-pro-api.md §6.4 rows 2, 5, 16, 21, 22, 29, 49)."""

import time

import pytest
import requests
from conftest import Client, works_body

from chorus_simulator import ControlError

SUBMIT = "/cpro/facturesTravaux/v1/soumettre"
LIST = "transverses/v1/recuperer/tauxtva"


def numbers(client):
    rows = client.call("facturesTravaux/v1/rechercher", {}).get("listeFacturesTravaux", [])
    return [row["numeroFactureTravaux"] for row in rows]


def test_an_answer_lost_after_processing_leaves_exactly_one_document(client, simulator):
    body = works_body(client)
    simulator.control.fault("drop_after", SUBMIT)
    with pytest.raises(requests.ConnectionError):
        client.raw("facturesTravaux/v1/soumettre", body)
    assert numbers(client) == ["2026T014-S04"]
    again = client.call("facturesTravaux/v1/soumettre", body)
    assert again["codeRetour"] != 0 and "numéro de facture déjà utilisé" in again["libelle"]


def test_a_connection_lost_before_processing_leaves_nothing(client, simulator):
    body = works_body(client)
    simulator.control.fault("drop_before", SUBMIT)
    with pytest.raises(requests.ConnectionError):
        client.raw("facturesTravaux/v1/soumettre", body)
    assert numbers(client) == []
    assert client.call("facturesTravaux/v1/soumettre", body)["codeRetour"] == 0


def test_a_delay_longer_than_the_client_waits_still_processes(client, simulator):
    body = works_body(client)
    simulator.control.fault("delay", SUBMIT, delay=0.6)
    with pytest.raises(requests.ReadTimeout):
        client.session.post(f"{simulator.url}{SUBMIT}", json=body, timeout=0.2)
    deadline = time.monotonic() + 10
    while not numbers(client) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert numbers(client) == ["2026T014-S04"]


def test_a_gateway_error_can_hide_a_call_that_was_processed(client, simulator):
    simulator.control.fault("status", SUBMIT, status=504, body="<html>Gateway Timeout</html>", after_processing=True)
    answer = client.raw("facturesTravaux/v1/soumettre", works_body(client))
    assert (answer.status_code, answer.text) == (504, "<html>Gateway Timeout</html>")
    assert numbers(client) == ["2026T014-S04"]


def test_a_status_with_its_headers_serves_as_many_times_as_armed(client, simulator):
    simulator.control.fault(
        "status", ".*tauxtva", status=429, headers={"Retry-After": "7"}, body={"message": "quota"}, times=2
    )
    answers = [client.raw(LIST) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [429, 429, 200]
    assert answers[0].headers["Retry-After"] == "7" and answers[0].json() == {"message": "quota"}
    assert simulator.control.faults() == []


def test_invalid_client_now_and_then(simulator):
    simulator.control.fault("invalid_client", "/api/oauth/token", times=1)
    form = {"grant_type": "client_credentials", "client_id": "x", "client_secret": "y"}
    assert requests.post(simulator.oauth_url, data=form, timeout=5).json()["error"] == "invalid_client"
    assert Client(simulator).call(LIST)["codeRetour"] == 0


def test_a_success_without_its_identifier_and_an_unknown_state(client, simulator):
    simulator.control.fault("patch", SUBMIT, body={"idFactureTravaux": None})
    answer = client.submit_works()
    assert answer["codeRetour"] == 0 and "idFactureTravaux" not in answer
    document = simulator.control.works()[0]["id"]
    simulator.control.set_status(document, "STATUT_NOUVEAU", "né hier")
    assert client.folder(document)[0]["statutFactureTravaux"] == "STATUT_NOUVEAU"


def test_a_fault_that_makes_no_sense_is_refused(simulator):
    for spec, word in (
        ({"kind": "panne"}, "genre"),
        ({"kind": "status"}, "code HTTP"),
        ({"kind": "json"}, "body"),
        ({"kind": "delay", "match": "("}, "expression"),
    ):
        with pytest.raises(ControlError, match=word):
            simulator.control.call("POST", "faults", spec)
    assert simulator.control.faults() == []


def test_faults_can_be_disarmed_and_touch_only_their_path(client, simulator):
    simulator.control.fault("status", SUBMIT, status=500)
    assert client.call(LIST)["codeRetour"] == 0
    simulator.control.clear_faults()
    assert client.submit_works()["codeRetour"] == 0
