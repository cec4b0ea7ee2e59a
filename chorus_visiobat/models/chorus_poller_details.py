import logging

from odoo import fields, models
from odoo.fields import Domain

from ..chorus_api import Refused
from .chorus_document_life import SAME_MOMENT, utc

_logger = logging.getLogger(__name__)

ROUTINE_DETAILS = 10
"""Details read in a reading although nothing presses: histories of invoices that go their way, billing files read again
in case others did something there. So many calls whatever the number of open papers."""

STALE_FILE = {"hours": 1}


class ChorusAccount(models.Model):
    """Details: the history of an invoice, the whole billing file of a works paper. One call each, hence rare.

    What presses is read in the same turn: failures, statuses never seen, works papers that moved, and whatever a user
    asks for. The rest waits for its place among a few readings by turn, those at their end first: the search already
    told the status and its date, which are kept (``_record_rows``).
    """

    _inherit = "chorus.account"

    def _poll_details(self, client, troubles):
        pressing = self._pressing_details()
        for document in self._one_by_one(pressing):
            yield from self._read_details(client, document, troubles)
        for document in self._one_by_one(self._routine_details(pressing)):
            yield from self._read_details(client, document, troubles)

    def _read_details(self, client, document, troubles):
        works, number = document.framework_id.is_works, int(document.technical_number)
        document.write({"details_tried_at": fields.Datetime.now(), "history_asked": False})
        self.env["ir.cron"]._commit_progress()
        with self._apart(troubles):
            try:
                answer = client.read_billing_file(number) if works else client.read_history(number)
            except Refused as error:
                _logger.warning("Chorus Pro: the details of paper %s cannot be read: %s", document.id, error)
                document.history_due = False
            else:
                if works:
                    document._apply_billing_file(answer)
                else:
                    document._take_history(answer)
            document._doubt_silent_act()
        yield

    def _due_details(self):
        return Domain([*self._own_papers(), ("technical_number", "!=", False), ("history_due", "=", True)])

    def _pressing_details(self):
        """Those tried longest ago first: one that cannot be read is not always the first."""
        due = self._due_details()
        telling = Domain("status_id", "=", False) | Domain("status_id.is_failure", "=", True)
        telling |= Domain("framework_id.is_works", "=", True)
        pressing = due & (telling & self._not_asked("details_tried_at") | Domain("history_asked", "=", True))
        return self.env["chorus.document"].search(pressing, order="details_tried_at NULLS FIRST, id")

    def _routine_details(self, pressing):
        """So many histories, and as many billing files: neither kind keeps the other from its turn."""
        documents = self.env["chorus.document"]
        options = {"order": "details_tried_at NULLS FIRST, id", "limit": ROUTINE_DETAILS}
        # Neither those read, or tried, just before.
        others = Domain("id", "not in", pressing.ids) & self._not_asked("details_tried_at")
        due, ended = self._due_details() & others, Domain("status_id.is_final", "=", True)
        histories = documents.search(due & ended, **options) | documents.search(due & ~ended, **options)
        # What others do in a file may not show in our own searches: files still open are read again.
        stale = fields.Datetime.subtract(fields.Datetime.now(), **STALE_FILE)
        files = self._open_documents(
            [
                *others,
                ("technical_number", "!=", False),
                ("stage", "=", "associated"),
                ("file_stage", "not in", ("paid", "closed", "rejected", "refused")),
                "|",
                ("details_tried_at", "=", False),
                ("details_tried_at", "<", stale),
            ],
            **options,
        )
        return files[: self._routine_room(is_works=True)] | histories[: self._routine_room(is_works=False)]

    def _routine_room(self, is_works):
        """How many details of a kind this reading may still ask for although nothing presses."""
        since = self._asked_since()
        if not since:
            return ROUTINE_DETAILS
        read = [*self._own_papers(), ("framework_id.is_works", "=", is_works), ("details_tried_at", ">=", since)]
        return max(ROUTINE_DETAILS - self.env["chorus.document"].search_count(read), 0)


class ChorusDocument(models.Model):
    _inherit = "chorus.document"

    history_asked = fields.Boolean(copy=False, help="A user asked for the history at Chorus Pro.")

    def _take_history(self, events):
        """Take the history of an invoice, with its newest status where no search told it yet.

        :param events: chorus_api StatusEvent, newest first
        """
        self.ensure_one()
        last = next((event for event in events if event.code and event.date), None)
        if last and last.code != self.status_code and self._is_news(utc(last.date)):
            self._apply_status(last.code, last.date, last.comment)
        self._record_history(events)

    def _is_news(self, date):
        """Whether a history is not behind what a search told; it gives minutes where the search gives seconds."""
        return not self.status_date or date > self.status_date - SAME_MOMENT

    def _record_rows(self, rows):
        """Keep the statuses that a search told of ordinary invoices, with their date, without asking for histories.
        Failures are left to the history, which tells their author and comes in the same turn.

        :param rows: dict of chorus_api InvoiceSummary by paper
        """
        events, told = [], {}
        for document, row in rows.items():
            status = document.status_id
            if not document.history_due or not status or status.is_failure or not row.status_date:
                continue
            date = utc(row.status_date).replace(second=0)  # as a history tells it
            if (status.code, date) in {(event.code, event.date) for event in document.event_ids}:
                continue
            events.append({"document_id": document.id, "code": status.code, "status_id": status.id, "date": date})
            told[document.id] = status.name
        self.env["chorus.event"].sudo().create(events)
        self.browse(told).sudo()._message_log_batch(told)
