from math import ceil

from odoo import fields, models

from ..settings import server_number

DELAYS_KEPT = 200
FACTOR = 3
SHARE = 0.99
LONGEST_QUIET = 3 * 86400.0
"""Seconds: one sending in the worst week of Chorus Pro does not hold back every lost one for ever."""

FLOORS = {"flow": "FLOW_QUIET_PERIOD", "works": "QUIET_PERIOD"}


class ChorusAccount(models.Model):
    """The quiet period, as measured: how long after a sending Chorus Pro may still be silent about it.

    Each flow integrated tells how long it took, in Chorus Pro's own words; each lost works paper that was found tells
    after how long it showed. Three times what 99 % of the last 200 took is waited for, never less than the setting of
    the server, never more than three days.
    """

    _inherit = "chorus.account"

    integration_delays = fields.Json(copy=False)

    def _measure(self, kind, seconds):
        """Keep one delay between a deposit and the moment Chorus Pro shows it.

        :param kind: a key of ``FLOORS``
        :param seconds: float; a negative one (two clocks) tells nothing
        """
        self.ensure_one()
        if seconds < 0:
            return
        delays = dict(self.sudo().integration_delays or {})
        delays[kind] = [*delays.get(kind, []), round(seconds, 1)][-DELAYS_KEPT:]
        self.sudo().integration_delays = delays

    def _quiet_seconds(self, kind):
        """Seconds before a lost sending that Chorus Pro does not know may leave again."""
        self.ensure_one()
        floor = server_number(FLOORS[kind])
        measured = sorted((self.sudo().integration_delays or {}).get(kind, []))
        if not measured:
            return floor
        slowest = measured[ceil(SHARE * len(measured)) - 1]
        return max(floor, min(FACTOR * slowest, LONGEST_QUIET))
