"""What the submissions of an ordinary invoice and of a works document share (chorus-pro-api.md §2.4, §2.10)."""

from dataclasses import dataclass
from decimal import Decimal

from .values import decode, encode


@dataclass(frozen=True)
class MainFile:
    """The PDF of the piece. :param file_id: `pieceJointeId` given by `add_file`"""

    file_id: int
    designation: str = "Facture"

    def body(self) -> dict:
        """As the request writes it."""
        return {"pieceJointePrincipaleDesignation": self.designation, "pieceJointePrincipaleId": self.file_id}


@dataclass(frozen=True)
class Attachment:
    """A file beside the PDF.

    :param type_code: kind of attachment, from `list_attachment_types`
    """

    file_id: int
    designation: str
    type_code: str

    def body(self) -> dict:
        """As the request writes it."""
        return {
            "pieceJointeComplementaireDesignation": self.designation,
            "pieceJointeComplementaireId": self.file_id,
            "pieceJointeComplementaireType": self.type_code,
        }


@dataclass(frozen=True)
class Totals:
    """Totals of the piece, EUR.

    :param untaxed: HT
    :param tax: VAT
    :param total: TTC
    :param due: TTC to pay
    :param discount: global discount, TTC, with its reason
    """

    untaxed: Decimal
    tax: Decimal
    total: Decimal
    due: Decimal
    discount: Decimal | None = None
    discount_reason: str | None = None

    def body(self) -> dict:
        """As the request writes it."""
        return {
            "montantHtTotal": self.untaxed,
            "montantTVA": self.tax,
            "montantTtcTotal": self.total,
            "montantRemiseGlobaleTTC": self.discount,
            "motifRemiseGlobaleTTC": self.discount_reason,
            "montantAPayer": self.due,
        }


@dataclass(frozen=True)
class InvoiceLine:
    """A line of an invoice keyed in (`SAISIE_API`).

    :param unit_price: EUR HT
    :param rate: VAT, percent
    :param discount: EUR HT on the whole line
    """

    rank: int
    designation: str
    quantity: Decimal
    unit_price: Decimal
    rate: Decimal
    unit: str | None = None
    reference: str | None = None
    discount: Decimal | None = None

    def body(self) -> dict:
        """As the request writes it."""
        return {
            "lignePosteNumero": self.rank,
            "lignePosteReference": self.reference,
            "lignePosteDenomination": self.designation,
            "lignePosteQuantite": self.quantity,
            "lignePosteUnite": self.unit,
            "lignePosteMontantUnitaireHT": self.unit_price,
            "lignePosteMontantRemiseHT": self.discount,
            # Either the rate or its code in the reference list, never both (§2.4).
            "lignePosteTauxTvaManuel": self.rate,
        }


@dataclass(frozen=True)
class VatLine:
    """The VAT of one rate. :param rate: percent :param base: EUR HT :param tax: EUR"""

    rate: Decimal
    base: Decimal
    tax: Decimal

    def body(self) -> dict:
        """As the request writes it."""
        return {
            "ligneTvaMontantBaseHtParTaux": self.base,
            "ligneTvaMontantTvaParTaux": self.tax,
            "ligneTvaTauxManuel": self.rate,
        }


def main_files(main_file: MainFile) -> list[dict]:
    """A list, as every client in production sends it, although the swagger says an object (§2.4)."""
    return [main_file.body()]


def attachments(found: tuple[Attachment, ...]) -> list[dict] | None:
    """The list of the attachments, absent when there is none."""
    return [attachment.body() for attachment in found] or None


def with_attachments(request: bytes, found: tuple[Attachment, ...]) -> bytes:
    """The exact bytes of a completion whose files were uploaded since it was written; the same for the same files.

    :param request: bytes of `InvoiceCompletion` or `WorksCompletion`, without attachment
    """
    return encode({**decode(request), "pieceJointeComplementaire": attachments(found)})
