from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from .works_situation_line import refuse_to_site

# Kinds of which the paper bills nothing more: the final statement bears the balance (works-billing.md, correction 4).
WITHOUT_INVOICE = ("general", "tacit")
# What only the statement itself sets, through its buttons: writing it by hand would bill works twice, or never.
OWN_FIELDS = {
    "state",
    "contract_id",
    "number",
    "previous_id",
    "move_ids",
    "move_id",
    "opening_data",
    "closing_data",
    "admission_date",
    "admitted_closing_data",
    "amount_disputed",
    "amount_admitted_payable",
    "amount_admitted_untaxed",
    "amount_admitted_total",
    "inputs_data",
    "filing_date",
    "imposed_statement_id",
    "imposed_total",
    "prior_agreement",
    "prior_agreement_date",
    "prior_agreement_by",
    "prior_agreement_reason",
    "prior_agreement_total",
}
# What the totals of a draft follow, besides its posts.
FOLLOWED_FIELDS = {
    "line_ids",
    "kind",
    "period_end",
    "deduction_ids",
    "direct_payment_ids",
    "retention_released",
    "quitus",
}
# What an invoiced statement no longer lets anybody change.
FROZEN_FIELDS = {
    "period_end",
    "kind",
    "framework_id",
    "piece_number",
    "line_ids",
    "vat_ids",
    "amount_untaxed",
    "amount_tax",
    "amount_total",
    "cumulative_untaxed",
    "cumulative_tax",
    "cumulative_total",
    "deduction_ids",
    "direct_payment_ids",
    "retention_released",
    "quitus",
}


