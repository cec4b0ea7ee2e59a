"""Readings at month end: a page of papers at once, one bad row holds nobody, and few calls at the end of life too."""

from datetime import datetime, timezone
from unittest.mock import patch

import psycopg2

from odoo import fields
from odoo.tests import tagged

from odoo.addons.chorus_visiobat.chorus_api import InvoiceSummary
from odoo.addons.chorus_visiobat.models import chorus_lane, chorus_poller_details

from .test_poller import BILLING_FILE, HISTORY, REPORT, SEARCH, PollerCase

POLLER = "odoo.addons.chorus_visiobat.models.chorus_poller"


@tagged("post_install", "-at_install")
class TestPollerScale(PollerCase):
    def test_a_row_that_cannot_be_taken_is_told_and_holds_nobody(self):
        papers = self.deposited(*(f"2026T014-S{rank:02}" for rank in range(5)))
        bad = papers[2]
        for paper in papers:
            self.control.set_status(int(paper.technical_number), "PRISE_EN_COMPTE_MOE")
        self.account.works_polled_to -= self.delta(minutes=1)
        begun = self.account.works_polled_to
        stage_values = type(papers)._stage_values

        def failing(paper):
            if paper == bad:
                raise ValueError("Nobody foresaw this")
            return stage_values(paper)

        with patch.object(type(papers), "_stage_values", failing), self.assertLogs(POLLER, "ERROR") as logs:
            self.later()
        self.assertEqual(set((papers - bad).mapped("status_code")), {"PRISE_EN_COMPTE_MOE"})
        self.assertEqual(bad.status_code, "A_ASSOCIER_MOE", "Nothing of it is half-written")
        self.assertIn(bad.technical_number, logs.output[0])
        self.assertIn(bad.technical_number, self.account.poll_trouble)
        self.assertEqual(self.account.works_polled_to, begun, "It is asked for again")
        self.later()
        self.assertEqual(bad.status_code, "PRISE_EN_COMPTE_MOE")
        self.assertFalse(self.account.poll_trouble)
        self.assertGreater(self.account.works_polled_to, begun)

    def test_queries_do_not_grow_with_the_rows_of_a_page(self):
        few, many = self._queries_of_page(2), self._queries_of_page(12)
        self.assertLess(many - few, 10, "A few more, not some for each row")

    def _queries_of_page(self, count):
        """SQL queries to take so many new statuses of invoices."""
        rows = []
        for rank in range(count):
            move, number = self.create_invoice(), 7_000_000 + 100 * count + rank
            paper = self.create_document(move.name, "A1", move_id=move.id)
            paper.write({"technical_number": str(number), "deposit_date": fields.Datetime.now()})
            rows.append(self._row(number, move.name))
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        self.account._apply_rows(rows)
        self.env.flush_all()
        numbers = [str(row.invoice_id) for row in rows]
        papers = self.env["chorus.document"].search([("technical_number", "in", numbers)])
        self.assertEqual((set(papers.mapped("stage")), len(papers.event_ids)), ({"approved"}, count))
        self.assertEqual(set(papers.move_id.mapped("chorus_stage")), {"approved"})
        return self.env.cr.sql_log_count - before

    @staticmethod
    def _row(number, name):
        told = {
            "invoice_id": number,
            "number": name,
            "status": "SERVICE_FAIT",
            "status_date": datetime.now(timezone.utc),
        }
        return InvoiceSummary(**{**dict.fromkeys(InvoiceSummary.__dataclass_fields__), **told})

    def test_invoices_paid_together_are_not_read_one_by_one(self):
        moves = [self.create_invoice() for _rank in range(3)]
        papers = self.env["chorus.document"].union(*(move._chorus_ensure_document() for move in moves))
        papers._queue()
        self.deposit()
        self.control.advance(600)
        self.poll()
        for invoice in self.control.invoices():
            self.pay(invoice)
        self.control.forget_requests()
        with patch.object(chorus_poller_details, "ROUTINE_DETAILS", 1):
            self.later()
        self.assertEqual(len(self.control.requests(SEARCH)), 1)
        self.assertEqual(len(self.control.requests(HISTORY)), 1, "The others wait for their turn")
        self.assertEqual({move.chorus_stage for move in moves}, {"paid"})
        for paper in papers:
            self.assertTrue(paper.payment_told_date)
            self.assertIn("MISE_EN_PAIEMENT", paper.event_ids.mapped("code"))
        for _turn in range(2):
            self.later()
        self.assertFalse(papers.filtered("history_due"), "Read at last, and no more")
        self.assertTrue(all(papers.event_ids.filtered(lambda event: event.code == "MANDATEE").mapped("author")))

    def test_open_files_and_histories_do_not_starve_each_other(self):
        file = self.deposited("2026T014-S01")
        self.control.act(self.control.works()[0]["id"], "moe", "accept")
        self.later()
        self.assertEqual(file.stage, "associated")
        invoice = self.create_invoice()._chorus_ensure_document()
        invoice._queue()
        self.deposit()
        self.control.advance(600)
        self.poll()
        invoice.history_due = True
        self.control.forget_requests()
        with patch.object(chorus_poller_details, "ROUTINE_DETAILS", 1):
            self.later()
        self.assertEqual((len(self.control.requests(BILLING_FILE)), len(self.control.requests(HISTORY))), (1, 1))

    def test_a_reading_that_turns_interrupt_comes_to_its_end(self):
        """What Chorus Pro cannot tell yet is asked for once in a reading, however many turns this one takes."""
        moves = [self.create_invoice() for _rank in range(4)]
        for move in moves:
            move._chorus_ensure_document()._queue()
            self.deposit()
        self.control.advance(600)
        self.poll()
        waiting = [self.create_invoice() for _rank in range(3)]
        self.control.freeze()
        for move in waiting:
            move._chorus_ensure_document()._queue()
            self.deposit()
            self.control.set_flow_state(move.chorus_document_id.flow_number, "IN_EN_ATTENTE_RETRAITEMENT_CPP")
        papers = self.env["chorus.document"].union(*(move.chorus_document_id for move in moves))
        papers.write({"history_due": True, "details_tried_at": False})
        self.control.forget_requests()
        with (
            patch.object(chorus_lane, "TURN_SECONDS", 0.0),
            patch.object(chorus_lane, "LANE_SECONDS", 10.0),
            patch.object(chorus_poller_details, "ROUTINE_DETAILS", 2),
        ):
            self.poll()
        self.assertFalse(self.account.poll_places, "The reading is over")
        asked = [len(self.control.requests(route)) for route in (REPORT, SEARCH, HISTORY)]
        self.assertEqual(asked, [3, 1, 2])

    def test_details_that_cannot_be_read_are_tried_once_in_a_reading(self):
        papers = self.deposited("2026T014-S01", "2026T014-S02", "2026T014-S03")
        papers.write({"history_due": True, "details_tried_at": False})
        self.control.forget_requests()
        self.control.fault("status", BILLING_FILE, status=500, body="<html>", times=50)
        with (
            patch.object(chorus_lane, "TURN_SECONDS", 0.0),
            patch.object(chorus_lane, "LANE_SECONDS", 10.0),
            self.assertLogs(POLLER, "WARNING") as logs,
        ):
            self.poll()
        self.assertEqual(len(logs.output), 3)
        self.assertFalse(self.account.poll_places, "The reading is over")
        self.assertTrue(self.account.poll_trouble, "and says what it could not read")

    def test_a_paper_that_is_there_and_cannot_be_taken_is_not_refused(self):
        move, other = self.create_invoice(), self.create_invoice(partner=self.county)
        good, bad = move._chorus_ensure_document(), other._chorus_ensure_document()
        (good | bad)._queue()
        self.deposit()
        self.control.advance(600)
        self.control.fault("patch", REPORT, body={"listeErreurDP": []})
        apply_rows = type(self.account)._apply_rows

        def failing(account, rows):
            if move.name in [row.number for row in rows]:
                raise ValueError("Nobody foresaw this")
            return apply_rows(account, rows)

        with patch.object(type(self.account), "_apply_rows", failing), self.assertLogs(POLLER, "ERROR"):
            self.poll()
            self.wait(good._current_deposit(), hours=4)
            self.later()
            self.assertEqual((good.stage, good.technical_number), ("deposited", False))
        self.later()
        self.assertEqual((good.stage, bad.stage), ("with_payer", "to_fix"))

    def test_reading_that_met_somebody_else_writing_goes_on(self):
        [paper] = self.deposited("2026T014-S01")
        self.control.set_status(int(paper.technical_number), "PRISE_EN_COMPTE_MOE")
        apply_rows, failures = type(self.account)._apply_rows, [psycopg2.errors.SerializationFailure]

        def contended(account, rows):
            if failures:
                raise failures.pop()
            return apply_rows(account, rows)

        with patch.object(type(self.account), "_apply_rows", contended):
            self.later()
        self.assertEqual(paper.status_code, "PRISE_EN_COMPTE_MOE", "In the same run")
        self.assertFalse(self.account.poll_trouble)
