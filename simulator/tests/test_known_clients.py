"""The sequences of clients in production, with the bodies they send (chorus-pro-api.md §6.5 a and c, §6.4 row 56)."""

from conftest import BUILDER_ID, BUILDER_SIRET, COUNTY_SIRET, TOWN_SIRET
from samples import factur_x, tar_gz


def test_the_oca_connector_s_way(client, simulator):
    """Connection test, the recipient's requirements, a flow of two invoices, its report, their history."""
    assert (
        client.call("structures/v1/rechercher", {"structure": {"nomStructure": "This is just a test"}})["codeRetour"]
        == 20000
    )
    body = {"structure": {"identifiantStructure": COUNTY_SIRET, "typeIdentifiantStructure": "SIRET"}}
    found = client.call("structures/v1/rechercher", body)["listeStructures"]
    assert len(found) == 1
    structure = found[0]["idStructureCPP"]
    flags = client.call("structures/v1/consulter", {"idStructureCPP": structure})["parametres"]
    assert flags["codeServiceDoitEtreRenseigne"] and flags["numeroEJDoitEtreRenseigne"]
    body = {"idStructure": structure, "parametresRechercherServicesStructure": {"nbResultatsParPage": 10000}}
    services = {
        row["codeService"]: row for row in client.call("structures/v1/rechercher/services", body)["listeServices"]
    }
    body = {"idStructure": structure, "idService": services["DIRBAT"]["idService"]}
    assert client.call("structures/v1/consulter/service", body)["parametres"]["numeroEngagement"] is False
    body = {
        "structureReceptriceEngagementJuridique": str(BUILDER_ID),
        "numeroEngagementJuridique": "2026-EJ-004512",
        "etatCourantEngagementJuridique": "COMMANDE",
    }
    assert len(client.call("engagementsJuridiques/v1/rechercher", body)["listeEngagementJuridique"]) == 1
    address = {"buyer": COUNTY_SIRET, "service": "DIRBAT", "commitment": "2026-EJ-004512"}
    members = {f"F{index}.pdf": factur_x(number=f"OCA-{index}", **address) for index in (1, 2)}
    flow = client.deposit_flow(tar_gz(members), "chorus_factures.tar.gz")
    simulator.control.advance(4)
    assert client.report(flow)["etatCourantDepotFlux"] == "IN_INTEGRE"
    body = {"numeroFluxDepot": flow, "rechercheFactureParFournisseur": {"nbResultatsParPage": 4}}
    for row in client.call("factures/v1/rechercher/fournisseur", body)["listeFactures"]:
        history = client.call("factures/v1/consulter/historique", {"idFacture": row["identifiantFactureCPP"]})
        assert history["idFacture"] == row["identifiantFactureCPP"] and history["statutCourantCode"] == "DEPOSEE"


def test_a_python_client_s_way(client, simulator):
    """Health check, useless user id, UTF-8 login, search by flow and type, the report in PDF."""
    assert client.session.get(f"{simulator.api_url}/transverses/v1/health-check", timeout=10).status_code == 200
    body = {
        "idUtilisateurCourant": 0,
        "syntaxeFlux": "IN_DP_E2_CII_FACTURX",
        "nomFichier": "f.pdf",
        "avecSignature": False,
    }
    flow = client.deposit_flow(factur_x())
    assert client.call("factures/v1/deposer/flux", {**body, "fichierFlux": "JVBERi0="})["codeRetour"] == 0
    simulator.control.advance(4)
    found = client.call("factures/v1/rechercher/fournisseur", {"numeroFluxDepot": flow, "typeFacture": "FACTURE"})
    assert [row["numeroFacture"] for row in found["listeFactures"]] == ["FA-2026-001"]
    assert client.call("transverses/v1/consulterCR", {"numeroFluxDepot": flow})["etatCourantFlux"] == "IN_INTEGRE"
    assert client.call("structures/v1/consulter", {"codeLangue": "fr", "idStructureCPP": BUILDER_ID})["codeRetour"] == 0
    answer = client.call("transverses/v1/consulter/information/siret", {"siretStructure": BUILDER_SIRET})
    assert answer["codeRetour"] != 0 and "qualification" in answer["libelle"]
    assert client.call("transverses/v1/rechercher/destinataire", {"identifiant": TOWN_SIRET})["codeRetour"] == 0
