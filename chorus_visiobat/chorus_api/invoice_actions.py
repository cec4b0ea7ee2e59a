"""What a supplier does to an ordinary invoice: submit, recycle, complete, name another validator, close a rejection.

Only the frameworks A1, A2, A9 and A12 pass by `soumettre`; works documents have their own verb (`works.py`).
Sources: chorus-pro-api.md §2.4 and §2.6.
"""

from dataclasses import dataclass
from datetime import date, datetime

from .gateway import Route
from .submission import Attachment, InvoiceLine, MainFile, Totals, VatLine, attachments, main_files
from .values import day, encode, moment, text
from .verbs import Verbs

_RECEIPT = "identifiantFactureCPP"
SUBMIT = Route("submit_invoice", "/factures/v1/soumettre", effect=True, proof=_RECEIPT, settled_by="search_invoices")
COMPLETE = Route("complete_invoice", "/factures/v1/completer", effect=True, proof=_RECEIPT, settled_by="read_history")
RECYCLE = Route("recycle_invoice", "/factures/v1/recycler", effect=True, proof=_RECEIPT, settled_by="read_history")
CORRECT_VALIDATOR = Route(
    "correct_validator",
    "/factures/v1/corriger/valideur/facture",
    effect=True,
    proof="idFacture",
    settled_by="read_history",
)
HANDLE_REJECTIONS = Route("handle_rejections", "/factures/v1/traiterRejet", effect=True, settled_by="search_invoices")


