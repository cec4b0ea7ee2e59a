from odoo import fields, models


class ChorusStatus(models.Model):
    """Status that Chorus Pro gives to a paper (*statut*), as data (chorus-pro-api.md §3.3)."""

    _name = "chorus.status"
    _description = "Chorus Pro status"
    _order = "sequence, code"
    _rec_names_search = ["code", "name"]

    code = fields.Char(required=True)
    name = fields.Char(required=True, translate=True)
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
    next_step = fields.Char(translate=True)
    is_final = fields.Boolean()
    is_failure = fields.Boolean()

    _code_uniq = models.Constraint("UNIQUE(code)", "This status exists already.")

    def _selection_stage(self):
        return self.env["chorus.document"]._fields["stage"]._description_selection(self.env)
