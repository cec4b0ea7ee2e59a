"""Structures and services: who we are, and what a public client requires (chorus-pro-api.md §2.8)."""

from dataclasses import dataclass
from datetime import date

from .errors import ChorusError, Misconfigured
from .gateway import Route
from .reference import ATTACHMENT_TYPES
from .values import child, day, flag, rows, text, whole
from .verbs import Verbs

SUPPLIERS = Route("list_supplier_structures", "/transverses/v1/recuperer/structures/actives/fournisseur", search=True)
WORKS = Route("list_works_structures", "/transverses/v1/recuperer/structures/actives/facturetravaux", search=True)
RECIPIENTS = Route(
    "list_recipient_structures", "/transverses/v1/recuperer/structures/actives/destinataire", search=True
)
READ = Route("read_structure", "/structures/v1/consulter")
SEARCH = Route("search_structures", "/structures/v1/rechercher", search=True)
SERVICES = Route("list_services", "/structures/v1/rechercher/services", search=True)
READ_SERVICE = Route("read_service", "/structures/v1/consulter/service")
BANK_ACCOUNTS = Route("list_bank_accounts", "/transverses/v1/recuperer/coordbanc/valides", search=True)

# Service that receives the invoices which public bodies send each other: not for a supplier (§2.8).
BETWEEN_PUBLIC_BODIES = "FACTURES_PUBLIQUES"


@dataclass(frozen=True)
class StructureQuery:
    """Criteria of a search; all given must hold.

    :param identifier_type: `SIRET`, `UE_HORS_FRANCE`, `HORS_UE`, `RIDET`, `TAHITI`, `AUTRE` or `PARTICULIER`
    :param name: a part of the company's name
    :param kind: `PUBLIQUE` or `PRIVEE`
    :param with_private: also the private structures that the account is not attached to, such as an MOE or the main
        contractor of a subcontractor
    """

    identifier: str | None = None
    identifier_type: str = "SIRET"
    name: str | None = None
    kind: str | None = None
    is_moa: bool | None = None
    with_private: bool = False

    def criteria(self) -> dict:
        """The body of the search, without its paging."""
        return {
            "structure": {
                "identifiantStructure": self.identifier,
                "typeIdentifiantStructure": self.identifier_type if self.identifier else None,
                "raisonSocialeStructure": self.name,
                "typeStructure": self.kind,
                "estMOA": self.is_moa,
            },
            "restreindreStructuresPrivees": False if self.with_private else None,
        }


@dataclass(frozen=True)
class StructureRef:
    """A structure found. :param active: None when the answer does not tell"""

    structure_id: int
    siret: str | None
    name: str | None
    active: bool | None = None


@dataclass(frozen=True)
class StructureDetails:
    """A structure with what it requires of its suppliers.

    :param requires_service: *code service* obligatory
    :param requires_commitment: *numéro d'engagement* obligatory
    :param requires_service_or_commitment: at least one of both
    :param reports_payment: whether it tells Chorus Pro when it pays
    :param password_expiry: end of life of the password of its technical account, on our own structure only
    """

    structure_id: int
    siret: str | None
    name: str | None
    is_public: bool | None
    requires_service: bool
    requires_commitment: bool
    requires_service_or_commitment: bool
    reports_payment: bool
    is_moa: bool
    is_moa_only: bool
    password_expiry: date | None
    email: str | None
    vat_number: str | None
    post_code: str | None = None
    city: str | None = None


@dataclass(frozen=True)
class ServiceRef:
    """A service of a structure. :param code: *code service*"""

    service_id: int
    code: str | None
    name: str | None
    active: bool
    valid_from: date | None
    valid_to: date | None

    @property
    def for_suppliers(self) -> bool:
        """Whether an ordinary supplier may send to it."""
        return self.active and self.code != BETWEEN_PUBLIC_BODIES


@dataclass(frozen=True)
class ServiceDetails:
    """A service with what it requires. :param requires_commitment: obligatory for this service"""

    service_id: int
    code: str | None
    name: str | None
    requires_commitment: bool
    reports_payment: bool | None
    valid_from: date | None
    valid_to: date | None


@dataclass(frozen=True)
class BankAccount:
    """Bank details recorded at Chorus Pro: `codeCoordonneesBancairesFournisseur` of a submission."""

    account_id: int
    name: str | None