@dataclass(frozen=True)
class InvoiceSubmission:
    """An invoice whose PDF was uploaded before, or one keyed in line by line, whose PDF Chorus Pro makes.

    :param framework: API code, `A1_FACTURE_FOURNISSEUR` and the like
    :param invoice_type: `FACTURE` or `AVOIR`
    :param vat_regime: `TVA_SUR_DEBIT`, `TVA_SUR_ENCAISSEMENT`, `EXONERATION` or `SANS_TVA`
    :param bank_account_id: from `list_bank_accounts`
    :param validator_siret: main contractor (A9) or lead (A12) who must validate
    :param origin_number: number of the invoice that a credit note corrects
    :param main_file: the PDF; None with the mode `SAISIE_API`
    :param lines: obligatory with `SAISIE_API`
    :param deposit_mode: `DEPOT_PDF_API`, `DEPOT_PDF_SIGNE_API` for a signed PDF, or `SAISIE_API`
    """

    number: str
    date: date
    framework: str
    recipient_siret: str
    supplier_id: int
    totals: Totals
    main_file: MainFile | None
    vat_regime: str
    invoice_type: str = "FACTURE"
    service_code: str | None = None
    supplier_service_id: int | None = None
    bank_account_id: int | None = None
    validator_siret: str | None = None
    validator_service: str | None = None
    exemption_reason: str | None = None
    contract_number: str | None = None
    commitment_number: str | None = None
    origin_number: str | None = None
    payment_mode: str = "VIREMENT"
    lines: tuple[InvoiceLine, ...] = ()
    vat_lines: tuple[VatLine, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    comment: str | None = None
    deposit_mode: str = "DEPOT_PDF_API"

    def to_json(self) -> bytes:
        """The exact bytes of the request; the same for the same submission."""
        return encode(
            {
                "modeDepot": self.deposit_mode,
                "numeroFactureSaisi": self.number,
                "dateFacture": self.date,
                "destinataire": {"codeDestinataire": self.recipient_siret, "codeServiceExecutant": self.service_code},
                "fournisseur": {
                    "idFournisseur": self.supplier_id,
                    "idServiceFournisseur": self.supplier_service_id,
                    "codeCoordonneesBancairesFournisseur": self.bank_account_id,
                },
                "cadreDeFacturation": {
                    "codeCadreFacturation": self.framework,
                    "codeStructureValideur": self.validator_siret,
                    "codeServiceValideur": self.validator_service,
                },
                "references": {
                    "deviseFacture": "EUR",
                    "typeFacture": self.invoice_type,
                    "typeTva": self.vat_regime,
                    "motifExonerationTva": self.exemption_reason,
                    "numeroMarche": self.contract_number,
                    "numeroBonCommande": self.commitment_number,
                    "numeroFactureOrigine": self.origin_number,
                    "modePaiement": self.payment_mode,
                },
                "lignePoste": [line.body() for line in self.lines] or None,
                "ligneTva": [line.body() for line in self.vat_lines] or None,
                "montantTotal": self.totals.body(),
                "pieceJointePrincipale": main_files(self.main_file) if self.main_file else None,
                "pieceJointeComplementaire": attachments(self.attachments),
                "commentaire": self.comment,
            }
        )


@dataclass(frozen=True)
class InvoiceCompletion:
    """Documents added to an invoice at status SUSPENDUE."""

    invoice_id: int
    attachments: tuple[Attachment, ...] = ()
    comment: str | None = None

    def to_json(self) -> bytes:
        """The exact bytes of the request."""
        return encode(
            {
                "identifiantFactureCPP": self.invoice_id,
                "pieceJointeComplementaire": attachments(self.attachments),
                "commentaire": self.comment,
            }
        )


@dataclass(frozen=True)
class InvoiceRecycling:
    """A better address for an invoice at status A_RECYCLER; its number stays."""

    invoice_id: int
    recipient_siret: str
    service_code: str | None = None
    commitment_number: str | None = None
    contract_number: str | None = None
    comment: str | None = None

    def to_json(self) -> bytes:
        """The exact bytes of the request."""
        references = {"numeroMarche": self.contract_number, "numeroBonCommande": self.commitment_number}
        return encode(
            {
                "identifiantFactureCPP": self.invoice_id,
                "destinataire": {"codeDestinataire": self.recipient_siret, "codeServiceExecutant": self.service_code},
                "commentaire": self.comment,
                "reference": references if any(references.values()) else None,
            }
        )


@dataclass(frozen=True)
class ValidatorCorrection:
    """Another validator for an invoice at status ERREUR_FOURNISSEUR_SUR_VALIDEUR.

    :param validator_siret: main contractor (A9) or lead (A12)
    """

    invoice_id: int
    validator_siret: str

    def to_json(self) -> bytes:
        """The exact bytes of the request."""
        return encode(
            {
                "idFacture": self.invoice_id,
                "typeIdentifiantStructure": "SIRET",
                "identifiantStructure": self.validator_siret,
            }
        )


@dataclass(frozen=True)
class RejectionHandling:
    """Rejected invoices whose replacement is under way."""

    invoice_ids: tuple[int, ...]

    def to_json(self) -> bytes:
        """The exact bytes of the request."""
        rejected = [{"idDemandePaiement": invoice_id} for invoice_id in self.invoice_ids]
        return encode({"listeDemandePaiement": rejected})


@dataclass(frozen=True)
class InvoiceReceipt:
    """Chorus Pro has the invoice.

    :param invoice_id: *N° technique Chorus Pro*
    :param certificate_hash: *empreinte du certificat de dépôt*, when told
    """

    invoice_id: int
    number: str | None
    status: str | None
    deposit_date: date | None
    certificate_hash: str | None = None


@dataclass(frozen=True)
class CompletionReceipt:
    """Chorus Pro has the added documents."""

    invoice_id: int
    number: str | None
    handled_at: datetime | None


class InvoiceActionVerbs(Verbs):
    """Acting on invoices."""

    def submit_invoice(self, submission: InvoiceSubmission | bytes) -> InvoiceReceipt:
        """Submits an invoice.

        :raise Unknown: also when no identifier comes back
        """
        return self._invoice_receipt(SUBMIT, submission)

    def recycle_invoice(self, recycling: InvoiceRecycling | bytes) -> InvoiceReceipt:
        """Sends an invoice again to a better address.

        :raise Refused: also when it is not at status A_RECYCLER
        """
        return self._invoice_receipt(RECYCLE, recycling)

    def complete_invoice(self, completion: InvoiceCompletion | bytes) -> CompletionReceipt:
        """Adds documents to a suspended invoice.

        :raise Refused: also when it is not at status SUSPENDUE (GDP_MSG_11.033)
        """
        answer, number = self._effect_number(COMPLETE, completion, "l'identifiant de la facture")
        return CompletionReceipt(
            invoice_id=number,
            number=text(answer.get("numeroFacture")),
            handled_at=moment(answer.get("dateTraitement")),
        )

    def correct_validator(self, correction: ValidatorCorrection | bytes) -> int:
        """Names another validator for an invoice of a subcontractor or joint contractor; gives its number back.

        :raise Refused: also when its status does not allow it
        """
        return self._effect_number(CORRECT_VALIDATOR, correction, "l'identifiant de la facture")[1]

    def handle_rejections(self, handling: RejectionHandling | bytes) -> None:
        """Marks rejected invoices as handled. Its answer has no identifier: `codeRetour` 0 is all, and
        `rejection_handled` of `search_invoices` tells it afterwards, of works documents `read_actions`."""
        self._effect(HANDLE_REJECTIONS, handling)

    def _invoice_receipt(self, route, request) -> InvoiceReceipt:
        answer, number = self._effect_number(route, request, "l'identifiant de la facture")
        return InvoiceReceipt(
            invoice_id=number,
            number=text(answer.get("numeroFacture")),
            status=text(answer.get("statutFacture")),
            deposit_date=day(answer.get("dateDepot")),
            certificate_hash=text(answer.get("empreinteCertificatDepot")),
        )
