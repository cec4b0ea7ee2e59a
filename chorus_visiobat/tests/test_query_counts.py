from odoo.tests import Form, tagged

from .works_common import WorksCase


@tagged("post_install", "-at_install")
class TestQueryCounts(WorksCase):
    """A statement reads its past in the previous one alone: its SQL queries do not grow with the months. No timing."""

    def _count(self, act, *given):
        """SQL queries of an act, from an empty cache."""
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        result = act(*given)
        self.env.flush_all()
        return self.env.cr.sql_log_count - before, result

    def _change(self, situation, percent):
        with Form(situation) as form:
            with form.line_ids.edit(0) as line:
                line.input_percent = percent

    def _month(self, contract, percent):
        """Queries to open the next statement, change a post, read its totals, invoice it, and read the contract."""
        opening, situation = self._count(self._open, contract)
        self._leave_time_for_more(situation)
        changing, _none = self._count(self._change, situation, percent)
        reading, _none = self._count(lambda: situation.read(["ladder", "explanation", "advice"]))
        invoicing, _none = self._count(situation.action_invoice)
        steering, _none = self._count(
            lambda: contract.read(["amount_billed", "amount_paid", "billing_curve", "advance_left"])
        )
        return opening, changing, reading, invoicing, steering

    def test_queries_do_not_grow_with_past_months(self):
        contract = self._contract(
            [(f"L{rank}", 1000) for rank in range(12)], retention_rate=5, advance_rate=0, chorus_contract_number="Q"
        )
        counts = [self._month(contract, percent) for percent in (10, 20, 30, 40, 50, 60, 70)]
        names = ("open", "change", "read", "invoice", "steer")
        for name, fourth, last in zip(names, counts[3], counts[-1], strict=True):
            # The first months also fill what a server keeps in memory, and may do so once more at any time; one query
            # more for each past month would make three.
            self.assertLess(last - fourth, 3, f"{name}: {[month[names.index(name)] for month in counts]}")

    def test_queries_do_not_grow_with_posts(self):
        counts = {}
        for posts in (5, 40):
            contract = self._contract([(f"L{rank}", 1000) for rank in range(posts)], chorus_contract_number=f"Q{posts}")
            for percent in (10, 20):
                counts[posts] = self._month(contract, percent)
        for few, many in zip(counts[5], counts[40], strict=True):
            # Records are written by batches: a few more queries, not one for each post.
            self.assertLess(many - few, 15, counts)
