from datetime import timedelta

from odoo import fields, models
from odoo.fields import Domain
from odoo.tools import format_date, format_datetime

from ..keyring import KeyringError
from .chorus_call import TECHNICAL_TROUBLES
from .chorus_health_finding import Finding

LONG_HELD = 5
"""Obstacles in a row: the waits double from one minute, so that about half an hour is behind us."""

EXPIRES_SOON_DAYS = 30
EXPIRES_NOW_DAYS = 7
LATE_SENDING = timedelta(hours=1)
LOST_SENDING = timedelta(hours=4)
OLD_DOUBT = timedelta(days=1)
SILENT_STATUSES = timedelta(hours=6)
SLOW_FLOW = timedelta(days=1)
FEW_CALLS = 20
TOO_MANY_TROUBLES = 0.25
"""Share of the calls of two days without an answer from which the link is said to be bad."""


class ChorusAccount(models.Model):
    """What is looked at for one technical account."""

    _inherit = "chorus.account"

    def _health(self):
        """What was found, worst or not.

        :return: list of ``Finding``
        """
        self.ensure_one()
        if self.state == "draft":
            return [*self._health_pending()]
        checks = (
            self._health_link,
            self._health_password,
            self._health_secrets,
            self._health_doubts,
            self._health_waiting,
            self._health_statuses,
            self._health_flows,
            self._health_calls,
        )
        return [finding for check in checks for finding in check()]

    def _finding(self, code, level, sentence, cure="", *, detail="", states=None):
        """A finding of this account. Its button opens the transmissions in ``states``, else the account."""
        label = action = None
        if level != "ok" and states:
            label = self.env._("See them")
            domain = [("account_id", "=", self.id), ("state", "in", states)]
            action = self.env["ir.actions.actions"]._for_xml_id("chorus_visiobat.chorus_transmission_action")
            action = {**action, "domain": domain}
        elif level != "ok":
            label = self.env._("Open the account")
            action = {
                "type": "ir.actions.act_window",
                "res_model": self._name,
                "res_id": self.id,
                "views": [[False, "form"]],
            }
        return Finding(code, level, sentence, cure, detail, self, label, action or {})

    def _health_pending(self):
        yield self._finding(
            "pending",
            "warn",
            self.env._("A subscription waits for a successful test before it takes effect."),
            self.env._("It is tested again every hour; correct it if the reason below is not a passing one."),
            detail=self.last_test_result or "",
        )

    def _health_link(self):
        _ = self.env._
        if problems := self._check_usable():
            level = "warn" if self.pause_reason == "manual" and self.state == "paused" else "problem"
            yield self._finding("account", level, "\n".join(problems))
        elif self._is_held():
            again = format_datetime(self.env, self.held_until, dt_format="short")
            yield self._finding(
                "held",
                "problem" if self.held_count >= LONG_HELD else "warn",
                _("Nothing leaves for now, after %(count)s obstacles in a row.", count=self.held_count),
                _("Tried again by itself on %(date)s.", date=again),
                detail=self.held_reason or "",
            )
        else:
            yield self._finding("account", "ok", _("The technical account is in service."))

    def _health_password(self):
        _ = self.env._
        if not (expiry := self.password_expiry_date):
            return
        left, date = (expiry - fields.Date.context_today(self)).days, format_date(self.env, expiry)
        cure = _(
            "In Chorus Pro: Raccordements › Compte technique › Réinitialisation, then enter the new password in the "
            "ChorusPRO subscription."
        )
        if left < 0:
            sentence = _("The technical password expired on %(date)s.", date=date)
            yield self._finding("password", "problem", sentence, cure)
        elif left <= EXPIRES_SOON_DAYS:
            level = "problem" if left <= EXPIRES_NOW_DAYS else "warn"
            sentence = _("The technical password expires in %(days)s days, on %(date)s.", days=left, date=date)
            yield self._finding("password", level, sentence, cure)
        else:
            yield self._finding("password", "ok", _("The technical password is valid until %(date)s.", date=date))

    def _health_secrets(self):
        """Whether what is kept encrypted can be read by this server."""
        _ = self.env._
        application = self.piste_application_id
        try:
            readable = self._read_password() and (application and application._read_client_secret())
        except KeyringError as error:
            yield self._finding("keys", "problem", str(error))
            return
        if application and self.has_password and not readable:
            sentence = _("The client secret of the PISTE application is missing.")
            cure = _("Enter it under Configuration › PISTE applications.")
            yield self._finding("piste", "problem", sentence, cure)
        elif readable:
            yield self._finding("keys", "ok", _("The encryption keys of the server open the recorded secrets."))

    def _health_doubts(self):
        _ = self.env._
        lost, first_lost = self._sendings([("state", "=", "unknown")], "started_at:min")
        if lost:
            old = first_lost and first_lost < fields.Datetime.now() - OLD_DOUBT
            yield self._finding(
                "unknown",
                "problem" if old else "warn",
                _("Sendings whose answer was lost: %(count)s.", count=lost),
                _("Chorus Pro is asked by itself whether they arrived. Nothing is sent twice; send nothing again."),
                states=["unknown"],
            )
        stuck, _first = self._sendings([("state", "=", "needs_attention")], "started_at:min")
        if stuck:
            yield self._finding(
                "needs_attention",
                "problem",
                _("Sendings that a person must settle: %(count)s.", count=stuck),
                _("Open each one: the evidence and the two possible decisions are on its paper."),
                states=["needs_attention"],
            )
        if not lost and not stuck:
            yield self._finding("doubts", "ok", _("No sending is in doubt."))

    def _health_waiting(self):
        _ = self.env._
        now = fields.Datetime.now()
        waiting = Domain("state", "=", "queued")
        due = waiting & (Domain("not_before", "=", False) | Domain("not_before", "<=", now))
        late, oldest = self._sendings(due, "create_date:min")
        if not late or now - oldest <= LATE_SENDING:
            count, oldest = self._sendings(waiting, "create_date:min")
            if not count:
                yield self._finding("waiting", "ok", _("No sending waits."))
                return
            since = format_datetime(self.env, oldest, dt_format="short")
            sentence = _("Sendings that wait: %(count)s, the oldest since %(date)s.", count=count, date=since)
            yield self._finding("waiting", "ok", sentence)
            return
        since = format_datetime(self.env, oldest, dt_format="short")
        yield self._finding(
            "waiting",
            "problem" if now - oldest > LOST_SENDING else "warn",
            _("Sendings that should have left: %(count)s, the oldest since %(date)s.", count=late, date=since),
            _("See first what is said of the account and of the automatic tasks; nothing is lost meanwhile."),
            states=["queued"],
        )

    def _health_statuses(self):
        """News of the papers: only worth a word when some are open at Chorus Pro and the account may call."""
        _ = self.env._
        if self.poll_trouble:
            sentence = _("Some statuses could not be read at the last reading.")
            cure = _("They are asked for again by themselves.")
            yield self._finding("reading", "warn", sentence, cure, detail=self.poll_trouble)
        if self._check_usable():
            return
        silent = fields.Datetime.now() - SILENT_STATUSES
        paper = self._open_documents([("deposit_date", "<", silent)], limit=1)
        read = self._last_successes()["poll"] or paper.deposit_date
        if paper and read < silent:
            since = format_datetime(self.env, read, dt_format="short")
            yield self._finding(
                "statuses",
                "problem",
                _("No status was read since %(date)s, although papers are open at Chorus Pro.", date=since),
                _("See first what is said of the account and of the automatic tasks."),
            )
        elif not self.poll_trouble:
            yield self._finding("statuses", "ok", _("The statuses are read."))

    def _health_flows(self):
        old = fields.Datetime.now() - SLOW_FLOW
        known = [("verb", "=", "deposit_flow"), ("state", "=", "deposited"), ("answered_at", "<", old)]
        slow, _first = self._sendings(known, "answered_at:min")
        if slow:
            yield self._finding(
                "slow_flow",
                "warn",
                self.env._("Flows that Chorus Pro has not integrated after a day: %(count)s.", count=slow),
                self.env._("Quote their flow numbers to the support of Chorus Pro; deposit nothing again."),
                detail=self.quiet_summary,
                states=["deposited"],
            )
        else:
            sentence = self.env._("No flow has waited for more than a day.")
            yield self._finding("slow_flow", "ok", sentence, detail=self.quiet_summary)

    def _health_calls(self):
        Call = self.env["chorus.call"].sudo()
        since = Call._today() - timedelta(days=1)
        domain = [("account_id", "=", self.id), ("day", ">=", since)]
        figures = dict(Call._read_group(domain, ["outcome"], ["calls:sum"]))
        total = sum(figures.values())
        troubles = sum(calls for outcome, calls in figures.items() if outcome in TECHNICAL_TROUBLES)
        if total >= FEW_CALLS and troubles > TOO_MANY_TROUBLES * total:
            yield self._finding(
                "calls",
                "warn",
                self.env._(
                    "Since yesterday %(troubles)s calls of %(total)s had no answer.", troubles=troubles, total=total
                ),
                self.env._("See whether Chorus Pro announces an interruption; what waits leaves by itself afterwards."),
            )

    def _sendings(self, domain, first):
        """How many transmissions of this account are in the domain, and the first of their dates (``field:min``)."""
        domain = Domain("account_id", "=", self.id) & Domain(domain)
        [(count, date)] = self.env["chorus.transmission"].sudo()._read_group(domain, [], ["__count", first])
        return count, date
