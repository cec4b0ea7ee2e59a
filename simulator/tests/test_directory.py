"""Structures, services, engagements, reference lists, files (chorus-pro-api.md §2.7 to §2.9, §2.11, §6.4 rows
25, 37, 38, 52 to 54).
"""

import base64
from datetime import datetime, timedelta

from conftest import BUILDER_ID, BUILDER_SIRET, CARPENTER_ID, COUNTY_SIRET, MOE_SIRET


def structure(client, siret):
    return client.call(
        "structures/v1/rechercher", {"structure": {"identifiantStructure": siret, "typeIdentifiantStructure": "SIRET"}}
    )


def flags(client, siret):
    found = structure(client, siret)["listeStructures"][0]
    return client.call("structures/v1/consulter", {"idStructureCPP": found["idStructureCPP"]})["parametres"]


def test_the_mattress_tells_what_each_recipient_requires(client):
    required = {
        siret: (flags(client, siret)["codeServiceDoitEtreRenseigne"], flags(client, siret)["numeroEJDoitEtreRenseigne"])
        for siret in ("12345678200051", "12345678200036", "12345678200028", "12345678200044", COUNTY_SIRET)
    }
    assert required == {
        "12345678200051": (False, False),
        "12345678200036": (False, True),
        "12345678200028": (True, False),
        "12345678200044": (True, True),
        COUNTY_SIRET: (True, True),
    }


def test_the_account_names_its_structure_and_its_password_expiry(client, simulator):
    found = client.call("transverses/v1/recuperer/structures/actives/fournisseur")["listeStructures"]
    assert found == [
        {"idStructureCPP": BUILDER_ID, "identifiant": BUILDER_SIRET, "designationStructure": "Bâtisseurs du Val"}
    ]
    own = client.call("structures/v1/consulter", {"idStructureCPP": BUILDER_ID})["informationGenerales"]
    now = datetime.fromisoformat(simulator.control.call("GET", "clock")["now"])
    expiry = datetime.fromisoformat(own["dateExpirationMotPasseCompteTech"])
    assert timedelta(days=423, hours=23) < expiry - now <= timedelta(days=424)
    other = client.call("structures/v1/consulter", {"idStructureCPP": 26320002})["informationGenerales"]
    assert "dateExpirationMotPasseCompteTech" not in other


def test_private_structures_of_others_stay_hidden(client):
    assert structure(client, MOE_SIRET)["codeRetour"] == 20000
    assert client.call("structures/v1/consulter", {"idStructureCPP": CARPENTER_ID})["codeRetour"] != 0
    assert structure(client, "99999999999999") == {
        "codeRetour": 20000,
        "libelle": "TRA_MSG_00.015 - La recherche n'a retourné aucun résultat",
    }


def test_services_come_ten_by_page(client):
    state = structure(client, "11000201100044")["listeStructures"][0]["idStructureCPP"]
    first = client.call("structures/v1/rechercher/services", {"idStructure": state})
    assert (len(first["listeServices"]), first["parametresRetour"]["total"]) == (10, 12)
    body = {
        "idStructure": state,
        "parametresRechercherServicesStructure": {"nbResultatsParPage": 10, "pageResultatDemandee": 2},
    }
    assert [row["codeService"] for row in client.call("structures/v1/rechercher/services", body)["listeServices"]] == [
        "FAC0000010",
        "FAC0000011",
    ]


def test_an_inactive_service_and_one_that_requires_a_commitment(client):
    services = client.call("structures/v1/rechercher/services", {"idStructure": 26320002})["listeServices"]
    assert {row["codeService"]: row["estActif"] for row in services} == {
        "DIRROUTES": True,
        "DIRBAT": True,
        "ANCIEN": False,
        "FACTURES_PUBLIQUES": True,
    }
    service = client.call("structures/v1/consulter/service", {"idStructure": 25784157, "idService": 20916402})
    assert (
        service["parametres"]["numeroEngagement"] is True
        and service["informationsGenerales"]["codeService"] == "FAC0000001"
    )


