from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_amount, format_date

from ..decompte import Admission, Admitted, admit, as_decimal, dump_opening, load_opening, round_money


class WorksSituation(models.Model):
    """The answer of the project manager (*état d'acompte*): recorded once, and every entry that follows posted with it.

    CCAG-Travaux 12.2.2; works-billing.md corrections 1, 8 and 9. Answers are recorded in the order of the statements:
    each starts from what the project manager admitted before. Amounts in EUR.

    What is not admitted is accepted (a credit note) or contested (a disputed receivable). What is admitted beyond the
    request is not invoiced yet: the next statement bills it; beyond the final one it is invoiced with the answer.
    Invoiced − credited − disputed = admitted, always.
    """

    _inherit = "works.situation"

    admission_date = fields.Date(
        "Payment statement of",
        readonly=True,
        copy=False,
        tracking=True,
        help="Date of the payment statement (état d'acompte) by which the project manager answered. "
        "Empty: no answer recorded yet.",
    )
    # prefetch: large, and read one at a time
    admitted_closing_data = fields.Json(copy=False, prefetch=False)
    amount_disputed = fields.Monetary(
        "In dispute",
        readonly=True,
        copy=False,
        help="Invoiced incl. tax, not admitted and contested, earlier statements included: it waits on the account of "
        "the disputes. Negative: admitted beyond what is invoiced, to be billed on the next statement.",
    )
    amount_admitted_payable = fields.Monetary(
        "Net admitted",
        readonly=True,
        copy=False,
        help="Net payable of the month as the project manager admitted it. Nil until his answer is recorded.",
    )
    amount_admitted_untaxed = fields.Monetary(
        "Admitted excl. tax",
        readonly=True,
        copy=False,
        help="Works of the month as the project manager admitted them. Nil until his answer is recorded.",
    )
    amount_admitted_total = fields.Monetary(
        "Admitted incl. tax",
        readonly=True,
        copy=False,
        help="Works of the month incl. tax as the project manager admitted them. Nil until his answer is recorded.",
    )
    settlement_move_ids = fields.One2many(
        "account.move",
        "works_settlement_situation_id",
        "Entries of the answer",
        help="Entries posted with the answer: advance recovered, penalties and other deductions, amounts in dispute.",
    )

    # --- the answer ---

    def _admission(self):
        """:return: ``decompte.Admission``: the project manager's answer, as recorded on the statement."""
        self.ensure_one()
        cut = self.line_ids.filtered(
            lambda line: line.currency_id.compare_amounts(line.admitted_cumulative, line.cumulative)
        )
        return Admission(
            posts={line.contract_line_id.id: round_money(as_decimal(line.admitted_cumulative)) for line in cut},
            reasons={line.contract_line_id.id: line.admission_reason for line in cut if line.admission_reason},
            contested={
                line.contract_line_id.id
                for line in cut
                if line.contested or (line.admitted_cumulative > line.cumulative and not self._is_end_of_works())
            },
            deductions=[one._deduction() for one in self.deduction_ids if one.at_admission],
        )

    def _admitted(self, answer=None) -> Admitted:
        """:return: ``decompte.Admitted``: this statement as admitted, with what is credited and disputed.

        :param answer: ``decompte.Admission`` to try; None: the one recorded.
        :raises DecompteError: the answer names posts that the statement has not, or a number that is none.
        """
        self.ensure_one()
        before = self.previous_id.sudo().admitted_closing_data
        return admit(self._statement(), answer or self._admission(), load_opening(before) if before else None)

    def _awaits_answer(self):
        """Whether the statement is billed and its answer is not recorded."""
        self.ensure_one()
        return self.state == "invoiced" and self.move_id.state == "posted" and not self.admission_date

    # --- buttons ---

    def action_record_admission(self):
        """Open the answer to this statement, to be recorded; nothing changes before it is confirmed.

        :raises UserError: no answer can be recorded now.
        """
        self.ensure_one()
        self._check_can_bill()
        if problems := self._order_problems():
            raise UserError("\n".join(problems))
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Payment statement – %(statement)s", statement=self.name),
            "res_model": "works.admission",
            "view_mode": "form",
            "target": "new",
            "context": {"default_situation_id": self.id},
        }

    def action_admit_as_requested(self):
        """Record for each statement that all was admitted as requested, today.

        :raises UserError: all that prevents it, at once; nothing is written then.
        """
        self._check_can_bill()
        today = fields.Date.context_today(self)
        ordered = self.sorted(lambda situation: (situation.contract_id.id, situation.number))
        problems = []
        for situation in ordered:
            found = situation._order_problems(with_them=ordered) + situation._paper_problems()
            if not found:
                found = situation._entry_problems(
                    situation._settlement_entries(situation._admitted(Admission())), today
                )
            problems += [self.env._("%(field)s: %(problem)s", field=situation.name, problem=text) for text in found]
        if problems:
            raise UserError("\n".join(f"• {problem}" for problem in dict.fromkeys(problems)))
        for situation in ordered:
            situation._admit(Admission(), today)

    # --- recording ---

    def _order_problems(self, with_them=()):
        """Why no answer can be recorded on this statement now: list of str.

        :param with_them: statements whose answers are recorded together.
        """
        self.ensure_one()
        if self.admission_date:
            return [
                self.env._(
                    "The answer to %(statement)s is recorded already (%(date)s). Cancel it to record another one.",
                    statement=self.name,
                    date=format_date(self.env, self.admission_date),
                )
            ]
        if not self._awaits_answer():
            return [self.env._("%(statement)s is not invoiced: there is nothing to admit yet.", statement=self.name)]
        previous = self.previous_id
        if previous and previous not in with_them and previous._awaits_answer():
            return [
                self.env._(
                    "Record the answer to %(statement)s first: the project manager counts from what he admitted there.",
                    statement=previous.name,
                )
            ]
        return []

    def _paper_problems(self):
        """Why this statement may not be admitted as requested: Chorus Pro tells other amounts."""
        paper = self.sudo().move_id.chorus_document_id
        if not paper.admitted_total or not self.currency_id.compare_amounts(paper.admitted_total, paper.amount_total):
            return []
        return [
            self.env._(
                "Chorus Pro tells %(admitted)s admitted of %(requested)s incl. tax: record its answer by itself.",
                admitted=format_amount(self.env, paper.admitted_total, self.currency_id),
                requested=format_amount(self.env, paper.amount_total, self.currency_id),
            )
        ]

    def _admit(self, answer, date, *, entry_date=None, deductions=()):
        """Record an answer and post all that follows from it.

        :param answer: ``decompte.Admission``, its deductions included.
        :param date: of the *état d'acompte*.
        :param entry_date: of the entries; ``date`` by default.
        :param deductions: values of ``works.situation.deduction`` for those of the answer.
        :raises UserError: all that prevents it, before anything is written.
        """
        self.ensure_one()
        self.lock_for_update()
        admitted = self._admitted(answer)
        entry_date = entry_date or date
        entries = self._settlement_entries(admitted, deductions)
        problems = self._order_problems() or self._entry_problems(entries, entry_date)
        if date > fields.Date.context_today(self):
            problems.append(self.env._("Date of the payment statement: it is in the future. Enter its own date."))
        if problems:
            raise UserError("\n".join(f"• {problem}" for problem in dict.fromkeys(problems)))
        self._keep_answer(admitted, date, deductions)
        self._post_entries(entries, entry_date)
        if not self.currency_id.is_zero(self.amount_to_credit):
            self._post_correction()
        self._match_receivables()
        self._say(
            self.env._("Payment statement of %(date)s recorded.", date=format_date(self.env, date)),
            admitted.explain() or [self.env._("All was admitted as requested.")],
        )

    def _keep_answer(self, admitted, date, deductions=()):
        """Write the answer on the statement, and carry it into those that follow."""
        record = self.sudo().with_context(works_defer_recompute=True)
        cuts = {}
        for cut in admitted.cuts:
            amount, reasons, contested = cuts.get(cut.key, (as_decimal(0), [], False))
            cuts[cut.key] = amount + cut.amount, [*reasons, cut.reason], contested or cut.contested
        for line in record.line_ids.filtered(lambda line: line.contract_line_id.id in cuts):
            amount, reasons, contested = cuts[line.contract_line_id.id]
            line.write(
                {
                    "admitted_cumulative": line.cumulative - float(amount),
                    "admission_reason": " – ".join(filter(None, reasons)) or False,
                    "contested": contested,
                }
            )
        record.env["works.situation.deduction"].create(
            [{**values, "situation_id": self.id, "at_admission": True} for values in deductions]
        )
        record.admission_date = date
        record._admitted_changed()

    def _keep_closing(self):
        """Keep what this statement leaves to ours that follows, and to the project manager's own."""
        for situation in self.sudo():
            admitted = situation._admitted()
            answered = bool(situation.admission_date)
            situation.write(
                {
                    "closing_data": dump_opening(admitted.closing),
                    "admitted_closing_data": answered and dump_opening(admitted.admitted_closing),
                    "amount_disputed": float(admitted.disputed.included) if answered else 0.0,
                    "amount_admitted_payable": float(admitted.net.month) if answered else 0.0,
                    "amount_admitted_untaxed": float(admitted.statement.total_excluded) if answered else 0.0,
                    "amount_admitted_total": float(admitted.statement.total_included) if answered else 0.0,
                }
            )

    def _say(self, title, sentences):
        """Tell in the discussion what was done: a title and a list."""
        items = Markup().join(Markup("<li>%s</li>") % sentence for sentence in sentences)
        self.message_post(body=Markup("%s<ul>%s</ul>") % (title, items))


class WorksSituationLine(models.Model):
    _inherit = "works.situation.line"

    contested = fields.Boolean(
        readonly=True,
        copy=False,
        help="You do not accept the correction of this post: its amount stays invoiced, as a disputed receivable.",
    )
    admission_reason = fields.Char(
        "Reason of the project manager",
        readonly=True,
        copy=False,
        help="Why the project manager corrected this post, as his payment statement says.",
    )


class WorksContract(models.Model):
    _inherit = "works.contract"

    amount_disputed = fields.Monetary(
        "In dispute",
        compute="_compute_amount_disputed",
        help="Invoiced incl. tax, not admitted and contested, at the last recorded answer. "
        "Negative: admitted beyond what is invoiced.",
    )

    @api.depends("situation_ids.amount_disputed", "situation_ids.admission_date")
    def _compute_amount_disputed(self):
        for contract in self:
            answered = contract.situation_ids.filtered("admission_date").sorted("number")
            contract.amount_disputed = answered[-1:].amount_disputed
