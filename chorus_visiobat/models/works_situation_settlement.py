from markupsafe import Markup

from odoo import fields, models

from ..decompte import as_decimal, check_statement
from ..decompte.money import ZERO
from ..decompte.wording import euros

# The stored deductions of the month: the totals of ``decompte`` that each sums up.
SETTLEMENT = {
    "amount_variation": ("variation",),
    "amount_retention": ("retention",),
    "amount_advance_granted": ("advance_granted",),
    "amount_advance_repaid": ("advance_repaid",),
    "amount_direct_payment": ("direct_payments",),
    "amount_penalty": ("penalties", "other_deductions"),
    "amount_prorata": ("prorata",),
    "amount_debt": ("debt",),
    "amount_payable": ("total_payable",),
}
# The totals that every statement has: without any other, the ladder says nothing more than them.
PLAIN = {"total_excluded", "total_tax", "total_included", "total_payable"}
COLUMNS = ("previous", "month", "cumulative")


def _signed(total, column):
    """A column of a total as the page shows it; never a negative nil."""
    return (total.sign or 1) * getattr(total, column) or ZERO


class WorksSituation(models.Model):
    """From the works incl. tax to what is paid: price variation, retention, advance, direct payments, deductions.

    EUR, of the month, positive where the client pays less; excluding VAT for the price variation and for direct
    payments under reverse charge. The net is the works incl. tax less them all (CCAG-Travaux 12.2.1).
    """

    _inherit = "works.situation"

    deduction_ids = fields.One2many(
        "works.situation.deduction",
        "situation_id",
        "Penalties and other deductions",
        copy=False,
        help="What the client keeps, outside VAT.",
    )
    direct_payment_ids = fields.One2many(
        "works.situation.direct_payment",
        "situation_id",
        "Direct payments",
        copy=False,
        help="What the client is to pay to your subcontractors this month, deducted from your net.",
    )
    retention_released = fields.Monetary(
        "Retention paid back so far",
        copy=False,
        help="Part of the retention that the client has given back since the start, before the end of the guarantee "
        "period: cumulative, refunded on this statement for what is new.",
    )
    quitus = fields.Boolean(
        "Discharge of the shared site costs",
        copy=False,
        help="The manager of the compte prorata gave his quitus: some clients pay the final balance only with it.",
    )
    guaranteed = fields.Boolean(
        readonly=True, copy=False, help="A guarantee stands in for the retention: nothing is withheld."
    )
    coefficient_provisional = fields.Boolean(
        "Provisional coefficient",
        readonly=True,
        copy=False,
        help="The index of the month is not published yet: the difference is billed on a later statement.",
    )
    amount_variation = fields.Monetary(
        "Price variation excl. tax", readonly=True, copy=False, help="Revision or adjustment of the prices this month."
    )
    amount_retention = fields.Monetary(
        "Retention", readonly=True, copy=False, help="Withheld this month; negative where some is given back."
    )
    amount_advance_granted = fields.Monetary(
        "Advance asked for", readonly=True, copy=False, help="Advance incl. tax that this statement asks for."
    )
    amount_advance_repaid = fields.Monetary(
        "Advance repaid", readonly=True, copy=False, help="Part of the advance repaid this month, incl. tax."
    )
    amount_direct_payment = fields.Monetary(
        "Direct payments to subcontractors",
        readonly=True,
        copy=False,
        help="Paid by the client to your subcontractors this month: excl. tax under reverse charge.",
    )
    amount_penalty = fields.Monetary(
        "Deductions outside VAT", readonly=True, copy=False, help="Penalties and other deductions of the month."
    )
    amount_prorata = fields.Monetary(
        "Shared site costs", readonly=True, copy=False, help="Share that the client deducts this month."
    )
    amount_debt = fields.Monetary(
        "Carried to the next statement",
        readonly=True,
        copy=False,
        help="Negative: deductions beyond what is due, carried forward. Positive: recovered from an earlier month.",
    )
    amount_payable = fields.Monetary(
        "Net payable",
        readonly=True,
        copy=False,
        help="Total incl. tax − retention − advance − direct payments − deductions.",
    )
    has_settlement = fields.Boolean(compute="_compute_told")
    ladder = fields.Html(
        "Totals", compute="_compute_told", sanitize=False, help="From the works excluding tax to the net payable."
    )

    def _ladder_values(self):
        totals = self._statement().totals if self.line_ids else {}
        has_settlement = bool(totals.keys() - PLAIN)
        return {
            "has_settlement": has_settlement,
            "ladder": self._ladder_html(totals.values()) if has_settlement else False,
        }

    def _ladder_html(self, totals):
        heads = (self.env._("Previous"), self.env._("Month"), self.env._("Cumulative"))
        row = Markup("<tr class='%s'><td>%s</td>%s</tr>")
        cell = Markup("<td class='text-end text-nowrap'>%s</td>")
        rows = [
            row
            % (
                "fw-bold" if total.name in PLAIN else "text-muted" if not total.sign else "",
                total.label,
                Markup().join(cell % euros(_signed(total, column)) for column in COLUMNS),
            )
            for total in totals
        ]
        head = Markup("<th class='text-end'>%s</th>")
        table = Markup("<table class='table table-sm w-auto ms-auto o_chorus_amounts'><tr><th></th>%s</tr>%s</table>")
        return table % (Markup().join(head % name for name in heads), Markup().join(rows))

    def _settlement_values(self, statement):
        """The stored deductions of a computed statement, by field."""
        values = {
            field: float(sum(self._told(statement, name) for name in names)) for field, names in SETTLEMENT.items()
        }
        return {
            **values,
            "guaranteed": statement.month.guaranteed,
            "coefficient_provisional": statement.variation.is_provisional,
        }

    def _told(self, statement, name):
        """Month of a total; nil where the contract has none of it, or only tells it."""
        total = statement.totals.get(name)
        return total.month if total is not None and total.sign else ZERO

    def _settlement_problems(self, *, blocking):
        """What ``decompte`` judges of the totals, besides the progress.

        :return: list of French sentences (str).
        """
        self.ensure_one()
        if not self.line_ids:
            return []
        statement = self._statement()
        problems = [one.message for one in check_statement(statement) if one.blocking == blocking]
        if blocking:
            problems += self._advance_problems(statement) + self._release_problems(statement)
        return problems

    def _advance_problems(self, statement):
        if self.kind != "advance":
            return []
        if any(line.amount for line in statement.lines):
            return [
                self.env._(
                    "Advance: this statement asks for the advance alone. Bring the progress back to that of the "
                    "previous statement, and enter it on the next one."
                )
            ]
        if not self.amount_advance_granted:
            return [
                self.env._(
                    "Advance: nothing is left to ask for. Enter the advance on the contract (page Retention, "
                    "advance), or choose another kind of statement."
                )
            ]
        return []

    def _opening_values(self, vals):
        """What was paid back of the retention stays so: it is cumulative, like the progress."""
        values = super()._opening_values(vals)
        released = self.browse(values["previous_id"]).retention_released
        return {"retention_released": released, **values}

    def _release_problems(self, statement):
        held = statement.settlement.retention
        released = statement.month.retention_released
        before = self.previous_id.retention_released
        if self.currency_id.compare_amounts(self.retention_released, before) < 0:
            return [
                self.env._(
                    "Retention paid back so far: %(released)s is less than on %(previous)s (%(before)s). It is "
                    "cumulative: enter what was paid back since the start.",
                    released=euros(released),
                    previous=self.previous_id.name,
                    before=euros(as_decimal(before)),
                )
            ]
        most = min(held.due, held.ceiling) if held else ZERO
        if released and released > most:
            return [
                self.env._(
                    "Retention paid back so far: %(released)s is more than the retention reckoned since the start "
                    "(%(held)s). Correct it.",
                    released=euros(released),
                    held=euros(most),
                )
            ]
        return []
