"""What a statement is computed from, besides the posts and their progress: the contract, the month, the past.

``Terms`` are signed once, ``Month`` is what happened this month, ``Carried`` is what the previous statement left. All
three are optional: without them a statement is works, VAT and nothing else.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from types import MappingProxyType
from typing import Literal

from .advance import Advance, AdvanceState
from .amendments import Amendment
from .assignment import Assignment
from .deductions import Deduction, DirectPayment, Paid, Prorata, Subcontractor
from .entry import check_choice, decimal_map, keep_decimals
from .errors import DecompteError, Problem
from .formulas import Formula
from .indexes import IndexSeries
from .money import ZERO
from .retention import Retention
from .variation import Pending

NOTHING: Mapping = MappingProxyType({})


@dataclass(frozen=True, kw_only=True)
class Terms:
    """What the contract says beyond its posts.

    :ivar formulas: price variation formulas, one per group of posts.
    :ivar advance: how the advance is repaid; None: no advance.
    :ivar retention: *retenue de garantie*; None: none.
    :ivar prorata: *compte prorata*; None: none.
    :ivar subcontractors: those whom the client pays directly.
    :ivar amendments: *avenants* and *ordres de service* that posts name; one that is not listed here counts as
        notified.
    :ivar contract_amounts: HT of the contract by VAT rate, where the posts do not sum to it (price schedule without
        quantities); None: the posts of works make it up.
    :ivar assignment: whom the claim was assigned to; None: the holder is paid.
    """

    formulas: tuple[Formula, ...] = ()
    advance: Advance | None = None
    retention: Retention | None = None
    prorata: Prorata | None = None
    subcontractors: tuple[Subcontractor, ...] = ()
    amendments: tuple[Amendment, ...] = ()
    contract_amounts: Mapping[Decimal, Decimal] | None = None
    assignment: Assignment | None = None

    def __post_init__(self):
        for name in ("formulas", "subcontractors", "amendments"):
            object.__setattr__(self, name, tuple(getattr(self, name)))
        if self.contract_amounts is not None:
            decimal_map(self, "contract_amounts", "le montant du marché", subject="Marché", rates=True)

    @property
    def pending_amendments(self) -> frozenset:
        """Keys of the amendments whose posts may not be billed."""
        return frozenset(one.key for one in self.amendments if not one.billable)


@dataclass(frozen=True, kw_only=True)
class Month:
    """What happened this month.

    :ivar executed: any day of the month of execution; needed where prices vary.
    :ivar series: published indexes by key.
    :ivar kind: ``final`` settles the advance whatever the progress.
    :ivar advance_granted: advance that this statement asks for, EUR TTC.
    :ivar guaranteed: a guarantee (*caution*, *garantie à première demande*) stands in for the retention.
    :ivar retention_released: retention given back so far, EUR, cumulative.
    :ivar deductions: penalties and the like, of this month.
    :ivar direct_payments: what the client pays to subcontractors this month.
    :ivar quitus: the manager of the *compte prorata* gave his discharge.
    """

    executed: date | None = None
    series: tuple[IndexSeries, ...] = ()
    kind: Literal["monthly", "advance", "final"] = "monthly"
    advance_granted: Decimal = ZERO
    guaranteed: bool = False
    retention_released: Decimal = ZERO
    deductions: tuple[Deduction, ...] = ()
    direct_payments: tuple[DirectPayment, ...] = ()
    quitus: bool = False

    def __post_init__(self):
        check_choice(self, "kind")
        names = {"advance_granted": "l'avance demandée", "retention_released": "la retenue libérée"}
        keep_decimals(self, names, subject="Situation")
        for name in ("series", "deductions", "direct_payments"):
            object.__setattr__(self, name, tuple(getattr(self, name)))
        problems = [
            Problem(None, name, f"Situation : {french} ne peut pas être négative : corrigez son montant.")
            for name, french in names.items()
            if getattr(self, name) < 0
        ]
        if problems:
            raise DecompteError(problems)

    @property
    def series_by_key(self) -> dict:
        return {one.key: one for one in self.series}


@dataclass(frozen=True, kw_only=True)
class Carried:
    """What the previous statement left, beyond its posts and its VAT: all cumulative, EUR.

    Read from ``Statement.closing`` or ``Admitted.closing``; typed by hand for a contract begun in another program.

    :ivar variation: HT of price variation invoiced, by VAT rate.
    :ivar pending: months billed with a provisional coefficient.
    :ivar retention: *retenue de garantie* held.
    :ivar advance: what was granted and repaid.
    :ivar direct_payments: paid to each subcontractor, by key.
    :ivar penalties: penalties deducted; ``other_deductions``: the rest of ``Month.deductions``.
    :ivar prorata: share of the *compte prorata*.
    :ivar debt: negative net not recovered yet; nil or negative.
    """

    variation: Mapping[Decimal, Decimal] = field(default_factory=lambda: NOTHING)
    pending: tuple[Pending, ...] = ()
    retention: Decimal = ZERO
    advance: AdvanceState = AdvanceState()
    direct_payments: Mapping[str | int, Paid] = field(default_factory=lambda: NOTHING)
    penalties: Decimal = ZERO
    other_deductions: Decimal = ZERO
    prorata: Decimal = ZERO
    debt: Decimal = ZERO

    def __post_init__(self):
        names = {
            "retention": "la retenue de garantie",
            "penalties": "les pénalités",
            "other_deductions": "les autres retenues",
            "prorata": "le compte prorata",
            "debt": "le solde reporté",
        }
        keep_decimals(self, names, subject="Reprise")
        decimal_map(self, "variation", "la variation de prix", subject="Reprise", rates=True)
        object.__setattr__(self, "pending", tuple(self.pending))
        object.__setattr__(self, "direct_payments", MappingProxyType(dict(self.direct_payments)))
