"""Who lives in the simulation, made by a test: structures, services, accounts, applications; and nobody sees the papers
of another.
"""

import base64

import pytest
import requests
from conftest import BUILDER_ID, BUILDER_SIRET, MOE_SIRET, TOWN_SIRET, Client
from test_invoices import invoice_body

from chorus_simulator import ControlError

PORT, BRANCH = "19330000400010", "45260181800027"


def test_a_new_public_client_with_its_services_is_found_and_billed(client, simulator):
    simulator.control.add_structure(PORT, "Port de Basse-Loire", public=True, moa=True, requires_service=True)
    simulator.control.add_service(PORT, "QUAIS", name="Direction des quais")
    simulator.control.add_service(PORT, "VIEUX", active=False)
    wanted = {"structure": {"raisonSocialeStructure": "basse-loire"}}
    (found,) = client.call("structures/v1/rechercher", wanted)["listeStructures"]
    services = client.call("structures/v1/rechercher/services", {"idStructure": found["idStructureCPP"]})
    assert {row["codeService"]: row["estActif"] for row in services["listeServices"]} == {"QUAIS": True, "VIEUX": False}

    def submit(service):
        target = {"codeDestinataire": PORT, "codeServiceExecutant": service}
        return client.call("factures/v1/soumettre", invoice_body(client, destinataire=target))["codeRetour"]

    assert (submit("VIEUX"), submit("QUAIS")) == (20133, 0)


def test_one_account_for_a_company_and_its_branch(simulator):
    simulator.control.add_structure(BRANCH, "Bâtisseurs du Val, agence de Tours")
    simulator.control.add_bank_account(BRANCH, "FR7630006000011234567890189", "Compte de l'agence")
    simulator.control.add_account("TECH_1_groupe@cpro.fr", "Groupe-2026!val", BUILDER_SIRET, BRANCH)
    group = Client(simulator, ("TECH_1_groupe@cpro.fr", "Groupe-2026!val"))
    found = group.call("utilisateurs/v1/monCompte/recuperer/rattachements")["listeStructureRattachement"]
    assert {row["identifiantStructure"] for row in found} == {BUILDER_SIRET, BRANCH}
    branch = next(row["idStructure"] for row in found if row["identifiantStructure"] == BRANCH)
    accounts = group.call("transverses/v1/recuperer/coordbanc/valides", {"idStructure": branch})
    assert [row["nomCoordonneeBancaire"] for row in accounts["listeCoordonneeBancaire"]] == ["Compte de l'agence"]


def test_another_piste_application_has_its_own_secret_apis_and_quota(simulator, client):
    other = "11111111-2222-4333-8444-555555555555"
    simulator.control.add_application(other, "un-autre-secret", apis=["transverses"])
    simulator.control.account(client.account[0], connected=True)  # its raccordement with every application
    form = {"grant_type": "client_credentials", "client_id": other, "client_secret": "un-autre-secret"}
    token = requests.post(simulator.oauth_url, data=form, timeout=10).json()["access_token"]
    mine = dict(client.session.headers)
    simulator.control.settings(quota={"limit": 1, "period": 60})
    assert client.raw("transverses/v1/recuperer/devises").status_code == 200
    assert client.raw("transverses/v1/recuperer/devises").status_code == 429
    client.session.headers["Authorization"] = f"Bearer {token}"
    assert client.raw("transverses/v1/recuperer/devises").status_code == 200
    assert client.raw("factures/v1/rechercher/fournisseur").status_code == 403
    client.session.headers = mine


@pytest.mark.parametrize(
    ("path", "payload", "word"),
    [
        ("structures", {"siret": "123", "name": "X"}, "14 chiffres"),
        ("structures", {"siret": TOWN_SIRET, "name": "X"}, "existe"),
        ("structures/99999999999999/services", {"code": "A"}, "introuvable"),
        ("accounts", {"login": "a", "password": "b", "sirets": ["99999999999999"]}, "sirets"),
        ("accounts", {"login": "TECH_000000000181259@cpp2017.fr", "password": "b", "sirets": [MOE_SIRET]}, "existe"),
        ("commitments", {"number": "E"}, "SIRET"),
        ("applications", {"client_id": "x"}, "secret"),
    ],
)
def test_what_cannot_be_made_is_refused_in_french(simulator, path, payload, word):
    with pytest.raises(ControlError, match=word):
        simulator.control.call("POST", path, payload)


