"""Payment delay from the time stamps of Chorus Pro, what is paid and late, the claim, and where the following stops."""

from datetime import date, datetime, timedelta

from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged

from .test_works_filing import FilingCase


class PaymentCase(FilingCase):
    def _sent(self, retention=5, **values):
        """A statement of 21,000.00 incl. tax sent and received; 19,950.00 to be paid now under a retention of 5 %."""
        contract = self._contract(retention_rate=retention, **values)
        situation = self._bill(contract, 30, 10, 0)
        paper = self._send(situation)
        self.poll()
        return paper

    def _received(self, paper, day):
        """As if Chorus Pro had time-stamped the reception on a day."""
        paper.deposit_date = datetime.combine(day, datetime.min.time()).replace(hour=9)
        paper.event_ids.filtered(lambda event: event.code != "SUSPENDUE").date = paper.deposit_date
        paper._sync_stage()

    def _pay(self, paper, day, amount=None):
        values = {"payment_date": day, **({"amount": amount} if amount else {})}
        wizard = self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=paper.move_id.ids
        )
        wizard.create(values)._create_payments()

    def _event(self, paper, code, day):
        paper.event_ids.create(
            {
                "document_id": paper.id,
                "code": code,
                "status_id": self.env["chorus.status"].search([("code", "=", code)]).id,
                "date": datetime.combine(day, datetime.min.time()).replace(hour=9),
            }
        )
        paper._sync_payment()

    def _claim(self, paper, until):
        return self.env["chorus.late.interest"].create({"document_ids": paper.ids, "date": until})


@tagged("post_install", "-at_install")
class TestPaymentDelay(PaymentCase):
    def test_delay_counts_from_the_time_stamp_of_the_project_manager(self):
        paper = self._sent(payment_delay_days=50)
        self._received(paper, date(2026, 1, 31))
        # 31 January + 50 days: 28 of February, 22 of March
        self.assertEqual((paper.payment_start_date, paper.payment_due_date), (date(2026, 1, 31), date(2026, 3, 22)))
        paper.contract_id.payment_delay_days = 30
        self.assertEqual(paper.payment_due_date, date(2026, 3, 2), "it follows the contract")

    def test_contract_has_the_delay_of_its_paymaster_however_it_was_made(self):
        hospital = self.create_body("Centre hospitalier", "26490003600015")
        hospital.chorus_payment_regime_id = self.env.ref("chorus_visiobat.regime_health")
        self.assertEqual(self._contract(moa_partner_id=hospital.id).payment_delay_days, 50)
        self.assertEqual(self._contract(chorus_contract_number="2026-C2").payment_delay_days, 30)
        shorter = self._contract(chorus_contract_number="2026-C3", payment_delay_days=20)
        self.assertEqual(shorter.payment_delay_days, 20, "what the contract says wins")

    def test_a_suspension_interrupts_then_opens_thirty_days(self):
        paper = self._sent(payment_delay_days=30)
        self._received(paper, date(2026, 3, 1))
        self._event(paper, "SUSPENDUE", date(2026, 3, 11))
        paper.status_code = "SUSPENDUE"
        paper._sync_payment()
        self.assertFalse(paper.payment_due_date, "no last day while documents are awaited")
        self.assertEqual(paper.payment_interrupted_date, date(2026, 3, 11))
        self.assertNotIn("payment", {one.rule.code for one in paper.contract_id._open_deadlines()})
        self._event(paper, "COMPLETEE", date(2026, 3, 20))
        paper.status_code = "COMPLETEE"
        paper._sync_payment()
        # 20 days were left: thirty days from 20 March
        self.assertEqual((paper.payment_due_date, paper.payment_interrupted_date), (date(2026, 4, 19), False))
        due = {one.rule.code: one.due for one in paper.contract_id._open_deadlines()}
        self.assertEqual(due["payment"], date(2026, 4, 19))

    def test_ordinary_invoice_has_the_delay_of_its_client(self):
        self.town.chorus_payment_regime_id = self.env.ref("chorus_visiobat.regime_health")
        move = self.create_invoice()
        paper = move._chorus_ensure_document()
        paper.sudo().write({"deposit_date": "2026-03-01 09:00:00", "stage": "with_payer", "status_code": "DEPOSEE"})
        paper._sync_payment()
        self.assertEqual(paper.payment_due_date, date(2026, 4, 20), "fifty days for a hospital")

    def test_late_until_the_bank_has_all_that_is_to_be_paid_now(self):
        paper = self._sent()
        self._received(paper, date(2026, 3, 1))
        with freeze_time("2026-04-10"):
            paper.invalidate_recordset(["late_days"])
            self.assertEqual(paper.late_days, 10, "31 March was the last day")
            self.assertIn(paper, paper.search([("late_days", ">", 0)]))
            self.assertNotIn(paper, paper.search([("late_days", ">", 10)]))
            self.assertEqual(paper.amount_open, 19950.0, "the retention waits apart")
            self._pay(paper, date(2026, 4, 5), 9950)
            self.assertFalse(paper.payment_date)
            self._pay(paper, date(2026, 4, 8), 10000)
            self.assertEqual((paper.payment_date, paper.late_days), (date(2026, 4, 8), 8))
            self.assertTrue(paper.move_id.amount_residual, "the retention is still owed")

    def test_a_paper_settled_without_money_is_not_late(self):
        paper = self._sent()
        self._received(paper, date(2026, 3, 1))
        paper.move_id._reverse_moves([{"invoice_date": date(2026, 3, 20), "date": date(2026, 3, 20)}], cancel=True)
        paper._watch_payment()
        self.assertFalse(paper.amount_open)
        self.assertFalse(paper.payment_due_date, "a credit note settled it: nobody owes anything")
        self.assertNotIn(paper, paper.search([("late_days", ">", 0)]))


