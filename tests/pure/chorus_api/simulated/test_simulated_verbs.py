"""The verbs of a supplier that deposits are not made of: downloads, validations, cures, directory, over real HTTP."""

import hashlib
import io
import zipfile
from decimal import Decimal

import pytest
from papers import COUNTY, LEAD, MOE, TOWN, invoice, situation, totals, upload

from chorus_api import (
    Attachment,
    FlowDeposit,
    InvoiceLine,
    InvoiceQuery,
    InvoiceRecycling,
    MainFile,
    PdfDeposit,
    Refused,
    RejectionHandling,
    StructureQuery,
    ValidationDecision,
    ValidationQuery,
    ValidatorCorrection,
    VatLine,
    WorksRecycling,
    WorksRecyclingRequest,
    WorksRefusal,
)
from chorus_simulator.pdf import one_page_pdf

A9, A10 = "A9_FACTURE_SOUSTRAITANT", "A10_PROJET_DECOMPTE_MENSUEL_SOUSTRAITANT"


# -- Downloads --------------------------------------------------------------------------------------------------


def test_the_very_bytes_of_a_paper_come_back(client, supplier):
    content = one_page_pdf(["Situation n° 4"])
    receipt = client.submit_works(situation(client, supplier, main_file=MainFile(upload(client, content=content))))
    download = client.download_papers((receipt.works_id,))
    assert (download.kind, download.content) == ("pdf", content)


def test_several_files_come_in_an_archive_with_a_folder_for_each_paper(client, supplier):
    proof = Attachment(upload(client, "metres.pdf"), "Métrés", "02")
    first = client.submit_works(situation(client, supplier, attachments=(proof,))).works_id
    second = client.submit_works(situation(client, supplier, number="2026T014-S05")).works_id
    alone = client.download_papers((first,))
    assert alone.kind == "zip"
    assert zipfile.ZipFile(io.BytesIO(alone.content)).namelist() == ["situation.pdf", "metres.pdf"]
    without = client.download_papers((first,), with_attachments=False)
    assert without.kind == "pdf"
    both = zipfile.ZipFile(io.BytesIO(client.download_papers((first, second)).content)).namelist()
    assert both == [
        f"2026T014-S04_{first}/situation.pdf",
        f"2026T014-S04_{first}/metres.pdf",
        f"2026T014-S05_{second}/situation.pdf",
    ]
    assert client.download_papers((first,), "PIVOT").kind == "xml"


def test_a_paper_of_another_company_is_not_downloaded(connect, client, supplier):
    ours = client.submit_invoice(invoice(client, supplier)).invoice_id
    other = connect("Poutre-2026!bois", login="TECH_000000000182260@cpp2017.fr")
    with pytest.raises(Refused) as caught:
        other.download_papers((ours,))
    assert caught.value.consequence == "absent"


def test_directory_of_public_structures(client):
    download = client.download_directory()
    assert download.kind == "xml"
    assert COUNTY.encode() in download.content and MOE.encode() not in download.content


# -- A bare PDF -------------------------------------------------------------------------------------------------


def test_a_pdf_is_read_then_submitted(client, supplier):
    lines = ["FACTURE : F-2026-0200", f"Emetteur {supplier.siret}", f"Client {TOWN}", "du 30/11/2026", "TTC 1 200,00"]
    reading = client.deposit_pdf(PdfDeposit(one_page_pdf(lines), "facture.pdf"))
    assert (reading.number, reading.supplier_siret, reading.recipient_siret) == ("F-2026-0200", supplier.siret, TOWN)
    assert (str(reading.invoice_date), reading.amount_total) == ("2026-11-30", Decimal("1200.0"))
    assert reading.amount_untaxed == 0  # what was not found
    assert reading.file_id in {file.file_id for file in client.find_own_files("facture.pdf")}
    assert list(client.search_invoices(InvoiceQuery())) == []  # nothing is billed yet
    submission = invoice(client, supplier, number=reading.number, main_file=MainFile(reading.file_id))
    receipt = client.submit_invoice(submission)
    assert receipt.status == "DEPOSEE"
    assert receipt.certificate_hash == hashlib.sha256(client.download_papers((receipt.invoice_id,)).content).hexdigest()


