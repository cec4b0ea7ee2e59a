"""What Chorus Pro answers, as its documentation and production clients show it, read into typed values."""

from datetime import date, datetime, timezone
from decimal import Decimal

import pytest
from scripted_server import OK

from chorus_api import InvoiceQuery, StatusEvent, Unknown, WorksQuery

REPORT = "/cpro/transverses/v1/consulterCRDetaille"
INVOICES = "/cpro/factures/v1/rechercher/fournisseur"
HISTORY = "/cpro/factures/v1/consulter/historique"
SERVICES = "/cpro/structures/v1/rechercher/services"
WORKS = "/cpro/facturesTravaux/v1/rechercher"


def utc(*parts):
    return datetime(*parts, tzinfo=timezone.utc)


# -- Flows ------------------------------------------------------------------------------------------------------

REJECTED_IN_PART = {  # chorus-pro-api.md §2.2
    "codeRetour": 0,
    "libelle": "TRA_MSG_00.000",
    "codeInterfaceDepotFlux": "FSO1110A",
    "dateDepotFlux": "2018-02-16T15:10:25.536+01:00",
    "dateHeureEtatCourantFlux": "2018-02-16T15:10:28.137+01:00",
    "etatCourantDepotFlux": "IN_INTEGRE_PARTIEL",
    "nomFichier": "FSO1110A_CPP001_CPP0011110000000000001557",
    "listeErreurDP": [
        {
            "identifiantFournisseur": "00000000005719",
            "identifiantDestinataire": "00000000005734",
            "numeroDP": "F1110_NBO050740100",
            "libelleErreurDP": "L'identifiant fournisseur n'est pas reference. |Le champ est obligatoire",
        }
    ],
    "listeErreurTechnique": [
        {"codeErreur": "ERR_XSD_001", "natureErreur": "BLOQUANTE", "libelleErreur": "IRRECEVABILITE: cvc-datatype"}
    ],
}


def test_report_of_a_flow_integrated_in_part(server, client):
    server.script(REPORT, REJECTED_IN_PART)
    report = client.read_flow_report("CPP0011110000000000001557")
    assert (report.outcome, report.is_final) == ("partial", True)
    assert report.state_date == utc(2018, 2, 16, 14, 10, 28, 137000)
    (error,) = report.invoice_errors
    assert (error.number, error.supplier, error.recipient) == ("F1110_NBO050740100", "00000000005719", "00000000005734")
    assert error.messages == (
        "L'identifiant fournisseur n'est pas reference.",
        "Le champ est obligatoire",
    )
    assert not error.truncated
    (technical,) = report.technical_errors
    assert (technical.code, technical.label) == ("ERR_XSD_001", "IRRECEVABILITE: cvc-datatype")


def test_label_cut_by_chorus_pro_is_said_to_be_cut(server, client):
    label = ("Le champ est obligatoire | " * 10)[:200]
    server.script(REPORT, {**OK, "etatCourantDepotFlux": "IN_REJETE", "listeErreurDP": [{"libelleErreurDP": label}]})
    (error,) = client.read_flow_report("CPP001").invoice_errors
    assert error.truncated
    assert error.messages[0] == "Le champ est obligatoire"


@pytest.mark.parametrize(
    "state, outcome, final",
    [
        ("IN_DEPOT_PORTAIL_EN_ATTENTE_TRAITEMENT_SE_CPP", "pending", False),
        ("IN_EN_ATTENTE_RETRAITEMENT_CPP", "pending", False),
        ("IN_INTEGRE", "integrated", True),
        ("IN_REJETE", "rejected", True),
        ("IN_INCIDENTE", "incident", True),
        ("IN_XYZ", "unknown", False),
        (None, "unknown", False),
    ],
)
def test_outcome_of_a_flow(server, client, state, outcome, final):
    server.script(REPORT, {**OK, "etatCourantDepotFlux": state, "listeErreurDP": None})
    report = client.read_flow_report("CPP001")
    assert (report.outcome, report.is_final) == (outcome, final)
    assert report.state == (state or "")


# -- Searches ---------------------------------------------------------------------------------------------------


def rows_of(first, last):
    return [{"identifiantFactureCPP": str(number), "statut": "DEPOSEE"} for number in range(first, last + 1)]


def paging(page, pages, size, total):
    return {"pageCourante": page, "pages": pages, "nbResultatsParPage": size, "total": total}


def test_every_page_is_read(server, client):
    server.script(
        INVOICES,
        {**OK, "listeFactures": rows_of(1, 2), "parametresRetour": paging(1, 3, 2, 5)},
        {**OK, "listeFactures": rows_of(3, 4), "parametresRetour": paging(2, 3, 2, 5)},
        {**OK, "listeFactures": rows_of(5, 5), "parametresRetour": paging(3, 3, 2, 5)},
    )
    found = client.search_invoices(InvoiceQuery(), page_size=2)
    assert [invoice.invoice_id for invoice in found] == [1, 2, 3, 4, 5]
    asked = [one.json["rechercheFactureParFournisseur"]["pageResultatDemandee"] for one in server.calls()]
    assert asked == [1, 2, 3]


