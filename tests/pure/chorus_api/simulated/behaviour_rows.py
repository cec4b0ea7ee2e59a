"""One function for each row of chorus-pro-api.md §6.4: it brings the behaviour about as a real month would, and says
what the client makes of it. `test_behaviours.py` runs them.
"""

from contextlib import contextmanager
from datetime import timedelta
from decimal import Decimal

import pytest
from papers import COUNTY, LEAD, MOE, SUBMIT_WORKS, TOWN, invoice, situation, totals, upload
from samples import cii, factur_x, tar_gz

from chorus_api import (
    AuthRefused,
    ConnectionLost,
    FileUpload,
    FlowDeposit,
    FlowNotFound,
    InvoiceCompletion,
    InvoiceQuery,
    InvoiceRecycling,
    Misconfigured,
    NotSent,
    PdfDeposit,
    Refused,
    Throttled,
    Totals,
    Unknown,
    WorksQuery,
)

ROWS = {}
TOKEN, FLOWS, LISTS = "/api/oauth/token", "/cpro/factures/v1/deposer/flux", ".*/recuperer/devises"
FACTURX = "IN_DP_E2_CII_FACTURX"
BIG = b"%PDF-" + b"0" * (10 * 1024 * 1024)


def row(number):
    def register(function):
        ROWS[number] = function
        return function

    return register


class World:
    """Our client of a simulator, and what a row needs to play the other side."""

    def __init__(self, simulator, client, connect):
        self.simulator, self.control = simulator, simulator.control
        self.client, self.connect = client, connect

    @property
    def supplier(self):
        return self.client.list_supplier_structures()[0]

    def deposit(self, content=None, name="facture.pdf", syntax=FACTURX, **values):
        """Deposits a flow, lets it be processed, gives its report."""
        number = self.client.deposit_flow(FlowDeposit(content or factur_x(**values), name, syntax)).flow_number
        self.control.advance(10)
        return self.client.read_flow_report(number)

    def invoice(self, **changes):
        return self.client.submit_invoice(invoice(self.client, self.supplier, **changes))

    def works(self, **changes):
        return self.client.submit_works(situation(self.client, self.supplier, **changes))


@contextmanager
def raises(kind, **expected):
    """The error is of that very kind and its attributes have these values."""
    with pytest.raises(kind) as caught:
        yield
    assert type(caught.value) is kind
    assert {name: getattr(caught.value, name) for name in expected} == expected


def refusal_of(report, consequence, *words):
    """The one refusal of a flow: what it leads to, and what it says."""
    assert report.outcome == "rejected"
    (error,) = report.invoice_errors
    assert error.consequences == (consequence,)
    assert all(word in error.messages[0] for word in words)


# -- PISTE ------------------------------------------------------------------------------------------------------


@row(1)
def wrong_secret(w):
    with raises(AuthRefused, scope="piste", label="invalid_client"):
        w.connect(secret="faux").list_currencies()


@row(2)
def passing_invalid_client(w):
    w.control.settings(invalid_client_every=2)
    w.connect().list_currencies()
    assert w.connect().list_currencies()  # its first token request is refused, the second is not
    assert [entry["status"] for entry in w.control.requests(TOKEN)] == [200, 400, 200]


@row(3)
def unsupported_grant(w):
    w.control.behave(3)
    with raises(Misconfigured, reason="oauth", label="unsupported_grant_type"):
        w.client.list_currencies()


@row(4)
def invalid_scope(w):
    w.control.behave(4)
    with raises(Misconfigured, reason="oauth", label="invalid_scope"):
        w.client.list_currencies()


@row(5)
def piste_down(w):
    w.control.behave(5)
    with raises(NotSent, http_status=503):
        w.client.list_currencies()
    assert w.client.list_currencies()


@row(6)
def no_bearer(w):
    w.control.behave(6, match=LISTS)
    assert w.client.list_currencies()  # a new token, and the call again


@row(7)
def token_expired(w):
    w.client.list_currencies()
    w.control.advance(3600)
    assert w.client.list_currencies()
    assert len(w.control.requests(TOKEN)) == 2


def refused_account(w, client):
    with raises(AuthRefused, scope="technical", http_status=401):
        client.list_currencies()


@row(8)
def wrong_password(w):
    refused_account(w, w.connect("faux"))


@row(9)
def account_header_missing(w):
    w.control.behave(9, match=LISTS, times=2)
    refused_account(w, w.client)


@row(10)
def password_expired(w):
    w.control.advance(timedelta(days=424, seconds=1).total_seconds())
    refused_account(w, w.client)


@row(11)
def young_account(w):
    w.control.account(w.client_login, active=False)
    refused_account(w, w.client)
    w.control.advance(1800)
    assert w.connect().list_currencies()


