"""The chain of a works document, from the deposit to the payment (chorus-pro-api.md §3.2, §6.5 d)."""

import pytest
from conftest import CARPENTER, COUNTY_SIRET, MOE_SIRET, TOWN_SIRET, Client

from chorus_simulator import ControlError


def statuses(client, document_id):
    return [(row["cadreFacturation"].split("_")[0], row["statutFactureTravaux"]) for row in client.folder(document_id)]


def test_monthly_chain_to_the_payment_with_a_corrected_amount(client, simulator):
    a4 = client.submit_works()
    assert a4["statutFactureTravaux"] == "A_ASSOCIER_MOE"
    a15 = simulator.control.act(a4["idFactureTravaux"], "moe", "correct", "Poste 2 ramené à 40 %", {"ht": "16000.00"})
    a19 = simulator.control.act(a15["id"], "moa", "accept")
    for action in ("accept", "mandate", "pay"):
        simulator.control.act(a19["id"], "payer", action)
    pieces = client.folder(a4["idFactureTravaux"])
    assert statuses(client, a4["idFactureTravaux"]) == [
        ("A4", "ASSOCIEE"),
        ("A15", "ASSOCIEE"),
        ("A19", "MISE_EN_PAIEMENT"),
    ]
    assert [row["numeroFactureTravaux"] for row in pieces] == ["2026T014-S04", "2026T014-S04-EA", "2026T014-S04-EAV"]
    assert [row["montantTTC"] for row in pieces] == [21000.0, 19200.0, 19200.0]
    assert [row["montantAPayer"] for row in pieces] == [19950.0, 18150.0, 18150.0]
    assert pieces[1]["idPiecePrecedente"] == a4["idFactureTravaux"] and pieces[1]["identifiantEmetteur"] == MOE_SIRET
    payment = pieces[2]["historiqueDemandePaiement"]
    assert [row["histoStatutCode"] for row in payment] == [
        "MISE_EN_PAIEMENT", "MANDATEE", "SERVICE_FAIT", "MISE_A_DISPOSITION", "DEPOSEE",
    ]  # fmt: skip
    assert pieces[1]["historiqueDemandePaiement"][-1]["histoStatutCommentaire"] == "Poste 2 ramené à 40 %"


def test_refusal_then_a_new_piece_in_the_same_file(client, simulator):
    first = client.submit_works()["idFactureTravaux"]
    simulator.control.act(first, "moe", "refuse", "Pièce justificative manquante")
    refused = client.folder(first)[0]
    assert refused["statutFactureTravaux"] == "REFUSEE_MOE"
    assert refused["commentaireEtatCourant"] == "Pièce justificative manquante"
    second = client.submit_works(idPiecePrecedente=first)
    assert second["codeRetour"] == 0
    assert statuses(client, first) == [("A4", "DUPLIQUE_APRES_REFUS"), ("A4", "A_ASSOCIER_MOE")]


def test_an_moe_cannot_refuse_for_an_amount(client, simulator):
    document = client.submit_works()["idFactureTravaux"]
    with pytest.raises(ControlError, match="19 février 2025"):
        simulator.control.act(document, "moe", "refuse", "Erreur de montant")
    assert statuses(client, document) == [("A4", "A_ASSOCIER_MOE")]


def test_a_refusal_demands_a_reason_and_only_the_actor_whose_turn_it_is_may_act(client, simulator):
    document = client.submit_works()["idFactureTravaux"]
    with pytest.raises(ControlError, match="motif"):
        simulator.control.act(document, "moe", "refuse", " ")
    for actor, action in (("moa", "accept"), ("payer", "pay"), ("validator", "accept")):
        with pytest.raises(ControlError):
            simulator.control.act(document, actor, action, "non")


def test_moa_refuses_and_the_moe_makes_its_document_again(client, simulator):
    a4 = client.submit_works()["idFactureTravaux"]
    a15 = simulator.control.act(a4, "moe", "accept")["id"]
    simulator.control.act(a15, "moa", "refuse", "Erreur d'imputation")
    simulator.control.act(a15, "moe", "accept")
    assert statuses(client, a4) == [("A4", "ASSOCIEE"), ("A15", "DUPLIQUE_APRES_REFUS"), ("A15", "A_ASSOCIER_MOA")]


