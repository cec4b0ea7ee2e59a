"""The works statement (*situation*, *projet de décompte mensuel*) and the one function that computes it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal
from types import MappingProxyType
from typing import Literal

from . import totals
from .checks import structure_problems
from .deductions import Paid
from .errors import DecompteError
from .money import CENT, ZERO, Columns, as_decimal, round_money
from .posts import Kind, Post, Progress
from .settlement import Settlement, Works, settle
from .terms import NOTHING, Carried, Month, Terms
from .totals import Total, Workings
from .variation import Variation, compute_variation
from .vat import VatLine, compute_vat

PLAIN, QUIET, NEW = Terms(), Month(), Carried()


@dataclass(frozen=True, kw_only=True)
class StatementLine(Columns):
    """A post in the statement; ``cumulative``, ``previous`` and ``amount`` (the month) in EUR HT.

    :ivar value: the cumulative progress entered, in the post's own mode; None: the post did not move.
    """

    post: Post
    value: Decimal | None

    @property
    def key(self) -> str | int:
        return self.post.key

    @property
    def amount(self) -> Decimal:
        """HT of the month; negative where the post goes down."""
        return self.month

    @property
    def remaining(self) -> Decimal:
        """HT of the contract still to be done."""
        return self.post.amount - self.cumulative

    @property
    def percent(self) -> Decimal:
        """Cumulative progress in percent: as entered, else reckoned from the amounts (0 for a nil post)."""
        if self.post.mode == "percent" and self.value is not None:
            return self.value
        if not self.post.amount:
            return ZERO
        return (self.cumulative / self.post.amount * 100).quantize(CENT, rounding=ROUND_HALF_UP)


@dataclass(frozen=True)
class InvoiceLine:
    """What the invoice bears: the month's HT of one VAT rate × lot × nature × kind (works-billing.md §2.11.7).

    :ivar kind: of the posts; ``variation`` for the price variation, which has neither lot nor nature.
    """

    rate: Decimal
    lot: str | None
    nature: str | None
    amount: Decimal
    kind: Kind | Literal["variation"] = "works"


@dataclass(frozen=True, kw_only=True)
class Opening:
    """What the next statement starts from: the keyword arguments of :func:`compute_statement` that are the past."""

    previous: Mapping[str | int, Decimal]
    invoiced_vat: Mapping[Decimal, Decimal]
    invoiced_base: Mapping[Decimal, Decimal]
    carried: Carried

    def inputs(self) -> dict:
        return dict(vars(self))


@dataclass(frozen=True)
class Statement:
    """A computed statement. All amounts EUR; *excluded* is HT, *included* TTC.

    :ivar lines: one per post, in the order of the posts.
    :ivar vat: one per VAT rate, highest first.
    :ivar invoice_lines: those that are not nil, in the order of the posts; their sum is ``total_excluded``.
    :ivar totals: the totals by name, in the order of the page.
    :ivar variation: price variation, coefficient by coefficient.
    :ivar settlement: what is deducted from the works, and what remains.
    :ivar opening: what it started from; with ``terms`` and ``month``, all that it was computed from.
    """

    lines: tuple[StatementLine, ...]
    vat: tuple[VatLine, ...]
    invoice_lines: tuple[InvoiceLine, ...]
    totals: Mapping[str, Total]
    variation: Variation
    settlement: Settlement
    terms: Terms
    month: Month
    opening: Opening

    @property
    def total_excluded(self) -> Decimal:
        return self.totals["total_excluded"].month

    @property
    def total_tax(self) -> Decimal:
        return self.totals["total_tax"].month

    @property
    def total_included(self) -> Decimal:
        return self.totals["total_included"].month

    @property
    def total_payable(self) -> Decimal:
        """*Net à payer* of the month: what the client is asked for."""
        return self.totals["total_payable"].month

    @property
    def cumulative_excluded(self) -> Decimal:
        return self.totals["total_excluded"].cumulative

    @property
    def cumulative_tax(self) -> Decimal:
        """Sum of the VAT invoiced, this month included."""
        return self.totals["total_tax"].cumulative

    @property
    def cumulative_included(self) -> Decimal:
        return self.totals["total_included"].cumulative

    @property
    def previous_excluded(self) -> Decimal:
        return self.totals["total_excluded"].previous

    @property
    def previous_tax(self) -> Decimal:
        return self.totals["total_tax"].previous

    @property
    def previous_included(self) -> Decimal:
        return self.totals["total_included"].previous

    @property
    def contract_excluded(self) -> Decimal:
        """HT of the initial contract (*marché initial*)."""
        return sum((line.post.amount for line in self.lines if line.post.amendment_key is None), ZERO)

    @property
    def amendments_excluded(self) -> Decimal:
        """HT of the amendments and service orders (*avenants*, *ordres de service*) that may be billed."""
        apart = {None, *self.terms.pending_amendments}
        return sum((line.post.amount for line in self.lines if line.post.amendment_key not in apart), ZERO)

    @property
    def is_credit_note(self) -> bool:
        """Whether the month calls for a credit note (*avoir*): works TTC are negative, whatever the net."""
        return self.total_included < 0

    @property
    def debt(self) -> Decimal:
        """Negative net that the next statement will recover (nil or negative); it is no credit note."""
        return self.settlement.debt.cumulative

    @property
    def closing(self) -> Opening:
        """What the next statement starts from, if this one is admitted as requested."""
        settlement = self.settlement
        repaid = settlement.advance_repaid
        return Opening(
            previous={line.key: line.cumulative for line in self.lines},
            invoiced_vat={line.rate: line.cumulative_tax for line in self.vat},
            invoiced_base={line.rate: line.cumulative_base for line in self.vat},
            carried=Carried(
                variation={rate: one.cumulative for rate, one in self.variation.columns.items()},
                pending=self.variation.pending,
                retention=settlement.retention.cumulative if settlement.retention else ZERO,
                advance=repaid.state
                if repaid
                else replace(self.opening.carried.advance, granted=settlement.advance_granted.cumulative),
                direct_payments={
                    one.subcontractor.key: Paid(total=one.cumulative, base=one.base)
                    for one in settlement.direct_payments
                },
                penalties=settlement.penalties.cumulative,
                other_deductions=settlement.other_deductions.cumulative,
                prorata=settlement.prorata.cumulative if settlement.prorata else ZERO,
                debt=settlement.debt.cumulative,
            ),
        )

    def explain(self, name: str) -> list[str]:
        """The formula of a total with its numbers, one French sentence per step.

        :param name: a key of ``totals``.
        :raises KeyError: no total has this name.
        """
        return totals.explain(self, name)


def compute_statement(
    posts: Iterable[Post],
    progress: Iterable[Progress],
    previous: Mapping[str | int, Decimal],
    invoiced_vat: Mapping[Decimal, Decimal] = NOTHING,
    invoiced_base: Mapping[Decimal, Decimal] | None = None,
    *,
    terms: Terms = PLAIN,
    month: Month = QUIET,
    carried: Carried = NEW,
) -> Statement:
    """Compute the statement of a month (works-billing.md §2.2, §2.11).

    It judges nothing: a fall or an excess is computed too, and told by :func:`check_progress`.

    :param progress: cumulative progress; a post without any stays where it was.
    :param previous: cumulative HT by post at the previous statement: as admitted if the MOE corrected it,
        else as requested. A post not named starts from nil.
    :param invoiced_vat: VAT invoiced by the previous statements, by rate in percent, less credits and
        disputes.
    :param invoiced_base: HT invoiced by the previous statements, by rate; needed only where it differs from
        the previous cumulatives at the posts' present rates, as after a change of rate.
    :param terms: what the contract says beyond its posts; without it, works and VAT alone.
    :param month: what happened this month.
    :param carried: what the previous statement left.
    :raises DecompteError: the input is inconsistent: all the problems at once.
    """
    posts, progress = list(posts), list(progress)
    problems = structure_problems(posts, progress, previous)
    if problems:
        raise DecompteError(problems)
    entered = {one.key: one for one in progress}
    lines = tuple(_line(post, entered.get(post.key), previous.get(post.key, ZERO)) for post in posts)
    variation = compute_variation(
        lines, terms.formulas, month.series_by_key, month.executed, carried.variation, carried.pending
    )
    vat = compute_vat(
        [*((line.post.vat_rate, line) for line in lines), *variation.columns.items()], invoiced_vat, invoiced_base
    )
    workings = Workings(lines=lines, variation=variation, vat=vat)
    settlement = settle(_works(workings, terms), terms, month, carried)
    return Statement(
        lines=lines,
        vat=vat,
        invoice_lines=_invoice_lines(lines, variation),
        totals=MappingProxyType(totals.climb(workings, settlement)),
        variation=variation,
        settlement=settlement,
        terms=terms,
        month=month,
        opening=Opening(
            previous={line.key: line.previous for line in lines},
            invoiced_vat={line.rate: line.previous_tax for line in vat},
            invoiced_base={line.rate: line.previous_base for line in vat},
            carried=carried,
        ),
    )


def _line(post, progress, previous):
    value = progress and progress.value(post.mode)
    before = round_money(as_decimal(previous))
    return StatementLine(
        post=post,
        value=value,
        previous=before,
        cumulative=before if value is None else post.cumulative(value),
    )


def _works(workings, terms):
    subcontractors = {one.key for one in terms.subcontractors}
    own, others = [], []
    for line in workings.lines:
        (others if line.post.party_key in subcontractors else own).append(line)
    contract = terms.contract_amounts
    if contract is None:
        contract = _by_rate(_contract(workings.lines, terms))
    theirs = _by_rate(_contract(others, terms))
    return Works(
        base=_by_rate(_cumulatives(workings.lines)),
        own_base=_by_rate(_cumulatives(own)),
        executed=_by_rate(_cumulatives(line for line in workings.lines if line.post.kind == "works")),
        own_executed=_by_rate(_cumulatives(line for line in own if line.post.kind == "works")),
        variation={rate: one.cumulative for rate, one in workings.variation.columns.items()},
        contract=contract,
        own_contract={rate: amount - theirs.get(rate, ZERO) for rate, amount in contract.items()},
        included=totals.taxed(workings),
    )


def _cumulatives(lines):
    return [(line.post.vat_rate, line.cumulative) for line in lines]


def _contract(lines, terms):
    """What is contracted, amendments included once they may be billed."""
    return [
        (line.post.vat_rate, line.post.amount)
        for line in lines
        if line.post.kind == "works" and line.post.amendment_key not in terms.pending_amendments
    ]


def _by_rate(pairs):
    amounts = {}
    for rate, amount in pairs:
        amounts[rate] = amounts.get(rate, ZERO) + amount
    return amounts


def _invoice_lines(lines, variation):
    groups = {}
    for line in lines:
        group = line.post.vat_rate, line.post.lot, line.post.nature, line.post.kind
        groups[group] = groups.get(group, ZERO) + line.amount
    for rate, columns in variation.columns.items():
        groups[rate, None, None, "variation"] = columns.month
    return tuple(
        InvoiceLine(rate, lot, nature, amount, kind) for (rate, lot, nature, kind), amount in groups.items() if amount
    )
