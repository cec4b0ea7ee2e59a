from datetime import date

from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged

from .works_common import WorksCase

G1 = ((30, 10, 0), (100, 45, 0), (100, 100, 100))


@tagged("post_install", "-at_install")
class TestWorksSettlement(WorksCase):
    """From the total incl. tax to the net, with the golden tests of works-billing.md §2.14 through the records."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.subcontractor = cls.env["res.partner"].create({"name": "Étanchéité du Val", "is_company": True})
        cls._direct_payment_account()

    def _settled(self, situation, *names):
        return [round(situation[f"amount_{name}"], 2) for name in names]

    # --- retention ---

    def _g1(self, **values):
        contract = self._contract(retention_rate=5, **values)
        first = self._bill(contract, *G1[0])
        amendment = self.env["works.contract.amendment"].create(
            {"contract_id": contract.id, "number": "1", "date_notification": "2026-05-01"}
        )
        contract.line_ids = [
            Command.create(
                {"name": "AV1", "amount": 6500, "tax_id": self.vat20.id, "amendment_id": amendment.id, "sequence": 99}
            )
        ]
        return contract, first

    def test_g1_retention_of_five_percent(self):
        contract, first = self._g1()
        second = self._bill(contract, *G1[1], 50)
        third = self._bill(contract, *G1[2], 100)
        names = ("untaxed", "tax", "total", "retention", "payable")
        self.assertEqual(self._settled(first, *names), [17500, 3500, 21000, 1050, 19950])
        self.assertEqual(self._settled(second, *names), [50500, 10100, 60600, 3030, 57570])
        self.assertEqual(self._settled(third, *names), [58500, 11700, 70200, 3510, 66690])
        self.assertEqual([one.amount_total for one in third.move_ids], [70200], "the retention is no invoice line")

    def test_g1_a_guarantee_refunds_the_retention(self):
        contract, _first = self._g1()
        contract.retention_mode = "guarantee"
        second = self._bill(contract, *G1[1], 50)
        third = self._bill(contract, *G1[2], 100)
        self.assertEqual(self._settled(second, "retention", "payable"), [-1050, 61650])
        self.assertEqual(self._settled(third, "retention", "payable"), [0, 70200])
        self.assertTrue(second.guaranteed)

    def test_a_guarantee_counts_from_its_date(self):
        contract, first = self._g1()
        second = self._open(contract)
        contract.write({"retention_mode": "guarantee", "guarantee_date": second.period_end.replace(day=1)})
        self.assertTrue(second.guaranteed)
        contract.guarantee_date = date(2100, 1, 1)
        self.assertFalse(second.guaranteed)
        self.assertFalse(first.guaranteed)

    def test_an_invoiced_statement_ignores_what_becomes_of_the_contract(self):
        contract, first = self._g1()
        before = first.explanation, first.ladder, first.closing_data
        contract.write({"retention_rate": 3, "retention_base": "excluded"})
        contract.line_ids[2].amount = 30000  # not billed yet
        first.invalidate_recordset()
        self.assertEqual((first.explanation, first.ladder, first.closing_data), before)
        self.assertEqual(first.amount_retention, 1050)

    def test_a_lower_rate_gives_some_back(self):
        contract, _first = self._g1()
        contract.retention_rate = 3
        draft = self._open(contract)
        self.assertEqual(draft.amount_retention, -420)  # 3 % of 21 000.00, less 1 050.00 withheld
        contract.retention_rate = 0
        self.assertEqual(draft.amount_retention, -1050)

    def test_part_of_the_retention_may_be_paid_back_early(self):
        contract, _first = self._g1()
        self._bill(contract, *G1[1], 50)
        third = self._open(contract)
        self._enter(third, *G1[2], 100)
        third.retention_released = 2000
        self.assertEqual(self._settled(third, "retention", "payable"), [1510, 68690])
        third.retention_released = 9000
        with self.assertRaisesRegex(UserError, "Retention paid back so far: 9\u202f000,00"):
            third.action_invoice()

    def test_what_was_paid_back_of_the_retention_is_not_withheld_again(self):
        """S2 gives 2 000 back of 5 % of 81 600; S3 withholds 5 % of 70 200 TTC and nothing else."""
        contract, _first = self._g1()
        second = self._open(contract)
        self._enter(second, *G1[1], 50)
        second.retention_released = 2000
        second.action_invoice()
        self.assertEqual(second.amount_retention, 1030)  # 3 030 − 2 000
        third = self._open(contract)
        self._enter(third, *G1[2], 100)
        self.assertEqual(third.retention_released, 2000)
        self.assertEqual(self._settled(third, "retention", "payable"), [3510, 66690])
        third.retention_released = 1500
        with self.assertRaisesRegex(UserError, "It is cumulative"):
            third.action_invoice()

    def test_retention_bases(self):
        amounts = {}
        for base in ("included", "excluded"):
            contract = self._contract(retention_rate=5, retention_base=base, chorus_contract_number=base)
            amounts[base] = self._bill(contract, 30, 10, 0).amount_retention
        self.assertEqual(amounts, {"included": 1050, "excluded": 875})

    def test_the_cap_follows_the_law(self):
        contract = self._contract(date_consultation="2025-06-01", small_firm=True, buyer_kind="large_body")
        self.assertEqual(contract.retention_legal_rate, 3)
        contract.retention_rate = 5
        self.assertIn("plafond légal de 3", contract.terms_advice)
        contract.date_consultation = "2024-06-01"
        self.assertEqual(contract.retention_legal_rate, 5)
        self.assertFalse(contract.terms_advice)
        with Form(contract) as form:
            form.date_consultation = date(2025, 6, 1)
            self.assertEqual(form.retention_rate, 3, "the form proposes what the law allows")

    # --- correction of the project manager ---

    def test_g8_what_was_admitted_is_what_the_next_month_starts_from(self):
        contract, _first = self._g1()
        second = self._bill(contract, *G1[1], 50)
        third = self._open(contract)
        self._enter(third, *G1[2], 100)
        second.line_ids[0].admitted_cumulative = 36000
        self.assertEqual(third.line_ids[0].previous, 36000)
        self.assertEqual(self._settled(third, "untaxed", "retention"), [62500, 3750])
        self.assertEqual(second._admitted().credited.included, 4800)

    # --- penalties ---

    def test_penalties_lower_the_net_alone(self):
        contract = self._contract()
        situation = self._open(contract)
        self._enter(situation, 30, 10, 0)
        with Form(situation) as form:
            with form.deduction_ids.new() as deduction:
                deduction.name = "Retard de 3 jours"
                deduction.amount = 450
            self.assertEqual(form.amount_payable, 20550)
        self.assertEqual(self._settled(situation, "total", "penalty", "payable"), [21000, 450, 20550])
        situation.action_invoice()
        self.assertEqual(situation.move_id.amount_total, 21000)
        with self.assertRaises(ValidationError):
            situation.deduction_ids.amount = 10
        with self.assertRaises(ValidationError):
            situation.deduction_ids.unlink()
        self.assertEqual(self._open(contract).amount_penalty, 0, "a deduction is of its month")

    def test_a_deduction_is_charged_in_its_own_company(self):
        other = self.env["res.company"].create({"name": "Charpentes Renaud"})
        account = self.env["account.account"].create(
            {"code": "658100", "name": "Pénalités", "account_type": "expense", "company_ids": [Command.set(other.ids)]}
        )
        situation = self._open(self._contract())
        with self.assertRaisesRegex(UserError, "Charpentes Renaud|Pénalités"):
            situation.deduction_ids = [Command.create({"name": "Retard", "amount": 450, "account_id": account.id})]

    def test_a_net_made_negative_is_carried_and_is_no_credit_note(self):
        contract = self._contract()
        first = self._open(contract)
        self._leave_time_for_more(first)
        self._enter(first, 1, 0, 0)
        self.env["works.situation.deduction"].create({"situation_id": first.id, "name": "Retard", "amount": 1000})
        self.assertEqual(self._settled(first, "total", "payable", "debt"), [480, 0, -520])
        self.assertIn("reportés sur la situation suivante", first.advice)
        first.action_invoice()
        self.assertEqual(first.move_id.move_type, "out_invoice")
        second = self._bill(contract, 30, 10, 0)
        self.assertEqual(self._settled(second, "total", "payable"), [20520, 20000])

    def test_site_manager_enters_no_deduction(self):
        situation = self._open(self._contract(retention_rate=5))
        with self.assertRaises(AccessError):
            self.env["works.situation.deduction"].with_user(self.site_manager).create(
                {"situation_id": situation.id, "name": "x", "amount": 1}
            )
        mine = situation.with_user(self.site_manager)
        mine.line_ids[0].input_percent = 30
        self.assertEqual(mine.amount_retention, 720)
        self.assertIn("Retenue de garantie", mine.ladder)

    # --- advance and direct payments ---

    def _g3(self, **values):
        contract = self._contract(
            [("Own", 320000), ("Sub", 80000)],
            date_consultation="2019-06-01",
            duration_months=16,
            retention_rate=5,
            advance_start_pct=65,
            advance_end_pct=80,
            advance_method="linear",
            **values,
        )
        party = self.env["works.contract.party"].create(
            {"contract_id": contract.id, "partner_id": self.subcontractor.id, "amount_max": 80000}
        )
        contract.line_ids[1].party_id = party
        contract.advance_rate = 5
        advance = self._bill_advance(contract)
        return contract, party, advance

    def test_the_advance_of_works_subcontracted_later_is_given_back_at_once(self):
        """G3, where 32 000 of the 320 000 are subcontracted after signature: 10 % of the advance, 1 440 of 14 400."""
        contract, party, _advance = self._g3(advance_base_own_share=True)
        contract.advance_refunded = 1440
        repaid = [self._g3_month(contract, party, *month)[4] for month in ((20, 0, 0), (45, 25, 20000))]
        self.assertEqual(repaid, [1440, 0])
        self._g3_month(contract, party, 62, 50, 20000)
        # the rest from 65 to 80 %, at 72 %: 12 960 x 7 / 15
        self.assertEqual(self._g3_month(contract, party, 72, 100, 40000)[4], 6048)

    def _g3_month(self, contract, party, own, sub, paid):
        situation = self._open(contract)
        situation.line_ids[0].input_percent = own
        situation.line_ids[1].input_percent = sub
        if paid:
            situation.direct_payment_ids = [Command.create({"party_id": party.id, "amount": paid})]
        situation.action_invoice()
        return self._settled(
            situation, "untaxed", "tax", "total", "retention", "advance_repaid", "direct_payment", "payable"
        )

    def test_g3_advance_and_direct_payments(self):
        contract, party, advance = self._g3(advance_base_own_share=True)
        self.assertEqual(contract.advance_amount, 14400)
        self.assertEqual((contract.advance_untaxed, contract.advance_tax), (12000, 2400))
        self.assertEqual(self._settled(advance, "total", "advance_granted", "payable"), [0, 14400, 14400])
        self.assertRecordValues(advance.move_id, [{"amount_untaxed": 12000, "amount_tax": 2400}])
        self.assertEqual(advance.move_id.invoice_line_ids.account_id.code, "419100")
        months = (
            (20, 0, 0, [64000, 12800, 76800, 3840, 0, 0, 72960]),
            (45, 25, 20000, [100000, 20000, 120000, 6000, 0, 20000, 94000]),
            (62, 50, 20000, [74400, 14880, 89280, 4464, 0, 20000, 64816]),
            (72, 100, 40000, [72000, 14400, 86400, 4320, 6720, 40000, 35360]),
            (85, 100, 0, [41600, 8320, 49920, 2496, 7680, 0, 39744]),
        )
        for own, sub, paid, expected in months:
            self.assertEqual(self._g3_month(contract, party, own, sub, paid), expected)
        self.assertEqual(party.amount_paid, 80000)

    def test_g3_progress_of_the_whole_contract(self):
        contract, party, _advance = self._g3()
        repaid = [
            self._g3_month(contract, party, own, sub, paid)[4]
            for own, sub, paid in ((62, 50, 40000), (72, 100, 40000), (85, 100, 0))
        ]
        self.assertEqual(repaid, [0, 12096, 2304])

    def test_an_advance_statement_bills_the_advance_alone(self):
        contract = self._contract(advance_rate=5, duration_months=6)
        advance = self._open(contract)
        advance.kind = "advance"
        self.assertEqual(advance.amount_advance_granted, 7200)
        advance.line_ids[0].input_percent = 30
        with self.assertRaisesRegex(UserError, "asks for the advance alone"):
            advance.action_invoice()
        advance.line_ids[0].input_percent = 0
        contract.advance_amount = 0
        with self.assertRaisesRegex(UserError, "nothing is left to ask for"):
            advance.action_invoice()

    def test_advance_of_several_rates(self):
        contract = self._contract(
            [{"name": "A", "amount": 60000}, {"name": "B", "amount": 40000, "tax_id": self.vat10.id}],
            advance_rate=10,
            duration_months=6,
        )
        self.assertEqual(contract.advance_amount, 11600)
        self.assertEqual((contract.advance_untaxed, contract.advance_tax), (10000, 1600))

    def test_the_law_proposes_the_repayment(self):
        contract = self._contract()
        with Form(contract) as form:
            form.date_consultation = date(2021, 1, 1)
            form.advance_rate = 5
            self.assertEqual((form.advance_start_pct, form.advance_end_pct), (65, 80))
            self.assertEqual(form.advance_method, "linear")
            form.date_consultation = date(2025, 3, 1)
            self.assertEqual((form.advance_end_pct, form.advance_method), (100, "staggered"))
            form.advance_rate = 40
            self.assertEqual(form.advance_start_pct, 0)
            form.advance_start_pct = 65
            self.assertIn("dépassent 100", form.terms_advice)

    def test_subcontractor_above_his_ceiling(self):
        contract = self._contract()
        party = self.env["works.contract.party"].create(
            {"contract_id": contract.id, "partner_id": self.subcontractor.id, "amount_max": 5000}
        )
        situation = self._open(contract)
        self._enter(situation, 30, 10, 0)
        situation.direct_payment_ids = [Command.create({"party_id": party.id, "amount": 5000.01})]
        self.assertIn("acte spécial de 5\u202f000,00", situation.advice)
        with self.assertRaisesRegex(UserError, "acte spécial"):
            situation.action_invoice()
        situation.direct_payment_ids.amount = 5000
        situation.action_invoice()
        self.assertEqual(situation.amount_payable, 16000)
        with self.assertRaisesRegex(UserError, "paid directly on an invoiced statement"):
            party.reverse_charge = False

    def test_direct_payment_is_proposed_from_the_posts(self):
        contract = self._contract()
        party = self.env["works.contract.party"].create(
            {"contract_id": contract.id, "partner_id": self.subcontractor.id, "amount_max": 55000}
        )
        contract.line_ids[1].party_id = party
        situation = self._open(contract)
        self._enter(situation, 30, 10, 0)
        with Form(situation) as form, form.direct_payment_ids.new() as payment:
            payment.party_id = party
            self.assertEqual(payment.amount, 5500)

    def test_subcontractor_of_another_contract(self):
        party = self.env["works.contract.party"].create(
            {
                "contract_id": self._contract().id,
                "partner_id": self.subcontractor.id,
                "amount_max": 5000,
            }
        )
        other = self._contract(chorus_contract_number="2026-015")
        with self.assertRaisesRegex(ValidationError, "subcontractor of this contract"):
            self._open(other).direct_payment_ids = [Command.create({"party_id": party.id, "amount": 1})]
        with self.assertRaisesRegex(ValidationError, "belongs to another contract"):
            other.line_ids[0].party_id = party
        with self.assertRaisesRegex(ValidationError, "acte spécial"):
            party.amount_max = 0

    # --- shared site costs ---

    def test_shared_site_costs(self):
        for mode, payable in (("told", 21000), ("deducted", 20650)):
            contract = self._contract(prorata_mode=mode, prorata_rate=2, chorus_contract_number=mode)
            situation = self._bill(contract, 30, 10, 0)
            self.assertEqual(situation.amount_payable, payable)
            self.assertIn("Compte prorata", situation.ladder)
        self.assertEqual(situation.amount_prorata, 350)

    # --- without any of it ---

    def test_a_plain_contract_says_nothing_of_deductions(self):
        situation = self._bill(self._contract(), 30, 10, 0)
        self.assertFalse(situation.has_settlement)
        self.assertFalse(situation.ladder)
        self.assertEqual(situation.amount_payable, situation.amount_total)

    def test_a_copied_contract_has_its_own_terms(self):
        contract = self._contract(retention_rate=5)
        party = self.env["works.contract.party"].create(
            {"contract_id": contract.id, "partner_id": self.subcontractor.id, "amount_max": 5000}
        )
        contract.line_ids[0].party_id = party
        copy = contract.copy()
        self.assertEqual(copy.retention_rate, 5)
        self.assertFalse(copy.party_ids | copy.line_ids.party_id)
        self.assertEqual(len(copy.line_ids), 3)
