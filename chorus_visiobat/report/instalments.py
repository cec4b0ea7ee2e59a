"""What was asked and what is due since the start (*récapitulation des acomptes mensuels et du solde*)."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from ..decompte import Statement
from ..decompte.money import ZERO

# The columns that are summed up, in the order of the page.
COLUMNS = ("excluded", "tax", "included", "retention", "advance", "direct", "kept", "net", "due")
KINDS = {"advance": "Avance", "final": "Solde", "general": "Solde", "tacit": "Solde"}


@dataclass(frozen=True, kw_only=True)
class Instalment:
    """One statement of the list, EUR; what lowers the net is negative.

    :ivar label: *Acompte*, *Avance* or *Solde*.
    :ivar invoice: number of the invoice; empty where nothing bills the statement yet.
    :ivar excluded: works HT; ``tax`` and ``included`` likewise.
    :ivar advance: granted less repaid.
    :ivar kept: penalties, other deductions and what they carry from a month to the next.
    :ivar net: asked for.
    :ivar due: net of what stands, once the corrections that we accepted are taken off.
    """

    number: int
    label: str
    month: date
    invoice: str
    invoice_date: date | None
    excluded: Decimal
    tax: Decimal
    included: Decimal
    retention: Decimal
    advance: Decimal
    direct: Decimal
    kept: Decimal
    net: Decimal
    due: Decimal

    @property
    def amounts(self) -> list[Decimal]:
        """Those of `COLUMNS`."""
        return [getattr(self, name) for name in COLUMNS]


def instalments(situation) -> list[Instalment]:
    """The instalments of a contract up to a statement, in order; those without any amount are left out.

    :param situation: one ``works.situation``.
    """
    situations = situation.contract_id.situation_ids.filtered(
        lambda one: one == situation or one.state != "cancelled" and one.number < situation.number
    )
    rows = [_instalment(one) for one in situations.sorted("number")]
    return [row for row in rows if any(row.amounts)]


def total(rows: list[Instalment]) -> list[Decimal]:
    """The sums of `COLUMNS`."""
    return [sum((getattr(row, name) for row in rows), ZERO) for name in COLUMNS]


def _instalment(situation):
    move = situation.move_id.filtered(lambda move: move.state == "posted")
    if situation.state == "invoiced":
        answer = situation._admitted()
        asked, stands = answer.requested, answer.kept
    else:
        asked = stands = situation._statement()
    return Instalment(
        number=situation.number,
        label=KINDS.get(situation.kind, "Acompte"),
        month=situation.period_end,
        invoice=move.name or "",
        invoice_date=move.invoice_date or None,
        excluded=asked.total_excluded,
        tax=asked.total_tax,
        included=asked.total_included,
        due=stands.total_payable,
        net=asked.total_payable,
        **_deductions(asked),
    )


def _deductions(asked: Statement):
    settlement = asked.settlement
    retention = -settlement.retention.month if settlement.retention else ZERO
    repaid = settlement.advance_repaid.month if settlement.advance_repaid else ZERO
    advance = settlement.advance_granted.month - repaid
    direct = -settlement.direct_paid.month
    rest = asked.total_payable - asked.total_included - retention - advance - direct
    return {"retention": retention, "advance": advance, "direct": direct, "kept": rest}
