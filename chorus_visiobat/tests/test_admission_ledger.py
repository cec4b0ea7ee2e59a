from datetime import date

from odoo import Command
from odoo.tests import tagged

from .ledger_case import LedgerCase

# own %, subcontractor's %, paid to him; then net, and what the ledger of 411100 takes by entry
G3 = (
    (20, 0, 0, 72960),
    (45, 25, 20000, 94000),
    (62, 50, 20000, 64816),
    (72, 100, 40000, 35360),
    (85, 100, 0, 39744),
    (100, 100, 0, 54720),
)


@tagged("post_install", "-at_install")
class TestAdmissionLedger(LedgerCase):
    """Golden test G3 through the ledger: advance, retention and direct payments to the end (works-billing.md §2.14)."""

    def test_golden_g3_on_debits(self):
        """Σ net 361 600 + paid to the subcontractor 80 000 + retention 24 000 + advance 14 400 = 480 000."""
        contract, party, advance = self._g3()
        self.assertEqual(self._ledger(advance.move_id), {"411100": 14400, "419100": -12000, "445710": -2400})
        self._pay(advance.move_id)
        advance.action_admit_as_requested()
        received = 0
        for own, sub, paid, net in G3:
            situation = self._g3_month(contract, party, own, sub, paid)
            situation.action_admit_as_requested()
            self.assertEqual(situation.amount_admitted_payable, net)
            self.assertEqual(self._pay(situation.move_id), net)
            received += net
            if own == 72:
                # S4 repays 6 720 TTC: 5 600 + 1 120 of VAT
                self.assertEqual(self._entries(situation), {"411100": -6720, "419100": 5600, "445710": 1120})
            if own == 85:
                self.assertEqual(self._entries(situation), {"411100": -7680, "419100": 6400, "445710": 1280})
        self.assertEqual(received, 361600)
        self.assertEqual(
            self._balances("411100", "411700", "411800", "416000", "419100", "445710", "704000"),
            {"411700": 24000, "411800": 80000, "445710": -80000, "704000": -400000},
        )
        advances = self._all().line_ids.filtered(lambda line: line.account_id.code == "419100")
        self.assertEqual(set(advances.mapped("reconciled")), {True})
        payable = self.roofer.with_company(self.company).property_account_payable_id
        contract._clear_part("direct", 80000, date=situation.move_id.date, account=payable, partner=self.roofer)
        release = contract._clear_part("retention", 24000, date=situation.move_id.date)
        self._pay(release.line_ids.filtered("debit"))
        self.assertEqual(self._balances("411100", "411700", "411800", "416000", "419100", "445710"), {"445710": -80000})

    def test_vat_return_of_a_recovery(self):
        """CA3 line 08: base and VAT of the month of S4 are 72 000 − 5 600 and 14 400 − 1 120."""
        contract, party, advance = self._g3()
        advance.action_admit_as_requested()
        self._g3_month(contract, party, 62, 50, 40000).action_admit_as_requested()
        month = self._g3_month(contract, party, 72, 100, 40000)
        month.action_admit_as_requested()
        lines = (month.move_id | month.settlement_move_ids).line_ids
        tags = {}
        for line in lines:
            for tag in line.tax_tag_ids:
                tags[tag.name] = round(tags.get(tag.name, 0) - line.balance, 2)
        self.assertEqual(tags["08_base"], 66400)
        self.assertEqual(tags["08_taxe"], 13280)

    def test_golden_g3_on_receipts(self):
        """VAT falls due with each receipt, never twice: 44574 keeps that of what the client still holds."""
        tax = self._cash_basis()
        contract, party, advance = self._g3(tax)
        self.assertEqual(self._balances("445740", "445710"), {"445740": -2400})
        self._pay(advance.move_id)
        self.assertEqual(self._balances("445740", "445710"), {"445710": -2400})
        advance.action_admit_as_requested()
        # S1 to S3 in one: 198 400 own + 40 000 sub = 238 400 HT, 286 080 TTC; retention 14 304, direct 40 000
        first = self._g3_month(contract, party, 62, 50, 40000)
        first.action_admit_as_requested()
        self.assertEqual(self._pay(first.move_id), 231776)
        # due: 2 400 + 231 776 / 6 = 38 629.33 (rounded); pending: retention and direct payments, 54 304 / 6 = 9 050.67
        self.assertEqual(self._balances("445740", "445710"), {"445740": -9050.67, "445710": -41029.33})
        month = self._g3_month(contract, party, 72, 100, 40000)
        month.action_admit_as_requested()
        # the recovery is a receipt of 6 720 TTC, and takes its own VAT back: 1 120 − 1 120
        self.assertEqual(self._balances("445740", "445710"), {"445740": -9050.67 - 14400 + 1120, "445710": -41029.33})
        self.assertEqual(self._pay(month.move_id), 35360)
        self.assertEqual(self._balances("445710"), {"445710": round(-41029.33 - 35360 / 6, 2)})

    def test_an_advance_of_odd_cents_is_recovered_to_the_cent(self):
        """10 285.71 TTC is 8 571.43 + 1 714.28, and not 1 714.29 (works-billing.md §2.11.6); repaid in thirds."""
        contract = self._contract(
            [("L1", 100000)],
            advance_rate=10,
            duration_months=6,
            date_consultation="2019-06-01",
            advance_start_pct=10,
            advance_end_pct=40,
            advance_method="linear",
        )
        contract.advance_amount = 10285.71
        advance = self._bill_advance(contract)
        self.assertEqual(self._totals(advance.move_id), (8571.43, 1714.28, 10285.71))
        advance.action_admit_as_requested()
        months = [self._bill(contract, percent) for percent in (20, 30, 40)]
        months[0].browse([one.id for one in months]).action_admit_as_requested()
        # 3 428.57 = 2 857.14 + 571.43; 6 857.14 = 5 714.28 + 1 142.86; then all of it
        self.assertEqual(
            [self._entries(one) for one in months],
            [
                {"411100": -3428.57, "419100": 2857.14, "445710": 571.43},
                {"411100": -3428.57, "419100": 2857.14, "445710": 571.43},
                {"411100": -3428.57, "419100": 2857.15, "445710": 571.42},
            ],
        )
        self.assertEqual(self._balances("419100"), {})

    def test_an_advance_of_two_rates(self):
        """10 % of A 60 000 at 20 % and B 40 000 at 10 %: 6 000 + 1 200 and 4 000 + 400."""
        contract = self._contract(
            [{"name": "A", "amount": 60000}, {"name": "B", "amount": 40000, "tax_id": self.vat10.id}],
            advance_rate=10,
            duration_months=6,
            date_consultation="2019-06-01",
            advance_start_pct=50,
            advance_end_pct=80,
            advance_method="linear",
        )
        advance = self._bill_advance(contract)
        month = self._bill(contract, 100, 100)
        (advance | month).action_admit_as_requested()
        self.assertEqual(self._entries(month), {"411100": -11600, "419100": 10000, "445710": 1600})
        self.assertEqual(self._balances("419100", "445710", "704000"), {"445710": -16000, "704000": -100000})
        self.assertEqual(self._pay(month.move_id), 104400)

    def test_a_recovery_is_taken_back_under_vat_on_receipts(self):
        tax = self._cash_basis()
        contract, party, advance = self._g3(tax)
        self._pay(advance.move_id)
        advance.action_admit_as_requested()
        month = self._g3_month(contract, party, 72, 100, 80000)
        before = self._balances()
        month.action_admit_as_requested()
        month.action_undo_admission()
        self.assertEqual(self._balances(), before)
        month.action_admit_as_requested()
        self.assertEqual(self._balances("419100"), {"419100": -6400})

    def test_direct_payments_beyond_the_month_wait_on_their_account(self):
        """4 800 TTC of works and 5 500 to the subcontractor: 700 are owed by us, and taken from the next month."""
        contract = self._contract()
        party = self.env["works.contract.party"].create(
            {"contract_id": contract.id, "partner_id": self.roofer.id, "amount_max": 30000}
        )
        first = self._open(contract)
        self._leave_time_for_more(first)
        self._enter(first, 10, 0, 0)
        first.direct_payment_ids = [Command.create({"party_id": party.id, "amount": 5500})]
        first.action_invoice()
        first.action_admit_as_requested()
        self.assertEqual(self._balances("411100", "411800"), {"411100": -700, "411800": 5500})
        self.assertEqual(contract.amount_direct_held, 5500)
        second = self._bill(contract, 30, 10, 0)
        second.action_admit_as_requested()
        self.assertEqual(self._pay(second.move_id), second.amount_admitted_payable)
        self.assertEqual(self._balances("411100", "411800"), {"411800": 5500})

    def test_a_guarantee_replaces_the_retention_of_a_month_in_dispute(self):
        """1 050 retained on S1; 4 800 TTC of S2 contested with 240; a guarantee then gives back what is held."""
        contract = self._g1()
        first = self._bill(contract, 30, 10, 0)
        second = self._bill(contract, 100, 45, 0)
        self._pay(first.move_id)
        first.action_admit_as_requested()
        self._answer(second, {0: {"admitted": 36000, "contested": True}})
        self._pay(second.move_id)
        self.assertEqual(contract.amount_retention_held, 3645)
        contract.retention_mode = "guarantee"
        third = self._bill(contract, 100, 100, 100)
        self.assertEqual(contract.amount_retention_held, 0)
        # the dispute is won: 4 800 come back, without any retention now
        third.action_admit_as_requested()
        self.assertEqual(self._entries(third), {"411100": 4800, "416000": -4800})
        # 66 300 of the month + 3 645 given back + 4 800
        self.assertEqual((third.amount_admitted_payable, contract.amount_disputed), (74745, 0))
        self._pay(third.move_id)
        self._pay((third.receivable_entry_ids | third.settlement_move_ids).line_ids.filtered("debit"))
        self.assertEqual(self._balances("411100", "411700", "416000", "445710"), {"445710": -24000})

    def test_golden_g2_two_rates_a_penalty_and_a_regularisation(self):
        """G2, then S4 for the published index: Σ TTC 159 878.32 + 446.27; penalty 450, retention 4 662.96.

        VAT at 20 %: 5 971.58 + 6 025.98 + 6 024.17 + 46.74; at 10 %: 583.55 + 2 178.14 + 1 942.67 + 15.07.
        """
        index = self.env["works.price.index"].create({"code": "BT01"})
        index._set_values({date(2026, 3, 1): 126.9, date(2026, 5, 1): 130.1, date(2026, 6, 1): 131.4})
        weights = [Command.create({"index_id": index.id, "weight": 0.85})]
        contract = self._contract(
            [{"name": "A", "amount": 87654.32}, {"name": "B", "amount": 45678.91, "tax_id": self.vat10.id}],
            retention_rate=3,
            price_type="revisable",
            price_base_month="2026-03-15",
            formula_ids=[Command.create({"name": "CCAP", "fixed_part": 0.15, "weight_ids": weights})],
        )
        months = (
            (5, (33.33, 12.5), (), 41008.35),
            (6, (66.67, 58.75), [{"name": "Retard", "amount": 450}], 57916.20),
            (7, (100, 100), (), 55840.81),
            (8, (100, 100), (), 446.27),
        )
        for month, percents, deductions, net in months:
            if month == 8:
                index._set_values({date(2026, 7, 1): 132.7})
            situation = self._open(contract)
            situation.period_end = date(2026, month, 28)
            self._enter(situation, *percents)
            situation.action_invoice()
            self._answer(situation, deductions=deductions)
            self.assertEqual(situation.amount_admitted_payable, net)
            self.assertEqual(self._pay(situation.move_id), net)
        self.assertEqual(
            self._balances("411100", "411700", "445710", "658100"),
            {"411700": 4662.96, "445710": -22787.90, "658100": 450},
        )
