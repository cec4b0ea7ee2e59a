"""What the project manager admitted of a statement: what it changes, and what the next one starts from.

The MOE corrects amounts rather than refuse (CCAG-Travaux 12.2.2; works-billing.md §0.8, G8, correction 1). The
statement is computed again on the amounts that he admitted; what is less than requested is either accepted (a credit
note) or contested (a disputed receivable, which stays invoiced and is maintained in the next statement, hence billed
once). For HT, VAT and TTC alike: requested − credited − disputed = admitted; over the contract, invoiced − credited −
still disputed = admitted.

A dispute ends with a later answer: won when the MOE admits what is maintained, lost when his cut is accepted.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal

from .deductions import Deduction
from .entry import decimal_map, keep_decimals
from .errors import DecompteError, Problem
from .money import CENT, ZERO, Columns, round_money
from .posts import Progress
from .statement import Opening, Statement, compute_statement
from .terms import NOTHING
from .wording import euros


@dataclass(frozen=True, kw_only=True)
class Admission:
    """The answer of the project manager (*état d'acompte*).

    :ivar posts: admitted cumulative HT by post, EUR; a post not named is admitted as requested.
    :ivar total: admitted cumulative HT of all the posts, EUR, where he corrected the total alone; its difference with
        the posts is spread over those that moved. None: the posts say it all.
    :ivar reasons: by post, or under None for the whole, why.
    :ivar contested: posts whose correction we do not accept; ``contested_total`` for that of the total.
    :ivar deductions: penalties and the like that he decided, which we discover in his answer.
    """

    posts: Mapping[str | int, Decimal] = field(default_factory=lambda: NOTHING)
    total: Decimal | None = None
    reasons: Mapping[str | int | None, str] = field(default_factory=lambda: NOTHING)
    contested: frozenset = frozenset()
    contested_total: bool = False
    deductions: tuple[Deduction, ...] = ()

    def __post_init__(self):
        decimal_map(self, "posts", "le montant admis", subject="Montants admis")
        keep_decimals(self, {"total": "le total admis"}, subject="Montants admis")
        object.__setattr__(self, "contested", frozenset(self.contested))
        object.__setattr__(self, "deductions", tuple(self.deductions))


@dataclass(frozen=True)
class Cut:
    """What was not admitted of a post.

    :ivar amount: EUR HT; negative where more was admitted than requested.
    """

    key: str | int
    label: str
    amount: Decimal
    reason: str
    contested: bool


@dataclass(frozen=True)
class Amounts:
    """HT, VAT and TTC of the month, EUR; ``tax`` in all, ``taxes`` and ``bases`` by rate in percent."""

    bases: Mapping[Decimal, Decimal]
    taxes: Mapping[Decimal, Decimal]

    @property
    def excluded(self) -> Decimal:
        return sum(self.bases.values(), ZERO)

    @property
    def tax(self) -> Decimal:
        return sum(self.taxes.values(), ZERO)

    @property
    def included(self) -> Decimal:
        return self.excluded + self.tax


@dataclass(frozen=True)
class Admitted:
    """A statement as admitted.

    :ivar requested: as it was sent.
    :ivar kept: as it stands for us: less what we accepted to credit; the next statement follows it.
    :ivar statement: as the MOE admits it: his *état d'acompte*.
    :ivar cuts: post by post, with the reasons.
    """

    requested: Statement
    kept: Statement
    statement: Statement
    cuts: tuple[Cut, ...]

    @property
    def credited(self) -> Amounts:
        """What a credit note cancels (*avoir*, not transmitted); negative where more was admitted than requested,
        which is then to be invoiced.

        Its VAT is a difference of invoices, so that what stands agrees with the MOE's sheet: it may be a cent off the
        rate times its base, and the credit note must then be given this VAT.
        """
        return _difference(self.requested, self.kept)

    @property
    def disputed(self) -> Amounts:
        """What stands as a disputed receivable, earlier statements included."""
        return _difference(self.kept, self.statement)

    @property
    def net(self) -> Columns:
        """Net to pay as admitted: that of the *état d'acompte*."""
        return self.statement.totals["total_payable"]

    @property
    def closing(self) -> Opening:
        """What our next statement starts from."""
        return self.kept.closing

    @property
    def admitted_closing(self) -> Opening:
        """What the MOE's next one starts from: to be given to :func:`admit` while something is in dispute."""
        return self.statement.closing

    def explain(self) -> list[str]:
        """What the answer changes, in French; empty when nothing."""
        sentences = []
        for cut in self.cuts:
            fate = "contesté" if cut.contested else "accepté"
            word = "non admis" if cut.amount > 0 else "admis en plus"
            reason = f" : {cut.reason}" if cut.reason else ""
            sentences.append(f"{cut.label} : {euros(abs(cut.amount))} HT {word} ({fate}){reason}")
        for amounts, name, opposite in (
            (self.credited, "À créditer par un avoir", "À facturer en complément"),
            (self.disputed, "En litige", "Admis et pas encore facturé"),
        ):
            if amounts.included:
                sign = 1 if amounts.included > 0 else -1
                sentences.append(
                    f"{name if sign > 0 else opposite} : {euros(sign * amounts.excluded)} HT + "
                    f"{euros(sign * amounts.tax)} de TVA = {euros(sign * amounts.included)}"
                )
        before, after = self.requested.total_payable, self.statement.total_payable
        if before != after:
            sentences.append(f"Net à payer : {euros(before)} demandés, {euros(after)} admis")
        return sentences


def admit(statement: Statement, answer: Admission, admitted_before: Opening | None = None) -> Admitted:
    """Draw the consequences of the answer to a statement.

    :param admitted_before: ``admitted_closing`` of the previous answer; None where nothing is in dispute.
    :raises DecompteError: the answer names posts that the statement has not.
    """
    cuts = _cuts(statement, answer)
    month = replace(statement.month, deductions=(*statement.month.deductions, *answer.deductions))
    accepted = _summed(cut for cut in cuts if not cut.contested)
    every = _summed(cuts)
    return Admitted(
        requested=statement,
        kept=_less(statement, accepted, month, statement.opening),
        statement=_less(statement, every, month, admitted_before or statement.opening),
        cuts=tuple(cuts),
    )


def restate(statement: Statement, opening: Opening) -> Statement:
    """The open statement again, from what the previous one turned out to be: the progress typed does not change.

    A post without any progress this month follows the previous cumulative.
    """
    return compute_statement(
        [line.post for line in statement.lines],
        [_progress(line) for line in statement.lines if line.value is not None],
        **opening.inputs(),
        terms=statement.terms,
        month=statement.month,
    )


def what_changed(before: Statement, after: Statement) -> list[str]:
    """The totals of the month that differ between two computations, in French, to be shown to the user."""
    sentences = []
    for name, total in after.totals.items():
        old = before.totals[name].month if name in before.totals else ZERO
        if old != total.month:
            sentences.append(f"{total.label} du mois : {euros(old)} devient {euros(total.month)}")
    return sentences


def _cuts(statement, answer):
    lines = {line.key: line for line in statement.lines}
    unknown = [key for key in answer.posts if key not in lines]
    if unknown:
        raise DecompteError(
            [
                Problem(key, "unknown_post", f"Montants admis : le poste « {key} » n'est pas dans cette situation.")
                for key in unknown
            ]
        )
    cuts = []
    for key, line in lines.items():
        amount = line.cumulative - round_money(answer.posts.get(key, line.cumulative))
        if amount:
            cuts.append(Cut(key, line.post.label, amount, answer.reasons.get(key, ""), key in answer.contested))
    if answer.total is not None:
        left = {key: line.cumulative for key, line in lines.items()}
        for cut in cuts:
            left[cut.key] -= cut.amount
        rest = sum(left.values(), ZERO) - round_money(answer.total)
        weights = {key: left[key] - line.previous for key, line in lines.items()}
        shares = spread(rest, weights, left)
        room = {key: max(line.post.amount - left[key], ZERO) for key, line in lines.items()}
        if any(-share > room[key] for key, share in shares.items()) and sum(room.values(), ZERO) >= -rest:
            # more is admitted within the contract alone: by the posts that are not at their end
            shares = spread(rest, room, left)
        for key, amount in shares.items():
            reason = answer.reasons.get(None, "")
            cuts.append(Cut(key, lines[key].post.label, amount, reason, answer.contested_total))
    return cuts


def spread(amount: Decimal, weights: Mapping[str | int, Decimal], others: Mapping[str | int, Decimal]) -> dict:
    """Spread an amount over what moved this month in proportion, to the cent (largest remainders).

    :param weights: month by key; the positive ones bear it.
    :param others: cumulative by key, used where the months cannot bear it.
    """
    bearing = {key: one for key, one in weights.items() if one > 0}
    if not bearing or sum(bearing.values(), ZERO) < amount:
        bearing = {key: one for key, one in others.items() if one > 0} or dict.fromkeys(others, Decimal(1))
    whole = sum(bearing.values(), ZERO)
    if not amount or not whole:
        return {}
    exact = {key: amount * one / whole for key, one in bearing.items()}
    shares = {key: round_money(one) for key, one in exact.items()}
    missing = amount - sum(shares.values(), ZERO)
    cent = CENT if missing > 0 else -CENT
    order = sorted(exact, key=lambda key: (-(exact[key] - shares[key]) * cent, str(key)))
    for key in order[: int(abs(missing) / CENT)]:
        shares[key] += cent
    return {key: one for key, one in shares.items() if one}


def _summed(cuts: Iterable[Cut]) -> dict:
    amounts = {}
    for cut in cuts:
        amounts[cut.key] = amounts.get(cut.key, ZERO) + cut.amount
    return amounts


def _less(statement, cuts, month, opening):
    """The statement with its cumulatives cut, from an opening."""
    posts, progress = [], []
    for line in statement.lines:
        cut = cuts.get(line.key, ZERO)
        # Admitted amounts are amounts, whatever the post is measured by.
        amounted = cut or line.value is None
        posts.append(replace(line.post, mode="amount") if amounted else line.post)
        progress.append(Progress(line.key, amount=line.cumulative - cut) if amounted else _progress(line))
    return compute_statement(posts, progress, **opening.inputs(), terms=statement.terms, month=month)


def _progress(line):
    return Progress(line.key, **{line.post.mode: line.value})


def _difference(one, other):
    """What stands invoiced in one and not in the other; as both bill the same past, that is this month's, unless
    something was in dispute before.
    """
    bases = {line.rate: line.cumulative_base for line in one.vat}
    taxes = {line.rate: line.cumulative_tax for line in one.vat}
    for line in other.vat:
        bases[line.rate] = bases.get(line.rate, ZERO) - line.cumulative_base
        taxes[line.rate] = taxes.get(line.rate, ZERO) - line.cumulative_tax
    return Amounts(bases, taxes)
