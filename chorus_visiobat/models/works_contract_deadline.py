from dataclasses import dataclass
from datetime import date

from markupsafe import Markup

from odoo import api, fields, models
from odoo.tools import format_date

from ..decompte import load_opening
from .works_situation_piece import REFUSED_STAGES

SOON = 7
"""Days left from which a deadline stands out."""
LAST_KINDS = ("final", "tacit", "general")


@dataclass(frozen=True)
class Deadline:
    """A deadline still open: its rule, what it is about, from when it counts, its last day."""

    rule: models.Model
    record: models.Model
    start: date
    due: date


class WorksContract(models.Model):
    """The deadlines of a contract: reckoned from what happened, never stored by hand; one activity for each.

    `_open_deadlines` is the only source: the screens show it as it is now, `_sync_deadlines` keeps the activities in
    step with it, every day and whenever a paper changes stage (works-billing.md §2.13).
    """

    _inherit = "works.contract"

    deadlines = fields.Html(
        compute="_compute_deadlines",
        compute_sudo=True,
        sanitize=False,
        help="What must be done by when, by whom, and the days left.",
    )
    deadline_date = fields.Date(
        "Next deadline", readonly=True, copy=False, help="The nearest deadline of the contract."
    )
    deadline_rule_id = fields.Many2one("works.deadline.rule", readonly=True, copy=False, ondelete="set null")
    deadline_text = fields.Char(
        "Deadline", compute="_compute_deadline_text", help="The nearest deadline of the contract, and the days left."
    )
    deadline_tone = fields.Char(compute="_compute_deadline_text")

    @api.depends_context("lang", "tz")
    def _compute_deadlines(self):
        for contract in self:
            contract.deadlines = contract._deadlines_html(contract._open_deadlines())

    @api.depends("deadline_date", "deadline_rule_id")
    @api.depends_context("lang", "tz")
    def _compute_deadline_text(self):
        for contract in self:
            due = contract.deadline_date
            contract.deadline_tone = due and contract._tone(due)
            contract.deadline_text = due and f"{contract.sudo().deadline_rule_id.name} : {contract._days_left(due)}"

    # --- what is open ---

    def _open_deadlines(self):
        """Deadlines still open, the nearest first; of a closed contract, what the client still has to pay.

        :return: list of `Deadline`
        """
        self.ensure_one()
        rules = self.env["works.deadline.rule"]._by_code()
        found = []
        for code, record, start in self.sudo()._deadline_starts():
            due = start and code in rules and rules[code]._due(start, self)
            if due and code == "payment":
                due = record._payment_due(due)
            if due and code == "retention":
                due = self.retention_release_date or due
            if due and (self.state != "closed" or rules[code].owner == "payer"):
                found.append(Deadline(rules[code], record, start, due))
        return sorted(found, key=lambda one: (one.due, one.rule.sequence))

    def _deadline_starts(self):
        """Yield ``(code of the rule, record, date from which it counts, or None)``."""
        self.ensure_one()
        live = self.situation_ids.filtered(lambda one: one.state in ("invoiced", "filed")).sorted("number")
        for situation in live:
            yield from situation._deadline_starts()
        yield from self._closing_starts(live)
        if self.amount_retention_held > 0:
            yield "retention", self, self.date_guarantee_end or self.retention_release_date or None
        yield "index", self, self._index_published_on(live)

    def _closing_starts(self, live):
        """Deadlines from the acceptance to the general statement."""
        final, tacit, general = (live.filtered(lambda one, kind=kind: one.kind == kind) for kind in LAST_KINDS)
        if not final[-1:].invoice_sent:
            yield "final", self, self.date_reception or None
            return
        if general[-1:].invoice_sent or self._ending_statement_received():
            return
        contested = self._general_contested()
        # As long as our refusal is leaving it may be withdrawn: the statement is still to be signed by that day.
        notified = self._general_to_sign()[1] or contested._received_on()
        if contested.stage in REFUSED_STAGES:
            yield "claim", final[-1], contested._contested_on()
        elif notified:
            yield "signature", final[-1], notified
        elif not tacit.filtered("invoice_sent"):
            yield "general", final[-1], final[-1]._filed_on()
        elif len(tacit.filtered("invoice_sent")) == 1:
            yield "tacit", tacit[0], tacit[0]._filed_on()

    def _index_published_on(self, live):
        """Day since when a price variation billed provisionally could be settled; None where none waits.

        An index is published when its value is entered here. After the final statement, the general one settles it.
        """
        last = live[-1:]
        waits = last.closing_data and last.kind in ("monthly", "advance")
        pending = load_opening(last.closing_data).carried.pending if waits else ()
        days = []
        for one in pending:
            formula = self.formula_ids.filtered(lambda formula, key=one.formula_key: formula.id == key)
            indexes = formula.weight_ids.index_id
            series = {index.key: index for index in indexes._series()}
            coefficient = formula._formula().coefficient(series, one.month) if formula else None
            if coefficient and not coefficient.provisional:
                values = indexes.value_ids.filtered(lambda value, month=coefficient.wanted_month: value.month == month)
                days.append(max(values.mapped("create_date")).date())
        return min(days, default=None)

    # --- how it is shown ---

    def _days_left(self, due):
        """In words: days left until a day, or days late."""
        days = (due - fields.Date.context_today(self)).days
        if days < 0:
            return self.env._("%(days)s days late", days=-days) if days < -1 else self.env._("1 day late")
        if days > 1:
            return self.env._("%(days)s days left", days=days)
        return self.env._("1 day left") if days else self.env._("today")

    def _tone(self, due):
        days = (due - fields.Date.context_today(self)).days
        return "danger" if days < 0 else "warning" if days <= SOON else "muted"

    def _deadlines_html(self, deadlines, seen_from=None):
        """:param seen_from: the statement that shows them, whose name need not be said"""
        if not deadlines:
            return False
        owners = dict(self.env["works.deadline.rule"]._fields["owner"]._description_selection(self.env))
        row = Markup(
            "<tr><td>%s</td><td>%s</td><td class='text-nowrap'>%s</td>"
            "<td class='text-nowrap text-%s fw-bold'>%s</td><td class='text-muted'>%s</td></tr>"
        )
        rows = [
            row
            % (
                one.rule.name if one.record in (self, seen_from) else f"{one.rule.name} – {one.record.name}",
                owners[one.rule.owner],
                format_date(self.env, one.due),
                self._tone(one.due),
                self._days_left(one.due),
                one.rule.step or "",
            )
            for one in deadlines
        ]
        return Markup("<table class='table table-sm w-auto'>%s</table>") % Markup().join(rows)


class WorksSituation(models.Model):
    _inherit = "works.situation"

    deadlines = fields.Html(
        compute="_compute_deadlines",
        compute_sudo=True,
        sanitize=False,
        help="Deadlines that this statement started: by whom, by when, and the days left.",
    )

    @api.depends_context("lang", "tz")
    def _compute_deadlines(self):
        for situation in self:
            contract = situation.contract_id
            own = [one for one in contract._open_deadlines() if one.record == situation] if contract else []
            situation.deadlines = contract._deadlines_html(own, situation)