def test_page_size_lowered_by_chorus_pro_does_not_lose_rows(server, client):
    """Asked for a thousand services it may give ten, and says that there are more (§6.4 row 54)."""
    services = [{"idService": number, "codeService": f"S{number}", "estActif": True} for number in range(1, 13)]
    server.script(
        SERVICES,
        {**OK, "listeServices": services[:10], "parametresRetour": {"total": 12}},
        {**OK, "listeServices": services[10:], "parametresRetour": {"total": 12}},
    )
    assert len(client.list_services(25784152)) == 12


def test_reading_taken_up_again_where_pages_are_shorter_than_asked_for_misses_no_row(server, client):
    """Twenty rows were read before; the second page of twenty turns out to be the second one of ten."""
    pages = {number: rows_of(10 * number - 9, min(10 * number, 45)) for number in range(2, 6)}
    server.script(
        INVOICES,
        *({**OK, "listeFactures": found, "parametresRetour": {"total": 45}} for found in pages.values()),
    )
    found = client.search_invoices(InvoiceQuery(), page_size=20, skip=20)
    assert {invoice.invoice_id for invoice in found} >= set(range(21, 46))
    asked = [one.json["rechercheFactureParFournisseur"]["pageResultatDemandee"] for one in server.calls()]
    assert asked == [2, 3, 4, 5]


def test_server_that_ignores_the_page_asked_for_is_not_read_for_ever(server, client):
    server.script(INVOICES, {**OK, "listeFactures": rows_of(1, 2)})
    found = client.search_invoices(InvoiceQuery(), page_size=2)
    assert [invoice.invoice_id for invoice in found] == [1, 2]


def test_next_page_is_asked_only_when_wanted(server, client):
    server.script(INVOICES, {**OK, "listeFactures": rows_of(1, 2), "parametresRetour": paging(1, 9, 2, 18)})
    assert next(client.search_invoices(InvoiceQuery(), page_size=2)).invoice_id == 1
    assert len(server.calls()) == 1


@pytest.mark.parametrize(
    "answer",
    [
        {"codeRetour": 20000, "libelle": "TRA_MSG_00.015 - La recherche n'a retourné aucun résultat"},
        {**OK, "listeFactures": []},
        {**OK, "listeFactures": None},
        OK,
    ],
)
def test_search_that_finds_nothing(server, client, answer):
    server.script(INVOICES, answer)
    assert list(client.search_invoices(InvoiceQuery(number="X"))) == []


def test_invoice_found(server, client):
    row = {
        "identifiantFactureCPP": "4712345",
        "numeroFacture": "F-2026-0132",
        "statut": "REJETEE",
        "dateHeureEtatCourant": "2026-11-30T09:15:00.000+01:00",
        "commentaireEtatCourant": "Montant erroné",
        "numeroFluxDepot": "CPP0011117000000000425903",
        "codeDestinataire": "20913909600017",
        "dateFacture": "2026-09-01",
        "dateDepot": "2026-09-02",
        "montantHT": "932.00",
        "montantTTC": 991.07,
        "rejetTraite": False,
    }
    server.script(INVOICES, {**OK, "listeFactures": [row]})
    (invoice,) = client.search_invoices(InvoiceQuery())
    assert invoice.invoice_id == 4712345
    assert (invoice.status, invoice.status_reason) == ("REJETEE", "Montant erroné")
    assert invoice.status_date == utc(2026, 11, 30, 8, 15)
    assert (invoice.invoice_date, invoice.deposit_date) == (date(2026, 9, 1), date(2026, 9, 2))
    assert (invoice.amount_untaxed, invoice.amount_total) == (Decimal("932.00"), Decimal("991.07"))
    assert invoice.amount_due is None
    assert invoice.rejection_handled is False


def test_works_document_at_a_status_never_seen(server, client):
    row = {"idFactureTravaux": 540067, "statutFactureTravaux": "EN_ORBITE"}
    server.script(WORKS, {**OK, "listeFacturesTravaux": [row]})
    (document,) = client.search_works(WorksQuery())
    assert (document.works_id, document.status, document.status_date) == (540067, "EN_ORBITE", None)


# -- Histories --------------------------------------------------------------------------------------------------

NEWEST_FIRST = [
    {
        "histoStatutCode": "REFUSEE_MOE",
        "histoStatutDatePassage": "2026-12-02 10:31",
        "histoStatutCommentaire": "RIB absent",
        "histoStatutUtilisateurPrenom": "Ana",
        "histoStatutUtilisateurNom": "Lumen",
    },
    {"histoStatutCode": "A_ASSOCIER_MOE", "histoStatutDatePassage": "2026-11-30 08:15"},
    {"histoStatutCode": "DEPOSEE", "histoStatutDatePassage": "2026-11-30 08:15"},
]
EVENTS = (
    StatusEvent("REFUSEE_MOE", utc(2026, 12, 2, 9, 31), "Ana Lumen", "RIB absent"),
    StatusEvent("A_ASSOCIER_MOE", utc(2026, 11, 30, 7, 15), None, None),
    StatusEvent("DEPOSEE", utc(2026, 11, 30, 7, 15), None, None),
)


