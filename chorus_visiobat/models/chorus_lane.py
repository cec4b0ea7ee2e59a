import logging
import random
import time
from collections import deque
from contextlib import contextmanager, suppress
from datetime import timedelta
from functools import partial

import psycopg2.errors

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import config, format_datetime

from odoo.addons.base.models.ir_cron import MIN_TIME_PER_JOB

from ..chorus_api import AuthRefused, ChorusError, Misconfigured, NotSent, Throttled
from ..keyring import KeyringError
from ..settings import server_number

_logger = logging.getLogger(__name__)

LOCK_NAMESPACE = 0x43484F52  # "CHOR", first key of the advisory locks of this addon
LANE_SECONDS = 90.0
"""Length of a run, below the 120 s after which Odoo stops a cron (limit_time_real_cron)."""

TURN_SECONDS = 10.0
"""Length of a turn where accounts are served round after round: some ten calls."""

CONTENTION = (psycopg2.errors.SerializationFailure, psycopg2.errors.DeadlockDetected, psycopg2.errors.LockNotAvailable)
OBSTACLES = (NotSent, Throttled, AuthRefused, Misconfigured)
"""What stands in the way of the whole account, nothing having been sent."""

WRITE_ATTEMPTS = 5

MEETING_DELAY = 60
"""Seconds after which a lane that met another one on an account comes back to it."""

FIRST_BACKOFF = 60
LONGEST_BACKOFF = 3600


