from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date


class WorksSituation(models.Model):
    """Taking an answer back: its entries and its credit note are cancelled, and the statement awaits it again."""

    _inherit = "works.situation"

    def action_undo_admission(self):
        """Cancel the recorded answer, while nothing later depends on it.

        :raises UserError: all that prevents it; nothing is written then.
        """
        self.ensure_one()
        self._check_can_bill()
        self.lock_for_update()
        if problems := self._undo_problems():
            raise UserError("\n".join(f"• {problem}" for problem in problems))
        record = self.sudo().with_context(works_defer_recompute=True)
        date = record.admission_date
        record.admission_date = False
        for line in record.line_ids:
            line.write({"admitted_cumulative": line.cumulative, "contested": False, "admission_reason": False})
        record.deduction_ids.filtered("at_admission").unlink()
        record._admitted_changed(taken_back=True)
        self._answer_moves()._works_undo()
        self._say(
            self.env._("Payment statement of %(date)s cancelled.", date=format_date(self.env, date)),
            [self.env._("Its entries were cancelled: the statement awaits the answer again.")],
        )

    def _answer_moves(self):
        """Entries, credit notes and invoice of the answer that stand; what they are matched with is free again once
        undone."""
        return (self.settlement_move_ids | self.correction_ids).filtered(lambda move: move._works_stands())

    def _undo_problems(self):
        if not self.admission_date:
            return [self.env._("%(statement)s: no answer is recorded.", statement=self.name)]
        problems = []
        later = self.contract_id.situation_ids.filtered(lambda one: one.admission_date and one.number > self.number)
        if later:
            problems.append(
                self.env._(
                    "The answer to %(later)s counts from this one: cancel it first.",
                    later=later.sorted("number")[-1].name,
                )
            )
        # After the final statement no other carries the correction: what is in a closed period is reversed later.
        carried = self._answer_moves() if not self._is_end_of_works() else ()
        for move in carried:
            if locks := move._works_locks():
                problems.append(
                    self.env._(
                        "%(entry)s of %(date)s is in a closed period (up to %(lock)s): record the correction with the "
                        "next statement, or have the period opened again.",
                        entry=move.name,
                        date=format_date(self.env, move.date),
                        lock=format_date(self.env, locks[-1][0]),
                    )
                )
        return problems

    def action_draft(self):
        for situation in self.filtered("admission_date"):
            raise UserError(situation._answered_message())
        return super().action_draft()

    def _answered_message(self):
        self.ensure_one()
        return self.env._(
            "The answer to %(statement)s is recorded (%(date)s) and its entries are posted: open the statement and use "
            "Cancel the answer first.",
            statement=self.name,
            date=format_date(self.env, self.admission_date),
        )


class AccountMove(models.Model):
    """The invoice of an answered statement and the entries of its answer change through the statement alone."""

    _inherit = "account.move"

    def _check_not_answered(self):
        for move in self:
            situation = move.works_situation_id | move._works_answers()
            if move.state == "posted" and situation.admission_date:
                raise UserError(situation._answered_message())

    def button_draft(self):
        self._check_not_answered()
        return super().button_draft()

    def button_cancel(self):
        self._check_not_answered()
        return super().button_cancel()

    def _reverse_moves(self, default_values_list=None, cancel=False):
        self._check_not_answered()
        return super()._reverse_moves(default_values_list, cancel=cancel)

    def _works_locks(self):
        """The closed periods in which this entry is."""
        return self.company_id._get_violated_lock_dates(self.date, True, self.journal_id)

    def _works_undo(self):
        """Cancel posted entries; those that are secured (*inaltérables*) or in a closed period are reversed, today or
        on the first open day."""
        kept = self.filtered(lambda move: move.inalterable_hash or move._works_locks())
        # What came out of an invoice last goes back first.
        for move in (self - kept).sorted("id", reverse=True):
            move.button_draft()
            move.button_cancel()
        if kept:
            today = fields.Date.context_today(self)
            date = kept.company_id._works_first_open_date(today, with_tax=True) or today
            kept._reverse_moves([{"date": date, "invoice_date": date} for _move in kept], cancel=True)
