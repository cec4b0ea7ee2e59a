from ast import literal_eval

from odoo import Command, fields
from odoo.tests import tagged

from .ledger_case import LedgerCase


@tagged("post_install", "-at_install")
class TestWorksSteering(LedgerCase):
    """What a steering user reads is what stands in the ledger."""

    def _all(self):
        return self.env["account.move"].search([("company_id", "=", self.company.id)])

    def _events(self, contract, event, *names):
        report = self.env["works.situation.report"].search(
            [("contract_id", "=", contract.id), ("event", "=", event)], order="date, id"
        )
        return [tuple(round(line[name], 2) for name in names) for line in report]

    def _g1_with_a_cut(self):
        """G8: 68 000 HT requested over two months, of which 4 000 are not admitted and credited."""
        contract = self._contract(retention_rate=5, retention_release_date="2028-01-30")
        first = self._bill(contract, 30, 10, 0)
        second = self._bill(contract, 100, 45, 0)
        self._answer(first)
        self._answer(second, {0: {"admitted": 36000}})
        return contract, first, second

    def test_what_is_billed_is_what_the_ledger_bills(self):
        """17 500 + 47 250 − 4 000 = 60 750 HT; G8's amendment is not in this contract of 120 000."""
        contract, _first, _second = self._g1_with_a_cut()
        self.assertEqual((contract.amount_admitted, contract.amount_admitted_total), (60750, 72900))
        self.assertEqual((contract.amount_billed, contract.amount_billed_total), (60750, 72900))
        ledger = self._ledger(self._all(), ("704000", "445710"))
        self.assertEqual((-ledger["704000"], -sum(ledger.values())), (60750, 72900))
        self.assertEqual((contract.amount_current_total, contract.progress), (144000, 50.625))

    def test_nothing_is_admitted_before_an_answer(self):
        contract = self._contract()
        situation = self._bill(contract, 30, 10, 0)
        self.assertFalse(contract.is_answered)
        self.assertEqual((contract.amount_admitted, contract.progress_admitted), (0, 0))
        self.assertNotIn("admitted", [one["event"] for one in contract.billing_curve["series"]])
        self._answer(situation)
        self.assertTrue(contract.is_answered)
        self.assertEqual((contract.amount_admitted, contract.amount_admitted_total), (17500, 21000))
        situation.action_undo_admission()
        self.assertFalse(contract.is_answered)

    def test_a_dispute_is_requested_and_not_admitted(self):
        """Of 21 000 TTC, 1 000 HT of L1 are contested: 19 800 are admitted, the ledger bills 21 000."""
        contract = self._contract()
        situation = self._bill(contract, 30, 10, 0)
        self._answer(situation, {0: {"admitted": 11000, "contested": True}})
        self.assertRecordValues(
            contract, [{"amount_billed_total": 21000, "amount_admitted_total": 19800, "amount_disputed": 1200}]
        )
        [line] = self.env["works.situation.report"].search(
            [("contract_id", "=", contract.id), ("event", "=", "admitted")]
        )
        self.assertRecordValues(line, [{"amount_admitted": 19800, "amount_billed": 0, "situation_id": situation.id}])

    def test_g3_over_its_months_is_the_ledger(self):
        """400 000 HT: paid 361 600 of nets and 14 400 of advance; 80 000 go to the subcontractor, 24 000 are held."""
        contract, party, advance = self._g3()
        self._pay(advance.move_id)
        self._answer(advance)
        months = ((20, 0, 0), (45, 25, 20000), (62, 50, 20000), (72, 100, 40000), (85, 100, 0), (100, 100, 0))
        for own, sub, paid in months:
            situation = self._g3_month(contract, party, own, sub, paid)
            self._answer(situation)
            self._pay(situation.move_id)
        self.assertRecordValues(
            contract,
            [
                {
                    "amount_billed": 400000,
                    "amount_billed_total": 480000,
                    "amount_admitted_total": 480000,
                    "amount_paid": 376000,
                    "amount_retention_held": 24000,
                    "amount_direct_held": 80000,
                    "advance_granted": 14400,
                    "advance_left": 0,
                    "progress": 100,
                }
            ],
        )
        self.assertFalse(self._ledger(self._all(), ("411100", "419100")))

    def test_a_month_given_up_is_not_billed(self):
        contract = self._contract()
        situation = self._bill(contract, 30, 0, 0)
        situation.move_id._reverse_moves([{"invoice_date": fields.Date.context_today(contract)}], cancel=True)
        self.assertEqual((contract.amount_billed, contract.amount_billed_total), (0, 0))

    def test_paid_is_what_the_bank_received(self):
        """Of 21 000 TTC the client withholds 1 050; 19 950 come, then 500 of the retention once released."""
        contract, first, _second = self._g1_with_a_cut()
        self.assertEqual(contract.amount_paid, 0)
        self.assertEqual(self._pay(first.move_id), 19950)
        self.assertEqual(contract.amount_paid, 19950)
        release = contract._clear_part("retention", 500, date="2026-06-01")
        self.assertEqual(contract.amount_paid, 19950, "a release is no receipt")
        self._pay(release.line_ids.filtered("debit"), date="2026-06-20")
        self.assertEqual(contract.amount_paid, 20450)
        bank = self._all().line_ids.filtered(lambda line: line.journal_id == self.bank and line.balance > 0)
        self.assertEqual(sum(bank.mapped("balance")), 20450)
        self.assertAlmostEqual(contract.progress_paid, 100 * 20450 / 144000)

    def test_what_settles_without_money_is_not_paid(self):
        """A penalty of 450 clears as much of the invoice, and the direct payment of 2 000 to a subcontractor too."""
        contract = self._contract()
        invoice = self._bill(contract, 30, 10, 0).move_id
        expense = self.env["account.account"].search(
            [("company_ids", "in", self.company.ids), ("account_type", "=", "expense")], limit=1
        )
        receivable = invoice.line_ids.filtered(lambda line: line.display_type == "payment_term")
        entry = self.env["account.move"].create(
            {
                "journal_id": self.company._works_entry_journal().id,
                "line_ids": [
                    Command.create({"account_id": expense.id, "debit": 450}),
                    Command.create(
                        {"account_id": receivable.account_id.id, "partner_id": receivable.partner_id.id, "credit": 450}
                    ),
                ],
            }
        )
        entry.action_post()
        (receivable + entry.line_ids.filtered("credit")).reconcile()
        self.assertEqual(self._pay(invoice), 20550)
        self.assertEqual(contract.amount_paid, 20550)

    def test_what_is_paid_back_is_not_paid(self):
        contract = self._contract()
        invoice = self._bill(contract, 30, 10, 0).move_id
        self._pay(invoice)
        note = invoice._reverse_moves([{"invoice_date": fields.Date.context_today(contract)}])
        note.action_post()
        self._pay(note)
        self.assertEqual((contract.amount_billed_total, contract.amount_paid), (0, 0))

    def test_the_invoice_of_an_advance_bills_no_works_but_its_receipt_is_paid(self):
        contract = self._contract(advance_rate=10, duration_months=6)
        advance = self._bill_advance(contract)
        self._pay(advance.move_id)
        self.assertEqual((contract.amount_billed_total, contract.amount_paid), (0, 14400))

    def test_lines_of_the_report_tell_the_deductions_of_their_statement(self):
        contract, _first, second = self._g1_with_a_cut()
        names = ("amount", "amount_untaxed", "amount_retention", "amount_payable")
        self.assertEqual(
            sorted(self._events(contract, "billed", *names)),
            [(-4800, -4000, 0, 0), (21000, 17500, 1050, 19950), (56700, 47250, 2835, 53865)],
        )
        cut = self.env["works.situation.report"].search([("contract_id", "=", contract.id), ("amount", "<", 0)])
        self.assertEqual((cut.situation_id, cut.period_end), (second, second.period_end))

    def test_the_curve_adds_up_month_by_month(self):
        contract = self._contract()
        months = ((30, "2026-01-31"), (45, "2026-03-31"))
        for percent, day in months:
            situation = self._open(contract)
            situation.write({"period_end": day, "invoice_date": day})
            self._enter(situation, percent, 0, 0)
            situation.action_invoice()
        self._pay(contract.situation_ids.sorted("number")[0].move_id, date="2026-03-10")
        curve = contract.with_context(lang="fr_FR").billing_curve
        self.assertEqual(curve["labels"], ["janv. 26", "févr. 26", "mars 26"])
        self.assertEqual(
            {one["event"]: one["values"] for one in curve["series"]},
            {"billed": [14400, 14400, 21600], "paid": [0, 0, 14400]},
        )
        self.assertFalse(self._contract(chorus_contract_number="2026-015").billing_curve)

    def test_another_company_reads_nothing(self):
        contract, _first, _second = self._g1_with_a_cut()
        other = self.env["res.company"].create({"name": "Charpentes Renaud"})
        self.biller.write({"company_ids": [Command.set(other.ids)], "company_id": other.id})
        report = self.env["works.situation.report"].with_user(self.biller).with_context(allowed_company_ids=other.ids)
        self.assertFalse(report.search([("contract_id", "=", contract.id)]))

    def test_retentions_to_recover_are_what_is_left_on_their_account(self):
        contract, first, _second = self._g1_with_a_cut()
        action = self.env.ref("chorus_visiobat.works_retention_due_action")
        lines = self.env["account.move.line"].search(self._domain(action))
        self.assertEqual(set(lines.move_id.mapped("works_contract_id")), {contract})
        self.assertEqual(sum(lines.mapped("amount_residual")), self._ledger(self._all())["411700"])
        line = lines.filtered(lambda line: line.move_id == first.move_id)
        self.assertEqual(line.works_days_left, (self._day("2028-01-30") - fields.Date.context_today(contract)).days)
        opened = line.action_works_release()
        wizard = self.env[opened["res_model"]].with_context(**opened["context"]).create({})
        self.assertEqual((wizard.amount, wizard.amount_held), (1050, 3645))
        wizard.action_clear()
        self.assertNotIn(line, self.env["account.move.line"].search(self._domain(action)))

    def test_advances_left_to_repay(self):
        """G5: 36 000 granted on 180 000; at 75 % of the works, 10 285.71 are repaid."""
        contract = self._contract([("L1", 150000)], advance_rate=20, duration_months=6)
        self._bill_advance(contract)
        action = self.env.ref("chorus_visiobat.works_advance_left_action")
        self.assertIn(contract, self.env["works.contract"].search(self._domain(action)))
        for percent in (25, 55, 75):
            self._bill(contract, percent)
        self.assertRecordValues(
            contract,
            [{"advance_granted": 36000, "advance_repaid": 10285.71, "advance_left": 25714.29, "advance_progress": 75}],
        )
        self._bill(contract, 100)
        self.assertEqual(contract.advance_left, 0)
        self.assertNotIn(contract, self.env["works.contract"].search(self._domain(action)))

    def _domain(self, action):
        return literal_eval(action.domain)
