"""What *soumettre* refuses for a works document (chorus-pro-api.md §2.10, §3.1, §3.7; works-billing.md §2.12)."""

import pytest
from conftest import BUILDER_ID, CARPENTER, COUNTY_SIRET, MOE_SIRET, TOWN_SIRET, Client

A5 = "A5_ETAT_ACOMPTE_FOURNISSEUR"
A10 = "A10_PROJET_DECOMPTE_MENSUEL_SOUSTRAITANT"
UNKNOWN = "99999999999999"


def total(**changes):
    return {"montantHtTotal": 100.0, "montantTVA": 20.0, "montantTtcTotal": 120.0, "montantAPayer": 120.0, **changes}


@pytest.mark.parametrize(
    ("changes", "code", "words"),
    [
        ({"framework": "A1_FACTURE_FOURNISSEUR"}, 20002, "n'est pas un cadre de facture de travaux"),
        ({"framework": "A11_PROJET_DECOMPTE_FINAL_SOUSTRAITANT"}, 20002, "n'est pas un cadre"),
        ({"typeFactureTravaux": "ETAT_ACOMPTE"}, 20002, "PROJET_DECOMPTE_MENSUEL"),
        (
            {"framework": A5, "frame": {"codeStructureMoa": None, "codeStructureMoe": None}},
            20129,
            "MOA est obligatoire",
        ),
        ({"frame": {"codeStructureMoe": None, "codeStructureMoa": None}}, 20129, "MOA est obligatoire"),
        ({"frame": {"codeStructureMoe": UNKNOWN}}, 20129, "structure MOE 99999999999999"),
        ({"frame": {"codeStructureMoa": UNKNOWN}}, 20129, "structure MOA 99999999999999"),
        ({"frame": {"codeStructureMoa": MOE_SIRET}}, 20129, "pas déclarée maître d'ouvrage"),
        ({"frame": {"codeStructureMoa": COUNTY_SIRET, "codeServiceMoa": "ANCIEN"}}, 20132, "ANCIEN"),
        ({"framework": A10}, 20129, "valideur est obligatoire"),
        ({"framework": "A15_ETAT_ACOMPTE_MOE"}, 20001, "GDP_MSG_11.005"),
        ({"framework": "A19_ETAT_ACOMPTE_VALIDE_MOA"}, 20001, "GDP_MSG_11.005"),
        ({"destinataire": {"codeDestinataire": UNKNOWN}}, 20127, "SIRET inconnu"),
        ({"destinataire": {"codeDestinataire": COUNTY_SIRET}}, 20131, "code service"),
        ({"destinataire": {"codeDestinataire": COUNTY_SIRET, "codeServiceExecutant": "DIRBAT"}}, 20134, "engagement"),
        ({"fournisseur": {"idFournisseur": 26310002}}, 20001, "GDP_MSG_11.005"),
        ({"montantTotal": total(montantTVA=19.0)}, 20304, "TTC"),
        ({"montantTotal": total(montantAPayer=121.0)}, 20305, "à payer"),
        ({"number": "2026T014-SITUATION-04"}, 20064, "20 caractères"),
        ({"number": "2026T014_S#4"}, 20064, "caractères non autorisés"),
        ({"pieceJointePrincipale": []}, 20003, "principale"),
        ({"pieceJointeComplementaire": [{"pieceJointeComplementaireId": 1}]}, 20005, "n'appartient pas"),
        ({"idPiecePrecedente": 1}, 20000, "GDP_MSG_11.008"),
        ({"references": {"deviseFacture": "USD"}}, 20013, "EUR"),
    ],
)
def test_each_fault_has_its_refusal_and_nothing_is_kept(client, simulator, changes, code, words):
    answer = client.submit_works(**changes)
    assert answer["codeRetour"] == code and words in answer["libelle"], answer
    assert simulator.control.works() == []


