from dataclasses import replace

from odoo import api, fields, models

from ..decompte import Progress, as_decimal, check_progress


class WorksSituationLine(models.Model):
    """What the grid of posts shows of a line besides its amounts: the post, what remains, what is wrong with it."""

    _inherit = "works.situation.line"

    code = fields.Char(related="contract_line_id.code")
    kind = fields.Selection(related="contract_line_id.kind")
    contract_quantity = fields.Float(related="contract_line_id.quantity", string="Contract quantity")
    uom_name = fields.Char(related="contract_line_id.uom_id.name", string="Unit")
    by_quantity = fields.Boolean(compute="_compute_by_quantity", help="Whether its progress may be typed in quantity.")
    # Kept with the amounts, by the same computation: see _apply_lines.
    warning = fields.Char(
        "To correct",
        readonly=True,
        copy=False,
        help="Why this progress cannot be invoiced as it is, and the cure.",
    )

    @api.depends("contract_line_id.quantity", "contract_line_id.price_unit", "contract_line_id.amount")
    def _compute_by_quantity(self):
        """In quantity only where quantity by price makes the amount, or there is no other way."""
        for line in self:
            post = line.contract_line_id
            whole = line.currency_id.compare_amounts(post.quantity * post.price_unit, post.amount) == 0
            line.by_quantity = post.mode == "quantity" or bool(post.quantity and post.price_unit and whole)

    def _post(self):
        """:return: ``decompte.Post``, measured as its progress is typed this month."""
        self.ensure_one()
        return replace(self.contract_line_id._post(), mode=self.mode)

    def _progress(self):
        """:return: ``decompte.Progress`` typed this month.

        :raises DecompteError: it is no number.
        """
        self.ensure_one()
        return Progress(self.contract_line_id._origin.id, **{self.mode: as_decimal(self._input())})


class WorksSituation(models.Model):
    _inherit = "works.situation"

    def _line_warnings(self, statement):
        """What is wrong with the progress of each post, by post: French sentences, without its name (dict of str)."""
        progress = [
            Progress(line.key, **{line.post.mode: line.value}) for line in statement.lines if line.value is not None
        ]
        reasons = {line.contract_line_id._origin.id: line.note or "" for line in self.line_ids}
        posts = {line.key: line.post for line in statement.lines}
        warnings = {}
        for problem in check_progress(posts.values(), progress, statement.opening.previous, reasons):
            if problem.key is not None:
                sentence = problem.message.removeprefix(f"Poste « {posts[problem.key].label} » : ")
                warnings.setdefault(problem.key, []).append(sentence[:1].upper() + sentence[1:])
        return {key: " ".join(sentences) for key, sentences in warnings.items()}
