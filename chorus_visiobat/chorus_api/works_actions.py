"""What a supplier does to a works document: submit, complete, recycle, refuse (chorus-pro-api.md §2.10).

The paths and bodies are derived from the services for ordinary invoices.
"""

from dataclasses import dataclass
from datetime import date

from .submission import Attachment, attachments
from .values import day, encode, text, whole
from .verbs import Verbs
from .works_routes import ASK_RECYCLING, COMPLETE, RECYCLE, REFUSE, SUBMIT
from .works_submission import WorksSubmission


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
    """A better address for a works document sent back (A_RECYCLER, EN_ATTENTE_RECYCLAGE_FOURNISSEUR, ERREUR_…); its
    number stays. Only what changes is given.

    :param recipient_siret: the payer
    """

    works_id: int
    recipient_siret: str | None = None
    service_code: str | None = None
    moe_siret: str | None = None
    moe_service: str | None = None
    moa_siret: str | None = None
    moa_service: str | None = None
    validator_siret: str | None = None
    validator_service: str | None = None
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
            "codeStructureValideur": self.validator_siret,
            "codeServiceValideur": self.validator_service,
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
class WorksRefusal:
    """Our refusal of a document that waits for us, such as a *décompte général* (A18, A20).

    :param reason: *motif*
    """

    works_id: int
    reason: str
    comment: str | None = None

    def to_json(self) -> bytes:
        """The exact bytes of the request."""
        return encode({"idFactureTravaux": self.works_id, "motif": self.reason, "commentaire": self.comment})


@dataclass(frozen=True)
class WorksRecyclingRequest:
    """Our request that the document before ours be addressed again. :param works_id: our document"""

    works_id: int

    def to_json(self) -> bytes:
        """The exact bytes of the request."""
        return encode({"idFactureTravaux": self.works_id})


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
        return self._works_receipt(SUBMIT, submission)

    def complete_works(self, completion: WorksCompletion | bytes) -> WorksReceipt:
        """Adds documents to a works document that was suspended.

        :raise Refused: also when its status does not allow it
        """
        return self._works_receipt(COMPLETE, completion)

    def recycle_works(self, recycling: WorksRecycling | bytes) -> WorksReceipt:
        """Sends a works document again to a better address.

        :raise Refused: also when its status does not allow it
        """
        return self._works_receipt(RECYCLE, recycling)

    def refuse_works(self, refusal: WorksRefusal | bytes) -> None:
        """Refuses a document received from the MOE or the MOA. Its answer has no identifier: `codeRetour` 0 is all.

        :raise Refused: also when it does not wait for us
        """
        self._effect(REFUSE, refusal)

    def ask_previous_recycling(self, request: WorksRecyclingRequest | bytes) -> int:
        """Asks the issuer of the document before ours to address it again; gives the technical number of that
        document, 0 when the answer does not tell.

        :raise Unknown: also when no identifier comes back
        """
        answer, _number = self._effect_number(ASK_RECYCLING, request, "l'identifiant de la facture de travaux")
        return whole(answer.get("idPiecePrecedente")) or 0

    def _works_receipt(self, route, request) -> WorksReceipt:
        answer, number = self._effect_number(route, request, "l'identifiant de la facture de travaux")
        return WorksReceipt(
            works_id=number,
            number=text(answer.get("numeroFactureTravaux")),
            status=text(answer.get("statutFactureTravaux")),
            deposit_date=day(answer.get("dateDepot")),
        )
