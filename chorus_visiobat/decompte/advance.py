"""The advance: how much is granted, and how it is repaid as the works progress (works-billing.md §2.4).

Two ways of repaying. *Linear*: the part repaid follows the progress between a start and an end; what a month could
not bear is caught up as soon as one can. *Staggered* (the silent contract since 2025): the same line to 100 %, but
what a month could not bear is spread again over what is still due.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Literal

from .entry import check_choice, keep_decimals
from .errors import DecompteError, Problem
from .money import HUNDRED, ONE, ZERO, Columns, as_decimal, round_money
from .regimes import advance_regime
from .wording import euros, number, percent, step

YEAR = 12


@dataclass(frozen=True, kw_only=True)
class Advance:
    """How the advance is repaid.

    Progress is that of the works alone, TTC at base prices, over the contract with its notified amendments.

    :ivar start: progress at which repayment starts, percent.
    :ivar end: progress at which all is repaid, percent.
    :ivar method: ``linear`` or ``staggered``.
    :ivar own_share: progress is that of the holder's own works (former wording); else of the whole contract
        (R.2191-11 as it stands).
    :ivar refunded: part of the advance given back at once, outside the rule, EUR cumulative: that of works
        subcontracted after the signature (CMP 2006 art. 115).
    :ivar latest_end: progress at which the law wants all repaid, percent; None: no statutory end.
    :ivar share: advance in percent of the contract TTC, to check the start against.
    """

    start: Decimal = Decimal(65)
    end: Decimal = Decimal(80)
    method: Literal["linear", "staggered"] = "linear"
    own_share: bool = False
    refunded: Decimal = ZERO
    latest_end: Decimal | None = None
    share: Decimal | None = None

    def __post_init__(self):
        names = {
            "start": "le début du remboursement",
            "end": "la fin du remboursement",
            "refunded": "la part restituée",
            "latest_end": "la fin légale",
            "share": "le taux",
        }
        keep_decimals(self, names, subject="Avance")
        check_choice(self, "method")

    @classmethod
    def by_default(cls, consultation: date, share: Decimal | float | str) -> "Advance":
        """What applies to a silent contract, by its date of consultation.

        :param share: advance in percent of the contract TTC.
        """
        regime, share = advance_regime(consultation), as_decimal(share)
        return cls(
            start=regime.start(share),
            end=regime.end(share),
            method=regime.silent_method,
            latest_end=None if regime.latest_end is None else regime.end(share),
            share=share,
        )

    def problems(self) -> list[Problem]:
        """Codes: ``advance_bounds``; as advice ``advance_overpaid``, ``advance_end_late``."""
        if not 0 <= self.start < self.end <= HUNDRED:
            return [
                Problem(
                    None,
                    "advance_bounds",
                    f"Avance : le remboursement va de {percent(self.start)} à {percent(self.end)} ; le début doit "
                    "précéder la fin, et la fin ne pas dépasser 100 % : corrigez-les.",
                )
            ]
        problems = []
        if self.share is not None and self.share + self.start > HUNDRED:
            problems.append(
                Problem(
                    None,
                    "advance_overpaid",
                    f"Avance : {percent(self.share)} d'avance et un remboursement à partir de {percent(self.start)} "
                    "dépassent 100 % : vous toucheriez plus que le marché, et devriez le rendre. "
                    "Demandez au client d'avancer le début du remboursement.",
                    blocking=False,
                )
            )
        if self.latest_end is not None and self.end > self.latest_end:
            problems.append(
                Problem(
                    None,
                    "advance_end_late",
                    f"Avance : la loi veut qu'elle soit remboursée à {percent(self.latest_end)} d'avancement ; "
                    f"le marché dit {percent(self.end)} : vérifiez le CCAP.",
                    blocking=False,
                )
            )
        return problems


@dataclass(frozen=True, kw_only=True)
class AdvanceState:
    """Where the repayment stands.

    :ivar granted: EUR TTC.
    :ivar repaid: EUR.
    :ivar anchor_progress: where the staggering starts from again, percent; None: from the start.
    :ivar anchor_repaid: what was repaid there, EUR.
    """

    granted: Decimal = ZERO
    repaid: Decimal = ZERO
    anchor_progress: Decimal | None = None
    anchor_repaid: Decimal = ZERO

    def __post_init__(self):
        names = {
            "granted": "l'avance accordée",
            "repaid": "l'avance remboursée",
            "anchor_progress": "l'avancement",
            "anchor_repaid": "l'avance remboursée",
        }
        keep_decimals(self, names, subject="Reprise de l'avance")
        if not 0 <= self.repaid <= self.granted:
            raise DecompteError(
                [
                    Problem(
                        None,
                        "advance_repaid",
                        f"Avance : {euros(self.repaid)} remboursés pour {euros(self.granted)} accordés : "
                        "corrigez la reprise.",
                    )
                ]
            )


@dataclass(frozen=True, kw_only=True)
class Repayment(Columns):
    """The repayment of a statement, EUR; negative where progress falls back.

    :ivar executed: works that it follows, TTC; ``contract``: what they are a part of.
    :ivar start: progress that the repayment starts from: that of the terms, or where a staggering started again.
    :ivar already: repaid there.
    :ivar target: what should be repaid at this progress.
    :ivar available: what the month can bear.
    """

    terms: Advance
    state: AdvanceState
    executed: Decimal
    contract: Decimal
    start: Decimal
    already: Decimal
    target: Decimal
    available: Decimal
    final: bool

    @property
    def progress(self) -> Decimal:
        """Percent."""
        return _percent(self.executed, self.contract)

    @property
    def left(self) -> Decimal:
        """Advance still to be repaid."""
        return self.state.granted - self.cumulative

    @property
    def postponed(self) -> Decimal:
        """What should have been repaid by now and could not."""
        return max(self.target - self.cumulative, ZERO)

    def explain(self) -> Iterator[str]:
        whole = "de la part propre" if self.terms.own_share else "du marché"
        reached, start, end = (percent(round_money(one)) for one in (self.progress, self.start, self.terms.end))
        yield f"Avancement {whole} : {euros(self.executed)} / {euros(self.contract)} TTC = {reached}"
        granted, target = euros(self.state.granted), euros(self.target)
        if self.final:
            yield f"Décompte final : toute l'avance est due, {target}"
        elif self.progress >= self.terms.end:
            yield f"Avance de {granted}, à rembourser en entier à {end} d'avancement"
        elif self.progress <= self.start:
            yield f"Avance de {granted}, à rembourser de {start} à {end} d'avancement : {target} à ce jour"
        else:
            base = granted if not self.already else f"({granted} − {euros(self.already)})"
            added = f"{euros(self.already)} + " if self.already else ""
            yield f"Avance à rembourser : {added}{base} × ({reached} − {start}) / ({end} − {start}) = {target}"
        if self.postponed:
            yield (f"Le mois ne peut supporter que {euros(self.available)} : {euros(self.postponed)} sont reportés")
        yield step("Remboursement de l'avance du mois", self)


def advance_amount(rate: Decimal | float | str, amount: Decimal, months: Decimal | int) -> tuple[Decimal, str]:
    """Amount of the advance, EUR TTC, and its French formula (CMP 2006 art. 87, CCP R.2191-7).

    :param rate: percent.
    :param amount: initial contract TTC, without the works that subcontractors are paid for directly.
    :param months: duration of the contract; the rate applies to twelve months of it at most.
    """
    rate, months = as_decimal(rate), as_decimal(months)
    if months <= YEAR:
        granted = round_money(amount * rate / HUNDRED)
        return granted, f"{euros(amount)} × {percent(rate)} = {euros(granted)}"
    granted = round_money(amount * rate / HUNDRED * YEAR / months)
    return granted, f"{euros(amount)} × {percent(rate)} × {YEAR} / {number(months)} mois = {euros(granted)}"


def compute_repayment(
    terms: Advance, state: AdvanceState, executed: Decimal, contract: Decimal, available: Decimal, *, final: bool
) -> Repayment:
    """What is repaid at the end of the month: never more than granted, nor than the month can bear.

    :param state: as the previous statement left it, but with what is granted this month.
    :param executed: cumulative works, EUR TTC; ``contract``: what they are a part of. Progress is their ratio.
    :param available: what would be due without the repayment, EUR, not negative.
    """
    progress = _percent(executed, contract)
    start, already = _origin(terms, state)
    if final or progress >= terms.end:
        target = state.granted
    else:
        part = max(progress - start, ZERO) / (terms.end - start) if start < terms.end else ONE
        target = already + round_money((state.granted - already) * part)
    repaid = state.repaid + min(target - state.repaid, available)
    anchor = state.anchor_progress, state.anchor_repaid
    if terms.method == "staggered" and repaid < target:
        anchor = progress, repaid
    return Repayment(
        cumulative=repaid,
        previous=state.repaid,
        terms=terms,
        state=replace(state, repaid=repaid, anchor_progress=anchor[0], anchor_repaid=anchor[1]),
        executed=executed,
        contract=contract,
        start=start,
        already=already,
        target=target,
        available=available,
        final=final,
    )


def _origin(terms, state):
    """Where the line of the repayment starts: progress in percent, and what is repaid there."""
    refunded = min(terms.refunded, state.granted)
    if terms.method == "staggered" and state.anchor_progress is not None:
        return max(terms.start, state.anchor_progress), max(refunded, state.anchor_repaid)
    return terms.start, refunded


def _percent(executed, contract):
    """Progress; nil where nothing is contracted, or done."""
    return max(executed * HUNDRED / contract, ZERO) if contract > 0 else ZERO
