"""Every answer follows the official schemas. The swagger files are third-party documents, kept outside the
repository.
"""

import base64
import json
import os
from pathlib import Path

import jsonschema
import pytest
from conftest import BUILDER_ID, CARPENTER, COUNTY_SIRET, TOWN_SIRET, Client
from samples import factur_x
from test_invoices import invoice_body

from chorus_simulator.pdf import one_page_pdf

REPOSITORY = Path(__file__).resolve().parents[2]
FOLDER = Path(os.environ.get("CHORUS_SWAGGER_DIR") or REPOSITORY.parent / "shared" / "reference" / "chorus-pro-swagger")
pytestmark = pytest.mark.skipif(
    not FOLDER.is_dir(), reason=f"official swagger files absent (CHORUS_SWAGGER_DIR or {FOLDER.name})"
)


def tightened(definition):
    """The same schema, refusing the keys that it does not name."""
    if definition.get("type") == "object" and "properties" in definition:
        return {**definition, "additionalProperties": False}
    return definition


@pytest.fixture(scope="module")
def schemas():
    """Route → answer schema, for every operation of the two swaggers."""
    found = {}
    for path in sorted(FOLDER.glob("*.json")):
        swagger = json.loads(path.read_text(encoding="utf-8"))
        definitions = {name: tightened(value) for name, value in swagger["definitions"].items()}
        for route, operations in swagger["paths"].items():
            reference = operations["post"]["responses"]["200"]["schema"]
            found[f"{path.stem}{route}"] = jsonschema.Draft4Validator({**reference, "definitions": definitions})
    assert len(found) == 28
    return found


# Called with success by the first test.
SUCCEEDED_ABOVE = {
    *(f"factures/v1/{name}" for name in ("deposer/flux", "soumettre", "completer", "recycler", "traiterRejet")),
    *(f"factures/v1/{name}" for name in ("rechercher/fournisseur", "consulter/fournisseur", "consulter/historique")),
    *(f"structures/v1/{name}" for name in ("rechercher", "consulter", "rechercher/services", "consulter/service")),
}


@pytest.fixture
def checked(client, schemas):
    """Call a service and check its answer against the official schema."""

    def call(route, body, who=client):
        answer = who.call(route, body)
        schemas[route].validate(answer)
        if answer.get("codeRetour", 0) == 0:
            call.succeeded.add(route)
        return answer

    call.succeeded = set()
    return call


def test_every_answer_follows_the_official_schema(checked, client, simulator, schemas):
    content = base64.b64encode(factur_x(contract="M", attachments={"a.csv": b"1"})).decode()
    flow = {"fichierFlux": content, "nomFichier": "f.pdf", "syntaxeFlux": "IN_DP_E2_CII_FACTURX"}
    receipt = checked("factures/v1/deposer/flux", flow)
    simulator.control.advance(4)
    submitted = checked("factures/v1/soumettre", invoice_body(client))
    identifier = submitted["identifiantFactureCPP"]
    simulator.control.advance(2)
    found = checked("factures/v1/rechercher/fournisseur", {})
    assert {row.get("numeroFluxDepot") for row in found["listeFactures"]} == {receipt["numeroFluxDepot"], None}
    for row in found["listeFactures"]:
        checked("factures/v1/consulter/fournisseur", {"identifiantFactureCPP": row["identifiantFactureCPP"]})
        checked("factures/v1/consulter/historique", {"idFacture": row["identifiantFactureCPP"]})
    simulator.control.act(identifier, "payer", "suspend", "RIB")
    checked("factures/v1/completer", {"identifiantFactureCPP": identifier, "commentaire": "voici"})
    simulator.control.act(identifier, "payer", "recycle", "service")
    checked("factures/v1/recycler", {"identifiantFactureCPP": identifier})
    simulator.control.advance(2)
    simulator.control.act(identifier, "payer", "reject", "montant")
    checked("factures/v1/traiterRejet", {"listeDemandePaiement": [{"idDemandePaiement": identifier}]})
    checked("factures/v1/rechercher/fournisseur", {"rejetTraite": True})
    for body in ({}, {"structure": {"typeStructure": "PUBLIQUE"}}):
        for row in checked("structures/v1/rechercher", body)["listeStructures"]:
            checked("structures/v1/consulter", {"idStructureCPP": row["idStructureCPP"]})
            for service in checked("structures/v1/rechercher/services", {"idStructure": row["idStructureCPP"]}).get(
                "listeServices", []
            ):
                checked("structures/v1/consulter/service", {"idService": service["idService"]})
    assert checked.succeeded == SUCCEEDED_ABOVE


