import base64
import csv
import io

from odoo import Command
from odoo.tests import tagged

from .receivable_case import ReceivableCase

REQUIRED = (
    "JournalCode",
    "JournalLib",
    "EcritureNum",
    "EcritureDate",
    "CompteNum",
    "CompteLib",
    "PieceDate",
    "EcritureLib",
)


@tagged("post_install", "-at_install")
class TestFec(ReceivableCase):
    """The FEC (LPF art. A47 A-1) of a works contract: every entry of ours has what the file asks for."""

    def _fec(self):
        wizard = self.env["l10n_fr.fec.export.wizard"].create(
            {"date_from": "2026-01-01", "date_to": "2028-12-31", "test_file": True}
        )
        action = wizard.create_fec_report_action()
        self.assertIn("download=true", action["url"])
        content = base64.b64decode(wizard.works_file).decode()
        return list(csv.DictReader(io.StringIO(content), delimiter="|"))

    @staticmethod
    def _amount(row):
        return round(float(row["Debit"].replace(",", ".")) - float(row["Credit"].replace(",", ".")), 2)

    def test_invoice_bill_payment_by_the_client_and_release(self):
        carpenter = self.create_body("Charpentes Renaud", "59603082500019")
        contract = self._contract(
            [("Gros œuvre", 80000), ("Charpente", 20000)], retention_rate=5, retention_release_date="2027-12-31"
        )
        party = self.env["works.contract.party"].create(
            {"contract_id": contract.id, "partner_id": carpenter.id, "amount_max": 20000}
        )
        contract.line_ids[1].party_id = party
        situation = self._open(contract)
        situation.period_end = "2026-03-31"
        situation.invoice_date = "2026-04-05"
        self._enter(situation, 50, 50)
        situation.direct_payment_ids = [Command.create({"party_id": party.id, "amount": 10000})]
        situation.action_invoice()
        bill = self.env["account.move"].browse(situation.direct_payment_ids.action_register_bill()["res_id"])
        bill.write({"invoice_date": "2026-04-02", "ref": "R-17"})
        bill.action_post()
        cleared = contract._clear_part(
            "direct",
            10000,
            date="2026-05-10",
            account=carpenter.with_company(self.company).property_account_payable_id,
            partner=carpenter,
        )
        (bill.line_ids + cleared.line_ids).filtered(lambda line: line.account_id.code == "401100").reconcile()
        self._pay(situation.move_id, date="2026-05-15")
        contract._clear_part("retention", 3000, date="2027-12-31", due="2028-01-30")

        rows = self._fec()
        entries = {}
        for row in rows:
            for column in REQUIRED:
                self.assertTrue(row[column], f"{column} of {row}")
            entries.setdefault(row["EcritureNum"], []).append(row)
        for number, items in entries.items():
            self.assertEqual(round(sum(map(self._amount, items)), 2), 0, f"{number} is balanced")
        # 50 000 HT: 60 000 TTC = 411100 47 000 + 411700 3 000 + 411800 10 000.
        invoice = {row["CompteNum"]: row for row in entries[situation.move_id.name]}
        self.assertEqual(
            {code: self._amount(row) for code, row in invoice.items()},
            {"411100": 47000, "411700": 3000, "411800": 10000, "445710": -10000, "704000": -50000},
        )
        self.assertEqual({row["PieceRef"] for row in invoice.values()}, {situation.move_id.ref})
        self.assertEqual({row["PieceDate"] for row in invoice.values()}, {"20260405"})
        for row in rows:
            if row["CompteNum"].startswith(("411", "401")):
                self.assertTrue(row["CompAuxNum"] and row["CompAuxLib"], f"third party of {row}")
                self.assertNotEqual(row["PieceRef"], "-", f"supporting paper of {row}")
        # What is settled carries the same letter on both sides.
        for account in ("411700", "411800", "401100"):
            items = [row for row in rows if row["CompteNum"] == account]
            letters = {row["EcritureLet"] for row in items}
            self.assertEqual((len(items), len(letters)), (2, 1), account)
            self.assertTrue(all(letters) and all(row["DateLet"] for row in items))
