"""The ladder of totals: from the works HT to the net to pay, each rung from those below.

A rung knows its name, its French label, how it is computed and how it explains itself. The deductions and
additions of CCAG-Travaux 12.2.1 (retention, advance, penalties, direct payments) belong here, as rungs before
``total_payable``; whoever prints the totals goes through the ladder and need not know how many there are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .money import ZERO, Columns
from .wording import euros, number, percent, sum_of

if TYPE_CHECKING:
    from .statement import Statement, StatementLine
    from .vat import VatLine


@dataclass(frozen=True, kw_only=True)
class Total(Columns):
    """A total of the statement, in its three columns.

    :ivar name: for programs, such as ``total_excluded``.
    :ivar label: for the page, in French.
    """

    name: str
    label: str


@dataclass(frozen=True)
class Rung:
    """How one total is computed, from the lines, the VAT and the totals below it, and explained."""

    name: str
    label: str
    compute: Callable[[tuple[StatementLine, ...], tuple[VatLine, ...], Mapping[str, Total]], Columns]
    explain: Callable[[Statement], Iterator[str]]


def climb(lines: tuple[StatementLine, ...], vat: tuple[VatLine, ...]) -> dict[str, Total]:
    """All the totals by name, in the order of the page."""
    totals: dict[str, Total] = {}
    for rung in LADDER:
        columns = rung.compute(lines, vat, totals)
        totals[rung.name] = Total(
            name=rung.name, label=rung.label, cumulative=columns.cumulative, previous=columns.previous
        )
    return totals


def explain(statement: Statement, name: str) -> list[str]:
    """The formula of a total with its numbers, one French sentence per step.

    :raises KeyError: no total has this name.
    """
    return list({rung.name: rung for rung in LADDER}[name].explain(statement))


def _compute_excluded(lines, vat, totals):
    return Columns(
        cumulative=sum((line.cumulative for line in lines), ZERO),
        previous=sum((line.previous for line in lines), ZERO),
    )


def _explain_excluded(statement):
    for line in statement.lines:
        if line.amount:
            yield f"{line.post.label} : {_progress(line)}{_less_previous(line)}"
    total = statement.totals["total_excluded"]
    yield f"{total.label} du mois : {euros(total.cumulative)} cumulés{_less_previous(total)}"


def _progress(line):
    post, reached = line.post, euros(line.cumulative)
    if post.mode == "percent":
        return f"{euros(post.amount)} × {percent(line.value)} = {reached}"
    if post.mode == "quantity":
        return f"{number(line.value)} × {euros(post.unit_price)} = {reached}"
    return f"{reached} saisis"


def _less_previous(columns):
    if not columns.previous:
        return ""
    return f", moins {euros(columns.previous)} antérieurs : {euros(columns.month)}"


def _compute_tax(lines, vat, totals):
    return Columns(
        cumulative=sum((line.cumulative_tax for line in vat), ZERO),
        previous=sum((line.previous_tax for line in vat), ZERO),
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
    for line in statement.vat:
        if line.drift:
            sign = "+" if line.drift > 0 else ""
            yield (
                f"Écart d'arrondi cumulé à {percent(line.rate)} : {sign}{euros(line.drift)} "
                f"({percent(line.rate)} du cumul HT donneraient {euros(line.cumulative_tax - line.drift)})"
            )


def _compute_included(lines, vat, totals):
    below = totals["total_excluded"], totals["total_tax"]
    return Columns(
        cumulative=sum((total.cumulative for total in below), ZERO),
        previous=sum((total.previous for total in below), ZERO),
    )


def _explain_included(statement):
    total = statement.totals["total_included"]
    parts = [statement.total_excluded, statement.total_tax]
    yield f"{total.label} du mois : {sum_of(parts)} de TVA = {euros(total.month)}"


def _compute_payable(lines, vat, totals):
    return totals["total_included"]


def _explain_payable(statement):
    total = statement.totals["total_payable"]
    yield f"{total.label} : {euros(total.month)}, le total TTC du mois, sans déduction"


LADDER = (
    Rung("total_excluded", "Total HT", _compute_excluded, _explain_excluded),
    Rung("total_tax", "TVA", _compute_tax, _explain_tax),
    Rung("total_included", "Total TTC", _compute_included, _explain_included),
    Rung("total_payable", "Net à payer", _compute_payable, _explain_payable),
)
