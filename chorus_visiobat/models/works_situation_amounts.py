from markupsafe import Markup

from odoo import Command, api, fields, models

from ..decompte import DecompteError, check_progress, moves

# The stored totals of a statement, and where the arithmetic gives them.
TOTALS = {
    "amount_untaxed": "total_excluded",
    "amount_tax": "total_tax",
    "amount_total": "total_included",
    "cumulative_untaxed": "cumulative_excluded",
    "cumulative_tax": "cumulative_tax",
    "cumulative_total": "cumulative_included",
    "previous_untaxed": "previous_excluded",
    "previous_tax": "previous_tax",
    "previous_total": "previous_included",
}
VAT_COLUMNS = ("previous_base", "previous_tax", "base", "tax", "cumulative_base", "cumulative_tax", "drift")


class WorksSituation(models.Model):
    """Amounts of a statement: computed by ``decompte``, stored by one method, live while they are typed."""

    _inherit = "works.situation"

    vat_ids = fields.One2many(
        "works.situation.vat",
        "situation_id",
        "VAT",
        readonly=True,
        help="Bases and VAT of the statement, one line for each rate.",
    )
    amount_untaxed = fields.Monetary(
        "Month excl. tax", readonly=True, help="Works of the month, excluding VAT: cumulative less previous."
    )
    amount_tax = fields.Monetary("Month VAT", readonly=True, help="VAT of the works of the month.")
    amount_total = fields.Monetary(
        "Month incl. tax", readonly=True, help="Amount of the month, VAT included: that of the invoice."
    )
    cumulative_untaxed = fields.Monetary(
        "Cumulative excl. tax", readonly=True, help="Works done since the start, excluding VAT."
    )
    cumulative_tax = fields.Monetary(
        "Cumulative VAT invoiced", readonly=True, help="VAT invoiced since the start, this statement included."
    )
    cumulative_total = fields.Monetary(
        "Cumulative incl. tax", readonly=True, help="Works done since the start, VAT included."
    )
    previous_untaxed = fields.Monetary(
        "Previous excl. tax", readonly=True, help="Cumulative of the previous statement, excluding VAT, as admitted."
    )
    previous_tax = fields.Monetary(
        "Previous VAT invoiced", readonly=True, help="VAT invoiced by the previous statements."
    )
    previous_total = fields.Monetary(
        "Previous incl. tax", readonly=True, help="Cumulative of the previous statement, VAT included."
    )
    admitted_untaxed = fields.Monetary(
        "Admitted cumulative excl. tax",
        compute="_compute_admitted_untaxed",
        help="What the project manager admitted since the start; the requested cumulative until it is corrected.",
    )
    has_percent = fields.Boolean(compute="_compute_modes")
    has_quantity = fields.Boolean(compute="_compute_modes")
    has_amount = fields.Boolean(compute="_compute_modes")
    advice = fields.Text(
        "To look at before invoicing", compute="_compute_told", help="Does not prevent you from entering progress."
    )

    explanation = fields.Html(
        "How it is computed", compute="_compute_explanation", sanitize=False, help="Each total with its numbers."
    )

    @api.depends("line_ids.amount", "line_ids.cumulative", "amount_tax", "amount_payable")
    def _compute_explanation(self):
        for situation in self:
            if not situation.line_ids:
                situation.explanation = False
                continue
            statement = situation._statement()
            situation.explanation = Markup().join(
                Markup("<h4>%s</h4><ul>%s</ul>")
                % (total.label, Markup().join(Markup("<li>%s</li>") % step for step in statement.explain(name)))
                for name, total in statement.totals.items()
            )

    @api.depends("line_ids.mode")
    def _compute_modes(self):
        for situation in self:
            modes = set(situation.line_ids.mapped("mode"))
            situation.has_percent = "percent" in modes
            situation.has_quantity = "quantity" in modes
            situation.has_amount = "amount" in modes

    @api.depends("line_ids.admitted_cumulative", "cumulative_untaxed")
    def _compute_admitted_untaxed(self):
        for situation in self:
            situation.admitted_untaxed = sum(situation.line_ids.mapped("admitted_cumulative"))

    @api.depends(
        "state",
        "period_end",
        "invoice_date",
        "framework_id",
        "line_ids.mode",
        "line_ids.input_percent",
        "line_ids.input_quantity",
        "line_ids.input_amount",
        "line_ids.amount",
        "line_ids.cumulative",
        "line_ids.note",
        "amount_tax",
        "amount_payable",
        "deduction_ids.amount",
        "kind",
        "move_id",
        "previous_id.move_id",
    )
    def _compute_told(self):
        """What the screen tells while it is typed: the totals and what deserves a look, of one computation."""
        for situation in self:
            reckoned = situation._reckoned_once()
            situation.update({**reckoned._ladder_values(), "advice": reckoned._advice()})

    def _advice(self):
        """What to look at before invoicing, one sentence a line (str, or False)."""
        self.ensure_one()
        messages = []
        if self.state == "draft":
            messages = self._statement_problems() + self._progress_advice()
            messages += self._settlement_problems(blocking=False)
        elif self.is_unbilled:
            messages = [self._unbilled_message()]
        return "\n".join(messages) or False

    # --- arithmetic ---

    def _progress_problems(self):
        """What forbids to invoice this progress: negative, above the contract, falling without reason, empty.

        :return: list of French sentences (str), each naming the post and the cure.
        """
        try:
            inputs = self._inputs()
        except DecompteError as error:
            return str(error).splitlines()
        reasons = {line.contract_line_id._origin.id: line.note or "" for line in self.line_ids}
        problems = check_progress(inputs.posts, inputs.progress, self._opening().previous, reasons)
        if any(problem.code == "nothing_moves" for problem in problems):
            # an advance, a regularisation or a release is asked for without any progress; the final statement is due
            # even where the last monthly one billed all the works
            problems = [] if self.kind in ("advance", "final") or moves(self._statement()) else problems
        return [problem.message for problem in problems if problem.blocking]

    def _progress_advice(self):
        """What deserves a look and forbids nothing: posts billed under an amendment not notified yet."""
        self.ensure_one()
        pending = self.line_ids.filtered(
            lambda line: line.amendment_id and not line.amendment_id.date_notification and line._input()
        ).amendment_id
        return [
            self.env._(
                "%(amendment)s is billed and has not been notified yet: enter its date once it is.",
                amendment=amendment.display_name,
            )
            for amendment in pending
        ]

    # --- storage ---

    def _recompute(self):
        """Store the amounts of draft statements."""
        for situation in self.sudo().with_context(works_defer_recompute=True):
            statement = situation._statement()
            situation._apply_lines(statement)
            situation.write({**situation._totals(statement), "vat_ids": situation._vat_commands(statement)})

    @api.onchange(
        "line_ids", "kind", "period_end", "deduction_ids", "direct_payment_ids", "retention_released", "quitus"
    )
    def _onchange_line_ids(self):
        statement = self._statement()
        self._apply_lines(statement)
        self.update({**self._totals(statement), "vat_ids": self._vat_commands(statement)})

    def _apply_lines(self, statement):
        computed = {line.key: line for line in statement.lines}
        warnings = self._line_warnings(statement)
        for line in self.line_ids:
            result = computed[line.contract_line_id._origin.id]
            values = {
                "cumulative": float(result.cumulative),
                "amount": float(result.amount),
                "percent": float(result.percent),
                "warning": warnings.get(result.key, False),
            }
            changed = {name: value for name, value in values.items() if line[name] != value}
            if changed:
                line.update(changed)

    def _totals(self, statement):
        totals = {name: float(getattr(statement, source)) for name, source in TOTALS.items()}
        return {**totals, **self._settlement_values(statement)}

    def _vat_commands(self, statement):
        return [Command.clear()] + [
            Command.create({"rate": float(vat.rate), **{name: float(getattr(vat, name)) for name in VAT_COLUMNS}})
            for vat in statement.vat
        ]
