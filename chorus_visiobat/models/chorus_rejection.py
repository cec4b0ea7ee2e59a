import re

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..chorus_api.errors import plain


class ChorusRejection(models.Model):
    """Pattern of a refusal of Chorus Pro, and its plain French explanation.

    Labels seen: chorus-pro-api.md §3.8 and §6.4; wording: works-billing.md §5.7. The wording is French data.
    """

    _name = "chorus.rejection"
    _description = "Chorus Pro refusal in plain words"
    _inherit = ["chorus.reference.mixin"]
    _order = "sequence, id"

    name = fields.Char("Short name", required=True, help="Short name of the refusal, as shown on the paper.")
    pattern = fields.Char(
        required=True, help="Regular expression searched in the label of Chorus Pro, accents and case ignored."
    )
    explanation = fields.Text("What happened", required=True, help="What the refusal means, in plain words.")
    cure = fields.Char("What to do", required=True, help="What to correct before sending again.")
    sequence = fields.Integer(default=10, help="The first refusal whose expression is found wins.")
    active = fields.Boolean(default=True, help="Untick to stop recognising this refusal.")

    @api.constrains("pattern")
    def _check_pattern(self):
        for rejection in self:
            try:
                re.compile(rejection.pattern)
            except re.error as error:
                raise ValidationError(
                    self.env._(
                        "Pattern of “%(name)s”: not a valid regular expression (%(error)s).",
                        name=rejection.name,
                        error=error,
                    )
                ) from None

    @api.model
    def _match(self, label):
        """The first rejection whose pattern is found in the label, or an empty recordset.

        :param label: str, raw label of Chorus Pro, possibly several joined by ``|`` and cut at 200 characters
        """
        text = plain(label)
        for rejection in self.search([("active", "=", True)]):
            if re.search(rejection.pattern, text, re.IGNORECASE):
                return rejection
        return self.browse()

    def _sentence(self, label):
        """French sentence for the user: what happened and the cure, else the raw label of Chorus Pro."""
        if self:
            return f"{self.explanation} {self.cure}"
        return self.env._("Chorus Pro refused this paper, in these words: “%(label)s”", label=label or "?")
