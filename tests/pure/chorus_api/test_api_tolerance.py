"""Whatever Chorus Pro answers, a verb gives typed values or one of our errors: never a surprise (§6.4 rows 49, 55)."""

import json

import pytest
from hypothesis import given, settings, strategies as st
from requests import Response, Session
from requests.structures import CaseInsensitiveDict
from verb_calls import VERBS

from chorus_api import ROUTES, ChorusClient, ChorusError, Credentials, Endpoint, MemoryTokenStore, Pacer, Secret

SCALARS = st.none() | st.booleans() | st.integers(-3, 10**12) | st.sampled_from(["", "x", "7", "2026-13-45", "9" * 60])
KEYS = st.sampled_from(
    [
        *("codeRetour", "libelle", "facture", "factureTravaux", "listeFactures", "listeFacturesTravaux"),
        *("listeFactureTravaux", "listeServices", "listeStructures", "historiquesDesStatuts", "histoStatut"),
        *("parametresRetour", "pages", "total", "montantTotal", "montantHtTotal", "cadreDeFacturation"),
        *("identifiantFactureCPP", "idFactureTravaux", "idFacture", "pieceJointeId", "numeroFluxDepot"),
        *("listeErreurDP", "libelleErreurDP", "listeDesPiecesJointes", "pieceJointe", "fichierResultat"),
        *("historiqueDemandePaiement", "informationGenerales", "parametres", "dateDepot", "statut", "body"),
    ]
)
BODIES = st.recursive(
    SCALARS, lambda x: st.lists(x, max_size=2) | st.dictionaries(KEYS, x, max_size=6), max_leaves=20
).filter(lambda value: isinstance(value, dict))


class CannedSession(Session):
    """Answers the token, then always the same body."""

    def __init__(self, body):
        super().__init__()
        self.body = body

    def request(self, method, url, **options):
        answer = Response()
        answer.status_code, answer.headers = 200, CaseInsensitiveDict()
        body = {"access_token": "x" * 54, "expires_in": 3600} if url.endswith("token") else self.body
        answer.raw = _Bytes(json.dumps(body).encode())
        return answer


class _Bytes:
    def __init__(self, content):
        self.content = content

    def stream(self, *args, **options):
        yield self.content

    def close(self):
        pass


@pytest.mark.parametrize("verb", ROUTES)
def test_any_answer_is_read_or_refused(verb):
    who = Credentials("TECH_1@cpro.fr", Secret("Chantier-2026!val"), "client", Secret("secret-of-the-client"))
    endpoint = Endpoint("http://127.0.0.1:9/cpro", "http://127.0.0.1:9/token")

    @settings(max_examples=15, deadline=None)
    @given(BODIES)
    def run(body):
        session = CannedSession({"codeRetour": 0, "libelle": "ok", **body, **VERBS[verb][1]})
        client = ChorusClient(endpoint, who, MemoryTokenStore(), pacer=Pacer(0), session=session, sleep=lambda _s: None)
        try:
            VERBS[verb][0](client)
        except ChorusError as error:
            assert str(error)

    run()
