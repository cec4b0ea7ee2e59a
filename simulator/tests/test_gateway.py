"""The checks in front of the API, in their order (chorus-pro-api.md §1.2, §1.5, §6.2, rows 1 to 21 and 56 of §6.4)."""

import base64

import pytest
import requests
from conftest import BUILDER, BUILDER_ID, CARPENTER, CLIENT_ID, SECRET, Client

LIST = "transverses/v1/recuperer/structures/actives/fournisseur"
FORM = {"grant_type": "client_credentials", "client_id": CLIENT_ID, "client_secret": SECRET, "scope": "openid"}
ANY_ID = "00000000-0000-0000-0000-000000000000"


def ask_token(simulator, **changes):
    return requests.post(simulator.oauth_url, data={**FORM, **changes}, timeout=10)


def test_token(simulator):
    answer = ask_token(simulator)
    body = answer.json()
    assert answer.status_code == 200
    assert (len(body["access_token"]), body["token_type"], body["expires_in"], body["scope"]) == (
        54,
        "Bearer",
        3600,
        "openid",
    )
    assert ask_token(simulator).json()["access_token"] != body["access_token"]
    assert ask_token(simulator, scope="openid resource.READ").status_code == 200


def test_wrong_client_and_wrong_secret_are_told_in_the_same_bytes(simulator):
    unknown, wrong = ask_token(simulator, client_id=ANY_ID), ask_token(simulator, client_secret="x")
    assert (unknown.status_code, wrong.status_code) == (400, 400)
    assert unknown.json()["error"] == "invalid_client" and unknown.content == wrong.content


def test_other_token_refusals(simulator):
    assert ask_token(simulator, grant_type="password").json() == {"error": "unsupported_grant_type"}
    assert ask_token(simulator, scope="email").json() == {"error": "invalid_scope"}


def test_bearer_absent_unknown_expired(client, simulator):
    def post(path, **headers):
        return requests.post(f"{simulator.api_url}/{path}", json={}, headers=headers, timeout=10)

    missing = post(LIST)
    assert missing.status_code == 400
    assert missing.headers["WWW-Authenticate"] == (
        'Bearer realm="PISTE", error="invalid_request", error_description="Unable to find token in the message"'
    )
    assert 'realm="DefaultRealm"' in post("factures/v1/consulter/cr").headers["WWW-Authenticate"]
    unknown = post(LIST, Authorization="Bearer abc")
    assert (unknown.status_code, unknown.text, unknown.headers["WWW-Authenticate"]) == (401, "", 'Bearer realm="PISTE"')
    simulator.control.advance(3600)
    assert client.raw(LIST).status_code == 401
    client.connect()
    assert client.raw(LIST).status_code == 200


@pytest.mark.parametrize(
    "path", ["factures/v1/consulter/cr", "transverses/v1/recuperer/utilisateurCourant", "inconnu/v1/x"]
)
def test_an_unknown_route_is_403_with_an_empty_object_before_the_account_is_looked_at(client, path):
    client.session.headers["cpro-account"] = "n'importe quoi"
    answer = client.raw(path)
    assert (answer.status_code, answer.json()) == (403, {})
    assert answer.headers["x-correlationid"].startswith("Id-")
    assert client.raw(LIST).status_code == 401


def test_an_api_that_the_application_did_not_subscribe_is_403(client, simulator):
    simulator.control.application(CLIENT_ID, apis=["factures"])
    assert (client.raw(LIST).status_code, client.raw(LIST).json()) == (403, {})


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "pas du base 64",
        base64.b64encode(b"inconnu:x").decode(),
        base64.b64encode(f"{BUILDER[0]}:faux".encode()).decode(),
    ],
)
def test_a_wrong_technical_account_is_401(client, header):
    client.session.headers["cpro-account"] = header
    assert client.raw(LIST).status_code == 401


def test_an_expired_a_young_and_a_locked_account_are_401_alike(client, simulator):
    for state, cure in (
        ({"expired": True}, {"expired": False}),
        ({"active": False}, {"active": True}),
        ({"locked": True}, {"locked": False}),
    ):
        simulator.control.account(BUILDER[0], **state)
        answer = client.raw(LIST)
        assert (answer.status_code, answer.json()) == (401, {}), state
        simulator.control.account(BUILDER[0], **cure)
        assert client.raw(LIST).status_code == 200, cure


