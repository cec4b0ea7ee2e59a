"""The console: a person plays every actor with its buttons, and sees what was received."""

import re

import pytest
import requests
from conftest import works_body
from samples import factur_x

PAGES = ("/travaux", "/valider", "/factures", "/flux", "/structures", "/trafic", "/comportements", "/incidents")


@pytest.fixture
def browser(simulator):
    session = requests.Session()

    def get(path):
        answer = session.get(simulator.url + path, timeout=10)
        assert answer.status_code == 200
        return answer.text

    def press(paper, action, **fields):
        """Press a button that the document's page really shows; return the page that follows."""
        page = get(f"/{fields['retour']}" if fields.get("retour") else f"/travaux/{paper}")
        assert f'value="{action}"' in page, f"no button {action}"
        answer = session.post(f"{simulator.url}/agir/{paper}", data={"action": action, **fields}, timeout=10)
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


def test_an_actor_chooses_the_document_by_which_he_answers(browser, client, simulator):
    first = client.submit_works()["idFactureTravaux"]
    page = browser.page(f"/travaux/{first}")
    assert "A15 État d&#39;acompte (MOE)" in page and "A16 État d&#39;acompte validé (MOE)" in page
    browser.press(first, "accept", document="A16")
    assert [row["cadreFacturation"].split("_")[0] for row in client.folder(first)] == ["A4", "A16"]
    final = client.submit_works(number="PDF-1", framework="A7_PROJET_DECOMPTE_FINAL_FOURNISSEUR")["idFactureTravaux"]
    browser.press(final, "correct", document="A18", montant="15 000,00")
    general = simulator.control.works()[-1]
    assert (general["status"], general["amounts"]["ht"]) == ("A_ASSOCIER_FOURNISSEUR", "15000.00")


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
    assert page != before and browser.page("/structures").count("Expiré") == 3
    form = {"jours": "0", "vitesse": "60", "retour": "//ailleurs.example"}
    assert "60.0 fois plus vite" in browser.post(f"{simulator.url}/incidents/horloge", data=form, timeout=10).text


def test_the_validator_accepts_and_the_subcontractor_s_request_goes_on(browser, client):
    frame = {"codeStructureValideur": "34628194200018"}
    framework = "A10_PROJET_DECOMPTE_MENSUEL_SOUSTRAITANT"
    document = client.submit_works(number="ST-1", framework=framework, frame=frame)["idFactureTravaux"]
    page = browser.page("/valider")
    assert "ST-1" in page and "Grands Travaux du Haut-Val" in page and "À valider" in page
    page = browser.press(document, "accept", retour="valider")
    assert "À associer par la MOE" in page and 'name="action"' not in page


def test_silence_makes_time_go_by(browser, client, simulator):
    document = client.submit_works()["idFactureTravaux"]
    before = simulator.control.call("GET", "clock")["now"]
    form = {"jours": "30", "retour": f"/travaux/{document}"}
    page = browser.post(f"{simulator.url}/incidents/horloge", data=form, timeout=10).text
    assert "Dossier de facturation" in page  # the same page again
    assert simulator.control.call("GET", "clock")["now"] > before


def test_a_flow_shows_its_way_and_the_papers_that_came_of_it(browser, client, simulator):
    client.deposit_flow(factur_x(number="FA-77"))
    assert "FA-77" not in browser.page("/flux")
    simulator.control.advance(4)
    page = browser.page("/flux")
    assert "Intégrées" in page and "FA-77" in page and "Déposée" in page


def test_a_behaviour_is_armed_by_its_button(browser, client, simulator):
    assert "Quota PISTE atteint" in browser.page("/comportements")
    form = {"numero": "16", "match": "/cpro/.*", "times": "1"}
    page = browser.post(f"{simulator.url}/comportements", data=form, timeout=10).text
    assert "Comportement 16 armé" in page and "encore 1 fois" in page
    assert client.raw("transverses/v1/recuperer/devises").status_code == 429
    assert "comportement 16" in browser.page("/trafic")
    assert "existe pas" in browser.post(f"{simulator.url}/comportements", data={"numero": "99"}, timeout=10).text


def test_traffic_of_one_account_and_of_errors_only(browser, client, simulator):
    client.call("transverses/v1/recuperer/devises")
    client.call("transverses/v1/consulterCR", {"numeroFluxDepot": "CPP001"})
    assert client.call("facturesTravaux/v1/rechercher", {})["codeRetour"] == 20007
    everything = browser.page("/trafic")
    assert "recuperer/devises" in everything and "consulterCR" in everything
    errors = browser.page(f"/trafic?compte={client.account[0]}&erreurs=1").split("Nombre d'appels")[0]
    assert "consulterCR" in errors and "recuperer/devises" not in errors
    assert "facturesTravaux" not in errors, "an empty search is an answer"
    assert "Aucun appel" in browser.page("/trafic?compte=personne")


def test_structures_are_closed_and_opened(browser, client, simulator):
    page = browser.page("/structures")
    assert "Département du Haut-Val" in page and "DIRROUTES" in page and client.account[0] in page
    browser.post(f"{simulator.url}/structures/26320001/active", timeout=10)
    answer = client.submit_works()
    assert answer["codeRetour"] == 20129  # the town is closed
    browser.post(f"{simulator.url}/structures/26320001/active", timeout=10)
    assert client.submit_works()["codeRetour"] == 0


def test_settings_of_the_platform(browser, client, simulator):
    form = dict.fromkeys(("latency", "min_interval", "invalid_client_every", "unauthorized_every"), "0")
    form |= {"step_seconds": "2", "lockout": "3", "limite": "100", "periode": "60", "works_flows": "1"}
    assert "en vigueur" in browser.post(f"{simulator.url}/incidents/reglages", data=form, timeout=10).text
    settings = simulator.control.call("GET", "settings")
    assert (settings["quota"], settings["works_flows"]) == ({"limit": 100, "period": 60}, True)
    assert "zéro pour jamais" in browser.post(f"{simulator.url}/incidents/reglages", data={}, timeout=10).text
