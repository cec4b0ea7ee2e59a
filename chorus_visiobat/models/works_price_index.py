from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date

from ..decompte import IndexLink, IndexSeries, as_decimal
from ..decompte.months import month_name, month_of


class WorksPriceIndex(models.Model):
    """Price index of works (*index BT, TP*), published by INSEE every month; the same for every company."""

    _name = "works.price.index"
    _description = "Price index"
    _order = "code"
    _rec_names_search = ["code", "name"]

    code = fields.Char(required=True, help="Short name that formulas know it by, such as BT01 or TP08.")
    name = fields.Char("Title", help="Title of the series, such as Tous corps d'état.")
    active = fields.Boolean(default=True)
    value_ids = fields.One2many(
        "works.price.index.value", "index_id", "Values", help="Published values, one for each month."
    )
    link_ids = fields.One2many(
        "works.price.index.link", "index_id", "Changes of base", help="When INSEE changed the base of the series."
    )
    last_month = fields.Date(
        compute="_compute_last", help="Last month whose value is known: later months are billed provisionally."
    )
    last_value = fields.Float(compute="_compute_last", digits=(16, 4), help="Value of that month.")
    gaps = fields.Char("Missing months", compute="_compute_last", help="Months without value inside the series.")

    _code_uniq = models.Constraint("UNIQUE(code)", "This index exists already: add its values to it.")

    @api.depends("value_ids.month", "value_ids.value")
    def _compute_last(self):
        for index in self:
            last = index.value_ids.filtered("month").sorted("month")[-1:]
            index.last_month = last.month
            index.last_value = last.value
            series = index._series() if last else ()
            index.gaps = ", ".join(month_name(month) for one in series for month in one.gaps())

    @api.depends("code", "name")
    def _compute_display_name(self):
        for index in self:
            index.display_name = " – ".join(filter(None, (index.code, index.name)))

    def _series(self):
        """The series in the terms of ``decompte``.

        :return: tuple of ``decompte.IndexSeries``, in the order of the indexes.
        """
        return tuple(
            IndexSeries(
                index.code,
                {one.month: as_decimal(one.value) for one in index.value_ids if one.month},
                links=tuple(IndexLink(one.month, as_decimal(one.coefficient)) for one in index.link_ids if one.month),
            )
            for index in self
        )

    def _set_values(self, values):
        """Add or correct values.

        :param values: dict first day of month (date) → value.
        :return: tuple (number added, number corrected).
        """
        self.ensure_one()
        known = {one.month: one for one in self.value_ids}
        corrected = 0
        for month, value in values.items():
            if month in known and as_decimal(known[month].value) != as_decimal(value):
                known[month].value = float(value)
                corrected += 1
        added = [month for month in values if month not in known]
        self.env["works.price.index.value"].create(
            [{"index_id": self.id, "month": month, "value": float(values[month])} for month in added]
        )
        return len(added), corrected

    def _refresh_drafts(self):
        """A value published changes the drafts that were waiting for it, in every company."""
        weights = self.env["works.revision.weight"].sudo().search([("index_id", "in", self.ids)])
        weights.formula_id.contract_id._refresh_draft_situation()

    def write(self, vals):
        if "code" in vals:
            self._check_code_unused(vals["code"])
        return super().write(vals)

    def _check_code_unused(self, code):
        """What was billed with an index knows it by its code."""
        weights = self.env["works.revision.weight"].sudo().search([("index_id", "in", self.ids)])
        for index in weights.index_id:
            if index.code != code:
                raise UserError(
                    self.env._(
                        "Index %(code)s: formulas use it, so its code stays. Create another index.", code=index.code
                    )
                )


class WorksPriceIndexValue(models.Model):
    """Value of an index for one month."""

    _name = "works.price.index.value"
    _description = "Value of a price index"
    _order = "index_id, month desc"

    index_id = fields.Many2one("works.price.index", required=True, ondelete="cascade", index=True)
    month = fields.Date(required=True, help="Month of the value: any day of it.")
    value = fields.Float(digits=(16, 4), required=True, help="Value as published.")

    _month_uniq = models.Constraint(
        "UNIQUE(index_id, month)", "This index has a value for this month already: correct it."
    )
    _value_positive = models.Constraint("CHECK(value > 0)", "Value of an index: enter the published value, above 0.")

    @api.depends("index_id", "month", "value")
    def _compute_display_name(self):
        for one in self:
            one.display_name = f"{one.index_id.code} {format_date(self.env, one.month, date_format='MM/yyyy')}"

    @api.model_create_multi
    def create(self, vals_list):
        values = super().create([self._first_day(vals) for vals in vals_list])
        values.index_id._refresh_drafts()
        return values

    def write(self, vals):
        result = super().write(self._first_day(vals))
        self.index_id._refresh_drafts()
        return result

    def unlink(self):
        indexes = self.index_id
        result = super().unlink()
        indexes.exists()._refresh_drafts()
        return result

    @api.model
    def _first_day(self, vals):
        month = fields.Date.to_date(vals.get("month"))
        return {**vals, "month": month_of(month)} if month else vals


class WorksPriceIndexLink(models.Model):
    """Change of base of an index: the new values times its coefficient continue the former ones.

    Linking coefficients are published with the new base (works-billing.md §2.6: recollection, hence data).
    """

    _name = "works.price.index.link"
    _description = "Change of base of a price index"
    _order = "index_id, month"

    index_id = fields.Many2one("works.price.index", required=True, ondelete="cascade", index=True)
    month = fields.Date("First month of the new base", required=True, help="First month published in the new base.")
    coefficient = fields.Float(
        "Linking coefficient",
        digits=(16, 6),
        required=True,
        help="What a value of the new base is multiplied by to continue the former one, as INSEE publishes it.",
    )

    _month_uniq = models.Constraint("UNIQUE(index_id, month)", "This change of base is entered already.")
    _coefficient_positive = models.Constraint(
        "CHECK(coefficient > 0)", "Linking coefficient: enter the one that INSEE publishes, above 0."
    )

    @api.model_create_multi
    def create(self, vals_list):
        links = super().create(vals_list)
        links.index_id._refresh_drafts()
        return links

    def write(self, vals):
        result = super().write(vals)
        self.index_id._refresh_drafts()
        return result
