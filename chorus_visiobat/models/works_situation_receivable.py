from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import format_amount

from .account_move_receivable import PARTS

# The deductions of the month that wait on an account of their own.
SOURCES = {"retention": "amount_retention", "direct": "amount_direct_payment"}


class WorksSituation(models.Model):
    """The receivables of a statement's invoice: what its deductions hold back, and what they give back.

    What is held back is a part of the invoice. What an invoice gives back (a guarantee replaces the retention, some
    of it is paid back) goes by entry from the account of the part to that of the client, the oldest invoices first,
    and is due with the invoice. A credit note gives back by its own receivable.
    """

    _inherit = "works.situation"

    receivable_entry_ids = fields.One2many(
        "account.move",
        "works_refund_situation_id",
        "Entries of what it gives back",
        help="Entries by which this statement gives back what the client held.",
    )

    def _held_back(self):
        """What the paper of the month holds back, in its own direction, and what is given back by entries.

        :return: dict part → (EUR on the paper, EUR by entries), neither negative
        """
        self.ensure_one()
        credit_note = self._move_type() == "out_refund"
        room = abs(self._billed_totals()["amount_total"])
        held = {}
        for part, source in SOURCES.items():
            wanted = -self[source] if credit_note else self[source]
            # Payments to subcontractors may exceed the month: the net is negative then, and carried.
            paper = min(max(wanted, 0.0), room)
            back = wanted - paper if credit_note else -wanted
            held[part] = self.currency_id.round(paper), self.currency_id.round(max(back, 0.0))
            room -= paper
        return held

    def _move_values(self):
        values = super()._move_values()
        held = self._held_back()
        contract = self.contract_id
        return {
            **values,
            **{amount: held[part][0] for part, (amount, _date) in PARTS.items()},
            "works_retention_date": held["retention"][0] and contract.retention_release_date,
        }

    def _invoice(self):
        result = super()._invoice()
        self._give_back()
        return result

    def _give_back(self):
        """Post the entries of what this statement gives back, unless it was released before."""
        self.ensure_one()
        move = self.move_id
        for part, (_paper, back) in self._held_back().items():
            contract = self.contract_id
            held = contract.amount_retention_held if part == "retention" else contract.amount_direct_held
            amount = min(back, held)
            if self.currency_id.compare_amounts(amount, 0) > 0:
                contract._clear_part(
                    part, amount, date=move.date, due=move.invoice_date_due, works_refund_situation_id=self.id
                )

    def action_draft(self):
        """What the statement gave back is held again."""
        self._check_can_bill()
        self._undo_giving_back()
        return super().action_draft()

    def _progress_advice(self):
        return super()._progress_advice() + self._released_advice()

    def _released_advice(self):
        """What this statement gives back of the retention was released before: its net counts it twice.

        :return: list of str
        """
        self.ensure_one()
        back = self._held_back()["retention"][1] if self.bears_invoice else 0.0
        held = back and self.contract_id.amount_retention_held
        if self.currency_id.compare_amounts(back, held) <= 0:
            return []
        return [
            self.env._(
                "Retention: this statement gives %(back)s back, and the client holds %(held)s only, the rest was "
                "released by entries before. The net payable counts that rest again: tell him, he owes it once.",
                back=format_amount(self.env, back, self.currency_id),
                held=format_amount(self.env, held, self.currency_id),
            )
        ]

    def _undo_giving_back(self):
        entries = self.receivable_entry_ids.filtered(lambda entry: entry.state == "posted")
        entries.button_draft()
        entries.button_cancel()

    def _invoice_problems(self):
        problems = super()._invoice_problems()
        questions = [
            self.company_id._works_account_question(part)
            for part, amounts in self._held_back().items()
            if any(amounts) and not self.company_id._works_account(part)
        ]
        if self._move_type() == "out_refund" and self.currency_id.compare_amounts(self.amount_retention, 0) > 0:
            questions.append(
                self.env._(
                    "Retention: works decrease and %(amount)s more is withheld. Check its rate and its base on the "
                    "contract.",
                    amount=format_amount(self.env, self.amount_retention, self.currency_id),
                )
            )
        return problems + questions


class AccountMove(models.Model):
    _inherit = "account.move"

    def _check_works_parts(self):
        """:raises UserError: besides, the parts are not those of the statement."""
        result = super()._check_works_parts()
        for move in self.filtered("works_situation_id"):
            situation = move.works_situation_id
            for part, (paper, _back) in situation._held_back().items():
                if move.currency_id.compare_amounts(move[PARTS[part][0]], paper):
                    raise UserError(
                        self.env._(
                            "%(field)s of the invoice is %(invoice)s, the statement %(statement)s says %(expected)s. "
                            "Invoice it again from the statement.",
                            field=move._fields[PARTS[part][0]]._description_string(self.env),
                            invoice=format_amount(self.env, move[PARTS[part][0]], move.currency_id),
                            statement=situation.name,
                            expected=format_amount(self.env, paper, move.currency_id),
                        )
                    )
        return result


class WorksContract(models.Model):
    _inherit = "works.contract"

    def write(self, vals):
        """A new date moves what is held to that day."""
        result = super().write(vals)
        if "retention_release_date" in vals:
            for contract in self:
                held = contract.sudo().move_ids.line_ids.filtered(
                    lambda line: line.works_part == "retention" and not line.reconciled
                )
                held.move_id.works_retention_date = contract.retention_release_date
                held.filtered(
                    lambda line: line.parent_state == "posted"
                ).date_maturity = contract.retention_release_date
        return result