def test_a_client_that_never_reports_its_payments(client, simulator):
    simulator.control.structure(TOWN_SIRET, reports_payment=False)
    number = client.call("factures/v1/soumettre", invoice_body(client))["identifiantFactureCPP"]
    simulator.control.advance(2)
    town = client.call("transverses/v1/rechercher/destinataire", {"identifiant": TOWN_SIRET})["listeDestinataires"][0]
    read = client.call("structures/v1/consulter", {"idStructureCPP": town["idStructureCPP"]})
    assert read["parametres"]["statutMiseEnPaiementNestPasRemonte"] is True
    simulator.control.act(number, "payer", "mandate")
    with pytest.raises(ControlError, match="ne remonte pas"):
        simulator.control.act(number, "payer", "pay")


def test_nobody_reads_changes_or_downloads_the_papers_of_another(client, simulator):
    """Every service that takes an identifier, called by an account that is no party to the paper."""
    works = client.submit_works()["idFactureTravaux"]
    invoice = client.call("factures/v1/soumettre", invoice_body(client))["identifiantFactureCPP"]
    flow = client.deposit_flow(b"%PDF-1.4")
    stranger = Client(simulator, ("TECH_1_etranger@cpro.fr", "Etranger-2026!val"), create="59603082500019")
    before = simulator.control.works(), simulator.control.invoices()
    calls = [
        *((f"factures/v1/consulter/{who}", {"identifiantFactureCPP": invoice}) for who in ("fournisseur", "valideur")),
        ("factures/v1/consulter/recipiendaire", {"identifiantFactureCPP": invoice}),
        ("factures/v1/consulter/historique", {"idFacture": invoice}),
        ("factures/v1/completer", {"identifiantFactureCPP": invoice}),
        ("factures/v1/recycler", {"identifiantFactureCPP": invoice}),
        ("factures/v1/traiterRejet", {"listeDemandePaiement": [{"idDemandePaiement": invoice}]}),
        ("factures/v1/corriger/valideur/facture", {"idFacture": invoice, "identifiantStructure": MOE_SIRET}),
        ("factures/v1/traiter/factureAValider", {"idFacture": works, "action": "VALIDATION"}),
        ("factures/v1/traiter/recue", {"idFacture": invoice, "nouveauStatut": "MANDATEE"}),
        *(
            ("factures/v1/telecharger/groupe", {"format": kind, "listeFacture": [{"idFacture": number}]})
            for kind in ("PDF", "PIVOT", "ZIP")
            for number in (works, invoice)
        ),
        *(
            (f"facturesTravaux/v1/{name}", {"idFactureTravaux": works})
            for name in ("consulter", "consulter/dossierfacturation", "completer", "recycler", "demander/recyclage")
        ),
        ("facturesTravaux/v1/refuser", {"idFactureTravaux": works, "motif": "x"}),
        ("facturesTravaux/v1/suspendre/demander/completer/factureTravaux", {"idFactureTravaux": works}),
        ("transverses/v1/consulterCR", {"numeroFluxDepot": flow}),
        ("transverses/v1/consulterCRDetaille", {"numeroFluxDepot": flow}),
        ("transverses/v1/rechercher/pj/structure", {"idStructureCPP": BUILDER_ID}),
        ("transverses/v1/recuperer/coordbanc/valides", {"idStructure": BUILDER_ID}),
        ("structures/v1/lister/rattachementsutilisateur", {"idStructure": BUILDER_ID}),
        ("structures/v1/rechercher/espaces", {"structure": {"idStructure": BUILDER_ID}}),
        ("engagementsJuridiques/v1/consulterDetail", {"numeroEngagementJuridique": "2026-EJ-004512"}),
    ]
    for path, body in calls:
        assert stranger.call(path, body)["codeRetour"] != 0, path
    for path in ("fournisseur", "valideur", "recipiendaire", "atraiter/fournisseur", "aTraiter/valideur"):
        assert stranger.call(f"factures/v1/rechercher/{path}")["codeRetour"] == 20000, path
    for path in ("rechercher", "rechercher/atraiter"):
        assert stranger.call(f"facturesTravaux/v1/{path}")["codeRetour"] == 20007, path
    assert stranger.call("transverses/v1/rechercher/pj/moncompte")["codeRetour"] == 20000
    assert (simulator.control.works(), simulator.control.invoices()) == before


