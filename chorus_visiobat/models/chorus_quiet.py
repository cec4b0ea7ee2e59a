from math import ceil

from babel.dates import format_timedelta

from odoo import api, fields, models
from odoo.tools import babel_locale_parse

from ..chorus_api import Misconfigured
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
    quiet_summary = fields.Text(
        "Delays of Chorus Pro",
        compute="_compute_quiet_summary",
        compute_sudo=True,
        help="How long Chorus Pro takes to show what it received, as measured, and how long a sending whose answer was "
        "lost is therefore searched for before it leaves again.",
    )

    @api.depends("integration_delays")
    @api.depends_context("lang")
    def _compute_quiet_summary(self):
        for account in self:
            names = {"flow": self.env._("Flows"), "works": self.env._("Works papers whose answer was lost")}
            try:
                account.quiet_summary = "\n".join(account._quiet_sentence(kind, name) for kind, name in names.items())
            except Misconfigured as error:
                account.quiet_summary = error.message

    def _quiet_sentence(self, kind, name):
        measured = self._measured(kind)
        told = {"name": name, "quiet": self._lasting(self._quiet_seconds(kind))}
        if not measured:
            return self.env._(
                "%(name)s: nothing measured yet. A lost one leaves again after %(quiet)s at the earliest.", **told
            )
        return self.env._(
            "%(name)s: of the last %(count)s, half were shown within %(half)s, nearly all within %(most)s. A lost one "
            "leaves again after %(quiet)s at the earliest.",
            **told,
            count=len(measured),
            half=self._lasting(_within(measured, 0.5)),
            most=self._lasting(_within(measured, SHARE)),
        )

    def _lasting(self, seconds):
        return format_timedelta(seconds, threshold=1.2, locale=babel_locale_parse(self.env.lang))

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
        measured = self._measured(kind)
        return max(floor, min(FACTOR * _within(measured, SHARE), LONGEST_QUIET)) if measured else floor

    def _measured(self, kind):
        """The delays measured, in seconds, the shortest first (list of float)."""
        return sorted((self.sudo().integration_delays or {}).get(kind, []))


def _within(delays, share):
    """The delay within which this share of them lies (ratio); ``delays`` are sorted."""
    return delays[ceil(share * len(delays)) - 1]
