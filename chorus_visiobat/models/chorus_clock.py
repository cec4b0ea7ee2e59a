from datetime import timedelta

from odoo import fields, models

from ..settings import server_number

FARTHEST = 86400
"""Seconds: nothing is ever put off for longer, but by the quiet period of a flow where the server sets more."""

SKEW = timedelta(hours=1)
"""Clocks of the servers of one database may differ by less."""

READINGS = ("invoices_polled_to", "works_polled_to")


class ChorusAccount(models.Model):
    """A clock that was ahead and came back leaves dates in the future, which would hold everything back until then."""

    _inherit = "chorus.account"

    def _forget_future(self):
        """Drop the dates of this account that only a wrong clock can have written. Its lock is held."""
        now = fields.Datetime.now()
        limit = now + timedelta(seconds=max(FARTHEST, 2 * server_number("FLOW_QUIET_PERIOD")))
        account = self.sudo()
        wrong = {name: False for name in READINGS if account[name] and account[name] > now + SKEW}
        if account.held_until and account.held_until > limit:
            wrong["held_until"] = False
        if wrong:
            # Without the date of the last reading, everything that is open is read again.
            account.write(wrong)
        self._forget_future_sendings(now, limit)
        ahead = [*self._own_papers(), ("details_tried_at", ">", now + SKEW)]
        self.env["chorus.document"].search(ahead).details_tried_at = False

    def _forget_future_sendings(self, now, limit):
        waiting = self.env["chorus.transmission"].search(
            [("account_id", "=", self.id), ("state", "in", ("queued", "unknown"))]
        )
        waiting.filtered(lambda sending: sending.not_before and sending.not_before > limit).not_before = False
        # Nobody knows any more when it left: the quiet period begins again.
        waiting.filtered(lambda sending: sending.started_at and sending.started_at > now + SKEW).started_at = now