@pytest.mark.parametrize("sent", [NEWEST_FIRST, NEWEST_FIRST[::-1]], ids=["newest first", "oldest first"])
def test_history_is_newest_first_even_within_a_minute(server, client, sent):
    server.script(HISTORY, {**OK, "idFacture": 4712345, "historiquesDesStatuts": {"histoStatut": sent}})
    assert client.read_history(4712345) == EVENTS


def test_long_history_is_read_whole(server, client):
    pages = [
        {**OK, "idFacture": "1", "historiquesDesStatuts": {"histoStatut": [row], "pagesHistoStatut": 3}}
        for row in NEWEST_FIRST
    ]
    server.script(HISTORY, *pages)
    assert client.read_history(1) == EVENTS


def test_actions_of_users_are_told_by_their_codes(server, client):
    done = [{"histoActionCode": code} for code in ("TRAITEMENT_REJET", None, "ACQUITTEMENT_REJET")]
    server.script(HISTORY, {**OK, "idFacture": 4712345, "historiquesDesActionsUtilisateurs": {"histoAction": done}})
    assert client.read_actions(4712345) == ("TRAITEMENT_REJET", "ACQUITTEMENT_REJET")
    server.script(HISTORY, {**OK, "idFacture": 4712346})
    with pytest.raises(Unknown):
        client.read_actions(4712345)


def test_answer_about_another_invoice_is_not_believed(server, client):
    server.script(HISTORY, {**OK, "idFacture": 4712346, "historiquesDesStatuts": {"histoStatut": NEWEST_FIRST}})
    with pytest.raises(Unknown):
        client.read_history(4712345)
    server.script("/cpro/facturesTravaux/v1/consulter", {**OK, "factureTravaux": {"idFactureTravaux": 1}})
    with pytest.raises(Unknown):
        client.read_works(540067)


def test_billing_file_tells_the_whole_chain(server, client):
    server.script(
        "/cpro/facturesTravaux/v1/consulter/dossierfacturation",
        {
            **OK,
            "idDossierFacturation": 77,
            "listeFactureTravaux": [
                {
                    "idFactureTravaux": 540067,
                    "cadreFacturation": "A4_PROJET_DECOMPTE_MENSUEL_FOURNISSEUR",
                    "statutFactureTravaux": "ASSOCIEE",
                    "montantHT": 100,
                    "historiqueDemandePaiement": NEWEST_FIRST,
                },
                {
                    "idFactureTravaux": 540070,
                    "numeroFactureTravaux": "2026T014-S04EA",
                    "cadreFacturation": "A15_ETAT_ACOMPTE_MOE",
                    "statutFactureTravaux": "A_ASSOCIER_MOA",
                    "identifiantEmetteur": "85908301600013",
                    "designationEmetteur": "Atelier Lumen, architectes",
                    "montantHT": 95.5,
                    "idPiecePrecedente": 540067,
                },
            ],
        },
    )
    billing_file = client.read_billing_file(540067)
    ours, moes = billing_file.documents
    assert billing_file.file_id == 77
    assert ours.history == EVENTS
    assert (moes.previous_id, moes.issuer_name, moes.amount_untaxed) == (
        540067,
        "Atelier Lumen, architectes",
        Decimal("95.5"),
    )
    assert moes.history == ()


def test_works_document_read_whole(server, client):
    server.script(
        "/cpro/facturesTravaux/v1/consulter",
        {
            **OK,
            "factureTravaux": {
                "idFactureTravaux": "540067",
                "numeroFactureTravaux": "2026T014-S04",
                "statutFactureTravaux": "ASSOCIEE",
                "cadreDeFacturation": {"identifiantMoe": "85908301600013", "identifiantMoa": "20913909600017"},
                "montantTotal": {
                    "montantHtTotal": 100,
                    "montantTVA": 20,
                    "montantTtcTotal": 120,
                    "montantAPayer": "114.00",
                },
                "pieceSuivante": {"idPieceSuivante": 540070},
                "listeDesPiecesJointes": {"pieceJointe": {"pieceJointeId": 1, "pieceJointeDesignation": "Situation"}},
            },
        },
    )
    document = client.read_works(540067)
    assert (document.moe_siret, document.moa_siret) == ("85908301600013", "20913909600017")
    assert (document.amount_tax, document.amount_due) == (Decimal(20), Decimal("114.00"))
    assert (document.previous_id, document.next_id) == (None, 540070)
    assert [file.designation for file in document.files] == ["Situation"]
