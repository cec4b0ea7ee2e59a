"""The retention (*retenue de garantie*): withheld on a cumulative base, capped, replaced or released.

R.2191-32 sqq.; works-billing.md §2.5. It is the client's debt deferred: it lowers what is paid, never what is
invoiced. Reckoned on cumulatives, so that it corrects itself: a base that falls gives some of it back.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from .entry import keep_decimals
from .errors import Problem
from .money import HUNDRED, ZERO, Columns, round_money
from .wording import euros, percent, step


@dataclass(frozen=True, kw_only=True)
class Retention:
    """What the contract withholds.

    :ivar rate: percent.
    :ivar with_tax: on TTC (usual), else on HT.
    :ivar with_variation: price variation counts in the base. Public accountants leave it out (CGCT annex D, g).
    :ivar with_subcontractors: the works of subcontractors paid directly count in the base. They do by default: the
        holder alone bears it, on the whole works (works-billing.md §2.5; correction 9: a parameter).
    :ivar legal_rate: highest rate that the law allows, percent (``retention_cap``).
    """

    rate: Decimal = Decimal(5)
    with_tax: bool = True
    with_variation: bool = False
    with_subcontractors: bool = True
    legal_rate: Decimal = Decimal(5)

    def __post_init__(self):
        names = {"rate": "le taux", "legal_rate": "le plafond légal"}
        keep_decimals(self, names, subject="Retenue de garantie")

    @property
    def base_label(self) -> str:
        tax = "TTC" if self.with_tax else "HT"
        return f"travaux {tax} {'variation comprise' if self.with_variation else 'hors variation de prix'}"

    def problems(self) -> list[Problem]:
        """Codes: ``retention_rate`` (no rate), ``retention_above_legal`` (advice)."""
        if not 0 <= self.rate <= HUNDRED:
            return [
                Problem(
                    None,
                    "retention_rate",
                    f"Retenue de garantie : le taux {percent(self.rate)} n'existe pas : corrigez-le.",
                )
            ]
        if self.rate > self.legal_rate:
            return [
                Problem(
                    None,
                    "retention_above_legal",
                    f"Retenue de garantie : {percent(self.rate)} dépassent le plafond légal de "
                    f"{percent(self.legal_rate)} : vérifiez le CCAP et demandez sa mise en conformité.",
                    blocking=False,
                )
            ]
        return []


@dataclass(frozen=True, kw_only=True)
class RetentionHeld(Columns):
    """The retention of a statement, EUR; the month is negative where some is given back.

    :ivar base: cumulative base that it is reckoned on.
    :ivar ceiling: what it may never exceed: rate × contract, amendments included.
    :ivar guaranteed: a guarantee stands in for it.
    :ivar released: given back so far.
    """

    terms: Retention
    base: Decimal
    ceiling: Decimal
    guaranteed: bool
    released: Decimal

    @property
    def due(self) -> Decimal:
        return round_money(self.base * self.terms.rate / HUNDRED)

    def explain(self) -> Iterator[str]:
        rate = percent(self.terms.rate)
        if self.guaranteed:
            yield "Retenue de garantie : remplacée par une garantie, plus rien n'est retenu"
        else:
            yield f"Retenue de garantie : {euros(self.base)} ({self.terms.base_label}) × {rate} = {euros(self.due)}"
            if self.due > self.ceiling:
                yield f"Plafonnée à {rate} du marché : {euros(self.ceiling)}"
            if self.released:
                yield f"Moins {euros(self.released)} déjà libérés"
        yield step("Retenue de garantie du mois", self)


def compute_retention(
    terms: Retention,
    base: Decimal,
    contract: Decimal,
    previous: Decimal,
    *,
    guaranteed: bool = False,
    released: Decimal = ZERO,
) -> RetentionHeld:
    """What is withheld at the end of the month.

    :param base: cumulative works in the terms' own base, EUR.
    :param contract: amount of the contract, amendments included, taxed as the base is, without variation.
    :param previous: withheld at the end of the previous statement.
    """
    ceiling = max(round_money(contract * terms.rate / HUNDRED), ZERO)
    due = round_money(base * terms.rate / HUNDRED)
    held = ZERO if guaranteed else max(min(due, ceiling) - released, ZERO)
    return RetentionHeld(
        cumulative=held,
        previous=previous,
        terms=terms,
        base=base,
        ceiling=ceiling,
        guaranteed=guaranteed,
        released=released,
    )
