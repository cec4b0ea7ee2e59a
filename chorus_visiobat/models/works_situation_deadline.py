from zoneinfo import ZoneInfo

from odoo import fields, models

from .account_move import CORRECTABLE_STAGES
from .chorus_document_life import IN_FLIGHT
from .works_situation_piece import ENDING_STATEMENTS, GENERAL_STATEMENTS, REFUSED_STAGES

RECEIVED_STAGES = ("with_validator", "with_moe", "with_moa", "with_payer")
NOT_RECEIVED = (*CORRECTABLE_STAGES, *IN_FLIGHT, *REFUSED_STAGES)
CONTESTED = ("answering", "needs_attention", *REFUSED_STAGES)
"""Stages of a general statement that we refuse: its author is to make another one."""
PARIS = ZoneInfo("Europe/Paris")


def day_in_france(moment):
    """The day of a moment (naive, UTC); None for none."""
    return moment.replace(tzinfo=ZoneInfo("UTC")).astimezone(PARIS).date() if moment else None


class ChorusDocument(models.Model):
    _inherit = "chorus.document"

    def _received_on(self):
        """Day on which the first actor received this paper, by the time stamp of Chorus Pro: deadlines count from it
        (CCAG-Travaux 12.1; works-billing.md §0.9).

        :return: date in France; None before the deposit
        """
        moments = [event.date for event in self.event_ids if event.status_id.stage in RECEIVED_STAGES]
        return day_in_france(min(moments, default=None) or self.deposit_date)

    def _contested_on(self):
        """Day on which we refused this paper, in France; today while our refusal is leaving."""
        refused = self.stage in REFUSED_STAGES and self.status_date
        return day_in_france(refused or fields.Datetime.now())

    def write(self, vals):
        if "stage" in vals and any(document.contract_id and document.stage != vals["stage"] for document in self):
            # In a transaction of its own: whoever writes the contract meanwhile must not stop the poller.
            self.env.ref("chorus_visiobat.cron_deadlines").sudo()._trigger()
        return super().write(vals)


class WorksSituation(models.Model):
    """The deadlines that a statement starts once Chorus Pro has it."""

    _inherit = "works.situation"

    def _deadline_starts(self):
        """Yield ``(code of the rule, record, date from which it counts)`` of what is still open for this statement."""
        self.ensure_one()
        paper = self._current_paper()
        if paper.stage == "with_validator":
            yield "subcontractor", self, paper._received_on()
        if self.kind == "monthly" and paper.framework_id.requires_moe and paper.stage in ("deposited", "with_moe"):
            yield "moe", self, paper._received_on()
        if self._is_waiting_for_payment() and paper.file_stage != "paid":
            yield "payment", self, self._payment_start()

    def _filed_on(self):
        """Day on which Chorus Pro received the paper of this statement; None before, and once it was refused."""
        self.ensure_one()
        paper = self._current_paper()
        return None if paper.stage in NOT_RECEIVED else paper._received_on()

    def _payment_start(self):
        """Day from which the payment delay counts: reception by the first actor; for the balance, reception of the
        signed or tacit general statement (CCAG-Travaux 12.4, to be checked).
        """
        if self.kind != "final":
            return self._filed_on()
        papers = self.contract_id.situation_ids.filtered(
            lambda one: one.state == "filed" and one.framework_id.code in ("A8", "A23")
        )
        ended = self.contract_id._ending_statement_received()._received_on()
        return min(filter(None, [ended, *(one._filed_on() for one in papers)]), default=None)

    def _is_waiting_for_payment(self):
        """Whether the client still owes what he is to pay now: the retention and direct payments wait apart."""
        # One by one: a union would read the lines of each statement of the contract apart.
        return any(
            line.display_type == "payment_term" and not line.works_part and line.amount_residual > 0
            for move in (self.move_id, *self._corrections())
            for line in move.line_ids
            if line.parent_state == "posted"
        )

    def _too_early_message(self, code, start):
        """Why the silence of the client is not told yet; False once he has let the deadline pass."""
        rule = self.env["works.deadline.rule"]._by_code().get(code)
        due = rule and start and rule._due(start, self.contract_id)
        if not due or fields.Date.context_today(self) > due:
            return False
        return self.env._(
            "Tacit procedure: the client has until %(date)s (%(rule)s). If your contract says otherwise, correct the "
            "deadline in Configuration › Deadlines.",
            date=due.strftime("%d/%m/%Y"),
            rule=rule.name,
        )


class WorksContract(models.Model):
    _inherit = "works.contract"

    def _general_statement_received(self):
        """The general statement to sign that the client or the project manager deposited; empty when there is none."""
        return self._received_of_closing(GENERAL_STATEMENTS)

    def _general_to_sign(self):
        """The general statement that waits for our signature; one that we refused waits no more, one that the client
        then notifies on paper does.

        :return: tuple (``chorus.document``, empty where it is on paper; day of its notification, or None)
        """
        received = self._general_statement_received()
        if received.stage in CONTESTED:
            again = self.date_general and self.date_general > received._contested_on()
            return received.browse(), self.date_general if again else None
        return received, self.date_general or received._received_on()

    def _general_contested(self):
        """The general statement that we refused and that nobody made again; empty otherwise."""
        received = self._general_statement_received()
        return received.filtered(lambda paper: paper.stage in CONTESTED and not self._general_to_sign()[1])

    def _ending_statement_received(self):
        """The paper by which the project manager ended the tacit procedure himself; empty when there is none."""
        return self._received_of_closing(ENDING_STATEMENTS)

    def _received_of_closing(self, codes):
        self.ensure_one()
        papers = self.env["chorus.document"].sudo()
        for situation in self.sudo().situation_ids.sorted("number"):
            if situation.kind in ("final", "tacit") and situation.state in ("invoiced", "filed"):
                papers |= situation._current_paper()._file_to_the_end()
        return papers.filtered(lambda paper: paper.framework_id.code in codes and paper.origin == "received")[-1:]
