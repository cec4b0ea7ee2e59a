"""What leaves for Chorus Pro, byte for byte, against bodies written from its documentation (chorus-pro-api.md §2).

`expected/<verb>.json` holds one request as a person reads it; only its blanks between values are not sent.
"""

import re
from datetime import date, datetime, timezone
from decimal import Decimal
from pathlib import Path

import pytest
from scripted_server import OK, Answer

from chorus_api import (
    Attachment,
    ChorusClient,
    FileUpload,
    FlowDeposit,
    InvoiceCompletion,
    InvoiceQuery,
    InvoiceRecycling,
    InvoiceSubmission,
    MainFile,
    Totals,
    WorksCompletion,
    WorksQuery,
    WorksRecycling,
    WorksSubmission,
)

EXPECTED = Path(__file__).with_name("expected")

FLOW = FlowDeposit(b"%PDF-1.7", "2026T014-S04.pdf", "IN_DP_E2_CII_FACTURX")
UPLOAD = FileUpload(b"%PDF-1.7", "Décompte n° 4.pdf", "application/pdf")
INVOICE = InvoiceSubmission(
    number="F-2026-0132",
    date=date(2026, 9, 1),
    framework="A1_FACTURE_FOURNISSEUR",
    recipient_siret="22460001500511",
    service_code="DIRINFRA",
    supplier_id=160,
    supplier_service_id=436,
    bank_account_id=132,
    vat_regime="TVA_SUR_DEBIT",
    contract_number="VABFM001",
    totals=Totals(Decimal("932.00"), Decimal("59.07"), Decimal("991.07"), Decimal("991.07")),
    main_file=MainFile(123),
    attachments=(Attachment(124, "Décompte", "02"),),
    comment="Réfection de l'école",
)
WORKS = WorksSubmission(
    number="2026T014-S04",
    date=date(2026, 11, 30),
    framework="A4_PROJET_DECOMPTE_MENSUEL_FOURNISSEUR",
    recipient_siret="20913909600017",
    service_code="DIRROUTES",
    supplier_id=123,
    bank_account_id=132,
    moe_siret="85908301600013",
    moa_siret="20913909600017",
    moa_service="DIRROUTES",
    vat_regime="TVA_SUR_ENCAISSEMENT",
    contract_number="2026-TVX-014",
    commitment_number="2026-EJ-004512",
    totals=Totals(Decimal("12345678.10"), Decimal("2469135.62"), Decimal("14814813.72"), Decimal("14814813.72")),
    main_file=MainFile(1, "Situation n° 4"),
    attachments=(Attachment(2, "Attachements", "01"),),
    previous_id=540066,
    comment="Mois de novembre",
)
COMPLETION = InvoiceCompletion(4712345, (Attachment(124, "Procès-verbal", "02"),), "Pièce demandée")
RECYCLING = InvoiceRecycling(
    4712345, "20913909600017", service_code="DIRROUTES", commitment_number="2026-EJ-004512", comment="Bon service"
)
WORKS_COMPLETION = WorksCompletion(540067, (Attachment(2, "Procès-verbal", "01"),), "Pièce demandée")
WORKS_RECYCLING = WorksRecycling(540067, moe_siret="85908301600013", comment="Bon maître d'œuvre")
INVOICES = InvoiceQuery(
    number="F-2026-0132",
    flow_number="CPP0011117000000000425903",
    supplier_id=160,
    recipient_ids=(25784152,),
    invoice_type="FACTURE",
    statuses=("REJETEE", "SUSPENDUE"),
    deposited_from=date(2026, 9, 1),
    changed_from=datetime(2026, 11, 30, 8, 15, tzinfo=timezone.utc),
)
WORKS_FOUND = WorksQuery(
    number="2026T014-S04",
    supplier_id=123,
    framework="A4_PROJET_DECOMPTE_MENSUEL_FOURNISSEUR",
    status="ASSOCIEE",
    changed_from=datetime(2026, 7, 1, tzinfo=timezone.utc),
)