def test_the_moe_the_moa_and_the_paymaster_see_what_concerns_them(client, simulator):
    a4 = client.submit_works()["idFactureTravaux"]
    moe = Client(simulator, ("TECH_1_lumen@cpro.fr", "Lumen-2026!moe"), create=MOE_SIRET)
    town = Client(simulator, ("TECH_1_mairie@cpro.fr", "Mairie-2026!val"), create=TOWN_SIRET)
    waiting = moe.call("facturesTravaux/v1/rechercher/atraiter", {"roleUtilisateur": "MOE"})["listeFacturesTravaux"]
    assert [row["idFactureTravaux"] for row in waiting] == [a4]
    assert town.call("facturesTravaux/v1/rechercher/atraiter")["codeRetour"] == 20007
    assert town.call("factures/v1/rechercher/recipiendaire")["codeRetour"] == 20000  # not yet at the paymaster's
    asked = "facturesTravaux/v1/suspendre/demander/completer/factureTravaux"
    assert moe.call(asked, {"idFactureTravaux": a4, "commentaire": "Joindre les métrés"})["codeRetour"] == 0
    row = client.call("facturesTravaux/v1/rechercher/atraiter")["listeFacturesTravaux"][0]
    assert row["statutFactureTravaux"] == "A_COMPLETER"
    client.call("facturesTravaux/v1/completer", {"idFactureTravaux": a4})
    a15 = simulator.control.act(a4, "moe", "accept")["id"]
    a19 = simulator.control.act(a15, "moa", "accept")["id"]
    found = town.call("factures/v1/rechercher/recipiendaire", {"typeDemandePaiement": "FACTURE_TRAVAUX"})
    assert [row["idFacture"] for row in found["listeFactures"]] == [a19]
    treated = town.call("factures/v1/traiter/recue", {"idFacture": a19, "nouveauStatut": "SUSPENDUE"})
    assert treated["codeRetour"] == 20003 and "motif" in treated["libelle"]
    assert town.call("factures/v1/traiter/recue", {"idFacture": a19, "nouveauStatut": "MANDATEE"})["codeRetour"] == 0
    again = town.call("factures/v1/traiter/recue", {"idFacture": a19, "nouveauStatut": "SUSPENDUE", "motif": "RIB"})
    assert "GDP_MSG_11.001" in again["libelle"]
    assert client.folder(a4)[-1]["statutFactureTravaux"] == "MANDATEE"


def test_a_download_is_remembered(client, simulator):
    number = client.call("factures/v1/soumettre", invoice_body(client))["identifiantFactureCPP"]
    simulator.control.advance(2)
    town = Client(simulator, ("TECH_1_mairie@cpro.fr", "Mairie-2026!val"), create=TOWN_SIRET)
    wanted = {"factureTelechargeeParDestinataire": False}
    assert town.call("factures/v1/rechercher/recipiendaire", wanted)["codeRetour"] == 0
    answer = town.call("factures/v1/telecharger/groupe", {"format": "PDF", "listeFacture": [{"idFacture": number}]})
    assert base64.b64decode(answer["fichierResultat"]).startswith(b"%PDF-")
    assert town.call("factures/v1/rechercher/recipiendaire", wanted)["codeRetour"] == 20000
    history = client.call("factures/v1/consulter/historique", {"idFacture": number})
    assert history["derniereAction"]["derniereActionCode"] == "TELECHARGEMENT_FACTURE"


def test_the_works_flows_can_be_switched_on(client, simulator):
    asked = {"formatFlux": "IN_DP_E5_FACTURX"}
    assert client.call("transverses/v1/recuperer/syntaxeflux", asked)["codeRetour"] == 20000
    simulator.control.settings(works_flows=True)
    found = client.call("transverses/v1/recuperer/syntaxeflux", asked)["listeSyntaxeFlux"]
    assert found == [{"syntaxeFlux": "IN_DP_E5_CII_FACTURX"}]
