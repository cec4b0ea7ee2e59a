from odoo import api, fields, models
from odoo.tools import format_date, format_datetime

from .chorus_health_finding import LEVELS, worst


class ChorusHealth(models.AbstractModel):
    """Whether papers leave and answers come back (*état de la liaison*): one list of findings, computed when asked for.

    The page, the monitor's JSON and the daily mail all say what ``_findings`` says; nothing is stored.
    """

    _name = "chorus.health"
    _description = "State of the link with Chorus Pro"

    @api.model
    def _findings(self, accounts):
        """Everything that was looked at: the server, then each account.

        :param accounts: chorus.account, in sudo
        :return: list of ``Finding``
        """
        found = self._server_findings(accounts)
        for account in accounts:
            found += account._health()
        return found

    @api.model
    def _watched(self, companies):
        """The accounts that matter to these companies, in sudo: those of the environment each of them works in, and
        those that send in the other one."""
        accounts = self.env["chorus.account"].sudo().search([("company_id", "in", companies.ids)])
        return self._of_the_environment_in_use(accounts)

    @api.model
    def _of_the_environment_in_use(self, accounts):
        return accounts.filtered(
            lambda account: account.state == "active" or account.environment == account.company_id.chorus_environment
        )

    @api.model
    def read_page(self):
        """Everything that the page shows for the companies chosen, as texts in the language of the user.

        :raise AccessError: the user is not an administrator of Chorus Pro
        """
        self._check_manager()
        accounts = self._watched(self.env.companies)
        found = sorted(self._findings(accounts), key=lambda finding: -LEVELS.index(finding.level))
        several = len(accounts) > 1
        return {
            "level": worst(found),
            "headline": self._headline(worst(found)),
            "at": format_datetime(self.env, fields.Datetime.now()),
            "findings": [
                {
                    "key": finding.key,
                    "level": finding.level,
                    "where": finding.account.name if finding.account and several else "",
                    "sentence": finding.sentence,
                    "cure": finding.cure,
                    "detail": finding.detail,
                    "label": finding.label,
                    "action": finding.action,
                }
                for finding in found
            ],
            "lanes": self._lanes(accounts),
            "chart": self._chart(accounts),
        }

    @api.model
    def _check_manager(self):
        if not self.env.user.has_group("chorus_visiobat.group_manager"):
            raise self.env["ir.model.access"]._make_access_error("chorus.call", "read")

    @api.model
    def _headline(self, level):
        return {
            "ok": self.env._("All is well: papers leave and answers come back."),
            "warn": self.env._("Papers leave, but something deserves a look."),
            "problem": self.env._("Something is wrong and needs somebody."),
        }[level]

    @api.model
    def _chart(self, accounts):
        """Calls of the last 30 days: labels of the days, and one series for each kind of outcome."""
        days = self.env["chorus.call"]._by_day(accounts)
        names = {
            "answered": self.env._("Answered"),
            "refused": self.env._("Refused, with a reason"),
            "trouble": self.env._("Without an answer"),
        }
        return {
            "labels": [format_date(self.env, day["day"], date_format="d MMM") for day in days],
            "series": [
                {"kind": kind, "label": label, "values": [day[kind] for day in days]} for kind, label in names.items()
            ],
        }
