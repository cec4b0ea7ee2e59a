from odoo import fields, models


class ChorusSecretMixin(models.AbstractModel):
    _name = "chorus.secret.mixin"
    _description = "Record that keeps encrypted secrets"

    secret_uuid = fields.Char(groups=fields.NO_ACCESS, copy=False, readonly=True)