def test_an_invoice_keyed_in_line_by_line_needs_no_file(client, supplier):
    line = InvoiceLine(1, "Béton", Decimal(10), Decimal(100), Decimal(20), unit="m3")
    vat = VatLine(Decimal(20), Decimal(1000), Decimal(200))
    keyed = {"main_file": None, "lines": (line,), "vat_lines": (vat,), "deposit_mode": "SAISIE_API"}
    receipt = client.submit_invoice(invoice(client, supplier, **keyed))
    read = client.read_invoice(receipt.invoice_id)
    assert (read.deposit_mode, read.amount_total, read.main_file_id) == ("SAISIE_API", Decimal(1200), None)
    with pytest.raises(Refused) as caught:
        client.submit_invoice(invoice(client, supplier, number="F-2", **{**keyed, "lines": ()}))
    assert caught.value.consequence == "content"


# -- Cures ------------------------------------------------------------------------------------------------------


def test_invoices_that_wait_for_us_then_their_cures(simulator, client, supplier):
    receipt = client.submit_invoice(invoice(client, supplier))
    assert [found.invoice_id for found in client.search_invoices_to_handle()] == [receipt.invoice_id]
    simulator.control.advance(2)
    simulator.control.act(receipt.invoice_id, "payer", "recycle", "Mauvais service")
    (waiting,) = client.search_invoices_to_handle(supplier.structure_id)
    assert waiting.status == "A_RECYCLER"
    recycled = client.recycle_invoice(
        InvoiceRecycling(receipt.invoice_id, COUNTY, service_code="DIRBAT", commitment_number="2026-EJ-004512")
    )
    assert (recycled.number, recycled.status) == (receipt.number, "DEPOSEE")
    simulator.control.advance(2)
    simulator.control.act(receipt.invoice_id, "payer", "reject", "Prix erronés")
    assert [found.status for found in client.search_invoices_to_handle()] == ["REJETEE"]
    assert list(client.search_invoices_to_handle(hide_rejected=True)) == []
    client.handle_rejections(RejectionHandling((receipt.invoice_id,)))
    (found,) = client.search_invoices(InvoiceQuery(number=receipt.number))
    assert found.rejection_handled is True
    assert list(client.search_invoices_to_handle()) == []


def test_a_works_document_sent_to_the_wrong_moe(simulator, client, supplier):
    receipt = client.submit_works(situation(client, supplier))
    assert list(client.search_works_to_handle()) == []
    simulator.control.act(receipt.works_id, "moe", "disclaim", "Nous ne suivons pas ce chantier")
    (waiting,) = client.search_works_to_handle()
    assert (waiting.works_id, waiting.status) == (receipt.works_id, "ERREUR_FOURNISSEUR_SUR_MOE")
    again = client.recycle_works(WorksRecycling(receipt.works_id, moe_siret=LEAD, comment="Bon maître d'œuvre"))
    assert (again.number, again.status) == (receipt.number, "A_ASSOCIER_MOE")
    assert client.read_works(receipt.works_id).moe_siret == LEAD


def test_the_general_statement_may_be_refused(simulator, client, supplier):
    final = "A7_PROJET_DECOMPTE_FINAL_FOURNISSEUR"
    a7 = client.submit_works(situation(client, supplier, number="2026T014-PDF", framework=final)).works_id
    a17 = simulator.control.act(a7, "moe", "accept")["id"]
    a20 = simulator.control.act(a17, "moa", "accept")["id"]
    assert [found.works_id for found in client.search_works_to_handle()] == [a20]
    client.refuse_works(WorksRefusal(a20, "Autre motif", "Révision de novembre omise"))
    last = client.read_billing_file(a7).documents[-1]
    assert (last.status, last.status_reason) == ("REFUSEE_FOURNISSEUR", "Autre motif - Révision de novembre omise")
    again = simulator.control.act(a20, "moa", "accept")  # the client makes it again, in the same file
    assert again["status"] == "A_ASSOCIER_FOURNISSEUR"
    with pytest.raises(Refused) as caught:
        client.refuse_works(WorksRefusal(a7, "Autre motif"))
    assert caught.value.consequence == "state"


