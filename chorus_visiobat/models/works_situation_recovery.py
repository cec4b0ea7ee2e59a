from odoo import Command, models

from ..decompte import as_decimal, round_money, split_included
from ..decompte.admission import spread
from ..decompte.money import ZERO
from .works_situation_ledger import Entry, EntryLine


class WorksSituation(models.Model):
    """The recovery of the advance, month by month: Dr 4191 and VAT / Cr 411100 (works-billing.md §4.6.2, correction 8).

    The VAT of the advance became due with it; the invoice of the month bears VAT on the whole works: the recovery takes
    that of the advance back, in the VAT return too. Where VAT is due on receipts, the recovery counts as a receipt of
    the invoice, and what it makes due is what it takes back. EUR.
    """

    _inherit = "works.situation"

    def _recovery_entries(self, admitted):
        repaid = admitted.statement.settlement.advance_repaid
        if not repaid or not repaid.month:
            return []
        before, after = (self.contract_id._advance_recovered(total) for total in (repaid.previous, repaid.cumulative))
        label = self.env._("Advance recovered – %(statement)s", statement=self.name)
        lines = []
        for rate in after:
            untaxed, tax = (new - old for new, old in zip(after[rate], before.get(rate, (ZERO, ZERO)), strict=True))
            lines += self._recovery_lines(label, rate, untaxed, tax)
        lines.append(self._receivable_line(label, -sum((line.amount for line in lines), ZERO)))
        return [Entry(label, lines)]

    def _recovery_lines(self, label, rate, untaxed, tax_amount):
        """The part of one VAT rate: its base on 4191, with the tax, and its VAT, so that the VAT return has both."""
        tax = self._advance_tax(rate)
        refund = tax.refund_repartition_line_ids.filtered(lambda line: line.repartition_type == "tax")[:1]
        # What is due on receipt gets its tags when it falls due.
        at_once = tax.tax_exigibility != "on_payment"
        base = {"tax_ids": [Command.set(tax.ids)]}
        if at_once:
            base["tax_tag_ids"] = [Command.set(tax.get_tax_tags(True, "base").ids)]
        advances = self.company_id._works_advance_account()
        lines = [EntryLine("advance", label, advances, untaxed, base)]
        if tax_amount:
            account = refund._get_aml_target_tax_account() or refund.account_id or advances
            values = {
                "tax_repartition_line_id": refund.id,
                "tax_base_amount": float(untaxed),
                "display_type": "tax",
                **({"tax_tag_ids": [Command.set(refund.tag_ids.ids)]} if at_once else {}),
            }
            lines.append(EntryLine("tax", tax.name, account, tax_amount, values))
        return lines

    def _advance_tax(self, rate):
        """Tax of a rate: that of the down-payment invoice, else that of the posts."""
        invoiced = self.contract_id._advance_invoices().invoice_line_ids.tax_ids
        same = (invoiced | self.line_ids.contract_line_id.tax_id).filtered(lambda tax: as_decimal(tax.amount) == rate)
        return same[:1]

    def _match_advance(self, move):
        """Match a recovery with the advances received, where their account allows it."""
        account = self.company_id._works_advance_account()
        if not account.reconcile or account not in move.line_ids.account_id:
            return
        invoices = self.contract_id._advance_invoices()
        receipts = self.env["account.move"].search([("tax_cash_basis_origin_move_id", "in", invoices.ids)])
        moves = invoices | receipts | self.contract_id.opening_move_id | move
        lines = moves.line_ids.filtered(
            lambda line: line.account_id == account and line.parent_state == "posted" and not line.reconciled
        )
        lines.reconcile()


class WorksContract(models.Model):
    _inherit = "works.contract"

    def _advance_invoices(self):
        """Posted down-payment invoices of this contract."""
        situations = self.situation_ids.filtered(lambda one: one.kind == "advance" and one.state == "invoiced")
        return situations.sudo().move_id.filtered(lambda move: move.state == "posted")

    def _advance_to_recover(self):
        """What statements of this program recover, as invoiced, and what another program left to recover.

        :return: dict VAT rate in percent → (HT, VAT), EUR (Decimal).
        """
        granted = self._advance_by_rate(self.opening_advance_granted - self.opening_advance_repaid)
        for line in self._advance_invoices().line_ids:
            tax = line.tax_line_id or line.tax_ids[:1]
            if line.display_type in ("product", "tax") and tax:
                untaxed, tax_amount = granted.get(rate := as_decimal(tax.amount), (ZERO, ZERO))
                amount = -round_money(as_decimal(line.balance))
                granted[rate] = (untaxed, tax_amount + amount) if line.tax_line_id else (untaxed + amount, tax_amount)
        return granted

    def _advance_recovered(self, total):
        """An amount recovered by the statements so far, by VAT rate: to the cent what was granted, once all of it is.

        :param total: EUR TTC, cumulative since the start of the contract (Decimal).
        :return: dict VAT rate in percent → (HT, VAT), EUR (Decimal).
        """
        self.ensure_one()
        granted = self._advance_to_recover()
        shares = {rate: sum(parts) for rate, parts in granted.items()}
        since = total - round_money(as_decimal(self.opening_advance_repaid))
        taken = spread(min(max(since, ZERO), sum(shares.values(), ZERO)), shares, shares)
        return {
            rate: granted[rate] if taken.get(rate) == share else split_included(taken.get(rate, ZERO), rate)
            for rate, share in shares.items()
        }
