"""Finding somebody whose technical number is not known, and where our account belongs (chorus-pro-api.md §2.8)."""

from dataclasses import dataclass
from datetime import date

from .gateway import Route
from .values import day, flag, text, whole
from .verbs import Verbs

RECIPIENTS = Route("search_recipients", "/transverses/v1/rechercher/destinataire", search=True)
# Does not answer in qualification (§6.4 row 56).
SIRET = Route("read_siret", "/transverses/v1/consulter/information/siret")
MEMBERSHIPS = Route("list_memberships", "/utilisateurs/v1/monCompte/recuperer/rattachements", search=True)


@dataclass(frozen=True)
class Recipient:
    """An active public structure."""

    structure_id: int
    siret: str | None
    name: str | None
    post_code: str | None
    city: str | None


@dataclass(frozen=True)
class SiretInformation:
    """What the INSEE says of a SIRET. :param active: None when the answer does not tell"""

    siret: str | None
    name: str | None
    active: bool | None
    address: str | None
    created_on: date | None
    successor_siret: str | None


@dataclass(frozen=True)
class Membership:
    """A structure to which our technical account is attached.

    :param role: `roleUtilisateur` as received
    :param status: of the attachment, `VALIDEE` when it is in force
    """

    structure_id: int
    siret: str | None
    name: str | None
    role: str | None
    status: str | None


class DirectoryVerbs(Verbs):
    """Look-ups."""

    def search_recipients(self, siret: str | None = None, words: str | None = None) -> tuple[Recipient, ...]:
        """Active public structures. :param words: of the name, the town or the post code"""
        criteria = {"identifiant": siret, "nomVilleCodePostal": words}
        found = self._pages(RECIPIENTS, criteria, block="parametresRecherche", rows_key="listeDestinataires")
        return tuple(
            Recipient(
                structure_id=whole(row.get("idStructureCPP")),
                siret=text(row.get("siret")),
                name=text(row.get("nomDestinataire")),
                post_code=text(row.get("adresseCodePostal")),
                city=text(row.get("adresseVille")),
            )
            for row in found
            if whole(row.get("idStructureCPP"))
        )

    def read_siret(self, siret: str) -> SiretInformation:
        """What the INSEE says of a SIRET.

        :raise Refused: unknown; always in qualification, where the service does not answer
        """
        answer = self._read(SIRET, {"siretStructure": siret})
        return SiretInformation(
            siret=text(answer.get("siret")),
            name=text(answer.get("raisonSociale")),
            active=flag(answer.get("estActif")),
            address=text(answer.get("adresse")),
            created_on=day(answer.get("dateCreationEtablissement")),
            successor_siret=text(answer.get("siretPredecesseurSuccesseur")),
        )

    def list_memberships(self) -> tuple[Membership, ...]:
        """The structures to which our technical account is attached."""
        found = self._pages(MEMBERSHIPS, {}, block="parametresRecherche", rows_key="listeStructureRattachement")
        return tuple(
            Membership(
                structure_id=whole(row.get("idStructure")),
                siret=text(row.get("identifiantStructure")),
                name=text(row.get("designationStructure")),
                role=text(row.get("roleUtilisateur")),
                status=text(row.get("statutRattachementStructure")),
            )
            for row in found
            if whole(row.get("idStructure"))
        )
