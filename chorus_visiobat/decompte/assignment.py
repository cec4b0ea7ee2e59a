"""Assignment of the claim (*cession Dailly*, *affacturage*): who is paid, and the mention that makes it so.

CGCT annex F requires the mention; its wording is recollection (works-billing.md §2.2), hence a default that the
contract may replace by the one that the bank or the factor gives.
"""

from dataclasses import dataclass
from typing import Literal

from .entry import check_choice

# The blanks are those of ``Assignment``.
MENTIONS = {
    "factor": (
        "Pour être libératoire, le règlement de la présente créance doit être effectué directement à l'ordre de "
        "{assignee}, qui le reçoit par subrogation dans le cadre d'un contrat d'affacturage, sur le compte {iban}."
    ),
    "dailly": (
        "La créance relative à la présente situation a été cédée à {assignee} dans le cadre des articles L. 313-23 à "
        "L. 313-34 du code monétaire et financier. Le paiement doit être effectué à son ordre, sur le compte {iban}."
    ),
}


@dataclass(frozen=True)
class Assignment:
    """Whom the holder's claim was assigned to.

    :ivar kind: ``factor`` (subrogation) or ``dailly`` (assignment of professional claims).
    :ivar assignee: the bank or factor.
    :ivar iban: account that the client must pay.
    :ivar text: mention to print instead of the default one; may hold ``{assignee}`` and ``{iban}``.
    """

    kind: Literal["factor", "dailly"]
    assignee: str
    iban: str
    text: str = ""

    def __post_init__(self):
        check_choice(self, "kind")

    @property
    def mention(self) -> str:
        """The mention to print on the statement."""
        pattern = self.text or MENTIONS[self.kind]
        return pattern.replace("{assignee}", self.assignee).replace("{iban}", self.iban)
