"""Papers that the other side sends back, and what answers them: acts, counted as deposits are."""

import contextlib
from dataclasses import dataclass

import requests

OURS = "Compte technique"
"""Author, in the history of Chorus Pro, of what a technical account did."""


@dataclass(frozen=True)
class Return:
    """A paper sent back.

    :param works: whether works papers, or ordinary invoices, come back so
    :param waits: status at which the actor finds the paper
    :param status: what he makes of it
    :param path: where the act that answers is called
    :param stage: where the paper stands in Odoo once it is answered
    :param added: whether the answer brings a document
    :param mark: whether the answer leaves no status, only a mark on the paper
    """

    works: bool
    waits: str
    actor: str
    action: str
    status: str
    path: str
    stage: str
    added: bool = False
    mark: bool = False


MOE, PAYER = "A_ASSOCIER_MOE", "MISE_A_DISPOSITION"
INVOICES, WORKS = "/cpro/factures/v1/", "/cpro/facturesTravaux/v1/"
RETURNS = {
    "recycle_works": Return(
        True, MOE, "moe", "recycle", "EN_ATTENTE_RECYCLAGE_FOURNISSEUR", f"{WORKS}recycler", "with_moe"
    ),
    "complete_works": Return(True, MOE, "moe", "suspend", "A_COMPLETER", f"{WORKS}completer", "with_moe", added=True),
    "recycle_invoice": Return(False, PAYER, "payer", "recycle", "A_RECYCLER", f"{INVOICES}recycler", "with_payer"),
    "complete_invoice": Return(
        False, PAYER, "payer", "suspend", "SUSPENDUE", f"{INVOICES}completer", "with_payer", added=True
    ),
    "handle_rejections": Return(
        False, PAYER, "payer", "reject", "REJETEE", f"{INVOICES}traiterRejet", "rejected", mark=True
    ),
}
"""By the verb that answers."""


class Actors:
    """The project managers and paymasters: each sends back, once, the papers that the plan says."""

    def __init__(self, control, state, deposits):
        """:param deposits: list of chaos.papers.Deposit"""
        self.control, self.state = control, state
        self.waiting = {
            (deposit.siret, paper.number): RETURNS[paper.answer]
            for deposit in deposits
            for paper in deposit.papers
            if paper.answer
        }

    def look(self):
        """Send back what has arrived."""
        for row in self.state.rows(
            "SELECT request.id, number, status, identifier AS siret FROM payment_request request"
            f" JOIN structure ON structure.id = supplier_id WHERE status IN ('{MOE}', '{PAYER}')"
        ):
            back = self.waiting.get((row["siret"], row["number"]))
            if back and back.waits == row["status"]:
                with contextlib.suppress(requests.RequestException):
                    self.control.act(row["id"], back.actor, back.action, "Pièce à revoir")
                    del self.waiting[row["siret"], row["number"]]


def answers(told):
    """How many times a technical account answered the return of a paper.

    :param told: its history, (status, who gave it), oldest first
    """
    back = {one.status for one in RETURNS.values()}
    last = max((place for place, (status, _author) in enumerate(told) if status in back), default=len(told))
    return sum(author == OURS for _status, author in told[last + 1 :])


def judge(verdict, paper, held, histories, marked):
    """Whether the act that answers the return of this paper took place exactly once.

    :param held: the paper, as Chorus Pro has it
    :param histories: chaos.verdict.State.histories()
    :param marked: Counter, by technical number: how many times it was marked as handled
    """
    back, told = RETURNS[paper.answer], histories[held["id"]]
    if sum(status == back.status for status, _author in told) != 1:
        verdict.wrong.append(f"{paper.number}: was to be sent back once, {told}")
        return
    done = max(int(held.get("rejection_handled", False)), marked[held["id"]]) if back.mark else answers(told)
    if not done:
        verdict.lost.append(f"{paper.number}: {paper.answer} did not take place, {told}")
    elif done > 1:
        verdict.duplicated.append(f"{paper.number}: {paper.answer} took place {done} times, {told}")
