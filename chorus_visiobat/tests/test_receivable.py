from odoo.exceptions import UserError
from odoo.tests import Form, tagged

from .receivable_case import ReceivableCase

# G1, second month: 50 500 HT, 60 600 TTC, 5 % retained (works-billing.md §2.14)
SPLIT = [("411100", "2026-04-30", 57570.0), ("411700", "2027-12-31", 3030.0)]


@tagged("post_install", "-at_install")
class TestReceivable(ReceivableCase):
    """The retention and the direct payments are receivables apart, inside the invoice (DESIGN: settled rule 4)."""

    def test_the_invoice_is_whole_and_its_receivable_in_two(self):
        move = self._invoice()
        self.assertEqual(self._terms(move), SPLIT)
        self.assertEqual(self._ledger(move), {"411100": 57570, "411700": 3030, "445710": -10100, "707000": -50500})
        self.assertEqual((move.amount_total, move.amount_residual), (60600, 60600))

    def test_due_date_is_that_of_what_is_asked_for(self):
        self.assertEqual(self._invoice().invoice_date_due, self._day("2026-04-30"))
        move = self._invoice(invoice_payment_term_id=self.terms.id)
        self.assertEqual(move.invoice_date_due, self._day("2026-05-30"))

    def test_direct_payments_on_their_subaccount(self):
        move = self._invoice(direct=12000)
        self.assertEqual(
            self._terms(move),
            [("411100", "2026-04-30", 45570), ("411700", "2027-12-31", 3030), ("411800", "2026-04-30", 12000)],
        )

    def test_terms_in_several_times_give_up_the_last_ones(self):
        move = self._invoice(invoice_payment_term_id=self.terms.id)
        self.assertEqual(
            self._terms(move),
            [("411100", "2026-03-31", 18180), ("411100", "2026-05-30", 39390), ("411700", "2027-12-31", 3030)],
        )
        move = self._invoice(direct=42420, invoice_payment_term_id=self.terms.id)
        self.assertEqual(
            self._terms(move),
            [("411100", "2026-03-31", 15150), ("411700", "2027-12-31", 3030), ("411800", "2026-05-30", 42420)],
        )

    def test_equal_dates_are_not_merged(self):
        move = self._invoice(direct=12000, works_retention_date="2026-04-30")
        self.assertEqual(
            self._terms(move),
            [("411100", "2026-04-30", 45570), ("411700", "2026-04-30", 3030), ("411800", "2026-04-30", 12000)],
        )

    def test_retention_without_a_date_falls_due_with_the_invoice(self):
        move = self._invoice(works_retention_date=False)
        self.assertEqual(self._terms(move), [("411100", "2026-04-30", 57570), ("411700", "2026-04-30", 3030)])

    def test_draft_changes_of_terms(self):
        move = self._invoice(post=False)
        self.assertEqual(self._terms(move), SPLIT)
        move.invoice_payment_term_id = self.terms
        several = [("411100", "2026-03-31", 18180), ("411100", "2026-05-30", 39390), ("411700", "2027-12-31", 3030)]
        self.assertEqual(self._terms(move), several)
        move.invoice_payment_term_id = False
        self.assertEqual([line[0::2] for line in self._terms(move)], [line[0::2] for line in SPLIT])
        move.invoice_date_due = "2026-04-30"
        self.assertEqual(self._terms(move), SPLIT)
        move.invoice_date_due = "2027-12-31"
        self.assertEqual(self._terms(move), [("411100", "2027-12-31", 57570), ("411700", "2027-12-31", 3030)])
        move.invoice_date_due = "2026-04-30"
        move.action_post()
        self.assertEqual(self._terms(move), SPLIT)

    def test_draft_changes_on_screen(self):
        move = self._invoice(post=False)
        with Form(move) as form:
            form.invoice_payment_term_id = self.terms
        self.assertEqual(
            [line[0::2] for line in self._terms(move)], [("411100", 18180), ("411100", 39390), ("411700", 3030)]
        )
        with Form(move) as form:
            form.invoice_payment_term_id = self.env["account.payment.term"]
            form.invoice_date = self._day("2026-04-15")
            form.partner_id = self.county
        self.assertEqual([line[0::2] for line in self._terms(move)], [line[0::2] for line in SPLIT])
        self.assertEqual(move.line_ids.partner_id, self.county)

    def test_draft_change_of_partner_takes_his_account_and_keeps_the_retention(self):
        other = self.company.works_direct_payment_account_id.copy({"code": "411200", "name": "Clients – État"})
        self.county.with_company(self.company).property_account_receivable_id = other
        move = self._invoice(direct=600, post=False)
        move.partner_id = self.county
        self.assertEqual(
            self._terms(move),
            [("411200", "2026-04-30", 56970), ("411700", "2027-12-31", 3030), ("411800", "2026-04-30", 600)],
        )

    def test_draft_change_of_amounts(self):
        move = self._invoice(direct=600, post=False)
        move.invoice_line_ids.price_unit = 17500
        self.assertEqual(
            self._terms(move),
            [("411100", "2026-04-30", 17370), ("411700", "2027-12-31", 3030), ("411800", "2026-04-30", 600)],
        )
        move.write({"works_retention_amount": 0, "works_direct_amount": 0})
        self.assertEqual(self._terms(move), [("411100", "2026-04-30", 21000)])
        move.works_retention_amount = 1050
        self.assertEqual(self._terms(move), [("411100", "2026-04-30", 19950), ("411700", "2027-12-31", 1050)])

    def test_back_to_draft_and_posted_again(self):
        move = self._invoice()
        move.button_draft()
        move.invoice_date = "2026-04-02"
        move.action_post()
        self.assertEqual(self._terms(move), SPLIT)

    def test_the_whole_invoice_may_be_withheld(self):
        move = self._invoice(1000, retention=0, direct=1200)
        self.assertEqual(self._terms(move), [("411800", "2026-04-30", 1200)])

    def test_parts_above_the_invoice_are_refused(self):
        with self.assertRaisesRegex(UserError, "they are parts of it"):
            self._invoice(1000, retention=800, direct=800)

    def test_accounts_that_nobody_chose_are_asked_for(self):
        self.company.works_direct_payment_account_id = False
        with self.assertRaisesRegex(UserError, "Account of the direct payments: which one"):
            self._invoice(direct=100)
        retention = self.env["account.chart.template"].with_company(self.company).ref("pcg_4117")
        self.env["ir.model.data"].search([("model", "=", "account.account"), ("res_id", "=", retention.id)]).unlink()
        move = self._invoice(post=False)
        self.assertEqual(self._terms(move), [("411100", "2026-04-30", 60600)])
        with self.assertRaisesRegex(UserError, "Account of the retentions: which one"), self.cr.savepoint():
            move.action_post()
        self.company.works_retention_account_id = self.direct_account
        move.works_retention_amount = 3031
        move.works_retention_amount = 3030
        move.action_post()
        self.assertEqual(self._terms(move), [("411100", "2026-04-30", 57570), ("411800", "2027-12-31", 3030)])

    def test_payment_proposes_what_is_due(self):
        move = self._invoice(direct=12000)
        self.assertEqual(self._pay(move), 45570)
        self.assertEqual((move.payment_state, move.amount_residual), ("partial", 15030))
        self.assertEqual(self._pay(move, date="2028-01-02"), 3030)
        self.assertEqual(
            self._ledger(
                self.env["account.move"].search([("company_id", "=", self.company.id)]), ("411100", "411700", "411800")
            ),
            {"411800": 12000},
        )

    def test_vat_on_receipts_leaves_that_of_the_retention(self):
        move = self._invoice(tax=self._cash_basis())
        self._pay(move)
        self.assertEqual(self._exigible(move), [("2026-05-15", 9595.0)])
        self._pay(move, date="2028-01-02")
        self.assertEqual(self._exigible(move), [("2026-05-15", 9595.0), ("2028-01-02", 505.0)])

    def test_credit_note_carries_the_parts(self):
        move = self._invoice(direct=600)
        refund = move._reverse_moves([{"invoice_date": "2026-04-10", "date": "2026-04-10"}], cancel=True)
        self.assertEqual(
            sorted(line[0::2] for line in self._terms(refund)),
            [("411100", -56970), ("411700", -3030), ("411800", -600)],
        )
        self.assertEqual(move.payment_state, "reversed")
        self.assertFalse(self._ledger(move | refund))
        self.assertFalse([line for line in (move | refund).line_ids if line.works_part and not line.reconciled])

    def test_credit_note_of_a_paid_invoice_gives_back_what_is_still_held(self):
        move = self._invoice()
        self._pay(move)
        self._pay(move, amount=1000, date="2028-01-02")
        refund = move._reverse_moves([{"invoice_date": "2028-02-01", "date": "2028-02-01"}])
        self.assertEqual([line[0::2] for line in self._terms(refund)], [("411100", -58570), ("411700", -2030)])

    def test_locked_period_keeps_the_split(self):
        move = self._invoice(post=False)
        self.company.fiscalyear_lock_date = "2026-06-30"
        move.action_post()
        self.assertGreater(move.date, self._day("2026-06-30"))
        self.assertEqual([line[0::2] for line in self._terms(move)], [line[0::2] for line in SPLIT])
        self.assertEqual(sum(move.line_ids.mapped("balance")), 0)

    def test_labels_are_in_the_language_of_the_client(self):
        move = self._invoice(direct=600)
        names = {line.works_part: line.name for line in move.line_ids if line.works_part}
        self.assertEqual(names["retention"], f"Retenue de garantie – {move.name}")
        self.assertEqual(names["direct"], f"Paiement direct aux sous-traitants – {move.name}")

    def test_an_invoice_without_parts_is_as_ever(self):
        move = self._invoice(retention=0)
        self.assertEqual(self._terms(move), [("411100", "2026-04-30", 60600)])
        self.assertFalse(any(move.line_ids.mapped("works_part")))
