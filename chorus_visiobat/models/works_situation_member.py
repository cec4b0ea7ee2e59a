from dataclasses import replace

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..decompte import (
    Admission,
    Carried,
    Inputs,
    Month,
    Opening,
    Progress,
    admit,
    as_decimal,
    check_progress,
    dump_inputs,
    dump_opening,
    load_inputs,
    load_opening,
    round_money,
)
from ..decompte.money import ZERO
from .works_situation_inputs import MONTH_KINDS

# The stored totals of a member, and those of ``decompte`` that each is.
TOTALS = {
    "amount_untaxed": "total_excluded",
    "amount_tax": "total_tax",
    "amount_total": "total_included",
    "amount_retention": "retention",
    "amount_advance_granted": "advance_granted",
    "amount_advance_repaid": "advance_repaid",
    "amount_payable": "total_payable",
}
# What the lead types for a member.
TYPED = {"percent", "cumulative", "note"}


class WorksSituationMember(models.Model):
    """The statement of another member of the joint venture, within the one that the lead (*mandataire*) files.

    Computed as ours is, from his own posts, retention and advance; we do not invoice it. EUR, of the month.
    """

    _name = "works.situation.member"
    _description = "Member of the venture on a works statement"
    _order = "situation_id, id"

    situation_id = fields.Many2one("works.situation", required=True, ondelete="cascade", index=True)
    company_id = fields.Many2one(related="situation_id.company_id", store=True)
    currency_id = fields.Many2one(related="situation_id.currency_id")
    party_id = fields.Many2one(
        "works.contract.party", "Member", required=True, ondelete="restrict", index=True, help="Member of the venture."
    )
    line_ids = fields.One2many("works.situation.member.line", "member_id", "Posts", help="Progress of his posts.")
    amount_untaxed = fields.Monetary("Month excl. tax", readonly=True, help="His works of the month, excluding VAT.")
    amount_tax = fields.Monetary("Month VAT", readonly=True, help="VAT of his works of the month.")
    amount_total = fields.Monetary("Month incl. tax", readonly=True, help="His works of the month, VAT included.")
    amount_retention = fields.Monetary("Retention", readonly=True, help="Withheld from him this month.")
    amount_advance_granted = fields.Monetary("Advance asked for", readonly=True, help="Advance that he asks for.")
    amount_advance_repaid = fields.Monetary("Advance repaid", readonly=True, help="Advance that he repays this month.")
    amount_payable = fields.Monetary("Net payable", readonly=True, help="What the client is to pay him this month.")
    # prefetch: large, and read one at a time
    opening_data = fields.Json(copy=False, prefetch=False)
    inputs_data = fields.Json(copy=False, prefetch=False)
    closing_data = fields.Json(copy=False, prefetch=False)

    _party_uniq = models.Constraint("UNIQUE(situation_id, party_id)", "A member stands once in a statement.")

    def _opening(self):
        self.ensure_one()
        if self.opening_data:
            return load_opening(self.opening_data)
        return Opening(previous={}, invoiced_vat={}, invoiced_base={}, carried=Carried())

    def _inputs(self):
        self.ensure_one()
        if self.situation_id.state != "draft" and self.inputs_data:
            return load_inputs(self.inputs_data)
        member, opening = self.sudo(), self._opening()
        return Inputs(
            posts=tuple(replace(line.contract_line_id._post(), mode="amount") for line in member.line_ids),
            progress=tuple(
                Progress(line.contract_line_id._origin.id, amount=as_decimal(line.cumulative))
                for line in member.line_ids
            ),
            terms=member.party_id._member_terms(opening.carried),
            month=member._month(opening),
        )

    def _month(self, opening):
        situation, party = self.situation_id, self.party_id
        asked = ZERO
        if situation.kind == "advance":
            asked = max(round_money(as_decimal(party.advance_amount)) - opening.carried.advance.granted, ZERO)
        return Month(
            executed=situation.period_end or None,
            series=situation.contract_id.formula_ids.weight_ids.index_id._series(),
            kind=MONTH_KINDS[situation.kind or "monthly"],
            advance_granted=asked,
            guaranteed=party._is_guaranteed(situation.period_end),
        )

    def _statement(self):
        """:return: ``decompte.Statement`` of this member."""
        return self._inputs().compute(self._opening())

    def _recompute(self):
        for member in self.sudo().with_context(works_defer_recompute=True):
            totals = member._statement().totals
            member.write(
                {field: float(totals[name].month) if name in totals else 0.0 for field, name in TOTALS.items()}
            )
            for line in member.line_ids:
                amount = line.currency_id.round(line.cumulative - line.previous)
                if line.amount != amount:
                    line.amount = amount

    def _freeze(self):
        """Keep what his statement was computed from, and what it leaves."""
        for member in self.sudo().with_context(works_defer_recompute=True):
            member.inputs_data = dump_inputs(member._inputs())
            for line in member.line_ids:
                line.admitted_cumulative = line.cumulative
            member._keep_closing()

    def _keep_closing(self):
        for member in self.sudo():
            cut = member.line_ids.filtered(
                lambda line: line.currency_id.compare_amounts(line.admitted_cumulative, line.cumulative)
            )
            answer = Admission(
                posts={line.contract_line_id.id: round_money(as_decimal(line.admitted_cumulative)) for line in cut}
            )
            member.closing_data = dump_opening(admit(member._statement(), answer).closing)

    def _problems(self):
        """What forbids to bill this progress: list of French sentences."""
        self.ensure_one()
        inputs = self._inputs()
        reasons = {line.contract_line_id.id: line.note or "" for line in self.line_ids}
        return [
            f"{self.party_id.display_name} – {problem.message}"
            for problem in check_progress(inputs.posts, inputs.progress, self._opening().previous, reasons)
            if problem.blocking and problem.code != "nothing_moves"
        ]


