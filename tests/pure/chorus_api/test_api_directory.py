"""What the directory of Chorus Pro tells of public bodies, and of ourselves, read into typed values."""

from datetime import date
from decimal import Decimal

import pytest
from scripted_server import OK

SERVICES = "/cpro/structures/v1/rechercher/services"


def test_requirements_of_a_public_client(server, client):
    server.script(
        "/cpro/structures/v1/consulter",
        {
            **OK,
            "informationGenerales": {
                "identifiantStructure": "45260181800019",
                "raisonSocialeStructure": "Bâtisseurs du Val",
                "structurePriveePublique": "PRIVEE",
                "dateExpirationMotPasseCompteTech": "2027-12-31T23:30:00.000+01:00",
            },
            "parametres": {"codeServiceDoitEtreRenseigne": True, "statutMiseEnPaiementNestPasRemonte": "true"},
        },
    )
    structure = client.read_structure(123)
    assert (structure.name, structure.siret, structure.is_public) == ("Bâtisseurs du Val", "45260181800019", False)
    assert (structure.requires_service, structure.requires_commitment) == (True, False)
    assert structure.reports_payment is False
    assert structure.password_expiry == date(2027, 12, 31)


def test_structure_about_which_nothing_is_told_requires_nothing(server, client):
    server.script("/cpro/structures/v1/consulter", OK)
    structure = client.read_structure(123)
    assert not (structure.requires_service or structure.requires_commitment or structure.requires_service_or_commitment)
    assert structure.reports_payment and structure.password_expiry is None and structure.is_public is None


def test_services_to_which_a_supplier_may_send(server, client):
    services = [
        {"idService": 1, "codeService": "DIRROUTES", "estActif": True, "dateDbtService": "2016-10-25 17:42"},
        {"idService": 2, "codeService": "ANCIEN", "estActif": False},
        {"idService": 3, "codeService": "FERME", "statutService": "INACTIF"},
        {"idService": 4, "codeService": "FACTURES_PUBLIQUES", "estActif": "true"},
    ]
    server.script(SERVICES, {**OK, "listeServices": services})
    found = client.list_services(25784152)
    assert [service.code for service in found if service.for_suppliers] == ["DIRROUTES"]
    assert found[0].valid_from == date(2016, 10, 25)


def test_structures_of_the_technical_account(server, client):
    server.script(
        "/cpro/transverses/v1/recuperer/structures/actives/fournisseur",
        {
            **OK,
            "listeStructures": [
                {"idStructureCPP": 123, "identifiant": "45260181800019", "designationStructure": "Val"}
            ],
        },
    )
    (structure,) = client.list_supplier_structures()
    assert (structure.structure_id, structure.siret, structure.name) == (123, "45260181800019", "Val")


def test_inactive_structure_is_known_as_such(server, client):
    rows = [
        {"idStructureCPP": 1, "statut": "ACTIVE"},
        {"idStructureCPP": 2, "statut": "INACTIVE"},
        {"idStructureCPP": 3},
    ]
    server.script("/cpro/structures/v1/rechercher", {**OK, "listeStructures": rows})
    assert [found.active for found in client.search_structures("20913909600017")] == [True, False, None]


def test_commitment_found(server, client):
    row = {"numeroEngagementJuridique": "147853", "libelleEtatCourantEJ": "COMMANDE", "montantTotalTtc": 1234.5}
    server.script("/cpro/engagementsJuridiques/v1/rechercher", {**OK, "listeEngagementJuridique": [row]})
    (commitment,) = client.search_commitments(123, "147853")
    assert (commitment.number, commitment.state, commitment.amount_total) == ("147853", "COMMANDE", Decimal("1234.5"))


@pytest.mark.parametrize("status, healthy", [(200, True), (503, False), (None, True)])
def test_health(server, client, status, healthy):
    server.script("/cpro/transverses/v1/health-check", {"body": "OK", "statusCodeValue": status})
    assert client.health_check().healthy is healthy
