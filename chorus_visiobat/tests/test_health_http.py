"""The monitor: one address, one key, an HTTP status that a dumb monitor understands."""

from datetime import timedelta
from types import SimpleNamespace
from unittest.mock import patch

from odoo import fields
from odoo.tests import HttpCase, tagged

from .common import FrenchCompanyMixin, SimulatorMixin

ADDRESS = "/chorus_visiobat/health"


@tagged("post_install", "-at_install")
class TestHealthOverHttp(SimulatorMixin, FrenchCompanyMixin, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        crons = cls.env["chorus.health"]._crons()
        crons.write({"active": True, "nextcall": fields.Datetime.now(), "failure_count": 0})
        cls.account.password_expiry_date = fields.Date.context_today(cls.account) + timedelta(days=200)

    def key(self, user):
        caller = SimpleNamespace(environ={"REMOTE_ADDR": "127.0.0.1"})
        checked = SimpleNamespace(session={"identity-check-last": 4_000_000_000}, httprequest=caller)
        health = self.env["chorus.health"].with_user(user)
        with patch("odoo.addons.base.models.res_users.request", checked):
            shown = health.action_monitor_key()
        self.assertTrue(shown["context"]["default_address"].endswith(ADDRESS))
        self.env.flush_all()
        # What the browser asks for to open the dialog.
        dialog = self.env[shown["res_model"]].with_user(user).with_context(**shown["context"])
        told = dialog.onchange({}, [], {"key": {}, "address": {}})["value"]
        self.assertEqual(told["address"], shown["context"]["default_address"])
        return told["key"]

    def ask(self, key=None):
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        return self.url_open(ADDRESS, headers=headers)

    def test_nobody_reads_without_a_key(self):
        for key in (None, "x", "0123456789abcdef0123456789abcdef01234567"):
            answer = self.ask(key)
            self.assertEqual((answer.status_code, answer.json()), (401, {"status": "unauthorized"}))
        self.assertIn("Bearer", answer.headers["WWW-Authenticate"])

    def test_the_status_of_http_follows_the_state_of_the_link(self):
        key = self.key(self.manager)
        answer = self.ask(key)
        self.assertEqual((answer.status_code, answer.json()["status"]), (200, "ok"))
        self.assertEqual(answer.headers["Cache-Control"], "no-store")
        self.assertNotIn("Set-Cookie", answer.headers)
        self.account.password_expiry_date = fields.Date.context_today(self.account) + timedelta(days=20)
        answer = self.ask(key)
        self.assertEqual((answer.status_code, answer.json()["status"]), (200, "warn"))
        self.account._pause("auth")
        answer = self.ask(key)
        self.assertEqual((answer.status_code, answer.json()["status"]), (503, "problem"))
        self.assertEqual(answer.json()["findings"][0]["code"], "account")

    def test_a_monitor_can_draw_what_the_page_shows(self):
        self.account.last_test_date = "2026-11-30 06:00:00"
        self.env["chorus.transmission"].create(
            {
                "account_id": self.account.id,
                "company_id": self.company.id,
                "environment": "qualification",
                "verb": "submit_works",
                "key": "x",
                "state": "needs_attention",
            }
        )
        today = self.env["chorus.call"]._today()
        self.env["chorus.call"].create(
            {
                "account_id": self.account.id,
                "company_id": self.company.id,
                "day": today,
                "verb": "submit_works",
                "kind": "effect",
                "outcome": "Unknown",
                "calls": 3,
            }
        )
        report = self.ask(self.key(self.manager)).json()
        [figures] = report["accounts"]
        self.assertEqual((figures["id"], figures["state"]), (self.account.id, "active"))
        self.assertEqual(figures["password_expiry"], self.account.password_expiry_date.isoformat())
        self.assertEqual(figures["sendings"]["queued"], {"count": 0, "oldest": None})
        self.assertEqual(figures["sendings"]["needs_attention"]["count"], 1)
        self.assertRegex(figures["sendings"]["needs_attention"]["oldest"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$")
        expected = {"deposit": None, "poll": None, "directory": None, "test": "2026-11-30T06:00:00Z"}
        self.assertEqual(figures["last_success"], expected)
        self.assertEqual(len(report["calls"]), 7)
        self.assertEqual(report["calls"][-1], {"day": today.isoformat(), "answered": 0, "refused": 0, "trouble": 3})

    def test_no_message_that_may_name_somebody_is_given(self):
        self.account.write({"poll_trouble": "Commune de Saint-Aubin 1200,00", "held_reason": "M. Martin"})
        text = self.ask(self.key(self.manager)).text
        for words in ("Saint-Aubin", "1200", "Martin", self.account.login, self.account.contact_email):
            self.assertNotIn(words, text)

    def test_a_key_opens_nothing_else_and_dies_with_its_owner(self):
        key = self.key(self.manager)
        self.assertFalse(self.env["res.users.apikeys"]._check_credentials(scope="rpc", key=key))
        stored = self.env["res.users.apikeys"].sudo().search([("user_id", "=", self.manager.id)])
        self.env.cr.execute("SELECT key FROM res_users_apikeys WHERE id = %s", [stored.id])
        self.assertNotIn(key, self.env.cr.fetchone()[0])
        self.manager.group_ids -= self.env.ref("chorus_visiobat.group_manager")
        self.assertEqual(self.ask(key).status_code, 401)
        self.manager.group_ids |= self.env.ref("chorus_visiobat.group_manager")
        self.assertEqual(self.ask(key).status_code, 200)
        stored._remove()
        self.assertEqual(self.ask(key).status_code, 401)

    def test_the_monitor_of_a_company_knows_nothing_of_another(self):
        other = self.env["res.company"].create({"name": "Autre"})
        self.create_account(other, "59603082500019", "TECH_1@cpp2017.fr", "x")._pause("auth")
        self.assertEqual(self.ask(self.key(self.manager)).status_code, 200)

    def test_a_monitor_asks_little_of_the_database(self):
        key = self.key(self.manager)
        self.ask(key)
        accounts = self.env["chorus.health"]._watched(self.company)
        self.env.invalidate_all()
        with self.assertQueryCount(25):
            self.env["chorus.health"]._findings(accounts)
