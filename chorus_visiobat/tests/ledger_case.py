from odoo import Command

from .receivable_case import ReceivableCase


class LedgerCase(ReceivableCase):
    """Statements invoiced, answered and paid, and the ledger of their company account by account."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.roofer = cls.env["res.partner"].create({"name": "Charpentes Renaud", "is_company": True})

    def _g1(self, **values):
        """Contract of golden test G1 (works-billing.md §2.14), without its amendment."""
        return self._contract(retention_rate=5, retention_release_date="2028-01-30", **values)

    def _g3(self, tax=None, **values):
        """Contract of G3: 320 000 of our own, 80 000 of a subcontractor, advance of 14 400 asked for and invoiced."""
        tax = tax or self.vat20
        contract = self._contract(
            [
                {"name": "Own", "amount": 320000, "tax_id": tax.id},
                {"name": "Sub", "amount": 80000, "tax_id": tax.id},
            ],
            date_consultation="2019-06-01",
            duration_months=16,
            retention_rate=5,
            retention_release_date="2028-01-30",
            advance_start_pct=65,
            advance_end_pct=80,
            advance_method="linear",
            advance_base_own_share=True,
            **values,
        )
        party = self.env["works.contract.party"].create(
            {"contract_id": contract.id, "partner_id": self.roofer.id, "amount_max": 80000}
        )
        contract.line_ids[1].party_id = party
        contract.advance_rate = 5
        advance = self._bill_advance(contract)
        return contract, party, advance

    def _g3_month(self, contract, party, own, sub, paid):
        situation = self._open(contract)
        situation.line_ids[0].input_percent = own
        situation.line_ids[1].input_percent = sub
        if paid:
            situation.direct_payment_ids = [Command.create({"party_id": party.id, "amount": paid})]
        situation.action_invoice()
        return situation

    def _answer(self, situation, posts=None, deductions=(), **values):
        """Record an answer through its dialog.

        :param posts: dict rank of the post → values of its line
        :param deductions: values of ``works.admission.deduction``
        """
        wizard = self.env["works.admission"].with_context(default_situation_id=situation.id).create(values)
        for rank, line in (posts or {}).items():
            wizard.line_ids[rank].write(line)
        wizard.deduction_ids = [Command.create(one) for one in deductions]
        wizard.action_confirm()
        return wizard

    def _all(self):
        return self.env["account.move"].search([("company_id", "=", self.company.id)])

    def _balances(self, *accounts):
        return self._ledger(self._all(), accounts)

    def _entries(self, situation):
        """Ledger of the entries of its answer."""
        return self._ledger(situation.settlement_move_ids)