@pytest.mark.parametrize("answered", [False, True], ids=["silence", "answer in time"])
def test_the_client_is_silent_after_the_final_statement(simulator, client, supplier, answered):
    """A7, then nothing for thirty days: our A22; nothing again for ten days: our A23, else the client's A20."""
    final = "A7_PROJET_DECOMPTE_FINAL_FOURNISSEUR"
    a7 = client.submit_works(situation(client, supplier, number="T014-PDF", framework=final)).works_id
    a17 = simulator.control.act(a7, "moe", "accept")["id"]
    simulator.control.advance(30 * 86400)
    tacit = "A22_PROJET_DECOMPTE_GENERAL_FOURNISSEUR_PROCEDURE_TACITE"
    paper = situation(client, supplier, number="T014-PDG", framework=tacit, previous_id=a17)
    a22 = client.submit_works(paper)
    assert a22.status == "A_ASSOCIER_MOA"
    if answered:
        a20 = simulator.control.act(a22.works_id, "moa", "accept")["id"]
        closing = ("A8_DECOMPTE_GENERAL_DEFINITIF_FOURNISSEUR", "T014-DGD", a20)
    else:
        simulator.control.advance(10 * 86400)
        closing = ("A23_DECOMPTE_GENERAL_DEFINITIF_TACITE_FOURNISSEUR", "T014-DGDT", a22.works_id)
    framework, number, previous = closing
    paper = situation(client, supplier, number=number, framework=framework, previous_id=previous)
    last = client.submit_works(paper)
    assert last.status == "MISE_A_DISPOSITION"
    for action in ("accept", "mandate", "pay"):
        simulator.control.act(last.works_id, "payer", action)
    chain = [(paper.framework.split("_")[0], paper.status) for paper in client.read_billing_file(a7).documents]
    between = [("A20", "ASSOCIEE"), ("A8", "MISE_EN_PAIEMENT")] if answered else [("A23", "MISE_EN_PAIEMENT")]
    assert chain == [("A7", "ASSOCIEE"), ("A17", "REMPLACEE_PAR_A22"), ("A22", "ASSOCIEE"), *between]


def test_every_actor_of_a_month_acts_by_its_own_account(simulator, client, connect, supplier):
    """A4 ours, A15 the MOE's, A19 the MOA's, each deposited by the technical account of its issuer."""
    a4 = client.submit_works(situation(client, supplier)).works_id
    moe, moa = connect(siret=MOE), connect(siret=COUNTY)
    previous, last = a4, None
    for actor, framework, number, untaxed in (
        (moe, "A15_ETAT_ACOMPTE_MOE", "2026T014-S04-EA", "950.00"),
        (moa, "A19_ETAT_ACOMPTE_VALIDE_MOA", "2026T014-S04-EAV", "950.00"),
    ):
        (waiting,) = actor.search_works_to_handle()
        assert waiting.works_id == previous
        changes = {"number": number, "framework": framework, "previous_id": previous, "totals": totals(untaxed)}
        last = actor.submit_works(situation(actor, supplier, **changes))
        previous = last.works_id
    assert last.status == "MISE_A_DISPOSITION"
    documents = client.read_billing_file(a4).documents
    assert [(paper.issuer_siret, paper.amount_untaxed, paper.status) for paper in documents] == [
        (supplier.siret, Decimal(1000), "ASSOCIEE"),
        (MOE, Decimal(950), "ASSOCIEE"),
        (COUNTY, Decimal(950), "MISE_A_DISPOSITION"),
    ]


def test_the_document_before_ours_may_be_sent_back(simulator, client, connect, supplier):
    a4 = client.submit_works(situation(client, supplier)).works_id
    a15 = simulator.control.act(a4, "moe", "accept")["id"]
    moa = connect(siret=COUNTY)
    assert moa.ask_previous_recycling(WorksRecyclingRequest(a15)) == a4
    assert client.read_works(a4).status == "EN_ATTENTE_RECYCLAGE_FOURNISSEUR"


# -- Subcontractors ---------------------------------------------------------------------------------------------


def test_the_main_contractor_validates_a_works_request_and_refuses_another(simulator, client, connect, supplier):
    framework = {"framework": A10, "validator_siret": LEAD}
    first, second = (
        client.submit_works(situation(client, supplier, number=number, **framework)).works_id
        for number in ("ST-1", "ST-2")
    )
    lead = connect(siret=LEAD)
    waiting = list(lead.search_to_validate())
    assert {(found.invoice_id, found.request_type) for found in waiting} == {
        (first, "FACTURE_TRAVAUX"),
        (second, "FACTURE_TRAVAUX"),
    }
    read = lead.read_validation(first)
    assert (read.framework, read.validator_siret, read.amount_untaxed) == (A10, LEAD, Decimal(1000))
    assert lead.download_papers((first,)).kind == "pdf"
    accepted = lead.decide_validation(ValidationDecision(first, accepted=True))
    refused = lead.decide_validation(ValidationDecision(second, False, "Travaux non exécutés", "Poste 3"))
    assert (accepted.status, refused.status) == ("VALIDEE_1", "REFUSEE_1")
    assert client.read_works(first).status == "A_ASSOCIER_MOE"
    (reason,) = {found.status_reason for found in client.read_billing_file(second).documents}
    assert reason == "Travaux non exécutés - Poste 3"
    assert list(lead.search_to_validate()) == []
    assert len(list(lead.search_validations(ValidationQuery(request_type="FACTURE_TRAVAUX")))) == 2
    with pytest.raises(Refused) as caught:
        lead.decide_validation(ValidationDecision(first, accepted=True))
    assert caught.value.consequence == "state"
    with pytest.raises(Refused):
        client.decide_validation(ValidationDecision(second, accepted=True))  # not ours to validate


