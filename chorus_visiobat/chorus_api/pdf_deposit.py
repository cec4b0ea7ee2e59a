"""A bare PDF that Chorus Pro reads by itself, to be submitted once checked (chorus-pro-api.md §2.5).

The invoice stays at status INTERPRETEE_OCR until `submit_invoice` names its file: this deposit alone bills nothing.
"""

import base64
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from .gateway import Route
from .values import amount, day, encode, text
from .verbs import Verbs

# The official answer has neither codeRetour nor libelle.
DEPOSIT = Route(
    "deposit_pdf",
    "/factures/v1/deposer/pdf",
    effect=True,
    proof="pieceJointeId",
    settled_by="find_own_files",
    envelope=False,
)


@dataclass(frozen=True)
class PdfDeposit:
    """A PDF to be read.

    :param signature: `PDF_NON_SIGNE`, `PDF_SIGNE_PADES` or `PDF_SIGNE_XADES`
    """

    content: bytes
    filename: str
    signature: str = "PDF_NON_SIGNE"

    def to_json(self) -> bytes:
        """The exact bytes of the request; the same for the same file."""
        return encode(
            {
                "fichierFacture": base64.b64encode(self.content).decode(),
                "nomFichier": self.filename,
                "formatDepot": self.signature,
            }
        )


@dataclass(frozen=True)
class PdfReading:
    """What Chorus Pro believes to have read: a proposal, to be checked by a person.

    :param file_id: `pieceJointeId`, for the `MainFile` of the submission
    :param amount_untaxed: EUR HT
    :param amount_tax: VAT, EUR
    :param amount_total: EUR TTC before any global discount
    :param amount_due: EUR TTC to pay
    """

    file_id: int
    number: str | None
    invoice_date: date | None
    invoice_type: str | None
    supplier_siret: str | None
    recipient_siret: str | None
    service_code: str | None
    commitment_number: str | None
    vat_regime: str | None
    currency: str | None
    amount_untaxed: Decimal | None
    amount_tax: Decimal | None
    amount_total: Decimal | None
    amount_due: Decimal | None


class PdfDepositVerbs(Verbs):
    """Deposit of a bare PDF."""

    def deposit_pdf(self, deposit: PdfDeposit | bytes) -> PdfReading:
        """Has a PDF read.

        :raise Refused: also above 10 MB (HTTP 413)
        :raise Unknown: also when no file identifier comes back
        """
        answer, number = self._effect_number(DEPOSIT, deposit, "l'identifiant de la pièce jointe")
        return PdfReading(
            file_id=number,
            number=text(answer.get("numeroFacture")),
            invoice_date=day(answer.get("dateFacture")),
            invoice_type=text(answer.get("typeFacture")),
            supplier_siret=text(answer.get("codeFournisseur")),
            recipient_siret=text(answer.get("codeDestinataire")),
            service_code=text(answer.get("codeServiceExecutant")),
            commitment_number=text(answer.get("numeroBonCommande")),
            vat_regime=text(answer.get("typeTva")),
            currency=text(answer.get("codeDeviseFacture")),
            amount_untaxed=amount(answer.get("montantHtTotal")),
            amount_tax=amount(answer.get("montantTVA")),
            amount_total=amount(answer.get("montantTtcAvantRemiseGlobalTTC")),
            amount_due=amount(answer.get("montantAPayer")),
        )
