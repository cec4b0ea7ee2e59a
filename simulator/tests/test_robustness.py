"""Whatever is sent, the platform answers and goes on."""

import json
import string

import pytest
import requests
from conftest import works_body
from hypothesis import HealthCheck, given, settings, strategies as st
from samples import cii, factur_x, tar_gz, zipped

from chorus_simulator import ControlError, payment_requests
from chorus_simulator.endpoints import ENDPOINTS
from chorus_simulator.flows import FINAL
from chorus_simulator.request_models import InvalidBody, validate

LOCAL = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
SCALARS = st.none() | st.booleans() | st.integers(-3, 3) | st.floats(allow_nan=False) | st.text(max_size=5)
VALUES = st.recursive(
    SCALARS, lambda x: st.lists(x, max_size=2) | st.dictionaries(st.text(max_size=3), x, max_size=2), max_leaves=4
)


def damaged(content, position, byte):
    index = position % len(content)
    return content[:index] + bytes([byte]) + content[index + 1 :]


@pytest.mark.parametrize(
    ("sample", "name", "syntax"),
    [
        (factur_x(), "f.pdf", "IN_DP_E2_CII_FACTURX"),
        (tar_gz({"a.pdf": factur_x()}), "f.tar.gz", "IN_DP_E2_CII_FACTURX"),
        (zipped({"a.pdf": factur_x()}), "f.zip", "IN_DP_E2_CII_FACTURX"),
        (cii(), "f.xml", "IN_DP_E1_CII_16B"),
    ],
)
def test_a_damaged_flow_always_ends_in_a_final_state(client, simulator, sample, name, syntax):
    @LOCAL
    @given(st.integers(0, 100_000), st.integers(0, 255))
    def run(position, byte):
        flow = client.deposit_flow(damaged(sample, position, byte), name, syntax)
        simulator.control.advance(4)
        assert client.report(flow)["etatCourantDepotFlux"] in FINAL

    run()


@given(st.sampled_from(sorted({endpoint.model for endpoint in ENDPOINTS.values()})), VALUES)
def test_the_schema_layer_accepts_or_refuses_but_never_fails(model, body):
    try:
        assert validate(model, body) is body
    except InvalidBody as error:
        assert str(error)


def test_no_endpoint_fails_on_an_empty_or_odd_body(client):
    """HTTP 500 is never the answer to a mere lack of data."""
    for route, endpoint in ENDPOINTS.items():
        if endpoint.method == "POST":
            answer = client.raw(route, {})
            assert answer.status_code == 200 and isinstance(answer.json()["codeRetour"], int), route
            assert client.raw(route, [1]).status_code == 400, route


@given(st.text(alphabet=string.ascii_letters + string.digits + " +_/-", min_size=1, max_size=20))
def test_every_legal_invoice_number_is_accepted(number):
    assert payment_requests.number_problem(number) is None


@given(st.text(min_size=1, max_size=30))
def test_an_invoice_number_is_legal_by_length_and_characters_alone(number):
    legal = len(number) <= 20 and set(number) <= set(string.ascii_letters + string.digits + " +_/-")
    assert (payment_requests.number_problem(number) is None) == legal


def test_wrong_types_are_refused_with_the_name_of_the_key(client):
    answer = client.raw("factures/v1/consulter/historique", {"idFacture": "abc"})
    assert answer.status_code == 400 and "idFacture" in answer.text
    body = {"rechercheFactureParFournisseur": {"nbResultatsParPage": "beaucoup"}}
    answer = client.raw("factures/v1/rechercher/fournisseur", body)
    assert answer.status_code == 400 and "rechercheFactureParFournisseur.nbResultatsParPage" in answer.text
    answer = client.session.post(client.simulator.api_url + "/factures/v1/consulter/historique", data="{", timeout=10)
    assert answer.status_code == 400 and "JSON" in answer.text


@pytest.mark.parametrize("amount", ["NaN", "Infinity", "1e400", "-1e30", "123456789012345678901234567890"])
def test_a_monstrous_amount_is_refused(client, amount):
    body = json.dumps(works_body(client, montantTotal={"montantHtTotal": "@"})).replace('"@"', amount)
    answer = client.session.post(client.simulator.api_url + "/facturesTravaux/v1/soumettre", data=body, timeout=10)
    assert answer.status_code == 400 or answer.json()["codeRetour"] == 20303


def test_the_console_and_the_control_api_survive_nonsense(client, simulator):
    document = client.submit_works()["idFactureTravaux"]
    for amount in ("", "abc", "inf", "nan", "1e400"):
        requests.post(f"{simulator.url}/agir/{document}", data={"action": "correct", "montant": amount}, timeout=10)
    for path, form in (
        ("incidents/horloge", {"jours": "nan"}),
        ("incidents", {"kind": "status", "status": "x", "match": "/x"}),
    ):
        assert requests.post(f"{simulator.url}/{path}", data=form, timeout=10).status_code == 200
    for path, payload in (
        ("clock", {"advance": "x"}),
        ("settings", {"inconnu": 1}),
        ("settings", {"latency": "x"}),
        ("settings", {"quota": {"limit": 5}}),
        ("settings", {"works_flows": 1}),
        ("clock", {"speed": "x"}),
        ("clock", {"speed": -1}),
        ("clock", {"advance": 1e30}),
        ("accounts/x", {}),
        ("structures/1", {"active": 0}),
    ):
        with pytest.raises(ControlError):
            simulator.control.call("POST", path, payload)
    assert [item["status"] for item in simulator.control.works()] == ["A_ASSOCIER_MOE"]


def test_a_large_number_of_rows_is_searched_in_one_page(client, simulator):
    members = {f"{index}.pdf": factur_x(number=f"GROS-{index:03d}") for index in range(60)}
    flow = client.deposit_flow(tar_gz(members), "gros.tar.gz")
    simulator.control.advance(4)
    body = {"numeroFluxDepot": flow, "rechercheFactureParFournisseur": {"nbResultatsParPage": 1000}}
    found = client.call("factures/v1/rechercher/fournisseur", body)
    assert len(found["listeFactures"]) == 60 and found["parametresRetour"]["pages"] == 1
    assert json.dumps(found)
