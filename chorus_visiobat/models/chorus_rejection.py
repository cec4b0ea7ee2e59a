from odoo import fields, models


class ChorusRejection(models.Model):
    """Pattern of a refusal of Chorus Pro, and its plain French explanation (works-billing.md §5.7)."""

    _name = "chorus.rejection"
    _description = "Chorus Pro refusal in plain words"
    _order = "sequence, id"

    name = fields.Char(required=True)
    pattern = fields.Char(required=True, help="Regular expression searched in the label, accents and case ignored.")
    explanation = fields.Text(required=True, translate=True)
    cure = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
