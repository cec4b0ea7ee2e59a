from dateutil.relativedelta import relativedelta

from odoo import api, fields, models

CCAG_VERSIONS = [("2009", "CCAG 2009"), ("2014", "CCAG 2009, as amended in 2014"), ("2021", "CCAG 2021")]


class WorksDeadlineRule(models.Model):
    """Deadline of a works contract (*délai contractuel*), as data: how long, from what, who must act.

    The days are those of the general conditions (CCAG-Travaux) that the contract refers to; works-billing.md §2.13.
    Those marked *to be checked* are recollections. The wording is French data: it is not translated.
    """

    _name = "works.deadline.rule"
    _description = "Deadline of a works contract"
    _inherit = ["chorus.reference.mixin"]
    _order = "sequence, id"

    code = fields.Char(required=True, help="Name by which the program knows this deadline.")
    name = fields.Char("Deadline", required=True, help="What must be done by then.")
    sequence = fields.Integer(default=10, help="Order in the lists.")
    active = fields.Boolean(default=True, help="Untick to stop following this deadline.")
    owner = fields.Selection(
        [
            ("us", "Us"),
            ("moe", "Project manager"),
            ("moa", "Client"),
            ("payer", "Paymaster"),
            ("validator", "Main contractor"),
        ],
        "Whose move",
        required=True,
        help="Who must act by then.",
    )
    unit = fields.Selection([("days", "Days"), ("months", "Months")], required=True, default="days", help="Of what.")
    delay_2009 = fields.Integer(
        "CCAG 2009", help="For contracts that refer to the CCAG-Travaux of 2009. 0: this version has no such deadline."
    )
    delay_2014 = fields.Integer(
        "CCAG 2014", help="For contracts that refer to the CCAG-Travaux of 2009 as amended in March 2014."
    )
    delay_2021 = fields.Integer("CCAG 2021", help="For contracts that refer to the CCAG-Travaux of 2021.")
    starts = fields.Char("Counted from", help="The event from which the days are counted.")
    step = fields.Char("What to do", help="What the responsible does when the day comes.")
    source = fields.Char(help="Article that sets it.")
    to_check = fields.Boolean(
        "To be checked",
        help="The figures come from memory, not from the text: check them in your contract, then correct them here.",
    )
    activity_type_id = fields.Many2one(
        "mail.activity.type", required=True, ondelete="restrict", help="Activity given to the contract's responsible."
    )

    _code_uniq = models.Constraint("UNIQUE(code)", "This deadline exists already.")
    _delays_positive = models.Constraint(
        "CHECK(delay_2009 >= 0 AND delay_2014 >= 0 AND delay_2021 >= 0)",
        "A deadline is never negative: enter a number of days or months.",
    )

    def _due(self, start, contract):
        """Last day of the deadline.

        :param start: date from which it counts
        :return: date; None where the contract's general conditions have no such deadline
        """
        self.ensure_one()
        delay = contract.payment_delay_days if self.code == "payment" else self[f"delay_{contract.ccag_version}"]
        return start + relativedelta(**{self.unit: delay}) if delay else None

    @api.model
    def _by_code(self):
        """:return: dict code → rule, those followed alone"""
        return {rule.code: rule for rule in self.sudo().search([])}
