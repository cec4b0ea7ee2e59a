import logging
import time
from datetime import timedelta
from functools import partial

import psycopg2

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ..chorus_api import (
    ChorusError,
    FlowReceipt,
    Misconfigured,
    NotSent,
    Refused,
    Unknown,
)
from ..keyring import KeyringError
from .chorus_act import ACTS, DEPOSITS
from .chorus_lane import CONTENTION, OBSTACLES

_logger = logging.getLogger(__name__)

SYNTAX_DELAY = 3600
"""Seconds before the flow syntaxes are asked for again when none suits, or when they could not be read."""


class ChorusAccount(models.Model):
    """The outbox: the only way to the network for whatever has an effect at Chorus Pro.

    For each transmission: claim and commit; call, with no transaction open; record the answer and commit. Only a
    proven non-delivery goes back to the queue, everything else is ``unknown`` and is settled by asking Chorus Pro
    (chorus_reconcile.py). Exactly once is at most once, plus that question.
    """

    _inherit = "chorus.account"

    @api.model
    def _cron_deposit(self):
        """Send what waits and settle what was lost, for every account. Silent when there is nothing to do."""
        self._accounts_to_serve()._run_lane(
            "_serve_outbox", "chorus_visiobat.cron_deposit", rounds=True, newcomers="_accounts_to_serve"
        )

    @api.model
    def _accounts_to_serve(self):
        """The active accounts that have something to send, to settle or to tell."""
        open_ones = [("state", "in", ("queued", "sending", "unknown"))]
        groups = self.env["chorus.transmission"]._read_group(open_ones, ["account_id"])
        accounts = self._untold().account_id.union(*(account for (account,) in groups))
        return accounts.filtered(lambda account: account.state == "active")

    @api.model
    def _untold(self):
        """Deposits and acts whose answer is kept but was not told to their papers: the process died in between."""
        found = self.env["chorus.transmission"].search(
            [
                ("state", "in", ("deposited", "rejected", "needs_attention")),
                ("verb", "in", DEPOSITS),
                ("document_ids.stage", "in", ("queued", "sending", "unknown")),
            ]
        )
        deposits = found.filtered(lambda transmission: transmission._papers_to_tell().filtered(_waits))
        acts = [("verb", "in", tuple(ACTS)), ("state", "in", ("deposited", "rejected")), ("told_at", "=", False)]
        return deposits | deposits.search(acts)

    def _serve_outbox(self, client, turn_end, lane_end):
        """Send and settle for this account, whose lock is held.

        :return: whether work that is due remains
        """
        self._orphans_become_unknown()
        self._ensure_structure(client)
        for transmission in self._untold().filtered(lambda transmission: transmission.account_id == self):
            self._tell(transmission)
        first = True
        while transmission := self._next_due():
            now = time.monotonic()
            if now + self._call_seconds() > lane_end or (now > turn_end and not first):
                return True
            first = False
            may_go_on = self._step(client, transmission)
            self.env["ir.cron"]._commit_progress(1)
            if not may_go_on:
                return False
        return False

    def _step(self, client, transmission):
        """Send or settle one transmission. An unexpected failure goes to a person, so that the others still leave;
        never once it is ``sending``, when only Chorus Pro can tell.

        :return: whether this account may go on
        """
        try:
            return (self._settle if transmission.state == "unknown" else self._send)(client, transmission)
        except (*OBSTACLES, KeyringError, psycopg2.OperationalError):
            raise  # Not the fault of this transmission: `_serve` knows what to do.
        except Exception as error:
            self.env.cr.rollback()
            if transmission.state not in ("queued", "unknown"):
                raise
            _logger.exception("Chorus Pro: transmission %s cannot go on by itself", transmission.id)
            (transmission.parent_id or transmission)._ask_person(
                self.env._(
                    "An unexpected error of the program stops this sending; tell your integrator. %(error)s",
                    error=f"{type(error).__name__}: {error}",
                )
            )
            self._tell(transmission)
            return True

    def _orphans_become_unknown(self):
        """We hold the lock of the account: whoever was sending is dead, and nobody knows how far he went."""
        orphans = self.env["chorus.transmission"].search([("account_id", "=", self.id), ("state", "=", "sending")])
        for transmission in orphans:
            stopped = self.env._("The server stopped while this was being sent.")
            transmission._log_attempt(stopped)
            transmission._lose(stopped)
        orphans.document_ids._sync_stage()
        self.env["ir.cron"]._commit_progress(len(orphans))

    def _ensure_structure(self, client):
        """Know under which number Chorus Pro keeps our own structure; every deposit and search names it.

        :raise Misconfigured: the technical account is not attached to the structure of this SIRET
        """
        if self.structure_ref:
            return
        self.env["ir.cron"]._commit_progress()
        for structure in client.list_supplier_structures():
            if structure.siret == self.siret:
                self.sudo().structure_ref = str(structure.structure_id)
                # Committed: what goes wrong with a transmission later must not take it back.
                self.env["ir.cron"]._commit_progress()
                return
        raise Misconfigured(
            f"Le compte technique n'est rattaché à aucune structure de SIRET {self.siret} dans Chorus Pro. "
            "Vérifiez le SIRET dans « Abonnement ChorusPRO », ou rattachez le compte à cette structure sur le portail.",
            reason="settings",
        )

    def _next_due(self):
        """The oldest transmission to send or to settle now. A submission waits for the files it names, and the files of
        a submission that waits for a person wait with it."""
        due = Domain("not_before", "=", False) | Domain("not_before", "<=", fields.Datetime.now())
        ready = Domain("state", "=", "unknown") | Domain("upload_ids", "not any", [("state", "!=", "deposited")])
        wanted = Domain("parent_id", "=", False) | Domain("parent_id.state", "=", "queued")
        open_ones = Domain("account_id", "=", self.id) & Domain("state", "in", ("queued", "unknown"))
        domain = open_ones & due & ready & wanted
        return self.env["chorus.transmission"].search(domain, order="id", limit=1)

    def _send(self, client, transmission):
        """Claim, call, record.

        :return: whether this account may go on
        """
        if transmission.verb == "deposit_flow" and not transmission.syntax and not self._announce(client, transmission):
            return True
        try:
            if transmission.verb == "deposit_flow":
                transmission._load()
            request = transmission._request()
            if not transmission._claim():
                return True
            transmission.document_ids._sync_stage()
            self.env["ir.cron"]._commit_progress()
        except CONTENTION:
            self.env.cr.rollback()
            return True
        except OBSTACLES:
            raise  # A setting of the server: `_serve` holds the account.
        except (UserError, ChorusError) as error:
            # The paper cannot even be written down: it is said, and the others go on.
            self.env.cr.rollback()
            transmission._refuse(str(error))
            self._tell(transmission)
            return True
        except OSError as error:
            # Without the proof of what leaves, nothing leaves.
            raise NotSent(self._no_room(error)) from error
        before = client.last_call
        answer = self._call(client, transmission.verb, request)
        # Without a token no call is made: that of an earlier transmission must not pass for the proof of this one.
        correlation = client.last_call.correlation_id if client.last_call is not before else None
        self._committed(partial(self._take, transmission, answer, correlation))
        self._tell(transmission)
        return not isinstance(answer, OBSTACLES)

    def _announce(self, client, transmission):
        """Choose the syntax under which a flow is announced. Without one it waits, and the others go on.

        :return: whether it was found
        """
        try:
            works, file_format = transmission.document_ids[:1]._flow_kind()
            transmission.syntax = self._flow_syntax(client, is_works=works, file_format=file_format)
        except OBSTACLES:
            raise
        except (UserError, ChorusError) as error:
            again = fields.Datetime.now() + timedelta(seconds=SYNTAX_DELAY)
            transmission.write({"not_before": again, "error_message": str(error)})
            self._wake("chorus_visiobat.cron_deposit", SYNTAX_DELAY)
            return False
        return True

    def _call(self, client, verb, request):
        """The answer of Chorus Pro, or the error it makes; never raises. No query is made here."""
        try:
            return getattr(client, verb)(request)
        except ChorusError as error:
            return error
        except Exception as error:
            _logger.exception("Chorus Pro: unexpected failure of %s", verb)
            return Unknown(f"{type(error).__name__}")

    def _take(self, transmission, answer, correlation):
        transmission.correlation_id = correlation
        transmission._log_attempt(answer if isinstance(answer, ChorusError) else None, correlation)
        if isinstance(answer, OBSTACLES):
            transmission._back_to_queue(answer)
            self._hold(answer)
            return
        if isinstance(answer, Refused):
            self._release()
            if transmission._may_have_been_done(answer):
                transmission._doubt_duplicate(answer)
            else:
                transmission._refuse(answer.message, answer)
        elif isinstance(answer, ChorusError):
            transmission._lose(answer.message, answer)
            self._wake("chorus_visiobat.cron_deposit", transmission._seconds_before_check())
        else:
            self._release()
            transmission._deposit(_identity(answer), _state(answer))

    def _tell(self, transmission):
        """Tell the papers what became of their transmission, and commit. Told again later if this fails."""
        try:
            transmission._tell_documents()
            self.env["ir.cron"]._commit_progress()
        except CONTENTION:
            self.env.cr.rollback()
        except Exception:
            self.env.cr.rollback()
            _logger.exception("Chorus Pro: the papers of transmission %s could not be told its answer", transmission.id)


def _waits(document):
    return document.stage in ("queued", "sending", "unknown")


def _identity(answer):
    """What proves the effect, as text: number of the flow, technical number of the paper, id of the file; None for the
    acts whose answer has no identifier."""
    if isinstance(answer, FlowReceipt):
        return answer.flow_number
    number = getattr(answer, "works_id", None) or getattr(answer, "invoice_id", answer)
    return None if number is None else str(number)


def _state(answer):
    return getattr(answer, "status", None)