class WorksSituationMemberLine(models.Model):
    """Progress of a post of another member, cumulative since the start. EUR excluding VAT."""

    _name = "works.situation.member.line"
    _description = "Post of a member on a works statement"
    _order = "member_id, sequence, id"

    member_id = fields.Many2one(
        "works.situation.member", "Statement of the member", required=True, ondelete="cascade", index=True
    )
    situation_id = fields.Many2one(related="member_id.situation_id", store=True, index=True)
    company_id = fields.Many2one(related="situation_id.company_id", store=True)
    currency_id = fields.Many2one(related="situation_id.currency_id")
    party_id = fields.Many2one(related="member_id.party_id", string="Member", help="Member who does these works.")
    contract_line_id = fields.Many2one(
        "works.contract.line", "Post", required=True, ondelete="restrict", index=True, help="Post of the contract."
    )
    sequence = fields.Integer(related="contract_line_id.sequence", store=True)
    contract_amount = fields.Monetary(related="contract_line_id.amount", string="Contract excl. tax")
    percent = fields.Float("% done", digits=(16, 4), help="Since the start of the works; the amount follows.")
    cumulative = fields.Monetary(
        "Cumulative excl. tax", help="Amount done since the start, as the member gives it: it counts to the cent."
    )
    previous = fields.Monetary(readonly=True, help="Cumulative of the previous statement, as admitted.")
    amount = fields.Monetary("Month excl. tax", readonly=True, help="Cumulative less previous, excluding VAT.")
    admitted_cumulative = fields.Monetary(
        "Admitted cumulative", help="What the project manager admitted of it: the next statement starts from here."
    )
    note = fields.Char("Reason", help="Why the progress goes down, when it does.")

    _post_uniq = models.Constraint("UNIQUE(member_id, contract_line_id)", "A post stands once in a statement.")

    @api.constrains("admitted_cumulative")
    def _check_admitted(self):
        for line in self:
            low, high = sorted((0.0, line.cumulative))
            if not low <= line.admitted_cumulative <= high:
                raise ValidationError(
                    self.env._(
                        "Post %(post)s: the admitted cumulative lies between nothing and what was asked for.",
                        post=line.contract_line_id.display_name,
                    )
                )

    @api.onchange("percent")
    def _onchange_percent(self):
        if self.percent != self._percent_of_amount():
            self.cumulative = self._of_percent()
        self.amount = self.cumulative - self.previous

    @api.onchange("cumulative")
    def _onchange_cumulative(self):
        self._follow_amount()
        self.amount = self.cumulative - self.previous

    def _follow_amount(self):
        """A percentage that gives this amount stays as it was typed."""
        for line in self:
            if line._of_percent() != line.cumulative:
                line.percent = line._percent_of_amount()

    def _start_from_opening(self):
        """Take the progress that another program left of these posts."""
        for line in self.sudo().with_context(works_defer_recompute=True):
            opening = line.situation_id.contract_id._opening_members().get(line.party_id.id)
            line.cumulative = float(opening.previous.get(line.contract_line_id.id, ZERO)) if opening else 0.0
            line._follow_amount()

    def _of_percent(self):
        post = replace(self.contract_line_id._post(), mode="percent")
        return float(post.cumulative(as_decimal(self.percent)))

    def _percent_of_amount(self):
        whole = self.contract_amount
        return round(100 * self.cumulative / whole, 4) if whole else 0.0

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        lines.situation_id._check_draft()
        return lines

    def write(self, vals):
        if TYPED & vals.keys():
            self.situation_id._check_draft()
        result = super().write(vals)
        if "percent" in vals and "cumulative" not in vals:
            for line in self:
                line.with_context(works_defer_recompute=True).cumulative = line._of_percent()
        if TYPED & vals.keys() and not self.env.context.get("works_defer_recompute"):
            self.member_id._recompute()
        if "admitted_cumulative" in vals and not self.env.context.get("works_defer_recompute"):
            self.member_id._keep_closing()
            self.situation_id._members_changed()
        return result
