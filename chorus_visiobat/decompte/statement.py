"""The works statement (*situation*, *projet de décompte mensuel*) and the one function that computes it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from types import MappingProxyType

from . import totals
from .checks import structure_problems
from .errors import DecompteError
from .money import CENT, ZERO, Columns, as_decimal, round_money
from .posts import Post, Progress
from .totals import Total
from .vat import VatLine, compute_vat

NOTHING: Mapping = MappingProxyType({})


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
    """What the invoice bears: the month's HT of one VAT rate × lot × nature (works-billing.md §2.11.7)."""

    rate: Decimal
    lot: str | None
    nature: str | None
    amount: Decimal


@dataclass(frozen=True)
class Statement:
    """A computed statement. All amounts EUR; *excluded* is HT, *included* TTC.

    :ivar lines: one per post, in the order of the posts.
    :ivar vat: one per VAT rate, highest first.
    :ivar invoice_lines: those that are not nil, in the order of the posts; their sum is ``total_excluded``.
    :ivar totals: the totals by name, in the order of the page.
    """

    lines: tuple[StatementLine, ...]
    vat: tuple[VatLine, ...]
    invoice_lines: tuple[InvoiceLine, ...]
    totals: Mapping[str, Total]

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
        """HT of the amendments and service orders (*avenants*, *ordres de service*)."""
        return sum((line.post.amount for line in self.lines if line.post.amendment_key is not None), ZERO)

    @property
    def is_credit_note(self) -> bool:
        """Whether the month calls for a credit note (*avoir*): works TTC are negative, whatever the net."""
        return self.total_included < 0

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
    :raises DecompteError: the input is inconsistent: all the problems at once.
    """
    posts, progress = list(posts), list(progress)
    problems = structure_problems(posts, progress, previous)
    if problems:
        raise DecompteError(problems)
    entered = {one.key: one for one in progress}
    lines = tuple(_line(post, entered.get(post.key), previous.get(post.key, ZERO)) for post in posts)
    vat = compute_vat(((line.post.vat_rate, line) for line in lines), invoiced_vat, invoiced_base)
    return Statement(
        lines=lines,
        vat=vat,
        invoice_lines=_invoice_lines(lines),
        totals=MappingProxyType(totals.climb(lines, vat)),
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


def _invoice_lines(lines):
    groups = {}
    for line in lines:
        group = line.post.vat_rate, line.post.lot, line.post.nature
        groups[group] = groups.get(group, ZERO) + line.amount
    return tuple(InvoiceLine(*group, amount) for group, amount in groups.items() if amount)
