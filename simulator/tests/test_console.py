"""The console: a person plays every actor with its buttons, and sees what was received."""

import re

import pytest
import requests
from conftest import works_body
from samples import factur_x

PAGES = ("/travaux", "/factures", "/flux", "/trafic", "/incidents")


@pytest.fixture
def browser(simulator):
    session = requests.Session()

    def get(path):
        answer = session.get(simulator.url + path, timeout=10)
        assert answer.status_code == 200
        return answer.text

    def press(document, action, **fields):
        """Press a button that the document's page really shows; return the page that follows."""
        page = get(f"/travaux/{document}") if fields.get("retour") != "factures" else get("/factures")
        assert f'value="{action}"' in page, f"no button {action}"
        answer = session.post(f"{simulator.url}/agir/{document}", data={"action": action, **fields}, timeout=10)
        assert answer.status_code == 200
        return answer.text

    session.page, session.press = get, press
    return session


def test_empty_pages_explain_themselves(browser, simulator):
    assert "Aucune facture de travaux reçue" in browser.page("/")
    for path in PAGES:
        page = browser.page(path)
        assert "<html lang=" in page and "http://" not in page.replace(simulator.url, "")


def test_the_whole_chain_with_the_buttons(browser, client, simulator):
    first = client.submit_works()["idFactureTravaux"]
    page = browser.page("/travaux")
    assert "2026T014-S04" in page and "À associer par la MOE" in page and "21\u202f000,00 €" in page
    page = browser.press(first, "correct", montant="16 000,50", precision="Poste 2 ramené à 40 %")
    assert "19\u202f200,60 €" in page and "Poste 2 ramené à 40 %" in page
    second = simulator.control.works()[-1]["id"]
    requests.post(f"{simulator.url}/agir/{second}", data={"action": "accept"}, timeout=10)
    third = simulator.control.works()[-1]["id"]
    assert "A19" in browser.page("/factures")
    for action in ("accept", "mandate", "pay"):
        browser.press(third, action, retour="factures")
    assert [row["statutFactureTravaux"] for row in client.folder(first)] == ["ASSOCIEE", "ASSOCIEE", "MISE_EN_PAIEMENT"]


def test_refusing_for_an_amount_shows_the_reminder_and_changes_nothing(browser, client):
    document = client.submit_works()["idFactureTravaux"]
    assert "19 février 2025" in browser.press(document, "refuse", motif="Erreur de montant")
    assert client.folder(document)[0]["statutFactureTravaux"] == "A_ASSOCIER_MOE"
    page = browser.press(document, "refuse", motif="Autre motif", precision="Plan <b>manquant</b>")
    assert "Autre motif — Plan &lt;b&gt;manquant&lt;/b&gt;" in page
    assert client.folder(document)[0]["commentaireEtatCourant"] == "Autre motif — Plan <b>manquant</b>"


def test_only_possible_buttons_are_shown(browser, client, simulator):
    document = client.submit_works()["idFactureTravaux"]
    page = browser.page(f"/travaux/{document}")
    assert {"accept", "correct", "refuse"} <= set(re.findall(r'name="action" value="(\w+)"', page))
    assert 'value="pay"' not in page
    simulator.control.act(document, "moe", "refuse", "Autre motif")
    assert 'name="action"' not in browser.page(f"/travaux/{document}")


def test_what_was_received_opens(browser, client, simulator):
    content = b"%PDF-1.4 la situation"
    file_id = client.upload("situation.pdf", content)
    main = [{"pieceJointePrincipaleDesignation": "Situation", "pieceJointePrincipaleId": file_id}]
    document = client.submit_works(pieceJointePrincipale=main)["idFactureTravaux"]
    link = re.search(r'href="(/_sim/files/\d+)"', browser.page(f"/travaux/{document}"))[1]
    answer = requests.get(simulator.url + link, timeout=10)
    assert (answer.content, answer.headers["Content-Type"]) == (content, "application/pdf")


def test_flows_show_why_they_were_rejected(browser, client, simulator):
    flow = client.deposit_flow(factur_x(means=""))
    assert "en attente de traitement" in browser.page("/flux")
    simulator.control.advance(4)
    page = browser.page("/flux")
    assert flow in page and "PaymentMeans.TypeCode.value est obligatoire" in page and "Rejeté" in page


def test_an_incident_armed_on_the_page_strikes_the_next_call(browser, client, simulator):
    form = {"kind": "drop_after", "match": "/cpro/facturesTravaux/v1/soumettre", "times": "1"}
    page = browser.post(f"{simulator.url}/incidents", data=form, timeout=10).text
    assert "Réponse perdue" in page and "1 fois" in page
    body = works_body(client)
    with pytest.raises(requests.ConnectionError):
        client.raw("facturesTravaux/v1/soumettre", body)
    assert "coupé" in browser.page("/trafic")
    browser.post(f"{simulator.url}/incidents", data={**form, "kind": "drop_before"}, timeout=10)
    assert "Aucun incident armé" in browser.post(f"{simulator.url}/incidents/effacer", timeout=10).text


def test_the_clock_moves(browser, client, simulator):
    before = browser.page("/incidents")
    page = browser.post(f"{simulator.url}/incidents/horloge", data={"jours": "500"}, timeout=10).text
    assert page != before and page.count("Expiré") == 3
