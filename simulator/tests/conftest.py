"""A running simulator with a frozen clock, and a plain client of its API."""

import base64
import sys
from pathlib import Path

import pytest
import requests

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from chorus_simulator import running_simulator
from chorus_simulator.pdf import one_page_pdf

CLIENT_ID = "0d6a3c1e-7f42-4e0b-9a35-5c2f1b7e8d90"
SECRET = "b91f4a77-2c58-4d13-8e6a-91d07c3fe4ab"
BUILDER = ("TECH_000000000181259@cpp2017.fr", "Chantier-2026!val")
CARPENTER = ("TECH_000000000182260@cpp2017.fr", "Poutre-2026!bois")
MATTRESS = ("TECH_1_33254021516357@cpro.fr", "Matelas-2026!essai")
BUILDER_ID, CARPENTER_ID, MATTRESS_ID = 26310001, 26310002, 25784152
BUILDER_SIRET, MOE_SIRET, TOWN_SIRET, COUNTY_SIRET = (
    "45260181800019",
    "85908301600013",
    "26613186100012",
    "20913909600017",
)


class Client:
    """Speaks to the API as a subscriber's software would."""

    def __init__(self, simulator, account=BUILDER, create=None):
        """:param create: SIRET of the structure for which the account is made first"""
        self.simulator, self.account, self.session = simulator, account, requests.Session()
        if create:
            simulator.control.add_account(*account, create)
        self.connect()

    @property
    def structure(self):
        """idStructureCPP of the account's own structure."""
        rows = self.call("transverses/v1/recuperer/structures/actives/fournisseur")["listeStructures"]
        return rows[0]["idStructureCPP"]

    def connect(self):
        form = {"grant_type": "client_credentials", "client_id": CLIENT_ID, "client_secret": SECRET, "scope": "openid"}
        answer = requests.post(self.simulator.oauth_url, data=form, timeout=20)
        login = base64.b64encode(":".join(self.account).encode()).decode()
        self.session.headers = {
            "Authorization": "Bearer " + answer.json()["access_token"],
            "cpro-account": login,
            "Content-Type": "application/json;charset=utf-8",
        }

    def raw(self, path, body=None, **options):
        return self.session.post(
            f"{self.simulator.api_url}/{path}", json={} if body is None else body, timeout=20, **options
        )

    def call(self, path, body=None):
        answer = self.raw(path, body)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def upload(self, name="situation.pdf", content=None):
        content = one_page_pdf(["Situation de travaux"]) if content is None else content
        body = {
            "pieceJointeFichier": base64.b64encode(content).decode(),
            "pieceJointeNom": name,
            "pieceJointeTypeMime": "application/pdf",
            "pieceJointeExtension": name.rsplit(".", 1)[-1].upper(),
        }
        return self.call("transverses/v1/ajouter/fichier", body)["pieceJointeId"]

    def deposit_flow(self, content, name="facture.pdf", syntax="IN_DP_E2_CII_FACTURX"):
        body = {
            "fichierFlux": base64.b64encode(content).decode(),
            "nomFichier": name,
            "syntaxeFlux": syntax,
            "avecSignature": False,
        }
        return self.call("factures/v1/deposer/flux", body)["numeroFluxDepot"]

    def report(self, flow):
        return self.call("transverses/v1/consulterCRDetaille", {"numeroFluxDepot": flow})

    def submit_works(self, **changes):
        return self.call("facturesTravaux/v1/soumettre", works_body(self, **changes))

    def folder(self, document_id):
        body = {"idFactureTravaux": document_id}
        return self.call("facturesTravaux/v1/consulter/dossierfacturation", body)["listeFactureTravaux"]


def works_body(
    client, number="2026T014-S04", framework="A4_PROJET_DECOMPTE_MENSUEL_FOURNISSEUR", frame=None, **changes
):
    """A right submission; ``frame`` completes or corrects ``cadreDeFacturation``, ``changes`` replace whole keys."""
    body = {
        "modeDepot": "DEPOT_PDF_API",
        "numeroFactureTravauxSaisi": number,
        "dateFactureTravaux": "2026-11-30",
        "destinataire": {"codeDestinataire": TOWN_SIRET},
        "fournisseur": {"idFournisseur": BUILDER_ID, "codeCoordonneesBancairesFournisseur": 132},
        "cadreDeFacturation": {
            "codeCadreFacturation": framework,
            "codeStructureMoe": MOE_SIRET,
            "codeStructureMoa": TOWN_SIRET,
            **(frame or {}),
        },
        "references": {"deviseFacture": "EUR", "typeTva": "TVA_SUR_ENCAISSEMENT", "numeroMarche": "2026-M-0142"},
        "montantTotal": {
            "montantHtTotal": 17500.0,
            "montantTVA": 3500.0,
            "montantTtcTotal": 21000.0,
            "montantAPayer": 19950.0,
        },
        "commentaire": "Situation n° 4",
        **changes,
    }
    body["cadreDeFacturation"] = {key: value for key, value in body["cadreDeFacturation"].items() if value is not None}
    if "pieceJointePrincipale" not in changes:
        main = {"pieceJointePrincipaleDesignation": "Situation", "pieceJointePrincipaleId": client.upload()}
        body["pieceJointePrincipale"] = [main]
    return body


@pytest.fixture(scope="session")
def server(tmp_path_factory):
    with running_simulator(tmp_path_factory.mktemp("state")) as simulator:
        yield simulator


@pytest.fixture
def simulator(server):
    """The simulator as new: seeded state, clock standing still."""
    server.control.reset()
    server.control.freeze()
    return server


@pytest.fixture
def client(simulator):
    return Client(simulator)
