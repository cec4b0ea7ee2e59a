from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import float_round

from ..decompte import Post, as_decimal

# What a billed post owes its amounts to: changing it would rewrite the months already invoiced.
BILLED_FIELDS = {"mode", "quantity", "price_unit", "amount", "tax_id", "amendment_id", "contract_id", "kind"}
# What only the months to come are computed with.
FUTURE_FIELDS = {"formula_id", "party_id"}


class WorksContractLine(models.Model):
    """Post of a works contract (*poste* of the DPGF or BPU)."""

    _name = "works.contract.line"
    _description = "Works contract post"
    _order = "contract_id, sequence, id"
    _check_company_auto = True

    contract_id = fields.Many2one("works.contract", required=True, ondelete="cascade", index=True)
    company_id = fields.Many2one(related="contract_id.company_id", store=True)
    currency_id = fields.Many2one(related="contract_id.currency_id")
    sequence = fields.Integer(default=10, help="Order of the posts in the statement.")
    code = fields.Char(help="Number of the post in the price schedule, for example 1.2.")
    name = fields.Char("Post", required=True, help="Works described by this post, as in the price schedule.")
    lot = fields.Char(help="Lot or chapter under which the post is printed and invoiced.")
    nature = fields.Selection(
        [("works", "Works"), ("supply", "Supplies"), ("service", "Services")],
        required=True,
        default="works",
        help="What is sold: decides the income account of the invoice.",
    )
    mode = fields.Selection(
        [("percent", "Percent"), ("quantity", "Quantity"), ("amount", "Amount")],
        "Progress by",
        required=True,
        default="percent",
        help="How the progress of this post is entered every month, always cumulative since the start.",
    )
    quantity = fields.Float(digits="Product Unit", help="Quantity of the contract.")
    uom_id = fields.Many2one("uom.uom", "Unit", help="Unit in which the post is measured.")
    price_unit = fields.Float("Unit price excl. tax", digits="Product Price", help="Price of one unit, excluding VAT.")
    amount = fields.Monetary(
        "Amount excl. tax",
        compute="_compute_amount",
        store=True,
        readonly=False,
        help="Amount of the contract for this post, excluding tax: quantity by unit price, or typed in.",
    )
    tax_id = fields.Many2one(
        "account.tax",
        "VAT",
        required=True,
        check_company=True,
        ondelete="restrict",
        default=lambda self: self._default_tax_id(),
        domain=[("type_tax_use", "=", "sale"), ("amount_type", "=", "percent")],
        help="One VAT rate per post.",
    )
    amendment_id = fields.Many2one(
        "works.contract.amendment",
        ondelete="restrict",
        index="btree_not_null",
        domain="[('contract_id', '=', contract_id)]",
        help="Amendment or service order that brought this post. Empty: initial contract.",
    )
    kind = fields.Selection(
        [
            ("works", "Works"),
            ("materials", "Materials on site"),
            ("bonus", "Bonus"),
            ("expense", "Expense refunded"),
        ],
        required=True,
        default="works",
        help="Only works make up the amount of the contract. Materials on site: a stock that goes down as it is used.",
    )
    formula_id = fields.Many2one(
        "works.revision.formula",
        "Price formula",
        ondelete="set null",
        index="btree_not_null",
        domain="[('contract_id', '=', contract_id)]",
        help="Formula by which the price of this post varies. Empty: firm price.",
    )
    party_id = fields.Many2one(
        "works.contract.party",
        "Done by",
        ondelete="set null",
        index="btree_not_null",
        domain="[('contract_id', '=', contract_id)]",
        help="Subcontractor who does these works. Empty: you do them yourself.",
    )
    situation_line_ids = fields.One2many("works.situation.line", "contract_line_id")

    @api.model
    def _default_tax_id(self):
        """Works are services, not the goods that the company's default tax is for."""
        contract = self.env["works.contract"].browse(self.env.context.get("default_contract_id"))
        return (contract.company_id or self.env.company)._works_sale_tax()

    @api.depends("quantity", "price_unit")
    def _compute_amount(self):
        for line in self:
            if line.quantity and line.price_unit:
                line.amount = float_round(line.quantity * line.price_unit, precision_digits=2)
            else:
                line.amount = line.amount or 0.0

    @api.depends("code", "name")
    def _compute_display_name(self):
        for line in self:
            line.display_name = " ".join(filter(None, (line.code, line.name)))

    @api.constrains("tax_id")
    def _check_tax(self):
        for line in self:
            tax = line.tax_id
            if tax.amount_type != "percent" or tax.price_include or tax.type_tax_use != "sale":
                raise ValidationError(
                    self.env._(
                        "VAT of post %(post)s: choose a sales tax in percent, on prices excluding tax, "
                        "instead of %(tax)s.",
                        post=line.display_name,
                        tax=tax.name,
                    )
                )

    @api.constrains("formula_id", "party_id", "contract_id")
    def _check_terms_of_contract(self):
        for line in self:
            for term in (line.formula_id, line.party_id):
                if term and term.contract_id != line.contract_id:
                    raise ValidationError(
                        self.env._(
                            "Post %(post)s: %(term)s belongs to another contract. Choose one of the same contract.",
                            post=line.display_name,
                            term=term.display_name,
                        )
                    )

    @api.constrains("amendment_id", "contract_id")
    def _check_amendment(self):
        for line in self:
            if line.amendment_id and line.amendment_id.contract_id != line.contract_id:
                raise ValidationError(
                    self.env._(
                        "Amendment of post %(post)s: choose an amendment of the same contract.",
                        post=line.display_name,
                    )
                )

    def _post(self) -> Post:
        """The post in the terms of ``decompte``, its key the id of this record."""
        self.ensure_one()
        return Post(
            self._origin.id,
            self.display_name,
            as_decimal(self.amount),
            vat_rate=as_decimal(self.tax_id.amount),
            quantity=as_decimal(self.quantity) if self.quantity else None,
            unit_price=as_decimal(self.price_unit),
            lot=self.lot or None,
            nature=self.nature,
            mode=self.mode,
            amendment_key=self.amendment_id.id or None,
            kind=self.kind,
            formula_key=self.formula_id.id or None,
            party_key=self.party_id.id or None,
        )

    def _is_billed(self):
        """Whether an invoiced statement counts this post."""
        self.ensure_one()
        return any(
            line.cumulative or line.previous
            for line in self.sudo().situation_line_ids
            if line.situation_id.state == "invoiced"
        )

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        lines.contract_id._refresh_draft_situation()
        return lines

    def write(self, vals):
        changed = BILLED_FIELDS & vals.keys()
        for line in self if changed else ():
            values = line._convert_to_write({name: line[name] for name in changed})
            if any(values[name] != vals[name] for name in changed) and line._is_billed():
                raise UserError(
                    self.env._(
                        "Post %(post)s has been billed: its amount and its VAT no longer change. "
                        "Add a post for the difference, under an amendment or a service order.",
                        post=line.display_name,
                    )
                )
        result = super().write(vals)
        if (BILLED_FIELDS | FUTURE_FIELDS) & vals.keys():
            self.contract_id._refresh_draft_situation()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_billed(self):
        for line in self:
            if line._is_billed():
                raise UserError(
                    self.env._(
                        "Post %(post)s has been billed and cannot be deleted. "
                        "Bring its progress down on the next statement instead, with the reason.",
                        post=line.display_name,
                    )
                )

    def unlink(self):
        contracts = self.contract_id
        self.sudo().situation_line_ids.filtered(lambda line: line.situation_id.state == "draft").unlink()
        result = super().unlink()
        contracts.exists()._refresh_draft_situation()
        return result
