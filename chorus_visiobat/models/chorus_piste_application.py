from odoo import fields, models


class ChorusPisteApplication(models.Model):
    """OAuth client declared on PISTE (*application PISTE*).

    The access token and the quota belong to it, so several technical accounts share one.
    """

    _name = "chorus.piste.application"
    _description = "PISTE application"
    _inherit = ["chorus.secret.mixin"]

    name = fields.Char(required=True)
    active = fields.Boolean(default=True)
    environment = fields.Selection(
        [("qualification", "Qualification"), ("production", "Production")],
        required=True,
        default="qualification",
    )
    client_id = fields.Char("Client ID", required=True, copy=False)
    client_secret_ciphertext = fields.Char(groups=fields.NO_ACCESS, copy=False, prefetch=False)
    token_ciphertext = fields.Char(groups=fields.NO_ACCESS, copy=False, prefetch=False)
    token_expiry = fields.Float(groups=fields.NO_ACCESS, copy=False, prefetch=False)