@row(12)
def locked_account(w):
    for _ in range(3):  # two attempts each, so that the fifth locks it
        refused_account(w, w.connect("faux"))
    refused_account(w, w.client)


@row(13)
def calls_too_close(w):
    w.control.settings(unauthorized_every=2)
    assert all(w.client.list_currencies() for _ in range(3))


@row(14)
def api_not_selected(w):
    w.control.application(w.client_id, apis=["factures"])
    with raises(Misconfigured, reason="not_subscribed", http_status=403):
        w.client.list_attachment_types("FACTURE")


@row(15)
def no_raccordement(w):
    w.control.account(w.client_login, connected=False)
    with raises(Misconfigured, reason="no_raccordement"):
        w.client.list_attachment_types("FACTURE")


@row(16)
def quota(w):
    w.control.settings(quota={"limit": 2, "period": 60})
    assert w.client.list_currencies() and w.client.list_currencies()
    with pytest.raises(Throttled) as caught:
        w.client.list_currencies()
    assert 0 < caught.value.after <= 61
    w.control.advance(caught.value.after)
    assert w.client.list_currencies()


@row(17)
def malformed_json(w):
    with raises(Refused, http_status=400, code=None):
        w.client.submit_works(b'{"modeDepot":')


@row(18)
def wrong_key(w):
    with raises(Refused, http_status=400, code=None):
        w.client.submit_works(b'{"parametres":{}}')


@row(19)
def long_file_name(w):
    with pytest.raises(Refused) as caught:
        upload(w.client, "x" * 47 + ".pdf")
    assert caught.value.http_status == 400 and "pieceJointeNom" in caught.value.label


@row(20)
def wrong_content_type(w):
    w.control.behave(20, match=LISTS)
    with raises(Refused, http_status=415, label="Format de la requête non supporté"):
        w.client.list_currencies()


@row(21)
def gateway_error(w):
    paper = situation(w.client, w.supplier)
    for status in (500, 502, 504):
        w.control.behave(21, match=SUBMIT_WORKS, status=status)
        with raises(Unknown, http_status=status):
            w.client.submit_works(paper)
    assert w.control.works() == []


@row(22)
def answer_lost(w):
    w.control.behave(22, match=FLOWS)
    with raises(ConnectionLost):
        w.client.deposit_flow(FlowDeposit(factur_x(number="PERDUE-1"), "f.pdf", FACTURX))
    w.control.advance(10)
    (found,) = w.client.search_invoices(InvoiceQuery(number="PERDUE-1"))
    assert found.flow_number == w.control.flows()[0]["number"]


# -- Sizes and formats ------------------------------------------------------------------------------------------


@row(23)
def too_large_for_the_gateway(w):
    with raises(Refused, http_status=413):
        w.client.deposit_pdf(PdfDeposit(BIG, "facture.pdf"))
    number = w.invoice().invoice_id
    w.control.settings(largest_download=100)
    with raises(Refused, http_status=413):
        w.client.download_papers((number,))


@row(24)
def flow_too_large(w):
    with raises(Refused, code=20001, consequence="file"):
        w.client.deposit_flow(FlowDeposit(BIG, "f.pdf", FACTURX))


@row(25)
def file_too_large(w):
    with raises(Refused, code=20003, consequence="file"):
        w.client.add_file(FileUpload(BIG, "plan.pdf", "application/pdf"))


@row(26)
def unknown_syntax(w):
    with raises(Refused, code=20002, consequence="file"):
        w.client.deposit_flow(FlowDeposit(factur_x(), "f.pdf", "IN_DP_E2_FACTURX"))


# -- Answers ----------------------------------------------------------------------------------------------------


@row(27)
def unknown_flow(w):
    with raises(FlowNotFound, code=20001, consequence="absent"):
        w.client.read_flow_report("CPP0011117000000000000001")


@row(28)
def no_result(w):
    assert list(w.client.search_invoices(InvoiceQuery(number="RIEN"))) == []
    assert list(w.client.search_works(WorksQuery(number="RIEN"))) == []


@row(29)
def success_without_proof(w):
    w.control.behave(29, match=FLOWS)
    with raises(Unknown):
        w.client.deposit_flow(FlowDeposit(factur_x(), "f.pdf", FACTURX))
    assert len(w.control.flows()) == 1  # it was done all the same


@row(30)
def foreign_invoice(w):
    number = w.invoice().invoice_id
    other = w.connect(siret=MOE)
    for read in (other.read_invoice, other.read_history, other.read_validation):
        with raises(Refused, code=20000, consequence="absent"):
            read(number)


