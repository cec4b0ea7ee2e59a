"""What is contracted, and how far it has come: posts and their cumulative progress."""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal

from .entry import keep_decimals
from .money import round_money

Mode = Literal["percent", "quantity", "amount"]
Kind = Literal["works", "materials", "bonus", "expense"]

# Each mode of progress, by the name of the field that the user fills in.
MODES = {
    "percent": "l'avancement cumulé (%)",
    "quantity": "la quantité cumulée",
    "amount": "le montant cumulé HT",
}
# What a statement is made of (CCAG-Travaux 12.1.2), in the order of the page.
KINDS = {
    "works": "Travaux",
    "materials": "Approvisionnements",
    "bonus": "Primes",
    "expense": "Débours remboursés",
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
    :ivar kind: works; materials on site not used yet (*approvisionnements*: a stock, which goes down as it is
        used); bonus (*prime*); expense paid for the client (*débours*). Only works make up the contract's
        amount.
    :ivar formula_key: price variation formula that applies; None: firm price.
    :ivar party_key: the subcontractor or the member of the joint venture who does it; None for the holder.
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
    kind: Kind = field(default="works", kw_only=True)
    formula_key: str | int | None = field(default=None, kw_only=True)
    party_key: str | int | None = field(default=None, kw_only=True)

    def __post_init__(self):
        if self.mode not in MODES:
            raise ValueError(f"{self.mode!r} is no mode of progress")
        if self.kind not in KINDS:
            raise ValueError(f"{self.kind!r} is no kind of post")
        keep_decimals(self, _POST_FIELDS, subject=f"Poste « {self.label} »")
        object.__setattr__(self, "amount", round_money(self.amount))
        object.__setattr__(self, "lot", self.lot or None)
        object.__setattr__(self, "nature", self.nature or None)

    @property
    def ceiling(self) -> Decimal | None:
        """The progress that completes the post, in its own mode; None when the contract sets none."""
        if self.kind != "works" and self.mode == "amount":
            return self.amount or None
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
        keep_decimals(self, MODES, subject=f"Poste « {self.key} »")

    def value(self, mode: Mode) -> Decimal | None:
        return getattr(self, mode)
