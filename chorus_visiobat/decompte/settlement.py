"""From the works TTC to what is paid: every deduction in its order, and the negative net that is carried.

CCAG-Travaux 12.2.1; works-billing.md §2.2, corrections 9 and 10. The repayment of the advance comes last, for it may
take no more than what the other deductions leave.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from .advance import Repayment, compute_repayment
from .deductions import DirectPaid, ProrataShare, compute_direct_payments, compute_prorata
from .errors import DecompteError, Problem
from .money import ZERO, Columns, included, round_money
from .retention import RetentionHeld, compute_retention
from .terms import Carried, Month, Terms
from .wording import euros, step


@dataclass(frozen=True, kw_only=True)
class Works:
    """The works as the deductions look at them: HT by VAT rate, EUR.

    :ivar base: cumulative of all that is done, at base prices (materials, bonuses and expenses included).
    :ivar own_base: the same without the subcontractors paid directly.
    :ivar executed: cumulative of the works alone, for progress; ``own_executed``: the holder's own.
    :ivar variation: cumulative price variation.
    :ivar contract: the contract with its amendments; ``own_contract``: the holder's own share.
    :ivar included: works TTC as invoiced.
    """

    base: Mapping[Decimal, Decimal]
    own_base: Mapping[Decimal, Decimal]
    executed: Mapping[Decimal, Decimal]
    own_executed: Mapping[Decimal, Decimal]
    variation: Mapping[Decimal, Decimal]
    contract: Mapping[Decimal, Decimal]
    own_contract: Mapping[Decimal, Decimal]
    included: Columns

    def advancement(self, *, own_share: bool) -> tuple[Decimal, Decimal]:
        """Executed and contracted TTC, EUR: what progress is the ratio of."""
        if own_share:
            return included(self.own_executed), included(self.own_contract)
        return included(self.executed), included(self.contract)


@dataclass(frozen=True, kw_only=True)
class Settlement:
    """What is taken from the works TTC, and what remains; EUR. None: the contract has none of it.

    :ivar advance_granted: advance asked for.
    :ivar debt: negative net not recovered yet; its columns are nil or negative.
    """

    included: Columns
    retention: RetentionHeld | None
    advance_granted: Columns
    advance_repaid: Repayment | None
    direct_payments: tuple[DirectPaid, ...]
    penalties: Columns
    other_deductions: Columns
    prorata: ProrataShare | None
    debt: Columns

    @property
    def direct_paid(self) -> Columns:
        """All the direct payments together."""
        return total_of(self.direct_payments)

    @property
    def net(self) -> Columns:
        """Works TTC less every deduction, before the advance granted and the debt of earlier months."""
        return less(self.included, *_deductions(self))

    @property
    def payable(self) -> Columns:
        """What the client is asked for."""
        return Columns(
            cumulative=self.net.cumulative + self.advance_granted.cumulative - self.debt.cumulative,
            previous=self.net.previous + self.advance_granted.previous - self.debt.previous,
        )

    def explain_debt(self) -> Iterator[str]:
        if self.debt.previous:
            yield f"Solde négatif des situations antérieures : {euros(self.debt.previous)}"
        if self.debt.cumulative:
            yield (
                f"Les retenues dépassent ce qui est dû : {euros(self.debt.cumulative)} sont reportés sur la "
                "situation suivante ; ce n'est pas un avoir, la facture reste entière"
            )
        yield step("Report du mois", self.debt)


def total_of(columns) -> Columns:
    """Sum of amounts, column by column."""
    columns = tuple(columns)
    return Columns(
        cumulative=sum((one.cumulative for one in columns), ZERO),
        previous=sum((one.previous for one in columns), ZERO),
    )


def less(whole: Columns, *parts: Columns) -> Columns:
    """A difference, column by column."""
    taken = total_of(parts)
    return Columns(cumulative=whole.cumulative - taken.cumulative, previous=whole.previous - taken.previous)


def settle(works: Works, terms: Terms, month: Month, carried: Carried) -> Settlement:
    """Take the deductions of a month, in the order of the page.

    :raises DecompteError: a direct payment is for nobody known; or terms that already withheld something are gone
        from the contract.
    """
    _check_dropped(terms, carried)
    penalties = _deduction(month, "penalty", carried.penalties)
    others = _deduction(month, "other", carried.other_deductions)
    state = carried.advance
    granted = Columns(cumulative=state.granted + round_money(month.advance_granted), previous=state.granted)
    parts = {
        "included": works.included,
        "retention": _retention(works, terms, month, carried),
        "advance_granted": granted,
        "direct_payments": compute_direct_payments(
            terms.subcontractors, month.direct_payments, carried.direct_payments
        ),
        "penalties": penalties,
        "other_deductions": others,
        "prorata": _prorata(works, terms, carried),
    }
    nothing = Columns(cumulative=ZERO, previous=ZERO)
    repaid = None
    if terms.advance and granted.cumulative:
        before = Settlement(**parts, advance_repaid=None, debt=nothing)
        repaid = compute_repayment(
            terms.advance,
            replace(state, granted=granted.cumulative),
            *works.advancement(own_share=terms.advance.own_share),
            max(before.net.month + carried.debt, ZERO),
            final=month.kind == "final",
        )
    undebted = Settlement(**parts, advance_repaid=repaid, debt=nothing)
    # What negative works give back is the credit note's; only what the deductions add to it is carried.
    due = undebted.net.month + granted.month + carried.debt
    debt = min(due - min(works.included.month, ZERO), ZERO)
    return Settlement(**parts, advance_repaid=repaid, debt=Columns(cumulative=debt, previous=carried.debt))


def _check_dropped(terms, carried):
    """A clause may change; it may not vanish with the money that it holds, or that its columns still tell."""
    held = {
        "la retenue de garantie": (terms.retention, carried.retention),
        "l'avance": (terms.advance, carried.advance.granted),
        "le compte prorata": (terms.prorata, carried.prorata),
    }
    problems = [
        Problem(
            None,
            "terms_dropped",
            f"Le marché ne prévoit plus {name}, alors que {euros(amount)} sont en cours : remettez cette clause "
            "(à taux nul si elle ne joue plus).",
        )
        for name, (clause, amount) in held.items()
        if clause is None and amount
    ]
    if problems:
        raise DecompteError(problems)


def _deductions(settlement):
    for one in (settlement.retention, settlement.advance_repaid):
        if one is not None:
            yield one
    yield settlement.direct_paid
    yield settlement.penalties
    yield settlement.other_deductions
    if settlement.prorata and settlement.prorata.deducted:
        yield settlement.prorata


def _deduction(month, kind, previous):
    amount = sum((one.amount for one in month.deductions if one.kind == kind), ZERO)
    return Columns(cumulative=previous + amount, previous=previous)


def _retention(works, terms, month, carried):
    if terms.retention is None:
        return None
    retention = terms.retention
    base = works.base if retention.with_subcontractors else works.own_base
    contract = works.contract if retention.with_subcontractors else works.own_contract
    amount = _taxed(base, retention.with_tax)
    if retention.with_variation:
        if retention.with_tax and retention.with_subcontractors:
            amount = works.included.cumulative  # as invoiced: the total that the reader sees
        else:
            amount += _taxed(works.variation, retention.with_tax)
    return compute_retention(
        retention,
        amount,
        _taxed(contract, retention.with_tax),
        carried.retention,
        guaranteed=month.guaranteed,
        released=round_money(month.retention_released),
    )


def _prorata(works, terms, carried):
    if terms.prorata is None:
        return None
    base = (
        works.included.cumulative
        if terms.prorata.with_tax
        else sum([*works.base.values(), *works.variation.values()], ZERO)
    )
    return compute_prorata(terms.prorata, base, carried.prorata)


def _taxed(amounts, with_tax):
    return included(amounts) if with_tax else sum(amounts.values(), ZERO)
