"""*Engagements juridiques*: those of the State, the only ones that Chorus Pro knows (chorus-pro-api.md §2.9)."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from .gateway import Route
from .values import amount, child, day, rows, text, whole
from .verbs import Verbs

SEARCH = Route("search_commitments", "/engagementsJuridiques/v1/rechercher", search=True)
# The path under PISTE is derived, as that of the works services.
READ = Route("read_commitment", "/engagementsJuridiques/v1/consulterDetail")


@dataclass(frozen=True)
class Commitment:
    """A commitment found. :param amount_total: EUR TTC"""

    commitment_id: int | None
    number: str
    kind: str | None
    state: str | None
    service_code: str | None
    notified_on: date | None
    amount_total: Decimal | None


@dataclass(frozen=True)
class CommitmentRequest:
    """A payment request on a commitment. :param amount_total: EUR TTC"""

    request_id: int | None
    number: str | None
    kind: str | None
    status: str | None
    amount_total: Decimal | None


@dataclass(frozen=True)
class CommitmentDetails:
    """A commitment read whole.

    :param issuer_siret: the public structure that commits itself
    :param receiver_siret: the supplier
    :param amount_total: EUR TTC, sum of its items; None when they are not told
    :param requests: what was already billed on it
    """

    number: str
    state: str | None
    issuer_siret: str | None
    issuer_name: str | None
    service_code: str | None
    receiver_siret: str | None
    receiver_name: str | None
    amount_total: Decimal | None
    requests: tuple[CommitmentRequest, ...]


class CommitmentVerbs(Verbs):
    """Commitments."""

    def search_commitments(
        self, supplier_id: int, number: str, state: str | None = "COMMANDE"
    ) -> tuple[Commitment, ...]:
        """The commitments of that number made to one of our structures. Chorus Pro knows those of the State only,
        so that none found says nothing for another client.

        :param supplier_id: `idStructureCPP` of our structure
        """
        criteria = {
            "structureReceptriceEngagementJuridique": str(supplier_id),
            "numeroEngagementJuridique": number,
            "etatCourantEngagementJuridique": state,
        }
        found = self._pages(
            SEARCH,
            criteria,
            block="parametresRecherche",
            rows_key="listeEngagementJuridique",
            triColonne="DateCreationEJ",
        )
        return tuple(
            Commitment(
                commitment_id=whole(row.get("idEngagementJuridique")),
                number=text(row.get("numeroEngagementJuridique")) or "",
                kind=text(row.get("libelleTypeEngagementJuridique")),
                state=text(row.get("libelleEtatCourantEJ")),
                service_code=text(row.get("codeServiceExecutant")),
                notified_on=day(row.get("dateNotificationEJ")),
                amount_total=amount(row.get("montantTotalTtc")),
            )
            for row in found
        )

    def read_commitment(self, number: str) -> CommitmentDetails:
        """A commitment, who made it to whom, and what was billed on it.

        :raise Refused: no such commitment for this account
        """
        answer = self._read(READ, {"numeroEngagementJuridique": number})
        issuer, receiver = child(answer, "emetteur"), child(answer, "recepteur")
        amounts = [amount(row.get("montantTtcPoste")) for row in rows(answer, "lignePoste")]
        told = [value for value in amounts if value is not None]
        return CommitmentDetails(
            number=text(answer.get("numeroEngagementJuridique")) or number,
            state=text(answer.get("etatCourantEngagement")),
            issuer_siret=text(issuer.get("identifiantStructureEmettrice")),
            issuer_name=text(issuer.get("raisonSocialeStructureEmettrice")),
            service_code=text(issuer.get("codeServiceExecutant")),
            receiver_siret=text(receiver.get("identifiantStructureReceptrice")),
            receiver_name=text(receiver.get("designationStructureReceptrice")),
            amount_total=sum(told, Decimal(0)) if told else None,
            requests=tuple(
                CommitmentRequest(
                    request_id=whole(row.get("idDemandePaiement")),
                    number=text(row.get("numeroDemandePaiement")),
                    kind=text(row.get("typeDemandePaiement")),
                    status=text(row.get("etatCourantDemandePaiement")),
                    amount_total=amount(row.get("montantTtcDemandePaiement")),
                )
                for row in rows(answer, "demandePaiement")
            ),
        )