@tagged("post_install", "-at_install")
class TestLateInterest(PaymentCase):
    def test_golden_claim_in_two_payments(self):
        paper = self._sent()
        self._received(paper, date(2026, 3, 1))
        self._pay(paper, date(2026, 4, 10), 9950)
        self._pay(paper, date(2026, 4, 30), 10000)
        # Due 31 March; S1 2026: rate 2.15 + 8 = 10.15 %.
        [line] = self._claim(paper, date(2026, 6, 30)).line_ids
        # 19 950.00 × 10.15 % = 2 024.925; × 10 / 365 = 55.477… → 55.48
        # 10 000.00 × 10.15 % = 1 015.00; × 20 / 365 = 55.616… → 55.62
        self.assertEqual((line.principal, line.days, line.rate), (19950.0, 30, 10.15))
        self.assertEqual(round(line.interest, 2), 111.10)
        self.assertEqual((line.indemnity, round(line.amount_total, 2)), (40.0, 151.10))
        self.assertEqual(len(line.explanation.splitlines()), 2)

    def test_interest_stops_on_the_day_that_chorus_pro_tells(self):
        paper = self._sent()
        self._received(paper, date(2026, 3, 1))
        self._event(paper, "MISE_EN_PAIEMENT", date(2026, 4, 2))
        self._pay(paper, date(2026, 4, 7))
        self.assertEqual(paper.payment_date, date(2026, 4, 2))
        [line] = self._claim(paper, date(2026, 6, 30)).line_ids
        self.assertEqual(line.days, 2, "1 and 2 April")

    def test_missing_rate_is_named_and_nothing_is_printed(self):
        paper = self._sent()
        self._received(paper, date(2026, 6, 1))
        with freeze_time("2026-09-01"):
            wizard = self._claim(paper, date(2026, 9, 1))
            self.assertFalse(wizard.line_ids.is_included)
            self.assertIn("01/07/2026", wizard.missing_rates)
            wizard.line_ids.is_included = True
            with self.assertRaisesRegex(UserError, "Rates of the Central Bank"):
                wizard.action_print()

    def test_letter_is_kept_and_the_claim_is_remembered(self):
        paper = self._sent()
        self._received(paper, date(2025, 9, 1))
        self._pay(paper, date(2025, 10, 31))
        wizard = (
            self.env["chorus.late.interest"]
            .with_user(self.biller)
            .create({"document_ids": paper.ids, "date": "2025-11-15"})
        )
        html, _kind = self.env["ir.actions.report"]._render_qweb_html(
            "chorus_visiobat.report_late_interest_letter", wizard.line_ids.ids
        )
        text = html.decode()
        # due 1 October, paid 31 October: 30 days at 10.15 % on 19 950.00 → 166.432… → 166.43
        for words in ("L.\xa02192-13", "19\u202f950,00", "10,15", "166,43", "206,43", paper.number, "01/10/2025"):
            self.assertIn(words, text)
        action = wizard.action_print()
        self.assertEqual(action["type"], "ir.actions.act_url")
        [letter] = self.env["ir.attachment"].search(
            [("res_model", "=", "chorus.document"), ("res_id", "=", paper.id), ("name", "ilike", "Late interest")]
        )
        self.assertTrue(letter.raw.startswith(b"%PDF"))
        self.assertEqual((paper.late_claimed_date, paper.late_claimed_amount), (date(2025, 11, 15), 206.43))
        self.assertNotIn("Ce décompte remplace", text)
        again = self._claim(paper, date(2025, 11, 20))
        self.assertFalse(again.line_ids.is_included, "what was claimed is not claimed again unless ticked")
        html, _kind = self.env["ir.actions.report"]._render_qweb_html(
            "chorus_visiobat.report_late_interest_letter", again.line_ids.ids
        )
        self.assertIn("celui du 15 novembre 2025", html.decode(), "the indemnity is due once, whatever the letters")

    def test_entry_without_vat_and_not_twice(self):
        paper = self._sent()
        self._received(paper, date(2025, 9, 1))
        self._pay(paper, date(2025, 10, 31))
        wizard = self._claim(paper, date(2025, 11, 15))
        wizard.action_post()
        entry = paper.late_entry_id
        amounts = {line.account_id.code: round(line.balance, 2) for line in entry.line_ids}
        self.assertEqual(amounts, {"411100": 206.43, "763100": -166.43, "758000": -40.0})
        self.assertEqual((entry.state, entry.line_ids.tax_ids), ("posted", self.env["account.tax"]))
        with self.assertRaisesRegex(UserError, "booked already"):
            self._claim(paper, date(2025, 11, 16)).action_post()
        entry._reverse_moves(cancel=True)
        self._claim(paper, date(2025, 11, 16)).action_post()
        self.assertNotEqual(paper.late_entry_id, entry, "reversed, it is booked anew")

    def test_nothing_is_booked_in_closed_books(self):
        paper = self._sent()
        self._received(paper, date(2025, 9, 1))
        self._pay(paper, date(2025, 10, 31))
        wizard = self._claim(paper, date(2025, 11, 15))
        self.company.fiscalyear_lock_date = "2025-12-31"
        with self.assertRaisesRegex(UserError, "closed up to"):
            wizard.action_post()
        self.assertFalse(paper.late_entry_id)

    def test_a_rate_begins_with_a_half_year(self):
        with self.assertRaises(ValidationError):
            self.env["chorus.bank.rate"].create({"date": "2026-02-01", "rate": 2})


