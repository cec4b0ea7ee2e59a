from collections.abc import Mapping
from decimal import Decimal
from typing import Any, NamedTuple

from odoo import Command, fields, models
from odoo.tools import format_date, frozendict

from ..decompte import as_decimal, round_money
from ..decompte.money import ZERO


class EntryLine(NamedTuple):
    """One line of an entry to be posted.

    :ivar part: what it is the account of: a key of ``res.company._works_account``, or receivable, advance, tax.
    :ivar account: ``account.account``; empty where neither the settings nor the chart have one.
    :ivar amount: EUR, positive on the debit side.
    :ivar values: further values of ``account.move.line``.
    """

    part: str
    label: str
    account: Any
    amount: Decimal
    values: Mapping = frozendict()


class Entry(NamedTuple):
    """An entry to be posted.

    :ivar lines: of ``EntryLine``, balanced.
    :ivar values: further values of ``account.move``.
    """

    label: str
    lines: list
    values: Mapping = frozendict()


class WorksSituation(models.Model):
    """The entries that follow an answer: planned by one method, which the preview shows and the confirmation posts.

    They clear the client's account (411100) of what he deducts from the invoice. Each is charged in full, also where
    the deductions exceed the month: what is left over stays as a credit on the client's account and is matched with
    the next invoice, as the statement carries it (works-billing.md correction 10).
    """

    _inherit = "works.situation"

    def _settlement_entries(self, admitted, found=()):
        """The entries that follow an answer: list of ``Entry``, nothing written.

        Their amounts are those of the project manager: he is the one who withholds.

        :param admitted: ``decompte.Admitted``.
        :param found: values of ``works.situation.deduction`` for those of the answer.
        """
        self.ensure_one()
        localized = self.with_context(lang=self.move_id.partner_id.lang or self.env.lang)
        entries = [
            *localized._dispute_entries(admitted),
            *localized._recovery_entries(admitted),
            *localized._deduction_entries(admitted, found),
        ]
        return [entry for entry in entries if entry.lines]

    def _deduction_entries(self, admitted, found):
        """Penalties, other deductions, shared site costs, payments to subcontractors beyond the invoice."""
        lines = []
        for label, part, account, amount in self._deductions_to_post(admitted, found):
            if amount:
                lines += [
                    EntryLine(part, label, account, amount, {"works_part": "direct"} if part == "direct" else {}),
                    self._receivable_line(label, -amount),
                ]
        # what the client holds is found by the contract
        held = any(line.part == "direct" for line in lines)
        values = {"works_contract_id": self.contract_id.id} if held else {}
        return [Entry(self.env._("Deductions – %(statement)s", statement=self.name), lines, values)]

    def _deductions_to_post(self, admitted, found):
        """Yield (label, part, account, EUR) of what the client keeps outside VAT."""
        company, accounts = self.company_id, self.env["account.account"]
        typed = [
            (one.name, one.kind, one.sudo().account_id, one.amount)
            for one in self.deduction_ids
            if not one.at_admission
        ]
        told = [
            (one["name"], one.get("kind"), accounts.browse(one.get("account_id") or []), one["amount"]) for one in found
        ]
        for name, kind, chosen, amount in typed + told:
            part = "penalty" if kind == "penalty" else "deduction"
            yield name, part, chosen or company._works_account(part), round_money(as_decimal(amount))
        settlement = admitted.statement.settlement
        if settlement.prorata and settlement.prorata.deducted:
            label = self.env._("Shared site costs – %(statement)s", statement=self.name)
            yield label, "prorata", company._works_account("prorata"), settlement.prorata.month
        label = self.env._("Paid to subcontractors – %(statement)s", statement=self.name)
        yield label, "direct", company._works_account("direct"), self._direct_beyond_invoice()

    def _direct_beyond_invoice(self):
        """Payments to subcontractors that exceed the month, hence are no part of its invoice; EUR (Decimal)."""
        paper, back = self._held_back()["direct"]
        recorded = (-paper if self._move_type() == "out_refund" else paper) - back
        return max(round_money(as_decimal(self.amount_direct_payment - recorded)), ZERO)

    def _receivable_line(self, label, amount):
        return EntryLine("receivable", label, self.move_id._plain_receivable_account(), amount)

    def _entry_problems(self, entries, date):
        """What prevents these entries: accounts that nobody chose, a closed period. List of str."""
        self.ensure_one()
        company = self.company_id
        problems = [
            company._works_account_question(line.part) for entry in entries for line in entry.lines if not line.account
        ]
        with_tax = any(line.part == "tax" for entry in entries for line in entry.lines)
        if entries and (first := company._works_first_open_date(date, with_tax=with_tax)):
            problems.append(
                self.env._(
                    "Date of the entries: %(date)s is in a closed period. Choose %(first)s or a later day.",
                    date=format_date(self.env, date),
                    first=format_date(self.env, first),
                )
            )
        return problems

    def _post_entries(self, entries, date):
        """Post planned entries, and match each with what it clears."""
        invoice = self.move_id
        for entry in entries:
            common = {"partner_id": invoice.commercial_partner_id.id, "currency_id": self.currency_id.id}
            move = (
                self.env["account.move"]
                .with_company(self.company_id)
                .create(
                    {
                        "move_type": "entry",
                        "journal_id": self.company_id._works_entry_journal().id,
                        "date": date,
                        "ref": entry.label,
                        "partner_id": invoice.partner_id.id,
                        "works_settlement_situation_id": self.id,
                        **entry.values,
                        "line_ids": [
                            Command.create(
                                {
                                    **common,
                                    "name": line.label,
                                    "account_id": line.account.id,
                                    "balance": float(line.amount),
                                    "amount_currency": float(line.amount),
                                    "date_maturity": date,
                                    **line.values,
                                }
                            )
                            for line in entry.lines
                        ],
                    }
                )
            )
            move.action_post()
            self._match_dispute(move)
            self._match_advance(move)

    def _match_receivables(self):
        """Match what the client deducts with the invoice that he pays; what was carried before goes first."""
        account = self.move_id._plain_receivable_account()
        entries = self.env["account.move.line"].search(
            [
                ("move_id.works_settlement_situation_id.contract_id", "=", self.contract_id.id),
                ("move_id.works_released_move_id", "=", False),
                ("account_id", "=", account.id),
                ("parent_state", "=", "posted"),
                ("reconciled", "=", False),
            ],
            order="date, id",
        )
        surplus = self._corrections().filtered(lambda move: move.move_type == "out_invoice")
        invoiced = (self.move_id | surplus).line_ids.filtered(
            lambda line: line.display_type == "payment_term" and line.account_id == account and not line.reconciled
        )
        if entries:
            (invoiced | entries).reconcile()


class AccountMove(models.Model):
    _inherit = "account.move"

    works_settlement_situation_id = fields.Many2one(
        "works.situation",
        "Answer to statement",
        copy=False,
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
        help="Statement whose answer this entry follows: advance recovered, deductions, amounts in dispute.",
    )