class StructureVerbs(Verbs):
    """The directory."""

    def list_supplier_structures(self) -> tuple[StructureRef, ...]:
        """The active structures of the technical account as a supplier: the right test of a connection.

        :raise Misconfigured: its `reason` tells a missing API from a missing PISTE connection
        """
        try:
            answer = self._read(SUPPLIERS, {})
        except Misconfigured as error:
            if error.reason != "undetermined":
                raise
            self._tell_the_reason()
            raise
        return _own_structures(answer)

    def list_works_structures(self) -> tuple[StructureRef, ...]:
        """The active structures for which the technical account may act on works documents."""
        return _own_structures(self._read(WORKS, {}))

    def list_recipient_structures(self) -> tuple[StructureRef, ...]:
        """The active structures for which the technical account receives invoices: none for a private company."""
        return _own_structures(self._read(RECIPIENTS, {}))

    def _tell_the_reason(self):
        """A 403 echoes the request when the connection is missing and is `{}` when the API is (§1.5): for an empty
        request both look alike, so another read of the same API, not empty, is asked."""
        try:
            self._read(ATTACHMENT_TYPES, {"codeLangue": "fr", "typeObjet": "FACTURE"})
        except Misconfigured:
            raise
        except ChorusError:
            return

    def read_structure(self, structure_id: int) -> StructureDetails:
        """A structure and its requirements.

        :raise Refused: no such structure, or a private one that is not ours
        """
        answer = self._read(READ, {"idStructureCPP": structure_id, "codeLangue": "fr"})
        general, settings = child(answer, "informationGenerales"), child(answer, "parametres")
        address = child(answer, "adressePostaleDuSiege")
        kind = text(general.get("structurePriveePublique"))
        return StructureDetails(
            structure_id=structure_id,
            siret=text(general.get("identifiantStructure")),
            name=text(general.get("raisonSocialeStructure")) or text(general.get("libelleStructure")),
            is_public=kind == "PUBLIQUE" if kind else None,
            requires_service=bool(flag(settings.get("codeServiceDoitEtreRenseigne"))),
            requires_commitment=bool(flag(settings.get("numeroEJDoitEtreRenseigne"))),
            requires_service_or_commitment=bool(flag(settings.get("gestionNumeroEJOuCodeService"))),
            reports_payment=not flag(settings.get("statutMiseEnPaiementNestPasRemonte")),
            is_moa=bool(flag(settings.get("getaMoa"))),
            is_moa_only=bool(flag(settings.get("estMoaUniquement"))),
            password_expiry=day(general.get("dateExpirationMotPasseCompteTech")),
            email=text(general.get("emailStructure")),
            vat_number=text(general.get("numeroTVA")),
            post_code=text(address.get("codePostal")),
            city=text(address.get("ville")),
        )

    def search_structures(self, query: StructureQuery | str) -> tuple[StructureRef, ...]:
        """The structures that answer the query, or have that SIRET: public ones, and private ones the account is
        attached to."""
        if isinstance(query, str):
            query = StructureQuery(query)
        found = self._pages(SEARCH, query.criteria(), block="parametres", rows_key="listeStructures")
        return tuple(
            StructureRef(
                structure_id=whole(row.get("idStructureCPP")),
                siret=text(row.get("identifiantStructure")),
                name=text(row.get("designationStructure")),
                # ACTIF in requests, ACTIVE in answers (§3.6).
                active=text(row.get("statut")) in ("ACTIVE", "ACTIF") if row.get("statut") else None,
            )
            for row in found
            if whole(row.get("idStructureCPP"))
        )

    def list_services(self, structure_id: int) -> tuple[ServiceRef, ...]:
        """Every service of a structure, inactive ones included."""
        found = self._pages(
            SERVICES,
            {"idStructure": structure_id},
            block="parametresRechercherServicesStructure",
            rows_key="listeServices",
            triColonne="CodeService",
            triSens="Ascendant",
        )
        return tuple(
            ServiceRef(
                service_id=whole(row.get("idService")),
                code=text(row.get("codeService")),
                name=text(row.get("libelleService")),
                active=flag(row.get("estActif")) is not False
                and text(row.get("statutService")) not in ("INACTIF", "INACTIVE"),
                valid_from=day(row.get("dateDbtService")),
                valid_to=day(row.get("dateFinService")),
            )
            for row in found
            if whole(row.get("idService"))
        )

    def read_service(self, structure_id: int, service_id: int) -> ServiceDetails:
        """A service and its requirements."""
        answer = self._read(READ_SERVICE, {"idStructure": structure_id, "idService": service_id, "codeLangue": "fr"})
        general, settings = child(answer, "informationsGenerales"), child(answer, "parametres")
        return ServiceDetails(
            service_id=service_id,
            code=text(general.get("codeService")),
            name=text(general.get("nomService")),
            requires_commitment=bool(flag(settings.get("numeroEngagement"))),
            reports_payment=flag(settings.get("miseEnPaiement")),
            valid_from=day(settings.get("dateDebutValidite")),
            valid_to=day(settings.get("dateFinValidite")),
        )

    def list_bank_accounts(self, structure_id: int) -> tuple[BankAccount, ...]:
        """The valid bank details of one of our structures."""
        answer = self._read(BANK_ACCOUNTS, {"idStructure": structure_id})
        return tuple(
            BankAccount(whole(row.get("idCoordonneeBancaire")), text(row.get("nomCoordonneeBancaire")))
            for row in rows(answer, "listeCoordonneeBancaire")
            if whole(row.get("idCoordonneeBancaire"))
        )


def _own_structures(answer: dict) -> tuple[StructureRef, ...]:
    return tuple(
        StructureRef(
            whole(row.get("idStructureCPP")), text(row.get("identifiant")), text(row.get("designationStructure"))
        )
        for row in rows(answer, "listeStructures")
        if whole(row.get("idStructureCPP"))
    )