@tagged("post_install", "-at_install")
class TestWhereFollowingStops(PaymentCase):
    def _structure(self, reports):
        return self.env["chorus.structure"].create(
            {
                "name": "Commune",
                "siret": self.town.company_registry,
                "environment": "qualification",
                "reports_payment": reports,
            }
        )

    def test_client_who_never_tells_is_closed_by_the_bank_and_asked_for_no_more(self):
        self._structure(reports=False)
        paper = self._sent()
        self._pay(paper, fields.Date.context_today(paper))
        self.run_cron("cron_payments")
        self.assertTrue(paper.settled_by_ledger)
        self.assertEqual((paper.stage, paper.file_stage, paper.owner), ("paid", "paid", "nobody"))
        self.assertIn("your own accounts", paper.next_step)
        self.control.forget_requests()
        self.poll()
        self.assertFalse(self.control.requests(), "its status is read no more")

    def test_client_who_tells_has_thirty_days_to_do_so(self):
        self._structure(reports=True)
        paper = self._sent()
        self._pay(paper, fields.Date.context_today(paper) - timedelta(days=29))
        self.run_cron("cron_payments")
        self.assertFalse(paper.settled_by_ledger)
        self.assertEqual(paper.stage, "with_moe")
        with freeze_time(fields.Date.context_today(paper) + timedelta(days=1)):
            paper._watch_payment()
        self.assertTrue(paper.settled_by_ledger)

    def test_the_whole_file_says_so_and_an_undone_payment_opens_it_again(self):
        self._structure(reports=False)
        paper = self._sent()
        a15 = self.control.act(self._work(paper)["id"], "moe", "accept")
        self.control.act(a15["id"], "moa", "accept")
        self.control.advance(1200)
        paper.details_tried_at = False
        self.poll()
        self.assertEqual(paper.file_stage, "with_payer")
        self._pay(paper, fields.Date.context_today(paper))
        paper._watch_payment()
        self.assertEqual((paper.stage, paper._last_of_file().stage, paper.file_stage), ("associated", "paid", "paid"))
        paper._asked_lines().remove_move_reconcile()
        paper._watch_payment()
        self.assertFalse(paper.settled_by_ledger)
        self.assertEqual((paper._last_of_file().stage, paper.owner), ("with_payer", "payer"))

    def test_nothing_in_the_bank_keeps_it_open(self):
        self._structure(reports=False)
        paper = self._sent()
        self.run_cron("cron_payments")
        self.assertFalse(paper.settled_by_ledger)