class ChorusAccount(models.Model):
    """How the crons serve technical accounts: each in turn, alone, within a deadline, and what holds one back.

    A cron record never runs twice at once; two servers, or the deposit and poll lanes, may still meet on one account.
    An advisory lock of the session, on the cursor of the cron itself, keeps them apart: it survives commits and dies
    with the process, so whoever holds it knows that a ``sending`` transmission of the account has lost its worker.
    """

    _inherit = "chorus.account"

    held_until = fields.Datetime(
        "Held until", copy=False, help="No call to Chorus Pro before then: quota reached, or server out of reach."
    )
    held_reason = fields.Text("Held because", copy=False, help="What prevents the sendings from leaving for now.")
    held_count = fields.Integer(copy=False)

    def _run_lane(self, serve, cron_xmlid, rounds=False, newcomers=None):
        """Serve each account in turn, in an order drawn by lot, sharing the time of the run equally: when the time is
        too short for all, none is always the last. Other cron records of the same lane are woken, so that several
        accounts are served at once.

        :param serve: name of the method ``(client, turn_end, lane_end) -> bool`` that works for one account with a
            client, and tells whether it left work that is due
        :param cron_xmlid: cron of this lane, run again soon when another one was at work on an account
        :param rounds: whether turns are short and come again as long as there is time, for work that goes on where it
            stopped: whoever has thousands of papers delays nobody by more than a turn. Two such lanes that have
            nothing but the same account to serve, its deposits and its readings, alternate
        :param newcomers: name of the method that gives the accounts to serve: who has work since the run began joins it
        :return: number of accounts left with work that is due
        """
        leads = self._share_lane(cron_xmlid)
        lane_end, served = self._lane_end(), 0
        waiting = deque(self.browse(random.sample(self.ids, len(self))))
        while waiting:
            left = lane_end - time.monotonic()
            if left <= (self._call_seconds() if served >= len(self) else 0):
                break
            account = waiting.popleft()
            patience = TURN_SECONDS + self._call_seconds() if rounds and leads and not waiting else 0
            with account._exclusive(min(patience, left - self._call_seconds())) as mine:
                served, more = served + 1, False
                if mine:
                    share = (lane_end - time.monotonic()) / (len(waiting) + 1)
                    length = min(share, TURN_SECONDS) if rounds else share
                    more = account._serve(serve, time.monotonic() + length, lane_end)
                else:
                    self._wake(cron_xmlid, MEETING_DELAY)
            if more:
                if newcomers:
                    waiting.extend(getattr(self, newcomers)() - account.concat(*waiting))
                waiting.append(account)
            elif account._is_held():
                self._wake(cron_xmlid, (account.held_until - fields.Datetime.now()).total_seconds())
        self.env["ir.cron"]._commit_progress(remaining=len(waiting))
        return len(waiting)

    def _share_lane(self, cron_xmlid):
        """Wake the other cron records of a lane, as many as there are accounts for them; the first record alone does
        it, and each finds by the locks which accounts are free.

        :return: whether this run leads its lane: the first record, or a job
        """
        lane, cron_id = self.env.ref(cron_xmlid).sudo(), self.env.context.get("cron_id")
        same = [("code", "=", lane.code), ("model_id", "=", lane.model_id.id), ("id", "!=", lane.id)]
        others = lane.search(same, order="id")
        if cron_id == lane.id:
            for other in others[: max(len(self) - 1, 0)]:
                other._trigger()
        return cron_id not in others.ids

    def _serve(self, serve, turn_end, lane_end):
        """One turn of one account. Whatever goes wrong holds this account back, never the others."""
        try:
            account = self._usable_now()
            self.env["ir.cron"]._commit_progress()
            if not account:
                return False
            with account._client(timeout=account._call_seconds()) as client:
                unfinished = getattr(account, serve)(client, turn_end, lane_end)
                self.env["ir.cron"]._commit_progress()
                return unfinished
        except CONTENTION:
            self.env.cr.rollback()
            _logger.info("Chorus Pro account %s: somebody else was writing, its turn comes again", self.id)
            return True
        except (ChorusError, KeyringError, UserError) as error:
            self.env.cr.rollback()
            self._committed(partial(self._hold, error))
        except Exception:
            self.env.cr.rollback()
            _logger.exception("Chorus Pro: the turn of account %s stopped", self.id)
        return False

    def _committed(self, write):
        """Run the write and commit it, again when somebody else wrote the same rows meanwhile: what Chorus Pro
        answered is never thrown away for that."""
        for attempt in range(1, WRITE_ATTEMPTS + 1):
            try:
                write()
                self.env["ir.cron"]._commit_progress()
                return
            except CONTENTION:
                self.env.cr.rollback()
                if attempt == WRITE_ATTEMPTS:
                    raise
                time.sleep(0.1 * attempt)

    def _usable_now(self):
        """This account in the language of its users, or an empty recordset when nothing may leave by it now."""
        self._forget_future()
        account = self.with_context(lang=self._users_lang())._guard_identity()
        if not account or account._is_held() or account._check_usable():
            return self.browse()
        return account

    def _users_lang(self):
        """What a cron writes is read by French users, whatever the language of the technical user that runs it."""
        installed = dict(self.env["res.lang"].get_installed())
        return "fr_FR" if "fr_FR" in installed else self.company_id.partner_id.lang or self.env.lang

    @contextmanager
    def _exclusive(self, patience=0):
        """Whether this account is ours alone, among every worker and server, until the end of the block.

        :param patience: seconds to wait for whoever holds it; he cannot have it again before those who wait
        """
        cr = self.env.cr
        cr.execute("SELECT pg_try_advisory_lock(%s, %s)", [LOCK_NAMESPACE, self.id])
        mine = cr.fetchone()[0] or (patience > 0 and self._wait_for_lock(patience))
        try:
            # A fresh snapshot: what the former holder of the lock wrote must be visible.
            self.env["ir.cron"]._commit_progress()
            yield mine
        finally:
            if mine:
                cr.rollback()
                cr.execute("SELECT pg_advisory_unlock(%s, %s)", [LOCK_NAMESPACE, self.id])

    def _wait_for_lock(self, seconds):
        cr = self.env.cr
        self.env["ir.cron"]._commit_progress()  # nothing of ours is kept from others meanwhile
        try:
            cr.execute("SELECT set_config('lock_timeout', %s, true)", [f"{int(seconds * 1000)}ms"])
            cr.execute("SELECT pg_advisory_lock(%s, %s)", [LOCK_NAMESPACE, self.id], log_exceptions=False)
        except psycopg2.errors.LockNotAvailable:
            cr.rollback()
            return False
        with suppress(Misconfigured):  # a bad setting is told when the account is served
            self._pacer().follow()  # whoever had the lock may have called a moment ago
        return True

    def _lane_end(self):
        """When this run must be over (``time.monotonic``), counted from the start of the cron job: Odoo calls a cron
        that has work left again within the same job."""
        now = time.monotonic()
        started = self.env.context.get("cron_end_time", now + MIN_TIME_PER_JOB) - MIN_TIME_PER_JOB
        return started + self._lane_seconds()

    def _lane_seconds(self):
        """Seconds of a run, well under the time after which this server stops a cron."""
        limit = config["limit_time_real_cron"]
        if limit is None or limit < 0:
            limit = config["limit_time_real"]
        return min(LANE_SECONDS, 0.75 * limit) if limit else LANE_SECONDS

    def _call_seconds(self):
        """Seconds that one call may take in a run."""
        return min(server_number("TIMEOUT"), self._lane_seconds() / 2)

    def _is_held(self):
        """Whether an obstacle holds this account back now; the lanes come back by themselves once it is over."""
        return bool(self.held_until) and self.held_until > fields.Datetime.now()

    def _hold_sentence(self):
        """What holds this account back now, in French with its cure; empty when nothing does."""
        self.ensure_one()
        if problems := self._check_usable():
            return "\n".join(problems)
        if not self._is_held():
            return ""
        again = format_datetime(self.env, self.held_until, dt_format="short")
        return self.env._("%(reason)s\nTried again by itself on %(date)s.", reason=self.held_reason, date=again)

    def _hold(self, error):
        """Hold this account back after an obstacle that concerns it as a whole, nothing having been sent."""
        account = self.sudo().with_context(lang=self._users_lang())
        message = str(error)
        count = account.held_count + 1
        wait = min(FIRST_BACKOFF * 2 ** (count - 1), LONGEST_BACKOFF)
        if isinstance(error, Throttled):
            wait = error.after
        elif isinstance(error, AuthRefused):
            wait = FIRST_BACKOFF
            account._record_auth_refusal(error.scope)
        elif isinstance(error, Misconfigured) and error.label:
            message = f"{message} ({error.label})"
        account.write(
            {
                "held_until": fields.Datetime.now() + timedelta(seconds=wait),
                "held_reason": message,
                "held_count": count,
            }
        )
        _logger.info("Chorus Pro account %s held for %d s: %s", account.id, wait, type(error).__name__)

    def _release(self):
        """An answer came: nothing holds this account any more."""
        account = self.sudo()
        account._record_auth_success()
        if account.held_count:
            account.write({"held_until": False, "held_reason": False, "held_count": 0})

    def _wake(self, xmlid, seconds=0):
        """Have a cron run soon, or in some seconds (its clock counts in minutes)."""
        at = fields.Datetime.now() + timedelta(seconds=seconds) if seconds else None
        self.env.ref(xmlid).sudo()._trigger(at)
