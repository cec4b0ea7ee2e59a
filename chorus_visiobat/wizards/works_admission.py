from markupsafe import Markup

from odoo import Command, api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_amount

from ..decompte import Admission, DecompteError, Deduction, as_decimal, round_money
from ..decompte.money import ZERO
from ..decompte.wording import euros

KINDS = [("penalty", "Penalty"), ("other", "Other deduction")]


class WorksAdmission(models.TransientModel):
    """The answer of the project manager (*état d'acompte*), typed with what follows from it in view.

    It starts from what was requested, or from what Chorus Pro tells; nothing changes before it is confirmed.
    """

    _name = "works.admission"
    _description = "Answer of the project manager"
    _check_company_auto = True

    situation_id = fields.Many2one(
        "works.situation", "Statement", required=True, readonly=True, ondelete="cascade", help="Statement answered."
    )
    company_id = fields.Many2one(related="situation_id.company_id")
    currency_id = fields.Many2one(related="situation_id.currency_id")
    date = fields.Date(
        "Payment statement of",
        required=True,
        default=fields.Date.context_today,
        help="Date of the payment statement (état d'acompte) of the project manager.",
    )
    entry_date = fields.Date(
        "Date of the entries",
        compute="_compute_entry_date",
        store=True,
        precompute=True,
        readonly=False,
        required=True,
        help="Accounting date: that of the payment statement, or the first open day where its period is closed.",
    )
    mode = fields.Selection(
        [("posts", "By post"), ("total", "The total alone")],
        "Corrected",
        required=True,
        default="posts",
        help="By post: enter what he admitted of each. The total alone: it is spread over the posts of the month, in "
        "proportion.",
    )
    requested_total = fields.Monetary(
        "Requested cumulative excl. tax",
        compute="_compute_requested_total",
        help="Works since the start, at base prices, as your statement asked for them.",
    )
    total = fields.Monetary(
        "Admitted cumulative excl. tax",
        help="Works since the start, at base prices, as the project manager admitted them in all.",
    )
    reason = fields.Char(help="Why the project manager corrected the total, as he says.")
    contested = fields.Boolean(
        help="Ticked: you do not accept this correction; the amount stays invoiced, in dispute. Unticked: a credit "
        "note is posted for it.",
    )
    line_ids = fields.One2many(
        "works.admission.line", "admission_id", "Posts", help="What he admitted of each post, since the start."
    )
    deduction_ids = fields.One2many(
        "works.admission.deduction",
        "admission_id",
        "Penalties and other deductions",
        help="What the client decided to keep and that you find in the payment statement.",
    )
    told = fields.Char(
        "Chorus Pro tells", compute="_compute_told", help="Amounts admitted that were read from Chorus Pro."
    )
    preview = fields.Html(
        "What will be posted",
        compute="_compute_preview",
        sanitize=False,
        help="What the answer changes and the entries that Confirm posts, with their accounts.",
    )

    @api.depends("date", "situation_id")
    def _compute_entry_date(self):
        for wizard in self:
            date = wizard.date or fields.Date.context_today(wizard)
            wizard.entry_date = wizard.company_id._works_first_open_date(date, with_tax=True) or date

    @api.depends("situation_id")
    def _compute_requested_total(self):
        for wizard in self:
            wizard.requested_total = sum(wizard.situation_id.line_ids.mapped("cumulative"))

    @api.depends("situation_id")
    def _compute_told(self):
        for wizard in self:
            paper = wizard._paper()
            wizard.told = bool(paper) and wizard.env._(
                "%(untaxed)s excl. tax, %(total)s incl. tax admitted",
                untaxed=format_amount(wizard.env, paper.admitted_untaxed, wizard.currency_id),
                total=format_amount(wizard.env, paper.admitted_total, wizard.currency_id),
            )

    def _paper(self):
        """Paper on Chorus Pro whose admitted amounts were read; empty when there is none."""
        paper = self.situation_id.sudo().move_id.chorus_document_id
        return paper.filtered("admitted_total")

    @api.model
    def default_get(self, fields_list):
        """One line for each post, as requested; the total that Chorus Pro tells, where it was corrected."""
        values = super().default_get(fields_list)
        situation = self.env["works.situation"].browse(values.get("situation_id"))
        if not situation:
            return values
        values["line_ids"] = [
            Command.create({"line_id": line.id, "admitted": line.cumulative}) for line in situation.line_ids
        ]
        values["total"] = sum(situation.line_ids.mapped("cumulative"))
        paper = self.new({"situation_id": situation.id})._paper()
        currency = situation.currency_id
        if paper and currency.compare_amounts(paper.admitted_untaxed, paper.amount_untaxed):
            values["mode"] = "total"
            values["total"] = currency.round(values["total"] - self._cut_told(situation, paper))
            values["reason"] = self.env._("Payment statement on Chorus Pro")
        return values

    def _cut_told(self, situation, paper):
        """Cut of the works at base prices that explains the amount told by Chorus Pro: price variation left out."""
        cut = paper.amount_untaxed - paper.admitted_untaxed
        works = sum(situation.line_ids.mapped("amount"))
        whole = situation.amount_untaxed
        return cut * works / whole if works and whole else cut

    # --- what it says ---

    def _answer(self):
        """:return: ``decompte.Admission``; raises ``DecompteError`` where a number is none."""
        deductions = [one._deduction() for one in self.deduction_ids if one.name and one.amount]
        # what is admitted beyond the request is not invoiced as long as a next statement bills it
        ends = self.situation_id._is_end_of_works()
        if self.mode == "total":
            total = round_money(as_decimal(self.total))
            return Admission(
                total=total,
                reasons={None: self.reason or ""},
                contested_total=self.contested or (total > round_money(as_decimal(self.requested_total)) and not ends),
                deductions=deductions,
            )
        cut = self.line_ids.filtered("cut")
        return Admission(
            posts={line.key: round_money(as_decimal(line.admitted)) for line in cut},
            reasons={line.key: line.reason for line in cut if line.reason},
            contested={line.key for line in cut if line.contested or (line.cut < 0 and not ends)},
            deductions=deductions,
        )

    @api.depends(
        "mode",
        "total",
        "contested",
        "reason",
        "entry_date",
        "line_ids.admitted",
        "line_ids.contested",
        "line_ids.reason",
        "deduction_ids.kind",
        "deduction_ids.name",
        "deduction_ids.amount",
        "deduction_ids.account_id",
    )
    def _compute_preview(self):
        for wizard in self:
            try:
                wizard.preview = wizard._preview_html()
            except (DecompteError, UserError) as error:
                wizard.preview = Markup("<p class='text-danger'>%s</p>") % error

    def _preview_html(self):
        situation = self.situation_id._origin
        admitted = situation._admitted(self._answer())
        entries = situation._settlement_entries(admitted, self._deduction_values())
        problems = situation._entry_problems(entries, self.entry_date)
        sentences = admitted.explain() or [
            self.env._("All is admitted as requested: net %(amount)s.", amount=euros(admitted.net.month))
        ]
        debt = admitted.statement.debt
        if debt:
            sentences.append(
                self.env._(
                    "The deductions exceed the month: %(amount)s stay on the client's account and are carried to the "
                    "next statement.",
                    amount=euros(-debt),
                )
            )
        paper = self._paper()
        included = float(admitted.statement.total_included)
        if paper and self.currency_id.compare_amounts(included, paper.admitted_total):
            problems.append(
                self.env._(
                    "Chorus Pro tells %(told)s incl. tax and this answer comes to %(total)s: check it.",
                    told=format_amount(self.env, paper.admitted_total, self.currency_id),
                    total=format_amount(self.env, included, self.currency_id),
                )
            )
        item = Markup("<li>%s</li>")
        html = Markup("<ul>%s</ul>") % Markup().join(item % one for one in sentences)
        if problems:
            html += Markup("<ul class='text-danger'>%s</ul>") % Markup().join(item % one for one in problems)
        rows = [
            (line.account.with_company(self.company_id), line.label, line.amount)
            for entry in entries
            for line in entry.lines
        ]
        return html + self._entries_html([*situation._correction_rows(admitted), *rows])

    def _entries_html(self, rows):
        if not rows:
            return Markup("<p class='text-muted'>%s</p>") % self.env._("No entry is posted.")
        cell = Markup("<td class='text-end text-nowrap'>%s</td>")
        body = Markup().join(
            Markup("<tr><td>%s</td><td>%s</td>%s%s</tr>")
            % (
                f"{account.code} {account.name}" if account else "?",
                label,
                cell % (euros(amount) if amount > 0 else ""),
                cell % (euros(-amount) if amount < 0 else ""),
            )
            for account, label, amount in rows
        )
        heads = Markup("<th>%s</th><th>%s</th><th class='text-end'>%s</th><th class='text-end'>%s</th>") % (
            self.env._("Account"),
            self.env._("Label"),
            self.env._("Debit"),
            self.env._("Credit"),
        )
        return Markup("<table class='table table-sm'><tr>%s</tr>%s</table>") % (heads, body)

    def _deduction_values(self):
        return [
            {
                "kind": one.kind,
                "name": one.name,
                "amount": one.amount,
                "reason": one.reason,
                "account_id": one.account_id.id,
            }
            for one in self.deduction_ids
            if one.name and one.amount
        ]

    def action_confirm(self):
        """Record the answer and post what follows from it: all or nothing.

        :raises UserError: all that prevents it.
        """
        self.ensure_one()
        self.situation_id._check_can_bill()
        try:
            answer = self._answer()
        except DecompteError as error:
            raise UserError(str(error)) from error
        self.situation_id._admit(answer, self.date, entry_date=self.entry_date, deductions=self._deduction_values())
        return {"type": "ir.actions.act_window_close"}


