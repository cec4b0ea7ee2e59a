"""Ordinary invoices as their supplier finds and reads them (chorus-pro-api.md §2.6)."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from .errors import Unknown
from .gateway import Route
from .history import StatusEvent, read_events
from .values import amount, child, day, flag, moment, rows, text, whole
from .verbs import PAGE_SIZE, Verbs

SEARCH = Route("search_invoices", "/factures/v1/rechercher/fournisseur", search=True)
TO_HANDLE = Route("search_invoices_to_handle", "/factures/v1/rechercher/atraiter/fournisseur", search=True)
READ = Route("read_invoice", "/factures/v1/consulter/fournisseur")
HISTORY = Route("read_history", "/factures/v1/consulter/historique")
ACTIONS = Route("read_actions", "/factures/v1/consulter/historique")

HISTORY_PAGE = 100


@dataclass(frozen=True)
class InvoiceQuery:
    """Criteria of a search; all given must hold, none is obligatory.

    :param number: *Identifiant de la facture*
    :param supplier_id: `idStructureCPP` of the supplier
    :param framework: API code of the *cadre de facturation*
    :param origin_number: number of the invoice that a credit note corrects
    :param dated_from: date of the invoice itself
    :param changed_from: moment since which the current status holds, aware
    """

    number: str | None = None
    flow_number: str | None = None
    supplier_id: int | None = None
    recipient_ids: tuple[int, ...] = ()
    invoice_type: str | None = None
    framework: str | None = None
    statuses: tuple[str, ...] = ()
    contract_number: str | None = None
    commitment_number: str | None = None
    origin_number: str | None = None
    rejection_handled: bool | None = None
    dated_from: date | None = None
    dated_to: date | None = None
    deposited_from: date | None = None
    deposited_to: date | None = None
    changed_from: datetime | None = None
    changed_to: datetime | None = None

    def criteria(self) -> dict:
        """The body of the search, without its paging."""
        return {
            "listeDestinataire": [{"idDestinataire": recipient} for recipient in self.recipient_ids] or None,
            "numeroFacture": self.number,
            "periodeDateDepotDu": self.deposited_from,
            "periodeDateDepotAu": self.deposited_to,
            "typeFacture": self.invoice_type,
            "idFournisseur": self.supplier_id,
            "cadreFacturation": self.framework,
            "statutCourant": list(self.statuses) or None,
            "numeroMarche": self.contract_number,
            "numeroBonCommande": self.commitment_number,
            "numeroFactureOrigine": self.origin_number,
            "periodeDateFactureDu": self.dated_from,
            "periodeDateFactureAu": self.dated_to,
            "rejetTraite": self.rejection_handled,
            "numeroFluxDepot": self.flow_number,
            "periodeDateHeureEtatCourantDu": self.changed_from,
            "periodeDateHeureEtatCourantAu": self.changed_to,
        }


@dataclass(frozen=True)
class InvoiceSummary:
    """An invoice found by a search.

    :param invoice_id: *N° technique Chorus Pro*
    :param status: as received, known or not
    :param status_reason: comment of the current status, such as the reason of a rejection
    :param amount_untaxed: EUR HT
    :param amount_total: EUR TTC
    :param amount_due: EUR TTC to pay
    """

    invoice_id: int
    number: str | None
    status: str
    status_date: datetime | None
    status_reason: str | None
    flow_number: str | None
    supplier_siret: str | None
    recipient_siret: str | None
    recipient_name: str | None
    service_code: str | None
    invoice_type: str | None
    invoice_date: date | None
    deposit_date: date | None
    contract_number: str | None
    commitment_number: str | None
    currency: str | None
    amount_untaxed: Decimal | None
    amount_total: Decimal | None
    amount_due: Decimal | None
    rejection_handled: bool | None


@dataclass(frozen=True)
class AttachedFile:
    """A file of an invoice."""

    file_id: int | None
    designation: str | None
    extension: str | None
    type_code: str | None


@dataclass(frozen=True)
class InvoiceDetails:
    """One invoice, read whole. Amounts as in `InvoiceSummary`, with its VAT.

    :param main_file_id: its PDF, among `files`
    :param payment_order: *numéro de mandat*
    :param payment_due: when the recipient says that it will pay
    """

    invoice_id: int
    number: str | None
    status: str
    deposit_mode: str | None
    framework: str | None
    supplier_id: int | None
    supplier_siret: str | None
    recipient_siret: str | None
    service_code: str | None
    invoice_date: date | None
    deposit_date: date | None
    contract_number: str | None
    commitment_number: str | None
    amount_untaxed: Decimal | None
    amount_tax: Decimal | None
    amount_total: Decimal | None
    amount_due: Decimal | None
    comment: str | None
    main_file_id: int | None = None
    validator_siret: str | None = None
    origin_number: str | None = None
    payment_order: str | None = None
    payment_due: date | None = None
    rejection_handled: bool | None = None
    files: tuple[AttachedFile, ...] = field(default=())


class InvoiceVerbs(Verbs):
    """Reading invoices."""

    def search_invoices(
        self, query: InvoiceQuery, page_size: int = PAGE_SIZE, skip: int = 0
    ) -> Iterator[InvoiceSummary]:
        """The invoices that answer the query, every page of them, one call per page as they are consumed.

        :param skip: invoices read before: the pages before them are not asked for again
        """
        found = self._pages(
            SEARCH,
            query.criteria(),
            block="rechercheFactureParFournisseur",
            rows_key="listeFactures",
            page_size=page_size,
            skip=skip,
            triColonne="NumeroFacture",
            triSens="Ascendant",
        )
        return (_summary(row) for row in found if whole(row.get("identifiantFactureCPP")))

    def search_invoices_to_handle(
        self, supplier_id: int | None = None, hide_rejected: bool = False, page_size: int = PAGE_SIZE
    ) -> Iterator[InvoiceSummary]:
        """The invoices on which their supplier may still act: to be completed, addressed again, validated… Their flow,
        the date and the reason of their status are not told here.

        :param supplier_id: one of our structures, all of them without it
        """
        found = self._pages(
            TO_HANDLE,
            {"idStructure": supplier_id, "masquerRejetee": hide_rejected or None},
            block="rechercheFactureATraiterParFournisseur",
            rows_key="listeFactures",
            page_size=page_size,
        )
        return (_summary(row) for row in found if whole(row.get("identifiantFactureCPP")))

    def read_invoice(self, invoice_id: int) -> InvoiceDetails:
        """One invoice.

        :raise Refused: no such invoice for this account
        :raise Unknown: the answer is about another one
        """
        answer = self._read(READ, {"identifiantFactureCPP": invoice_id, "codeLangue": "fr"})
        invoice = child(answer, "facture")
        same_piece(invoice.get("identifiantFactureCPP"), invoice_id)
        supplier, recipient = child(invoice, "fournisseur"), child(invoice, "destinataire")
        references, totals = child(invoice, "references"), child(invoice, "montantTotal")
        return InvoiceDetails(
            invoice_id=invoice_id,
            number=text(invoice.get("numeroFacture")),
            status=text(invoice.get("statutFacture")) or "",
            deposit_mode=text(invoice.get("modeDepot")),
            framework=text(child(invoice, "cadreDeFacturation").get("codeCadreFacturation")),
            supplier_id=whole(supplier.get("idFournisseur")),
            supplier_siret=text(supplier.get("codeFournisseur")),
            recipient_siret=text(recipient.get("codeDestinataire")),
            service_code=text(recipient.get("codeServiceExecutant")),
            invoice_date=day(references.get("dateFacture")),
            deposit_date=day(references.get("dateDepot")),
            contract_number=text(references.get("numeroMarche")),
            commitment_number=text(references.get("numeroBonCommande")),
            amount_untaxed=amount(totals.get("montantHtTotal")),
            amount_tax=amount(totals.get("montantTVA")),
            amount_total=amount(totals.get("montantTtcTotal")),
            amount_due=amount(totals.get("montantAPayer")),
            comment=text(invoice.get("commentaire")),
            main_file_id=whole(child(invoice, "pieceJointePrincipale").get("idPieceJointePrincipale")),
            validator_siret=text(child(invoice, "cadreDeFacturation").get("codeValideur1")),
            origin_number=text(references.get("numeroFactureOrigine")),
            payment_order=text(references.get("numeroDpMandat")),
            payment_due=day(references.get("dateEcheancePaiement")),
            rejection_handled=flag(invoice.get("rejetTraite")),
            files=attached_files(invoice),
        )

    def read_history(self, invoice_id: int) -> tuple[StatusEvent, ...]:
        """The statuses of an invoice, newest first.

        :raise Unknown: the answer is about another invoice
        """
        found, number = [], 1
        while True:
            paging = {
                "pageResultatDemandeeListeHistoStatut": number,
                "nbResultatsParPageListeHistoStatut": HISTORY_PAGE,
            }
            answer = self._read(HISTORY, {"idFacture": invoice_id, "paramRechercheHistoStatuts": paging})
            same_piece(answer.get("idFacture"), invoice_id)
            statuses = child(answer, "historiquesDesStatuts")
            found += rows(statuses, "histoStatut")
            if number >= (whole(statuses.get("pagesHistoStatut")) or 1):
                return read_events(found)
            number += 1

    def read_actions(self, invoice_id: int) -> tuple[str, ...]:
        """What people did to a payment request besides its status, newest first: `TRAITEMENT_REJET`,
        `ACQUITTEMENT_REJET`, `ACQUITTEMENT_SUSPENSION`, `TELECHARGEMENT_FACTURE` (chorus-pro-api.md §2.6, §3.6).

        :param invoice_id: of an invoice or of a works document
        :raise Unknown: the answer is about another one
        """
        answer = self._read(ACTIONS, {"idFacture": invoice_id})
        same_piece(answer.get("idFacture"), invoice_id)
        found = rows(child(answer, "historiquesDesActionsUtilisateurs"), "histoAction")
        return tuple(code for row in found if (code := text(row.get("histoActionCode"))))


def same_piece(received, asked: int):
    """:raise Unknown: when the piece in the answer is not the one asked for"""
    if whole(received) != asked:
        raise Unknown(f"Chorus Pro a répondu pour une autre pièce que la n° {asked}. La lecture sera refaite.")


def attached_files(invoice: dict) -> tuple[AttachedFile, ...]:
    """The files listed in a piece read whole."""
    return tuple(
        AttachedFile(
            file_id=whole(row.get("pieceJointeId")),
            designation=text(row.get("pieceJointeDesignation")),
            extension=text(row.get("pieceJointeExtension")),
            type_code=text(row.get("pieceJointeTypeCode")),
        )
        for row in rows(child(invoice, "listeDesPiecesJointes"), "pieceJointe")
    )


def _summary(row: dict) -> InvoiceSummary:
    return InvoiceSummary(
        invoice_id=whole(row.get("identifiantFactureCPP")),
        number=text(row.get("numeroFacture")),
        status=text(row.get("statut")) or "",
        status_date=moment(row.get("dateHeureEtatCourant")),
        status_reason=text(row.get("commentaireEtatCourant")),
        flow_number=text(row.get("numeroFluxDepot")),
        supplier_siret=text(row.get("codeFournisseur")),
        recipient_siret=text(row.get("codeDestinataire")),
        recipient_name=text(row.get("designationDestinataire")),
        service_code=text(row.get("codeServiceExecutant")),
        invoice_type=text(row.get("typeFacture")),
        invoice_date=day(row.get("dateFacture")),
        deposit_date=day(row.get("dateDepot")),
        contract_number=text(row.get("numeroMarche")),
        commitment_number=text(row.get("numeroBonCommande")),
        currency=text(row.get("devise")),
        amount_untaxed=amount(row.get("montantHT")),
        amount_total=amount(row.get("montantTTC")),
        amount_due=amount(row.get("montantAPayer")),
        rejection_handled=flag(row.get("rejetTraite")),
    )
