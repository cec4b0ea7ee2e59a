from functools import partial

from odoo import fields, models

from ..chorus_api import InvoiceQuery, Refused, WorksQuery
from .chorus_poller_apply import technical_number_of

MOST_REPORTS = 20
"""Reports asked for in a reading: flows may wait for hours, and must not keep the statuses from being read."""

FOLLOWED_FLOW_STATES = ("integrated", "partial")


class ChorusTransmission(models.Model):
    _inherit = "chorus.transmission"

    report_asked_at = fields.Datetime(readonly=True, help="When the report of this flow was last asked for.")
    numbers_asked_at = fields.Datetime(readonly=True, help="When the papers of this flow were last searched for.")


class ChorusAccount(models.Model):
    """The first news of a deposit: the reports of flows, then the technical numbers of what they brought in.

    One call for each flow, whatever the number of its papers.
    """

    _inherit = "chorus.account"

    def _pending_flows(self):
        """Flows without a final report, those asked for longest ago first."""
        return self.env["chorus.transmission"].search(
            [("account_id", "=", self.id), ("verb", "=", "deposit_flow"), ("state", "=", "deposited")],
            order="report_asked_at NULLS FIRST, id",
        )

    def _flows_to_ask(self):
        pending = self._pending_flows()
        fresh = pending.filtered_domain(self._not_asked("report_asked_at"))
        return fresh[: max(MOST_REPORTS - len(pending - fresh), 0)]

    def _poll_flows(self, client, troubles):
        for transmission in self._one_by_one(self._flows_to_ask()):
            flow_number = transmission.flow_number
            transmission.report_asked_at = fields.Datetime.now()
            self.env["ir.cron"]._commit_progress()
            with self._apart(troubles):
                try:
                    transmission._apply_report(client.read_flow_report(flow_number))
                except Refused as error:
                    # Also a flow that is not visible yet: it is asked for again.
                    transmission.write(transmission._error_values(error.message, error))
            yield

    def _poll_numbers(self, client, troubles):
        """Technical numbers of the papers that flows brought in."""
        unnumbered = [("technical_number", "=", False), ("flow_number", "!=", False)]
        flows = self.env["chorus.transmission"].search(
            [
                ("account_id", "=", self.id),
                ("state", "in", FOLLOWED_FLOW_STATES),
                ("flow_number", "!=", False),
                ("document_ids", "any", [*self._open_domain(), *unnumbered]),
                *self._not_asked("numbers_asked_at"),
            ],
            order="numbers_asked_at NULLS FIRST, id",
        )
        for flow in self._one_by_one(flows):
            number = flow.flow_number
            waiting = self._open_documents([*unnumbered, ("flow_number", "=", number)])
            if not waiting:
                continue
            works = waiting[0].framework_id.is_works
            flow.numbers_asked_at = fields.Datetime.now()
            self.env["ir.cron"]._commit_progress()
            with self._apart(troubles):
                search, query = (client.search_works, WorksQuery) if works else (client.search_invoices, InvoiceQuery)
                rows = list(search(query(flow_number=number)))
                # One that is there and could not be taken was not left out.
                if self._take_apart(partial(self._apply_numbers, waiting), rows, troubles):
                    waiting._refuse_left_out()
            yield

    def _apply_numbers(self, waiting, rows):
        """Take the rows of a flow, whose technical numbers were not known yet.

        :param waiting: papers of the flow that have none
        """
        by_number = {row.number: row for row in rows}
        for document in waiting:
            if row := by_number.get(document.number):
                document.technical_number = technical_number_of(row)
        self._apply_rows(rows)
