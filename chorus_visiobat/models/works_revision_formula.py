from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ..decompte import CoefficientRounding, Formula, IndexWeight, as_decimal
from ..decompte.months import month_of

METHODS = {"adjustable": "adjustment", "revisable": "revision"}


class WorksRevisionFormula(models.Model):
    """Price variation formula of a contract (*formule de révision*): fixed part + Σ weight × index / base index.

    Parts and weights are ratios, as the CCAP writes them: 0.15 + 0.85 × BT01 / BT01₀ (works-billing.md §2.6).
    """

    _name = "works.revision.formula"
    _description = "Price formula of a works contract"
    _order = "contract_id, sequence, id"

    contract_id = fields.Many2one("works.contract", required=True, ondelete="cascade", index=True)
    company_id = fields.Many2one(related="contract_id.company_id", store=True)
    sequence = fields.Integer(default=10, help="Order in the contract.")
    name = fields.Char(
        required=True, default=lambda self: self.env._("Price formula"), help="For example the lot that it applies to."
    )
    fixed_part = fields.Float(
        digits=(16, 6),
        default=0.15,
        help="Part of the price that does not vary: 0.15 and 0.125 are usual, the CCAP rules.",
    )
    weight_ids = fields.One2many(
        "works.revision.weight", "formula_id", "Indexes", copy=True, help="Indexes of the formula and their weights."
    )
    lag_months = fields.Integer(
        "Index lag (months)",
        help="How many months before the execution the indexes are read: 0 by default, 3 in some contracts.",
    )
    coefficient_decimals = fields.Integer(
        "Coefficient decimals", default=3, help="3 (thousandth) by usual clause of the CCAP; 4 to 6 are met."
    )
    coefficient_upwards = fields.Boolean(
        "Rounded up",
        default=True,
        help="The CCAP often says the next thousandth up (millième supérieur). Unticked: the nearest.",
    )
    line_ids = fields.One2many("works.contract.line", "formula_id", "Posts", help="Posts whose price follows it.")
    formula_text = fields.Char(
        "Formula", compute="_compute_formula_text", help="The formula as the CCAP writes it, to compare with."
    )

    _lag_range = models.Constraint(
        "CHECK(lag_months >= 0 AND lag_months <= 12)", "Index lag: enter a number of months between 0 and 12."
    )
    _decimals_range = models.Constraint(
        "CHECK(coefficient_decimals >= 2 AND coefficient_decimals <= 8)",
        "Coefficient decimals: enter a number between 2 and 8; the CCAP usually says 3.",
    )

    @api.depends("fixed_part", "weight_ids.weight", "weight_ids.index_id")
    def _compute_formula_text(self):
        for formula in self:
            parts = [f"{formula.fixed_part:g}"] if formula.fixed_part else []
            parts += [f"{one.weight:g} × {one.index_id.code} / {one.index_id.code}₀" for one in formula.weight_ids]
            formula.formula_text = " + ".join(parts).replace(".", ",")

    @api.constrains("fixed_part", "weight_ids", "contract_id")
    def _check_formula(self):
        problems = []
        for formula in self:
            if not formula.contract_id.price_base_month:
                problems.append(
                    self.env._(
                        "Base month: the contract has none. Enter the month in which its prices were set, "
                        "from which the indexes of %(formula)s start.",
                        formula=formula.name,
                    )
                )
                continue
            problems += [problem.message for problem in formula._formula().problems()]
        if problems:
            raise ValidationError("\n".join(dict.fromkeys(problems)))

    def _formula(self):
        """The formula in the terms of ``decompte``."""
        self.ensure_one()
        contract = self.contract_id
        return Formula(
            self.id,
            self.name,
            tuple(one._weight() for one in self.weight_ids),
            month_of(contract.price_base_month),
            fixed_part=as_decimal(self.fixed_part),
            rounding=CoefficientRounding(self.coefficient_decimals, self.coefficient_upwards),
            lag_months=self.lag_months,
            method=METHODS.get(contract.price_type, "revision"),
            start_date=contract.date_start or None,
        )

    @api.model_create_multi
    def create(self, vals_list):
        """The first formula of a contract applies to all its posts; those that are firm are then told apart."""
        first = self.env["works.contract"].browse({vals.get("contract_id") for vals in vals_list} - {None})
        first = first.filtered(lambda contract: not contract.formula_ids)
        formulas = super().create(vals_list)
        for contract in first:
            contract.line_ids.formula_id = contract.formula_ids[:1]
        formulas.contract_id._refresh_draft_situation()
        return formulas

    def write(self, vals):
        result = super().write(vals)
        self.contract_id._refresh_draft_situation()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_billed(self):
        for formula in self:
            if any(line._is_billed() for line in formula.line_ids):
                raise UserError(
                    self.env._(
                        "Formula %(formula)s: statements were invoiced with it, so it stays; their provisional "
                        "coefficients may have to be regularised. Choose another formula on the posts instead.",
                        formula=formula.name,
                    )
                )

    def unlink(self):
        contracts = self.contract_id
        result = super().unlink()
        contracts.exists()._refresh_draft_situation()
        return result


class WorksRevisionWeight(models.Model):
    """One index of a price formula, with its weight (ratio)."""

    _name = "works.revision.weight"
    _description = "Index of a price formula"
    _order = "formula_id, id"

    formula_id = fields.Many2one("works.revision.formula", required=True, ondelete="cascade", index=True)
    company_id = fields.Many2one(related="formula_id.company_id", store=True)
    index_id = fields.Many2one(
        "works.price.index", required=True, ondelete="restrict", help="BT or TP index published by INSEE."
    )
    weight = fields.Float(
        digits=(16, 6), required=True, help="Weight in the formula, such as 0.85; with the fixed part they sum to 1."
    )
    base_value = fields.Float(
        "Value of the base month",
        digits=(16, 4),
        help="As the contract writes it. Empty: read in the series of the index.",
    )

    _index_uniq = models.Constraint("UNIQUE(formula_id, index_id)", "An index stands once in a formula.")
    _weight_positive = models.Constraint(
        "CHECK(weight > 0)", "Weight of an index: enter a ratio above 0, such as 0.85."
    )
    _base_positive = models.Constraint(
        "CHECK(base_value >= 0)", "Value of the base month: an index is never negative. Correct it."
    )

    def _weight(self):
        """The weight in the terms of ``decompte``."""
        self.ensure_one()
        return IndexWeight(
            self.index_id.code, as_decimal(self.weight), as_decimal(self.base_value) if self.base_value else None
        )

    def write(self, vals):
        result = super().write(vals)
        self.formula_id.contract_id._refresh_draft_situation()
        return result
