"""The ladder of totals: from the works HT to the net to pay, each rung from those below.

A rung knows its name, its French label, how it is computed and how it explains itself. One that the contract has no
use for (no retention, no price variation) is not on the ladder of that statement; whoever prints the totals goes
through it and need not know how many there are. The order is that of CCAG-Travaux 12.2.1.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .money import ZERO, Columns
from .posts import KINDS
from .settlement import Settlement, total_of
from .variation import Variation
from .wording import euros, number, percent, step, sum_of

if TYPE_CHECKING:
    from .statement import Statement, StatementLine
    from .vat import VatLine


@dataclass(frozen=True, kw_only=True)
class Total(Columns):
    """A total of the statement, in its three columns.

    :ivar name: for programs, such as ``total_excluded``.
    :ivar label: for the page, in French.
    :ivar sign: 1 for what adds up, −1 for what is deducted, 0 for what is only told.
    """

    name: str
    label: str
    sign: int = 1


@dataclass(frozen=True, kw_only=True)
class Workings:
    """The works of a statement, which its totals are computed from, along with their settlement."""

    lines: tuple[StatementLine, ...]
    variation: Variation
    vat: tuple[VatLine, ...]


@dataclass(frozen=True)
class Rung:
    """How one total is computed and explained; ``compute`` gives None where the contract has no use for it."""

    name: str
    label: str
    compute: Callable[[Workings, Settlement], Columns | None]
    explain: Callable[[Statement], Iterator[str]]
    sign: int = 1


def climb(workings: Workings, settlement: Settlement) -> dict[str, Total]:
    """All the totals by name, in the order of the page."""
    totals: dict[str, Total] = {}
    for rung in LADDER:
        columns = rung.compute(workings, settlement)
        if columns is not None:
            told = rung.name == "prorata" and not settlement.prorata.deducted
            totals[rung.name] = Total(
                name=rung.name,
                label=f"{rung.label} (pour information)" if told else rung.label,
                sign=0 if told else rung.sign,
                cumulative=columns.cumulative,
                previous=columns.previous,
            )
    return totals


def explain(statement: Statement, name: str) -> list[str]:
    """The formula of a total with its numbers, one French sentence per step.

    :raises KeyError: no total has this name.
    """
    if name not in statement.totals:
        raise KeyError(name)
    return list({rung.name: rung for rung in LADDER}[name].explain(statement))


# --- works, VAT ---


def excluded(workings: Workings) -> Columns:
    """HT of the posts and of the price variation."""
    return total_of([*workings.lines, workings.variation.total])


def taxed(workings: Workings) -> Columns:
    """TTC: HT, and VAT as invoiced."""
    return total_of([excluded(workings), _tax(workings)])


def _of_kind(kind):
    def compute(workings, settlement):
        lines = [line for line in workings.lines if line.post.kind == kind]
        alone = len(lines) == len(workings.lines) and not _varies(workings)
        return total_of(lines) if lines and not (kind == "works" and alone) else None

    def explain(statement):
        yield from _lines(statement, kind)
        yield step(f"{KINDS[kind]} HT du mois", statement.totals[f"{kind}_excluded"])

    return Rung(f"{kind}_excluded", f"{KINDS[kind]} HT", compute, explain)


def _varies(workings):
    """Whether prices vary: told by the posts, so that the page has the same lines every month."""
    return bool(workings.variation.columns) or any(line.post.formula_key is not None for line in workings.lines)


def _lines(statement, kind):
    for line in statement.lines:
        if line.amount and line.post.kind == kind:
            yield f"{line.post.label} : {_progress(line)}{_less_previous(line)}"


def _progress(line):
    post, reached = line.post, euros(line.cumulative)
    if line.value is None:
        return f"{reached} repris"
    if post.mode == "percent":
        return f"{euros(post.amount)} × {percent(line.value)} = {reached}"
    if post.mode == "quantity":
        return f"{number(line.value)} × {euros(post.unit_price)} = {reached}"
    return f"{reached} saisis"


def _less_previous(columns):
    if not columns.previous:
        return ""
    return f", moins {euros(columns.previous)} antérieurs : {euros(columns.month)}"


def _explain_variation(statement):
    yield from statement.variation.explain()
    yield step("Variation des prix du mois", statement.totals["variation"])


def _explain_excluded(statement):
    parts = [name for name in statement.totals if name in PARTS]
    if parts:
        written = sum_of([statement.totals[name].month for name in parts])
        names = " + ".join(statement.totals[name].label for name in parts)
        yield f"{names} : {written} = {euros(statement.total_excluded)}"
    else:
        yield from _lines(statement, "works")
    total = statement.totals["total_excluded"]
    yield f"{total.label} du mois : {euros(total.cumulative)} cumulés{_less_previous(total)}"


def _tax(workings):
    return Columns(
        cumulative=sum((line.cumulative_tax for line in workings.vat), ZERO),
        previous=sum((line.previous_tax for line in workings.vat), ZERO),
    )


def _explain_tax(statement):
    for line in statement.vat:
        if line.base:
            rate = percent(line.rate)
            yield f"TVA à {rate} : {euros(line.base)} × {rate} = {euros(line.tax)}"
    total = statement.totals["total_tax"]
    taxes = [line.tax for line in statement.vat if line.base]
    if len(taxes) > 1:
        yield f"{total.label} du mois : {sum_of(taxes)} = {euros(total.month)}"
    if total.previous:
        yield (
            f"{total.label} cumulée, telle que facturée : "
            f"{sum_of([total.previous, total.month])} = {euros(total.cumulative)}"
        )
    yield from explain_drift(statement.vat)


def explain_drift(vat: Iterable[VatLine]) -> Iterator[str]:
    """How far the VAT invoiced lies from that of the cumulative base, rate by rate (works-billing.md §2.11.4)."""
    for line in vat:
        if line.drift:
            sign = "+" if line.drift > 0 else ""
            yield (
                f"Écart d'arrondi cumulé à {percent(line.rate)} : {sign}{euros(line.drift)} "
                f"({percent(line.rate)} du cumul HT donneraient {euros(line.cumulative_tax - line.drift)})"
            )


def _explain_included(statement):
    total = statement.totals["total_included"]
    parts = [statement.total_excluded, statement.total_tax]
    yield f"{total.label} du mois : {sum_of(parts)} de TVA = {euros(total.month)}"


# --- from TTC to the net ---


def _used(columns):
    return columns if columns.cumulative or columns.previous else None


def _direct_payments(workings, settlement):
    return settlement.direct_paid if settlement.direct_payments else None


def _explain_direct_payments(statement):
    for one in statement.settlement.direct_payments:
        yield from one.explain()
    yield step("Paiements directs du mois", statement.settlement.direct_paid)


def _explain_deductions(kind, name, label):
    def explain(statement):
        for one in statement.month.deductions:
            if one.kind == kind:
                yield one.sentence
        yield step(label, statement.totals[name])

    return explain


def _explain_granted(statement):
    yield step("Avance demandée", statement.totals["advance_granted"])


def _explain_payable(statement):
    total = statement.totals["total_payable"]
    taken = [one for name, one in statement.totals.items() if name in DEDUCTIONS and one.sign and one.month]
    if taken:
        amounts = [statement.total_included] + [one.sign * one.month for one in taken]
        names = ", ".join(one.label.lower() for one in taken)
        yield f"{total.label} : {sum_of(amounts)} = {euros(total.month)} (total TTC, {names})"
    else:
        yield f"{total.label} : {euros(total.month)}, le total TTC du mois, sans déduction"
    if statement.debt:
        yield from statement.settlement.explain_debt()


def _part(name):
    """A rung that is a part of the settlement as it stands."""
    return (
        lambda workings, settlement: getattr(settlement, name),
        lambda statement: getattr(statement.settlement, name).explain(),
    )


LADDER = (
    *(_of_kind(kind) for kind in KINDS),
    Rung(
        "variation",
        "Variation des prix HT",
        lambda workings, settlement: workings.variation.total if _varies(workings) else None,
        _explain_variation,
    ),
    Rung("total_excluded", "Total HT", lambda workings, settlement: excluded(workings), _explain_excluded),
    Rung("total_tax", "TVA", lambda workings, settlement: _tax(workings), _explain_tax),
    Rung("total_included", "Total TTC", lambda workings, settlement: taxed(workings), _explain_included),
    Rung("retention", "Retenue de garantie", *_part("retention"), sign=-1),
    Rung("advance_repaid", "Remboursement de l'avance", *_part("advance_repaid"), sign=-1),
    Rung("direct_payments", "Paiements directs", _direct_payments, _explain_direct_payments, sign=-1),
    Rung(
        "penalties",
        "Pénalités",
        lambda workings, settlement: _used(settlement.penalties),
        _explain_deductions("penalty", "penalties", "Pénalités du mois"),
        sign=-1,
    ),
    Rung(
        "other_deductions",
        "Autres retenues",
        lambda workings, settlement: _used(settlement.other_deductions),
        _explain_deductions("other", "other_deductions", "Autres retenues du mois"),
        sign=-1,
    ),
    Rung("prorata", "Compte prorata", *_part("prorata"), sign=-1),
    Rung(
        "advance_granted",
        "Avance",
        lambda workings, settlement: _used(settlement.advance_granted),
        _explain_granted,
    ),
    Rung(
        "debt",
        "Solde négatif reporté",
        lambda workings, settlement: _used(settlement.debt),
        lambda statement: statement.settlement.explain_debt(),
        sign=-1,
    ),
    Rung("total_payable", "Net à payer", lambda workings, settlement: settlement.payable, _explain_payable),
)
# What the total HT is the sum of, and what stands between the total TTC and the net.
PARTS = frozenset([*(f"{kind}_excluded" for kind in KINDS), "variation"])
DEDUCTIONS = frozenset(rung.name for rung in LADDER if rung.sign < 0 or rung.name == "advance_granted")
