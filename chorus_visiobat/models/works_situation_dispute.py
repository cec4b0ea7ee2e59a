from odoo import fields, models

from ..decompte import as_decimal, round_money
from ..decompte.money import ZERO
from .works_situation_ledger import Entry, EntryLine


class WorksSituation(models.Model):
    """What the project manager did not admit and we contest: a disputed receivable (416), until a later answer.

    It leaves the client's account, and no money came in: VAT on receipts does not become due. When the dispute ends
    it comes back to the client's account: paid if it is won, cleared by the credit note if it is lost. The retention
    of what is contested goes along. EUR incl. tax.
    """

    _inherit = "works.situation"

    def _dispute_entries(self, admitted):
        disputed, retention = self._dispute_of_month(admitted)
        if disputed > 0:
            return [self._into_dispute(disputed, retention)]
        # a guarantee may have replaced the retention meanwhile: the client is then to hold nothing of it
        missing = _retention(admitted.requested.closing) - _decimal(self.contract_id.amount_retention_held)
        return self._out_of_dispute(-disputed, min(-retention, max(missing, ZERO)))

    def _dispute_of_month(self, admitted):
        """What enters into dispute with this answer, and its retention: EUR (Decimal), negative when a dispute ends."""
        ours, theirs = admitted.requested.opening, admitted.statement.opening
        before = max(_billed(ours) - _billed(theirs), ZERO)
        disputed = max(admitted.disputed.included, ZERO) - before
        held = _retention(admitted.kept.closing) - _retention(admitted.statement.closing)
        retention = held - (_retention(ours) - _retention(theirs))
        low, high = sorted((ZERO, disputed))
        return disputed, min(max(retention, low), high)

    def _into_dispute(self, amount, retention):
        invoice = self.move_id
        label = self.env._("In dispute – %(statement)s", statement=self.name)
        held = invoice._open_part("retention")
        retention = min(retention, max(_decimal(held.amount_residual), ZERO))
        account = self.company_id._works_account("disputed")
        lines = [
            EntryLine("disputed", label, account, amount, {"works_part": "disputed"}),
            self._receivable_line(label, retention - amount),
        ]
        if retention:
            lines.append(EntryLine("retention", label, held.account_id, -retention))
        return Entry(label, lines, {"works_released_move_id": invoice.id})

    def _out_of_dispute(self, amount, retention):
        """One entry for each disputed amount that comes back, the oldest first."""
        label = self.env._("End of dispute – %(statement)s", statement=self.name)
        entries = []
        for line in self.contract_id._disputed_lines():
            part = min(amount, _decimal(line.amount_residual))
            if part <= 0:
                continue
            held = min(retention, part)
            amount, retention = amount - part, retention - held
            lines = [EntryLine("disputed", label, line.account_id, -part), self._receivable_line(label, part - held)]
            if held:
                values = {"works_part": "retention", "date_maturity": self.contract_id.retention_release_date}
                lines.append(EntryLine("retention", label, self.company_id._works_account("retention"), held, values))
            origin = {"works_released_move_id": line.move_id.works_released_move_id.id}
            entries.append(Entry(label, lines, {**origin, "works_contract_id": self.contract_id.id}))
        return entries

    def _match_dispute(self, move):
        """Match an entry of a dispute with the invoice that it takes from, or with the dispute that it ends."""
        invoice = move.works_released_move_id
        if not invoice:
            return
        into = move.line_ids.filtered(lambda line: line.works_part == "disputed")
        others = invoice.line_ids if into else self.contract_id._disputed_lines()
        for line in move.line_ids - into:
            same = others.filtered(lambda one, line=line: one.account_id == line.account_id and not one.reconciled)
            if line.balance < 0 and same:
                (line | same).reconcile()

    def _returned_lines(self):
        """Receivables that came back from a dispute with the answer to this statement, and are not paid."""
        moves = self.settlement_move_ids.filtered(lambda move: move.works_released_move_id and move.state == "posted")
        return moves.line_ids.filtered(
            lambda line: line.account_id.account_type == "asset_receivable" and line.balance > 0 and not line.reconciled
        )


def _billed(opening):
    """Works incl. tax of an opening, EUR."""
    return sum([*opening.invoiced_base.values(), *opening.invoiced_vat.values()], ZERO)


def _retention(opening):
    return opening.carried.retention


def _decimal(amount):
    return round_money(as_decimal(amount))


class WorksContract(models.Model):
    _inherit = "works.contract"

    def _disputed_lines(self):
        """Amounts still in dispute, the oldest first."""
        self.ensure_one()
        return self.env["account.move.line"].search(
            [
                ("move_id.works_settlement_situation_id.contract_id", "=", self.id),
                ("works_part", "=", "disputed"),
                ("parent_state", "=", "posted"),
                ("reconciled", "=", False),
            ],
            order="date, id",
        )


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    works_part = fields.Selection(selection_add=[("disputed", "In dispute")])
