"""Reference lists of Chorus Pro, read rather than written in the code (chorus-pro-api.md §2.11)."""

from dataclasses import dataclass
from decimal import Decimal

from .gateway import Route
from .values import amount, rows, text, whole
from .verbs import Verbs


def _list(verb: str, path: str) -> Route:
    return Route(verb, f"/transverses/v1/recuperer/{path}", search=True)


FLOW_FORMATS = _list("list_flow_formats", "formatflux")
FLOW_SYNTAXES = _list("list_flow_syntaxes", "syntaxeflux")
FRAMEWORKS = _list("list_frameworks", "cadrefacturation")
WORKS_TYPES = _list("list_works_types", "typefacturetravaux")
DEPOSIT_MODES = _list("list_deposit_modes", "modedepot")
PAYMENT_MODES = _list("list_payment_modes", "modereglements")
REQUEST_TYPES = _list("list_request_types", "typedp")
REQUEST_STATUSES = _list("list_request_statuses", "etat/typedp")
NEXT_STATUSES = _list("list_next_statuses", "etats/traitement")
IDENTIFIER_TYPES = _list("list_identifier_types", "typeidentifiant/structure")
CURRENCIES = _list("list_currencies", "devises")
COUNTRIES = _list("list_countries", "pays")
EXEMPTION_REASONS = _list("list_exemption_reasons", "motifs/exonerationtva")
REFUSAL_REASONS = _list("list_refusal_reasons", "motifs/refus/Facture/AValider")
ATTACHMENT_TYPES = _list("list_attachment_types", "typespj")
VAT_RATES = _list("list_vat_rates", "tauxtva")
HEALTH = Route("health_check", "/transverses/v1/health-check", method="GET", envelope=False)


@dataclass(frozen=True)
class Choice:
    """A value of a list with its wording."""

    code: str
    label: str | None


@dataclass(frozen=True)
class AttachmentType:
    """A kind of attachment. :param object_type: `FACTURE`, `FACTURE_TRAVAUX`…"""

    code: str
    label: str | None
    object_type: str | None


@dataclass(frozen=True)
class VatRate:
    """A VAT rate of the reference list. :param rate: percent"""

    code: str
    label: str | None
    rate: Decimal | None


@dataclass(frozen=True)
class Health:
    """What the service says of itself. :param message: its own words"""

    healthy: bool
    message: str | None


