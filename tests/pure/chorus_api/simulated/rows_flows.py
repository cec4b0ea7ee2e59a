"""Rows 35 to 49 of chorus-pro-api.md §6.4: what becomes of a flow, and refused amounts and addressings."""

from decimal import Decimal

from papers import COUNTY, TOWN, totals
from samples import cii, factur_x, tar_gz
from world import raises, refusal_of, row

from chorus_api import InvoiceQuery, Refused, Totals, WorksQuery

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
