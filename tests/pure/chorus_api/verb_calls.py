"""Every verb of the client called once, with values as a month of a building company has them."""

from datetime import date, datetime, timezone
from decimal import Decimal

from chorus_api import (
    Attachment,
    FileUpload,
    FlowDeposit,
    InvoiceCompletion,
    InvoiceLine,
    InvoiceQuery,
    InvoiceRecycling,
    InvoiceSubmission,
    MainFile,
    PdfDeposit,
    RejectionHandling,
    Totals,
    ValidationDecision,
    ValidationQuery,
    ValidatorCorrection,
    VatLine,
    WorksCompletion,
    WorksQuery,
    WorksRecycling,
    WorksRecyclingRequest,
    WorksRefusal,
    WorksSubmission,
)

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
KEYED_IN = InvoiceSubmission(
    number="F-2026-0133",
    date=date(2026, 9, 1),
    framework="A1_FACTURE_FOURNISSEUR",
    recipient_siret="26613186100012",
    supplier_id=160,
    vat_regime="TVA_SUR_DEBIT",
    # 10 m³ at 50 EUR less 20 EUR: 480 HT; VAT 20 %: 96; 576 TTC, less a global discount of 6: 570 to pay
    totals=Totals(
        *(Decimal(480), Decimal(96), Decimal(570), Decimal(570)), discount=Decimal(6), discount_reason="Escompte"
    ),
    lines=(InvoiceLine(1, "Béton", Decimal(10), Decimal(50), Decimal(20), unit="m3", discount=Decimal(20)),),
    vat_lines=(VatLine(Decimal(20), Decimal(480), Decimal(96)),),
    main_file=None,
    deposit_mode="SAISIE_API",
)
COMPLETION = InvoiceCompletion(4712345, (Attachment(124, "Procès-verbal", "02"),), "Pièce demandée")
RECYCLING = InvoiceRecycling(
    4712345, "20913909600017", service_code="DIRROUTES", commitment_number="2026-EJ-004512", comment="Bon service"
)
WORKS_COMPLETION = WorksCompletion(540067, (Attachment(2, "Procès-verbal", "01"),), "Pièce demandée")
WORKS_RECYCLING = WorksRecycling(540067, moe_siret="85908301600013", comment="Bon maître d'œuvre")
WORKS_REFUSAL = WorksRefusal(540070, "Autre motif", "Révision omise")
WORKS_REQUEST = WorksRecyclingRequest(540067)
PDF = PdfDeposit(b"%PDF-1.7", "facture.pdf")
VALIDATOR = ValidatorCorrection(4712345, "34628194200018")
REJECTIONS = RejectionHandling((4712345, 4712346))
REFUSAL = ValidationDecision(4712345, False, "Travaux non exécutés", "Poste 3", validator_id=160)
VALIDATIONS = ValidationQuery(
    number="ST-2026-07",
    request_type="FACTURE_TRAVAUX",
    framework="A10_PROJET_DECOMPTE_MENSUEL_SOUSTRAITANT",
    statuses=("A_VALIDER_1",),
    deposited_from=date(2026, 11, 1),
)
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
    "read_flow_summary": (lambda c: c.read_flow_summary("CPP0011110000000000001557"), {}),
    "deposit_pdf": (lambda c: c.deposit_pdf(PDF), {"pieceJointeId": 1}),
    "download_papers": (lambda c: c.download_papers((4712345, 4712346)), {"fichierResultat": "JVBERi0xLjc="}),
    "download_directory": (lambda c: c.download_directory(), {"fichierResultat": "JVBERi0xLjc="}),
    "submit_invoice": (lambda c: c.submit_invoice(INVOICE), {"identifiantFactureCPP": 4712345}),
    "complete_invoice": (lambda c: c.complete_invoice(COMPLETION), {"identifiantFactureCPP": 4712345}),
    "recycle_invoice": (lambda c: c.recycle_invoice(RECYCLING), {"identifiantFactureCPP": 4712345}),
    "correct_validator": (lambda c: c.correct_validator(VALIDATOR), {"idFacture": 4712345}),
    "handle_rejections": (lambda c: c.handle_rejections(REJECTIONS), {}),
    "search_invoices": (lambda c: list(c.search_invoices(INVOICES)), {}),
    "search_invoices_to_handle": (lambda c: list(c.search_invoices_to_handle(160, hide_rejected=True)), {}),
    "read_invoice": (lambda c: c.read_invoice(4712345), {"facture": {"identifiantFactureCPP": 4712345}}),
    "read_history": (lambda c: c.read_history(4712345), {"idFacture": 4712345}),
    "read_actions": (lambda c: c.read_actions(4712345), {"idFacture": 4712345}),
    "add_file": (lambda c: c.add_file(UPLOAD), {"pieceJointeId": 1}),
    "find_structure_files": (lambda c: c.find_structure_files(160, "Décompte n° 4.pdf"), {}),
    "find_own_files": (lambda c: c.find_own_files("Décompte n° 4.pdf"), {}),
    "search_to_validate": (lambda c: list(c.search_to_validate(160)), {}),
    "search_validations": (lambda c: list(c.search_validations(VALIDATIONS)), {}),
    "read_validation": (lambda c: c.read_validation(4712345), {"facture": {"identifiantFactureCPP": 4712345}}),
    "decide_validation": (lambda c: c.decide_validation(REFUSAL), {"idFacture": 4712345}),
    "submit_works": (lambda c: c.submit_works(WORKS), {"idFactureTravaux": 540067}),
    "search_works": (lambda c: list(c.search_works(WORKS_FOUND, page_size=50)), {}),
    "read_works": (lambda c: c.read_works(540067), {"factureTravaux": {"idFactureTravaux": 540067}}),
    "complete_works": (lambda c: c.complete_works(WORKS_COMPLETION), {"idFactureTravaux": 540067}),
    "recycle_works": (lambda c: c.recycle_works(WORKS_RECYCLING), {"idFactureTravaux": 540067}),
    "search_works_to_handle": (lambda c: list(c.search_works_to_handle()), {}),
    "refuse_works": (lambda c: c.refuse_works(WORKS_REFUSAL), {}),
    "ask_previous_recycling": (lambda c: c.ask_previous_recycling(WORKS_REQUEST), {"idFactureTravaux": 540067}),
    "read_billing_file": (lambda c: c.read_billing_file(540067), {}),
    "list_supplier_structures": (lambda c: c.list_supplier_structures(), {}),
    "list_works_structures": (lambda c: c.list_works_structures(), {}),
    "list_recipient_structures": (lambda c: c.list_recipient_structures(), {}),
    "search_recipients": (lambda c: c.search_recipients("20913909600017", "Angers"), {}),
    "read_siret": (lambda c: c.read_siret("45260181800019"), {}),
    "list_memberships": (lambda c: c.list_memberships(), {}),
    "read_structure": (lambda c: c.read_structure(25784152), {}),
    "search_structures": (lambda c: c.search_structures("20913909600017"), {}),
    "list_services": (lambda c: c.list_services(25784152), {}),
    "read_service": (lambda c: c.read_service(25784152, 10657669), {}),
    "list_bank_accounts": (lambda c: c.list_bank_accounts(160), {}),
    "search_commitments": (lambda c: c.search_commitments(160, "147853"), {}),
    "read_commitment": (lambda c: c.read_commitment("0000012219"), {}),
    "list_flow_formats": (lambda c: c.list_flow_formats(), {}),
    "list_flow_syntaxes": (lambda c: c.list_flow_syntaxes("IN_DP_E2_FACTURX"), {}),
    "list_frameworks": (lambda c: c.list_frameworks(), {}),
    "list_works_types": (lambda c: c.list_works_types(), {}),
    "list_deposit_modes": (lambda c: c.list_deposit_modes(), {}),
    "list_payment_modes": (lambda c: c.list_payment_modes(), {}),
    "list_request_types": (lambda c: c.list_request_types(), {}),
    "list_request_statuses": (lambda c: c.list_request_statuses("FACTURE_TRAVAUX"), {}),
    "list_next_statuses": (lambda c: c.list_next_statuses("MISE_A_DISPOSITION"), {}),
    "list_identifier_types": (lambda c: c.list_identifier_types(), {}),
    "list_currencies": (lambda c: c.list_currencies(), {}),
    "list_countries": (lambda c: c.list_countries(), {}),
    "list_exemption_reasons": (lambda c: c.list_exemption_reasons(), {}),
    "list_refusal_reasons": (lambda c: c.list_refusal_reasons("A10_PROJET_DECOMPTE_MENSUEL_SOUSTRAITANT"), {}),
    "list_attachment_types": (lambda c: c.list_attachment_types("FACTURE_TRAVAUX"), {}),
    "list_vat_rates": (lambda c: c.list_vat_rates(), {}),
    "health_check": (lambda c: c.health_check(), {"statusCodeValue": 200}),
}

# The request of every verb with a remote effect.
REQUESTS = {
    "deposit_flow": FLOW,
    "add_file": UPLOAD,
    "deposit_pdf": PDF,
    "submit_invoice": INVOICE,
    "complete_invoice": COMPLETION,
    "recycle_invoice": RECYCLING,
    "correct_validator": VALIDATOR,
    "handle_rejections": REJECTIONS,
    "decide_validation": REFUSAL,
    "submit_works": WORKS,
    "complete_works": WORKS_COMPLETION,
    "recycle_works": WORKS_RECYCLING,
    "refuse_works": WORKS_REFUSAL,
    "ask_previous_recycling": WORKS_REQUEST,
}