def test_an_inactive_structure(client, simulator):
    simulator.control.structure(COUNTY_SIRET, active=False)
    assert structure(client, COUNTY_SIRET)["listeStructures"][0]["statut"] == "INACTIVE"
    assert client.call("transverses/v1/rechercher/destinataire", {"identifiant": COUNTY_SIRET})["codeRetour"] == 20000
    simulator.control.structure(COUNTY_SIRET, active=True)
    assert (
        client.call("transverses/v1/rechercher/destinataire", {"nomVilleCodePostal": "haut-val"})["listeDestinataires"][
            0
        ]["siret"]
        == COUNTY_SIRET
    )


def test_commitments(client):
    body = {
        "structureReceptriceEngagementJuridique": str(BUILDER_ID),
        "numeroEngagementJuridique": "2026-EJ-004512",
        "etatCourantEngagementJuridique": "COMMANDE",
    }
    found = client.call("engagementsJuridiques/v1/rechercher", body)["listeEngagementJuridique"]
    assert [(row["codeServiceExecutant"], row["montantTotalTtc"]) for row in found] == [("DIRROUTES", 480000.0)]
    assert (
        client.call("engagementsJuridiques/v1/rechercher", {**body, "numeroEngagementJuridique": "X"})["codeRetour"]
        == 20000
    )


def test_files(client):
    first = client.upload("a.pdf")
    second = client.upload("b.csv", b"1;2")
    found = client.call("transverses/v1/rechercher/pj/structure", {"idStructureCPP": BUILDER_ID})["listePiecesJointes"]
    assert [(row["pieceJointeId"], row["pieceJointeDesignation"]) for row in found] == [
        (second, "b.csv"),
        (first, "a.pdf"),
    ]
    assert client.call("transverses/v1/rechercher/pj/structure", {"idStructureCPP": CARPENTER_ID})["codeRetour"] != 0
    big = base64.b64encode(b"x" * (10 * 1024 * 1024 + 1)).decode()
    body = {"pieceJointeFichier": big, "pieceJointeNom": "gros.pdf", "pieceJointeExtension": "PDF"}
    assert client.call("transverses/v1/ajouter/fichier", body)["codeRetour"] == 20003
    for changes in (
        {"pieceJointeFichier": ""},
        {"pieceJointeFichier": "é"},
        {"pieceJointeFichier": "QUFB", "pieceJointeExtension": "EXE"},
    ):
        assert client.call("transverses/v1/ajouter/fichier", {**body, **changes})["codeRetour"] != 0


def test_reference_lists(client):
    frameworks = client.call("transverses/v1/recuperer/cadrefacturation")["listeCadreFacturation"]
    works = [
        row["codeCadreFacturation"].split("_")[0]
        for row in frameworks
        if row["typeDemandePaiement"] == "FACTURE_TRAVAUX"
    ]
    assert works == ["A4", "A5", "A6", "A7", "A8", "A10", *(f"A{n}" for n in range(13, 21)), "A22", "A23", "A24", "A25"]
    assert len(client.call("transverses/v1/recuperer/typefacturetravaux")["listeTypeFactureTravaux"]) == 11
    formats = client.call("transverses/v1/recuperer/formatflux")["listeFormatFlux"]
    assert [row["formatFlux"] for row in formats] == ["IN_DP_E1_STRUCT", "IN_DP_E2_MIXTE", "IN_DP_E2_FACTURX"]
    rates = client.call("transverses/v1/recuperer/tauxtva")["listeTauxTva"]
    assert rates[0] == {"codeTauxTva": "TVA1", "libelleTauxTva": "Art 293B(FranchiseEnBase)", "valeurTauxTva": 0}
    types = client.call("transverses/v1/recuperer/typespj", {"typeObjet": "FACTURE_TRAVAUX"})["listeTypePieceJointe"]
    assert {row["typeObjet"] for row in types} == {"FACTURE_TRAVAUX"}
    assert client.call("transverses/v1/recuperer/coordbanc/valides", {"idStructure": BUILDER_ID})[
        "listeCoordonneeBancaire"
    ] == [{"idCoordonneeBancaire": 132, "nomCoordonneeBancaire": "Compte principal"}]
    for name in ("modedepot", "modereglements", "devises", "pays", "typedp", "typeidentifiant/structure"):
        assert client.call(f"transverses/v1/recuperer/{name}")["codeRetour"] == 0
