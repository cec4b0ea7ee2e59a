"""What is contracted, and how far it has come: posts and their cumulative progress."""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal

from .errors import DecompteError, Problem
from .money import as_decimal, round_money

Mode = Literal["percent", "quantity", "amount"]

# Each mode of progress, by the name of the field that the user fills in.
MODES = {
    "percent": "l'avancement cumulé (%)",
    "quantity": "la quantité cumulée",
    "amount": "le montant cumulé HT",
}
_POST_FIELDS = {
    "amount": "le montant HT",
    "vat_rate": "le taux de TVA",
    "quantity": "la quantité prévue",
    "unit_price": "le prix unitaire HT",
}


@dataclass(frozen=True)
class Post:
    """A line of the price schedule (*poste* of the DPGF or BPU), at initial prices.

    Numbers may be given as Decimal, int, float or str; they are kept as Decimal.

    :ivar key: identifies the post in the statement.
    :ivar amount: contract amount, EUR HT; negative for a *moins-value*.
    :ivar vat_rate: percent.
    :ivar quantity: contract quantity; None or 0 when the schedule estimates none.
    :ivar unit_price: EUR HT per unit, as many decimals as the schedule has.
    :ivar lot: *lot* it belongs to, if any.
    :ivar nature: what is sold (works, supplies, service), if told apart.
    :ivar mode: what progress is measured by.
    :ivar amendment_key: identifies the amendment or service order (*avenant*, *OS*) that brought the post;
        None for the initial contract.
    :raises DecompteError: a number is not one.
    """

    key: str | int
    label: str
    amount: Decimal
    vat_rate: Decimal = field(kw_only=True)
    quantity: Decimal | None = field(default=None, kw_only=True)
    unit_price: Decimal | None = field(default=None, kw_only=True)
    lot: str | None = field(default=None, kw_only=True)
    nature: str | None = field(default=None, kw_only=True)
    mode: Mode = field(default="percent", kw_only=True)
    amendment_key: str | int | None = field(default=None, kw_only=True)

    def __post_init__(self):
        if self.mode not in MODES:
            raise ValueError(f"{self.mode!r} is no mode of progress")
        _keep_decimals(self, _POST_FIELDS, subject=self.label)
        object.__setattr__(self, "amount", round_money(self.amount))
        object.__setattr__(self, "lot", self.lot or None)
        object.__setattr__(self, "nature", self.nature or None)

    @property
    def ceiling(self) -> Decimal | None:
        """The progress that completes the post, in its own mode; None when the contract sets none."""
        return {"percent": Decimal(100), "quantity": self.quantity or None, "amount": self.amount}[self.mode]

    def cumulative(self, value: Decimal) -> Decimal:
        """Cumulative amount, EUR HT, at a progress given in the post's own mode (works-billing.md §2.2)."""
        factor = {"percent": self.amount / 100, "quantity": self.unit_price, "amount": Decimal(1)}[self.mode]
        return round_money(value * factor)


@dataclass(frozen=True)
class Progress:
    """How far a post has come since the start of the works (*avancement cumulé*), in the post's own mode.

    :ivar percent: of the contract amount (45 means 45 %).
    :ivar quantity: in the post's unit.
    :ivar amount: EUR HT.
    :raises DecompteError: a number is not one.
    """

    key: str | int
    percent: Decimal | None = None
    quantity: Decimal | None = None
    amount: Decimal | None = None

    def __post_init__(self):
        _keep_decimals(self, MODES, subject=self.key)

    def value(self, mode: Mode) -> Decimal | None:
        return getattr(self, mode)


def _keep_decimals(record, names, *, subject):
    """Turn the named numbers of a frozen record into Decimal, reporting all that are none at once."""
    problems = []
    for name, french in names.items():
        value = getattr(record, name)
        if value is None and record.__dataclass_fields__[name].default is None:
            continue
        try:
            object.__setattr__(record, name, as_decimal(value))
        except ValueError:
            problems.append(
                Problem(
                    record.key,
                    "not_a_number",
                    f"Poste « {subject} » : {french} doit être un nombre (reçu : « {value} »).",
                )
            )
    if problems:
        raise DecompteError(problems)
