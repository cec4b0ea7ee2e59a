"""A subcontractor of a joint contractor: the joint contractor validates first, the lead after him (§3.2)."""

import pytest
from conftest import BUILDER_SIRET, CARPENTER_ID, MOE_SIRET, Client
from test_invoices import invoice_body

LEAD = ("TECH_1_lead@cpro.fr", "Mandataire-2026!")
SUBCONTRACTOR = ("TECH_1_sub@cpro.fr", "Sous-traitant-2026!")
SUB_SIRET, LEAD_SIRET = "85908301600021", "34628194200018"


@pytest.fixture
def submitted(simulator):
    """A10 of a subcontractor, whom the builder (joint contractor) validates before the lead does."""
    simulator.control.add_structure(SUB_SIRET, "Étanchéité Morin")
    sub = Client(simulator, SUBCONTRACTOR, create=SUB_SIRET)
    body = invoice_body(sub, number="ST-01")
    body["fournisseur"] = {"idFournisseur": sub.structure}
    body["cadreDeFacturation"] = {
        "codeCadreFacturation": "A9_FACTURE_SOUSTRAITANT",
        "codeStructureValideur": BUILDER_SIRET,
    }
    return sub.call("factures/v1/soumettre", body)["identifiantFactureCPP"]


def statuses(client, identifier):
    answer = client.call("factures/v1/consulter/historique", {"idFacture": identifier})
    return [row["histoStatutCode"] for row in answer["historiquesDesStatuts"]["histoStatut"]][::-1]


def waiting(client):
    found = client.call("factures/v1/rechercher/aTraiter/valideur", {})
    return [row["idFacture"] for row in found.get("listeFactures", [])]


def test_the_lead_validates_after_the_joint_contractor(simulator, client, submitted):
    lead = Client(simulator, LEAD, create=LEAD_SIRET)
    assert (waiting(client), waiting(lead)) == ([submitted], [])
    simulator.control.act(submitted, "validator", "accept", second=LEAD_SIRET)
    assert (waiting(client), waiting(lead)) == ([], [submitted])
    decision = {"idFacture": submitted, "action": "VALIDATION"}
    assert client.call("factures/v1/traiter/factureAValider", decision)["codeRetour"] == 20001
    answer = lead.call("factures/v1/traiter/factureAValider", decision)
    assert (answer["codeRetour"], answer["statutFacture"]) == (0, "VALIDEE_2")
    assert statuses(lead, submitted) == ["A_VALIDER_1", "VALIDEE_1", "A_VALIDER_2", "VALIDEE_2", "DEPOSEE"]
    frame = lead.call("factures/v1/consulter/valideur", {"identifiantFactureCPP": submitted})["facture"]
    assert frame["cadreDeFacturation"]["codeValideur2"] == LEAD_SIRET


def test_fifteen_days_of_silence_of_the_lead_are_his_agreement(simulator, client, submitted):
    simulator.control.act(submitted, "validator", "accept", second=LEAD_SIRET)
    simulator.control.advance(15 * 86400)
    client.connect()  # the token died meanwhile
    assert statuses(client, submitted)[2:5] == ["A_VALIDER_2", "ABSENCE_VALIDATION_2_HORS_DELAI", "DEPOSEE"]


def test_a_lead_refuses_with_his_reason(simulator, client, submitted):
    simulator.control.act(submitted, "validator", "accept", second=LEAD_SIRET)
    simulator.control.act(submitted, "validator2", "refuse", "Travaux non exécutés")
    assert statuses(client, submitted)[-1] == "REFUSEE_2"


def test_the_joint_contractor_who_named_the_wrong_lead_names_another(simulator, client, submitted):
    simulator.control.act(submitted, "validator", "accept", second=MOE_SIRET)
    simulator.control.act(submitted, "validator2", "disclaim", "Nous ne sommes pas mandataire")
    assert statuses(client, submitted)[-1] == "ERREUR_COTRAITANT_SUR_VALIDEUR"
    corrected = {"idFacture": submitted, "identifiantStructure": LEAD_SIRET, "typeIdentifiantStructure": "SIRET"}
    assert client.call("factures/v1/corriger/valideur/facture", corrected)["codeRetour"] == 0
    assert waiting(Client(simulator, LEAD, create=LEAD_SIRET)) == [submitted]


def test_nobody_else_sees_it(simulator, submitted):
    simulator.control.act(submitted, "validator", "accept", second=LEAD_SIRET)
    carpenter = Client(simulator, ("TECH_000000000182260@cpp2017.fr", "Poutre-2026!bois"))
    assert carpenter.structure == CARPENTER_ID
    assert waiting(carpenter) == []
    refused = carpenter.call("factures/v1/traiter/factureAValider", {"idFacture": submitted, "action": "VALIDATION"})
    assert refused["codeRetour"] == 20000
