from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import format_datetime

from ..chorus_api import Misconfigured
from ..hooks import MODULE
from ..report.pdf_engine import load_weasyprint
from ..settings import NUMBERS, endpoint_of, server_number
from .chorus_health_finding import Finding

LATE = timedelta(minutes=30)
"""A cron this late is not waiting for its turn: nothing runs it."""


class ChorusHealth(models.AbstractModel):
    """What concerns the whole server: crons, printing, settings."""

    _inherit = "chorus.health"

    @api.model
    def _server_findings(self, accounts):
        found = [*self._cron_findings(), self._printing_finding(), *self._settings_findings()]
        if not accounts:
            cure = self.env._("Open the ChorusPRO subscription from My account, top right.")
            found.append(Finding("no_account", "ok", self.env._("No company has a technical account yet."), cure))
        return found

    @api.model
    def _crons(self):
        """Our automatic tasks, the deactivated ones included, in sudo."""
        known = self.env["ir.model.data"].sudo().search([("module", "=", MODULE), ("model", "=", "ir.cron")])
        return self.env["ir.cron"].sudo().with_context(active_test=False).browse(known.mapped("res_id")).exists()

    @api.model
    def _cron_findings(self):
        _ = self.env._
        if self.env["ir.config_parameter"].sudo().get_param("database.is_neutralized"):
            # Its crons were stopped on purpose.
            yield Finding("copy", "warn", _("This database is a test copy: nothing leaves from it for good."))
            return
        crons = self._crons()
        if off := crons.filtered(lambda cron: not cron.active):
            yield Finding(
                "cron_off",
                "problem",
                _("Deactivated, by a person or by Odoo after a week of failures: %(tasks)s.", tasks=_names(off)),
                _("Put them back in service; if one stops again, send the support file."),
                label=_("Put back in service"),
                action=self.env["ir.actions.actions"]._for_xml_id("chorus_visiobat.action_reactivate_crons"),
            )
        now = fields.Datetime.now()
        running = crons - off
        if late := running.filtered(lambda cron: cron.nextcall < now - LATE):
            since = min(late.mapped("nextcall"))
            yield Finding(
                "cron_late",
                "problem",
                _(
                    "The automatic tasks have been waiting since %(date)s: %(tasks)s.",
                    date=format_datetime(self.env, since, dt_format="short"),
                    tasks=_names(late),
                ),
                _("See that the Odoo server runs its scheduled actions: max_cron_threads must not be 0."),
            )
        if failing := running.filtered("failure_count"):
            since = min(failing.mapped("first_failure_date"))
            yield Finding(
                "cron_failing",
                "warn",
                _(
                    "Failing since %(date)s: %(tasks)s. Odoo deactivates a task that fails for a week.",
                    date=format_datetime(self.env, since, dt_format="short"),
                    tasks=_names(failing),
                ),
                _("Send the support file to your integrator."),
            )
        if not off and not late and not failing:
            yield Finding("crons", "ok", _("The automatic tasks run."))

    @api.model
    def _printing_finding(self):
        _ = self.env._
        if load_weasyprint():
            return Finding("printing", "ok", _("Papers are printed by WeasyPrint."))
        if self.env["chorus.pdf"]._has_stock_engine():
            return Finding("printing", "ok", _("Papers are printed by Odoo's stock engine, WeasyPrint being absent."))
        return Finding(
            "printing",
            "problem",
            _("This server cannot make PDF files: no paper can be prepared."),
            _("Install the Pango library needed by WeasyPrint (on Debian: libpango-1.0-0), then restart Odoo."),
        )

    @api.model
    def _settings_findings(self):
        """Settings of the server that cannot be used; the words are those of the settings themselves."""
        problems = []
        for read, *words in ((endpoint_of, "qualification"), *((server_number, key) for key in NUMBERS)):
            try:
                read(*words)
            except Misconfigured as error:
                problems.append(error.message)
        if not problems:
            return [Finding("settings", "ok", self.env._("The settings of the server can be used."))]
        return [Finding("settings", "problem", "\n".join(dict.fromkeys(problems)))]

    @api.model
    def _reactivate_crons(self):
        """Put our automatic tasks back in service, for an administrator of Chorus Pro."""
        self._check_manager()
        self._crons().filtered(lambda cron: not cron.active).write({"active": True, "failure_count": 0})

    @api.model
    def _lanes(self, accounts):
        """One row for each lane: what it does, its last success for each account, when it runs again."""
        rows = [
            (self.env._("Sendings"), "cron_deposit", "deposit"),
            (self.env._("Statuses"), "cron_poll", "poll"),
            (self.env._("Passwords"), "cron_reminders", "test"),
            (self.env._("Directory"), "cron_directory", "directory"),
        ]
        dates = {account: account._last_successes() for account in accounts}
        found = []
        for name, xmlid, lane in rows:
            cron = self.env.ref(f"{MODULE}.{xmlid}", raise_if_not_found=False)
            if cron := cron and cron.sudo():
                found.append(
                    {
                        "name": name,
                        "success": [
                            {
                                "where": account.name if len(accounts) > 1 else "",
                                "date": format_datetime(self.env, known[lane]) if known[lane] else "",
                            }
                            for account, known in dates.items()
                        ],
                        "ran": format_datetime(self.env, cron.lastcall) if cron.lastcall else "",
                        "next": format_datetime(self.env, cron.nextcall) if cron.active else "",
                    }
                )
        return found


def _names(crons):
    return ", ".join(crons.mapped("cron_name"))
