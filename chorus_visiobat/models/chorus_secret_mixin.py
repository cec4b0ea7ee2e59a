import uuid

from odoo import api, fields, models

from ..chorus_api import Secret
from ..keyring import KeyMissing
from ..server_keys import ensure_server_keyring, server_keyring


class ChorusSecretMixin(models.AbstractModel):
    """Record that keeps secrets (*mot de passe technique, secret PISTE, jeton*), encrypted before the ORM sees them.

    A ciphertext is bound to its record and its field: copied elsewhere, it is refused. Columns of ciphertexts carry
    ``groups=fields.NO_ACCESS``: nobody reads, searches, exports or writes them but code in sudo. Clear values
    live in ``chorus_api.Secret`` only, which masks itself in logs.
    """

    _name = "chorus.secret.mixin"
    _description = "Record that keeps encrypted secrets"

    # Chosen before the insert, unlike the id; never reused, unlike an id after a restore.
    secret_uuid = fields.Char(
        groups=fields.NO_ACCESS, copy=False, readonly=True, prefetch=False, default=lambda self: str(uuid.uuid4())
    )

    def _encrypt_secret(self, field: str, value: str) -> str:
        """Return the ciphertext of ``value`` for ``field`` of this record. Makes the server's key when there is none.

        :raise keyring.KeyringError: the keys of the server cannot be used
        """
        return ensure_server_keyring().encrypt(value, **self._secret_place(field))

    def _decrypt_secret(self, field: str) -> Secret | None:
        """Return the secret kept in ``field``, None when there is none.

        :raise keyring.KeyringError: its key is absent from this server, or it is damaged or was moved
        """
        self.ensure_one()
        token = self.sudo()[field]
        if not token:
            return None
        place = self._secret_place(field)
        try:
            return Secret(server_keyring().decrypt(token, **place))
        except KeyMissing:
            # Another process may have made or added the key since this one started.
            return Secret(server_keyring(reload=True).decrypt(token, **place))

    def _write_secret(self, field: str, value: str | None):
        """Keep ``value`` in ``field``, or forget what is there."""
        self.ensure_one()
        self.sudo().write({field: self._encrypt_secret(field, value) if value else False})

    @api.model
    def _secret_fields(self) -> list[str]:
        """Names of the columns that hold ciphertexts."""
        return [name for name, field in self._fields.items() if name.endswith("_ciphertext") and field.store]

    def _rotate_secrets(self) -> int:
        """Encrypt again, under the first key of the server, every secret of these records held under an older one.

        :return: how many ciphertexts changed
        """
        keyring = server_keyring(reload=True)
        rotated = 0
        for record in self.sudo():
            stale = {
                name: keyring.rotate(record[name])
                for name in self._secret_fields()
                if record[name] and keyring.key_id_of(record[name]) != keyring.primary_id
            }
            if stale:
                record.write(stale)
                rotated += len(stale)
        return rotated

    @api.model
    def _rotate_all_secrets(self):
        """Do it for every account and application, whatever its company; return what to tell the administrator."""
        rotated = 0
        for model in ("chorus.account", "chorus.piste.application"):
            # sudo: the key of the server serves every company
            holders = self.env[model].sudo().with_context(active_test=False).search([("id", "!=", False)])
            rotated += holders._rotate_secrets()
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self.env._(
                    "Secrets encrypted again under the key “%(key)s”: %(count)s. "
                    "The older keys may leave the server once its backups no longer need them.",
                    count=rotated,
                    key=server_keyring().primary_id,
                ),
            },
        }

    def _secret_place(self, field):
        self.ensure_one()
        return {"model": self._name, "record": self.sudo().secret_uuid, "field": field}
