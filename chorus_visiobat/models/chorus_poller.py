import logging
import time
from contextlib import contextmanager
from datetime import datetime, timedelta, timezone

from odoo import api, fields, models

from ..chorus_api import ChorusError, InvoiceQuery, Refused, WorksQuery
from ..keyring import KeyringError
from .chorus_lane import CONTENTION, OBSTACLES
from .chorus_poller_apply import technical_number_of

_logger = logging.getLogger(__name__)

OVERLAP = timedelta(hours=2)
"""Changes are asked for again over this time: clocks differ, and a change may be indexed late."""

PAGE = 1000
NEWS_DELAY = 180
FOLLOWED_FLOW_STATES = ("integrated", "partial")


class ChorusAccount(models.Model):
    """The poller: the only reader of statuses. It never has an effect at Chorus Pro.

    Reports of flows, then technical numbers of what they brought in, then statuses in bulk by date of change, up to a
    thousand by call; details (history, billing file) are read only for the papers that changed.
    """

    _inherit = "chorus.account"

    invoices_polled_to = fields.Datetime("Invoices followed up to", copy=False)
    works_polled_to = fields.Datetime("Works papers followed up to", copy=False)
    poll_trouble = fields.Text(
        "Readings that failed",
        copy=False,
        help="What Chorus Pro could not tell when it was asked last. It is asked again by itself.",
    )

    @api.model
    def _cron_poll(self):
        """Read the news of every account that has something open at Chorus Pro. Silent when none has."""
        accounts = self.search([("state", "=", "active")])
        busy = accounts.filtered(lambda account: account._has_news())
        busy._run_lane("_serve_poll", "chorus_visiobat.cron_poll")

    def _has_news(self):
        """Whether there may be something to read for this account."""
        return bool(self._open_documents(limit=1))

    def _open_documents(self, extra=(), limit=None):
        """Our papers at Chorus Pro whose life, or that of their billing file, is not over."""
        return self.env["chorus.document"].search(
            [
                *self._own_papers(),
                ("deposit_date", "!=", False),
                ("stage", "not in", ("to_fix", "rejected", "paid", "closed")),
                *extra,
            ],
            limit=limit,
        )

    def _own_papers(self):
        """Domain of the papers issued by this account. A branch may use its parent's account, or have its own."""
        return [
            ("company_id", "child_of", self.company_id.id),
            ("issuer_siret", "=", self.siret),
            ("environment", "=", self.environment),
            ("origin", "=", "ours"),
        ]

    def _serve_poll(self, client, turn_end, lane_end):
        """One turn of reading for this account, whose lock is held.

        :return: whether there is more to read now
        """
        troubles = []
        for step in self._poll_steps():
            with self._apart(troubles):
                for _unit in step(client, troubles):
                    self.env["ir.cron"]._commit_progress(1)
                    now = time.monotonic()
                    if now > turn_end or now + self._call_seconds() > lane_end:
                        return True
        self._release()
        self._tell_troubles(troubles)
        if self._pending_flows():
            self._wake("chorus_visiobat.cron_poll", NEWS_DELAY)
        return False

    def _poll_steps(self):
        """What is read in a turn, in order: generators ``(client, troubles)``, which yield after each call."""
        return [self._poll_flows, self._poll_numbers, self._poll_invoices, self._poll_works, self._poll_details]

    @contextmanager
    def _apart(self, troubles):
        """Keep what goes wrong with one reading from stopping the others. What stops the whole account goes up.

        :param troubles: list that receives what went wrong, for a person
        """
        try:
            yield
        except (*OBSTACLES, KeyringError, *CONTENTION):
            raise
        except Exception as error:
            self.env.cr.rollback()
            known = isinstance(error, ChorusError)
            level = logging.WARNING if known else logging.ERROR
            _logger.log(level, "Chorus Pro: a reading failed: %s", error, exc_info=not known)
            troubles.append(error.message if known else f"{type(error).__name__}: {error}")

    def _tell_troubles(self, troubles):
        told = "\n".join(dict.fromkeys(troubles)) or False
        if self.poll_trouble != told:
            self.sudo().poll_trouble = told

    # Each step is a generator: it yields after each call whose result is written, so that the turn can stop there.
    # A step never keeps a transaction open during a call: the turn commits at each yield, the step before its first.

    def _pending_flows(self):
        return self.env["chorus.transmission"].search(
            [("account_id", "=", self.id), ("verb", "=", "deposit_flow"), ("state", "=", "deposited")], order="id"
        )

    def _poll_flows(self, client, troubles):
        for transmission in self._pending_flows():
            flow_number = transmission.flow_number
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
        waiting = self._open_documents([("technical_number", "=", False), ("flow_number", "!=", False)])
        waiting = waiting.filtered(lambda document: document._current_deposit().state in FOLLOWED_FLOW_STATES)
        for (flow_number, works), documents in waiting.grouped(
            lambda document: (document.flow_number, document.framework_id.is_works)
        ).items():
            by_number = {document.number: document for document in documents}
            self.env["ir.cron"]._commit_progress()
            with self._apart(troubles):
                if works:
                    rows = client.search_works(WorksQuery(flow_number=flow_number), PAGE)
                else:
                    rows = client.search_invoices(InvoiceQuery(flow_number=flow_number), PAGE)
                for row in list(rows):
                    if document := by_number.get(row.number):
                        document._apply_row(row)
                documents._refuse_left_out()
            yield

    def _poll_invoices(self, client, troubles):
        yield from self._poll_changes(
            client, [("framework_id.is_works", "=", False)], "invoices_polled_to", InvoiceQuery, client.search_invoices
        )

    def _poll_works(self, client, troubles):
        yield from self._poll_changes(
            client, [("framework_id.is_works", "=", True)], "works_polled_to", WorksQuery, client.search_works
        )

    def _poll_changes(self, client, domain, watermark, query, search):
        """Statuses that changed since the last complete reading, whatever the number of open papers."""
        documents = self._open_documents([*domain, ("technical_number", "!=", False)])
        if not documents:
            return
        started = fields.Datetime.now()
        since = (self[watermark] or min(documents.mapped("deposit_date"))) - OVERLAP
        self.env["ir.cron"]._commit_progress()
        rows = search(query(supplier_id=self._supplier_id(), changed_from=since.replace(tzinfo=timezone.utc)), PAGE)
        for page in _pages(rows):
            self._apply_rows(page)
            yield
        self.sudo()[watermark] = started
        yield

    def _apply_rows(self, rows):
        numbers = [technical_number_of(row) for row in rows]
        known = self.env["chorus.document"].search(
            [("environment", "=", self.environment), ("technical_number", "in", numbers)]
        )
        by_number = {document.technical_number: document for document in known}
        for row in rows:
            document = by_number.get(technical_number_of(row))
            if document:
                document._apply_row(row)
            elif file_number := getattr(row, "billing_file_id", None):
                # A paper of somebody else in a file of ours: that file is read.
                self._open_documents([("billing_file_ref", "=", str(file_number))]).history_due = True

    def _poll_details(self, client, troubles):
        """History of the papers that changed; for works papers, their whole billing file."""
        # Those tried longest ago first: one that cannot be read is not always the first.
        for document in self._open_or_changed().sorted(lambda paper: paper.details_tried_at or datetime.min):
            works, number = document.framework_id.is_works, int(document.technical_number)
            document.details_tried_at = fields.Datetime.now()
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
                        document._record_history(answer)
            yield

    def _open_or_changed(self):
        changed = self.env["chorus.document"].search(
            [
                *self._own_papers(),
                ("technical_number", "!=", False),
                ("history_due", "=", True),
            ]
        )
        # What others do in a file need not show in our own searches: files still open are read again.
        stale = fields.Datetime.now() - timedelta(hours=1)
        followed = self._open_documents(
            [
                ("technical_number", "!=", False),
                ("stage", "=", "associated"),
                "|",
                ("details_tried_at", "=", False),
                ("details_tried_at", "<", stale),
            ]
        )
        return changed | followed.filtered(lambda document: not document._last_of_file().status_id.is_final)

    def _supplier_id(self):
        return int(self.structure_ref) if self.structure_ref else None


def _pages(rows):
    """The rows by groups, each written and committed before the next page is asked for."""
    group = []
    for row in rows:
        group.append(row)
        if len(group) == PAGE:
            yield group
            group = []
    if group:
        yield group
