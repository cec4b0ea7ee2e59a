"""Ordinary invoices: submit, search, read, correct (chorus-pro-api.md §2.4, §2.6, §6.4 rows 30 to 37, 51)."""

import pytest
from conftest import BUILDER_ID, CARPENTER, COUNTY_SIRET, TOWN_SIRET, Client


def invoice_body(client, number="FA-2026-010", **changes):
    body = {
        "modeDepot": "DEPOT_PDF_API",
        "numeroFactureSaisi": number,
        "dateFacture": "2026-11-30",
        "destinataire": {"codeDestinataire": TOWN_SIRET},
        "fournisseur": {"idFournisseur": BUILDER_ID},
        "cadreDeFacturation": {"codeCadreFacturation": "A1_FACTURE_FOURNISSEUR"},
        "references": {
            "deviseFacture": "EUR",
            "typeFacture": "FACTURE",
            "typeTva": "TVA_SUR_DEBIT",
            "modePaiement": "VIREMENT",
        },
        "montantTotal": {"montantHtTotal": 100.0, "montantTVA": 20.0, "montantTtcTotal": 120.0, "montantAPayer": 120.0},
        "pieceJointePrincipale": [
            {"pieceJointePrincipaleDesignation": "Facture", "pieceJointePrincipaleId": client.upload()}
        ],
    }
    return {**body, **changes}


@pytest.fixture
def submitted(client):
    def submit(**changes):
        return client.call("factures/v1/soumettre", invoice_body(client, **changes))

    return submit


def status(client, identifier):
    return client.call("factures/v1/consulter/fournisseur", {"identifiantFactureCPP": identifier})["facture"][
        "statutFacture"
    ]


def test_upload_submit_read(submitted, client):
    answer = submitted()
    assert (answer["statutFacture"], answer["numeroFacture"]) == ("DEPOSEE", "FA-2026-010")
    read = client.call("factures/v1/consulter/fournisseur", {"identifiantFactureCPP": answer["identifiantFactureCPP"]})[
        "facture"
    ]
    assert read["destinataire"]["codeDestinataire"] == TOWN_SIRET
    assert read["fournisseur"]["idFournisseur"] == BUILDER_ID
    assert read["montantTotal"]["montantTtcTotal"] == 120.0
    assert read["references"]["typeTva"] == "TVA_SUR_DEBIT"


def test_the_main_file_may_be_an_object_or_a_list(submitted, client):
    main = {"pieceJointePrincipaleDesignation": "Facture", "pieceJointePrincipaleId": client.upload()}
    assert submitted(pieceJointePrincipale=main)["codeRetour"] == 0


def test_a_typed_invoice_gets_a_number_when_it_has_none(submitted):
    line = {
        "lignePosteNumero": 1,
        "lignePosteDenomination": "D1",
        "lignePosteQuantite": 1,
        "lignePosteMontantUnitaireHT": 100,
    }
    typed = {"modeDepot": "SAISIE_API", "pieceJointePrincipale": [], "lignePoste": [line]}
    assert submitted(number=None, **typed)["numeroFacture"] == "FAC00000001"
    assert submitted(number=None, **typed)["numeroFacture"] == "FAC00000002"
    assert submitted(number=None, **{**typed, "lignePoste": []})["codeRetour"] == 20013


def test_a_works_framework_is_refused_by_the_schema(client):
    body = invoice_body(client, cadreDeFacturation={"codeCadreFacturation": "A4_PROJET_DECOMPTE_MENSUEL_FOURNISSEUR"})
    assert client.raw("factures/v1/soumettre", body).status_code == 400


def total(**changes):
    return {"montantHtTotal": 100.0, "montantTVA": 20.0, "montantTtcTotal": 120.0, "montantAPayer": 120.0, **changes}


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"montantTotal": total(montantHtTotal=None)}, 20303),
        ({"montantTotal": total(montantTVA=20.001)}, 20303),
        ({"montantTotal": total(montantTtcTotal=121.0)}, 20304),
        ({"montantTotal": total(montantAPayer=120.01)}, 20305),
        ({"destinataire": {"codeDestinataire": "99999999999999"}}, 20127),
        ({"destinataire": {"codeDestinataire": COUNTY_SIRET}}, 20131),
        ({"destinataire": {"codeDestinataire": COUNTY_SIRET, "codeServiceExecutant": "RIEN"}}, 20132),
        ({"destinataire": {"codeDestinataire": COUNTY_SIRET, "codeServiceExecutant": "ANCIEN"}}, 20133),
        ({"destinataire": {"codeDestinataire": COUNTY_SIRET, "codeServiceExecutant": "DIRBAT"}}, 20134),
        ({"fournisseur": {"idFournisseur": 26310002}}, 20001),
        ({"fournisseur": {"idFournisseur": BUILDER_ID, "codeCoordonneesBancairesFournisseur": 133}}, 20042),
        ({"references": {"deviseFacture": "USD"}}, 20013),
        ({"number": "F" * 21}, 20064),
        ({"number": "F#1"}, 20064),
        ({"number": ""}, 20064),
        ({"pieceJointePrincipale": []}, 20003),
        ({"pieceJointePrincipale": [{"pieceJointePrincipaleId": 999999}]}, 20005),
        ({"cadreDeFacturation": {"codeCadreFacturation": "A9_FACTURE_SOUSTRAITANT"}}, 20129),
    ],
)
def test_each_fault_of_a_submission_is_refused_and_nothing_is_kept(submitted, client, simulator, changes, code):
    answer = submitted(**changes)
    assert answer["codeRetour"] == code, answer
    assert simulator.control.invoices() == []


