"""What the submissions of an ordinary invoice and of a works document share (chorus-pro-api.md §2.4, §2.10)."""

from dataclasses import dataclass
from decimal import Decimal


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
    """

    untaxed: Decimal
    tax: Decimal
    total: Decimal
    due: Decimal

    def body(self) -> dict:
        """As the request writes it."""
        return {
            "montantHtTotal": self.untaxed,
            "montantTVA": self.tax,
            "montantTtcTotal": self.total,
            "montantAPayer": self.due,
        }


def main_files(main_file: MainFile) -> list[dict]:
    """A list, as every client in production sends it, although the swagger says an object (§2.4)."""
    return [main_file.body()]


def attachments(found: tuple[Attachment, ...]) -> list[dict] | None:
    """The list of the attachments, absent when there is none."""
    return [attachment.body() for attachment in found] or None
