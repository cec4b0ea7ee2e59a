"""The state of the link: what an administrator must know is said, with its cure; and silence means that all is well."""

from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import tagged

from .. import server_keys
from ..keyring import new_key_line
from ..models import chorus_health_server
from .common import LOGIN, PASSWORD, ChorusCase

SUBMIT = "/cpro/facturesTravaux/v1/soumettre"


@tagged("post_install", "-at_install")
class TestHealth(ChorusCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.health = cls.env["chorus.health"]
        crons = cls.health._crons()
        crons.write({"active": True, "nextcall": fields.Datetime.now(), "failure_count": 0})
        cls.account.password_expiry_date = fields.Date.context_today(cls.account) + timedelta(days=200)

    def found(self, level=None):
        """{code: finding} of our account and of the server, of one level or all but the good ones."""
        findings = self.health._findings(self.account.sudo())
        levels = (level,) if level else ("warn", "problem")
        return {finding.code: finding for finding in findings if finding.level in levels}

    def assertOnly(self, level, code, words):
        found = self.found()
        self.assertEqual({(finding.code, finding.level) for finding in found.values()}, {(code, level)})
        self.assertIn(words, found[code].sentence)
        return found[code]

    def transmission(self, state, verb="submit_works", **values):
        return self.env["chorus.transmission"].create(
            {
                "account_id": self.account.id,
                "company_id": self.company.id,
                "environment": "qualification",
                "verb": verb,
                "key": f"{state}-{verb}",
                "state": state,
                **values,
            }
        )

    def test_nothing_is_said_when_all_is_well(self):
        self.create_document("2026T014-S01")._queue()
        self.deposit()
        self.poll()
        self.assertFalse(self.found())
        self.assertLessEqual({"account", "crons", "printing", "settings", "doubts", "waiting"}, self.found("ok").keys())

    def test_an_account_that_is_paused_says_why_and_what_to_do(self):
        self.account._pause("auth")
        finding = self.assertOnly("problem", "account", "update the password")
        self.assertEqual((finding.action["res_model"], finding.action["res_id"]), ("chorus.account", self.account.id))
        self.account._pause("manual")
        self.assertOnly("warn", "account", "resume it")

    def test_an_obstacle_is_a_warning_then_a_problem_when_it_lasts(self):
        self.create_document("2026T014-S01")._queue()
        self.control.fault("status", "/api/oauth/token", status=503, body="down")
        self.deposit()
        finding = self.assertOnly("warn", "held", "1 obstacles")
        self.assertIn("PISTE", finding.detail)
        self.account.held_count = 5
        self.assertOnly("problem", "held", "5 obstacles")

    def test_a_password_is_announced_thirty_days_before_it_expires(self):
        for left, level in ((31, None), (30, "warn"), (8, "warn"), (7, "problem"), (0, "problem"), (-1, "problem")):
            self.account.password_expiry_date = fields.Date.context_today(self.account) + timedelta(days=left)
            with self.subTest(days=left):
                self.assertEqual({finding.level for finding in self.found().values()}, {level} - {None})
        self.assertIn("expired", self.found()["password"].sentence)

    def test_keys_of_another_server_are_said(self):
        with self.environment(CHORUS_VISIOBAT_KEYS=new_key_line()):
            server_keys.server_keyring(reload=True)
            finding = self.found()["keys"]
        server_keys.server_keyring(reload=True)
        self.assertEqual(finding.level, "problem")
        self.assertTrue(finding.sentence)

    def test_a_lost_answer_reassures_first_and_worries_after_a_day(self):
        self.create_document("2026T014-S01")._queue()
        self.control.fault("drop_before", SUBMIT)
        self.deposit()
        finding = self.assertOnly("warn", "unknown", "1")
        self.assertIn("Nothing is sent twice", finding.cure)
        shown = self.env["chorus.transmission"].search(finding.action["domain"])
        self.assertEqual(shown.state, "unknown")
        shown.started_at -= timedelta(days=2)
        self.assertOnly("problem", "unknown", "1")

    def test_what_a_person_must_settle_is_counted_and_shown(self):
        stuck = self.transmission("needs_attention")
        finding = self.assertOnly("problem", "needs_attention", "1")
        self.assertEqual(self.env["chorus.transmission"].search(finding.action["domain"]), stuck)

    def test_a_queue_that_does_not_leave(self):
        self.assertEqual(self.found("ok")["waiting"].sentence, "No sending waits.")
        waiting = self.transmission("queued")
        self.assertFalse(self.found(), "queued a moment ago")
        self.assertIn("1, the oldest since", self.found("ok")["waiting"].sentence)
        for hours, level in ((2, "warn"), (5, "problem")):
            self.env.cr.execute(
                "UPDATE chorus_transmission SET create_date = now() AT TIME ZONE 'UTC' - %s WHERE id = %s",
                [timedelta(hours=hours), waiting.id],
            )
            self.assertOnly(level, "waiting", "1, the oldest since")
        waiting.not_before = fields.Datetime.now() + timedelta(hours=1)
        self.assertFalse(self.found(), "it waits on purpose")

    def test_statuses_that_nobody_reads(self):
        paper = self.create_document("2026T014-S01")
        paper._queue()
        self.deposit()
        self.assertFalse(self.found())
        paper.deposit_date -= timedelta(days=1)
        self.assertOnly("problem", "statuses", "No status was read since")
        self.poll()
        self.assertFalse(self.found())

    def test_a_flow_not_integrated_after_a_day(self):
        flow = self.transmission("deposited", "deposit_flow", answered_at=fields.Datetime.now())
        self.assertFalse(self.found())
        flow.answered_at -= timedelta(days=2)
        self.assertOnly("warn", "slow_flow", "1")

    def test_a_bad_link_is_told_from_a_bad_call(self):
        values = {
            "account_id": self.account.id,
            "company_id": self.company.id,
            "day": self.env["chorus.call"]._today(),
            "verb": "search_works",
            "kind": "reading",
        }
        trouble, well = self.env["chorus.call"].create(
            [{**values, "outcome": "Unknown", "calls": 10}, {**values, "outcome": "ok", "calls": 9}]
        )
        self.assertFalse(self.found(), "too few calls to tell")
        well.calls = 20
        self.assertOnly("warn", "calls", "10 calls of 30")
        trouble.outcome = "Refused"
        self.assertFalse(self.found(), "a refusal is an answer")

    def test_a_deactivated_task_is_put_back_in_service_by_the_button(self):
        cron = self.env.ref("chorus_visiobat.cron_poll")
        cron.active = False
        finding = self.assertOnly("problem", "cron_off", cron.cron_name)
        action = self.env["ir.actions.server"].browse(finding.action["id"])
        with self.assertRaises(AccessError):
            action.with_user(self.biller).run()
        action.with_user(self.manager).run()
        self.assertTrue(cron.active)
        self.assertFalse(self.found())

    def test_tasks_that_nobody_runs_and_tasks_that_fail(self):
        cron = self.env.ref("chorus_visiobat.cron_deposit")
        cron.nextcall -= timedelta(hours=2)
        self.assertOnly("problem", "cron_late", cron.cron_name)
        cron.write(
            {"nextcall": fields.Datetime.now(), "failure_count": 3, "first_failure_date": fields.Datetime.now()}
        )
        self.assertOnly("warn", "cron_failing", cron.cron_name)

    def test_a_server_that_cannot_print(self):
        with (
            patch.object(chorus_health_server, "load_weasyprint", lambda: None),
            patch.object(type(self.env["chorus.pdf"]), "_has_stock_engine", lambda engine: False),
        ):
            finding = self.assertOnly("problem", "printing", "cannot make PDF")
        self.assertIn("libpango", finding.cure)

    def test_a_setting_that_cannot_be_used_is_named(self):
        with self.environment(CHORUS_VISIOBAT_TIMEOUT="soon", CHORUS_VISIOBAT_QUIET_PERIOD="-1"):
            finding = self.assertOnly("problem", "settings", "TIMEOUT")
        self.assertIn("QUIET_PERIOD", finding.sentence, "all at once")

    def test_a_test_copy_says_so_and_asks_for_nothing_else(self):
        self.env["ir.config_parameter"].sudo().set_param("database.is_neutralized", "True")
        self.health._crons().active = False
        self.assertEqual(self.found().keys(), {"copy"})

    def test_the_page_is_for_administrators_and_their_companies(self):
        with self.assertRaises(AccessError):
            self.health.with_user(self.biller).read_page()
        other = self.env["res.company"].create({"name": "Autre"})
        stranger = self.create_account(other, "59603082500019", LOGIN, PASSWORD)
        stranger._pause("auth")
        page = self.health.with_user(self.manager).with_context(allowed_company_ids=self.company.ids).read_page()
        self.assertEqual((page["level"], page["headline"][:11]), ("ok", "All is well"))
        self.assertEqual([len(series["values"]) for series in page["chart"]["series"]], [30, 30, 30])
        self.assertEqual([lane["name"] for lane in page["lanes"]][:3], ["Sendings", "Statuses", "Passwords"])
        self.assertEqual([success["where"] for success in page["lanes"][0]["success"]], [""])
        self.account._pause("auth")
        page = self.health.with_user(self.manager).with_context(allowed_company_ids=self.company.ids).read_page()
        self.assertEqual((page["level"], page["findings"][0]["level"]), ("problem", "problem"))

    def test_each_account_shows_its_own_last_success(self):
        other = self.env["res.company"].create({"name": "Autre"})
        silent = self.create_account(other, "59603082500019", LOGIN, PASSWORD)
        self.create_document("2026T014-S01")._queue()
        self.deposit()
        sendings, *_others = self.health._lanes((self.account | silent).sudo())
        told = {success["where"]: bool(success["date"]) for success in sendings["success"]}
        self.assertEqual(told, {self.account.name: True, silent.name: False})

    def test_an_account_of_the_environment_left_behind_is_not_watched(self):
        self.company.sudo().chorus_environment = "production"
        self.account._pause("manual")
        self.assertNotIn(self.account, self.health._watched(self.company))
