from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError

from ..decompte import as_decimal
from ..decompte.wording import euros, number, percent

INPUT_FIELDS = {"mode", "input_percent", "input_quantity", "input_amount", "note"}
# What only the statement sets: a previous cumulative typed by hand would bill works twice.
OWN_FIELDS = {"cumulative", "amount", "percent", "warning", "previous", "situation_id", "contract_line_id"}
# What the answer of the project manager sets, with every entry that follows from it.
ANSWER_FIELDS = {"admitted_cumulative", "contested", "admission_reason"}
# A progress above is no works progress but a slip of the keyboard (100 for 1.00, a price for a percentage).
ABSURD_PERCENT = 1000


def refuse_to_site(records, names):
    """Keep a site manager from changing what is not progress.

    :param names: set of str, the fields that only *Facturation* may change
    :raise AccessError: the user has no more than the group *Chantier*
    """
    if names and not records.env.su and not records.env.user.has_group("chorus_visiobat.group_billing"):
        raise AccessError(
            records.env._(
                "The group Site enters progress only: %(fields)s cannot be changed. Ask the billing team.",
                fields=", ".join(sorted(records._fields[name]._description_string(records.env) for name in names)),
            )
        )


class WorksSituationLine(models.Model):
    """Progress of one post at the end of the month (*avancement cumulé du poste*). Amounts in EUR HT."""

    _name = "works.situation.line"
    _description = "Works statement line"
    _order = "situation_id, sequence, id"

    situation_id = fields.Many2one("works.situation", required=True, ondelete="cascade", index=True)
    company_id = fields.Many2one(related="situation_id.company_id", store=True)
    currency_id = fields.Many2one(related="situation_id.currency_id")
    contract_line_id = fields.Many2one(
        "works.contract.line",
        "Post",
        required=True,
        ondelete="restrict",
        index=True,
        help="Post of the contract whose progress is entered.",
    )
    sequence = fields.Integer(related="contract_line_id.sequence", store=True)
    lot = fields.Char(related="contract_line_id.lot")
    amendment_id = fields.Many2one(related="contract_line_id.amendment_id")
    mode = fields.Selection(
        [("percent", "Percent"), ("quantity", "Quantity"), ("amount", "Amount")],
        "Progress by",
        compute="_compute_mode",
        precompute=True,
        store=True,
        readonly=False,
        required=True,
        help="How the progress of this month was typed: as the post says, until it is typed otherwise.",
    )
    contract_amount = fields.Monetary(related="contract_line_id.amount", string="Contract excl. tax")
    input_percent = fields.Float(
        "Cumulative %", digits=(16, 4), help="Since the start of the works, not of the month. 100 % means finished."
    )
    input_quantity = fields.Float(
        "Cumulative quantity", digits="Product Unit", help="Quantity done since the start of the works."
    )
    input_amount = fields.Monetary(
        "Cumulative amount entered", help="Amount of the works done since the start, excluding tax."
    )
    previous = fields.Monetary(
        readonly=True,
        help="Cumulative of the previous statement, as admitted. Frozen when the statement is opened.",
    )
    cumulative = fields.Monetary(readonly=True, help="Amount done since the start, excluding tax.")
    amount = fields.Monetary("Month excl. tax", readonly=True, help="Cumulative less previous, excluding tax.")
    percent = fields.Float("Progress %", digits=(16, 2), readonly=True, help="Cumulative progress of the post.")
    admitted_cumulative = fields.Monetary(
        "Admitted cumulative",
        help="Since the start of the works, as the project manager admitted it; as requested until then.",
    )
    note = fields.Char("Reason", help="Why the progress goes down, when it does.")

    _post_uniq = models.Constraint("UNIQUE(situation_id, contract_line_id)", "A post stands once in a statement.")

    @api.depends("contract_line_id.mode")
    def _compute_mode(self):
        """As the post says; what was typed otherwise stays as it was typed."""
        for line in self:
            if not line._input():
                line.mode = line.contract_line_id.mode or "percent"

    @api.constrains("mode", "input_percent", "input_quantity", "input_amount")
    def _check_inputs(self):
        problems = []
        for line in self:
            value = line._input()
            negative = value < 0 and line.contract_line_id.amount >= 0
            if negative:
                problems.append(
                    self.env._(
                        "Post %(post)s: the cumulative progress cannot be negative (%(value)s). "
                        "Enter the progress since the start of the works.",
                        post=line.contract_line_id.display_name,
                        value=number(as_decimal(value)),
                    )
                )
            elif line.mode == "percent" and value > ABSURD_PERCENT:
                problems.append(
                    self.env._(
                        "Post %(post)s: %(value)s is no progress. Enter a percentage, 100 for finished works.",
                        post=line.contract_line_id.display_name,
                        value=percent(as_decimal(value)),
                    )
                )
        if problems:
            raise ValidationError("\n".join(problems))

    @api.constrains("admitted_cumulative")
    def _check_admitted(self):
        problems = []
        for line in self:
            # more may be admitted than was asked for, within the contract
            low, high = min(0.0, line.cumulative), max(0.0, line.cumulative)
            low, high = min(low, line.contract_amount), max(high, line.contract_amount)
            compare = line.currency_id.compare_amounts
            if compare(line.admitted_cumulative, low) < 0 or compare(line.admitted_cumulative, high) > 0:
                problems.append(
                    self.env._(
                        "Post %(post)s: the admitted cumulative (%(value)s) must lie between %(low)s and %(high)s, "
                        "the amount of the contract. Correct it.",
                        post=line.contract_line_id.display_name,
                        value=euros(as_decimal(line.admitted_cumulative)),
                        low=euros(as_decimal(low)),
                        high=euros(as_decimal(high)),
                    )
                )
        if problems:
            raise ValidationError("\n".join(problems))

    def _input(self):
        """Cumulative progress entered, in the post's own mode (float)."""
        self.ensure_one()
        return self[f"input_{self.mode}"] if self.mode else 0.0

    def _copy_inputs(self):
        self.ensure_one()
        return {"mode": self.mode, f"input_{self.mode}": self._input()}

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        lines.situation_id._check_draft()
        if not self.env.context.get("works_defer_recompute"):
            for situation in lines.situation_id:
                situation._freeze_previous()
            lines.situation_id._recompute()
        return lines

    def write(self, vals):
        self._check_write_allowed(vals)
        result = super().write(vals)
        if "admitted_cumulative" in vals and not self.env.context.get("works_defer_recompute"):
            self.filtered(lambda line: line.situation_id.state == "invoiced").situation_id._admitted_changed()
        if INPUT_FIELDS & vals.keys() and not self.env.context.get("works_defer_recompute"):
            self.situation_id._recompute()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_only_draft(self):
        self.situation_id._check_draft()
        for line in self:
            if not line.currency_id.is_zero(line.previous):
                raise UserError(
                    self.env._(
                        "Post %(post)s: %(previous)s were counted by the previous statements, so it stays. "
                        "Bring its progress down instead, with the reason.",
                        post=line.contract_line_id.display_name,
                        previous=euros(as_decimal(line.previous)),
                    )
                )

    def unlink(self):
        situations = self.situation_id
        result = super().unlink()
        if not self.env.context.get("works_defer_recompute"):
            situations.exists()._recompute()
        return result

    def _check_write_allowed(self, vals):
        refuse_to_site(self, vals.keys() - INPUT_FIELDS)
        if not self.env.su and (own := OWN_FIELDS & vals.keys()):
            raise UserError(
                self.env._(
                    "%(fields)s: the statement computes it from the progress entered, which is what you may change.",
                    fields=", ".join(sorted(self._fields[name]._description_string(self.env) for name in own)),
                )
            )
        if not self.env.su and (told := ANSWER_FIELDS & vals.keys()):
            raise UserError(
                self.env._(
                    "%(fields)s: use the button Record the answer of the statement, so that the entries follow.",
                    fields=", ".join(sorted(self._fields[name]._description_string(self.env) for name in told)),
                )
            )
        if vals.keys() & (INPUT_FIELDS | OWN_FIELDS):
            self.situation_id._check_draft()
