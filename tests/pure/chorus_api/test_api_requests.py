"""What leaves for Chorus Pro, byte for byte, against bodies written from its documentation (chorus-pro-api.md §2).

`expected/<verb>.json` holds one request as a person reads it; only its blanks between values are not sent.
"""

import re
from pathlib import Path

import pytest
from scripted_server import OK, Answer
from verb_calls import REQUESTS, VERBS, WORKS

from chorus_api import (
    EFFECTS,
    ROUTES,
    ChorusClient,
    StructureQuery,
    Unknown,
    ValidationDecision,
    WorksSubmission,
)

EXPECTED = Path(__file__).with_name("expected")


def compact(text: str) -> str:
    """The JSON text without its blanks, those inside strings kept, its numbers as they are written."""
    return re.sub(r'("(?:\\.|[^"\\])*")|\s+', lambda match: match[1] or "", text)


@pytest.mark.parametrize("verb", VERBS)
def test_request_is_the_recorded_one(server, client, verb):
    call, answer = VERBS[verb]
    expected = (EXPECTED / f"{verb}.json").read_text()
    path = re.search(r'"request": "\w+ ([^"]+)"', expected)[1]
    server.script(path, Answer(body={**OK, **answer}))

    call(client)

    (sent,) = server.calls()
    body = f',"body":{sent.body.decode()}' if sent.body else ""
    assert f'{{"request":"{sent.method} {sent.path}"{body}}}' == compact(expected)


def test_every_verb_has_its_recorded_request():
    others = ("close", "labelled", "last_call")
    public = {name for name in dir(ChorusClient) if not name.startswith("_") and name not in others}
    assert public == set(VERBS) == {path.stem for path in EXPECTED.glob("*.json")}


def test_every_effect_says_what_proves_it_and_who_settles_a_lost_answer():
    assert set(ROUTES) == set(VERBS)
    assert set(EFFECTS) == set(REQUESTS)
    for verb, route in EFFECTS.items():
        settling = ROUTES[route.settled_by]
        assert not settling.effect, verb
        assert route.proof or verb in ("handle_rejections", "refuse_works"), verb
    assert not any(route.proof or route.settled_by for route in ROUTES.values() if not route.effect)


@pytest.mark.parametrize("verb", [verb for verb, route in EFFECTS.items() if route.proof])
@pytest.mark.parametrize("proof", [None, "", 0, "abc", {}, []])
def test_success_without_its_proof_is_unknown(server, client, verb, proof):
    if verb == "deposit_flow" and proof in (0, "abc"):
        return  # the number of a flow is a text
    server.script("/cpro" + EFFECTS[verb].path, {**OK, EFFECTS[verb].proof: proof})
    with pytest.raises(Unknown):
        VERBS[verb][0](client)
    assert len(server.calls()) == 1


def test_private_structures_that_are_not_ours_are_asked_for_by_name(server, client):
    server.script("/cpro/structures/v1/rechercher", OK)
    client.search_structures(StructureQuery(name="Atelier Lumen", kind="PRIVEE", with_private=True))
    (sent,) = server.calls()
    assert sent.json["structure"] == {"raisonSocialeStructure": "Atelier Lumen", "typeStructure": "PRIVEE"}
    assert sent.json["restreindreStructuresPrivees"] is False


def test_refusal_of_a_request_has_a_reason():
    with pytest.raises(ValueError):
        ValidationDecision(4712345, accepted=False).to_json()


@pytest.mark.parametrize("count", [0, 11])
def test_at_most_ten_papers_in_one_download(client, count):
    with pytest.raises(ValueError):
        client.download_papers(tuple(range(count)))


def test_both_identities_accompany_every_call(server, client):
    server.script("/cpro/transverses/v1/recuperer/formatflux", OK)
    client.list_flow_formats()
    (sent,) = server.calls()
    assert sent.headers["authorization"] == "Bearer token-01-" + "x" * 45
    # base64("TECH_000000000181259@cpp2017.fr:Chantier-2026!val"), worked out with coreutils
    assert sent.headers["cpro-account"] == "VEVDSF8wMDAwMDAwMDAxODEyNTlAY3BwMjAxNy5mcjpDaGFudGllci0yMDI2IXZhbA=="
    assert sent.headers["content-type"] == sent.headers["accept"] == "application/json;charset=utf-8"


def test_token_request_is_the_documented_form(server, client):
    server.script("/cpro/transverses/v1/recuperer/formatflux", OK)
    client.list_flow_formats()
    (asked,) = server.token_calls()
    assert asked.headers["content-type"] == "application/x-www-form-urlencoded"
    assert asked.body.decode() == (
        "grant_type=client_credentials&client_id=0d6a3c1e-7f42-4e0b-9a35-5c2f1b7e8d90"
        "&client_secret=b91f4a77-2c58-4d13-8e6a-91d07c3fe4ab&scope=openid"
    )
    assert "authorization" not in asked.headers


def test_credentials_of_the_servers_netrc_are_not_used(server, client, tmp_path, monkeypatch):
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login somebody password else\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    server.script("/cpro/transverses/v1/recuperer/formatflux", OK)
    client.list_flow_formats()
    assert server.calls()[0].headers["authorization"].startswith("Bearer ")
    assert "authorization" not in server.token_calls()[0].headers


@pytest.mark.parametrize("verb", EFFECTS)
def test_frozen_bytes_are_sent_as_they_are(server, client, verb):
    """What was journalled before the call is what leaves, whatever the code has become since."""
    request_, answer = REQUESTS[verb], VERBS[verb][1]
    path = "/cpro" + EFFECTS[verb].path
    server.script(path, {**OK, **answer})
    frozen = b"  " + request_.to_json()
    getattr(client, verb)(frozen)
    assert server.calls(path)[0].body == frozen
    assert request_.to_json() == request_.to_json()


@pytest.mark.parametrize(
    "framework, works_type",
    [
        ("A5_ETAT_ACOMPTE_FOURNISSEUR", "ETAT_ACOMPTE"),
        ("A7_PROJET_DECOMPTE_FINAL_FOURNISSEUR", "PROJET_DECOMPTE_FINAL"),
        ("A10_PROJET_DECOMPTE_MENSUEL_SOUSTRAITANT", "DP_DE_SOUSTRAITANT_TRAVAUX"),
        ("A22_PROJET_DECOMPTE_GENERAL_FOURNISSEUR_PROCEDURE_TACITE", "PROJET_DECOMPTE_GENERAL_PROCEDURE_TACITE"),
    ],
)
def test_type_of_works_document_follows_its_framework(framework, works_type):
    sent = WorksSubmission(**{**vars(WORKS), "framework": framework}).to_json().decode()
    assert f'"typeFactureTravaux":"{works_type}"' in sent


def test_ordinary_framework_is_no_works_document():
    with pytest.raises(KeyError):
        WorksSubmission(**{**vars(WORKS), "framework": "A1_FACTURE_FOURNISSEUR"}).to_json()