@pytest.mark.parametrize(
    ("framework", "frame", "expected"),
    [
        ("A4_PROJET_DECOMPTE_MENSUEL_FOURNISSEUR", {}, "A_ASSOCIER_MOE"),
        ("A4_PROJET_DECOMPTE_MENSUEL_FOURNISSEUR", {"codeStructureMoe": None}, "A_ASSOCIER_MOA"),
        ("A5_ETAT_ACOMPTE_FOURNISSEUR", {"codeStructureMoe": None}, "A_ASSOCIER_MOA"),
        ("A6_ETAT_ACOMPTE_VALIDE_FOURNISSEUR", {}, "MISE_A_DISPOSITION"),
        ("A10_PROJET_DECOMPTE_MENSUEL_SOUSTRAITANT", {"codeStructureValideur": "34628194200018"}, "A_VALIDER_1"),
        ("A13_PROJET_DECOMPTE_MENSUEL_COTRAITANT", {"codeStructureValideur": "34628194200018"}, "A_VALIDER_1"),
    ],
)
def test_first_status_follows_the_framework(client, framework, frame, expected):
    assert client.submit_works(framework=framework, frame=frame)["statutFactureTravaux"] == expected


def test_subcontractor_validated_then_moe_and_tacit_validation_after_15_days(client, simulator):
    frame = {"codeStructureValideur": "34628194200018"}
    a10 = "A10_PROJET_DECOMPTE_MENSUEL_SOUSTRAITANT"
    first = client.submit_works(number="ST-1", framework=a10, frame=frame)["idFactureTravaux"]
    second = client.submit_works(number="ST-2", framework=a10, frame=frame)["idFactureTravaux"]
    third = client.submit_works(number="ST-3", framework=a10, frame=frame)["idFactureTravaux"]
    simulator.control.act(first, "validator", "accept")
    simulator.control.act(second, "validator", "refuse", "Travaux non exécutés")
    simulator.control.advance(15 * 86400 - 1)
    client.connect()
    assert client.folder(third)[0]["statutFactureTravaux"] == "A_VALIDER_1"
    simulator.control.advance(1)
    histories = [
        [entry["histoStatutCode"] for entry in client.folder(item)[0]["historiqueDemandePaiement"]]
        for item in (first, second, third)
    ]
    assert histories == [
        ["A_ASSOCIER_MOE", "VALIDEE_1", "A_VALIDER_1"],
        ["REFUSEE_1", "A_VALIDER_1"],
        ["A_ASSOCIER_MOE", "ABSENCE_VALIDATION_1_HORS_DELAI", "A_VALIDER_1"],
    ]


def test_final_statement_to_the_signed_general_statement(client, simulator):
    a7 = client.submit_works(number="PDF-1", framework="A7_PROJET_DECOMPTE_FINAL_FOURNISSEUR")["idFactureTravaux"]
    a17 = simulator.control.act(a7, "moe", "accept")
    a20 = simulator.control.act(a17["id"], "moa", "accept")
    assert a20["status"] == "A_ASSOCIER_FOURNISSEUR"
    framework = "A8_DECOMPTE_GENERAL_DEFINITIF_FOURNISSEUR"
    a8 = client.submit_works(number="DGD-1", framework=framework, idPiecePrecedente=a20["id"])
    assert a8["statutFactureTravaux"] == "MISE_A_DISPOSITION"
    assert [code for code, _ in statuses(client, a7)] == ["A7", "A17", "A20", "A8"]


def test_moe_may_send_straight_to_the_paymaster(client, simulator):
    a4 = client.submit_works()["idFactureTravaux"]
    a16 = simulator.control.act(a4, "moe", "accept", framework="A16")
    assert (a16["framework"], a16["status"]) == ("A16_ETAT_ACOMPTE_VALIDE_MOE", "MISE_A_DISPOSITION")


