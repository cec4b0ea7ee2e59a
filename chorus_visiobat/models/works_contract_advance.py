from dateutil.relativedelta import relativedelta

from odoo import api, fields, models

from ..decompte import Advance, advance_amount, as_decimal, least_advance, round_money, split_included
from ..decompte.admission import spread
from ..decompte.money import ZERO


class WorksContract(models.Model):
    """Advance (*avance*): how much the client pays before the works, and how statements repay it.

    R.2191-3 sqq.; works-billing.md §2.4, correction 8.
    """

    _inherit = "works.contract"

    duration_months = fields.Integer(
        "Duration (months)",
        compute="_compute_duration_months",
        store=True,
        readonly=False,
        help="Duration of the contract: above 12 months, the advance rate applies to twelve months of it.",
    )
    advance_rate = fields.Float(
        "Advance %",
        digits=(16, 4),
        tracking=True,
        help="Percentage paid before the works, as the contract says. 0: no advance. It is due by law above "
        "50,000 € excl. tax and two months: 5 %, or for a small or medium firm 30 % (State) or 10 % (large body). "
        "Check the CCAP.",
    )
    advance_least_rate = fields.Float(
        "Legal minimum %",
        digits=(16, 4),
        compute="_compute_advance_least_rate",
        help="Lowest rate that the law allows where an advance is due (R. 2191-7 of the public procurement code).",
    )
    advance_amount = fields.Monetary(
        "Advance incl. tax",
        compute="_compute_advance_amount",
        store=True,
        readonly=False,
        tracking=True,
        help="Rate × initial contract incl. tax, without what subcontractors are paid for directly; above 12 months, "
        "for twelve months of it. May be corrected to what the contract says.",
    )
    advance_untaxed = fields.Monetary(
        "Advance excl. tax", compute="_compute_advance_split", help="Its part excl. tax, rate by rate."
    )
    advance_tax = fields.Monetary(
        "VAT of the advance", compute="_compute_advance_split", help="VAT due on its receipt."
    )
    advance_start_pct = fields.Float(
        "Repaid from %",
        digits=(16, 4),
        default=65.0,
        tracking=True,
        help="Progress of the works at which the repayment starts. 65 % where the contract is silent, or the first "
        "statement for an advance above 30 %.",
    )
    advance_end_pct = fields.Float(
        "Repaid up to %",
        digits=(16, 4),
        default=100.0,
        tracking=True,
        help="Progress at which all is repaid. 80 % at most for consultations before 1 January 2025; "
        "no legal end since.",
    )
    advance_method = fields.Selection(
        [("linear", "Linear"), ("staggered", "Staggered over what is still due")],
        "Repayment",
        required=True,
        default="staggered",
        tracking=True,
        help="Linear: the part repaid follows the progress between the two percentages. Staggered: what a month could "
        "not bear is spread over the following ones (silent contracts since 2025; our reading, check the contract).",
    )
    advance_refunded = fields.Monetary(
        "Advance given back at once",
        tracking=True,
        help="Part of the advance, incl. tax, given back outside the usual pace: that of works subcontracted with "
        "direct payment after the contract was signed. Cumulative; the next statement repays it.",
    )
    advance_base_own_share = fields.Boolean(
        "Progress of our own share",
        tracking=True,
        help="Progress is that of your own works, without the subcontractors paid directly (former wording). "
        "Unticked: that of the whole contract (R. 2191-11 as it stands).",
    )

    _advance_refunded_positive = models.Constraint(
        "CHECK(advance_refunded >= 0)", "Advance given back at once: enter an amount, or nothing."
    )
    _advance_range = models.Constraint(
        "CHECK(advance_rate >= 0 AND advance_rate <= 100 AND advance_amount >= 0)",
        "Advance: enter a percentage between 0 and 100 and an amount that is not negative.",
    )
    _advance_bounds = models.Constraint(
        "CHECK(0 <= advance_start_pct AND advance_start_pct < advance_end_pct AND advance_end_pct <= 100)",
        "Advance: its repayment must start before it ends, between 0 and 100 %. Correct the two percentages.",
    )

    @api.depends("date_start", "date_end")
    def _compute_duration_months(self):
        for contract in self:
            start, end = contract.date_start, contract.date_end
            if start and end and start <= end:
                span = relativedelta(end + relativedelta(days=1), start)
                contract.duration_months = 12 * span.years + span.months + bool(span.days)
            else:
                contract.duration_months = contract.duration_months

    @api.depends("small_firm", "buyer_kind")
    def _compute_advance_least_rate(self):
        for contract in self:
            contract.advance_least_rate = float(
                least_advance(small_firm=contract.small_firm, buyer=contract.buyer_kind or "other")
            )

    @api.depends(
        "advance_rate", "duration_months", "line_ids.amount", "line_ids.tax_id", "line_ids.kind", "line_ids.party_id"
    )
    def _compute_advance_amount(self):
        """Proposed while nothing of it was asked for; a later amendment does not change it (R.2191-5)."""
        for contract in self:
            if contract.opening_advance_granted or contract.sudo().situation_ids.filtered("amount_advance_granted"):
                contract.advance_amount = contract.advance_amount
                continue
            base = sum(contract._advance_base().values(), ZERO)
            amount, _formula = advance_amount(contract.advance_rate, base, contract.duration_months)
            contract.advance_amount = float(amount)

    @api.depends("advance_amount", "line_ids.amount", "line_ids.tax_id")
    def _compute_advance_split(self):
        for contract in self:
            parts = contract._advance_by_rate(contract.advance_amount).values()
            contract.advance_untaxed = float(sum(untaxed for untaxed, _tax in parts))
            contract.advance_tax = float(sum(tax for _untaxed, tax in parts))

    @api.onchange("date_consultation", "advance_rate")
    def _onchange_advance_regime(self):
        """How the law repays an advance of this rate, for a contract of this date that is silent."""
        if self.advance_rate:
            terms = Advance.by_default(self._consultation(), self._advance_share())
            self.advance_start_pct = float(terms.start)
            self.advance_end_pct = float(terms.end)
            self.advance_method = terms.method

    def _consultation(self):
        """Consultation date; today while it is unknown, hence the law in force."""
        return self.date_consultation or fields.Date.context_today(self)

    def _advance_base(self):
        """Initial contract without the works of subcontractors paid directly: dict rate → EUR TTC (Decimal)."""
        amounts = {}
        for line in self._own_lines():
            if not line.amendment_id and line.kind == "works" and not line.party_id._is_paid_directly():
                rate = as_decimal(line.tax_id.amount)
                amounts[rate] = amounts.get(rate, ZERO) + as_decimal(line.amount)
        return {rate: round_money(amount * (100 + rate) / 100) for rate, amount in amounts.items()}

    def _advance_by_rate(self, amount):
        """An advance by VAT rate, as the initial contract divides.

        :param amount: EUR TTC.
        :return: dict rate in percent → (HT, VAT), EUR (Decimal).
        """
        self.ensure_one()
        base = self._advance_base()
        shares = spread(round_money(as_decimal(amount)), base, base)
        return {rate: split_included(share, rate) for rate, share in shares.items()}

    def _advance_share(self):
        """Advance in percent of the contract TTC (Decimal)."""
        return as_decimal(self.advance_rate)

    def _advance_terms(self, granted):
        """The repayment in the terms of ``decompte``; None without an advance.

        :param granted: advance granted by the previous statements, EUR TTC.
        """
        return self._advance_clause() if self.advance_amount or granted else None

    def _advance_clause(self):
        """How an advance on this contract is repaid: ``decompte.Advance``."""
        self.ensure_one()
        by_default = Advance.by_default(self._consultation(), self._advance_share())
        return Advance(
            start=as_decimal(self.advance_start_pct),
            end=as_decimal(self.advance_end_pct),
            method=self.advance_method,
            own_share=self.advance_base_own_share,
            refunded=round_money(as_decimal(self.advance_refunded)),
            latest_end=by_default.latest_end,
            share=self._advance_share(),
        )
