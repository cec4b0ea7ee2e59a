from odoo import Command
from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged

from .works_common import WorksCase


@tagged("post_install", "-at_install")
class TestWorksGuard(WorksCase):
    """What an import or a call by RPC could do to a statement, past its buttons."""

    def _as_biller(self, record):
        return record.with_user(self.biller)

    def test_status_and_links_are_set_by_the_buttons_alone(self):
        contract = self._contract()
        first = self._bill(contract, 30, 10, 0)
        other = self._contract(chorus_contract_number="2026-015")
        for record, values in (
            (first, {"state": "draft"}),
            (first, {"move_ids": [Command.clear()]}),
            (first, {"move_id": False}),
            (self._open(contract), {"previous_id": False}),
            (self._open(contract), {"number": 7}),
            (self._open(contract), {"contract_id": other.id}),
        ):
            with self.subTest(values), self.assertRaisesRegex(UserError, "Use its buttons"):
                self._as_biller(record).write(values)
        with self.assertRaisesRegex(UserError, "only the statement makes its invoice"):
            self._as_biller(first.move_id).works_situation_id = False
        self.assertEqual((first.state, first.move_id.state), ("invoiced", "posted"))

    def test_the_buttons_still_work_for_who_bills(self):
        situation = self._as_biller(self._open(self._as_biller(self._contract())))
        self._enter(situation, 30, 10, 0)
        situation.action_invoice()
        situation.action_draft()
        situation.action_invoice()
        situation.move_id.button_draft()
        situation.move_id.button_cancel()
        situation.action_cancel()
        self.assertEqual(situation.state, "cancelled")

    def test_previous_cumulative_is_not_typed(self):
        contract = self._contract()
        self._bill(contract, 30, 10, 0)
        second = self._open(contract)
        for name, value in (("previous", 0), ("cumulative", 1), ("contract_line_id", contract.line_ids[2].id)):
            with self.subTest(name), self.assertRaisesRegex(UserError, "computes it from the progress"):
                self._as_biller(second.line_ids[0]).write({name: value})
        self.assertEqual(second.line_ids[0].previous, 12000)

    def test_copy_is_the_next_month(self):
        contract = self._contract()
        first = self._bill(contract, 30, 10, 0)
        second = self._as_biller(first).copy()
        self.assertEqual((second.number, second.previous_id, second.state), (2, first, "draft"))
        self.assertGreater(second.period_end, first.period_end)
        self.assertEqual(second.line_ids.mapped("previous"), [12000, 5500, 0])
        self.assertEqual(self._totals(second), (0, 0, 0))

    def test_import_does_not_choose_what_a_statement_follows(self):
        contract = self._contract()
        first = self._bill(contract, 30, 10, 0)
        values = {"contract_id": contract.id, "previous_id": False, "number": 1, "state": "invoiced", "active": False}
        second = self.env["works.situation"].with_user(self.biller).create(values)
        self.assertRecordValues(
            second, [{"previous_id": first.id, "number": 2, "state": "draft", "active": True, "amount_untaxed": 0}]
        )

    def test_post_counted_before_stays_in_the_statement(self):
        contract = self._contract()
        self._bill(contract, 30, 10, 0)
        second = self._open(contract)
        self._enter(second, 40, 10, 20)
        self.assertEqual(second.amount_untaxed, 9000)
        with self.assertRaisesRegex(UserError, "L1: 12\u202f000,00\xa0€ were counted"):
            self._as_biller(second.line_ids[0]).unlink()
        self._as_biller(second.line_ids[2]).unlink()
        self.assertEqual(second.amount_untaxed, 4000)

    def test_statement_that_counts_is_not_archived(self):
        contract = self._contract()
        first = self._bill(contract, 30, 10, 0)
        second = self._open(contract)
        for situation in (first, second):
            with self.assertRaisesRegex(UserError, f"{situation.name} counts in its contract"):
                situation.action_archive()
        second.unlink()
        first.move_id.button_draft()
        first.move_id.button_cancel()
        first.action_cancel()
        first.action_archive()
        self.assertFalse(first.active)

    def test_statement_without_contract_is_told(self):
        Situation = self.env["works.situation"]
        with self.assertRaisesRegex(UserError, "a statement bills a works contract"):
            Situation.create({"kind": "monthly"})
        contract = self._contract()
        self.assertEqual(Situation.with_context(default_contract_id=contract.id).create({}).contract_id, contract)
        result = Situation.load(["kind"], [["monthly"]])
        self.assertIn("a statement bills a works contract", result["messages"][0]["message"])

    def test_admitted_stays_between_nothing_and_the_contract(self):
        contract = self._contract([("L1", 40000), ("Saving", -1000)])
        situation = self._bill(contract, 50, 100)
        works, saving = situation.line_ids
        for line, value, bounds in (
            (works, -500, "between 0,00\xa0€ and 40\u202f000,00\xa0€"),
            (works, 1e9, "1\u202f000\u202f000\u202f000,00\xa0€"),
            (saving, 1, "between −1\u202f000,00\xa0€ and 0,00\xa0€"),
            (saving, -1001, "between −1\u202f000,00\xa0€ and 0,00\xa0€"),
        ):
            with self.subTest(value), self.assertRaisesRegex(ValidationError, bounds):
                line.admitted_cumulative = value
        works.admitted_cumulative = 0
        saving.admitted_cumulative = -400
        self.assertEqual(situation.admitted_untaxed, -400)
