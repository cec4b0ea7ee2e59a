from odoo import api, fields, models
from odoo.exceptions import UserError

from ..chorus_api import ChorusError, Credentials, MemoryTokenStore, Secret
from ..chorus_api.tokens import TokenSource
from ..chorus_api.wire import Wire
from ..keyring import KeyringError
from ..settings import endpoint_of, server_number
from .chorus_environment_mixin import ENVIRONMENTS


class ChorusPisteApplication(models.Model):
    """OAuth client declared on PISTE (*application PISTE*), in the "OAuth Credentials" tab of piste.gouv.fr.

    The access token and the quota belong to it, so several technical accounts share one.
    """

    _name = "chorus.piste.application"
    _description = "PISTE application"
    _inherit = ["chorus.secret.mixin"]
    _order = "environment desc, name"

    name = fields.Char(required=True, help="Name of the application in PISTE, such as APP_SANDBOX_…")
    active = fields.Boolean(default=True)
    environment = fields.Selection(
        ENVIRONMENTS,
        required=True,
        default="qualification",
        help="Qualification: the application of the PISTE sandbox. Production: the one you declared for good.",
    )
    client_id = fields.Char(
        "Client ID", required=True, copy=False, help="First value of the “OAuth Credentials” tab, not of “API Keys”."
    )
    client_secret_input = fields.Char(
        "Client secret",
        compute="_compute_client_secret_input",
        inverse="_inverse_client_secret_input",
        help="Second value of the “OAuth Credentials” tab. Encrypted as soon as it is entered, never shown again.",
    )
    client_secret_ciphertext = fields.Char(groups=fields.NO_ACCESS, copy=False, prefetch=False)
    has_secret = fields.Boolean(
        "Secret recorded", compute="_compute_has_secret", compute_sudo=True, help="Whether a secret is recorded."
    )
    secret_set_at = fields.Datetime("Secret entered on", readonly=True, copy=False, help="When the secret was entered.")
    secret_set_by_id = fields.Many2one(
        "res.users", "Secret entered by", readonly=True, copy=False, ondelete="set null", help="Who entered the secret."
    )
    token_ciphertext = fields.Char(groups=fields.NO_ACCESS, copy=False, prefetch=False)
    token_expiry = fields.Float(groups=fields.NO_ACCESS, copy=False, prefetch=False)
    account_ids = fields.One2many(
        "chorus.account",
        "piste_application_id",
        "Technical accounts",
        help="Technical accounts that use this application.",
    )

    @api.depends("client_secret_ciphertext")
    def _compute_has_secret(self):
        for application in self:
            application.has_secret = bool(application.client_secret_ciphertext)

    def _compute_client_secret_input(self):
        self.client_secret_input = False

    def _inverse_client_secret_input(self):
        for application in self:
            if secret := (application.client_secret_input or "").strip():
                application._write_client_secret(secret)
        # What was typed must not be read back from the cache by the answer to the browser.
        self.invalidate_recordset(["client_secret_input"], flush=False)

    def write(self, vals):
        # A token obtained with other keys must not outlive them.
        if vals.keys() & {"client_id", "environment"}:
            self.sudo()._write_token(None, None)
        return super().write(vals)

    def _read_client_secret(self) -> Secret | None:
        """Return the client secret, None when there is none.

        :raise keyring.KeyringError: see ``_decrypt_secret``
        """
        return self._decrypt_secret("client_secret_ciphertext")

    def _write_client_secret(self, value: str | None):
        """Keep the client secret, encrypted, with its author and date; forget the token obtained with the former."""
        self._write_secret("client_secret_ciphertext", value)
        self.sudo().write({"secret_set_at": fields.Datetime.now(), "secret_set_by_id": self.env.uid})
        self._write_token(None, None)

    def _read_token(self) -> tuple[Secret | None, float | None]:
        """Return the access token and its expiry (seconds since the epoch), both None when there is none usable."""
        try:
            token = self._decrypt_secret("token_ciphertext")
        except KeyringError:
            # Only a cache: another token is asked for.
            token = None
        return (token, self.sudo().token_expiry) if token else (None, None)

    def _write_token(self, value: str | None, expiry: float | None):
        """Keep an access token, encrypted, until ``expiry`` (seconds since the epoch); ``None`` forgets it."""
        for application in self.sudo():
            application.write(
                {
                    "token_ciphertext": application._encrypt_secret("token_ciphertext", value) if value else False,
                    "token_expiry": expiry or 0.0,
                }
            )

    def action_test(self):
        """Ask PISTE for a token with these keys, and say what it answers."""
        self.ensure_one()
        self.check_access("write")
        if not self.has_secret:
            raise UserError(self.env._("The client secret is missing: enter it, then test again."))
        try:
            self._obtain_token()
        except (ChorusError, KeyringError) as error:
            raise UserError(str(error)) from None
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {"type": "success", "message": self.env._("PISTE accepts these keys.")},
        }

    def _obtain_token(self):
        """Ask for a new token, to prove the keys: one kept from earlier proves nothing.

        :raise chorus_api.ChorusError: PISTE refuses, or cannot be reached
        """
        application = self.sudo()
        credentials = Credentials("", Secret(""), application.client_id, application._read_client_secret())
        wire = Wire(server_number("TIMEOUT"))
        try:
            TokenSource(
                endpoint_of(application.environment).oauth_url, credentials, MemoryTokenStore(), wire.exchange
            ).get()
        finally:
            wire.close()
