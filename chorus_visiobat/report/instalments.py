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

    :ivar label: *Acompte*, *Avance*, *Solde*, or *Reprise* for what another program billed.
    :ivar invoice: number of the invoice; empty where nothing bills the statement yet.
    :ivar excluded: works HT; ``tax`` and ``included`` likewise.
    :ivar advance: granted less repaid.
    :ivar kept: penalties, other deductions and what they carry from a month to the next.
    :ivar net: asked for.
    :ivar due: net of what stands, once the corrections that we accepted are taken off.
    :ivar admitted: net that the project manager admitted, and ``admission_date`` when; None until he answers.
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
    admitted: Decimal | None
    admission_date: date | None

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
    return [row for row in [*_opening(situations.sorted("number")[:1]), *rows] if any(row.amounts)]


def total(rows: list[Instalment]) -> list[Decimal]:
    """The sums of `COLUMNS`."""
    return [sum((getattr(row, name) for row in rows), ZERO) for name in COLUMNS]


def _opening(first):
    """What was billed before the first statement, in another program (*reprise*): its previous columns."""
    contract = first.contract_id
    if not contract.opening_date:
        return
    statement = first._statement()
    net = statement.totals["total_payable"].previous
    yield Instalment(
        number=contract.opening_number,
        label="Reprise",
        month=contract.opening_date,
        invoice="",
        invoice_date=None,
        excluded=statement.previous_excluded,
        tax=statement.previous_tax,
        included=statement.previous_included,
        net=net,
        due=net,
        admitted=None,
        admission_date=None,
        **_deductions(statement, "previous"),
    )


def _instalment(situation):
    move = situation.move_id.filtered(lambda move: move.state == "posted")
    answer = situation._admitted() if situation.state == "invoiced" else None
    asked = answer.requested if answer else situation._statement()
    answered = answer and situation.admission_date
    return Instalment(
        number=situation.number,
        label=KINDS.get(situation.kind, "Acompte"),
        month=situation.period_end,
        invoice=move.name or "",
        invoice_date=move.invoice_date or None,
        excluded=asked.total_excluded,
        tax=asked.total_tax,
        included=asked.total_included,
        net=asked.total_payable,
        due=answer.kept.total_payable if answer else asked.total_payable,
        admitted=answer.net.month if answered else None,
        admission_date=situation.admission_date or None,
        **_deductions(asked),
    )


def _deductions(statement: Statement, column="month"):
    settlement = statement.settlement

    def amount(columns):
        return getattr(columns, column) if columns else ZERO

    retention, direct = -amount(settlement.retention), -amount(settlement.direct_paid)
    advance = amount(settlement.advance_granted) - amount(settlement.advance_repaid)
    net, included = (amount(statement.totals[name]) for name in ("total_payable", "total_included"))
    rest = net - included - retention - advance - direct
    return {"retention": retention, "advance": advance, "direct": direct, "kept": rest}
