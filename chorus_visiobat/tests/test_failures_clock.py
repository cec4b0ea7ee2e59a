"""A clock that jumps: dates from a future that was none hold nothing back, and no change of status is skipped."""

from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.tests import tagged

from .common import ChorusCase

SUBMIT = "/cpro/facturesTravaux/v1/soumettre"
SEARCH_WORKS = "/cpro/facturesTravaux/v1/rechercher"
YEARS = timedelta(days=900)


@tagged("post_install", "-at_install")
class TestClock(ChorusCase):
    """The clock of the server was years ahead for a while, and came back: what it wrote stays."""

    def setUp(self):
        super().setUp()
        self.future = fields.Datetime.now() + YEARS
        self.document = self.create_document("2026T014-S01")

    def test_account_held_until_a_far_future_serves_at_once(self):
        self.document._queue()
        self.account.write({"held_until": self.future, "held_reason": "Quota", "held_count": 1})
        self.deposit()
        self.assertEqual(self.document.stage, "with_moe")

    def test_wait_that_chorus_pro_asked_for_is_still_observed(self):
        self.document._queue()
        self.account.write({"held_until": fields.Datetime.now() + timedelta(hours=20), "held_reason": "Quota"})
        self.deposit()
        self.assertEqual(self.document.stage, "queued")

    def test_sending_put_off_to_a_far_future_leaves(self):
        self.document._queue()
        self.document.transmission_ids.not_before = self.future
        self.deposit()
        self.assertEqual(self.document.stage, "with_moe")

    def test_answer_lost_in_the_future_waits_for_a_whole_quiet_period_from_now(self):
        self.document._queue()
        self.control.fault("drop_before", SUBMIT)
        self.deposit()
        deposit = self.document._current_deposit()
        deposit.write({"started_at": self.future, "not_before": self.future})
        self.deposit()
        self.assertLess(deposit._quiet_end(), fields.Datetime.now() + timedelta(hours=1))
        self.assertEqual(self.document.stage, "unknown", "It may still be on its way")
        self.wait(deposit, hours=1)
        self.deposit()
        self.deposit()
        self.assertEqual((self.document.stage, deposit.attempts), ("with_moe", 2))

    def test_changes_made_before_a_future_reading_are_read(self):
        self.document._queue()
        self.deposit()
        self.control.advance(60)
        self.poll()
        [work] = self.control.works()
        self.account.works_polled_to = self.future
        self.document.details_tried_at = self.future
        self.control.act(work["id"], "moe", "refuse", "Métré absent")
        self.poll()
        self.assertEqual(self.document.status_code, "REFUSEE_MOE")
        self.assertLess(self.account.works_polled_to, self.future)

    def test_a_server_ahead_of_the_database_sends_nothing_again_too_early(self):
        """The sending is dated by the database: the quiet period is counted by its clock, whichever server asks."""
        self.document._queue()
        self.control.fault("drop_before", SUBMIT)
        self.deposit()
        ahead = fields.Datetime.now() + timedelta(minutes=50)
        with patch.object(fields.Datetime, "now", lambda *_args: ahead):
            self.deposit()
        self.assertEqual((self.document.stage, self.document._current_deposit().attempts), ("unknown", 1))
        self.assertEqual(len(self.control.requests(SEARCH_WORKS)), 1, "It was asked for, and not sent")

    def test_token_kept_for_years_is_renewed_once_piste_forgot_it(self):
        self.document._queue()
        self.deposit()
        token, _expiry = self.application._read_token()
        self.application._write_token(token.reveal(), self.future.timestamp())
        self.control.advance(7200)  # at PISTE it is over
        other = self.create_document("2026T014-S02")
        other._queue()
        self.deposit()
        self.assertEqual(other.stage, "with_moe")
        self.assertEqual(self.account.state, "active")