@row(31)
def no_right(w):
    other = w.connect("Poutre-2026!bois", login="TECH_000000000182260@cpp2017.fr")
    paper = situation(other, w.supplier)  # in the name of our company, by the account of another
    with raises(Refused, code=20001, consequence="rights"):
        other.submit_works(paper)


@row(32)
def completing_too_early(w):
    with raises(Refused, code=20002, consequence="state"):
        w.client.complete_invoice(InvoiceCompletion(w.invoice().invoice_id, comment="Trop tôt"))


@row(33)
def recycling_too_early(w):
    with raises(Refused, code=20000, consequence="state"):
        w.client.recycle_invoice(InvoiceRecycling(w.invoice().invoice_id, TOWN))


@row(34)
def duplicate_number(w):
    w.works()
    with raises(Refused, is_duplicate=True, consequence="duplicate"):
        w.works()


# -- Flows ------------------------------------------------------------------------------------------------------


@row(35)
def duplicate_in_a_flow(w):
    assert w.deposit(number="F-1").outcome == "integrated"
    refusal_of(w.deposit(number="F-1"), "duplicate")


@row(36)
def inconsistent_totals(w):
    wrong = Totals(Decimal(100), Decimal(20), Decimal(121), Decimal(121))
    with raises(Refused, code=20304, consequence="content"):
        w.works(totals=wrong)
    too_precise = Totals(Decimal("100.001"), Decimal(20), Decimal("120.001"), Decimal("120.001"))
    with raises(Refused, code=20303, consequence="content"):
        w.works(totals=too_precise)
    due = totals()
    with raises(Refused, code=20305, consequence="content"):
        w.works(totals=Totals(due.untaxed, due.tax, due.total, due.total + 1))


@row(37)
def unknown_recipient(w):
    assert w.client.search_structures("99999999999999") == ()
    with raises(Refused, consequence="addressing"):
        w.invoice(recipient_siret="99999999999999")


@row(38)
def closed_service_and_structure(w):
    refusal_of(w.deposit(buyer=COUNTY, service="ANCIEN", commitment="E-1"), "addressing", "n'est pas actif")
    w.control.structure(TOWN, active=False)
    (found,) = w.client.search_structures(TOWN)
    assert found.active is False
    refusal_of(w.deposit(), "addressing", "n'est pas active")


@row(39)
def commitment_missing(w):
    report = w.deposit(buyer=COUNTY, service="DIRBAT")
    refusal_of(report, "addressing", "BuyerOrderReferencedDocument.IssuerAssignedID.value) est obligatoire")


@row(40)
def service_missing(w):
    report = w.deposit(buyer=COUNTY, commitment="2026-EJ-004512")
    refusal_of(report, "addressing", "L'engagement juridique", "BuyerReference.value) est obligatoire")


@row(41)
def supplier_known_by_its_siren_only(w):
    refusal_of(w.deposit(seller="452601818"), "issuer", "n'est pas reference dans")


@row(42)
def long_number(w):
    refusal_of(w.deposit(number="F-2026-000000000000132"), "content", "ne doit pas depasser 20 caracteres")


@row(43)
def payment_means_missing(w):
    refusal_of(w.deposit(means=""), "content", "SpecifiedTradeSettlementPaymentMeans.TypeCode.value est obligatoire")


@row(44)
def framework_of_the_reform(w):
    refusal_of(w.deposit(framework="M1"), "content", "BusinessProcessSpecifiedDocumentContextParameter")


@row(45)
def invalid_xml(w):
    report = w.deposit(cii(ht="-1 324,60"), "facture.xml", "IN_DP_E1_CII_16B")
    assert report.outcome == "rejected" and report.invoice_errors == ()
    assert {error.code for error in report.technical_errors} == {"ERR_XSD_001"}
    assert "-1 324,60" in report.technical_errors[0].label
    w.control.behave(45, technical=[{"codeErreur": "ERR_XSD_001", "libelleErreur": f"ligne: {n}"} for n in range(53)])
    assert len(w.deposit().technical_errors) == 53


@row(46)
def labels_cut(w):
    report = w.deposit(buyer=COUNTY, seller="452601818", number="F" * 21, means="")
    (error,) = report.invoice_errors
    assert error.truncated and len(error.messages) > 1
    assert sum(map(len, error.messages)) <= 200


@row(47)
def incident_and_long_wait(w):
    w.control.behave(47)
    report = w.deposit(number="F-1")
    assert (report.outcome, report.is_final) == ("incident", True)
    w.control.behave(47, state="IN_EN_ATTENTE_RETRAITEMENT_CPP", release_after=7200)
    report = w.deposit(number="F-2")
    assert (report.outcome, report.is_final) == ("pending", False)
    w.control.advance(7200)
    (found,) = w.client.search_invoices(InvoiceQuery())
    assert found.number == "F-2"  # the flow that waited; nothing of the one that met an incident


