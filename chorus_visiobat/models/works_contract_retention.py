from odoo import api, fields, models

from ..decompte import Retention, as_decimal, retention_cap


class WorksContract(models.Model):
    """Retention (*retenue de garantie*): what the client keeps until the end of the guarantee period.

    R.2191-32 sqq.; works-billing.md §2.5. It lowers what is paid, never what is invoiced.
    """

    _inherit = "works.contract"

    small_firm = fields.Boolean(
        "Small or medium firm",
        tracking=True,
        help="Fewer than 250 employees, and less than 50 M€ of turnover or 43 M€ of balance sheet. With the State "
        "or a large body, the cap of the retention and the minimum of the advance are then more favourable.",
    )
    buyer_kind = fields.Selection(
        [("state", "State"), ("large_body", "Large public body"), ("other", "Other public body")],
        "Kind of client",
        required=True,
        default="other",
        tracking=True,
        help="Large body: State administrative body, or local authority with more than 60 M€ of yearly running costs.",
    )
    retention_rate = fields.Float(
        "Retention %",
        digits=(16, 4),
        tracking=True,
        help="5 % at most; 3 % if you are a small or medium firm and the client is the State or a large body. "
        "0: the contract provides for none.",
    )
    retention_legal_rate = fields.Float(
        "Legal cap %",
        digits=(16, 4),
        compute="_compute_retention_legal_rate",
        help="Highest rate that the law allows, by the consultation date, the size of your firm and the client "
        "(R. 2191-33 of the public procurement code).",
    )
    retention_base = fields.Selection(
        [
            ("included", "Incl. tax, without price variation"),
            ("included_variation", "Incl. tax, with price variation"),
            ("excluded", "Excl. tax, without price variation"),
        ],
        "Retention base",
        required=True,
        default="included",
        tracking=True,
        help="Public accountants usually reckon it on the works incl. tax, without price variation.",
    )
    retention_mode = fields.Selection(
        [("withheld", "Withheld by the client"), ("guarantee", "Replaced by a guarantee")],
        "Retention is",
        required=True,
        default="withheld",
        tracking=True,
        help="A bank guarantee (caution or first demand guarantee) stops the retention, and what was withheld "
        "already is refunded on the next statement.",
    )
    guarantee_date = fields.Date(
        "Guarantee given on",
        tracking=True,
        help="Statements that count works up to this day or later withhold nothing. Empty: from the first one on.",
    )
    retention_release_date = fields.Date(
        "Retention due on",
        tracking=True,
        help="Day on which the client must have paid the retention back: 30 days after the end of the guarantee "
        "period, which is one year after the works were accepted, unless the contract says otherwise.",
    )

    _retention_rate_range = models.Constraint(
        "CHECK(retention_rate >= 0 AND retention_rate <= 100)",
        "Retention: enter a percentage between 0 and 100, as the contract says (5 at most by law).",
    )

    @api.depends("date_consultation", "small_firm", "buyer_kind")
    def _compute_retention_legal_rate(self):
        for contract in self:
            contract.retention_legal_rate = float(contract._retention_cap())

    def _retention_cap(self):
        """Highest rate that the law allows (Decimal, percent); today's law while the consultation date is unknown."""
        self.ensure_one()
        return retention_cap(
            self.date_consultation or fields.Date.context_today(self),
            small_firm=self.small_firm,
            buyer=self.buyer_kind or "other",
        )

    @api.onchange("date_consultation", "small_firm", "buyer_kind")
    def _onchange_retention_regime(self):
        """A rate that the law forbids comes down to its cap; it may be typed again, with a warning."""
        self.retention_rate = min(self.retention_rate, self.retention_legal_rate)

    def _retention_terms(self, held):
        """The retention in the terms of ``decompte``; None where the contract provides for none.

        :param held: retention held by the previous statements, EUR: a rate brought to nil gives it back.
        """
        self.ensure_one()
        if not self.retention_rate and not held:
            return None
        return Retention(
            rate=as_decimal(self.retention_rate),
            with_tax=self.retention_base != "excluded",
            with_variation=self.retention_base == "included_variation",
            legal_rate=self._retention_cap(),
        )

    def _is_guaranteed(self, day):
        """Whether a guarantee stands in for the retention of works counted up to a day."""
        self.ensure_one()
        return self.retention_mode == "guarantee" and (not self.guarantee_date or self.guarantee_date <= day)
