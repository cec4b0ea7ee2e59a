"""Price variation of a month (*actualisation*, *révision*) and the regularisation of earlier provisional ones.

The works of the month × (coefficient − 1), by formula and VAT rate. A month billed with a provisional coefficient
stays pending until its indexes are published; a later statement then bills the difference, reckoned again from the
works of that month, so that the cents come out as if the right coefficient had been known (works-billing.md §2.6).
A month of works that is negative is varied with the same coefficient, which corrects it: the simplest accepted rule
(§2.6, marked as inference).
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from .errors import DecompteError, Problem
from .formulas import Coefficient, Formula
from .indexes import IndexSeries
from .money import ONE, ZERO, Columns, round_money
from .months import month_of, of_month
from .wording import euros, number, percent

if TYPE_CHECKING:
    from .statement import StatementLine


@dataclass(frozen=True)
class Pending:
    """Works billed with a provisional coefficient, waiting for the final one.

    :ivar month: month of execution (first day).
    :ivar rate: VAT rate, percent.
    :ivar base: works of that month, EUR HT at base prices.
    :ivar billed: variation billed for them so far, EUR HT.
    :ivar coefficient: provisional one that it was billed with.
    """

    formula_key: str | int
    rate: Decimal
    month: date
    base: Decimal
    billed: Decimal
    coefficient: Decimal


@dataclass(frozen=True)
class VariationLine:
    """The variation of one formula, VAT rate and month of execution.

    :ivar base: works at base prices, EUR HT.
    :ivar already_billed: variation billed before for these works, EUR HT: not nil in a regularisation.
    :ivar former: the provisional coefficient that a regularisation replaces, else None.
    """

    rate: Decimal
    base: Decimal
    coefficient: Coefficient
    already_billed: Decimal = ZERO
    former: Decimal | None = None

    @property
    def is_regularisation(self) -> bool:
        return self.former is not None

    @property
    def due(self) -> Decimal:
        """Variation of these works at this coefficient, EUR HT."""
        return round_money(self.base * (self.coefficient.value - ONE))

    @property
    def amount(self) -> Decimal:
        """HT of this statement."""
        return self.due - self.already_billed

    def explain(self) -> Iterator[str]:
        value = number(self.coefficient.value)
        formula = f"{euros(self.base)} × ({value} − 1) = {euros(self.due)}"
        if not self.is_regularisation:
            yield f"{self.coefficient.formula.label}, TVA {percent(self.rate)} : {formula}"
            return
        yield (
            f"Régularisation {of_month(self.coefficient.month)}, TVA {percent(self.rate)} : {formula}, "
            f"moins {euros(self.already_billed)} facturés au coefficient provisoire {number(self.former)} : "
            f"{euros(self.amount)}"
        )


@dataclass(frozen=True)
class Variation:
    """The price variation of a statement.

    :ivar lines: of this month, then regularisations.
    :ivar pending: what the next statement will have to regularise.
    :ivar columns: HT by VAT rate.
    """

    lines: tuple[VariationLine, ...]
    pending: tuple[Pending, ...]
    columns: Mapping[Decimal, Columns]

    @property
    def total(self) -> Columns:
        return Columns(
            cumulative=sum((one.cumulative for one in self.columns.values()), ZERO),
            previous=sum((one.previous for one in self.columns.values()), ZERO),
        )

    @property
    def coefficients(self) -> tuple[Coefficient, ...]:
        """Those of the month, without those of regularisations, each once."""
        found = {one.coefficient.formula.key: one.coefficient for one in self.lines if not one.is_regularisation}
        return tuple(found.values())

    @property
    def is_provisional(self) -> bool:
        return any(one.provisional for one in self.coefficients)

    def explain(self) -> Iterator[str]:
        told = []
        for line in self.lines:
            if line.coefficient not in told:
                told.append(line.coefficient)
                yield from line.coefficient.explain()
            yield from line.explain()


def compute_variation(
    lines: Iterable["StatementLine"],
    formulas: Iterable[Formula],
    series: Mapping[str | int, IndexSeries],
    executed: date | None,
    before: Mapping[Decimal, Decimal],
    pending: Iterable[Pending],
) -> Variation:
    """Variation of the month's works, and of earlier ones whose coefficient has become final.

    :param before: variation invoiced by the previous statements, HT by VAT rate.
    :param pending: what the previous statement left to regularise.
    :raises DecompteError: a formula is unknown or cannot be read, or the month of execution is missing.
    """
    formulas, pending = {one.key: one for one in formulas}, tuple(pending)
    bases, problems = _bases(lines, formulas)
    if bases and executed is None:
        problems.append(Problem(None, "month_missing", "Les prix varient : indiquez le mois d'exécution des travaux."))
    used = {key for key, _rate in bases} | {one.formula_key for one in pending}
    for formula in formulas.values():
        problems += formula.problems() if formula.key in used else []
    if problems:
        raise DecompteError(problems)
    found, waiting = [], []
    order = list(formulas)
    for key, rate in sorted(bases, key=lambda one: (order.index(one[0]), -one[1])):
        line = VariationLine(rate, bases[key, rate], formulas[key].coefficient(series, executed))
        found.append(line)
        if line.coefficient.provisional:
            waiting.append(Pending(key, rate, month_of(executed), line.base, line.due, line.coefficient.value))
    regularised, still = _regularise(pending, formulas, series)
    columns = _columns([*found, *regularised], before)
    return Variation((*found, *regularised), (*still, *waiting), columns)


def _bases(lines, formulas):
    bases, problems = {}, []
    for line in lines:
        key = line.post.formula_key
        if key is None or not line.month:
            continue
        if key not in formulas:
            problems.append(
                Problem(
                    line.key,
                    "formula_unknown",
                    f"Poste « {line.post.label} » : sa formule de variation « {key} » n'est pas au marché : "
                    "ajoutez-la, ou choisissez-en une autre.",
                )
            )
            continue
        group = key, line.post.vat_rate
        bases[group] = bases.get(group, ZERO) + line.month
    return {group: base for group, base in bases.items() if base}, problems


def _regularise(pending, formulas, series):
    regularised, still = [], []
    for one in pending:
        formula = formulas.get(one.formula_key)
        known = formula and all(weight.index_key in series for weight in formula.weights)
        coefficient = formula.coefficient(series, one.month) if known else None
        if coefficient is None or coefficient.provisional:
            still.append(one)
        else:
            regularised.append(VariationLine(one.rate, one.base, coefficient, one.billed, one.coefficient))
    return regularised, still


def _columns(lines, before):
    months = {}
    for line in lines:
        months[line.rate] = months.get(line.rate, ZERO) + line.amount
    return {
        rate: Columns(cumulative=before.get(rate, ZERO) + months.get(rate, ZERO), previous=before.get(rate, ZERO))
        for rate in sorted(months.keys() | before.keys(), reverse=True)
    }
