from odoo import api, fields, models
from odoo.tools import float_round

from ..decompte import as_decimal, round_money


class WorksOpeningLine(models.TransientModel):
    """A post of a contract that is taken over: how far it was billed, in EUR excluding VAT."""

    _name = "works.opening.line"
    _description = "Post of the opening balances"
    _order = "opening_id, sequence, id"

    opening_id = fields.Many2one("works.opening", required=True, ondelete="cascade", index=True)
    contract_line_id = fields.Many2one(
        "works.contract.line", "Post", required=True, ondelete="cascade", help="Post of the contract."
    )
    sequence = fields.Integer(related="contract_line_id.sequence", store=True)
    currency_id = fields.Many2one(related="contract_line_id.currency_id")
    mode = fields.Selection(related="contract_line_id.mode")
    party_id = fields.Many2one(
        related="contract_line_id.party_id", help="Subcontractor or member who does these works."
    )
    rate = fields.Float(related="contract_line_id.tax_id.amount")
    contract_amount = fields.Monetary(related="contract_line_id.amount", string="Contract excl. tax")
    percent = fields.Float(
        "% billed", digits=(16, 4), help="Cumulative progress billed, in percent: the amount follows."
    )
    quantity = fields.Float(
        "Quantity billed", digits="Product Unit", help="Cumulative quantity billed: the amount follows."
    )
    cumulative = fields.Monetary(
        "Billed excl. tax",
        help="Cumulative amount billed since the start, excluding VAT and price variation, as admitted by the project "
        "manager. It is what counts, to the cent.",
    )

    # Each of the three follows the others, and leaves alone what already agrees with it: an amount to the cent gives a
    # rounded percentage, which would give another amount.

    @api.onchange("percent")
    def _onchange_percent(self):
        if self.percent != self._percent_of_amount():
            self._follow_percent()

    @api.onchange("quantity")
    def _onchange_quantity(self):
        if self.quantity != self._quantity_of_amount():
            self.cumulative = self._of_quantity()

    @api.onchange("cumulative")
    def _onchange_cumulative(self):
        self._follow_amount()

    def _follow_percent(self):
        self.ensure_one()
        self.cumulative = self._of_percent()
        self._follow_quantity()

    def _follow_amount(self):
        self.ensure_one()
        if self.contract_amount and self._of_percent() != self.cumulative:
            self.percent = self._percent_of_amount()
        self._follow_quantity()

    def _follow_quantity(self):
        if self.mode == "quantity" and self._of_quantity() != self.cumulative:
            self.quantity = self._quantity_of_amount()

    def _of_percent(self):
        post = self.contract_line_id._post()
        return float(round_money(post.amount * as_decimal(self.percent) / 100))

    def _of_quantity(self):
        post = self.contract_line_id._post()
        return float(round_money(as_decimal(self.quantity) * post.unit_price))

    def _percent_of_amount(self):
        amount = self.contract_amount
        return float_round(100 * self.cumulative / amount, precision_digits=4) if amount else 0.0

    def _quantity_of_amount(self):
        price = self.contract_line_id.price_unit
        digits = self.env["decimal.precision"].precision_get("Product Unit")
        return float_round(self.cumulative / price, precision_digits=digits) if price else 0.0

    def _progress(self):
        """What the first statement goes on from: the post's own measure, if it gives this amount to the cent.

        :return: tuple (mode, cumulative progress in this mode)
        """
        self.ensure_one()
        measures = {"percent": (self.percent, self._of_percent()), "quantity": (self.quantity, self._of_quantity())}
        value, amount = measures.get(self.mode, (0.0, None))
        return (self.mode, value) if amount == self.cumulative else ("amount", self.cumulative)


class WorksOpeningVat(models.TransientModel):
    """VAT invoiced before a contract was taken over, at one rate."""

    _name = "works.opening.vat"
    _description = "VAT of the opening balances"
    _order = "opening_id, rate desc"

    opening_id = fields.Many2one("works.opening", required=True, ondelete="cascade", index=True)
    currency_id = fields.Many2one(related="opening_id.currency_id")
    rate = fields.Float("VAT %", digits=(16, 4), required=True, readonly=True, help="VAT rate in percent.")
    works = fields.Monetary("Works excl. tax", readonly=True, help="Posts billed at this rate, excluding VAT.")
    variation = fields.Monetary(
        "Price variation excl. tax", help="Revision or adjustment of the prices billed so far at this rate."
    )
    tax = fields.Monetary(
        "VAT invoiced",
        help="Sum of the VAT of your invoices at this rate. Proposed from the amounts; correct it to the cent.",
    )
    tax_proposed = fields.Monetary()


class WorksOpeningPayment(models.TransientModel):
    """What a subcontractor was paid directly before a contract was taken over."""

    _name = "works.opening.payment"
    _description = "Direct payments of the opening balances"
    _order = "opening_id, id"

    opening_id = fields.Many2one("works.opening", required=True, ondelete="cascade", index=True)
    currency_id = fields.Many2one(related="opening_id.currency_id")
    party_id = fields.Many2one(
        "works.contract.party",
        "Subcontractor",
        required=True,
        readonly=True,
        ondelete="cascade",
        help="Subcontractor whom the client pays directly.",
    )
    amount_max = fields.Monetary(related="party_id.amount_max")
    amount = fields.Monetary(
        "Paid so far",
        help="Paid by the client since the start, before price variation: excl. tax under reverse charge, else incl. "
        "tax.",
    )
    variation = fields.Monetary("Price variation paid", help="Price variation paid to him, which his ceiling ignores.")
