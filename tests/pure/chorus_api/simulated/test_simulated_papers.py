"""The client against the simulator, over real HTTP: two readings of the same specification must agree."""

from datetime import date, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from papers import COUNTY, MOE, SUBMIT_WORKS, TOWN, invoice, situation, upload

from chorus_api import (
    Attachment,
    AuthRefused,
    ConnectionLost,
    FlowDeposit,
    FlowNotFound,
    InvoiceCompletion,
    InvoiceQuery,
    Misconfigured,
    Refused,
    Throttled,
    Unknown,
    WorksQuery,
    WorksRecycling,
)


def test_connection_names_the_company_and_the_end_of_its_password(client, supplier):
    assert (supplier.siret, supplier.name) == ("45260181800019", "Bâtisseurs du Val")
    details = client.read_structure(supplier.structure_id)
    assert details.siret == supplier.siret
    assert details.password_expiry > date.today()
    assert client.health_check().healthy


def test_requirements_of_the_public_clients(client):
    (county,) = client.search_structures(COUNTY)
    details = client.read_structure(county.structure_id)
    assert (details.requires_service, details.requires_commitment) == (True, True)
    services = {service.code: service for service in client.list_services(county.structure_id)}
    assert {code for code, service in services.items() if service.for_suppliers} == {"DIRROUTES", "DIRBAT"}
    assert services["ANCIEN"].active is False
    assert client.read_service(county.structure_id, services["DIRBAT"].service_id).code == "DIRBAT"
    (town,) = client.search_structures(TOWN)
    assert not client.read_structure(town.structure_id).requires_commitment
    assert client.search_structures("99999999999999") == ()


def test_reference_lists(client):
    assert "IN_DP_E2_FACTURX" in client.list_flow_formats()
    assert "IN_DP_E2_CII_FACTURX" in client.list_flow_syntaxes("IN_DP_E2_FACTURX")
    assert "A4_PROJET_DECOMPTE_MENSUEL_FOURNISSEUR" in client.list_frameworks()
    assert "PROJET_DECOMPTE_MENSUEL" in client.list_works_types()
    assert client.list_attachment_types("FACTURE_TRAVAUX")
    assert Decimal(20) in {rate.rate for rate in client.list_vat_rates()}


def test_situation_from_deposit_to_payment_order(simulator, client, supplier):
    submission = situation(client, supplier)
    receipt = client.submit_works(submission.to_json())
    assert (receipt.number, receipt.status) == ("2026T014-S04", "A_ASSOCIER_MOE")

    (found,) = client.search_works(WorksQuery(number="2026T014-S04", supplier_id=supplier.structure_id))
    assert (found.works_id, found.framework) == (receipt.works_id, submission.framework)
    assert (found.amount_untaxed, found.amount_due) == (Decimal(1000), Decimal(1200))

    read = client.read_works(receipt.works_id)
    assert (read.moe_siret, read.moa_siret, read.recipient_siret) == (MOE, COUNTY, COUNTY)
    assert (read.contract_number, read.commitment_number) == ("2026-TVX-014", "2026-EJ-004512")
    assert read.amount_tax == Decimal(200)

    simulator.control.act(receipt.works_id, "moe", "accept")
    billing_file = client.read_billing_file(receipt.works_id)
    ours = next(document for document in billing_file.documents if document.works_id == receipt.works_id)
    theirs = next(document for document in billing_file.documents if document.previous_id == receipt.works_id)
    assert ours.status == "ASSOCIEE"
    assert [event.code for event in ours.history][0] == "ASSOCIEE"
    assert theirs.framework.startswith("A15_") and theirs.issuer_siret == MOE
    assert client.read_works(receipt.works_id).next_id == theirs.works_id


def test_refusal_of_the_moe_comes_with_its_reason(simulator, client, supplier):
    receipt = client.submit_works(situation(client, supplier))
    simulator.control.act(receipt.works_id, "moe", "refuse", reason="Pièces justificatives absentes")
    (document,) = client.read_billing_file(receipt.works_id).documents
    assert document.status == "REFUSEE_MOE"
    assert "Pièces justificatives absentes" in document.history[0].comment
    assert "Pièces justificatives absentes" in document.status_reason


def test_second_deposit_of_a_number_is_a_duplicate(client, supplier):
    client.submit_works(situation(client, supplier))
    with pytest.raises(Refused) as caught:
        client.submit_works(situation(client, supplier))
    assert caught.value.is_duplicate


def test_lost_answer_is_unknown_then_found_by_our_number(simulator, client, supplier):
    submission = situation(client, supplier)
    simulator.control.fault(match=SUBMIT_WORKS, kind="drop_after")
    with pytest.raises(ConnectionLost):
        client.submit_works(submission)
    (found,) = client.search_works(WorksQuery(number=submission.number))
    assert found.status == "A_ASSOCIER_MOE"


