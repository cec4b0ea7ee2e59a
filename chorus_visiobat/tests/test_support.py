"""The support file: enough to help from afar, nothing that may not leave the house."""

import io
import json
import tempfile
import zipfile
from pathlib import Path
from unittest.mock import patch

from odoo.tests import HttpCase, tagged
from odoo.tools import config, mute_logger

from .common import CLIENT_SECRET, LOGIN, PASSWORD, PDF, ChorusCase, FrenchCompanyMixin, SimulatorMixin

TOKEN = "jeton-de-huit-heures-4711"
EMAIL = "marie.martin@saint-aubin.example"
IBAN = "FR76 3000 6000 0112 3456 7890 189"
CLIENT = "Commune de Saint-Aubin-le-Val"


@tagged("post_install", "-at_install")
class TestSupportFile(ChorusCase):
    def bundle(self):
        health = self.env["chorus.support"].with_context(allowed_company_ids=self.company.ids)
        with zipfile.ZipFile(io.BytesIO(health._bundle())) as archive:
            return {name.rpartition("/")[2]: archive.read(name).decode() for name in archive.namelist()}

    def with_log(self, *lines):
        """The support file of a server that logs these lines into a file."""
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "odoo.log"
            path.write_text("\n".join(lines))
            with patch.dict(config._runtime_options, {"logfile": str(path)}):
                return self.bundle()

    def line(self, words, logger="odoo.addons.chorus_visiobat.chorus_api", database=None):
        return f"2026-11-23 10:00:00,123 42 INFO {database or self.env.cr.dbname} {logger}: {words}"

    def test_secrets_planted_everywhere_are_found_nowhere(self):
        document = self.create_document("2026T014-S01")
        document._queue()
        self.deposit()
        planted = f"{PASSWORD} {CLIENT_SECRET} {TOKEN} {EMAIL} {IBAN} {CLIENT} {LOGIN}"
        self.application._write_token(TOKEN, 4_000_000_000.0)
        self.account.write({"held_reason": planted, "poll_trouble": planted, "last_test_result": planted})
        sending = document._current_deposit()
        sending.write({"error_message": planted, "technical_details": planted, "flow_state": f"{PASSWORD} {TOKEN}"})
        self.env["chorus.event"].create(
            {"document_id": document.id, "code": "DEPOSEE", "date": "2026-11-30", "author": CLIENT, "comment": planted}
        )
        self.account.message_post(body=planted)
        bundle = self.with_log(
            self.line(f"call outcome=ok {PASSWORD} {CLIENT_SECRET} {TOKEN} {EMAIL} {IBAN} {LOGIN}"),
            "Traceback (most recent call last):",
            f"ValueError: {PASSWORD} of {EMAIL}",
            self.line(planted, "odoo.addons.sale.models"),
            self.line(planted, database="another"),
        )
        self.assertIn(sending.correlation_id, bundle["envois.csv"], "or this test would prove nothing")
        self.assertIn("ValueError", bundle["journal.txt"], "tracebacks of ours come along")
        for name, text in bundle.items():
            for secret in (PASSWORD, CLIENT_SECRET, TOKEN, EMAIL, IBAN, CLIENT, LOGIN, "v1:"):
                with self.subTest(file=name, secret=secret):
                    self.assertNotIn(secret, text)
            self.assertNotIn(PDF.decode("latin1")[:30], text)
            self.assertNotIn("1200.0", text, "no amount")

    def test_it_holds_what_the_support_asks_for(self):
        document = self.create_document("2026T014-S01")
        document._queue()
        self.deposit()
        sending = document._current_deposit()
        bundle = self.with_log(self.line(f"call trace={sending.trace_id}"), self.line("of sales", "odoo.addons.sale"))
        self.assertIn("19", json.loads(bundle["versions.json"])["odoo"])
        settings = json.loads(bundle["reglages.json"])
        self.assertEqual((settings["API_URL"], settings["MAX_FLOW_BYTES"]), ("environment", "unset"))
        self.assertNotIn(self.simulator.api_url, bundle["reglages.json"])
        self.assertIn("chorus_visiobat.cron_deposit", bundle["taches.csv"])
        self.assertIn(f"{self.account.id};qualification;active", bundle["comptes.csv"])
        self.assertIn("submit_works;ok;1;", bundle["appels.csv"])
        for told in (sending.sha256, sending.trace_id, sending.correlation_id, sending.remote_ref):
            self.assertIn(told, bundle["envois.csv"])
        self.assertIn("2026T014-S01", bundle["pieces.csv"])
        self.assertIn({"code": "account", "level": "ok", "account": self.account.id}, json.loads(bundle["etat.json"]))
        self.assertIn(sending.trace_id, bundle["journal.txt"])
        self.assertNotIn("of sales", bundle["journal.txt"])

    def test_a_server_without_a_log_file_says_so(self):
        with patch.dict(config._runtime_options, {"logfile": ""}):
            self.assertIn("journal", self.bundle()["journal.txt"])

    def test_the_file_of_a_company_knows_nothing_of_another(self):
        other = self.env["res.company"].create({"name": "Autre"})
        stranger = self.create_account(other, "59603082500019", LOGIN, PASSWORD)
        self.assertNotIn(f"{stranger.id};qualification", self.bundle()["comptes.csv"])


@tagged("post_install", "-at_install")
class TestSupportOverHttp(SimulatorMixin, FrenchCompanyMixin, HttpCase):
    def test_only_an_administrator_downloads_it(self):
        for user, status in ((self.biller, 403), (self.manager, 200)):
            user.password = f"{user.login}-2026"
            self.authenticate(user.login, user.password)
            with mute_logger("odoo.http"):
                answer = self.url_open("/chorus_visiobat/support")
            self.assertEqual(answer.status_code, status)
        self.assertEqual(answer.headers["Content-Type"], "application/zip")
        self.assertIn("etat.json", " ".join(zipfile.ZipFile(io.BytesIO(answer.content)).namelist()))
