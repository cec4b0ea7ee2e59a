from dataclasses import replace

from odoo import models
from odoo.exceptions import UserError

from ..decompte import load_opening, what_changed


class WorksSituation(models.Model):
    """An answer that arrives late: what it changes in the statements that follow, visibly (DESIGN: settled rule 3)."""

    _inherit = "works.situation"

    def _admit_as_requested(self):
        """Until the project manager corrects it, what was requested is what the next statement starts from."""
        for line in self.sudo().line_ids:
            line.admitted_cumulative = line.cumulative

    def _admitted_changed(self, *, taken_back=False):
        """Carry an answer into the statements that follow.

        :param taken_back: the answer is cancelled.
        :raises UserError: the next statement is invoiced on amounts that the answer corrects.
        """
        for situation in self:
            before = situation.sudo().closing_data
            situation._keep_closing()
            following = self.search([("previous_id", "=", situation.id), ("state", "!=", "cancelled")], limit=1)
            if following and situation.sudo().closing_data != before:
                if following.state == "filed":
                    raise UserError(
                        self.env._(
                            "The paper of %(next)s was prepared on the amounts of %(statement)s: use Back to draft "
                            "there first, as long as it has not been sent.",
                            next=following.name,
                            statement=situation.name,
                        )
                    )
                old = following._statement()
                if following.state == "invoiced":
                    following._take_late_deductions(situation, taken_back=taken_back)
                else:
                    following._freeze_previous()
                    following._recompute()
                if sentences := what_changed(old, following._statement()):
                    title = self.env._("The answer to %(statement)s changed this month:", statement=situation.name)
                    following._say(title, sentences)

    def _take_late_deductions(self, previous, *, taken_back):
        """Follow the deductions of a late answer on an invoiced statement: its works and its invoice do not change.

        :raises UserError: they would, or this statement is answered already.
        """
        self.ensure_one()
        record = self.sudo()
        opening, known = load_opening(previous.sudo().closing_data), self._opening()
        told = ("penalties", "other_deductions", "debt")
        carried = replace(opening.carried, **{name: getattr(known.carried, name) for name in told})
        if replace(opening, carried=carried) != known or self.admission_date:
            raise UserError(self._late_message(previous, taken_back=taken_back))
        record.opening_data = previous.sudo().closing_data
        record.write(self._settlement_values(self._statement()))
        self._admitted_changed(taken_back=taken_back)

    def _late_message(self, previous, *, taken_back):
        """Why the answer to a statement cannot change any more under this one, and the cure (str)."""
        if taken_back:
            return self.env._(
                "Statement %(next)s was invoiced from the answer to %(statement)s: take %(next)s back to draft first. "
                "Once it is sent, keep this answer and record the correction with the answer to %(next)s.",
                next=self.name,
                statement=previous.name,
            )
        return self.env._(
            "Statement %(next)s was invoiced on the amounts of %(statement)s: tick Contested here for what is "
            "not admitted, so that it waits, then accept the correction with the answer to %(next)s.",
            next=self.name,
            statement=previous.name,
        )
