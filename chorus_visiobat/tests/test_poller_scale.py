"""Readings at month end: a page of papers at once, one bad row holds nobody, and few calls at the end of life too."""

from datetime import datetime, timezone
from unittest.mock import patch

from odoo import fields
from odoo.tests import tagged

from odoo.addons.chorus_visiobat.chorus_api import InvoiceSummary
from odoo.addons.chorus_visiobat.models import chorus_poller_details

from .test_poller import BILLING_FILE, HISTORY, SEARCH, PollerCase

POLLER = "odoo.addons.chorus_visiobat.models.chorus_poller"


@tagged("post_install", "-at_install")
class TestPollerScale(PollerCase):
    def test_a_row_that_cannot_be_taken_is_told_and_holds_nobody(self):
        papers = self.deposited(*(f"2026T014-S{rank:02}" for rank in range(5)))
        bad = papers[2]
        for paper in papers:
            self.control.set_status(int(paper.technical_number), "PRISE_EN_COMPTE_MOE")
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
