"""Behaviours of the platform forced on one call: by its own header, or armed for the next that fits
(chorus-pro-api.md §6.1, §6.4). What the client makes of each row is tested beside the client.
"""

from pathlib import Path

import pytest
import requests
from conftest import BUILDER, CARPENTER, CLIENT_ID, SECRET, Client
from samples import factur_x, tar_gz

from chorus_simulator import ControlError, behaviours

LIST = "transverses/v1/recuperer/devises"
PATH = "/cpro/" + LIST
FLOW = "/cpro/factures/v1/deposer/flux"


def test_the_catalogue_has_the_56_rows_and_says_how_each_comes_about(simulator):
    rows = simulator.control.behaviours()
    assert [row["number"] for row in rows] == list(range(1, 57))
    assert {row["source"] for row in rows} == {"S", "P", "A"}
    for row in rows:
        assert row["title"] and (row.get("how") or row.get("fault")), row


def test_the_readme_shows_the_same_table():
    readme = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")
    for row in behaviours.load().values():
        assert f"| {row['number']} | {row['title']} | {row['source']} |" in readme


@pytest.mark.parametrize("number", [row["number"] for row in behaviours.load().values() if "fault" in row])
def test_every_fault_of_the_catalogue_can_be_armed(simulator, number):
    simulator.control.behave(number)
    (armed,) = simulator.control.faults()
    assert armed["behaviour"] == number


def test_a_header_strikes_its_own_call_and_no_other(client):
    header = {behaviours.HEADER: "16"}
    assert [client.raw(LIST, headers=one).status_code for one in (header, None, header)] == [429, 200, 429]
    answer = client.raw(LIST, {"codeLangue": "fr"}, headers={behaviours.HEADER: "15"})
    assert (answer.status_code, answer.json()) == (403, {"codeLangue": "fr"})
    with pytest.raises(requests.ConnectionError):
        client.raw(LIST, headers={behaviours.HEADER: "22"})


@pytest.mark.parametrize("number", ["0", "57", "x", "50"])
def test_a_behaviour_that_cannot_be_forced_is_said_in_french(client, simulator, number):
    answer = client.raw(LIST, headers={behaviours.HEADER: number})
    assert answer.status_code == 400 and "omportement" in answer.text
    if number.isdigit():
        with pytest.raises(ControlError, match="omportement"):
            simulator.control.behave(int(number))


def test_an_armed_fault_may_be_for_one_account_one_content_or_a_later_call(client, simulator):
    other = Client(simulator, CARPENTER)
    simulator.control.behave(21, match=PATH, login=BUILDER[0])
    assert (other.raw(LIST).status_code, client.raw(LIST).status_code, client.raw(LIST).status_code) == (200, 502, 200)
    simulator.control.behave(21, match=PATH, contains='"fr"')
    assert [client.raw(LIST, body).status_code for body in ({}, {"codeLangue": "fr"})] == [200, 502]
    simulator.control.behave(21, match=PATH, skip=2)
    assert [client.raw(LIST).status_code for _ in range(4)] == [200, 200, 502, 200]


def test_passing_refusals_come_back_regularly(client, simulator):
    simulator.control.settings(unauthorized_every=3, invalid_client_every=2)
    assert [client.raw(LIST).status_code for _ in range(6)] == [200, 200, 401, 200, 200, 401]
    form = {"grant_type": "client_credentials", "client_id": CLIENT_ID, "client_secret": SECRET, "scope": "openid"}
    codes = [requests.post(simulator.oauth_url, data=form, timeout=10).status_code for _ in range(4)]
    assert codes == [200, 400, 200, 400]


def test_the_verdict_of_a_flow_refuses_the_invoices_it_names(client, simulator):
    members = {f"{n}.pdf": factur_x(number=f"F-{n}") for n in range(3)}
    simulator.control.behave(43, numbers=["F-1"])
    flow = client.deposit_flow(tar_gz(members), "novembre.tar.gz")
    simulator.control.advance(4)
    report = client.report(flow)
    assert report["etatCourantDepotFlux"] == "IN_INTEGRE_PARTIEL"
    assert [(row["numeroDP"], row["identifiantFournisseur"]) for row in report["listeErreurDP"]] == [
        ("F-1", "45260181800019")
    ]
    assert "PaymentMeans.TypeCode.value est obligatoire" in report["listeErreurDP"][0]["libelleErreurDP"]
    assert {item["number"] for item in simulator.control.invoices()} == {"F-0", "F-2"}


def test_a_flow_held_for_a_day_is_integrated_in_the_end(client, simulator):
    simulator.control.behave(47, state="IN_EN_ATTENTE_RETRAITEMENT_CPP", release_after=86400)
    flow = client.deposit_flow(factur_x())
    simulator.control.advance(86400)
    client.connect()
    assert client.report(flow)["etatCourantDepotFlux"] == "IN_EN_ATTENTE_RETRAITEMENT_CPP"
    simulator.control.advance(4)
    assert client.report(flow)["etatCourantDepotFlux"] == "IN_INTEGRE"
    assert len(simulator.control.invoices()) == 1


def test_a_refused_deposit_leaves_no_verdict_behind(client, simulator):
    simulator.control.behave(47)
    answer = client.call("factures/v1/deposer/flux", {"nomFichier": "vide.pdf", "fichierFlux": ""})
    assert answer["codeRetour"] != 0
    flow = client.deposit_flow(factur_x())
    simulator.control.advance(4)
    assert client.report(flow)["etatCourantDepotFlux"] == "IN_INTEGRE"


def test_a_verdict_without_any_consequence_is_refused(simulator):
    with pytest.raises(ControlError, match="state"):
        simulator.control.fault("flow", FLOW)
