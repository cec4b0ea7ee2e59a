from datetime import date

from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import Form, tagged

from .receivable_case import ReceivableCase


@tagged("post_install", "-at_install")
class TestWorksOpening(ReceivableCase):
    """A contract begun in another program: golden tests G1 and G3 (works-billing.md §2.14) taken over on the way."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.subcontractor = cls.env["res.partner"].create({"name": "Étanchéité du Val", "is_company": True})
        cls.opening_account = cls.env["account.account"].create(
            {"code": "890000", "name": "Bilan d'ouverture", "account_type": "asset_current"}
        )

    def _wizard(self, contract):
        return self.env["works.opening"].browse(contract.action_opening()["res_id"])

    def _g1(self, **values):
        """G1, whose amendment is notified; its statements 1 and 2 were billed elsewhere."""
        contract = self._contract(retention_rate=5, **values)
        amendment = self.env["works.contract.amendment"].create(
            {"contract_id": contract.id, "number": "1", "date_notification": "2026-05-01"}
        )
        contract.line_ids = [
            Command.create(
                {"name": "AV1", "amount": 6500, "tax_id": self.vat20.id, "amendment_id": amendment.id, "sequence": 99}
            )
        ]
        return contract

    def _take_over(self, contract, *percents, **values):
        """Type the percentages as a user does, then save."""
        wizard = self._wizard(contract)
        with Form(wizard) as form:
            form.number = values.pop("number", 2)
            form.date = date(2026, 5, 31)
            for index, percent in enumerate(percents):
                with form.line_ids.edit(index) as line:
                    line.percent = percent
            for name, value in values.items():
                setattr(form, name, value)
        wizard.action_apply()
        return wizard

    def _settled(self, situation, *names):
        return [round(situation[f"amount_{name}"], 2) for name in names]

    def test_g1_begun_elsewhere_gives_its_third_statement(self):
        contract = self._g1()
        wizard = self._take_over(contract, 100, 45, 0, 50)
        # 40 000 + 24 750 + 3 250 = 68 000 HT, VAT 13 600, retention 5 % of 81 600 = 4 080, all of it proposed
        self.assertEqual(wizard.line_ids.mapped("cumulative"), [40000, 24750, 0, 3250])
        self.assertEqual((wizard.vat_ids.tax, wizard.retention), (13600, 4080))
        self.assertEqual(
            (contract.opening_untaxed, contract.amount_billed, contract.amount_billed_total), (68000, 68000, 81600)
        )
        self.assertEqual((contract.is_answered, contract.amount_admitted_total), (True, 81600))
        self.assertEqual(contract.amount_retention_held, 4080)
        self.assertAlmostEqual(contract.progress, 100 * 68000 / 126500)
        third = self._open(contract)
        self.assertEqual((third.number, third.period_end), (3, date(2026, 6, 30)))
        self.assertEqual(third.line_ids.mapped("previous"), [40000, 24750, 0, 3250])
        self.assertEqual(third.line_ids.mapped("input_percent"), [100, 45, 0, 50])
        self.assertEqual(third.amount_untaxed, 0, "nothing has moved yet")
        self.assertEqual((third.previous_untaxed, third.previous_tax, third.previous_total), (68000, 13600, 81600))
        self.assertEqual(third._period()[0], date(2026, 6, 1))
        self._enter(third, 100, 100, 100, 100)
        third.action_invoice()
        names = ("untaxed", "tax", "total", "retention", "payable")
        self.assertEqual(self._settled(third, *names), [58500, 11700, 70200, 3510, 66690])
        self.assertEqual((third.cumulative_untaxed, third.cumulative_total), (126500, 151800))
        self.assertEqual((contract.amount_billed, contract.progress), (126500, 100))
        self.assertEqual(contract.amount_retention_held, 7590)
        self.assertEqual(self._open(contract).number, 4)

    def test_g3_begun_elsewhere_after_its_third_statement(self):
        """Market 400 000 HT of which 80 000 by a subcontractor; 16 months, advance 5 % of 384 000 × 12/16 = 14 400."""
        contract = self._contract(
            posts=[("Propre", 320000), ("Étanchéité", 80000)],
            retention_rate=5,
            date_consultation="2024-06-01",
            duration_months=16,
            advance_rate=5,
            advance_start_pct=65,
            advance_end_pct=80,
            advance_method="linear",
            advance_base_own_share=True,
        )
        party = self.env["works.contract.party"].create(
            {"contract_id": contract.id, "partner_id": self.subcontractor.id, "amount_max": 80000}
        )
        contract.line_ids[1].party_id = party
        self.assertEqual(contract.advance_amount, 14400)
        wizard = self._wizard(contract)
        with Form(wizard) as form:
            form.number = 3
            form.date = date(2026, 3, 31)
            for index, percent in enumerate((62, 50)):
                with form.line_ids.edit(index) as line:
                    line.percent = percent
            with form.payment_ids.edit(0) as payment:
                payment.amount = 40000
            # own 198 400 + 40 000 = 238 400 HT, 286 080 TTC: retention 14 304; 62 % < 65 %: nothing is repaid
            self.assertEqual((form.retention, form.advance_granted, form.advance_repaid), (14304, 14400, 0))
        wizard.action_apply()
        self.assertEqual((contract.advance_amount, contract.advance_left), (14400, 14400))
        self.assertIn(contract, self.env["works.contract"].search([("advance_left", ">", 14399)]))
        self.assertEqual(party.amount_paid, 40000)
        names = ("untaxed", "total", "retention", "advance_repaid", "direct_payment", "payable")
        found = []
        for percents, paid in (((72, 100), 40000), ((85, 100), 0), ((100, 100), 0)):
            situation = self._open(contract)
            self._enter(situation, *percents)
            if paid:
                situation.direct_payment_ids = [Command.create({"party_id": party.id, "amount": paid})]
            situation.action_invoice()
            found.append(self._settled(situation, *names))
        self.assertEqual(
            found,
            [
                [72000, 86400, 4320, 6720, 40000, 35360],
                [41600, 49920, 2496, 7680, 0, 39744],
                [48000, 57600, 2880, 0, 0, 54720],
            ],
        )
        self.assertEqual(contract.advance_left, 0)
        self.assertEqual([one.number for one in contract.situation_ids.sorted("number")], [4, 5, 6])
        self.assertEqual(party.amount_paid, 80000)

    def test_an_amount_to_the_cent_that_no_percentage_gives(self):
        # 33 333.33 of 1 000 000: 3.3333 % would be 33 333.00
        contract = self._contract(posts=[("L1", 1000000), ("L2", 1000)])
        wizard = self._wizard(contract)
        with Form(wizard) as form:
            form.date = date(2026, 5, 31)
            with form.line_ids.edit(0) as line:
                line.cumulative = 33333.33
                self.assertEqual(line.percent, 3.3333)
        wizard.action_apply()
        second = self._open(contract)
        self.assertEqual(second.amount_untaxed, 0)
        self._enter(second, None, 50)
        second.action_invoice()
        self.assertEqual(second.amount_untaxed, 500)
        third = self._open(contract)
        self.assertEqual(third.amount_untaxed, 0, "the post stays where it was, month after month")
        third.line_ids[0].write({"mode": "percent", "input_percent": 10})
        self.assertEqual(third.amount_untaxed, 66666.67)

    def test_a_post_measured_in_quantity(self):
        contract = self._contract(
            posts=[{"name": "Béton", "mode": "quantity", "quantity": 100, "price_unit": 123.45}, ("L2", 1000)]
        )
        wizard = self._wizard(contract)
        with Form(wizard) as form:
            form.date = date(2026, 5, 31)
            with form.line_ids.edit(0) as line:
                line.quantity = 12.5
                # 12.5 × 123.45 = 1 543.125, as 12.5 % of 12 345.00
                self.assertEqual((line.cumulative, line.percent), (1543.13, 12.5))
                line.cumulative = 1500
                # 12.15 × 123.45 = 1 499.92: the amount is what counts
                self.assertEqual((line.quantity, line.cumulative), (12.15, 1500))
        wizard.action_apply()
        second = self._open(contract)
        self.assertEqual((second.line_ids[0].input_amount, second.amount_untaxed), (1500, 0))
        second.line_ids[0].write({"mode": "quantity", "input_quantity": 20})
        self.assertEqual(second.amount_untaxed, 969)  # 20 × 123.45 = 2 469.00, less 1 500.00

    def test_a_column_is_pasted(self):
        contract = self._contract()
        wizard = self._wizard(contract)
        with Form(wizard) as form:
            form.date = date(2026, 5, 31)
            form.pasted = "12 000,00\n5 500,00"
            self.assertIn("2 lignes, et le marché 3 postes", form.paste_problems)
            form.pasted = "12 000,00\n5 500,00\n0"
            self.assertFalse(form.paste_problems)
        self.assertEqual(wizard.line_ids.mapped("cumulative"), [12000, 5500, 0])
        self.assertEqual(wizard.line_ids.mapped("percent"), [30, 10, 0])
        self.assertEqual(wizard.vat_ids.tax, 3500)
        with Form(wizard) as form:
            form.pasted_kind = "percent"
            form.pasted = "100\n45 %\n12,5"
        self.assertEqual(wizard.line_ids.mapped("cumulative"), [40000, 24750, 3125])

    def test_what_was_typed_stays_until_its_proposal_changes(self):
        contract = self._contract(retention_rate=5)
        wizard = self._wizard(contract)
        with Form(wizard) as form:
            with form.line_ids.edit(0) as line:
                line.percent = 30
            with form.vat_ids.edit(0) as vat:
                self.assertEqual(vat.tax, 2400)
                vat.tax = 2400.01
            form.retention = 700
            form.penalties = 10
            with form.vat_ids.edit(0) as vat:
                self.assertEqual(vat.tax, 2400.01)
            self.assertEqual(form.retention, 700)
            self.assertIn("la prochaine situation rattrapera", form.advice)
            with form.line_ids.edit(1) as line:
                line.percent = 10
            self.assertEqual(form.retention, 1050)

    def test_vat_is_the_sum_of_the_invoices(self):
        contract = self._contract()
        wizard = self._wizard(contract)
        with Form(wizard) as form:
            form.date = date(2026, 5, 31)
            with form.line_ids.edit(0) as line:
                line.percent = 30
            with form.vat_ids.edit(0) as vat:
                vat.tax = 2400.01
        wizard.action_apply()
        second = self._open(contract)
        self._enter(second, 60, 0, 0)
        self.assertEqual((second.amount_tax, second.cumulative_tax), (2400, 4800.01))
        self.assertEqual(second.vat_ids.drift, 0.01)

    def test_everything_wrong_is_told_at_once_and_nothing_is_written(self):
        contract = self._contract(retention_rate=5)
        wizard = self._wizard(contract)
        with Form(wizard) as form:
            form.number = 0
            form.date = date(2100, 1, 31)
            with form.line_ids.edit(0) as line:
                line.cumulative = 50000
            form.retention = 9000
            form.penalties = -1
            form.post_entry = True
            form.counterpart_account_id = self.opening_account
        wizard.counterpart_account_id = False
        with self.assertRaises(UserError) as error:
            wizard.with_context(lang="fr_FR").action_apply()
        message = str(error.exception)
        labels = ("Pénalités", "Dernière situation n°", "Travaux arrêtés au", "Contrepartie")
        for part in ("L1", "dépasse le marché", *labels):
            self.assertIn(part, message)
        self.assertFalse(contract.opening_number)
        self.assertFalse(contract.opening_data)

    def test_corrected_until_a_statement_is_invoiced(self):
        contract = self._g1()
        self._take_over(contract, 100, 45, 0, 50)
        third = self._open(contract)
        third.line_ids[2].input_percent = 20
        self._take_over(contract, 100, 40, 0, 50, number=4)
        self.assertEqual((third.number, third.name), (5, f"{contract.reference or contract.name} – S05"))
        self.assertEqual(third.line_ids.mapped("previous"), [40000, 22000, 0, 3250])
        self.assertEqual(third.line_ids.mapped("input_percent"), [100, 40, 20, 50], "what was entered stays")
        self.assertEqual(third.amount_untaxed, 5000)
        third.action_invoice()
        self.assertTrue(contract.opening_frozen)
        with self.assertRaisesRegex(UserError, "is invoiced and started from them"):
            contract.action_opening()
        third.action_draft()
        self._take_over(contract, 100, 45, 0, 50)
        self.assertEqual(third.line_ids.mapped("previous"), [40000, 24750, 0, 3250])

    def test_removed(self):
        contract = self._g1()
        self._take_over(contract, 100, 45, 0, 50, post_entry=True, counterpart_account_id=self.opening_account)
        draft = self._open(contract)
        entry = contract.opening_move_id
        wizard = self._wizard(contract)
        self.assertEqual(
            (wizard.number, wizard.retention, wizard.counterpart_account_id), (2, 4080, self.opening_account)
        )
        self.assertEqual(wizard.line_ids.mapped("percent"), [100, 45, 0, 50])
        wizard.action_remove()
        self.assertEqual(entry.state, "cancel")
        self.assertEqual((draft.number, draft.amount_untaxed, draft.previous_untaxed), (1, 0, 0))
        self.assertEqual(draft.line_ids.mapped("input_percent"), [0, 0, 0, 0])
        self.assertEqual((contract.amount_billed, contract.amount_retention_held), (0, 0))
        self.assertFalse(contract.opening_move_id)

    def test_a_contract_is_not_changed_under_its_opening(self):
        contract = self._g1()
        self._take_over(contract, 100, 45, 0, 50)
        with self.assertRaisesRegex(UserError, "Post L2: the opening balances count works on it"):
            contract.line_ids[1].unlink()
        contract.line_ids[2].unlink()
        accountant = contract.with_user(self.create_user("val_opening", "chorus_visiobat.group_billing"))
        with self.assertRaisesRegex(UserError, "entered with the button Opening balances"):
            accountant.opening_untaxed = 1
        copy = contract.copy()
        self.assertFalse(copy.opening_number or copy.opening_data)

    # --- ledger ---

    def test_the_retention_of_the_general_ledger_is_released(self):
        contract = self._g1(retention_release_date="2027-12-31")
        self._take_over(contract, 100, 45, 0, 50)
        self.assertFalse(contract.opening_move_id)
        third = self._open(contract)
        self._enter(third, 100, 100, 100, 100)
        third.action_invoice()
        # 4 080 taken over + 3 510 of the invoice; the oldest first
        wizard = self.env["works.receivable.clearing"].create(
            {
                "contract_id": contract.id,
                "part": "retention",
                "amount": 5000,
                "date": "2026-11-01",
                "date_due": "2026-12-01",
            }
        )
        self.assertEqual(wizard.amount_held, 7590)
        entries = self.env["account.move"].search(wizard.action_clear()["domain"])
        self.assertEqual(self._ledger(entries), {"411100": 5000, "411700": -5000})
        taken_over = contract.opening_release_ids
        self.assertEqual(self._ledger(taken_over), {"411100": 4080, "411700": -4080})
        self.assertEqual(contract.amount_retention_held, 2590)
        # The accountant matches it with the balance of his general ledger: nothing changes for the contract.
        balance = self.env["account.move"].create(
            {
                "move_type": "entry",
                "date": "2026-06-01",
                "line_ids": [
                    Command.create(
                        {"account_id": account.id, "partner_id": self.town.id, "debit": debit, "credit": credit}
                    )
                    for account, debit, credit in (
                        (self.company._works_account("retention"), 4080, 0),
                        (self.opening_account, 0, 4080),
                    )
                ],
            }
        )
        balance.action_post()
        (balance | taken_over).line_ids.filtered(lambda line: line.account_id.code == "411700").reconcile()
        self.assertEqual(contract.amount_retention_held, 2590)
        with self.assertRaisesRegex(UserError, "between nothing and"):
            contract._clear_part("retention", 2590.01, date=date(2026, 11, 2))
        taken_over._reverse_moves(cancel=True)
        self.assertEqual(contract.amount_retention_held, 6670)

    def test_an_opening_entry_brings_the_retention_and_the_advance(self):
        contract = self._g1(advance_rate=5, retention_release_date="2027-12-31")
        # Advance 5 % of 120 000 × 1.2 = 7 200: 6 000 HT. Progress 68 000 / 126 500 = 53.75 %: nothing is repaid yet.
        self.assertEqual(contract.advance_amount, 7200)
        self._take_over(contract, 100, 45, 0, 50, post_entry=True, counterpart_account_id=self.opening_account)
        entry = contract.opening_move_id
        self.assertEqual(entry.date, date(2026, 5, 31))
        self.assertEqual(self._ledger(entry), {"411700": 4080, "419100": -6000, "890000": 1920})
        self.assertEqual(contract.amount_retention_held, 4080)
        self.assertEqual(
            [(line.account_id.code, str(line.date_maturity)) for line in entry.line_ids if line.works_part],
            [("411700", "2027-12-31")],
        )
        release = contract._clear_part("retention", 4080, date=date(2026, 11, 1), due=date(2026, 12, 1))
        self.assertEqual(self._ledger(release), {"411100": 4080, "411700": -4080})
        self.assertTrue(entry.line_ids.filtered("works_part").reconciled)
        self.assertEqual(contract.amount_retention_held, 0)
        with self.assertRaisesRegex(UserError, "released or repaid since"):
            self._wizard(contract).action_remove()

    def test_a_guarantee_refunds_the_retention_taken_over(self):
        contract = self._g1()
        self._take_over(contract, 100, 45, 0, 50)
        contract.retention_mode = "guarantee"
        third = self._open(contract)
        self._enter(third, 100, 100, 100, 100)
        third.action_invoice()
        self.assertEqual(self._settled(third, "total", "retention", "payable"), [70200, -4080, 74280])
        self.assertEqual(self._ledger(third.receivable_entry_ids), {"411100": 4080, "411700": -4080})
        self.assertEqual(contract.amount_retention_held, 0)
        third.action_draft()
        self.assertEqual(contract.amount_retention_held, 4080)
