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

    code = fields.Char(required=True)
    name = fields.Char("Label", required=True)
    sequence = fields.Integer(default=10)
    stage = fields.Selection(selection="_selection_stage", required=True)
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
    )
    next_step = fields.Char("Next step")
    is_final = fields.Boolean("Final status", help="Nothing more is expected for this paper: it is no longer followed.")
    is_failure = fields.Boolean("Failure", help="Something must be cured before the paper can be paid.")

    _code_uniq = models.Constraint("UNIQUE(code)", "This status exists already.")

    def _selection_stage(self):
        return self.env["chorus.document"]._fields["stage"]._description_selection(self.env)