# verb → (how it is called, what the server answers besides codeRetour and libelle)
VERBS = {
    "deposit_flow": (lambda c: c.deposit_flow(FLOW), {"numeroFluxDepot": "CPP001"}),
    "read_flow_report": (lambda c: c.read_flow_report("CPP0011110000000000001557", "IN_DP_E1_UBL_INVOICE"), {}),
    "submit_invoice": (lambda c: c.submit_invoice(INVOICE), {"identifiantFactureCPP": 4712345}),
    "complete_invoice": (lambda c: c.complete_invoice(COMPLETION), {"identifiantFactureCPP": 4712345}),
    "recycle_invoice": (lambda c: c.recycle_invoice(RECYCLING), {"identifiantFactureCPP": 4712345}),
    "handle_rejections": (lambda c: c.handle_rejections((4712345, 4712346)), {}),
    "search_invoices": (lambda c: list(c.search_invoices(INVOICES)), {}),
    "read_invoice": (lambda c: c.read_invoice(4712345), {"facture": {"identifiantFactureCPP": 4712345}}),
    "read_history": (lambda c: c.read_history(4712345), {"idFacture": 4712345}),
    "add_file": (lambda c: c.add_file(UPLOAD), {"pieceJointeId": 1}),
    "find_structure_files": (lambda c: c.find_structure_files(160, "Décompte n° 4.pdf"), {}),
    "submit_works": (lambda c: c.submit_works(WORKS), {"idFactureTravaux": 540067}),
    "search_works": (lambda c: list(c.search_works(WORKS_FOUND, page_size=50)), {}),
    "read_works": (lambda c: c.read_works(540067), {"factureTravaux": {"idFactureTravaux": 540067}}),
    "complete_works": (lambda c: c.complete_works(WORKS_COMPLETION), {"idFactureTravaux": 540067}),
    "recycle_works": (lambda c: c.recycle_works(WORKS_RECYCLING), {"idFactureTravaux": 540067}),
    "read_billing_file": (lambda c: c.read_billing_file(540067), {}),
    "list_supplier_structures": (lambda c: c.list_supplier_structures(), {}),
    "read_structure": (lambda c: c.read_structure(25784152), {}),
    "search_structures": (lambda c: c.search_structures("20913909600017"), {}),
    "list_services": (lambda c: c.list_services(25784152), {}),
    "read_service": (lambda c: c.read_service(25784152, 10657669), {}),
    "list_bank_accounts": (lambda c: c.list_bank_accounts(160), {}),
    "search_commitments": (lambda c: c.search_commitments(160, "147853"), {}),
    "list_flow_formats": (lambda c: c.list_flow_formats(), {}),
    "list_flow_syntaxes": (lambda c: c.list_flow_syntaxes("IN_DP_E2_FACTURX"), {}),
    "list_frameworks": (lambda c: c.list_frameworks(), {}),
    "list_works_types": (lambda c: c.list_works_types(), {}),
    "list_attachment_types": (lambda c: c.list_attachment_types("FACTURE_TRAVAUX"), {}),
    "list_vat_rates": (lambda c: c.list_vat_rates(), {}),
    "health_check": (lambda c: c.health_check(), {"statusCodeValue": 200}),
}


def compact(text: str) -> str:
    """The JSON text without its blanks, those inside strings kept, its numbers as they are written."""
    return re.sub(r'("(?:\\.|[^"\\])*")|\s+', lambda match: match[1] or "", text)


@pytest.mark.parametrize("verb", VERBS)
def test_request_is_the_recorded_one(server, client, verb):
    call, answer = VERBS[verb]
    expected = (EXPECTED / f"{verb}.json").read_text()
    path = re.search(r'"request": "\w+ ([^"]+)"', expected)[1]
    server.script(path, Answer(body={**OK, **answer}))

    call(client)

    (sent,) = server.calls()
    body = f',"body":{sent.body.decode()}' if sent.body else ""
    assert f'{{"request":"{sent.method} {sent.path}"{body}}}' == compact(expected)


def test_every_verb_has_its_recorded_request():
    public = {name for name in dir(ChorusClient) if not name.startswith("_") and name not in ("close", "last_call")}
    assert public == set(VERBS) == {path.stem for path in EXPECTED.glob("*.json")}


