"""What the client keeps or pays to others: penalties, direct payments to subcontractors, *compte prorata*.

All of it after VAT (CCAG-Travaux 12.2.1 c; works-billing.md §2.7, §2.8, §2.10): the invoice does not know it.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal

from .entry import check_choice, keep_decimals
from .errors import DecompteError, Problem
from .money import HUNDRED, ZERO, Columns, round_money
from .wording import euros, percent, step


@dataclass(frozen=True)
class Deduction:
    """A sum kept back this month, outside VAT.

    :ivar amount: EUR; negative gives one back.
    :ivar kind: ``penalty`` (of delay, most often), or ``other``.
    :ivar reason: what the client says of it.
    """

    label: str
    amount: Decimal
    kind: Literal["penalty", "other"] = field(default="penalty", kw_only=True)
    reason: str = field(default="", kw_only=True)

    def __post_init__(self):
        check_choice(self, "kind")
        keep_decimals(self, {"amount": "le montant"}, subject=f"Retenue « {self.label} »")
        object.__setattr__(self, "amount", round_money(self.amount))

    @property
    def sentence(self) -> str:
        return f"{self.label} : {euros(self.amount)}{f' ({self.reason})' if self.reason else ''}"


@dataclass(frozen=True)
class Subcontractor:
    """A subcontractor whom the client pays directly (loi du 31 décembre 1975, titre II).

    :ivar ceiling: amount of his *acte spécial* (DC4), before price variation: EUR HT under reverse charge, else TTC.
    :ivar reverse_charge: he invoices HT and the holder owes the VAT (CGI 283-2 nonies).
    """

    key: str | int
    label: str
    ceiling: Decimal
    reverse_charge: bool = field(default=True, kw_only=True)

    def __post_init__(self):
        keep_decimals(self, {"ceiling": "le montant de l'acte spécial"}, subject=f"Sous-traitant « {self.label} »")


@dataclass(frozen=True)
class DirectPayment:
    """What a subcontractor is to be paid this month, as he invoices it.

    :ivar key: of the subcontractor.
    :ivar amount: before price variation, EUR HT under reverse charge, else TTC.
    :ivar variation: price variation of his own, EUR.
    """

    key: str | int
    amount: Decimal
    variation: Decimal = ZERO

    def __post_init__(self):
        names = {"amount": "le montant", "variation": "la variation de prix"}
        keep_decimals(self, names, subject=f"Paiement direct « {self.key} »")
        for name in names:
            object.__setattr__(self, name, round_money(getattr(self, name)))


@dataclass(frozen=True, kw_only=True)
class Paid:
    """Paid to a subcontractor so far: in all, and before price variation (what his ceiling bounds); EUR."""

    total: Decimal = ZERO
    base: Decimal = ZERO

    def __post_init__(self):
        keep_decimals(self, {"total": "le total payé", "base": "le payé hors variation"}, subject="Paiement direct")


@dataclass(frozen=True, kw_only=True)
class DirectPaid(Columns):
    """The direct payments to one subcontractor, EUR.

    :ivar base: cumulative before price variation.
    """

    subcontractor: Subcontractor
    base: Decimal

    @property
    def above_ceiling(self) -> Decimal:
        """What exceeds his *acte spécial*; nil or positive."""
        return max(self.base - self.subcontractor.ceiling, ZERO)

    def explain(self) -> Iterator[str]:
        tax = "HT, TVA autoliquidée par le titulaire" if self.subcontractor.reverse_charge else "TTC"
        yield step(f"Paiement direct à {self.subcontractor.label} ({tax})", self)


def compute_direct_payments(
    subcontractors: Iterable[Subcontractor], payments: Iterable[DirectPayment], before: Mapping[str | int, Paid]
) -> tuple[DirectPaid, ...]:
    """Direct payments by subcontractor, in the order of the contract, without those never paid.

    :raises DecompteError: somebody is paid who is no subcontractor of the contract.
    """
    known = {one.key: one for one in subcontractors}
    totals = {key: (paid.total, paid.base) for key, paid in before.items()}
    problems = []
    for payment in payments:
        total, base = totals.get(payment.key, (ZERO, ZERO))
        totals[payment.key] = total + payment.amount + payment.variation, base + payment.amount
    for key in totals:
        if key not in known:
            problems.append(
                Problem(
                    key,
                    "unknown_subcontractor",
                    f"Paiement direct à « {key} » : ce sous-traitant n'est pas déclaré au marché : "
                    "ajoutez-le avec son acte spécial.",
                )
            )
    if problems:
        raise DecompteError(problems)
    return tuple(
        DirectPaid(
            cumulative=totals[key][0],
            previous=before[key].total if key in before else ZERO,
            subcontractor=subcontractor,
            base=totals[key][1],
        )
        for key, subcontractor in known.items()
        if key in totals
    )


@dataclass(frozen=True)
class Prorata:
    """The shared costs of the site (*compte prorata*, *compte interentreprises*).

    :ivar rate: percent of the works.
    :ivar deducted: the client withholds it; else it is told and not withheld (the usual case in public works, where
        the manager of the account invoices the members). Without ``Prorata`` there is none.
    :ivar with_tax: on TTC, else on HT. The convention rules; HT by default.
    """

    rate: Decimal
    deducted: bool = False
    with_tax: bool = False

    def __post_init__(self):
        keep_decimals(self, {"rate": "le taux"}, subject="Compte prorata")


@dataclass(frozen=True, kw_only=True)
class ProrataShare(Columns):
    """The share of the *compte prorata*, EUR.

    :ivar base: cumulative works.
    """

    terms: Prorata
    base: Decimal

    @property
    def deducted(self) -> bool:
        return self.terms.deducted

    def explain(self) -> Iterator[str]:
        rate, tax = percent(self.terms.rate), "TTC" if self.terms.with_tax else "HT"
        yield f"Compte prorata : {euros(self.base)} {tax} × {rate} = {euros(self.cumulative)} cumulés"
        yield step("Compte prorata du mois", self)
        if not self.deducted:
            yield "Pour information : il n'est pas retenu sur cette situation"


def compute_prorata(terms: Prorata, base: Decimal, previous: Decimal) -> ProrataShare:
    """The share at the end of the month.

    :param base: cumulative works, taxed as the terms say, EUR.
    """
    return ProrataShare(cumulative=round_money(base * terms.rate / HUNDRED), previous=previous, terms=terms, base=base)