class WorksSituation(models.Model):
    """Monthly works statement (*situation de travaux n° X*): one month, cumulative.

    A month is the cumulative of this statement less the cumulative of the previous one
    (CCAG-Travaux 12.2.1; works-billing.md §0.1, §2.2). Amounts are in EUR; *untaxed* is HT, *total* TTC.

    draft ─Facturer─▶ invoiced ─(invoice cancelled or credited)─▶ draft │ cancelled
    draft ─Préparer la pièce─▶ filed ─(not sent, or refused)─▶ draft │ cancelled
    """

    _name = "works.situation"
    _description = "Works statement"
    _inherit = ["chorus.environment.mixin", "mail.thread", "mail.activity.mixin"]
    _order = "contract_id, number desc"
    _check_company_auto = True

    name = fields.Char(compute="_compute_name", store=True, help="Contract and number of the statement.")
    active = fields.Boolean(default=True)
    contract_id = fields.Many2one(
        "works.contract",
        required=True,
        ondelete="restrict",
        index=True,
        help="Works contract billed by this statement.",
    )
    company_id = fields.Many2one(related="contract_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(related="contract_id.currency_id")
    number = fields.Integer(
        "Statement no.", required=True, readonly=True, copy=False, help="Rank of the statement in its contract."
    )
    period_end = fields.Date(
        "Works up to", required=True, copy=False, help="Last day of the works counted, usually the end of the month."
    )
    kind = fields.Selection(
        [
            ("monthly", "Monthly"),
            ("advance", "Advance"),
            ("final", "Final"),
            ("general", "General"),
            ("tacit", "Tacit procedure"),
        ],
        required=True,
        default="monthly",
        help="Monthly during the works; advance before them; final once they are accepted, for the balance. General: "
        "the general statement that the client notified, signed by you. Tacit procedure: he kept silent.",
    )
    state = fields.Selection(
        [("draft", "Draft"), ("invoiced", "Invoiced"), ("filed", "Paper prepared"), ("cancelled", "Cancelled")],
        "Status",
        required=True,
        default="draft",
        readonly=True,
        copy=False,
        tracking=True,
        help="Draft: progress may still change. Invoiced: the figures are frozen with the invoice. Paper prepared: "
        "they are frozen too, and nothing is invoiced.",
    )
    framework_id = fields.Many2one(
        "chorus.framework",
        "Billing framework",
        compute="_compute_framework_id",
        store=True,
        readonly=False,
        ondelete="restrict",
        domain="[('is_proposed', '=', True), ('bears_invoice', '=', bears_invoice)]",
        help="Kind of paper deposited. A4 for a monthly statement checked by a project manager.",
    )
    framework_explanation = fields.Char(related="framework_id.explanation")
    previous_id = fields.Many2one(
        "works.situation",
        "Previous statement",
        readonly=True,
        copy=False,
        ondelete="restrict",
        help="Statement whose cumulative is deducted from this one.",
    )
    line_ids = fields.One2many(
        "works.situation.line", "situation_id", "Posts", help="Progress of each post, cumulative since the start."
    )
    attachment_ids = fields.Many2many(
        "ir.attachment",
        string="Attachments to send",
        copy=False,
        bypass_search_access=True,
        help="10 MB per file, 120 MB in all, file names of 50 characters at most.",
    )
    chorus_document_ids = fields.One2many("chorus.document", "situation_id", "Chorus Pro documents")
    is_last = fields.Boolean(compute="_compute_is_last")
    can_bill = fields.Boolean(compute="_compute_can_bill")

    _number_uniq = models.Constraint(
        "UNIQUE(contract_id, number)", "This contract has a statement with this number already."
    )
    _one_draft = models.UniqueIndex(
        "(contract_id) WHERE state = 'draft' AND active", "This contract has a draft statement already."
    )

    @api.depends("contract_id.reference", "contract_id.name", "number")
    def _compute_name(self):
        for situation in self:
            contract = situation.contract_id
            situation.name = f"{contract.reference or contract.name or ''} – S{situation.number:02d}"

    @api.depends("kind", "contract_id.chorus_framework_id", "previous_id.kind")
    def _compute_framework_id(self):
        for situation in self.filtered(lambda s: s.state == "draft"):
            contract = situation.contract_id
            monthly = situation.kind == "monthly"
            situation.framework_id = (
                contract.chorus_framework_id
                if monthly
                else contract._propose_framework(situation.kind, after=situation.previous_id.kind)
            )

    @api.depends("contract_id.situation_ids.number")
    def _compute_is_last(self):
        for situation in self:
            contract = situation.contract_id
            situation.is_last = bool(contract) and situation._origin == contract._last_situation()

    @api.depends_context("uid")
    def _compute_can_bill(self):
        self.can_bill = self.env.user.has_group("chorus_visiobat.group_billing")

    # --- life ---

    @api.model_create_multi
    def create(self, vals_list):
        """Open a statement: next number, next month, last month's progress copied.

        :raises UserError: no contract, or it is closed, has no post, an open draft or a month billed nowhere.
        """
        self.check_access("create")
        vals_list = [self._opening_values(vals) for vals in vals_list]
        situations = super(WorksSituation, self.with_context(works_defer_recompute=True)).create(vals_list)
        situations = situations.with_context(works_defer_recompute=False)
        for situation in situations:
            situation._fill_lines()
        situations._recompute()
        situations.contract_id.filtered(lambda contract: contract.state == "draft").sudo().state = "running"
        return situations

    def _opening_values(self, vals):
        """Values of a new statement: what was given, save what the statement alone decides."""
        contract = self.env["works.contract"].browse(
            vals.get("contract_id", self.env.context.get("default_contract_id"))
        )
        if not contract:
            raise UserError(
                self.env._("Contract: a statement bills a works contract. Open the contract, then use New statement.")
            )
        contract._check_can_open_situation()
        previous = contract._last_situation(("invoiced", "filed"))
        last = contract._last_situation(("draft", "invoiced", "filed", "cancelled"))
        kind = contract._kinds_after(previous)[0]
        before = previous.period_end or contract.opening_date
        if previous and kind in WITHOUT_INVOICE:
            period_end = previous.period_end
        elif before:
            period_end = before + relativedelta(months=1, day=31)
        else:
            today = fields.Date.context_today(self)
            period_end = today + relativedelta(day=31) if today.day > 15 else today + relativedelta(months=-1, day=31)
        given = {name: value for name, value in vals.items() if name not in OWN_FIELDS | {"active"}}
        number = max(last.number, contract.opening_number) + 1
        own = {"contract_id": contract.id, "number": number, "previous_id": previous.id}
        return {"period_end": period_end, "kind": kind, **given, **own}

    def _fill_lines(self):
        """Give a draft one line per post of its contract: input of last month, previous cumulative frozen."""
        self.ensure_one()
        before = {line.contract_line_id: line for line in self.previous_id.line_ids}
        posts = self.contract_id._own_lines()
        present = self.line_ids.contract_line_id
        self.env["works.situation.line"].sudo().with_context(works_defer_recompute=True).create(
            [
                {
                    "situation_id": self.id,
                    "contract_line_id": post.id,
                    **(before[post]._copy_inputs() if post in before else {}),
                }
                for post in posts - present
            ]
        )
        self._freeze_previous()

    def _freeze_previous(self):
        """Take the snapshot of what the previous statement counted: as admitted where corrected."""
        data = self.previous_id._closing_data() if self.previous_id else self.contract_id.opening_data
        self.sudo().opening_data = data
        before = dict(data["previous"]) if data else {}
        for line in self.sudo().line_ids.with_context(works_defer_recompute=True):
            previous = float(before.get(line.contract_line_id.id, 0.0))
            if line.currency_id.compare_amounts(line.previous, previous):
                line.previous = previous

    def write(self, vals):
        self._check_write_allowed(vals)
        result = super(WorksSituation, self.with_context(works_defer_recompute=True)).write(vals)
        if FOLLOWED_FIELDS & vals.keys() and not self.env.context.get("works_defer_recompute"):
            self.filtered(lambda s: s.state == "draft")._recompute()
        return result

    def _check_write_allowed(self, vals):
        refuse_to_site(self, vals.keys() - {"line_ids"})
        if not self.env.su and (own := OWN_FIELDS & vals.keys()):
            raise UserError(
                self.env._(
                    "%(fields)s: set by the statement itself. Use its buttons (Create invoice, Back to draft, Cancel).",
                    fields=", ".join(sorted(self._fields[name]._description_string(self.env) for name in own)),
                )
            )
        if not vals.get("active", True):
            self._check_can_archive()
        if FROZEN_FIELDS & vals.keys():
            self._check_draft()

    def _check_draft(self):
        """:raise UserError: the figures of one of these statements change no more"""
        for situation in self:
            if situation.state != "draft":
                raise UserError(situation._frozen_message())

    def _check_can_archive(self):
        for situation in self:
            if situation.state != "cancelled":
                raise UserError(
                    self.env._(
                        "Statement %(statement)s counts in its contract and is not archived: delete it as a draft, "
                        "or cancel it first.",
                        statement=situation.name,
                    )
                )

    def _check_can_bill(self):
        if not self.env.su and not self.env.user.has_group("chorus_visiobat.group_billing"):
            raise AccessError(self.env._("Your access rights do not let you invoice. Ask for the group Billing."))
        self.check_access("write")

    def _frozen_message(self):
        self.ensure_one()
        if self.move_id:
            return self.env._(
                "Statement %(statement)s is invoiced (%(invoice)s): its amounts no longer change. "
                "Before it is sent, use Back to draft; afterwards, correct it on the next statement.",
                statement=self.name,
                invoice=self.move_id.name,
            )
        return self.env._(
            "Statement %(statement)s is closed: its amounts no longer change. Use Back to draft first.",
            statement=self.name,
        )

    @api.ondelete(at_uninstall=False)
    def _unlink_only_last_draft(self):
        for situation in self:
            if situation.state != "draft":
                raise UserError(
                    self.env._(
                        "Statement %(statement)s is not a draft and cannot be deleted. "
                        "Cancel or credit its invoice, then use Back to draft.",
                        statement=situation.name,
                    )
                )
            if situation.sudo().move_ids or situation.sudo().chorus_document_ids:
                raise UserError(
                    self.env._(
                        "Statement %(statement)s was invoiced or prepared before, and stays as a proof of its number: "
                        "cancel its invoice, then use Cancel instead of deleting it.",
                        statement=situation.name,
                    )
                )
            later = situation.contract_id._last_situation(("draft", "invoiced", "filed", "cancelled")) - self
            if later.number > situation.number:
                raise UserError(
                    self.env._(
                        "Statement %(statement)s is not the last of its contract: delete %(last)s first.",
                        statement=situation.name,
                        last=later.name,
                    )
                )

    def action_draft(self):
        """Take the last statement back to draft, its invoice too as long as it has not been sent.

        The invoice keeps its number for when the statement is invoiced again.
        """
        self._check_can_bill()
        for situation in self:
            situation._check_is_last()
            if situation.contract_id._last_situation(("draft",)) - situation:
                raise UserError(
                    self.env._("This contract has a draft statement already: invoice it or delete it first.")
                )
            if situation.move_id.state == "posted":
                situation.move_id.button_draft()
            situation.sudo().state = "draft"
            situation._fill_lines()
            situation._recompute()

    def action_cancel(self):
        """Cancel the last statement; its number is not used again."""
        self._check_can_bill()
        for situation in self:
            situation._check_is_last()
            if situation.move_id:
                raise UserError(
                    self.env._(
                        "Statement %(statement)s has the invoice %(invoice)s: cancel it or credit it first.",
                        statement=situation.name,
                        invoice=situation.move_id.name,
                    )
                )
            situation.sudo().state = "cancelled"
            # Nothing is left to cure of a refused paper whose statement is given up.
            situation.sudo().chorus_document_ids._sync_stage()

    def _check_is_last(self):
        self.ensure_one()
        last = self.contract_id._last_situation()
        if self != last:
            raise UserError(
                self.env._(
                    "Statement %(statement)s is not the last of its contract: start with %(last)s.",
                    statement=self.name,
                    last=last.name,
                )
            )

    def _creation_message(self):
        return self.with_context(lang=self.env["chorus.account"]._users_lang()).env._("Statement created")
