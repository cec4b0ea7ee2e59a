from odoo.tests import tagged

from odoo.addons.chorus_visiobat.tests.common import ChorusCase
from odoo.addons.queue_job.job import Job
from odoo.addons.queue_job.tests.common import trap_jobs


@tagged("post_install", "-at_install")
class TestJobs(ChorusCase):
    def triggers(self):
        lanes = self.env.ref("chorus_visiobat.cron_deposit") | self.env.ref("chorus_visiobat.cron_poll")
        return self.env["ir.cron.trigger"].search_count([("cron_id", "in", lanes.ids)])

    def queue(self, number):
        document = self.create_document(number)
        document.with_user(self.biller)._queue()
        return document

    def test_one_job_for_the_account_however_many_clicks(self):
        before = self.triggers()
        with trap_jobs() as trap:
            self.queue("2026T014-S01")
            self.queue("2026T014-S02")
            trap.assert_jobs_count(1, only=self.account._job_deposit)
        self.assertEqual(self.triggers(), before, "The cron is not woken besides")

    def test_the_job_deposits_and_asks_for_the_news_later(self):
        document = self.queue("2026T014-S01")
        job = self.waiting("_job_deposit")
        self.assertEqual((job.channel, job.user_id), ("root.chorus_visiobat", self.env.ref("base.user_root")))
        with self.enter_registry_test_mode():
            self.run_job(job)
        self.env.invalidate_all()
        self.assertEqual(document.stage, "with_moe")
        self.assertEqual([work["number"] for work in self.control.works()], [document.number])
        self.assertTrue(self.waiting("_job_poll").eta)

    def waiting(self, method):
        [job] = self.env["queue.job"].search([("method_name", "=", method), ("state", "=", "pending")])
        return job

    def run_job(self, record):
        Job.load(self.env, record.uuid).perform()

    def test_paused_account_does_nothing(self):
        document = self.queue("2026T014-S01")
        self.account._pause("manual")
        with self.enter_registry_test_mode():
            self.run_job(self.waiting("_job_deposit"))
        self.env.invalidate_all()
        self.assertEqual(document.stage, "queued")
        self.assertFalse(self.control.works())

    def test_other_crons_are_triggered_as_ever(self):
        cron = self.env.ref("mail.ir_cron_mail_scheduler_action")
        self.assertTrue(cron._trigger())
