from odoo import api, fields, models

from odoo.addons.base.models.res_users import check_identity

from .chorus_health_finding import LEVELS, worst

SCOPE = "chorus_visiobat.health"
"""Scope of the keys of monitors: they open nothing else."""

CALL_DAYS = 7
WATCHED_STATES = ("queued", "unknown", "needs_attention")


class ChorusHealth(models.AbstractModel):
    """What a monitor reads (Nagios, Prometheus, an uptime service), and the key it shows."""

    _inherit = "chorus.health"

    @check_identity
    def action_monitor_key(self):
        """Make the key of a monitor, and show it once. An API key of Odoo: kept hashed, revoked in the preferences of
        its owner, worth nothing when he is archived.

        :raise AccessError: the user is not an administrator of Chorus Pro
        """
        self._check_manager()
        # In sudo, a key may last until it is revoked: a monitor does not renew its key.
        name = self.env._("Chorus Pro: state of the link")
        key = self.env["res.users.apikeys"].sudo()._generate(SCOPE, name, None)
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Key of the monitor"),
            "res_model": "chorus.health.key",
            "views": [(False, "form")],
            "target": "new",
            "context": {"default_key": key, "default_address": f"{self.get_base_url()}/chorus_visiobat/health"},
        }

    @api.model
    def _monitor_report(self):
        """What the monitor of this user may know: every account of his companies, no client, no amount, no message.

        :return: dict ready for JSON; ``status`` is the worst level, one of ``LEVELS``
        """
        accounts = self._watched(self.env.user.company_ids)
        found = sorted(self._findings(accounts), key=lambda finding: -LEVELS.index(finding.level))
        return {
            "status": worst(found),
            "at": _utc(fields.Datetime.now()),
            "findings": [
                {
                    "code": finding.code,
                    "level": finding.level,
                    "account": finding.account.id if finding.account else None,
                    "environment": finding.account.environment if finding.account else None,
                    "sentence": finding.sentence,
                    "cure": finding.cure,
                }
                for finding in found
            ],
            "accounts": [account._health_figures() for account in accounts],
            "calls": [
                {**day, "day": day["day"].isoformat()} for day in self.env["chorus.call"]._by_day(accounts, CALL_DAYS)
            ],
        }


class ChorusAccount(models.Model):
    _inherit = "chorus.account"

    def _health_figures(self):
        """What a monitor draws of this account: dates (UTC) and numbers of sendings.

        :return: dict ready for JSON
        """
        self.ensure_one()
        expiry = self.password_expiry_date
        domain = [("account_id", "=", self.id), ("state", "in", WATCHED_STATES)]
        groups = self.env["chorus.transmission"].sudo()._read_group(domain, ["state"], ["__count", "create_date:min"])
        known = {state: {"count": count, "oldest": _utc(oldest)} for state, count, oldest in groups}
        return {
            "id": self.id,
            "environment": self.environment,
            "state": self.state,
            "pause_reason": self.pause_reason or None,
            "password_expiry": expiry.isoformat() if expiry else None,
            "sendings": {state: known.get(state, {"count": 0, "oldest": None}) for state in WATCHED_STATES},
            "last_success": {lane: _utc(date) for lane, date in self._last_successes().items()},
        }


class ChorusHealthKey(models.AbstractModel):
    """The key of a monitor, shown once: nothing of it is stored in clear."""

    _name = "chorus.health.key"
    _description = "Key of a monitor"

    # The form needs it to ask for the default values.
    id = fields.Id()
    key = fields.Char(readonly=True, help="Copy it now: it is kept hashed and cannot be shown again.")
    address = fields.Char(readonly=True, help="Address that the monitor reads.")


def _utc(date):
    return f"{date.isoformat(timespec='seconds')}Z" if date else None
