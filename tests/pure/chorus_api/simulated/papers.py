"""Papers as a building company deposits them."""

from datetime import date
from decimal import Decimal

from chorus_api import FileUpload, InvoiceSubmission, MainFile, Totals, WorksSubmission
from chorus_simulator.pdf import one_page_pdf

COUNTY, TOWN, MOE, LEAD = "20913909600017", "26613186100012", "85908301600013", "34628194200018"
SUBMIT_WORKS = "/cpro/facturesTravaux/v1/soumettre"


def upload(client, name="situation.pdf", content=None):
    return client.add_file(FileUpload(content or one_page_pdf(["Situation de travaux"]), name, "application/pdf"))


def totals(untaxed="1000.00"):
    untaxed = Decimal(untaxed)
    tax = (untaxed / 5).quantize(Decimal("0.01"))
    return Totals(untaxed, tax, untaxed + tax, untaxed + tax)


def situation(client, supplier, number="2026T014-S04", **changes):
    values = {
        "number": number,
        "date": date.today(),
        "framework": "A4_PROJET_DECOMPTE_MENSUEL_FOURNISSEUR",
        "recipient_siret": COUNTY,
        "service_code": "DIRROUTES",
        "supplier_id": supplier.structure_id,
        "moe_siret": MOE,
        "moa_siret": COUNTY,
        "moa_service": "DIRROUTES",
        "vat_regime": "TVA_SUR_ENCAISSEMENT",
        "contract_number": "2026-TVX-014",
        "commitment_number": "2026-EJ-004512",
        "totals": totals(),
        "main_file": MainFile(upload(client), "Situation n° 4"),
    }
    return WorksSubmission(**{**values, **changes})


def invoice(client, supplier, number="F-2026-0132", **changes):
    values = {
        "number": number,
        "date": date.today(),
        "framework": "A1_FACTURE_FOURNISSEUR",
        "recipient_siret": TOWN,
        "supplier_id": supplier.structure_id,
        "totals": totals(),
        "main_file": MainFile(upload(client, "facture.pdf"), "Facture"),
        "vat_regime": "TVA_SUR_DEBIT",
    }
    return InvoiceSubmission(**{**values, **changes})