def test_an_invoice_sent_to_the_wrong_validator(simulator, client, supplier):
    receipt = client.submit_invoice(invoice(client, supplier, framework=A9, validator_siret=MOE))
    simulator.control.act(receipt.invoice_id, "validator", "disclaim", "Nous ne sommes pas titulaires")
    assert client.correct_validator(ValidatorCorrection(receipt.invoice_id, LEAD)) == receipt.invoice_id
    assert client.read_invoice(receipt.invoice_id).status == "A_VALIDER_1"
    with pytest.raises(Refused):
        client.correct_validator(ValidatorCorrection(receipt.invoice_id, LEAD))


# -- Directory --------------------------------------------------------------------------------------------------


def test_structures_found_by_name_and_private_ones_on_demand(client):
    assert client.search_structures(MOE) == ()
    (found,) = client.search_structures(StructureQuery(MOE, with_private=True))
    assert (found.name, found.active) == ("Atelier Lumen, architectes", True)
    (county,) = client.search_structures(StructureQuery(name="haut-val", kind="PUBLIQUE", is_moa=True))
    assert county.siret == COUNTY
    details = client.read_structure(county.structure_id)
    assert (details.post_code, details.city) == ("49000", "Angers")
    (recipient,) = client.search_recipients(words="Angers")
    assert (recipient.siret, recipient.city) == (COUNTY, "Angers")


def test_services_beyond_the_first_page(client):
    (state,) = client.search_structures("11000201100044")
    assert len(client.list_services(state.structure_id)) == 12


def test_our_own_account(client, supplier):
    (membership,) = client.list_memberships()
    assert (membership.siret, membership.status) == (supplier.siret, "VALIDEE")
    assert client.list_works_structures() == (supplier,)
    assert client.list_recipient_structures() == ()
    assert [account.name for account in client.list_bank_accounts(supplier.structure_id)] == ["Compte principal"]


def test_a_commitment_and_what_was_billed_on_it(client, supplier):
    client.submit_works(situation(client, supplier))
    (found,) = client.search_commitments(supplier.structure_id, "2026-EJ-004512")
    read = client.read_commitment(found.number)
    assert (read.issuer_siret, read.receiver_siret, read.service_code) == (COUNTY, supplier.siret, "DIRROUTES")
    assert (read.state, read.amount_total) == ("COMMANDE", Decimal(480000))
    assert [(request.number, request.status) for request in read.requests] == [("2026T014-S04", "A_ASSOCIER_MOE")]
    with pytest.raises(Refused):
        client.read_commitment("INCONNU")


def test_other_reference_lists(client):
    assert "DEPOT_PDF_API" in client.list_deposit_modes()
    assert "VIREMENT" in client.list_payment_modes()
    assert "FACTURE_TRAVAUX" in client.list_request_types()
    assert "RIDET" in client.list_identifier_types()
    assert "A_ASSOCIER_MOE" in client.list_request_statuses("FACTURE_TRAVAUX")
    assert "A_ASSOCIER_MOE" not in client.list_request_statuses("FACTURE")
    assert {"MANDATEE", "SUSPENDUE"} <= set(client.list_next_statuses("MISE_A_DISPOSITION"))
    assert [currency.code for currency in client.list_currencies()] == ["EUR"]
    assert client.list_countries() and client.list_exemption_reasons()
    assert any(reason.label == "Travaux non exécutés" for reason in client.list_refusal_reasons(A10))


def test_the_short_report_of_a_flow_has_its_pdf_once_processed(simulator, client):
    receipt = client.deposit_flow(FlowDeposit(b"%PDF-1.7 nothing inside", "facture.pdf", "IN_DP_E2_CII_FACTURX"))
    before = client.read_flow_summary(receipt.flow_number)
    assert (before.outcome, before.paper, before.interface) == ("pending", None, "FSO1117A")
    simulator.control.advance(10)
    after = client.read_flow_summary(receipt.flow_number)
    assert after.outcome == "rejected" and after.paper.startswith(b"%PDF-")
