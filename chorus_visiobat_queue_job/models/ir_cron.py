from odoo import models

JOBS = {"chorus_visiobat.cron_deposit": "_job_deposit", "chorus_visiobat.cron_poll": "_job_poll"}


class IrCron(models.Model):
    """What wakes a lane of Chorus Pro queues jobs; the cron itself stays, at its own pace, as a safety net."""

    _inherit = "ir.cron"

    def _trigger_list(self, at_list):
        method = self._chorus_job()
        if not method or not self.sudo().active:
            return super()._trigger_list(at_list)
        accounts = self.env["chorus.account"].sudo()._accounts_of_lane(method)
        for at in at_list:
            accounts._delay_lane(method, at)
        return self.env["ir.cron.trigger"]

    def _chorus_job(self):
        """The job that does the work of this cron; None for every other cron."""
        for xmlid, method in JOBS.items():
            if self == self.env.ref(xmlid, raise_if_not_found=False):
                return method
        return None
