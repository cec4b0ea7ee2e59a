"""What stops in mid-run: a token revoked, a password that expires, PISTE away, a flow kept waiting."""

from odoo.tests import tagged

from .common import CLIENT_ID, CLIENT_SECRET, LOGIN, PASSWORD
from .test_poller import PollerCase

SUBMIT = "/cpro/facturesTravaux/v1/soumettre"
FLOW = "/cpro/factures/v1/deposer/flux"
TOKEN = "/api/oauth/token"
WAITING = "IN_EN_ATTENTE_RETRAITEMENT_CPP"


@tagged("post_install", "-at_install")
class TestOutage(PollerCase):
    def month_end(self, count=3):
        """Works papers queued in one go."""
        documents = self.env["chorus.document"]
        for index in range(count):
            documents |= self.create_document(f"2026T014-S{index:02}")
        documents._queue()
        return documents

    def assertAllDepositedOnce(self, documents):
        self.assertEqual(sorted(work["number"] for work in self.control.works()), sorted(documents.mapped("number")))
        self.assertEqual(set(documents.mapped("stage")), {"with_moe"})
        accepted = [entry for entry in self.control.requests(SUBMIT) if entry["status"] == 200]
        self.assertEqual(len(accepted), len(documents))

    def test_token_revoked_in_mid_run_is_renewed_and_nobody_notices(self):
        documents = self.month_end()
        gone = {"WWW-Authenticate": 'Bearer realm="PISTE"'}
        self.control.fault("status", SUBMIT, status=401, headers=gone, skip=1)
        self.deposit()
        self.assertAllDepositedOnce(documents)
        self.assertEqual(len(self.control.requests(TOKEN)), 2)
        self.assertEqual((self.account.state, self.account.auth_failures), ("active", 0))
        self.assertFalse(self.account.held_reason)

    def test_password_that_expires_in_mid_run_stops_the_queue_and_loses_nothing(self):
        documents = self.month_end()
        self.control.fault("status", "/cpro/.*", status=401, body={}, skip=5, times=1000)  # expired from then on
        self.deposit()
        left = documents.filtered(lambda document: document.stage == "queued")
        self.assertTrue(left and documents - left, "Some left before it expired, the others wait")
        self.wait(self.account, hours=1)
        self.deposit()
        self.assertEqual((self.account.state, self.account.pause_reason), ("paused", "auth"))
        self.assertEqual(set(left.mapped("stage")), {"queued"})
        self.assertIn("password", left[:1].hold_reason)
        self.control.clear_faults()
        self.account._resume()
        self.deposit()
        self.assertAllDepositedOnce(documents)

    def test_keys_of_piste_revoked_are_told_apart_from_the_password(self):
        documents = self.month_end(1)
        self.control.application(CLIENT_ID, secret="another")
        for _run in range(2):
            self.deposit()
            self.wait(self.account, hours=1)
        self.assertEqual((self.account.state, self.account.pause_reason), ("paused", "piste"))
        self.assertIn("PISTE", documents.hold_reason)
        self.assertNotIn("password", documents.hold_reason)
        self.control.application(CLIENT_ID, secret=CLIENT_SECRET)
        self.account.action_test()
        self.assertEqual(self.account.state, "active", "A test that succeeds puts it back in service")
        self.deposit()
        self.assertAllDepositedOnce(documents)

    def test_piste_down_for_an_hour(self):
        documents = self.month_end()
        self.control.fault("status", TOKEN, status=503, body="<html>", times=1000)
        calls = []
        for minutes in (1, 2, 4, 8, 16, 32):
            self.deposit()
            self.assertEqual(set(documents.mapped("stage")), {"queued"})
            self.assertIn("503", documents[:1].hold_reason)
            calls.append(len(self.control.requests()))
            self.deposit()
            self.assertEqual(len(self.control.requests()), calls[-1], "Nothing is asked before its time")
            wait = (self.account.held_until - self.account.write_date).total_seconds() / 60
            self.assertAlmostEqual(wait, minutes, delta=0.2)
            self.wait(self.account, minutes=minutes + 1)
        self.control.clear_faults()
        self.deposit()
        self.assertAllDepositedOnce(documents)
        self.assertFalse(self.account.held_reason)
        self.assertEqual(self.account.state, "active", "An outage is no refusal")

    def test_flow_kept_waiting_for_a_day_is_followed_and_never_sent_again(self):
        document = self.create_invoice()._chorus_ensure_document()
        document._queue()
        self.control.fault("flow", FLOW, state=WAITING, release_after=86400)
        self.deposit()
        for _hour in range(23):
            self.control.advance(3600)
            self.wait(document._current_deposit(), hours=1)
            self.deposit()
            self.poll()
            self.assertEqual((document.stage, document.owner), ("deposited", "chorus"))
        self.assertEqual(document._current_deposit().flow_state, WAITING)
        self.control.advance(7200)
        self.poll()
        self.assertEqual(document.stage, "with_payer")
        self.assertEqual(len(self.control.requests(FLOW)), 1)

    def test_syntax_that_chorus_pro_withdrew_is_asked_for_again(self):
        document = self.create_invoice()._chorus_ensure_document()
        document._queue()
        self.control.behave(26)
        self.deposit()
        self.assertEqual(document.stage, "to_fix")
        self.control.clear_faults()
        self.control.forget_requests()
        document.action_correct_and_resend()
        document._queue()
        self.deposit()
        self.assertTrue(self.control.requests("/cpro/transverses/v1/recuperer/syntaxeflux"))
        self.assertEqual(document.stage, "deposited")

    def test_password_renewed_during_the_pause_is_the_one_used(self):
        documents = self.month_end(1)
        self.control.account(LOGIN, password="Renouvele-2027!val")
        for _run in range(2):
            self.deposit()
            self.wait(self.account, hours=1)
        self.assertEqual(self.account.state, "paused")
        self.account._write_password("Renouvele-2027!val")
        self.account._resume()
        self.deposit()
        self.assertAllDepositedOnce(documents)
        self.account._write_password(PASSWORD)