def test_both_identities_accompany_every_call(server, client):
    server.script("/cpro/transverses/v1/recuperer/formatflux", OK)
    client.list_flow_formats()
    (sent,) = server.calls()
    assert sent.headers["authorization"] == "Bearer token-01-" + "x" * 45
    # base64("TECH_000000000181259@cpp2017.fr:Chantier-2026!val"), worked out with coreutils
    assert sent.headers["cpro-account"] == "VEVDSF8wMDAwMDAwMDAxODEyNTlAY3BwMjAxNy5mcjpDaGFudGllci0yMDI2IXZhbA=="
    assert sent.headers["content-type"] == sent.headers["accept"] == "application/json;charset=utf-8"


def test_token_request_is_the_documented_form(server, client):
    server.script("/cpro/transverses/v1/recuperer/formatflux", OK)
    client.list_flow_formats()
    (asked,) = server.token_calls()
    assert asked.headers["content-type"] == "application/x-www-form-urlencoded"
    assert asked.body.decode() == (
        "grant_type=client_credentials&client_id=0d6a3c1e-7f42-4e0b-9a35-5c2f1b7e8d90"
        "&client_secret=b91f4a77-2c58-4d13-8e6a-91d07c3fe4ab&scope=openid"
    )
    assert "authorization" not in asked.headers


def test_credentials_of_the_servers_netrc_are_not_used(server, client, tmp_path, monkeypatch):
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login somebody password else\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    server.script("/cpro/transverses/v1/recuperer/formatflux", OK)
    client.list_flow_formats()
    assert server.calls()[0].headers["authorization"].startswith("Bearer ")
    assert "authorization" not in server.token_calls()[0].headers


@pytest.mark.parametrize(
    "request_",
    [FLOW, UPLOAD, WORKS, WORKS_COMPLETION, WORKS_RECYCLING, INVOICE, COMPLETION, RECYCLING],
    ids=lambda request_: type(request_).__name__,
)
def test_frozen_bytes_are_sent_as_they_are(server, client, request_):
    """What was journalled before the call is what leaves, whatever the code has become since."""
    verb, path, proof = {
        FlowDeposit: ("deposit_flow", "/cpro/factures/v1/deposer/flux", "numeroFluxDepot"),
        FileUpload: ("add_file", "/cpro/transverses/v1/ajouter/fichier", "pieceJointeId"),
        WorksCompletion: ("complete_works", "/cpro/facturesTravaux/v1/completer", "idFactureTravaux"),
        WorksRecycling: ("recycle_works", "/cpro/facturesTravaux/v1/recycler", "idFactureTravaux"),
        WorksSubmission: ("submit_works", "/cpro/facturesTravaux/v1/soumettre", "idFactureTravaux"),
        InvoiceSubmission: ("submit_invoice", "/cpro/factures/v1/soumettre", "identifiantFactureCPP"),
        InvoiceCompletion: ("complete_invoice", "/cpro/factures/v1/completer", "identifiantFactureCPP"),
        InvoiceRecycling: ("recycle_invoice", "/cpro/factures/v1/recycler", "identifiantFactureCPP"),
    }[type(request_)]
    server.script(path, {**OK, proof: 1})
    frozen = b"  " + request_.to_json()
    getattr(client, verb)(frozen)
    assert server.calls(path)[0].body == frozen
    assert request_.to_json() == request_.to_json()


@pytest.mark.parametrize(
    "framework, works_type",
    [
        ("A5_ETAT_ACOMPTE_FOURNISSEUR", "ETAT_ACOMPTE"),
        ("A7_PROJET_DECOMPTE_FINAL_FOURNISSEUR", "PROJET_DECOMPTE_FINAL"),
        ("A10_PROJET_DECOMPTE_MENSUEL_SOUSTRAITANT", "DP_DE_SOUSTRAITANT_TRAVAUX"),
        ("A22_PROJET_DECOMPTE_GENERAL_FOURNISSEUR_PROCEDURE_TACITE", "PROJET_DECOMPTE_GENERAL_PROCEDURE_TACITE"),
    ],
)
def test_type_of_works_document_follows_its_framework(framework, works_type):
    sent = WorksSubmission(**{**vars(WORKS), "framework": framework}).to_json().decode()
    assert f'"typeFactureTravaux":"{works_type}"' in sent


def test_ordinary_framework_is_no_works_document():
    with pytest.raises(KeyError):
        WorksSubmission(**{**vars(WORKS), "framework": "A1_FACTURE_FOURNISSEUR"}).to_json()
