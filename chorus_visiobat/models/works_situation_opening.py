from odoo import models


class WorksSituation(models.Model):
    """The first statement of a contract begun in another program: it goes on from the opening balances.

    Its posts start from the progress that was taken over: from the amount, where the percentage or the quantity, as
    this program rounds them, would give some cents more or less.
    """

    _inherit = "works.situation"

    def _fill_lines(self):
        present = self.line_ids
        result = super()._fill_lines()
        if not self.previous_id:
            self._start_from_opening(self.line_ids - present)
        return result

    def _start_from_opening(self, lines):
        progress = _by_post(self.contract_id.sudo().opening_progress)
        for line in lines.sudo().with_context(works_defer_recompute=True):
            post = line.contract_line_id
            mode, value = progress.get(post.id, (post.mode, 0.0))
            if (line.mode, line._input()) != (mode, value):
                line.write({"mode": mode, f"input_{mode}": value})

    def _restart_from_opening(self, before):
        """Follow a changed opening: number, previous amounts, and the progress of the posts that had not moved.

        :param before: progress in the former opening, as the contract keeps it
        """
        self.ensure_one()
        contract = self.contract_id
        former = _by_post(before)
        unmoved = self.line_ids.filtered(
            lambda line: not line._input() or (line.mode, line._input()) == former.get(line.contract_line_id.id)
        )
        self._start_from_opening(unmoved)
        self.member_ids.line_ids.filtered(lambda line: line.cumulative == line.previous)._start_from_opening()
        cancelled = contract._last_situation(("cancelled",))
        self.sudo().number = max(cancelled.number, contract.opening_number) + 1
        self._freeze_previous()
        self._recompute()


def _by_post(progress):
    return {post: (mode, value) for post, mode, value in progress or ()}
