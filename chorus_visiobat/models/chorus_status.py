from odoo import fields, models


class ChorusStatus(models.Model):
    """Status that Chorus Pro gives to a paper (*statut*), as data (chorus-pro-api.md §3.3, works-billing.md §5.4).

    The wording is French data, the portal's own where it has one: it is not translated.
    COMPTABILISEE counts as ordered, not as being paid: the usual order puts it before MANDATEE.
    """

    _name = "chorus.status"
    _description = "Chorus Pro status"
    _inherit = ["chorus.reference.mixin"]
    _order = "sequence, code"
    _rec_names_search = ["code", "name"]

    code = fields.Char(required=True, help="Code of the status at Chorus Pro.")
    name = fields.Char("Label", required=True, help="Name of the status on the portal.")
    sequence = fields.Integer(default=10, help="Order in the lists.")
    stage = fields.Selection(
        selection="_selection_stage", required=True, help="Stage of the way to the payment that this status means."
    )
    owner = fields.Selection(
        [
            ("us", "Us"),
            ("moe", "Project manager"),
            ("moa", "Client"),
            ("payer", "Paymaster"),
            ("validator", "Main contractor"),
            ("chorus", "Chorus Pro"),
            ("nobody", "Nobody"),
        ],
        required=True,
        default="chorus",
        help="Who has to act when a paper has this status.",
    )
    next_step = fields.Char("Next step", help="What is expected next, as shown on the paper.")
    is_final = fields.Boolean("Final status", help="Nothing more is expected for this paper: it is no longer followed.")
    is_failure = fields.Boolean("Failure", help="Something must be cured before the paper can be paid.")

    _code_uniq = models.Constraint("UNIQUE(code)", "This status exists already.")

    def _selection_stage(self):
        return self.env["chorus.document"]._fields["stage"]._description_selection(self.env)
