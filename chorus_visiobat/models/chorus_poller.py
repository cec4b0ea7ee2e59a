import logging
import time
from contextlib import contextmanager
from datetime import timedelta, timezone

import psycopg2

from odoo import api, fields, models
from odoo.fields import Domain

from ..chorus_api import ChorusError, InvoiceQuery, WorksQuery
from ..keyring import KeyringError
from .chorus_lane import CONTENTION, OBSTACLES
from .chorus_poller_apply import technical_number_of

_logger = logging.getLogger(__name__)

OVERLAP = timedelta(hours=2)
"""Changes are asked for again over this time: clocks differ, and a change may be indexed late."""

PAGE = 1000
NEWS_DELAY = 180


class ChorusAccount(models.Model):
    """The poller: the only reader of statuses. It never has an effect at Chorus Pro.

    Reports of flows and technical numbers of what they brought in (chorus_poller_flows.py), then statuses in bulk by
    date of change, up to a thousand by call, then the details of what needs them (chorus_poller_details.py).
    """

    _inherit = "chorus.account"

    invoices_polled_to = fields.Datetime("Invoices followed up to", copy=False)
    works_polled_to = fields.Datetime("Works papers followed up to", copy=False)
    poll_places = fields.Json(copy=False, help="Where the readings that a turn interrupted go on.")
    poll_trouble = fields.Text(
        "Readings that failed",
        copy=False,
        help="What Chorus Pro could not tell when it was asked last. It is asked again by itself.",
    )

    @api.model
    def _cron_poll(self):
        """Read the news of every account that has something open at Chorus Pro. Silent when none has."""
        self._accounts_to_read()._run_lane("_serve_poll", "chorus_visiobat.cron_poll", rounds=True)

    @api.model
    def _accounts_to_read(self):
        """The active accounts of which Chorus Pro may have news."""
        accounts = self.search([("state", "=", "active")])
        return accounts.filtered(lambda account: account._has_news())

    def _has_news(self):
        """Whether there may be something to read for this account."""
        # The history of a paper that is over may still wait for its turn.
        return bool(self._open_documents(limit=1) or self.env["chorus.document"].search(self._due_details(), limit=1))

    def _open_documents(self, extra=(), **options):
        """Our papers at Chorus Pro whose life, or that of their billing file, is not over.

        :param options: of the search, ``limit`` and ``order``
        """
        return self.env["chorus.document"].search([*self._own_papers(), *self._open_domain(), *extra], **options)

    def _open_domain(self):
        return [("deposit_date", "!=", False), ("stage", "not in", ("to_fix", "rejected", "paid", "closed"))]

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
        steps, places, begun = self._poll_steps(), self.sudo().poll_places or {}, fields.Datetime.now()
        first, troubles = places.get("step", 0), places.get("troubles", [])
        for rank in range(first, first + len(steps)):
            with self._apart(troubles):
                for _unit in steps[rank % len(steps)](client, troubles):
                    self.env["ir.cron"]._commit_progress(1)
                    now = time.monotonic()
                    if now > turn_end or now + self._call_seconds() > lane_end:
                        # The next turn begins with the step that follows: a long one keeps no other from its turn.
                        started = places.get("started") or fields.Datetime.to_string(begun)
                        told = list(dict.fromkeys(troubles)) or None
                        self._keep_places(step=(rank + 1) % len(steps), started=started, troubles=told)
                        return True
        self._keep_places(step=None, started=None, troubles=None, requests=None)
        self._release()
        self._tell_troubles(troubles)
        if self._pending_flows():
            self._wake("chorus_visiobat.cron_poll", NEWS_DELAY)
        return False

    def _keep_places(self, **places):
        """Keep where the readings go on; None for what is over."""
        kept = {**(self.sudo().poll_places or {}), **places}
        self.sudo().poll_places = {name: place for name, place in kept.items() if place is not None} or False

    def _asked_since(self):
        """Since when a reading that a turn interrupted does not ask for the same thing again: what Chorus Pro cannot
        tell yet would otherwise be asked for as long as another step has something to read. None at its first turn.
        """
        started = (self.sudo().poll_places or {}).get("started")
        if not started:
            return None
        return max(fields.Datetime.to_datetime(started), fields.Datetime.now() - timedelta(seconds=NEWS_DELAY))

    def _not_asked(self, name):
        """Domain of what this reading did not ask for yet.

        :param name: of the field that tells when it was last asked for
        """
        since = self._asked_since()
        return Domain(name, "=", False) | Domain(name, "<", since) if since else Domain.TRUE

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
            unexpected = self.env._(
                "An unexpected error of the program stops a reading; tell your integrator. %(error)s",
                error=f"{type(error).__name__}: {error}",
            )
            troubles.append(error.message if known else unexpected)

    def _tell_troubles(self, troubles):
        told = "\n".join(dict.fromkeys(troubles)) or False
        if self.poll_trouble != told:
            self.sudo().poll_trouble = told

    # Each step is a generator: it yields after each call whose result is written, so that the turn can stop there.
    # A step never keeps a transaction open during a call: the turn commits at each yield, the step before its first.

    def _poll_invoices(self, client, troubles):
        yield from self._poll_changes(
            troubles,
            [("framework_id.is_works", "=", False)],
            "invoices_polled_to",
            InvoiceQuery,
            client.search_invoices,
        )

    def _poll_works(self, client, troubles):
        yield from self._poll_changes(
            troubles, [("framework_id.is_works", "=", True)], "works_polled_to", WorksQuery, client.search_works
        )

    def _poll_changes(self, troubles, domain, watermark, query, search):
        """Statuses that changed since the last complete reading, whatever the number of open papers: one call for a
        thousand. A reading that the turn interrupts goes on where it stopped: rows come by number, and only new ones
        slip in between, so nothing is missed.
        """
        oldest = self._open_documents([*domain, ("technical_number", "!=", False)], order="deposit_date", limit=1)
        if not oldest:
            return
        account = self.sudo()
        if not account[watermark]:
            # Written down at once: the window must not move while it is read.
            account[watermark] = oldest.deposit_date
        place, since = (account.poll_places or {}).get(watermark), self._asked_since()
        if since and not place and account[watermark] >= since:
            return  # told whole by an earlier turn of this reading
        place = place or {"started": fields.Datetime.to_string(fields.Datetime.now()), "seen": 0}
        changed_from = (account[watermark] - OVERLAP).replace(tzinfo=timezone.utc)
        criteria = query(supplier_id=self._supplier_id(), changed_from=changed_from)
        self.env["ir.cron"]._commit_progress()
        for page in _pages(search(criteria, PAGE, skip=place["seen"])):
            if not self._take_apart(self._apply_rows, page, troubles):
                # What could not be taken is asked for again: the next reading begins where this one began.
                place = {**place, "started": fields.Datetime.to_string(account[watermark])}
            if len(page) == PAGE:  # a shorter one is the last: it would be read again from its start
                place = {**place, "seen": place["seen"] + PAGE}
                self._keep_places(**{watermark: place})
                yield
        account[watermark] = place["started"]
        self._keep_places(**{watermark: None})
        yield

    def _take_apart(self, take, rows, troubles):
        """Take rows at once. Where one of them cannot be taken, each half apart: it is found, told, and holds nobody.

        :param take: method that takes a list of rows
        :param troubles: list that receives what went wrong, for a person
        :return: whether all of them were taken
        """
        try:
            with self.env.cr.savepoint():
                take(rows)
            return True
        except (psycopg2.OperationalError, psycopg2.InterfaceError):
            raise  # Somebody else was writing, or the database is away: not the fault of a row.
        except Exception as error:
            if len(rows) == 1:
                number = technical_number_of(rows[0])
                _logger.exception("Chorus Pro: what it tells of paper %s cannot be taken", number)
                troubles.append(
                    self.env._(
                        "%(name)s (Chorus Pro: %(number)s): an unexpected error of the program keeps its news from "
                        "being recorded, they are asked for again; tell your integrator. %(error)s",
                        name=rows[0].number,
                        number=number,
                        error=f"{type(error).__name__}: {error}",
                    )
                )
                return False
        middle = len(rows) // 2
        taken = [self._take_apart(take, half, troubles) for half in (rows[:middle], rows[middle:])]
        return all(taken)

    def _apply_rows(self, rows):
        by_number = {technical_number_of(row): row for row in rows}
        known = self.env["chorus.document"].search(
            [
                ("company_id", "child_of", self.company_id.id),
                ("environment", "=", self.environment),
                ("technical_number", "in", list(by_number)),
            ]
        )
        known._take_rows({document: by_number[document.technical_number] for document in known})
        # A paper of somebody else in a file of ours: that file is read.
        others = [by_number[number] for number in by_number.keys() - set(known.mapped("technical_number"))]
        files = {str(row.billing_file_id) for row in others if getattr(row, "billing_file_id", None)}
        if files:
            self._open_documents([("billing_file_ref", "in", list(files))]).history_due = True

    def _one_by_one(self, records):
        """The records, each fetched alone: what one step read is forgotten at its commit, however many follow."""
        for record_id in records.ids:
            yield records.browse(record_id)


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
