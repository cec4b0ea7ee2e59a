"""Reference lists of Chorus Pro, read rather than written in the code (chorus-pro-api.md §2.11)."""

from dataclasses import dataclass
from decimal import Decimal

from .gateway import Route
from .values import amount, rows, text, whole
from .verbs import Verbs

FLOW_FORMATS = Route("list_flow_formats", "/transverses/v1/recuperer/formatflux", search=True)
FLOW_SYNTAXES = Route("list_flow_syntaxes", "/transverses/v1/recuperer/syntaxeflux", search=True)
FRAMEWORKS = Route("list_frameworks", "/transverses/v1/recuperer/cadrefacturation", search=True)
WORKS_TYPES = Route("list_works_types", "/transverses/v1/recuperer/typefacturetravaux", search=True)
ATTACHMENT_TYPES = Route("list_attachment_types", "/transverses/v1/recuperer/typespj", search=True)
VAT_RATES = Route("list_vat_rates", "/transverses/v1/recuperer/tauxtva", search=True)
HEALTH = Route("health_check", "/transverses/v1/health-check", method="GET", envelope=False)


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
    """Reference lists."""

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

    def list_attachment_types(self, object_type: str) -> tuple[AttachmentType, ...]:
        """Kinds of attachments for an object: `FACTURE`, `FACTURE_TRAVAUX`."""
        answer = self._read(ATTACHMENT_TYPES, {"codeLangue": "fr", "typeObjet": object_type})
        return tuple(
            AttachmentType(
                row["codeTypePieceJointe"], text(row.get("libelleTypePieceJointe")), text(row.get("typeObjet"))
            )
            for row in rows(answer, "listeTypePieceJointe")
            if text(row.get("codeTypePieceJointe"))
        )

    def list_vat_rates(self) -> tuple[VatRate, ...]:
        """VAT rates with the code that a line of a keyed-in invoice gives."""
        answer = self._read(VAT_RATES, {})
        return tuple(
            VatRate(row["codeTauxTva"], text(row.get("libelleTauxTva")), amount(row.get("valeurTauxTva")))
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
