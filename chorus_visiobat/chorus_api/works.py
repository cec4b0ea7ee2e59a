"""Works documents (*factures de travaux*) and their billing files (chorus-pro-api.md §2.10, §3.2).

Only the path and body of the search are confirmed in production; the others follow the pre-PISTE services and the
body of ordinary invoices. All of it stands in this file, `works_routes.py`, `works_actions.py` and
`works_submission.py`: a correction touches nothing else.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from .history import StatusEvent, read_events
from .invoices import AttachedFile, attached_files, same_piece
from .values import amount, child, day, moment, rows, text, whole
from .verbs import PAGE_SIZE, Verbs
from .works_routes import BILLING_FILE, READ, SEARCH, TO_HANDLE


@dataclass(frozen=True)
class WorksQuery:
    """Criteria of a search; all given must hold.

    :param role: the role we play: `FOURNISSEUR`, `MOE`, `MOA` or `VALIDEUR`
    :param supplier_id: `idStructureCPP` of the supplier
    :param number: *Identifiant de la facture*
    :param changed_from: moment since which the current status holds, aware
    """

    role: str = "FOURNISSEUR"
    number: str | None = None
    supplier_id: int | None = None
    works_type: str | None = None
    framework: str | None = None
    status: str | None = None
    contract_number: str | None = None
    commitment_number: str | None = None
    flow_number: str | None = None
    deposited_from: date | None = None
    deposited_to: date | None = None
    changed_from: datetime | None = None
    changed_to: datetime | None = None

    def criteria(self) -> dict:
        """The body of the search, without its paging."""
        return {
            "roleUtilisateur": self.role,
            "idStructureFournisseur": self.supplier_id,
            "listeTypeFactureTravaux": self.works_type,
            "periodeDateDepotDu": self.deposited_from,
            "periodeDateDepotAu": self.deposited_to,
            "cadreFacturation": self.framework,
            "listeStatutCourant": self.status,
            "numeroFactureTravaux": self.number,
            "numeroMarche": self.contract_number,
            "numeroBonCommande": self.commitment_number,
            "numeroFluxDepot": self.flow_number,
            "periodeDateHeureEtatCourantDu": self.changed_from,
            "periodeDateHeureEtatCourantAu": self.changed_to,
        }


@dataclass(frozen=True)
class WorksSummary:
    """A works document found by a search.

    :param works_id: *N° technique Chorus Pro*
    :param status: as received, known or not
    :param billing_file_id: *dossier de facturation*, when told
    :param amount_untaxed: EUR HT
    :param amount_total: EUR TTC
    :param amount_due: EUR TTC to pay
    """

    works_id: int
    number: str | None
    works_type: str | None
    framework: str | None
    status: str
    status_date: datetime | None
    flow_number: str | None
    billing_file_id: int | None
    supplier_siret: str | None
    recipient_siret: str | None
    service_code: str | None
    document_date: date | None
    deposit_date: date | None
    amount_untaxed: Decimal | None
    amount_total: Decimal | None
    amount_due: Decimal | None


@dataclass(frozen=True)
class WorksDetails:
    """One works document, read whole. Amounts as in `WorksSummary`, with its VAT."""

    works_id: int
    number: str | None
    works_type: str | None
    framework: str | None
    status: str
    deposit_mode: str | None
    supplier_siret: str | None
    recipient_siret: str | None
    service_code: str | None
    moe_siret: str | None
    moa_siret: str | None
    document_date: date | None
    deposit_date: date | None
    contract_number: str | None
    commitment_number: str | None
    amount_untaxed: Decimal | None
    amount_tax: Decimal | None
    amount_total: Decimal | None
    amount_due: Decimal | None
    previous_id: int | None
    next_id: int | None
    comment: str | None
    files: tuple[AttachedFile, ...]


@dataclass(frozen=True)
class WorksDocument:
    """A document of a billing file: ours, or that of the MOE or MOA who followed us.

    :param history: newest first
    """

    works_id: int
    number: str | None
    works_type: str | None
    framework: str | None
    status: str
    status_date: datetime | None
    status_reason: str | None
    deposit_date: date | None
    issuer_siret: str | None
    issuer_name: str | None
    amount_untaxed: Decimal | None
    amount_total: Decimal | None
    amount_due: Decimal | None
    previous_id: int | None
    history: tuple[StatusEvent, ...]


@dataclass(frozen=True)
class BillingFile:
    """*Dossier de facturation*: the chain of documents about one request, for instance A4, A15, A19."""

    file_id: int | None
    documents: tuple[WorksDocument, ...]


class WorksVerbs(Verbs):
    """Reading works documents."""

    def search_works(self, query: WorksQuery, page_size: int = PAGE_SIZE, skip: int = 0) -> Iterator[WorksSummary]:
        """The works documents that answer the query, every page of them, one call per page as they are consumed.

        :param skip: documents read before: the pages before them are not asked for again
        """
        found = self._pages(
            SEARCH,
            query.criteria(),
            block="rechercheFactureTravaux",
            rows_key="listeFacturesTravaux",
            page_size=page_size,
            skip=skip,
        )
        return (_summary(row) for row in found if whole(row.get("idFactureTravaux")))

    def search_works_to_handle(self, page_size: int = PAGE_SIZE) -> Iterator[WorksSummary]:
        """The works documents that wait for us: sent back, to be completed, or a *décompte général* to be signed."""
        found = self._pages(
            TO_HANDLE, {}, block="rechercheFactureTravauxATraiter", rows_key="listeFacturesTravaux", page_size=page_size
        )
        return (_summary(row) for row in found if whole(row.get("idFactureTravaux")))

    def read_works(self, works_id: int) -> WorksDetails:
        """One works document.

        :raise Refused: no such document for this account
        :raise Unknown: the answer is about another one
        """
        answer = self._read(READ, {"idFactureTravaux": works_id, "codeLangue": "fr"})
        document = child(answer, "factureTravaux")
        same_piece(document.get("idFactureTravaux"), works_id)
        framework, references = child(document, "cadreDeFacturation"), child(document, "references")
        recipient, totals = child(document, "destinataire"), child(document, "montantTotal")
        return WorksDetails(
            works_id=works_id,
            number=text(document.get("numeroFactureTravaux")),
            works_type=text(document.get("typeFactureTravaux")),
            framework=text(framework.get("codeCadreFacturation")),
            status=text(document.get("statutFactureTravaux")) or "",
            deposit_mode=text(document.get("modeDepot")),
            supplier_siret=text(child(document, "fournisseur").get("codeFournisseur")),
            recipient_siret=text(recipient.get("codeDestinataire")),
            service_code=text(recipient.get("codeServiceExecutant")),
            moe_siret=text(framework.get("identifiantMoe")),
            moa_siret=text(framework.get("identifiantMoa")),
            document_date=day(references.get("dateFacture")),
            deposit_date=day(references.get("dateDepot")),
            contract_number=text(references.get("numeroMarche")),
            commitment_number=text(references.get("numeroBonCommande")),
            amount_untaxed=amount(totals.get("montantHtTotal")),
            amount_tax=amount(totals.get("montantTVA")),
            amount_total=amount(totals.get("montantTtcTotal")),
            amount_due=amount(totals.get("montantAPayer")),
            previous_id=whole(child(document, "piecePrecedente").get("idPiecePrecedente")),
            next_id=whole(child(document, "pieceSuivante").get("idPieceSuivante")),
            comment=text(document.get("commentaire")),
            files=attached_files(document),
        )

    def read_billing_file(self, works_id: int) -> BillingFile:
        """The whole chain to which a works document belongs, each with its history."""
        answer = self._read(BILLING_FILE, {"idFactureTravaux": works_id})
        return BillingFile(
            file_id=whole(answer.get("idDossierFacturation")),
            documents=tuple(
                _document(row) for row in rows(answer, "listeFactureTravaux") if whole(row.get("idFactureTravaux"))
            ),
        )


def _summary(row: dict) -> WorksSummary:
    return WorksSummary(
        works_id=whole(row.get("idFactureTravaux")),
        number=text(row.get("numeroFactureTravaux")),
        works_type=text(row.get("typeFactureTravaux")),
        framework=text(row.get("cadreFacturation")),
        status=text(row.get("statutFactureTravaux")) or "",
        status_date=moment(row.get("dateHeureEtatCourant")),
        flow_number=text(row.get("numeroFluxDepot")),
        billing_file_id=whole(row.get("idDossierFacturation")),
        supplier_siret=text(row.get("codeFournisseur")),
        recipient_siret=text(row.get("codeDestinataire")),
        service_code=text(row.get("codeServiceExecutant")),
        document_date=day(row.get("dateFactureTravaux")),
        deposit_date=day(row.get("dateDepot")),
        amount_untaxed=amount(row.get("montantHT")),
        amount_total=amount(row.get("montantTTC")),
        amount_due=amount(row.get("montantAPayer")),
    )


def _document(row: dict) -> WorksDocument:
    return WorksDocument(
        works_id=whole(row.get("idFactureTravaux")),
        number=text(row.get("numeroFactureTravaux")),
        works_type=text(row.get("typeFactureTravaux")),
        framework=text(row.get("cadreFacturation")),
        status=text(row.get("statutFactureTravaux")) or "",
        status_date=moment(row.get("dateHeureEtatCourant")),
        status_reason=text(row.get("commentaireEtatCourant")),
        deposit_date=day(row.get("dateDepot")),
        issuer_siret=text(row.get("identifiantEmetteur")),
        issuer_name=text(row.get("designationEmetteur")),
        amount_untaxed=amount(row.get("montantHT")),
        amount_total=amount(row.get("montantTTC")),
        amount_due=amount(row.get("montantAPayer")),
        previous_id=whole(row.get("idPiecePrecedente")),
        history=read_events(rows(row, "historiqueDemandePaiement")),
    )
