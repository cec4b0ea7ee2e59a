"""`telecharger/pieceJointe`, `completermoe` and structures without a SIRET (chorus-pro-api.md §2.7, §2.10, §3.6)."""

import base64
import io
import zipfile

import pytest
from conftest import BUILDER_ID, BUILDER_SIRET, MOE_SIRET, TOWN_SIRET, Client

DOWNLOAD = "transverses/v1/telecharger/pieceJointe"
MOE = ("TECH_1_lumen@cpro.fr", "Lumen-2026!archi")


def content(answer):
    return base64.b64decode(answer["pieceJointe"])


def names(answer):
    with zipfile.ZipFile(io.BytesIO(content(answer))) as archive:
        return archive.namelist()


def test_the_files_of_a_paper_with_or_without_its_attachments(client):
    extra = [
        {
            "pieceJointeComplementaireDesignation": "Métré",
            "pieceJointeComplementaireId": client.upload("metre.pdf"),
            "pieceJointeComplementaireType": "02",
        }
    ]
    work = client.submit_works(pieceJointeComplementaire=extra)["idFactureTravaux"]
    wanted = {"format": "PDF", "listeFacture": [{"idFacture": work}]}
    asked = {"objetPieceJointe": "DEMANDE_PAIEMENT", "demandePaiement": wanted}
    assert names(client.call(DOWNLOAD, asked)) == ["situation.pdf", "metre.pdf"]
    wanted["avecPiecesJointesComplementaires"] = "NON"
    assert content(client.call(DOWNLOAD, asked)).startswith(b"%PDF-")


def test_the_files_of_our_structure_and_of_a_commitment(client):
    client.upload("attestation.pdf")
    (name,) = names(client.call(DOWNLOAD, {"structure": {"identifiantStructure": BUILDER_SIRET}}))
    assert name.endswith("-attestation.pdf")
    order = client.call(DOWNLOAD, {"engagementJuridique": {"numeroEngagementJuridique": "2026-EJ-004512"}})
    assert content(order).startswith(b"%PDF-")


@pytest.mark.parametrize(
    "section",
    [
        {"structure": {"idStructure": BUILDER_ID}},
        {"engagementJuridique": {"numeroEngagementJuridique": "2026-EJ-004512"}},
        {"demandePaiement": {"format": "PDF", "listeFacture": [{"idFacture": 5400660}]}},
        {},
    ],
)
def test_another_account_gets_nothing(simulator, client, section):
    client.submit_works()
    stranger = Client(simulator, ("TECH_1_etranger@cpro.fr", "Etranger-2026!"), create="59603082500019")
    answer = stranger.call(DOWNLOAD, section)
    assert answer["codeRetour"] != 0
    assert "pieceJointe" not in answer


def test_the_moe_names_the_moa_who_then_receives_his_statement(simulator, client):
    work = client.submit_works(frame={"codeStructureMoa": None})["idFactureTravaux"]
    moe = Client(simulator, MOE, create=MOE_SIRET)
    named = {"idFactureTravaux": work, "cadreDeFacturation": {"codeStructureMoa": TOWN_SIRET}}
    assert client.call("facturesTravaux/v1/completermoe", named)["codeRetour"] != 0  # not the MOE
    assert moe.call("facturesTravaux/v1/completermoe", named)["codeRetour"] == 0
    read = moe.call("facturesTravaux/v1/consulter", {"idFactureTravaux": work})["factureTravaux"]
    assert read["cadreDeFacturation"]["identifiantMoa"] == TOWN_SIRET


def test_a_body_of_new_caledonia_is_found_by_its_ridet_alone(simulator, client):
    simulator.control.add_structure("0123456.001", "Province du Lagon", public=True, kind="RIDET")
    wanted = {"identifiantStructure": "0123456.001", "typeIdentifiantStructure": "RIDET"}
    (row,) = client.call("structures/v1/rechercher", {"structure": wanted})["listeStructures"]
    assert row["typeIdentifiantStructure"] == "RIDET"
    wanted["typeIdentifiantStructure"] = "SIRET"
    assert client.call("structures/v1/rechercher", {"structure": wanted})["codeRetour"] == 20000
