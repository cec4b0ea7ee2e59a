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
