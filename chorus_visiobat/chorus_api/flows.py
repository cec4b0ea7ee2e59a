"""Flows: a file of one or more invoices deposited at once, and what became of it (chorus-pro-api.md §2.1, §2.2, §3.4).

The receipt of a flow proves its deposit, not its integration: the report tells that, later.
"""

import base64
from dataclasses import dataclass
from datetime import date, datetime

from .gateway import Route
from .refusals import consequence_of
from .values import content_of, day, encode, moment, rows, text
from .verbs import Verbs

DEPOSIT = Route(
    "deposit_flow",
    "/factures/v1/deposer/flux",
    effect=True,
    proof="numeroFluxDepot",
    settled_by="search_invoices",
)
REPORT = Route("read_flow_report", "/transverses/v1/consulterCRDetaille")
SUMMARY = Route("read_flow_summary", "/transverses/v1/consulterCR")

# Flow states observed; the swagger has no list of them (§3.4).
OUTCOMES = {
    "IN_INTEGRE": "integrated",
    "IN_INTEGRE_PARTIEL": "partial",
    "IN_REJETE": "rejected",
    "QP_IRRECEVABLE": "rejected",
    "IN_INCIDENTE": "incident",
    "IN_RECU": "pending",
    "IN_DEPOT_PORTAIL_EN_ATTENTE_TRAITEMENT_SE_CPP": "pending",
    "IN_TRAITE_SE_CPP": "pending",
    "IN_EN_ATTENTE_TRAITEMENT_CPP": "pending",
    "IN_EN_COURS_TRAITEMENT_CPP": "pending",
    "IN_EN_ATTENTE_RETRAITEMENT_CPP": "pending",
    "QP_RECEVABLE": "pending",
    "QP_RECEVABLE_AVEC_ERREUR": "pending",
}
FINAL_OUTCOMES = frozenset({"integrated", "partial", "rejected", "incident"})

# libelleErreurDP is cut there, in the middle of a word (§2.2).
LABEL_LENGTH = 200


@dataclass(frozen=True)
class FlowDeposit:
    """A file to deposit: one invoice (Factur-X PDF, CII or UBL XML) or several in a `tar.gz`.

    :param syntax: `syntaxeFlux`, from `list_flow_syntaxes`
    :param signed: whether the file bears a signature
    """

    content: bytes
    filename: str
    syntax: str
    signed: bool = False

    def to_json(self) -> bytes:
        """The exact bytes of the request; the same for the same deposit."""
        return encode(
            {
                "fichierFlux": base64.b64encode(self.content).decode(),
                "nomFichier": self.filename,
                "syntaxeFlux": self.syntax,
                "avecSignature": self.signed,
            }
        )


@dataclass(frozen=True)
class FlowReceipt:
    """Chorus Pro has the flow.

    :param flow_number: `CPP…`, the only key to its report
    """

    flow_number: str
    deposit_date: date | None
    syntax: str | None


@dataclass(frozen=True)
class InvoiceError:
    """An invoice of the flow that was not integrated.

    :param supplier: identifier (SIRET) read in the file
    :param recipient: idem
    :param messages: sentences of Chorus Pro, without accents
    :param truncated: whether Chorus Pro cut the last one
    """

    number: str | None
    supplier: str | None
    recipient: str | None
    messages: tuple[str, ...]
    truncated: bool = False

    @property
    def consequences(self) -> tuple[str, ...]:
        """What each message leads to, of `refusals.CONSEQUENCES`."""
        return tuple(consequence_of(message) for message in self.messages)


@dataclass(frozen=True)
class TechnicalError:
    """An error of the file itself: not well-formed, invalid against its schema…"""

    code: str | None
    nature: str | None
    label: str | None


class _FlowState:
    """What a state means; `state` is the one received."""

    state: str

    @property
    def outcome(self) -> str:
        """`integrated`, `partial`, `rejected`, `incident` (nothing processed, to be deposited anew), `pending`,
        or `unknown` for a state never seen: then never taken for a success, asked again later."""
        return OUTCOMES.get(self.state, "unknown")

    @property
    def is_final(self) -> bool:
        """Whether the state will not change any more."""
        return self.outcome in FINAL_OUTCOMES


@dataclass(frozen=True)
class FlowReport(_FlowState):
    """What became of a flow.

    :param state: `etatCourantDepotFlux` as received
    """

    state: str
    state_date: datetime | None
    deposit_date: datetime | None
    file_name: str | None
    invoice_errors: tuple[InvoiceError, ...]
    technical_errors: tuple[TechnicalError, ...]


@dataclass(frozen=True)
class FlowSummary(_FlowState):
    """The short report of a flow.

    :param interface: code of the interface that received it, `FSO1117A` for Factur-X
    :param paper: the report as a PDF, once the flow is processed; None before
    """

    state: str
    state_date: datetime | None
    deposit_date: datetime | None
    file_name: str | None
    interface: str | None
    paper: bytes | None


class FlowVerbs(Verbs):
    """Deposit of flows."""

    def deposit_flow(self, deposit: FlowDeposit | bytes) -> FlowReceipt:
        """Deposits a flow.

        :param deposit: the request, or the bytes of its `to_json` kept from before
        :raise Unknown: also when no flow number comes back
        """
        answer = self._effect(DEPOSIT, deposit, "le numéro du flux")
        return FlowReceipt(
            flow_number=text(answer["numeroFluxDepot"]),
            deposit_date=day(answer.get("dateDepot")),
            syntax=text(answer.get("syntaxeFlux")),
        )

    def read_flow_report(self, flow_number: str, syntax: str | None = None) -> FlowReport:
        """The detailed report of a flow.

        :raise FlowNotFound: Chorus Pro has no such flow for this account
        """
        answer = self._read(REPORT, {"numeroFluxDepot": flow_number, "syntaxeFlux": syntax})
        return FlowReport(
            state=text(answer.get("etatCourantDepotFlux")) or "",
            state_date=moment(answer.get("dateHeureEtatCourantFlux")),
            deposit_date=moment(answer.get("dateDepotFlux")),
            file_name=text(answer.get("nomFichier")),
            invoice_errors=tuple(_invoice_error(row) for row in rows(answer, "listeErreurDP")),
            technical_errors=tuple(
                TechnicalError(
                    text(row.get("codeErreur")), text(row.get("natureErreur")), text(row.get("libelleErreur"))
                )
                for row in rows(answer, "listeErreurTechnique")
            ),
        )

    def read_flow_summary(self, flow_number: str) -> FlowSummary:
        """The short report of a flow, with its PDF once it is processed; the detailed one has the errors (§2.3).

        :raise FlowNotFound: Chorus Pro has no such flow for this account
        """
        answer = self._read(SUMMARY, {"numeroFluxDepot": flow_number})
        return FlowSummary(
            state=text(answer.get("etatCourantFlux")) or "",
            state_date=moment(answer.get("dateHeureEtatCourantFlux")),
            deposit_date=moment(answer.get("dateDepotFlux")),
            file_name=text(answer.get("nomFichierFlux")),
            interface=text(answer.get("codeInterfaceFlux")),
            paper=content_of(answer.get("fichierCR")),
        )


def _invoice_error(row: dict) -> InvoiceError:
    label = str(row.get("libelleErreurDP") or "")
    return InvoiceError(
        number=text(row.get("numeroDP")),
        supplier=text(row.get("identifiantFournisseur")),
        recipient=text(row.get("identifiantDestinataire")),
        messages=tuple(part.strip() for part in label.split("|") if part.strip()),
        truncated=len(label) >= LABEL_LENGTH,
    )
