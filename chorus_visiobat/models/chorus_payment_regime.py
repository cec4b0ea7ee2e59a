from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..decompte import as_decimal

LEGAL_DAYS = 30


class ChorusPaymentRegime(models.Model):
    """Longest payment delay of a sort of public client (*délai maximum de paiement*), as data.

    Code de la commande publique, R. 2192-10 and R. 2192-11; a contract may set a shorter one. French data.
    """

    _name = "chorus.payment.regime"
    _description = "Payment delay of a sort of public client"
    _inherit = ["chorus.reference.mixin"]
    _order = "sequence, id"

    code = fields.Char(required=True, help="Name by which the program knows this regime.")
    name = fields.Char("Clients", required=True, help="Public bodies to which this delay applies.")
    sequence = fields.Integer(default=10, help="Order in the lists.")
    delay_days = fields.Integer("Payment delay (days)", required=True, help="Longest delay, in calendar days.")
    source = fields.Char(help="Article that sets it.")
    active = fields.Boolean(default=True, help="Untick to stop offering this regime.")

    _code_uniq = models.Constraint("UNIQUE(code)", "This regime exists already.")
    _delay_positive = models.Constraint("CHECK(delay_days > 0)", "A payment delay is at least one day.")


class ChorusBankRate(models.Model):
    """Rate of the European Central Bank for its main refinancing operations on the first day of a half-year.

    Late interest is this rate plus eight points (code de la commande publique, R. 2192-31). The rates delivered were
    noted from the Bank's decisions; each new half-year is entered by hand.
    """

    _name = "chorus.bank.rate"
    _description = "Rate of the European Central Bank"
    _inherit = ["chorus.reference.mixin"]
    _order = "date desc"
    _rec_name = "date"
    _reference_key = ("date",)

    date = fields.Date("Half-year from", required=True, help="First day of the half-year: 1 January or 1 July.")
    rate = fields.Float(
        "ECB rate (%)",
        required=True,
        digits=(16, 4),
        help="Main refinancing operations, in force on that day, in percent. "
        "The eight points are added by the program.",
    )
    source = fields.Char(help="Where the rate was read.")

    _date_uniq = models.Constraint("UNIQUE(date)", "The rate of this half-year is entered already.")

    @api.constrains("date", "rate")
    def _check_half_year(self):
        for rate in self:
            if (rate.date.month, rate.date.day) not in ((1, 1), (7, 1)):
                raise ValidationError(
                    self.env._("Half-year from: a half-year begins on 1 January or on 1 July. Correct the date.")
                )
            if not -8 <= rate.rate <= 50:
                raise ValidationError(self.env._("ECB rate: enter a percentage, for example 2.15."))

    @api.model
    def _by_half_year(self):
        """:return: dict first day of the half-year → Decimal percent"""
        return {rate.date: as_decimal(rate.rate) for rate in self.sudo().search([])}


class ResPartner(models.Model):
    _inherit = "res.partner"

    chorus_payment_regime_id = fields.Many2one(
        "chorus.payment.regime",
        "Payment delay",
        groups="chorus_visiobat.group_reader",
        ondelete="set null",
        help="Longest delay that the law gives this public body to pay; it is proposed on its contracts.",
    )

    def _payment_delay_days(self):
        """Days that this public body has to pay, as the law says; thirty when nobody said what it is."""
        return self.sudo().commercial_partner_id.chorus_payment_regime_id.delay_days or LEGAL_DAYS


class WorksContract(models.Model):
    _inherit = "works.contract"

    payment_delay_days = fields.Integer(compute="_compute_payment_delay_days", store=True, readonly=False)

    @api.depends("payer_partner_id")
    def _compute_payment_delay_days(self):
        for contract in self:
            contract.payment_delay_days = contract.payer_partner_id._payment_delay_days()