def test_request_that_never_arrived_is_unknown_too_and_not_found(simulator, client, supplier):
    submission = situation(client, supplier)
    simulator.control.fault(match=SUBMIT_WORKS, kind="drop_before")
    with pytest.raises(Unknown):
        client.submit_works(submission)
    assert list(client.search_works(WorksQuery(number=submission.number))) == []


def test_works_changed_since_a_moment(client, supplier):
    client.submit_works(situation(client, supplier))
    now = datetime.now(timezone.utc)
    assert list(client.search_works(WorksQuery(changed_from=now + timedelta(days=2)))) == []
    assert len(list(client.search_works(WorksQuery(changed_from=now - timedelta(days=2))))) == 1


def test_ordinary_invoice_suspended_then_completed(simulator, client, supplier):
    receipt = client.submit_invoice(invoice(client, supplier))
    (found,) = client.search_invoices(InvoiceQuery(number="F-2026-0132"))
    assert (found.invoice_id, found.recipient_siret) == (receipt.invoice_id, TOWN)
    assert client.read_invoice(receipt.invoice_id).amount_total == Decimal(1200)

    with pytest.raises(Refused):
        client.complete_invoice(InvoiceCompletion(receipt.invoice_id, comment="Trop tôt"))
    simulator.control.advance(3600)
    simulator.control.act(receipt.invoice_id, "payer", "suspend", reason="Joindre le procès-verbal")
    history = client.read_history(receipt.invoice_id)
    assert (history[0].code, history[0].comment) == ("SUSPENDUE", "Joindre le procès-verbal")
    proof = Attachment(upload(client, "pv.pdf"), "Procès-verbal", client.list_attachment_types("FACTURE")[0].code)
    client.complete_invoice(InvoiceCompletion(receipt.invoice_id, (proof,), "Pièce jointe"))
    assert client.read_invoice(receipt.invoice_id).status == "COMPLETEE"


def test_works_document_cannot_be_recycled_before_it_is_asked(client, supplier):
    receipt = client.submit_works(situation(client, supplier))
    with pytest.raises(Refused):
        client.recycle_works(WorksRecycling(receipt.works_id, service_code="DIRBAT"))


def test_uploaded_file_is_found_back(client, supplier):
    file_id = upload(client, "plan-42.pdf")
    assert file_id in {found.file_id for found in client.find_structure_files(supplier.structure_id, "plan-42.pdf")}


def test_flow_that_is_no_invoice_is_received_then_rejected(simulator, client):
    receipt = client.deposit_flow(FlowDeposit(b"%PDF-1.7 nothing inside", "facture.pdf", "IN_DP_E2_CII_FACTURX"))
    assert client.read_flow_report(receipt.flow_number).outcome == "pending"
    simulator.control.advance(3600)
    report = client.read_flow_report(receipt.flow_number)
    assert (report.outcome, report.is_final) == ("rejected", True)
    assert report.technical_errors or report.invoice_errors
    with pytest.raises(FlowNotFound):
        client.read_flow_report("CPP0011117000000009999999")


def test_wrong_password(connect):
    with pytest.raises(AuthRefused) as caught:
        connect(password="faux").list_supplier_structures()
    assert caught.value.scope == "technical"


def test_wrong_client_secret(connect):
    with pytest.raises(AuthRefused) as caught:
        connect(secret="not-the-secret").list_supplier_structures()
    assert caught.value.scope == "piste"


def test_random_refusals_of_piste_are_survived(simulator, connect):
    simulator.control.fault(match="/api/oauth/token", kind="invalid_client", times=3)
    simulator.control.fault(match=".*actives/fournisseur", kind="status", status=401, times=1)
    assert connect().list_supplier_structures()


def test_quota_tells_its_delay(simulator, client):
    simulator.control.fault(match=".*formatflux", kind="status", status=429, headers={"Retry-After": "90"})
    with pytest.raises(Throttled) as caught:
        client.list_flow_formats()
    assert caught.value.after == 90


def test_maintenance_page_is_unknown(simulator, client):
    simulator.control.fault(match=".*formatflux", kind="status", status=503, body="<html>maintenance</html>")
    with pytest.raises(Unknown):
        client.list_flow_formats()


def test_missing_connection_and_missing_api_are_told_apart(simulator, client, credentials):
    simulator.control.account(credentials.login, connected=False)
    with pytest.raises(Misconfigured) as caught:
        client.list_supplier_structures()
    assert caught.value.reason == "no_raccordement" and caught.value.correlation_id

    simulator.control.account(credentials.login, connected=True)
    simulator.control.application(credentials.client_id, apis=["factures", "structures"])
    with pytest.raises(Misconfigured) as caught:
        client.list_supplier_structures()
    assert caught.value.reason == "not_subscribed"
