"""When a public client must have paid (*délai global de paiement*; code de la commande publique, R. 2192-10 to -30).

The delay counts from the reception of the request (R. 2192-12), by the project manager where the contract says so; for
the balance of works, from the reception of the final general statement (R. 2192-16). The client may interrupt it once,
when documents or mentions are missing (R. 2192-27); once everything is received, a new delay of thirty days opens, or
of the days that were left if they were more (R. 2192-29). Days are calendar days, no last day is put off.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

NEW_DELAY_DAYS = 30
"""Least delay after an interruption (R. 2192-29)."""


@dataclass(frozen=True)
class Interruption:
    """The client asked for documents (*suspension*, status SUSPENDUE).

    :param told_on: day on which the supplier learnt it
    :param completed_on: day on which the client received everything, None as long as he waits
    """

    told_on: date
    completed_on: date | None = None


@dataclass(frozen=True)
class PaymentDelay:
    """The delay of one request.

    :param start: day of reception that starts it
    :param days: of the contract or of the regime
    :param due: last day on which the client may pay, None while the delay is interrupted
    :param interruption: the one that counts, None without
    :param new_days: days of the new delay after the interruption, None without
    """

    start: date
    days: int
    due: date | None
    interruption: Interruption | None = None
    new_days: int | None = None


def payment_delay(start: date, days: int, interruptions: Iterable[Interruption] = ()) -> PaymentDelay:
    """Reckon the last day of payment.

    Only the first interruption counts: the client has one. One told after the delay had run out changes nothing, since
    interest runs already.

    :param interruptions: in any order
    :raises ValueError: a negative delay, or documents received before they were asked for
    """
    if days < 0:
        raise ValueError(f"a payment delay of {days} days")
    due = start + timedelta(days=days)
    first = min(interruptions, key=lambda one: one.told_on, default=None)
    if first is None or first.told_on > due:
        return PaymentDelay(start, days, due)
    if first.completed_on is None:
        return PaymentDelay(start, days, None, first)
    if first.completed_on < first.told_on:
        raise ValueError(f"completed on {first.completed_on}, before the interruption of {first.told_on}")
    new_days = max(NEW_DELAY_DAYS, (due - max(first.told_on, start)).days)
    return PaymentDelay(start, days, first.completed_on + timedelta(days=new_days), first, new_days)