def test_the_account_locks_after_five_wrong_passwords_and_a_reset_opens_it(client, simulator):
    right = client.session.headers["cpro-account"]
    client.session.headers["cpro-account"] = base64.b64encode(f"{BUILDER[0]}:faux".encode()).decode()
    for _ in range(5):
        client.raw(LIST)
    client.session.headers["cpro-account"] = right
    assert client.raw(LIST).status_code == 401
    simulator.control.account(BUILDER[0], password="Nouveau-2026!mot")
    assert client.raw(LIST).status_code == 401
    assert Client(simulator, (BUILDER[0], "Nouveau-2026!mot")).raw(LIST).status_code == 200


def test_the_password_lives_424_days(client, simulator):
    simulator.control.advance(424 * 86400 - 10)
    client.connect()
    assert client.raw(LIST).status_code == 200
    simulator.control.advance(20)
    assert client.raw(LIST).status_code == 401


def test_without_raccordement_the_request_comes_back_as_403(client, simulator):
    simulator.control.account(BUILDER[0], connected=False)
    body = {"idStructure": BUILDER_ID}
    answer = client.raw("transverses/v1/recuperer/coordbanc/valides", body)
    assert (answer.status_code, answer.json()) == (403, body)
    assert Client(simulator, CARPENTER).raw(LIST).status_code == 200
    simulator.control.account(BUILDER[0], connected=True)
    assert client.raw(LIST).status_code == 200


def test_quota(client, simulator):
    simulator.control.settings(quota={"limit": 3, "period": 60})
    assert [client.raw(LIST).status_code for _ in range(4)] == [200, 200, 200, 429]
    answer = client.raw(LIST)
    assert "quota" in answer.json()["message"] and 0 < int(answer.headers["Retry-After"]) <= 61
    simulator.control.advance(int(answer.headers["Retry-After"]))
    assert client.raw(LIST).status_code == 200


def test_calls_too_close_to_each_other_get_an_intermittent_401(client, simulator):
    simulator.control.settings(min_interval=1)
    assert client.raw(LIST).status_code == 200
    assert client.raw(LIST).status_code == 401
    simulator.control.advance(1)
    assert client.raw(LIST).status_code == 401  # the token is gone
    client.connect()
    assert client.raw(LIST).status_code == 200


def test_method_and_content_type(client, simulator):
    url = f"{simulator.api_url}/{LIST}"
    assert client.session.get(url, timeout=10).status_code == 403
    assert (
        client.session.get(f"{simulator.api_url}/transverses/v1/health-check", timeout=10).json()["statusCodeValue"]
        == 200
    )
    answer = client.session.post(url, data="{}", headers={"Content-Type": "text/xml"}, timeout=10)
    assert (answer.status_code, answer.text) == (415, "Format de la requête non supporté")


def test_an_unknown_key_and_a_long_file_name_are_400(client):
    answer = client.raw(
        "structures/v1/rechercher/services", {"idStructure": 26320002, "parametres": {"nbResultatsParPage": 50}}
    )
    assert answer.status_code == 400 and "parametres" in answer.text
    body = {"pieceJointeFichier": "QUFB", "pieceJointeNom": "x" * 47 + ".pdf", "pieceJointeExtension": "PDF"}
    answer = client.raw("transverses/v1/ajouter/fichier", body)
    assert answer.status_code == 400 and "pieceJointeNom" in answer.text
    assert (
        client.raw("transverses/v1/ajouter/fichier", {**body, "pieceJointeNom": "x" * 46 + ".pdf"}).json()["codeRetour"]
        == 0
    )


def test_the_journal_shows_no_secret(client, simulator):
    client.upload(content=b"%PDF-" + b"x" * 2000)
    text = str(simulator.control.requests())
    token = client.session.headers["Authorization"].split()[1]
    account = client.session.headers["cpro-account"]
    assert BUILDER[0] in text and "ajouter/fichier" in text
    for secret in (SECRET, BUILDER[1], token, account, "eHh4eHh4"):
        assert secret not in text
