"""The law by date of consultation, as data: advance and retention (works-billing.md §2.3–§2.5, corrections 8 and 9).

Nothing here is imposed: contracts hold their own figures, these are their defaults and what checks compare with.
Where the dossier marks a rule as recollection or inference, the row says so in ``remark``.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from .money import HUNDRED

Buyer = Literal["state", "large_body", "other"]

# Share of the contract above which an advance is repaid from the first request on (R.2191-11).
LARGE_ADVANCE = Decimal(30)
USUAL_START = Decimal(65)


@dataclass(frozen=True)
class AdvanceRegime:
    """How an advance is repaid when the contract is silent, and what it may not exceed; percents of the contract.

    :ivar since: first day of consultation that it applies to; None for the oldest.
    :ivar first_request_above: advance above which repayment starts at the first request; None: never.
    :ivar latest_end: progress at which all must be repaid; None: no statutory end.
    :ivar silent_method: ``linear`` or ``staggered``.
    """

    since: date | None
    source: str
    first_request_above: Decimal | None
    latest_end: Decimal | None
    silent_method: Literal["linear", "staggered"]
    remark: str = ""

    def start(self, share: Decimal) -> Decimal:
        """Progress at which repayment starts, for an advance that is this share of the contract TTC."""
        if self.first_request_above is not None and share > self.first_request_above:
            return Decimal(0)
        return USUAL_START

    def end(self, share: Decimal) -> Decimal:
        """Progress at which it ends: 100 without statutory end; the share itself where it exceeds that end."""
        if self.latest_end is None:
            return HUNDRED
        if self.first_request_above is not None and share >= self.latest_end:
            return min(share, HUNDRED)
        return self.latest_end


ADVANCE_REGIMES = (
    AdvanceRegime(None, "CMP 2006, art. 88", None, Decimal(80), "linear"),
    AdvanceRegime(
        date(2020, 10, 18),
        "CCP R.2191-11 et R.2191-12, décret 2020-1261",
        LARGE_ADVANCE,
        Decimal(80),
        "linear",
    ),
    AdvanceRegime(
        date(2025, 1, 1),
        "CCP R.2191-11, décret 2024-1251",
        LARGE_ADVANCE,
        None,
        "staggered",
        "Date et lecture de l'échelonnement déduites, à vérifier au contrat.",
    ),
)


@dataclass(frozen=True)
class RetentionRegime:
    """Legal cap of the retention, percent (R.2191-33).

    :ivar small_firm_cap: for a small or medium firm whose client is the State or a large body.
    """

    since: date | None
    source: str
    cap: Decimal
    small_firm_cap: Decimal


RETENTION_REGIMES = (
    RetentionRegime(None, "CMP 2006, art. 101", Decimal(5), Decimal(5)),
    RetentionRegime(date(2025, 1, 1), "CCP R.2191-33, décret 2024-1251", Decimal(5), Decimal(3)),
)

# Least advance of a small or medium firm, percent (R.2191-7): 5 % otherwise.
SMALL_FIRM_ADVANCE: dict[Buyer, Decimal] = {"state": Decimal(30), "large_body": Decimal(10), "other": Decimal(5)}


def advance_regime(consultation: date) -> AdvanceRegime:
    """The regime of a contract, by the date of its consultation."""
    return _in_force(ADVANCE_REGIMES, consultation)


def retention_cap(consultation: date, *, small_firm: bool, buyer: Buyer) -> Decimal:
    """Highest retention rate that the law allows, percent.

    :param buyer: ``large_body``: State administrative body, or local authority with more than 60 M€ of running costs.
    """
    regime = _in_force(RETENTION_REGIMES, consultation)
    return regime.small_firm_cap if small_firm and buyer != "other" else regime.cap


def least_advance(*, small_firm: bool, buyer: Buyer) -> Decimal:
    """Lowest advance rate that the law allows, percent, where an advance is due (over 50 000 € HT and 2 months)."""
    return SMALL_FIRM_ADVANCE[buyer] if small_firm else SMALL_FIRM_ADVANCE["other"]


def _in_force(regimes, day):
    return [one for one in regimes if one.since is None or one.since <= day][-1]
