"""Joint ventures (*groupements*): one statement for each member, and their sum.

The lead (*mandataire*) files for all (CCAG-Travaux 12.5; works-billing.md §2.9), yet each member invoices his share, is
paid on his own account, and has his own retention, guarantee and advance. Hence no total is computed for the whole and
then divided: each member has his statement, and the whole is their sum, VAT included.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from types import MappingProxyType

from .entry import keep_decimals
from .errors import DecompteError, Problem
from .money import HUNDRED, ZERO, Columns, round_money
from .posts import Post, Progress
from .settlement import total_of
from .statement import PLAIN, QUIET, Opening, Statement, compute_statement
from .terms import NOTHING, Month, Terms
from .wording import percent


@dataclass(frozen=True)
class Member:
    """A member of a joint venture.

    :ivar bank: his own account (IBAN).
    :ivar share: percent of the posts that belong to no member in particular; 0: he has none of them.
    :ivar lead: he is the *mandataire*; what rounding leaves of a shared post is his.
    :ivar terms: his own retention, advance, subcontractors.
    """

    key: str | int
    label: str
    bank: str = field(default="", kw_only=True)
    share: Decimal = field(default=ZERO, kw_only=True)
    lead: bool = field(default=False, kw_only=True)
    terms: Terms = field(default=PLAIN, kw_only=True)

    def __post_init__(self):
        keep_decimals(self, {"share": "la part"}, subject=f"Membre « {self.label} »")

    @property
    def account(self) -> str:
        """Account that the client must pay: that of the assignee where the claim was assigned."""
        return self.terms.assignment.iban if self.terms.assignment else self.bank


@dataclass(frozen=True)
class JointStatement:
    """The statements of the members, by key, in the order of the venture."""

    members: tuple[Member, ...]
    statements: Mapping[str | int, Statement]

    @property
    def names(self) -> tuple[str, ...]:
        """The totals that at least one member has."""
        found = {}
        for statement in self.statements.values():
            found |= statement.totals
        return tuple(found)

    def total(self, name: str) -> Columns:
        """A total of the whole venture, EUR: the sum of those of the members that have it."""
        return total_of(one.totals[name] for one in self.statements.values() if name in one.totals)

    def payments(self) -> list[tuple[Member, Decimal]]:
        """Who is paid what this month, EUR: each member on his own ``account``."""
        return [(one, self.statements[one.key].total_payable) for one in self.members]


def share_out(members: Iterable[Member], amount: Decimal) -> dict:
    """The share of each member in an amount, by key, EUR; the lead's is what the others leave."""
    parts = {one.key: round_money(amount * one.share / HUNDRED) for one in members}
    for one in members:
        if one.lead:
            parts[one.key] += amount - sum(parts.values(), ZERO)
    return parts


def compute_joint_statement(
    members: Iterable[Member],
    posts: Iterable[Post],
    progress: Iterable[Progress],
    openings: Mapping[str | int, Opening] = NOTHING,
    months: Mapping[str | int, Month] = NOTHING,
) -> JointStatement:
    """Compute the statement of every member.

    :param posts: each names its member in ``party_key`` (or a subcontractor of his); those that name none are shared.
    :param openings: by member, what his previous statement left (``statement.closing``); none at the start.
    :param months: by member, what happened this month.
    :raises DecompteError: the shares or the lead are wrong, or a statement cannot be computed.
    """
    members, posts, progress = tuple(members), list(posts), list(progress)
    owners = _owners(members)
    shared = [post for post in posts if post.party_key not in owners]
    if problems := _problems(members, shared):
        raise DecompteError(problems)
    entered = {one.key: one for one in progress}
    statements = {}
    for member in members:
        own = [post for post in posts if owners.get(post.party_key) == member.key]
        theirs = [entered[post.key] for post in own if post.key in entered]
        for post in shared:
            part = share_out(members, post.amount)[member.key]
            own.append(replace(post, mode="amount", amount=part))
            value = entered[post.key].value(post.mode) if post.key in entered else None
            if value is not None:
                part = share_out(members, post.cumulative(value))[member.key]
                theirs.append(Progress(post.key, amount=part))
        opening = openings.get(member.key)
        statements[member.key] = compute_statement(
            own,
            theirs,
            **(opening.inputs() if opening else {"previous": NOTHING}),
            terms=member.terms,
            month=months.get(member.key, QUIET),
        )
    return JointStatement(members, MappingProxyType(statements))


def _owners(members):
    owners = {}
    for member in members:
        owners |= {one.key: member.key for one in member.terms.subcontractors} | {member.key: member.key}
    return owners


def _problems(members, shared):
    problems = []
    if sum(one.lead for one in members) != 1:
        problems.append(Problem(None, "lead", "Groupement : désignez un mandataire, et un seul."))
    whole = sum((one.share for one in members), ZERO)
    if any(one.share < 0 for one in members) or whole not in (ZERO, HUNDRED):
        problems.append(
            Problem(None, "shares", f"Groupement : les parts des membres font {percent(whole)} : ramenez-les à 100 %.")
        )
    elif not whole:
        problems += [
            Problem(
                post.key,
                "post_without_member",
                f"Poste « {post.label} » : indiquez le membre du groupement qui l'exécute, "
                "ou la part de chacun dans les postes communs.",
            )
            for post in shared
        ]
    return problems