@row(48)
def partial_integration(w):
    members = {f"{n}.pdf": factur_x(number=f"F-{n}", means="" if n == 2 else "30") for n in range(1, 5)}
    report = w.deposit(tar_gz(members), "novembre.tar.gz")
    assert report.outcome == "partial"
    assert [error.number for error in report.invoice_errors] == ["F-2"]
    assert {found.number for found in w.client.search_invoices(InvoiceQuery())} == {"F-1", "F-3", "F-4"}


@row(49)
def never_seen(w):
    w.control.behave(49)
    report = w.deposit()
    assert (report.state, report.outcome, report.is_final) == ("IN_XYZ", "unknown", False)
    number = w.works().works_id
    w.control.set_status(number, "EN_ORBITE", "né hier")
    (found,) = w.client.search_works(WorksQuery())
    assert found.status == "EN_ORBITE"
    assert w.client.read_billing_file(number).documents[0].status_reason == "né hier"


# -- People -----------------------------------------------------------------------------------------------------


@row(50)
def refusals_of_the_other_actors(w):
    def last_of(number):
        return w.client.read_billing_file(number).documents[-1]

    first = w.works(number="S-1").works_id
    w.control.act(first, "moe", "refuse", "Pièce justificative manquante")
    assert (last_of(first).status, last_of(first).status_reason) == ("REFUSEE_MOE", "Pièce justificative manquante")
    second = w.works(number="S-2").works_id
    a15 = w.control.act(second, "moe", "accept")["id"]
    w.control.act(a15, "moa", "refuse", "Erreur d'imputation")
    assert last_of(second).status == "REFUSEE_MOA"
    a10 = {"framework": "A10_PROJET_DECOMPTE_MENSUEL_SOUSTRAITANT", "validator_siret": LEAD}
    third, fourth = (w.works(number=number, **a10).works_id for number in ("S-3", "S-4"))
    w.control.act(third, "validator", "refuse", "Travaux non exécutés")
    w.control.advance(timedelta(days=15).total_seconds())
    assert last_of(third).status == "REFUSEE_1"
    assert "ABSENCE_VALIDATION_1_HORS_DELAI" in [event.code for event in last_of(fourth).history]


@row(51)
def three_returns_of_the_recipient(w):
    for action, status in (("recycle", "A_RECYCLER"), ("suspend", "SUSPENDUE"), ("reject", "REJETEE")):
        number = w.invoice(number=f"F-{action}").invoice_id
        w.control.advance(2)
        w.control.act(number, "payer", action, f"Motif : {action}")
        newest = w.client.read_history(number)[0]
        assert (newest.code, newest.comment) == (status, f"Motif : {action}")
        (found,) = w.client.search_invoices(InvoiceQuery(statuses=(status,)))
        assert found.status_reason == f"Motif : {action}"


# -- Directory --------------------------------------------------------------------------------------------------


@row(52)
def commitment_unknown_or_not_ordered(w):
    ours = w.supplier.structure_id
    assert w.client.search_commitments(ours, "INCONNU") == ()
    w.control.add_commitment("2026-EJ-9", COUNTY, w.supplier.siret, state="SOLDE")
    assert w.client.search_commitments(ours, "2026-EJ-9") == ()
    assert len(w.client.search_commitments(ours, "2026-EJ-9", state=None)) == 1


@row(53)
def private_structure_of_another_account(w):
    other = w.connect("Poutre-2026!bois", login="TECH_000000000182260@cpp2017.fr").list_supplier_structures()[0]
    for read in (w.client.read_structure, w.client.list_bank_accounts, w.client.list_services):
        with raises(Refused, code=20001, consequence="absent"):
            read(other.structure_id)


@row(54)
def short_page(w):
    (state,) = w.client.search_structures("11000201100044")
    w.control.behave(54)
    services = w.client.list_services(state.structure_id)
    # Ten rows came although a thousand were asked for: the total says that there are others.
    assert len({service.code for service in services}) == len(services) == 12


@row(55)
def odd_forms(w):
    number = w.invoice().invoice_id
    w.control.behave(55, match=".*/consulter/fournisseur")
    read = w.client.read_invoice(number)
    assert (read.amount_total, read.supplier_siret) == (Decimal("1200.0"), None)
    w.control.behave(55, match=".*/rechercher/fournisseur")
    (found,) = w.client.search_invoices(InvoiceQuery())
    assert (found.invoice_id, found.amount_untaxed) == (number, Decimal("1000.0"))
    assert found.status_date is not None  # read on the clock of Paris


@row(56)
def not_in_qualification(w):
    with raises(Refused, consequence="unavailable"):
        w.client.read_siret("45260181800019")
