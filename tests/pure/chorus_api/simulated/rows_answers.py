"""Rows 23 to 34 and 50 to 56 of chorus-pro-api.md §6.4: refusals of the platform, of its people, of its directory."""

from datetime import timedelta
from decimal import Decimal

from papers import COUNTY, LEAD, MOE, TOWN, situation
from samples import factur_x
from world import BIG, FACTURX, FLOWS, raises, row

from chorus_api import (
    FileUpload,
    FlowDeposit,
    FlowNotFound,
    InvoiceCompletion,
    InvoiceQuery,
    InvoiceRecycling,
    PdfDeposit,
    Refused,
    Unknown,
    WorksQuery,
)

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