class WorksAdmissionLine(models.TransientModel):
    """What was admitted of a post, since the start of the works; EUR HT."""

    _name = "works.admission.line"
    _description = "Post of the project manager's answer"

    admission_id = fields.Many2one("works.admission", required=True, ondelete="cascade")
    line_id = fields.Many2one("works.situation.line", required=True, ondelete="cascade")
    currency_id = fields.Many2one(related="line_id.currency_id")
    contract_line_id = fields.Many2one(related="line_id.contract_line_id", string="Post", help="Post of the contract.")
    previous = fields.Monetary(related="line_id.previous", help="Cumulative of the previous statement, as admitted.")
    requested = fields.Monetary(
        related="line_id.cumulative", string="Requested cumulative", help="Since the start of the works, as you asked."
    )
    admitted = fields.Monetary(
        "Admitted cumulative", help="Since the start of the works, as the payment statement says."
    )
    cut = fields.Monetary(
        "Not admitted", compute="_compute_cut", help="Requested less admitted; negative where more was admitted."
    )
    reason = fields.Char(help="Why the project manager corrected it, as he says.")
    contested = fields.Boolean(
        help="Ticked: you do not accept this correction; the amount stays invoiced, in dispute. Unticked: a credit "
        "note is posted for it.",
    )

    @property
    def key(self):
        """Of the post in ``decompte``."""
        return self.line_id.contract_line_id.id

    @api.depends("admitted", "requested")
    def _compute_cut(self):
        for line in self:
            line.cut = line.currency_id.round(line.requested - line.admitted)


