"""Price variation formulas and their coefficients (CCP R2112-7 sqq.; works-billing.md §2.3, §2.6, §2.11.2).

A *revision* formula (prix révisable) is read every month; an *adjustment* formula (prix ferme actualisable) once, three
months before the start of the works, and only when these begin more than three months after the price was set.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_CEILING, ROUND_HALF_UP, Decimal
from typing import Literal

from .entry import check_choice, keep_decimals
from .errors import DecompteError, Problem
from .indexes import IndexReading, IndexSeries
from .money import ONE, ZERO
from .months import later, month_name, month_of, of_month, shift
from .wording import number

_NOISE = Decimal("1e-9")
ADJUSTMENT_MONTHS = 3


@dataclass(frozen=True)
class CoefficientRounding:
    """How the contract rounds a coefficient.

    :ivar decimals: 3 (*millième*) by usual CCAP clause; 4 to 6 are met.
    :ivar upwards: to the next (*millième supérieur*), else to the nearest.
    """

    decimals: int = 3
    upwards: bool = True

    def apply(self, raw: Decimal) -> Decimal:
        """Round; what lies beyond nine decimals is noise and must not push a coefficient up."""
        clean = raw.quantize(_NOISE, rounding=ROUND_HALF_UP)
        return clean.quantize(ONE.scaleb(-self.decimals), rounding=ROUND_CEILING if self.upwards else ROUND_HALF_UP)

    def __str__(self):
        return f"{self.decimals} décimales, {'au supérieur' if self.upwards else 'au plus près'}"


@dataclass(frozen=True)
class IndexWeight:
    """One index in a formula.

    :ivar index_key: of its series.
    :ivar weight: ratio, such as 0.85.
    :ivar base: its value of the base month (*I₀*); None: read in the series.
    """

    index_key: str | int
    weight: Decimal
    base: Decimal | None = None

    def __post_init__(self):
        names = {"weight": "le poids", "base": "la valeur d'origine"}
        keep_decimals(self, names, subject=f"Index « {self.index_key} »")


@dataclass(frozen=True)
class Coefficient:
    """A coefficient with all that it was computed from.

    :ivar month: month of execution that it applies to.
    :ivar wanted_month: month whose indexes it should be read at.
    :ivar raw: before rounding.
    :ivar readings: indexes read, in the order of the formula; empty where no variation is due.
    :ivar bases: their values of the base month.
    """

    formula: "Formula"
    month: date
    wanted_month: date
    value: Decimal
    raw: Decimal
    readings: tuple[IndexReading, ...]
    bases: tuple[Decimal, ...]
    provisional: bool

    def explain(self) -> Iterator[str]:
        """Its calculation, in French."""
        name = self._name
        if not self.readings:
            yield f"{name} : 1, aucune variation n'est due"
            return
        terms = [number(self.formula.fixed_part)] if self.formula.fixed_part else []
        for weight, reading, base in zip(self.formula.weights, self.readings, self.bases, strict=True):
            value = number(reading.published)
            if reading.link != ONE:
                value = f"({value} × {number(reading.link)})"
            terms.append(f"{number(weight.weight)} × {value} / {number(base)}")
        yield (
            f"{name} : {' + '.join(terms)} = {number(self.raw.quantize(_NOISE, rounding=ROUND_HALF_UP))}, "
            f"arrondi à {number(self.value)} ({self.formula.rounding})"
        )
        if self.provisional:
            yield self.provisional_note

    @property
    def provisional_note(self) -> str:
        """Which index is missing, and which values stand in for it: to be said on the page (CCAG-Travaux 12.2.1 d)."""
        return (
            f"{self._name} : provisoire, l'index {of_month(self.wanted_month)} n'est pas paru ; "
            f"dernières valeurs connues : {month_name(self.readings[0].month)}"
        )

    @property
    def _name(self):
        return f"Coefficient « {self.formula.label} » {of_month(self.month)}"


@dataclass(frozen=True)
class Formula:
    """``fixed part + Σ weight × index / base index``, for a group of posts.

    :ivar fixed_part: ratio. The CCAP rules (0.15 and 0.125 are met); none by default for an adjustment.
    :ivar weights: of the indexes; with the fixed part they sum to 1.
    :ivar base_month: month that the prices were set in (*mois zéro*).
    :ivar lag_months: how long before execution indexes are read: 0 by default, the CCAP rules.
    :ivar method: ``revision`` or ``adjustment``.
    :ivar price_date: day that the prices were set, for an adjustment; first of the base month by default.
    :ivar start_date: day that the works started, for an adjustment; None: not started, no variation yet.
    """

    key: str | int
    label: str
    weights: tuple[IndexWeight, ...]
    base_month: date
    fixed_part: Decimal = field(default=ZERO, kw_only=True)
    rounding: CoefficientRounding = field(default=CoefficientRounding(), kw_only=True)
    lag_months: int = field(default=0, kw_only=True)
    method: Literal["revision", "adjustment"] = field(default="revision", kw_only=True)
    price_date: date | None = field(default=None, kw_only=True)
    start_date: date | None = field(default=None, kw_only=True)

    def __post_init__(self):
        check_choice(self, "method")
        keep_decimals(self, {"fixed_part": "la partie fixe"}, subject=f"Formule « {self.label} »")
        object.__setattr__(self, "base_month", month_of(self.base_month))
        object.__setattr__(self, "weights", tuple(self.weights))

    @property
    def written(self) -> str:
        """As the CCAP writes it: ``0,15 + 0,85 × BT01 / BT01₀``."""
        terms = [number(self.fixed_part)] if self.fixed_part else []
        terms += [f"{number(one.weight)} × {one.index_key} / {one.index_key}₀" for one in self.weights]
        return " + ".join(terms)

    def problems(self) -> list[Problem]:
        """What makes it no formula. Codes: ``formula_weights``, ``formula_empty``."""
        if not self.weights:
            return [self._problem("formula_empty", "elle n'a aucun index : ajoutez-en un, ou passez le prix en ferme.")]
        total = self.fixed_part + sum((one.weight for one in self.weights), ZERO)
        if total == ONE and self.fixed_part >= 0 and all(one.weight > 0 for one in self.weights):
            return []
        return [
            self._problem(
                "formula_weights",
                f"la partie fixe et les poids des index font {number(total)}, et doivent être positifs et faire 1 : "
                "recopiez la formule du CCAP.",
            )
        ]

    def coefficient(self, series: Mapping[str | int, IndexSeries], month: date) -> Coefficient:
        """The coefficient of a month of execution; provisional when an index that it needs is not published.

        A provisional one is the last that was known: that of the last month for which all its indexes are.

        :param series: indexes by key.
        :raises DecompteError: an index, or its base value, is missing altogether: the formula cannot be read.
        """
        month = month_of(month)
        if not self._due():
            return Coefficient(self, month, month, ONE, ONE, (), (), provisional=False)
        wanted = self._reading_month(month)
        bases = self._bases(series)
        used = self._last_known(series, wanted)
        if used is None:  # nothing is published since the base month: the prices are still those of that month
            used = self.base_month
            readings = tuple(
                IndexReading(one.index_key, used, base) for one, base in zip(self.weights, bases, strict=True)
            )
        else:
            readings = tuple(series[one.index_key].reading(used, self.base_month) for one in self.weights)
        raw = self.fixed_part
        for one, reading, base in zip(self.weights, readings, bases, strict=True):
            raw += one.weight * reading.value / base
        return Coefficient(
            self, month, wanted, self.rounding.apply(raw), raw, readings, bases, provisional=used != wanted
        )

    def _due(self):
        if self.method == "revision":
            return True
        return self.start_date is not None and self.start_date > later(self._priced_on(), ADJUSTMENT_MONTHS)

    def _priced_on(self):
        return self.price_date or self.base_month

    def _reading_month(self, month):
        if self.method == "adjustment":
            return shift(month_of(self.start_date), -ADJUSTMENT_MONTHS)
        return shift(month, -self.lag_months)

    def _bases(self, series):
        bases, problems = [], []
        for one in self.weights:
            base = one.base
            if base is None and one.index_key in series:
                reading = series[one.index_key].reading(self.base_month, self.base_month)
                base = reading and reading.published
            if not base or base < 0:
                problems.append(
                    self._problem(
                        "base_index_missing",
                        f"la valeur de l'index « {one.index_key} » du mois zéro ({month_name(self.base_month)}) "
                        "manque : saisissez-la.",
                    )
                )
            bases.append(base)
        if problems:
            raise DecompteError(problems)
        return tuple(bases)

    def _last_known(self, series, wanted):
        known = None
        for one in self.weights:
            values = series[one.index_key].values if one.index_key in series else {}
            months = {month for month in values if min(self.base_month, wanted) <= month <= wanted}
            known = months if known is None else known & months
        return max(known) if known else None

    def _problem(self, code, sentence):
        return Problem(self.key, code, f"Formule « {self.label} » : {sentence}")
