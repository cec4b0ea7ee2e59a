"""A change of key (*changement de clé*): every secret under a new key, checked, then the old key taken out.

It may be killed at any instant and run again: both keys stay readable until every secret was read back under the
new one. Running servers need no restart, they read the keys file again when it changes.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from .errors import KeyringError
from .keys_file import KeysFile

PASSES = 5
"""How often secrets that servers wrote meanwhile under the old key are looked for again."""

_STILL_WRITTEN = "Des secrets sont encore écrits sous l'ancienne clé : arrêtez les serveurs, puis relancez la commande."


@dataclass(frozen=True)
class StoredSecret:
    """One ciphertext and its place. ``where`` tells a person which one it is."""

    where: str
    token: str
    model: str
    record: str
    field: str
    address: object = None


class Store(Protocol):
    """A database that holds secrets."""

    name: str

    def secrets(self) -> Iterable[StoredSecret]:
        """Every ciphertext of the database."""

    def replace(self, secret: StoredSecret, token: str) -> bool:
        """Put a token in the place of the one read, unless it has changed since; committed on return."""


class RotationRefused(Exception):
    """The old key cannot be taken out; ``str()`` is a French sentence with the cure. Nothing is lost."""


def rotate(keys: KeysFile, stores: list[Store], say=lambda sentence: None) -> str:
    """Change the key of every secret, and return the name of the new one.

    :param stores: every database whose secrets these keys hold.
    :param say: told each step, a French sentence.
    :raises RotationRefused: a secret cannot be read; the new key is in use, the old ones stay.
    :raises KeyringError: the keys file cannot be used.
    """
    with keys.held():
        began = keys.is_changing()
        name = keys.begin()
        say(f"Clé « {name} » {'reprise' if began else 'ajoutée'} : elle chiffre désormais.")
        for _again in range(PASSES):
            _settle(keys, stores, say)
            keys.take_out()
            # A server that was writing at that instant may have used the key that it still held.
            keyring = keys.keyring()
            if all(keyring.key_id_of(secret.token) == name for store in stores for secret in store.secrets()):
                break
            keys.restore()
        else:
            raise RotationRefused(_STILL_WRITTEN)
        keys.finish()
        say(f"Clé « {name} » seule en service. Anciennes clés gardées dans {keys.retired_path}.")
    return name


def _settle(keys, stores, say):
    """Encrypt again until every secret is read back under the first key alone."""
    for _again in range(PASSES):
        changed = 0
        for store in stores:
            problems, count = _encrypt_again(keys.keyring(), store)
            if problems:
                raise RotationRefused(
                    f"Base {store.name} : {len(problems)} secret(s) illisible(s), les anciennes clés restent en place. "
                    f"Ressaisissez-les, puis relancez la commande : {' ; '.join(problems)}"
                )
            changed += count
            say(f"Base {store.name} : {count} secret(s) chiffré(s) à nouveau.")
        if not changed:
            return
    raise RotationRefused(_STILL_WRITTEN)


def _encrypt_again(keyring, store):
    """One pass over a database: (what cannot be read, how many were changed)."""
    problems, changed = [], 0
    for secret in store.secrets():
        try:
            place = {"model": secret.model, "record": secret.record, "field": secret.field}
            clear = keyring.decrypt(secret.token, **place)
            if keyring.key_id_of(secret.token) == keyring.primary_id:
                continue
            token = keyring.rotate(secret.token)
            if keyring.decrypt(token, **place) != clear:
                raise RotationRefused(f"Base {store.name}, {secret.where} : chiffrement infidèle, rien n'est écrit.")
            changed += 1
            store.replace(secret, token)
        except KeyringError as error:
            problems.append(f"{secret.where} ({error})")
    return problems, changed

