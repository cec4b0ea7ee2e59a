from psycopg2 import IntegrityError

from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from .works_common import WorksCase


@tagged("post_install", "-at_install")
class TestWorksSituation(WorksCase):
    def test_next_month_starts_from_last_month(self):
        contract = self._contract()
        first = self._bill(contract, 30, 10, 0)
        second = self._open(contract)
        self.assertEqual((second.number, second.previous_id), (2, first))
        self.assertEqual(second.line_ids.mapped("input_percent"), [30, 10, 0])
        self.assertEqual(second.line_ids.mapped("previous"), [12000, 5500, 0])
        self.assertEqual(self._totals(second), (0, 0, 0))
        self.assertGreater(second.period_end, first.period_end)
        self.assertEqual(second.period_end.month % 12, (first.period_end.month + 1) % 12)

    def test_three_modes_agree(self):
        contract = self._contract(
            [
                {"name": "P", "amount": 1000},
                {"name": "Q", "quantity": 40, "price_unit": 25, "mode": "quantity"},
                {"name": "A", "amount": 1000, "mode": "amount"},
            ]
        )
        situation = self._open(contract)
        by_percent, by_quantity, by_amount = situation.line_ids
        by_percent.input_percent = 33.33
        by_quantity.input_quantity = 13.33
        by_amount.input_amount = 333.3
        self.assertEqual(situation.line_ids.mapped("cumulative"), [333.3, 333.25, 333.3])
        self.assertEqual(situation.line_ids.mapped("percent"), [33.33, 33.33, 33.33])
        self.assertEqual(situation.amount_untaxed, 999.85)

    def test_vat_table_cumulates_what_was_invoiced(self):
        """G7: thirds of 100 000.00 at 20 % drift by one cent, told and not corrected."""
        contract = self._contract([{"name": "L1", "amount": 100000, "mode": "amount"}])
        for cumulative in (33333.33, 66666.67, 100000):
            situation = self._open(contract)
            self._leave_time_for_more(situation)
            situation.line_ids.input_amount = cumulative
            situation.action_invoice()
            self.assertEqual(situation.amount_tax, 6666.67)
        self.assertRecordValues(
            situation.vat_ids,
            [{"rate": 20, "base": 33333.33, "cumulative_base": 100000, "cumulative_tax": 20000.01, "drift": 0.01}],
        )
        self.assertEqual(situation.cumulative_tax, 20000.01)

    def test_two_rates(self):
        """Months of G2 at base prices: 29 215.18 at 20 % and 5 709.86 at 10 %."""
        contract = self._contract(
            [
                {"name": "A", "amount": 87654.32},
                {"name": "B", "amount": 45678.91, "tax_id": self.vat10.id},
            ]
        )
        first = self._bill(contract, 33.33, 12.5)
        self.assertEqual(first.vat_ids.mapped("rate"), [20, 10])
        self.assertEqual(first.vat_ids.mapped("base"), [29215.18, 5709.86])
        self.assertEqual(first.vat_ids.mapped("tax"), [5843.04, 570.99])
        second = self._bill(contract, 66.67, 58.75)
        self.assertEqual(second.line_ids.mapped("amount"), [29223.96, 21126.5])

    def test_every_total_explains_itself(self):
        situation = self._open(self._contract())
        self._enter(situation, 30, 10, 0)
        text = situation.explanation.replace("\u202f", " ").replace("\xa0", " ")
        self.assertIn("L1 : 40 000,00 € × 30 % = 12 000,00 €", text)
        self.assertIn("TVA à 20 % : 17 500,00 € × 20 % = 3 500,00 €", text)
        self.assertIn("= 21 000,00 €", text)

    def test_form_totals_follow_typing(self):
        situation = self._open(self._contract())
        with Form(situation) as form:
            with form.line_ids.edit(0) as line:
                line.input_percent = 30
            self.assertEqual(form.amount_untaxed, 12000)
            self.assertEqual(form.amount_tax, 2400)
            with form.line_ids.edit(1) as line:
                line.input_percent = 10
            self.assertEqual(form.amount_total, 21000)
        self.assertEqual(self._totals(situation), (17500, 3500, 21000))

    def test_form_warns_while_typing(self):
        contract = self._contract()
        self._bill(contract, 30, 10, 0)
        situation = self._open(contract)
        with Form(situation) as form:
            with form.line_ids.edit(0) as line:
                line.input_percent = 20
            with form.line_ids.edit(1) as line:
                line.input_percent = 120
            self.assertIn("L1", form.advice)
            self.assertIn("L2", form.advice)

    def test_all_problems_at_once(self):
        contract = self._contract()
        self._bill(contract, 30, 10, 0)
        situation = self._open(contract)
        self._enter(situation, 20, 120, 0)
        with self.assertRaises(UserError) as caught:
            situation.action_invoice()
        message = str(caught.exception)
        self.assertIn("« L1 » : son cumul baisse", message)
        self.assertIn("« L2 » : il dépasse le marché (120\xa0%)", message)
        self.assertEqual(situation.state, "draft")
        self.assertFalse(situation.move_ids)

    def test_empty_statement_is_not_invoiced(self):
        with self.assertRaisesRegex(UserError, "Aucun poste n'avance"):
            self._open(self._contract()).action_invoice()

    def test_absurd_progress_is_refused_at_entry(self):
        line = self._open(self._contract()).line_ids[0]
        with self.assertRaisesRegex(ValidationError, r"cannot be negative \(−5\)"):
            line.input_percent = -5
        with self.assertRaisesRegex(ValidationError, "4\u202f000\xa0% is no progress"):
            line.input_percent = 4000

    def test_pending_amendment_is_advice_only(self):
        contract = self._contract()
        amendment = self.env["works.contract.amendment"].create({"contract_id": contract.id, "number": "1"})
        contract.line_ids = [
            Command.create({"name": "AV1", "amount": 6500, "tax_id": self.vat20.id, "amendment_id": amendment.id})
        ]
        situation = self._open(contract)
        self._enter(situation, 30, 10, 0, 50)
        self.assertIn("has not been notified", situation.advice)
        situation.action_invoice()
        self.assertEqual(situation.amount_untaxed, 20750)

    def test_one_open_draft(self):
        contract = self._contract()
        situation = self._open(contract)
        self.assertEqual(self._open(contract), situation, "the button reopens the draft")
        with self.assertRaisesRegex(UserError, f"{situation.name} is still a draft"):
            self.env["works.situation"].create({"contract_id": contract.id})

    @mute_logger("odoo.sql_db")
    def test_one_open_draft_in_the_database_too(self):
        contract = self._contract()
        self._bill(contract, 30, 10, 0)
        self._open(contract)
        self.env.flush_all()
        with self.assertRaises(IntegrityError), self.cr.savepoint():
            self.cr.execute(
                "UPDATE works_situation SET state = 'draft' WHERE contract_id = %s AND number = 1", [contract.id]
            )

    def test_contract_without_post_opens_nothing(self):
        with self.assertRaisesRegex(UserError, "has no post"):
            self._contract([]).action_new_situation()

    def test_invoiced_amounts_are_frozen(self):
        contract = self._contract()
        situation = self._bill(contract, 30, 10, 0)
        with self.assertRaisesRegex(UserError, f"{situation.move_id.name}.*Back to draft"):
            situation.line_ids[0].input_percent = 50
        with self.assertRaisesRegex(UserError, "no longer change"):
            situation.write({"line_ids": [Command.update(situation.line_ids[0].id, {"input_percent": 50})]})
        with self.assertRaisesRegex(UserError, "no longer change"):
            situation.amount_untaxed = 1
        with self.assertRaisesRegex(UserError, "no longer change"):
            situation.line_ids[0].unlink()

    def test_only_the_last_draft_is_deleted(self):
        contract = self._contract()
        first = self._bill(contract, 30, 10, 0)
        second = self._open(contract)
        with self.assertRaisesRegex(UserError, "not a draft"):
            first.unlink()
        second.unlink()
        self.assertEqual(contract.situation_ids, first)
        self.assertEqual(self._open(contract).number, 2)

    def test_admitted_amounts_are_the_next_start(self):
        """G8: L1 admitted at 90 % of 40 000; the next month asks for the rest, nothing twice."""
        contract = self._contract()
        amendment = self.env["works.contract.amendment"].create(
            {"contract_id": contract.id, "number": "1", "date_notification": "2026-02-01"}
        )
        self._bill(contract, 30, 10, 0)
        contract.line_ids = [
            Command.create({"name": "AV1", "amount": 6500, "tax_id": self.vat20.id, "amendment_id": amendment.id})
        ]
        second = self._bill(contract, 100, 45, 0, 50)
        self.assertEqual(second.amount_untaxed, 50500)
        second.line_ids[0].admitted_cumulative = 36000
        self.assertEqual(second.admitted_untaxed - 17500, 46500)
        third = self._bill(contract, 100, 100, 100, 100)
        self.assertEqual(third.line_ids[0].amount, 4000)
        self.assertEqual(third.amount_untaxed, 62500)
        # VAT invoiced, less that of the 4 000.00 cut: 3 500 + 10 100 − 800 + 12 500
        self.assertEqual(third.cumulative_tax, 25300)

    def test_late_correction_changes_the_open_draft_visibly(self):
        contract = self._contract()
        first = self._bill(contract, 30, 10, 0)
        second = self._open(contract)
        self._enter(second, 100, 10, 0)
        self.assertEqual(second.amount_untaxed, 28000)
        first.line_ids[0].admitted_cumulative = 10000
        self.assertEqual(second.line_ids[0].previous, 10000)
        self.assertEqual(second.amount_untaxed, 30000)
        self.assertIn("changed this month", second.message_ids[0].body)
        second.action_invoice()
        with self.assertRaisesRegex(UserError, "was invoiced on the amounts"):
            first.line_ids[0].admitted_cumulative = 11000

    def test_site_manager_enters_progress_and_nothing_else(self):
        contract = self._contract()
        action = contract.with_user(self.site_manager).action_new_situation()
        situation = self.env["works.situation"].with_user(self.site_manager).browse(action["res_id"])
        situation.write({"line_ids": [Command.update(situation.line_ids[0].id, {"input_percent": 30, "note": "ok"})]})
        self.assertEqual(situation.amount_untaxed, 12000)
        with self.assertRaises(AccessError):
            situation.period_end = "2026-01-31"
        with self.assertRaises(AccessError):
            situation.chorus_invoice_number = "X1"
        with self.assertRaises(AccessError):
            situation.line_ids[0].admitted_cumulative = 1
        with self.assertRaises(AccessError):
            situation.line_ids[0].previous = 1
        with self.assertRaises(AccessError):
            situation.action_invoice()
        with self.assertRaises(AccessError):
            situation.unlink()
        with self.assertRaises(AccessError):
            contract.with_user(self.site_manager).name = "x"
        with self.assertRaises(AccessError):
            self.env["works.situation"].with_user(self.site_manager).create({"contract_id": contract.id})

    def test_site_manager_types_in_the_form(self):
        situation = self._open(self._contract()).with_user(self.site_manager)
        with Form(situation) as form:
            with form.line_ids.edit(2) as line:
                line.input_percent = 20
            self.assertEqual(form.amount_untaxed, 5000)
        self.assertEqual(situation.amount_total, 6000)

    def test_reader_opens_no_statement(self):
        with self.assertRaises(AccessError):
            self._contract().with_user(self.reader).action_new_situation()
