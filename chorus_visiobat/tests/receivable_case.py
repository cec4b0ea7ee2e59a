from odoo import Command, fields

from .works_common import WorksCase


class ReceivableCase(WorksCase):
    """Invoices with a retention and direct payments, and their ledger account by account."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.direct_account = cls.env["account.account"].create(
            {
                "code": "411800",
                "name": "Clients – Paiements directs",
                "account_type": "asset_receivable",
                "reconcile": True,
                "company_ids": [Command.set(cls.company.ids)],
            }
        )
        cls.company.works_direct_payment_account_id = cls.direct_account
        cls.bank = cls.env["account.journal"].search(
            [("company_id", "=", cls.company.id), ("type", "=", "bank")], limit=1
        )
        cls.terms = cls.env["account.payment.term"].create(
            {
                "name": "30 % now, the rest in 60 days",
                "line_ids": [
                    Command.create({"value": "percent", "value_amount": 30, "nb_days": 0}),
                    Command.create({"value": "percent", "value_amount": 70, "nb_days": 60}),
                ],
            }
        )

    def _invoice(self, amount=50500.0, *, retention=3030.0, direct=0.0, tax=None, post=True, **values):
        """Works invoice of ``amount`` HT; retention and direct payments incl. tax."""
        move = self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": self.town.id,
                "company_id": self.company.id,
                "invoice_date": "2026-03-31",
                "invoice_payment_term_id": False,
                "invoice_date_due": "2026-04-30",
                "works_retention_amount": retention,
                "works_retention_date": "2027-12-31",
                "works_direct_amount": direct,
                "invoice_line_ids": [
                    Command.create(
                        {"name": "Works", "price_unit": amount, "tax_ids": [Command.set((tax or self.vat20).ids)]}
                    )
                ],
                **values,
            }
        )
        if post:
            move.action_post()
        return move

    def _ledger(self, moves, only=()):
        """Sum of the posted balances by account code, nil ones left out."""
        ledger = {}
        for line in moves.line_ids.filtered(lambda line: line.parent_state == "posted"):
            ledger[line.account_id.code] = round(ledger.get(line.account_id.code, 0) + line.balance, 2)
        return {code: balance for code, balance in ledger.items() if balance and (not only or code in only)}

    def _terms(self, move):
        """Term lines: (account, due date, balance, residual)."""
        lines = move.line_ids.filtered(lambda line: line.display_type == "payment_term")
        return sorted((line.account_id.code, str(line.date_maturity), line.balance) for line in lines)

    def _pay(self, records, amount=None, date="2026-05-15"):
        """Register a payment as the button of the invoice does; the amount that it proposes unless given one."""
        wizard = (
            self.env["account.payment.register"]
            .with_context(**records.action_register_payment()["context"])
            .create({"payment_date": date, "journal_id": self.bank.id})
        )
        proposed = wizard.amount
        if amount is not None:
            wizard.amount = amount
        wizard.action_create_payments()
        return proposed

    def _cash_basis(self):
        """Twenty percent on receipts, and what its payments made due: total of the exigible VAT."""
        tax = self.env["account.chart.template"].with_company(self.company).ref("tva_normale_encaissement")
        tax.active = True
        self.company.tax_exigibility = True
        return tax

    def _exigible(self, move):
        """VAT made due by payments: (date, amount)."""
        entries = self.env["account.move"].search([("tax_cash_basis_origin_move_id", "=", move.id)])
        return sorted(
            (
                str(entry.date),
                round(
                    -sum(
                        entry.line_ids.filtered(lambda line: line.account_id.code.startswith("44571")).mapped("balance")
                    ),
                    2,
                ),
            )
            for entry in entries
        )

    @staticmethod
    def _day(text):
        return fields.Date.to_date(text)
