import time
from datetime import timedelta

from odoo import api, fields, models

from ..chorus_api import Refused

FRESH_FOR = timedelta(days=7)
"""A card in use is read again after this long."""

CALLS = 40
"""Calls of a turn: the account is then left to the deposits and to the statuses, and the rest follows."""

NEXT_TURN = 60
AFTER_TROUBLE = 3600
"""Seconds after which what could not be read is asked for again."""


class ChorusStructure(models.Model):
    _inherit = "chorus.structure"

    @api.model
    def _cron_refresh_directory(self):
        """Read what was asked of the directory, then the cards in use that are a week old. Silent when none is due."""
        accounts = self.env["chorus.account"].search([("state", "=", "active")])
        self._ask_in_use()
        due = accounts.filtered(lambda account: account._has_directory_work())
        due._run_lane("_serve_directory", "chorus_visiobat.cron_directory")

    @api.model
    def _ask_in_use(self):
        """Ask about the actors of running contracts that were never looked up, or whose answer was none, long ago."""
        contracts = self.env["works.contract"].search([("state", "!=", "closed")])
        self.env["chorus.lookup"]._ask(contracts._directory_numbers())


class ChorusAccount(models.Model):
    """The directory's lane: what was typed first, then the cards in use, the oldest first; commitments, our own bank
    accounts and the types of attachments last. Deposits always go before it.

    Each step is a generator ``(client, troubles)`` that yields after each call, when nothing is left to be committed
    but what it wrote. What cannot be read keeps nothing else from being read, and is asked for again.
    """

    _inherit = "chorus.account"

    def _has_directory_work(self):
        return bool(
            self._open_lookups()
            or self._stale_structures()
            or self._stale_services()
            or self._unchecked()
            or self._bank_is_stale()
            or self._attachment_types_are_stale()
        )

    def _serve_directory(self, client, turn_end, lane_end):
        """One turn of this account, whose lock is held.

        :return: whether there is more to read now
        """
        self._ensure_structure(client)
        troubles, calls = [], 0
        for step in self._directory_steps():
            with self._apart(troubles):
                for _call in step(client, troubles):
                    self.env["ir.cron"]._commit_progress(1)
                    calls, now = calls + 1, time.monotonic()
                    if calls >= CALLS or self._next_due():
                        self._wake("chorus_visiobat.cron_directory", NEXT_TURN)
                        return False
                    if now > turn_end or now + self._call_seconds() > lane_end:
                        return True
        if troubles:
            self._wake("chorus_visiobat.cron_directory", AFTER_TROUBLE)
        self._release()
        return False

    def _directory_steps(self):
        return [
            self._answer_lookups,
            self._refresh_structures,
            self._refresh_services,
            self._check_commitments,
            self._read_bank_accounts,
            self._read_attachment_types,
        ]

    def _open_lookups(self):
        return self.env["chorus.lookup"].search([("state", "=", "waiting"), ("environment", "=", self.environment)])

    def _answer_lookups(self, client, troubles):
        for lookup in self._open_lookups():
            Structure = self.env["chorus.structure"]
            siret, kind = lookup.siret, lookup.identifier_type
            self.env["ir.cron"]._commit_progress()
            with self._apart(troubles):
                try:
                    structure = yield from Structure._reading(client, self.environment, siret, kind)
                except Refused as error:
                    lookup._fail(error.message)
                else:
                    lookup._answer(structure)
            yield

    def _stale_structures(self):
        """Cards a week old that a contract not closed or a paper not ended names, the oldest first."""
        contracts = self.env["works.contract"].search([("state", "!=", "closed")])
        papers = self.env["chorus.document"]._read_group(
            [("environment", "=", self.environment), ("stage", "not in", ("rejected", "paid", "closed"))],
            ["recipient_siret"],
        )
        numbers = {number for _kind, number in contracts._directory_numbers()} | {siret for [siret] in papers}
        domain = [("environment", "=", self.environment), ("siret", "in", list(numbers)), *_older("last_check_date")]
        return self.env["chorus.structure"].search(domain, order="last_check_date, id")

    def _refresh_structures(self, client, troubles):
        for structure in self._stale_structures():
            siret, kind = structure.siret, structure.identifier_type
            self.env["ir.cron"]._commit_progress()
            with self._apart(troubles):
                try:
                    yield from structure._reading(client, self.environment, siret, kind)
                except Refused:
                    structure.last_check_date = fields.Datetime.now()
            yield

    def _stale_services(self):
        """Services in use whose own requirements were never read, or a week ago."""
        domain = [("environment", "=", self.environment), ("structure_ref", "!=", False)]
        cards = self.env["chorus.structure"].search(domain)
        return cards._services_in_use().filtered_domain(_older("rules_date"))

    def _refresh_services(self, client, troubles):
        for service in self._stale_services():
            self.env["ir.cron"]._commit_progress()
            with self._apart(troubles):
                yield from service._reading(client)


def _older(name):
    """Domain of what was read too long ago, or never."""
    return ["|", (name, "=", False), (name, "<", fields.Datetime.now() - FRESH_FOR)]
