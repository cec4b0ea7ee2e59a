from odoo.exceptions import UserError
from odoo.tests import tagged

from .ledger_case import LedgerCase

ACCOUNTS = ("411100", "411700", "416000", "445710", "445740")


@tagged("post_install", "-at_install")
class TestAdmissionDispute(LedgerCase):
    """What is contested waits on 416 until a later answer: invoiced − credited − disputed = admitted."""

    def _contested(self, tax=None):
        """G8 without the amendment: 4 000 HT of L1 contested on S2; 4 800 TTC, of which 240 of retention."""
        posts = [{"name": name, "amount": amount} for name, amount in (("L1", 40000), ("L2", 55000), ("L3", 25000))]
        contract = self._contract(
            [{**post, "tax_id": (tax or self.vat20).id} for post in posts],
            retention_rate=5,
            retention_release_date="2028-01-30",
        )
        first = self._bill(contract, 30, 10, 0)
        second = self._bill(contract, 100, 45, 0)
        self._pay(first.move_id)
        first.action_admit_as_requested()
        self._answer(second, {0: {"admitted": 36000, "contested": True, "reason": "Métré"}})
        return contract, second

    def test_contested_and_won(self):
        contract, second = self._contested()
        self.assertFalse(second.correction_ids)
        self.assertEqual(self._entries(second), {"416000": 4800, "411100": -4560, "411700": -240})
        self.assertEqual((second.amount_disputed, contract.amount_disputed), (4800, 4800))
        self.assertEqual((second.amount_payable, second.amount_admitted_payable), (53865, 49305))
        self.assertEqual(self._pay(second.move_id), 49305)
        self.assertEqual(self._balances("411100", "416000"), {"416000": 4800})
        # S3 at 100 %: 55 250 HT, 66 300 TTC; the project manager now admits L1 whole: his month is 59 250 HT
        third = self._bill(contract, 100, 100, 100)
        self.assertEqual(third.amount_untaxed, 55250)
        third.action_admit_as_requested()
        self.assertEqual(self._entries(third), {"416000": -4800, "411100": 4560, "411700": 240})
        self.assertEqual((third.amount_admitted_payable, contract.amount_disputed), (67545, 0))
        self.assertEqual(contract.amount_retention_held, 7200)
        self._pay(third.move_id)
        self._pay(third._returned_lines().filtered(lambda line: not line.works_part))
        self.assertEqual(self._balances(*ACCOUNTS), {"411700": 7200, "445710": -24000})
        release = contract._clear_part("retention", 7200, date=third.move_id.date)
        self._pay(release.line_ids.filtered("debit"))
        self.assertEqual(self._balances(*ACCOUNTS), {"445710": -24000})

    def test_contested_and_lost(self):
        contract, second = self._contested()
        self._pay(second.move_id)
        third = self._bill(contract, 100, 100, 100)
        self._answer(third, {0: {"admitted": 36000}})
        # 116 000 HT in all: the credit note of 4 800 clears what comes back from the dispute
        self.assertEqual(third.correction_ids.amount_total, 4800)
        self.assertEqual((contract.amount_disputed, third.amount_admitted_payable), (0, 62985))
        self.assertEqual(self._pay(third.move_id), 62985)
        self.assertEqual(self._balances(*ACCOUNTS), {"411700": 6960, "445710": -23200})
        self.assertEqual(contract.amount_retention_held, 6960)

    def test_a_dispute_goes_on(self):
        contract, second = self._contested()
        third = self._bill(contract, 100, 100, 100)
        self._answer(third, {0: {"admitted": 36000, "contested": True}})
        self.assertFalse(third.settlement_move_ids)
        self.assertEqual((third.amount_disputed, third.amount_admitted_payable), (4800, 62985))
        self.assertEqual(self._balances("416000"), {"416000": 4800})

    def test_vat_on_receipts_of_what_is_contested_waits(self):
        """S1 21 000 and S2 56 700 TTC: VAT falls due on what is paid, and that of the dispute when it is."""
        contract, second = self._contested(self._cash_basis())
        # paid: 19 950 / 6
        self.assertEqual(self._balances("445710"), {"445710": -3325})
        self._pay(second.move_id)
        # 49 305 / 6 = 8 217.50
        self.assertEqual(self._balances("445710"), {"445710": -11542.5})
        third = self._bill(contract, 100, 100, 100)
        third.action_admit_as_requested()
        self._pay(third.move_id)
        # 62 985 / 6 = 10 497.50
        self.assertEqual(self._balances("445710"), {"445710": -22040})
        self._pay(third._returned_lines().filtered(lambda line: not line.works_part))
        # 4 560 / 6 = 760
        self.assertEqual(self._balances("445710"), {"445710": -22800})
        release = contract._clear_part("retention", 7200, date=third.move_id.date)
        self._pay(release.line_ids.filtered("debit"))
        self.assertEqual(self._balances(*ACCOUNTS), {"445710": -24000})

    def test_a_dispute_is_taken_back(self):
        contract, second = self._contested()
        second.action_undo_admission()
        self.assertEqual(self._balances("411100", "411700", "416000"), {"411100": 53865, "411700": 3885})
        self.assertEqual(contract.amount_disputed, 0)

    def test_more_admitted_than_requested_is_billed_next(self):
        """L2 admitted at 6 000 for 5 500: the client pays 475 more than billed, which the next month bills."""
        contract = self._g1()
        first = self._bill(contract, 30, 10, 0)
        wizard = self._answer(first, {1: {"admitted": 6000}})
        self.assertIn("Admis et pas encore facturé", wizard.preview)
        self.assertFalse(first.settlement_move_ids | first.correction_ids)
        self.assertEqual((first.amount_disputed, first.amount_admitted_payable), (-600, 20520))
        self._pay(first.move_id, 20520)
        second = self._bill(contract, 30, 45, 0)
        # billed: 55 000 × 35 % = 19 250 HT; his month: 18 750 HT
        self.assertEqual(second.amount_untaxed, 19250)
        second.action_admit_as_requested()
        self.assertEqual((second.amount_admitted_payable, contract.amount_disputed), (21375, 0))
        self._pay(second.move_id, 21375)
        self.assertEqual(self._balances("411100", "416000"), {})

    def test_two_rates_in_one_credit_and_one_dispute(self):
        """A 20 %, B 10 %: 1 000 of A credited (1 200), 2 000 of B contested (2 200)."""
        contract = self._contract(
            [{"name": "A", "amount": 60000}, {"name": "B", "amount": 40000, "tax_id": self.vat10.id}]
        )
        situation = self._bill(contract, 50, 50)
        self._answer(situation, {0: {"admitted": 29000}, 1: {"admitted": 18000, "contested": True}})
        self.assertEqual(situation.correction_ids.amount_total, 1200)
        self.assertEqual(self._entries(situation), {"416000": 2200, "411100": -2200})
        self.assertEqual(situation.amount_admitted_payable, 29000 * 1.2 + 18000 * 1.1)
        self.assertEqual(self._pay(situation.move_id), 54600)

    def test_a_cut_that_comes_after_the_next_invoice(self):
        """S3 is invoiced on 40 000 of L1 when S2 is answered at 36 000: contested, then accepted with S3."""
        contract = self._contract(retention_rate=5, retention_release_date="2028-01-30")
        first = self._bill(contract, 30, 10, 0)
        second = self._bill(contract, 100, 45, 0)
        third = self._bill(contract, 100, 100, 100)
        first.action_admit_as_requested()
        with self.assertRaises(UserError) as refused:
            self._answer(second, {0: {"admitted": 36000}})
        self.assertIn("tick Contested here", str(refused.exception))
        self._answer(second, {0: {"admitted": 36000, "contested": True}})
        self._answer(third, {0: {"admitted": 36000}})
        for situation in first | second | third:
            self._pay(situation.move_id)
        self.assertEqual(self._balances(*ACCOUNTS), {"411700": 6960, "445710": -23200})

    def test_a_secured_entry_is_reversed(self):
        """Where entries are secured (inaltérables), taking the answer back reverses them."""
        situation = self._bill(self._contract(), 30, 10, 0)
        before = self._balances()
        self.company._works_entry_journal().restrict_mode_hash_table = True
        self._answer(situation, deductions=[{"name": "Retard", "amount": 450}])
        entry = situation.settlement_move_ids
        self.assertTrue(entry.inalterable_hash)
        situation.action_undo_admission()
        self.assertEqual((entry.state, entry.reversal_move_ids.state), ("posted", "posted"))
        self.assertEqual(self._balances(), before)
        self.assertEqual(situation.move_id.amount_residual, 21000)
