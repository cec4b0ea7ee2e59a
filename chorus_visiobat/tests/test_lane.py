"""Several companies on one server: each is served whatever the others have to send, several at once."""

import threading
import time
from unittest.mock import patch

from odoo.sql_db import db_connect
from odoo.tests import tagged

from odoo.addons.chorus_visiobat.chorus_api.wire import Wire
from odoo.addons.chorus_visiobat.models import chorus_lane

from .common import LOGIN, OTHER_LOGIN, OTHER_PASSWORD, OTHER_SIRET, ChorusCase

SUBMIT = "/cpro/facturesTravaux/v1/soumettre"


@tagged("post_install", "-at_install")
class TestLane(ChorusCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other = cls.env["res.company"].create(
            {"name": "Charpentes Renaud", "company_registry": OTHER_SIRET, "currency_id": cls.company.currency_id.id}
        )
        cls.other_account = cls.create_account(cls.other, OTHER_SIRET, OTHER_LOGIN, OTHER_PASSWORD)

    def queue(self, count):
        for rank in range(count):
            self.create_document(f"2026T014-S{rank:02}")._queue()

    def queue_other(self):
        document = self.paper_of_other()
        document._queue()
        return document

    def paper_of_other(self):
        document = self.create_document("RENAUD-1")
        document.write({"company_id": self.other.id, "issuer_siret": OTHER_SIRET, "contract_id": False})
        document.framework_id = self.env.ref("chorus_visiobat.framework_a1")
        return document

    def test_a_company_with_many_papers_delays_another_by_one_turn(self):
        self.queue(12)
        small = self.queue_other()
        # Turns of one call each: what counts is how many calls of the one come before that of the other.
        with patch.object(chorus_lane, "TURN_SECONDS", 0.0), patch.object(chorus_lane.random, "sample", sorted_ids):
            self.deposit()
        self.assertEqual(small.stage, "deposited")
        logins = [request["login"] for request in self.control.requests() if request["login"]]
        before = logins[: logins.index(OTHER_LOGIN)]
        self.assertEqual(logins.count(LOGIN), 25, "The look-up of the structure, then two calls for each paper")
        self.assertLessEqual(len(before), 2, "The first company was served first, for one turn only")
        self.assertEqual({paper.stage for paper in self.papers()}, {"with_moe"})

    def test_a_company_that_comes_while_another_is_served_waits_for_one_turn(self):
        self.queue(6)
        small, serve = self.paper_of_other(), type(self.other_account)._serve

        def serve_and_see_it_come(account, *turn):
            unfinished = serve(account, *turn)
            paper = small.with_env(account.env)
            if paper.stage == "draft":
                paper._queue()
                account.env["ir.cron"]._commit_progress()
            return unfinished

        with (
            patch.object(chorus_lane, "TURN_SECONDS", 0.0),
            patch.object(type(self.other_account), "_serve", serve_and_see_it_come),
        ):
            self.deposit()
        self.assertEqual(small.stage, "deposited")
        logins = [request["login"] for request in self.control.requests() if request["login"]]
        self.assertLessEqual(logins.index(OTHER_LOGIN), 2, "The look-up of the structure, then one call")
        self.assertEqual({paper.stage for paper in self.papers()}, {"with_moe"})

    def holding(self):
        """Another session that holds the lock of our account, as the lane of readings does.

        :return: function that ends its turn
        """
        cr, key = db_connect(self.env.cr.dbname).cursor(), [chorus_lane.LOCK_NAMESPACE, self.account.id]
        self.addCleanup(cr.close)
        cr.execute("SELECT pg_advisory_lock(%s, %s)", key)
        return lambda: cr.execute("SELECT pg_advisory_unlock(%s, %s)", key)

    def test_a_lane_waits_for_the_turn_of_another_one_to_end(self):
        self.queue(1)
        timer = threading.Timer(0.5, self.holding())
        timer.start()
        self.deposit()
        timer.join()
        self.assertEqual(self.papers().stage, "with_moe", "It leaves in this very run")

    def test_calls_stay_apart_from_one_lane_to_the_other(self):
        self.queue(1)
        end_turn, ended, begun = self.holding(), [], []

        def end():
            ended.append(time.monotonic())
            end_turn()

        exchange = Wire.exchange

        def timed(wire, *request, **options):
            begun.append(time.monotonic())
            return exchange(wire, *request, **options)

        self.application._write_token("kept", time.time() + 3600)  # no call to PISTE comes first
        timer = threading.Timer(0.3, end)
        with patch.object(Wire, "exchange", timed), self.environment(CHORUS_VISIOBAT_MIN_INTERVAL="1"):
            timer.start()
            self.deposit()
        timer.join()
        self.assertGreaterEqual(begun[0] - ended[0], 1)

    def test_a_lane_waits_no_longer_than_a_turn_and_comes_back(self):
        self.queue(1)
        end_turn = self.holding()
        with patch.object(chorus_lane, "TURN_SECONDS", 0.1), self.environment(CHORUS_VISIOBAT_TIMEOUT="0.1"):
            self.deposit()
        self.assertEqual(self.papers().stage, "queued")
        end_turn()
        self.deposit()
        self.assertEqual(self.papers().stage, "with_moe")

    def test_a_long_step_of_a_reading_keeps_no_other_from_its_turn(self):
        self.queue(1)
        self.deposit()
        left, read = {"flows": 3, "statuses": 1, "details": 2}, []

        def step(name):
            def reading(_client, _troubles):
                while left[name]:
                    left[name] -= 1
                    read.append(name)
                    yield

            return reading

        steps = patch.object(type(self.account), "_poll_steps", lambda account: [step(name) for name in left])
        with steps, patch.object(chorus_lane, "TURN_SECONDS", 0.0):
            self.poll()
        self.assertEqual(read, ["flows", "statuses", "details", "flows", "details", "flows"])
        self.assertFalse(self.account.poll_places)

    def papers(self):
        return self.env["chorus.document"].search([("company_id", "=", self.company.id)])

    def test_other_records_of_the_lane_are_woken_where_several_companies_wait(self):
        crons = [self.env.ref(f"chorus_visiobat.cron_deposit_{number}") for number in (2, 3)]
        triggers = self.env["ir.cron.trigger"]
        woken = {cron: triggers.search_count([("cron_id", "=", cron.id)]) for cron in crons}
        self.queue(1)
        self.deposit()
        self.assertEqual({cron: triggers.search_count([("cron_id", "=", cron.id)]) for cron in crons}, woken)
        self.create_document("2026T014-S99")._queue()
        self.queue_other()
        self.deposit()
        second, third = crons
        self.assertEqual(triggers.search_count([("cron_id", "=", second.id)]), woken[second] + 1)
        self.assertEqual(triggers.search_count([("cron_id", "=", third.id)]), woken[third], "One each is enough")


def sorted_ids(ids, count):
    return sorted(ids)[:count]
