"""Requests of subcontractors and joint contractors that we validate, as main contractor or lead (§2.6, §3.2).

A10 and A13 are works documents, A9 and A12 ordinary invoices: the validator's services serve both. Silence for fifteen
days counts as acceptance.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from .gateway import Route
from .invoices import AttachedFile, attached_files, same_piece
from .values import amount, child, day, encode, moment, text, whole
from .verbs import PAGE_SIZE, Verbs

TO_VALIDATE = Route("search_to_validate", "/factures/v1/rechercher/aTraiter/valideur", search=True)
SEARCH = Route("search_validations", "/factures/v1/rechercher/valideur", search=True)
READ = Route("read_validation", "/factures/v1/consulter/valideur")
DECIDE = Route(
    "decide_validation",
    "/factures/v1/traiter/factureAValider",
    effect=True,
    proof="idFacture",
    settled_by="read_history",
)


@dataclass(frozen=True)
class ValidationQuery:
    """Criteria of a search; all given must hold.

    :param request_type: `FACTURE` or `FACTURE_TRAVAUX`
    :param supplier_id: `idStructureCPP` of the subcontractor or joint contractor
    """

    number: str | None = None
    request_type: str | None = None
    supplier_id: int | None = None
    framework: str | None = None
    statuses: tuple[str, ...] = ()
    contract_number: str | None = None
    deposited_from: date | None = None
    deposited_to: date | None = None

    def criteria(self) -> dict:
        """The body of the search, without its paging."""
        return {
            "typeDemandePaiement": self.request_type,
            "numeroFacture": self.number,
            "periodeDateDepotDu": self.deposited_from,
            "periodeDateDepotAu": self.deposited_to,
            "idFournisseur": self.supplier_id,
            "cadreFacturation": self.framework,
            "statutCourant": list(self.statuses) or None,
            "numeroMarche": self.contract_number,
        }


@dataclass(frozen=True)
class ValidationSummary:
    """A request found.

    :param invoice_id: *N° technique Chorus Pro*
    :param request_type: `FACTURE` or `FACTURE_TRAVAUX`
    :param validator_siret: our own structure
    :param amount_untaxed: EUR HT, perhaps rounded: the official schema of this search has whole numbers; the exact
        amounts are those of `read_validation`
    :param amount_total: EUR TTC, idem
    :param amount_due: EUR TTC to pay, idem
    """

    invoice_id: int
    number: str | None
    request_type: str | None
    works_type: str | None
    status: str
    supplier_siret: str | None
    supplier_name: str | None
    recipient_siret: str | None
    service_code: str | None
    moe_siret: str | None
    moa_siret: str | None
    validator_siret: str | None
    document_date: date | None
    deposit_date: date | None
    contract_number: str | None
    commitment_number: str | None
    amount_untaxed: Decimal | None
    amount_total: Decimal | None
    amount_due: Decimal | None


@dataclass(frozen=True)
class ValidationDetails:
    """One request, read whole. Amounts as in `ValidationSummary`, with its VAT."""

    invoice_id: int
    number: str | None
    status: str
    framework: str | None
    supplier_siret: str | None
    recipient_siret: str | None
    validator_siret: str | None
    amount_untaxed: Decimal | None
    amount_tax: Decimal | None
    amount_total: Decimal | None
    amount_due: Decimal | None
    comment: str | None
    files: tuple[AttachedFile, ...]


@dataclass(frozen=True)
class ValidationDecision:
    """Our answer to a request at status A_VALIDER_1 or A_VALIDER_2.

    :param accepted: False refuses it, with its reason
    :param rank: 1 for the first validator, 2 for the second (the lead, behind a joint contractor)
    :param validator_id: `idStructureCPP` of our structure, when the account has several
    """

    invoice_id: int
    accepted: bool
    reason: str | None = None
    details: str | None = None
    rank: int = 1
    validator_id: int | None = None

    def to_json(self) -> bytes:
        """The exact bytes of the request.

        :raise ValueError: a refusal without reason
        """
        if not self.accepted and not self.reason:
            raise ValueError("A refusal has a reason.")
        return encode(
            {
                "idFacture": self.invoice_id,
                "action": "VALIDATION" if self.accepted else "REFUS",
                # No source tells the values of typeValideur: that of the field names (idValideur1, idValideur2).
                "typeValideur": f"VALIDEUR{self.rank}",
                "idValideur": self.validator_id,
                "motifRefus": self.reason,
                "complementInfo": self.details,
            }
        )


@dataclass(frozen=True)
class ValidationReceipt:
    """Chorus Pro took our answer. :param status: as received, for instance `VALIDEE_1`"""

    invoice_id: int
    number: str | None
    status: str | None
    handled_at: datetime | None


class ValidationVerbs(Verbs):
    """What our subcontractors and joint contractors wait for."""

    def search_to_validate(
        self, structure_id: int | None = None, page_size: int = PAGE_SIZE
    ) -> Iterator[ValidationSummary]:
        """The requests that wait for our answer. :param structure_id: one of ours, all of them without it"""
        return self._requests(TO_VALIDATE, {"idStructure": structure_id}, page_size)

    def search_validations(self, query: ValidationQuery, page_size: int = PAGE_SIZE) -> Iterator[ValidationSummary]:
        """The requests of which we are a validator, answered or not."""
        return self._requests(SEARCH, query.criteria(), page_size)

    def _requests(self, route, criteria, page_size):
        found = self._pages(route, criteria, block="pagination", rows_key="listeFactures", page_size=page_size)
        return (_summary(row) for row in found if whole(row.get("idFacture")))

    def read_validation(self, invoice_id: int) -> ValidationDetails:
        """One request with its files.

        :raise Refused: no such request for this account
        :raise Unknown: the answer is about another one
        """
        answer = self._read(READ, {"identifiantFactureCPP": invoice_id, "codeLangue": "fr"})
        invoice = child(answer, "facture")
        same_piece(invoice.get("identifiantFactureCPP"), invoice_id)
        framework, totals = child(invoice, "cadreDeFacturation"), child(invoice, "montantTotal")
        return ValidationDetails(
            invoice_id=invoice_id,
            number=text(invoice.get("numeroFacture")),
            status=text(invoice.get("statutFacture")) or "",
            framework=text(framework.get("codeCadreFacturation")),
            supplier_siret=text(child(invoice, "fournisseur").get("codeFournisseur")),
            recipient_siret=text(child(invoice, "destinataire").get("codeDestinataire")),
            validator_siret=text(framework.get("codeValideur1")),
            amount_untaxed=amount(totals.get("montantHtTotal")),
            amount_tax=amount(totals.get("montantTVA")),
            amount_total=amount(totals.get("montantTtcTotal")),
            amount_due=amount(totals.get("montantAPayer")),
            comment=text(invoice.get("commentaire")),
            files=attached_files(invoice),
        )

    def decide_validation(self, decision: ValidationDecision | bytes) -> ValidationReceipt:
        """Accepts or refuses a request.

        :raise Refused: also when it does not wait for us
        :raise Unknown: also when no identifier comes back
        """
        answer, number = self._effect_number(DECIDE, decision, "l'identifiant de la facture")
        return ValidationReceipt(
            invoice_id=number,
            number=text(answer.get("numeroFacture")),
            status=text(answer.get("statutFacture")),
            handled_at=moment(answer.get("dateTraitement")),
        )


def _summary(row: dict) -> ValidationSummary:
    return ValidationSummary(
        invoice_id=whole(row.get("idFacture")),
        number=text(row.get("numeroFacture")),
        request_type=text(row.get("typeDemandePaiement")),
        works_type=text(row.get("typeFactureTravaux")),
        status=text(row.get("statut")) or "",
        supplier_siret=text(row.get("identifiantFournisseur")),
        supplier_name=text(row.get("designationFournisseur")),
        recipient_siret=text(row.get("identifiantDestinataire")),
        service_code=text(row.get("codeServiceExecutant")),
        moe_siret=text(row.get("identifiantMoe")),
        moa_siret=text(row.get("identifiantMoa")),
        validator_siret=text(row.get("identifiantValideur")),
        document_date=day(row.get("dateFacture")),
        deposit_date=day(row.get("dateDepot")),
        contract_number=text(row.get("numeroMarche")),
        commitment_number=text(row.get("numeroEngagement")),
        amount_untaxed=amount(row.get("montantHT")),
        amount_total=amount(row.get("montantTTC")),
        amount_due=amount(row.get("montantAPayer")),
    )
