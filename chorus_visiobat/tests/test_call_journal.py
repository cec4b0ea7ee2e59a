"""What the journal and the log tell of the calls: figures and identifiers, never a body."""

import logging
import re
from datetime import timedelta
from types import SimpleNamespace
from unittest.mock import patch

import psycopg2.errors

from odoo.tests import tagged

from .. import click_trace
from ..chorus_api import CallRecord
from ..models.chorus_call_tally import CallTally
from .common import LOGIN, PASSWORD, ChorusCase

API_LOG = "odoo.addons.chorus_visiobat.chorus_api"
TALLY_LOG = "odoo.addons.chorus_visiobat.models.chorus_call_tally"
STEPS_LOG = "odoo.addons.chorus_visiobat.models.chorus_trace"
SUBMIT = "/cpro/facturesTravaux/v1/soumettre"


def record(outcome="ok", **values):
    known = {
        "path": "/x",
        "status": 200,
        "return_code": 0,
        "duration": 0.5,
        "correlation_id": None,
        "bytes_sent": 1000,
        "bytes_received": 100,
    }
    return CallRecord(verb="submit_works", outcome=outcome, **{**known, **values})


@tagged("post_install", "-at_install")
class TestCallJournal(ChorusCase):
    def calls(self, **outcomes):
        """{verb: number of calls} of our account, of the outcome given."""
        domain = [("account_id", "=", self.account.id), ("outcome", "=", outcomes.get("outcome", "ok"))]
        return {row.verb: row.calls for row in self.env["chorus.call"].search(domain)}

    def tally(self, *records):
        with self.enter_registry_test_mode():
            tally = CallTally(self.account)
            for told in records:
                tally.count(told)
            tally.flush()
        self.env.invalidate_all()

    def test_a_deposit_is_counted_by_operation(self):
        self.create_document("2026T014-S01")._queue()
        self.deposit()
        calls = self.calls()
        self.assertEqual((calls["token"], calls["add_file"], calls["submit_works"]), (1, 1, 1))
        row = self.env["chorus.call"].search([("account_id", "=", self.account.id), ("verb", "=", "add_file")])
        self.assertEqual((row.kind, row.company_id), ("effect", self.company))
        self.assertGreater(row.bytes_sent, 500)
        self.assertGreater(row.seconds, 0)

    def test_a_test_of_the_connection_is_counted_and_bears_the_trace_of_its_click(self):
        click = SimpleNamespace(httprequest=SimpleNamespace(environ={}))
        with (
            self.enter_registry_test_mode(),
            patch.object(click_trace, "request", click),
            self.assertLogs(API_LOG, logging.INFO) as log,
        ):
            self.account.action_test()
        self.env.invalidate_all()
        self.assertEqual(self.calls(), {"token": 1, "list_supplier_structures": 1, "read_structure": 1})
        [trace] = {re.search(r"trace=(\w+)", line)[1] for line in log.output}
        self.assertEqual(trace, click.httprequest.environ["chorus_visiobat.trace"])
        self.assertTrue(all(f"account={self.account.id} " in line for line in log.output))

    def test_the_next_run_of_the_day_adds_to_the_same_rows(self):
        for number in ("S01", "S02"):
            self.create_document(f"2026T014-{number}")._queue()
            self.deposit()
        self.assertEqual(self.calls()["submit_works"], 2)
        self.assertEqual(self.calls()["token"], 1, "the token lives for an hour")

    def test_what_goes_wrong_is_counted_apart_with_its_repetitions(self):
        self.create_document("2026T014-S01")._queue()
        self.control.fault("drop_before", SUBMIT)
        self.deposit()
        self.assertEqual(self.calls(outcome="ConnectionLost"), {"submit_works": 1})
        self.control.account(LOGIN, password="Changed-since-2026")
        self.create_document("2026T014-S02")._queue()
        self.deposit()
        domain = [("account_id", "=", self.account.id), ("outcome", "=", "AuthRefused")]
        refused = self.env["chorus.call"].search(domain)
        self.assertEqual((sum(refused.mapped("calls")), sum(refused.mapped("retries"))), (2, 1))
        self.control.account(LOGIN, password=PASSWORD)

    def test_piste_out_of_order_is_counted_although_nothing_is_asked_of_chorus_pro(self):
        self.create_document("2026T014-S01")._queue()
        self.control.fault("status", "/api/oauth/token", status=503, body="down")
        self.deposit()
        self.assertEqual(self.calls(outcome="NotSent"), {"token": 1})

    def test_a_journal_that_cannot_be_written_stops_nothing(self):
        document = self.create_document("2026T014-S01")
        document._queue()
        with (
            patch.object(CallTally, "_rows", side_effect=psycopg2.errors.LockNotAvailable),
            self.assertLogs("odoo.addons.chorus_visiobat.models.chorus_call_tally", logging.INFO) as log,
        ):
            self.deposit()
        self.assertEqual(document.stage, "with_moe")
        self.assertIn("not counted: LockNotAvailable", log.output[0])
        self.assertFalse(self.calls())

    def test_two_writers_of_one_row_are_both_counted(self):
        rows, failures = CallTally._rows, [psycopg2.errors.SerializationFailure]

        def contended(tally, made):
            if failures:
                raise failures.pop()
            return rows(tally, made)

        with patch.object(CallTally, "_rows", contended):
            self.tally(record(), record())
        self.assertEqual(self.calls(), {"submit_works": 2})

    def test_an_account_gone_meanwhile_is_no_error(self):
        tally = CallTally(SimpleNamespace(env=self.env, id=2_000_000_000))
        tally.count(record())
        before = self.env["chorus.call"].search_count([])
        with self.enter_registry_test_mode(), self.assertNoLogs(TALLY_LOG, "INFO"):
            tally.flush()
        self.assertEqual(self.env["chorus.call"].search_count([]), before)

    def test_a_chart_shows_every_day_and_the_old_ones_are_forgotten(self):
        self.tally(record(), record(outcome="Refused"), record(outcome="Unknown"), record(outcome="Unknown"))
        rows = self.env["chorus.call"].search([("account_id", "=", self.account.id)])
        rows.filtered(lambda row: row.outcome == "Refused").day -= timedelta(days=2)
        old = rows.filtered(lambda row: row.outcome == "Unknown")
        days = self.env["chorus.call"]._by_day(self.account)
        self.assertEqual(len(days), 30)
        self.assertEqual([days[-1][name] for name in ("answered", "refused", "trouble")], [1, 0, 2])
        self.assertEqual([days[-3][name] for name in ("answered", "refused", "trouble")], [0, 1, 0])
        old.day -= timedelta(days=401)
        self.env.flush_all()
        self.env["chorus.call"]._gc_calls()
        self.assertEqual(rows.exists(), rows - old)

    def test_each_lane_keeps_when_chorus_pro_last_answered(self):
        self.assertFalse(self.account._last_successes()["deposit"])
        self.create_document("2026T014-S01")._queue()
        self.control.fault("status", SUBMIT, status=500, body="<html>")
        self.deposit()
        self.assertFalse(self.account._last_successes()["deposit"], "an answer lost is no success")
        self.create_document("2026T014-S02")._queue()
        self.deposit()
        self.assertTrue(self.account._last_successes()["deposit"])
        self.assertFalse(self.account._last_successes()["poll"])
        self.poll()
        self.assertTrue(self.account._last_successes()["poll"])

    def test_one_search_in_the_log_follows_a_paper_from_the_click_to_the_answer(self):
        click = SimpleNamespace(httprequest=SimpleNamespace(environ={}))
        document = self.create_document("2026T014-S01")
        with patch.object(click_trace, "request", click), self.assertLogs(STEPS_LOG, logging.INFO) as log:
            document._queue()
            self.env.cr.postcommit.run()
        transmissions = self.env["chorus.transmission"].search([("document_ids", "in", document.ids)])
        [trace] = set(transmissions.mapped("trace_id"))
        queued = [line for line in log.output if f"papers={document.number} " in line]
        self.assertTrue(any(f"trace={trace} " in line for line in queued), "the number of the paper leads to the trace")
        with self.assertLogs(API_LOG, logging.INFO) as log:
            self.deposit()
        lines = [line for line in log.output if f"trace={trace}" in line]
        verbs = [re.search(r"verb=(\w+)", line)[1] for line in lines]
        self.assertEqual([verb for verb in verbs if verb != "token"], ["add_file", "submit_works"])
        deposit = document._current_deposit()
        self.assertIn(deposit.correlation_id, lines[-1])
        self.assertIn(f"transmission={deposit.id}", lines[-1])
        self.assertIn(f"account={self.account.id}", lines[-1])

    def test_another_click_has_another_trace(self):
        first, second = self.create_document("2026T014-S01"), self.create_document("2026T014-S02")
        first._queue()
        second._queue()
        self.assertNotEqual(first._current_deposit().trace_id, second._current_deposit().trace_id)

    def test_the_steps_of_a_transmission_are_logged_once_committed(self):
        document = self.create_document("2026T014-S01")
        document._queue()
        deposit = document._current_deposit()
        self.env.cr.postcommit.clear()
        with self.assertLogs(STEPS_LOG, logging.INFO) as log:
            deposit._lose("Réponse perdue")
            deposit._log("marker")
            self.env.cr.postcommit.run()
        self.assertIn("state verb=submit_works state=unknown", log.output[0])
        self.assertIn(f"trace={deposit.trace_id} transmission={deposit.id}", log.output[0])
        self.assertEqual(len(log.output), 2)