def test_every_official_operation_is_served_and_follows_its_schema(checked, client, simulator, schemas):
    """The services of the test above, and those of the validator, the recipient, downloads and memberships."""
    town = Client(simulator, ("TECH_1_26613186100012@cpro.fr", "Mairie-2026!val"), create=TOWN_SIRET)
    lead = Client(simulator, ("TECH_1_34628194200018@cpro.fr", "Travaux-2026!val"), create="34628194200018")
    pdf = base64.b64encode(one_page_pdf(["FACTURE : FA-77", "45260181800019", "26613186100012"])).decode()
    checked("factures/v1/deposer/pdf", {"fichierFacture": pdf, "nomFichier": "f.pdf", "formatDepot": "PDF_NON_SIGNE"})
    checked("factures/v1/rechercher/demandePaiement", {})
    a9 = {"codeCadreFacturation": "A9_FACTURE_SOUSTRAITANT", "codeStructureValideur": "34628194200018"}
    bodies = [invoice_body(client, number=f"A9-{rank}", cadreDeFacturation=a9) for rank in range(3)]
    ids = [client.call("factures/v1/soumettre", body)["identifiantFactureCPP"] for body in bodies]
    checked("factures/v1/rechercher/atraiter/fournisseur", {})
    checked("factures/v1/rechercher/aTraiter/valideur", {}, lead)
    checked("factures/v1/rechercher/valideur", {}, lead)
    checked("factures/v1/recuperer/statutsFactureVisibles/valideur", {}, lead)
    checked("factures/v1/consulter/valideur", {"identifiantFactureCPP": ids[0]}, lead)
    checked("factures/v1/traiter/factureAValider", {"idFacture": ids[0], "action": "VALIDATION"}, lead)
    simulator.control.act(ids[1], "validator", "disclaim", "Pas le bon titulaire")
    checked("factures/v1/corriger/valideur/facture", {"idFacture": ids[1], "identifiantStructure": "34628194200018"})
    simulator.control.advance(2)
    checked("factures/v1/rechercher/recipiendaire", {}, town)
    checked("factures/v1/rechercher/atraiter/recipiendaire", {}, town)
    checked("factures/v1/consulter/recipiendaire", {"identifiantFactureCPP": ids[0]}, town)
    checked("factures/v1/telecharger/groupe", {"format": "PDF", "listeFacture": [{"idFacture": ids[0]}]}, town)
    checked("factures/v1/consulter/historique", {"idFacture": ids[0]}, town)
    mandated = {"idFacture": ids[0], "nouveauStatut": "MANDATEE", "numeroDPMandat": "M-2026-4"}
    checked("factures/v1/traiter/recue", mandated, town)
    checked("factures/v1/consulter/fournisseur", {"identifiantFactureCPP": ids[0]})
    county = Client(simulator, ("TECH_1_20913909600017@cpro.fr", "Departement-2026!val"), create=COUNTY_SIRET)
    checked("structures/v1/lister/rattachementsutilisateur", {"idStructure": county.structure}, county)
    checked("structures/v1/rechercher/espaces", {"structure": {"idStructure": BUILDER_ID}})
    covered = checked.succeeded | SUCCEEDED_ABOVE
    assert set(schemas) - covered == {"factures/v1/rechercher/demandePaiement"}  # not in qualification


def test_refusals_follow_the_official_schema_too(checked, client, simulator):
    other = Client(simulator, CARPENTER)
    checked("factures/v1/rechercher/fournisseur", {}, other)
    checked("factures/v1/consulter/fournisseur", {"identifiantFactureCPP": 1})
    checked("factures/v1/soumettre", {})
    checked("factures/v1/deposer/flux", {})
    checked("structures/v1/consulter", {"idStructureCPP": 1})


def test_a_works_document_read_by_the_invoice_services_follows_the_schema(checked, client, simulator):
    document = client.submit_works()["idFactureTravaux"]
    simulator.control.act(document, "moe", "accept")
    checked("factures/v1/consulter/historique", {"idFacture": document})


def test_the_blocks_of_a_works_document_are_those_of_the_official_invoice(client, simulator, schemas):
    """*consulter* of works is in no public swagger: its blocks follow those of ``FactureCppEmise``."""
    document = client.submit_works()["idFactureTravaux"]
    simulator.control.act(document, "moe", "accept")
    read = client.call("facturesTravaux/v1/consulter", {"idFactureTravaux": document})["factureTravaux"]
    definitions = schemas["factures/v1/consulter/fournisseur"].schema["definitions"]
    blocks = {
        "destinataire": "DestinataireFactureEmise",
        "fournisseur": "FournisseurFactureEmise",
        "cadreDeFacturation": "CadreDeFacturationOutput",
        "references": "References",
        "montantTotal": "MontantTotal",
        "listeDesPiecesJointes": "PiecesJointes",
        "pieceSuivante": "PieceSuivante",
    }
    for key, name in blocks.items():
        jsonschema.Draft4Validator({"$ref": f"#/definitions/{name}", "definitions": definitions}).validate(read[key])
    assert read["fournisseur"]["idFournisseur"] == BUILDER_ID