def test_a_main_file_that_is_no_pdf_and_the_file_of_another_account(submitted, client, simulator):
    text = client.upload("facture.txt", b"bonjour")
    assert submitted(pieceJointePrincipale=[{"pieceJointePrincipaleId": text}])["codeRetour"] == 20004
    foreign = Client(simulator, CARPENTER).upload()
    assert submitted(pieceJointePrincipale=[{"pieceJointePrincipaleId": foreign}])["codeRetour"] == 20005


def test_a_number_serves_once_per_supplier(submitted, simulator):
    assert submitted()["codeRetour"] == 0
    again = submitted()
    assert again["codeRetour"] != 0 and "numéro de facture déjà utilisé" in again["libelle"]
    other = Client(simulator, CARPENTER)
    body = invoice_body(other, fournisseur={"idFournisseur": 26310002})
    assert other.call("factures/v1/soumettre", body)["codeRetour"] == 0


def test_suspended_then_completed(submitted, client, simulator):
    identifier = submitted()["identifiantFactureCPP"]
    piece = {"pieceJointeComplementaireDesignation": "RIB", "pieceJointeComplementaireId": client.upload("rib.pdf")}
    body = {"identifiantFactureCPP": identifier, "pieceJointeComplementaire": [piece], "commentaire": "Voici"}
    early = client.call("factures/v1/completer", body)
    assert (early["codeRetour"], early["libelle"][:14]) == (20002, "GDP_MSG_11.033")
    simulator.control.advance(2)
    simulator.control.act(identifier, "payer", "suspend", "RIB manquant")
    row = client.call("factures/v1/rechercher/fournisseur", {"statutCourant": ["SUSPENDUE"]})["listeFactures"][0]
    assert row["commentaireEtatCourant"] == "RIB manquant"
    assert client.call("factures/v1/completer", body)["codeRetour"] == 0
    assert status(client, identifier) == "COMPLETEE"
    simulator.control.act(identifier, "payer", "accept")
    assert status(client, identifier) == "SERVICE_FAIT"


def test_sent_back_then_recycled_under_the_same_number(submitted, client, simulator):
    identifier = submitted()["identifiantFactureCPP"]
    body = {
        "identifiantFactureCPP": identifier,
        "destinataire": {"codeDestinataire": COUNTY_SIRET, "codeServiceExecutant": "DIRBAT"},
        "reference": {"numeroBonCommande": "2026-EJ-004512"},
    }
    assert client.call("factures/v1/recycler", body)["libelle"].startswith("GDP_MSG_11.001")
    simulator.control.advance(2)
    simulator.control.act(identifier, "payer", "recycle", "Mauvais destinataire")
    answer = client.call("factures/v1/recycler", body)
    assert (answer["statutFacture"], answer["numeroFacture"]) == ("DEPOSEE", "FA-2026-010")
    read = client.call("factures/v1/consulter/fournisseur", {"identifiantFactureCPP": identifier})["facture"]
    assert read["destinataire"]["codeServiceExecutant"] == "DIRBAT"


def test_rejected_then_handled(submitted, client, simulator):
    identifier = submitted()["identifiantFactureCPP"]
    simulator.control.advance(2)
    simulator.control.act(identifier, "payer", "reject", "Montant erroné")
    body = {"listeDemandePaiement": [{"idDemandePaiement": identifier}]}
    assert client.call("factures/v1/traiterRejet", body)["codeRetour"] == 0
    assert (
        client.call("factures/v1/rechercher/fournisseur", {"rejetTraite": True})["listeFactures"][0]["rejetTraite"]
        is True
    )
    history = client.call("factures/v1/consulter/historique", {"idFacture": identifier})
    assert history["derniereAction"]["derniereActionCode"] == "TRAITEMENT_REJET"


def test_another_account_sees_nothing(submitted, client, simulator):
    identifier = submitted()["identifiantFactureCPP"]
    other = Client(simulator, CARPENTER)
    empty = {"codeRetour": 20000, "libelle": "TRA_MSG_00.015 - La recherche n'a retourné aucun résultat"}
    assert other.call("factures/v1/rechercher/fournisseur", {}) == empty
    assert other.call("factures/v1/rechercher/fournisseur", {"idFournisseur": BUILDER_ID}) == empty
    for path, key in (("consulter/fournisseur", "identifiantFactureCPP"), ("consulter/historique", "idFacture")):
        answer = other.call(f"factures/v1/{path}", {key: identifier})
        assert (answer["codeRetour"], answer["libelle"][:14]) == (20000, "GDP_MSG_11.008")
    assert other.call("transverses/v1/rechercher/pj/moncompte", {})["codeRetour"] == 20000
    assert client.call("transverses/v1/rechercher/pj/moncompte", {})["codeRetour"] == 0


def test_search_by_number_period_and_change_date(submitted, client, simulator):
    first = submitted(number="FA-1")["identifiantFactureCPP"]
    simulator.control.advance(600)
    second = submitted(number="FA-2")["identifiantFactureCPP"]

    def found(**criteria):
        answer = client.call("factures/v1/rechercher/fournisseur", criteria)
        return [row["identifiantFactureCPP"] for row in answer.get("listeFactures", [])]

    assert found() == [second, first]
    assert found(numeroFacture="FA-1", idFournisseur=BUILDER_ID) == [first]
    changed = client.call("factures/v1/rechercher/fournisseur", {"numeroFacture": "FA-2"})["listeFactures"][0][
        "dateHeureEtatCourant"
    ]
    assert found(periodeDateHeureEtatCourantDu=changed) == [second]
    assert found(periodeDateFactureDu="2026-12-01") == []
    assert found(montantTTCMin=120.01) == []