def test_documents_asked_for_then_completed_and_addressing_recycled(client, simulator):
    document = client.submit_works()["idFactureTravaux"]
    simulator.control.act(document, "moe", "suspend", "Joindre le détail des métrés")
    extra = {
        "pieceJointeComplementaireDesignation": "Métrés",
        "pieceJointeComplementaireId": client.upload("metres.pdf"),
    }
    body = {"idFactureTravaux": document, "pieceJointeComplementaire": [extra], "commentaire": "Ci-joint"}
    assert client.call("facturesTravaux/v1/completer", body)["codeRetour"] == 0
    assert statuses(client, document) == [("A4", "COMPLETEE")]
    assert client.call("facturesTravaux/v1/completer", body) == {
        "codeRetour": 20002,
        "libelle": "GDP_MSG_11.033 - La demande de paiement n'est pas au statut « Suspendue ».",
    }
    simulator.control.act(document, "moe", "recycle", "Mauvais service")
    body = {
        "idFactureTravaux": document,
        "destinataire": {"codeDestinataire": COUNTY_SIRET, "codeServiceExecutant": "DIRBAT"},
        "reference": {"numeroBonCommande": "2026-EJ-004512"},
    }
    assert client.call("facturesTravaux/v1/recycler", body)["statutFactureTravaux"] == "A_ASSOCIER_MOE"
    row = client.call("facturesTravaux/v1/rechercher", {"roleUtilisateur": "FOURNISSEUR"})["listeFacturesTravaux"][0]
    assert (row["codeDestinataire"], row["codeServiceExecutant"], row["numeroFactureTravaux"]) == (
        COUNTY_SIRET,
        "DIRBAT",
        "2026T014-S04",
    )


def test_paymaster_returns(client, simulator):
    """SUSPENDUE, A_RECYCLER and REJETEE are three different returns, each with its reason."""
    a6 = "A6_ETAT_ACOMPTE_VALIDE_FOURNISSEUR"
    for action, status in (("suspend", "SUSPENDUE"), ("recycle", "A_RECYCLER"), ("reject", "REJETEE")):
        document = client.submit_works(number=f"S-{action}", framework=a6)["idFactureTravaux"]
        simulator.control.act(document, "payer", action, f"Motif {action}")
        row = client.folder(document)[0]
        assert (row["statutFactureTravaux"], row["commentaireEtatCourant"]) == (status, f"Motif {action}")


def test_two_accounts_never_see_each_other(client, simulator):
    document = client.submit_works()["idFactureTravaux"]
    other = Client(simulator, CARPENTER)
    assert other.call("facturesTravaux/v1/rechercher", {})["codeRetour"] == 20007
    for path in ("consulter", "consulter/dossierfacturation", "completer", "recycler"):
        assert other.call(f"facturesTravaux/v1/{path}", {"idFactureTravaux": document})["codeRetour"] == 20000
    assert client.call("facturesTravaux/v1/consulter", {"idFactureTravaux": document})["codeRetour"] == 0


def test_search_filters_and_paging(client, simulator):
    for index in range(12):
        client.submit_works(number=f"2026T014-S{index:02d}")
        simulator.control.advance(60)
    found = client.call("facturesTravaux/v1/rechercher", {"roleUtilisateur": "FOURNISSEUR"})
    assert found["parametresRetour"] == {"pageCourante": 1, "pages": 2, "nbResultatsParPage": 10, "total": 12}
    assert len(found["listeFacturesTravaux"]) == 10
    page = {"rechercheFactureTravaux": {"nbResultatsParPage": 1000}}
    assert len(client.call("facturesTravaux/v1/rechercher", page)["listeFacturesTravaux"]) == 12
    one = client.call("facturesTravaux/v1/rechercher", {"numeroFactureTravaux": "2026T014-S03"})["listeFacturesTravaux"]
    assert [row["numeroFactureTravaux"] for row in one] == ["2026T014-S03"]
    since = {"periodeDateHeureEtatCourantDu": one[0]["dateHeureEtatCourant"]}
    assert client.call("facturesTravaux/v1/rechercher", since)["parametresRetour"]["total"] == 9
    status = {"listeStatutCourant": ["ASSOCIEE"]}
    assert client.call("facturesTravaux/v1/rechercher", status)["codeRetour"] == 20007


def test_linked_pieces_are_read_from_both_sides(client, simulator):
    a4 = client.submit_works()["idFactureTravaux"]
    a15 = simulator.control.act(a4, "moe", "accept")["id"]
    read = client.call("facturesTravaux/v1/consulter", {"idFactureTravaux": a4})["factureTravaux"]
    assert read["pieceSuivante"]["idPieceSuivante"] == a15
    assert read["cadreDeFacturation"]["identifiantMoe"] == MOE_SIRET
    assert read["cadreDeFacturation"]["identifiantMoa"] == TOWN_SIRET
    assert read["listeDesPiecesJointes"]["pieceJointe"][0]["pieceJointeExtension"] == "PDF"
    read = client.call("facturesTravaux/v1/consulter", {"idFactureTravaux": a15})["factureTravaux"]
    assert read["piecePrecedente"]["idPiecePrecedente"] == a4
