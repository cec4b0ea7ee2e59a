from odoo import SUPERUSER_ID, fields, models

from odoo.addons.queue_job.exception import RetryableJobError


class ChorusAccount(models.Model):
    """The same lanes, run by a job for one account. The protocol of the outbox is untouched: what is claimed, called
    and recorded, and the lock of the account, are the addon's own."""

    _inherit = "chorus.account"

    def _job_deposit(self):
        """Send what waits and settle what was lost, for this account."""
        self._job_lane("_serve_outbox", "chorus_visiobat.cron_deposit")

    def _job_poll(self):
        """Read the news of this account."""
        self._job_lane("_serve_poll", "chorus_visiobat.cron_poll")

    def _job_lane(self, serve, cron_xmlid):
        """:raise RetryableJobError: the time of a job is over, and work remains: the same job goes on"""
        account = self.exists().filtered(lambda account: account.state == "active")
        if account._run_lane(serve, cron_xmlid, rounds=True):
            raise RetryableJobError("Chorus Pro: more to do for this account", seconds=1, ignore_retry=True)

    def _delay_lane(self, method, at):
        """Queue one job for each account, unless the same one waits already.

        :param method: ``_job_deposit`` or ``_job_poll``
        :param at: naive UTC datetime before which it must not run
        """
        eta = at if at > fields.Datetime.now() else None
        moment = f"{eta:%Y%m%d%H%M}" if eta else "now"
        for account in self.with_user(SUPERUSER_ID):
            key = f"chorus_visiobat:{method}:{account.id}:{moment}"
            delayable = account.with_delay(eta=eta, identity_key=key, description=f"Chorus Pro: {account.name}")
            getattr(delayable, method)()

    def _accounts_of_lane(self, method):
        """The active accounts that have something to do in a lane."""
        return self._accounts_to_serve() if method == "_job_deposit" else self._accounts_to_read()
