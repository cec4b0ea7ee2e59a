from odoo import Command, models


class WorksSituation(models.Model):
    """The statement that asks for the advance (*demande d'avance*): it bills no works but a down payment.

    Its VAT is due on receipt (works-billing.md correction 8); the statements of works then repay it.
    """

    _inherit = "works.situation"

    def _invoice_problems(self):
        problems = super()._invoice_problems()
        if self.kind == "advance" and not self.company_id._works_advance_account():
            problems.append(
                self.env._("Advance: your chart of accounts has no account 419100, advances received. Add it first.")
            )
        return problems

    def _billed_totals(self):
        if self.kind != "advance":
            return super()._billed_totals()
        parts = self._advance_parts().values()
        untaxed, tax = (float(sum(amounts)) for amounts in zip(*parts, strict=True)) if parts else (0.0, 0.0)
        return {"amount_untaxed": untaxed, "amount_tax": tax, "amount_total": self.amount_advance_granted}

    def _advance_parts(self):
        """The advance asked for by VAT rate: dict rate in percent → (HT, VAT), EUR (Decimal)."""
        return self.contract_id._advance_by_rate(self.amount_advance_granted)

    def _move_line_values(self):
        """One line per VAT rate of the contract, on the account of the advances."""
        if self.kind != "advance":
            return super()._move_line_values()
        localized = self.with_context(lang=self.contract_id.payer_partner_id.lang or self.env.lang)
        taxes = {line.tax_id.amount: line.tax_id for line in self.line_ids.contract_line_id}
        return [
            {
                "name": localized.env._("Advance on the contract – statement no. %(number)s", number=self.number),
                "quantity": 1,
                "price_unit": float(untaxed),
                "tax_ids": [Command.set(taxes[float(rate)].ids)],
                "account_id": self.company_id._works_advance_account().id,
            }
            for rate, (untaxed, _tax) in self._advance_parts().items()
        ]

    def _set_move_taxes(self, move):
        """HT and VAT of an advance are a TTC amount split, and are never both rounded (works-billing.md §2.11.6)."""
        if self.kind == "advance":
            move._works_set_taxes({rate: tax for rate, (_untaxed, tax) in self._advance_parts().items()})
        return super()._set_move_taxes(move)