class ReferenceVerbs(Verbs):
    """Reference lists. None has an effect; an empty list is an answer."""

    def list_flow_formats(self) -> tuple[str, ...]:
        """Flow formats: `IN_DP_E1_STRUCT`, `IN_DP_E2_FACTURX`…"""
        return self._codes(FLOW_FORMATS, {}, "listeFormatFlux", "formatFlux")

    def list_flow_syntaxes(self, flow_format: str) -> tuple[str, ...]:
        """Syntaxes of a flow format: `IN_DP_E2_CII_FACTURX`…; those of works (E4, E5) are found there or nowhere."""
        return self._codes(FLOW_SYNTAXES, {"formatFlux": flow_format}, "listeSyntaxeFlux", "syntaxeFlux")

    def list_frameworks(self) -> tuple[str, ...]:
        """*Cadres de facturation* by their API code: `A4_PROJET_DECOMPTE_MENSUEL_FOURNISSEUR`…"""
        return self._codes(FRAMEWORKS, {}, "listeCadreFacturation", "codeCadreFacturation")

    def list_works_types(self) -> tuple[str, ...]:
        """Types of works invoices: `PROJET_DECOMPTE_MENSUEL`…"""
        return self._codes(WORKS_TYPES, {}, "listeTypeFactureTravaux", "typeFactureTravaux")

    def list_deposit_modes(self) -> tuple[str, ...]:
        """*Modes de dépôt*: `DEPOT_PDF_API`, `EDI_MIXTE`…"""
        return self._codes(DEPOSIT_MODES, {}, "listeModeDepot", "modeDepot")

    def list_payment_modes(self) -> tuple[str, ...]:
        """*Modes de règlement*: `VIREMENT`…"""
        return self._codes(PAYMENT_MODES, {}, "listeModePaiement", "modePaiement")

    def list_request_types(self) -> tuple[str, ...]:
        """Types of payment requests: `FACTURE`, `FACTURE_TRAVAUX`…"""
        return self._codes(REQUEST_TYPES, {}, "listeTypeDemandePaiement", "typeDemandePaiement")

    def list_request_statuses(self, request_type: str) -> tuple[str, ...]:
        """The statuses that a type of payment request may have."""
        body = {"typeDemandePaiement": request_type}
        return self._codes(REQUEST_STATUSES, body, "listeEtatDemandePaiement", "etatDemandePaiement")

    def list_next_statuses(self, status: str) -> tuple[str, ...]:
        """The statuses that a recipient may give to a request at this status."""
        key = "listeStatutsPossiblesPourTraitement"
        return self._codes(NEXT_STATUSES, {"statutCourant": status}, key, "statutPossiblePourTraitement")

    def list_identifier_types(self) -> tuple[str, ...]:
        """Types of identifiers of structures: `SIRET`, `RIDET`…"""
        return self._codes(IDENTIFIER_TYPES, {}, "listeTypeIdentifiant", "typeIdentifiantStructure")

    def list_currencies(self) -> tuple[Choice, ...]:
        """Currencies by their ISO code."""
        return self._choices(CURRENCIES, {}, "listeDevises", "codeDevise", "libelleDevise")

    def list_countries(self) -> tuple[Choice, ...]:
        """Countries by their ISO code."""
        return self._choices(COUNTRIES, {}, "listePays", "codePays", "libellePays")

    def list_exemption_reasons(self) -> tuple[Choice, ...]:
        """Reasons for which an invoice bears no VAT."""
        keys = ("listeMotifsExonerationTva", "codeMotifExonerationTva", "libelleMotifExonerationTva")
        return self._choices(EXEMPTION_REASONS, {}, *keys)

    def list_refusal_reasons(self, framework: str) -> tuple[Choice, ...]:
        """Reasons for which a validator may refuse a request of this framework (API code, `A10_…`)."""
        body = {"codeCadreFacturationAValider": framework}
        return self._choices(REFUSAL_REASONS, body, "listeMotifRefusFactureAValider", "codeMotif", "libelleMotif")

    def list_attachment_types(self, object_type: str) -> tuple[AttachmentType, ...]:
        """Kinds of attachments for an object: `FACTURE`, `FACTURE_TRAVAUX`."""
        answer = self._read(ATTACHMENT_TYPES, {"codeLangue": "fr", "typeObjet": object_type})
        return tuple(
            AttachmentType(
                text(row["codeTypePieceJointe"]), text(row.get("libelleTypePieceJointe")), text(row.get("typeObjet"))
            )
            for row in rows(answer, "listeTypePieceJointe")
            if text(row.get("codeTypePieceJointe"))
        )

    def list_vat_rates(self) -> tuple[VatRate, ...]:
        """VAT rates with the code that a line of a keyed-in invoice gives."""
        answer = self._read(VAT_RATES, {})
        return tuple(
            VatRate(text(row["codeTauxTva"]), text(row.get("libelleTauxTva")), amount(row.get("valeurTauxTva")))
            for row in rows(answer, "listeTauxTva")
            if text(row.get("codeTauxTva"))
        )

    def health_check(self) -> Health:
        """Whether Chorus Pro says that its service is up."""
        answer = self._gateway.call(HEALTH)
        status = whole(answer.get("statusCodeValue"))
        return Health(healthy=status is None or 200 <= status < 300, message=text(answer.get("body")))

    def _codes(self, route, body, rows_key, key) -> tuple[str, ...]:
        codes = (text(row.get(key)) for row in rows(self._read(route, body), rows_key))
        return tuple(code for code in codes if code)

    def _choices(self, route, body, rows_key, code_key, label_key) -> tuple[Choice, ...]:
        found = rows(self._read(route, body), rows_key)
        return tuple(Choice(text(row[code_key]), text(row.get(label_key))) for row in found if text(row.get(code_key)))
