"""Amendments and service orders (*avenants*, *ordres de service*, *décisions*): what may be billed of them."""

from dataclasses import dataclass
from typing import Literal

from .entry import check_choice


@dataclass(frozen=True)
class Amendment:
    """What brought posts after the signature.

    :ivar kind: ``amendment`` (*avenant*), ``service_order`` (*ordre de service*) or ``decision`` (of the client).
    :ivar notified: the client notified it.
    :ivar provisional_prices: a service order that sets provisional prices; its posts may be billed before the
        amendment that will settle them (CCAG-Travaux 12.1.1; works-billing.md §4.2).
    """

    key: str | int
    label: str
    notified: bool
    kind: Literal["amendment", "service_order", "decision"] = "amendment"
    provisional_prices: bool = False

    def __post_init__(self):
        check_choice(self, "kind")

    @property
    def billable(self) -> bool:
        return self.notified or (self.kind == "service_order" and self.provisional_prices)
