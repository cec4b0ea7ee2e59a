"""What is done to a paper that Chorus Pro holds already, as data: one row for each act of the outbox.

Statuses and consequences: chorus-pro-api.md §2.4, §2.6, §2.10 and §3.3. How a lost answer is settled is the table of
docs/chorus-pro-rules.md, "nothing was done when".
"""

from dataclasses import dataclass

from ..chorus_api import EFFECTS


@dataclass(frozen=True)
class Act:
    """One act.

    :param answers: statuses at which it is possible; empty for any
    :param works: on works papers alone (True), on ordinary invoices alone (False), on both (None)
    :param shown_by: statuses of which one must follow the status answered, for the act to have taken place; empty when
        any other status that follows is enough
    :param moves: whether the paper goes on its way by this act; else it only leaves a mark
    :param several: whether one call serves several papers
    :param look_up: method of ``chorus.transmission`` ``(client) -> (done, rows shown by Chorus Pro)``
    """

    answers: tuple[str, ...] = ()
    works: bool | None = None
    shown_by: tuple[str, ...] = ()
    moves: bool = True
    several: bool = False
    look_up: str = "_look_up_status"


WRONG_VALIDATOR = ("ERREUR_FOURNISSEUR_SUR_VALIDEUR", "ERREUR_COTRAITANT_SUR_VALIDEUR")
WRONG_ADDRESS = (
    *("A_RECYCLER", "EN_ATTENTE_RECYCLAGE_FOURNISSEUR", "ERREUR_FOURNISSEUR_SUR_MOE", "ERREUR_FOURNISSEUR_SUR_MOA"),
    *("ERREUR_DE_MOE", "ERREUR_DE_MOA", "ERREUR_DESTINATAIRE_PD", "ERREUR_DESTINATAIRE_EA"),
)
SUSPENDED = ("SUSPENDUE", "A_COMPLETER")

ACTS = {
    "recycle_invoice": Act(answers=WRONG_ADDRESS, works=False),
    "recycle_works": Act(answers=(*WRONG_ADDRESS, *WRONG_VALIDATOR), works=True),
    "complete_invoice": Act(answers=SUSPENDED, works=False, shown_by=("COMPLETEE",)),
    "complete_works": Act(answers=SUSPENDED, works=True, shown_by=("COMPLETEE",)),
    "correct_validator": Act(answers=WRONG_VALIDATOR, works=False),
    "handle_rejections": Act(answers=("REJETEE",), moves=False, several=True, look_up="_look_up_rejections"),
    "decide_validation": Act(answers=("A_VALIDER_1", "A_VALIDER_2")),
    "refuse_works": Act(answers=("A_ASSOCIER_FOURNISSEUR",), works=True, shown_by=("REFUSEE_FOURNISSEUR",)),
}
"""The acts, by the name of their verb in `chorus_api`."""

DEPOSITS = tuple(sorted(EFFECTS.keys() & {"submit_works", "submit_invoice", "deposit_flow"}))
"""The verbs that bring a paper to Chorus Pro."""