class WorksAdmissionDeduction(models.TransientModel):
    """A deduction that the client decided; EUR, outside VAT."""

    _name = "works.admission.deduction"
    _description = "Deduction of the project manager's answer"
    _check_company_auto = True

    admission_id = fields.Many2one("works.admission", required=True, ondelete="cascade")
    company_id = fields.Many2one(related="admission_id.company_id")
    currency_id = fields.Many2one(related="admission_id.currency_id")
    kind = fields.Selection(
        KINDS,
        required=True,
        default="penalty",
        help="Penalty: of delay, most often. Other: whatever else the client keeps.",
    )
    name = fields.Char("Subject", required=True, help="As it is to be printed on the next statements.")
    amount = fields.Monetary(required=True, help="Deducted outside VAT. Negative: given back.")
    reason = fields.Char(help="What the client says of it: days of delay, article of the CCAP.")
    account_id = fields.Many2one(
        "account.account",
        "Charged to",
        check_company=True,
        compute="_compute_account_id",
        store=True,
        readonly=False,
        domain=[("account_type", "not in", ("asset_receivable", "liability_payable", "asset_cash"))],
        help="Account charged. That of the settings is proposed.",
    )

    @api.depends("kind", "company_id")
    def _compute_account_id(self):
        for one in self:
            company = one.company_id or self.env.company  # a new row does not know its dialog yet
            one.account_id = company._works_account("penalty" if one.kind == "penalty" else "deduction")

    def _deduction(self):
        """The deduction in the terms of ``decompte``."""
        return Deduction(self.name, as_decimal(self.amount or ZERO), kind=self.kind, reason=self.reason or "")
