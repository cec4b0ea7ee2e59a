"""What a supplier does to a works document: submit, complete, recycle (chorus-pro-api.md §2.10).

The paths and bodies are derived from the services for ordinary invoices.
"""

from dataclasses import dataclass
from datetime import date

from .gateway import Route
from .submission import Attachment, attachments
from .values import day, encode, text
from .verbs import Verbs, proven
from .works_submission import WorksSubmission

SUBMIT = Route("submit_works", "/facturesTravaux/v1/soumettre", effect=True)
COMPLETE = Route("complete_works", "/facturesTravaux/v1/completer", effect=True)
RECYCLE = Route("recycle_works", "/facturesTravaux/v1/recycler", effect=True)


@dataclass(frozen=True)
class WorksCompletion:
    """Documents added to a works document at status SUSPENDUE or A_COMPLETER."""

    works_id: int
    attachments: tuple[Attachment, ...] = ()
    comment: str | None = None

    def to_json(self) -> bytes:
        """The exact bytes of the request."""
        return encode(
            {
                "idFactureTravaux": self.works_id,
                "pieceJointeComplementaire": attachments(self.attachments),
                "commentaire": self.comment,
            }
        )


@dataclass(frozen=True)
class WorksRecycling:
    """A better address for a works document at status A_RECYCLER; its number stays. Only what changes is given.

    :param recipient_siret: the payer
    """

    works_id: int
    recipient_siret: str | None = None
    service_code: str | None = None
    moe_siret: str | None = None
    moe_service: str | None = None
    moa_siret: str | None = None
    moa_service: str | None = None
    commitment_number: str | None = None
    contract_number: str | None = None
    comment: str | None = None

    def to_json(self) -> bytes:
        """The exact bytes of the request."""
        recipient = {"codeDestinataire": self.recipient_siret, "codeServiceExecutant": self.service_code}
        actors = {
            "codeStructureMoe": self.moe_siret,
            "codeServiceMoe": self.moe_service,
            "codeStructureMoa": self.moa_siret,
            "codeServiceMoa": self.moa_service,
        }
        references = {"numeroMarche": self.contract_number, "numeroBonCommande": self.commitment_number}
        return encode(
            {
                "idFactureTravaux": self.works_id,
                "destinataire": recipient if any(recipient.values()) else None,
                "cadreDeFacturation": actors if any(actors.values()) else None,
                "commentaire": self.comment,
                "reference": references if any(references.values()) else None,
            }
        )


@dataclass(frozen=True)
class WorksReceipt:
    """Chorus Pro has the document.

    :param works_id: *N° technique Chorus Pro*
    :param status: as received, for instance `A_ASSOCIER_MOE`
    """

    works_id: int
    number: str | None
    status: str | None
    deposit_date: date | None


class WorksActionVerbs(Verbs):
    """Acting on works documents. The requests may be the bytes of their `to_json` kept from before."""

    def submit_works(self, submission: WorksSubmission | bytes) -> WorksReceipt:
        """Submits a works document.

        :raise Unknown: also when no identifier comes back
        """
        return _receipt(self._effect(SUBMIT, submission))

    def complete_works(self, completion: WorksCompletion | bytes) -> WorksReceipt:
        """Adds documents to a works document that was suspended.

        :raise Refused: also when its status does not allow it
        """
        return _receipt(self._effect(COMPLETE, completion))

    def recycle_works(self, recycling: WorksRecycling | bytes) -> WorksReceipt:
        """Sends a works document again to a better address.

        :raise Refused: also when its status does not allow it
        """
        return _receipt(self._effect(RECYCLE, recycling))


def _receipt(answer: dict) -> WorksReceipt:
    return WorksReceipt(
        works_id=int(proven(answer, "idFactureTravaux", "l'identifiant de la facture de travaux")),
        number=text(answer.get("numeroFactureTravaux")),
        status=text(answer.get("statutFactureTravaux")),
        deposit_date=day(answer.get("dateDepot")),
    )