def test_an_inactive_moe_and_an_inactive_recipient(client, simulator):
    simulator.control.structure(MOE_SIRET, active=False)
    assert client.submit_works()["codeRetour"] == 20129
    simulator.control.structure(MOE_SIRET, active=True)
    simulator.control.structure(TOWN_SIRET, active=False)
    assert client.submit_works(frame={"codeStructureMoa": COUNTY_SIRET})["codeRetour"] == 20128


def test_the_same_number_serves_in_another_framework_and_for_another_supplier(client, simulator):
    assert client.submit_works()["codeRetour"] == 0
    assert "numéro de facture déjà utilisé" in client.submit_works()["libelle"]
    assert client.submit_works(framework=A5)["codeRetour"] == 0
    other = Client(simulator, CARPENTER)
    supplier = {"idFournisseur": 26310002, "codeCoordonneesBancairesFournisseur": 133}
    assert other.submit_works(fournisseur=supplier)["codeRetour"] == 0


def test_an_answer_must_fit_the_piece_it_answers(client, simulator):
    a4 = client.submit_works()["idFactureTravaux"]
    wrong = client.submit_works(
        number="DGD-1", framework="A8_DECOMPTE_GENERAL_DEFINITIF_FOURNISSEUR", idPiecePrecedente=a4
    )
    assert wrong["codeRetour"] == 20000 and "GDP_MSG_11.001" in wrong["libelle"]
    again = client.submit_works(number="2026T014-S04B", idPiecePrecedente=a4)
    assert "GDP_MSG_11.001" in again["libelle"]  # the A4 stands: only a refused one may be replaced
    assert len(simulator.control.works()) == 1


def test_a_piece_of_a_foreign_file_cannot_be_answered(client, simulator):
    a4 = client.submit_works()["idFactureTravaux"]
    simulator.control.act(a4, "moe", "refuse", "Autre motif")
    other = Client(simulator, CARPENTER)
    supplier = {"idFournisseur": 26310002}
    assert other.submit_works(fournisseur=supplier, idPiecePrecedente=a4)["libelle"].startswith("GDP_MSG_11.008")


def test_the_tacit_procedure(client, simulator):
    a7 = client.submit_works(number="PDF-1", framework="A7_PROJET_DECOMPTE_FINAL_FOURNISSEUR")["idFactureTravaux"]
    a22 = client.submit_works(
        number="PDG-1", framework="A22_PROJET_DECOMPTE_GENERAL_FOURNISSEUR_PROCEDURE_TACITE", idPiecePrecedente=a7
    )["idFactureTravaux"]
    a23 = client.submit_works(
        number="DGDT-1", framework="A23_DECOMPTE_GENERAL_DEFINITIF_TACITE_FOURNISSEUR", idPiecePrecedente=a22
    )
    assert a23["statutFactureTravaux"] == "MISE_A_DISPOSITION"
    assert [row["statutFactureTravaux"] for row in client.folder(a7)] == [
        "REMPLACEE_PAR_A22",
        "ASSOCIEE",
        "MISE_A_DISPOSITION",
    ]


def test_the_moe_s_own_account_may_answer_by_the_api(client, simulator):
    """With a technical account of its own, the MOE deposits its A15 itself."""
    a4 = client.submit_works()["idFactureTravaux"]
    account = ("TECH_1_85908301600013@cpro.fr", "Lumen-2026!moe")
    simulator.control.add_account(*account, MOE_SIRET)
    moe = Client(simulator, account)
    seen = moe.call("facturesTravaux/v1/rechercher", {"roleUtilisateur": "MOE"})["listeFacturesTravaux"]
    assert [row["idFactureTravaux"] for row in seen] == [a4]
    answer = moe.submit_works(
        number="2026T014-S04-EA",
        framework="A15_ETAT_ACOMPTE_MOE",
        idPiecePrecedente=a4,
        fournisseur={"idFournisseur": BUILDER_ID},
    )
    assert answer["statutFactureTravaux"] == "A_ASSOCIER_MOA"
    assert [row["statutFactureTravaux"] for row in client.folder(a4)] == ["ASSOCIEE", "A_ASSOCIER_MOA"]
