from datetime import datetime, timedelta

from odoo import api, fields, models

from .chorus_call_tally import BILLING_DAY

KEPT_DAYS = 400
"""More than a year: the same month of last year can be compared."""

TECHNICAL_TROUBLES = ("NotSent", "Unknown", "ConnectionLost", "Throttled", "AuthRefused", "Misconfigured")
"""Outcomes by which nothing was said of the paper itself."""


class ChorusCall(models.Model):
    """How many calls to PISTE and Chorus Pro were made, by account, day, operation and outcome. Figures, never a body.

    Written by ``CallTally`` alone, at the end of each run. The day is that of Paris.
    """

    _name = "chorus.call"
    _description = "Calls to Chorus Pro"
    _order = "day desc, verb, outcome"
    _log_access = False
    _rec_name = "verb"

    account_id = fields.Many2one(
        "chorus.account",
        "Technical account",
        required=True,
        readonly=True,
        ondelete="cascade",
        help="Technical account that made these calls.",
    )
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, ondelete="cascade", help="Company of the technical account."
    )
    day = fields.Date(required=True, readonly=True, help="Day of the calls, in Paris.")
    verb = fields.Char("Operation", required=True, readonly=True, help="What was asked, by its name in the program.")
    kind = fields.Selection(
        [("effect", "Sending"), ("reading", "Reading"), ("token", "PISTE token")],
        required=True,
        readonly=True,
        help="Whether it changes something at Chorus Pro, reads, or asks PISTE for the right to call.",
    )
    outcome = fields.Selection(
        [
            ("ok", "Answered"),
            ("Refused", "Refused, with a reason"),
            ("FlowNotFound", "Flow not known yet"),
            ("NotSent", "Out of reach"),
            ("Throttled", "Quota reached"),
            ("AuthRefused", "Credentials refused"),
            ("Misconfigured", "Not allowed or badly set up"),
            ("Unknown", "Answer lost"),
            ("ConnectionLost", "Connection cut"),
        ],
        required=True,
        readonly=True,
        help="What became of these calls.",
    )
    calls = fields.Integer(readonly=True, help="Number of calls.")
    retries = fields.Integer(
        "Of which repeated", readonly=True, help="Calls that repeat one refused or lost just before."
    )
    seconds = fields.Float(readonly=True, digits=(16, 1), help="Time spent waiting for the answers, in seconds.")
    bytes_sent = fields.Float(readonly=True, digits=(16, 0), help="Bytes sent, headers not counted.")
    bytes_received = fields.Float(readonly=True, digits=(16, 0), help="Bytes received, headers not counted.")

    _one_row = models.UniqueIndex("(account_id, day, verb, outcome)")
    _company_day_idx = models.Index("(company_id, day)")

    @api.autovacuum
    def _gc_calls(self):
        self.env.cr.execute("DELETE FROM chorus_call WHERE day < %s", [self._today() - timedelta(days=KEPT_DAYS)])

    @api.model
    def _today(self):
        """The current day in Paris (date)."""
        return datetime.now(BILLING_DAY).date()

    @api.model
    def _by_day(self, accounts, days=30):
        """Calls of the last days, the days without any included.

        :param accounts: chorus.account
        :return: list of dicts ``day`` (date), ``answered``, ``refused`` and ``trouble`` (calls), oldest first
        """
        first = self._today() - timedelta(days=days - 1)
        groups = self.sudo()._read_group(
            [("account_id", "in", accounts.ids), ("day", ">=", first)], ["day:day", "outcome"], ["calls:sum"]
        )
        found = {first + timedelta(days=number): {"answered": 0, "refused": 0, "trouble": 0} for number in range(days)}
        for day, outcome, calls in groups:
            if day in found:
                column = "answered" if outcome == "ok" else "trouble" if outcome in TECHNICAL_TROUBLES else "refused"
                found[day][column] += calls
        return [{"day": day, **figures} for day, figures in found.items()]
