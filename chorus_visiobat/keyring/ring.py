"""The keyring itself: encrypts with its first key, decrypts with any of them, rotates from one to the next.

A token reads ``v1:<key_id>:<fernet>``. The key's name stands in clear so that one can tell which secrets
still hang on an old key. Fernet binds no context to what it encrypts, so the place of the secret is encrypted
with it, as JSON ``{"m": model, "r": record, "f": field, "v": value}``, and compared when read: a ciphertext
copied into another company's row is refused.
"""

import json
import re
from enum import Enum
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from .errors import KeyMissing, KeysInvalid, SecretUnreadable

# Shorter than a key (44 characters): a key pasted in the place of its name is refused, hence never shown.
KEY_ID = re.compile(r"[A-Za-z0-9._-]{1,32}")
_TOKEN = re.compile(rf"v1:({KEY_ID.pattern}):([A-Za-z0-9_=-]+)")


class Source(str, Enum):
    """Where the keys of a keyring were found."""

    ENVIRONMENT_FILE = "environment file"
    ENVIRONMENT = "environment"
    CONFIGURATION_FILE = "configuration file"
    DATA_DIRECTORY = "data directory"


class Keyring:
    """An ordered set of named keys (*trousseau*).

    :param keys: pairs (key_id, key), the key as 32 bytes in URL-safe base64 (str); the first one encrypts.
    :param source: where they come from.
    :param path: the file they were read from, None when they come from a variable.
    :raises KeysInvalid: no key, a malformed or repeated identifier, a malformed key.
    """

    __slots__ = ("_fernets", "path", "source")

    def __init__(self, keys: list[tuple[str, str]], source: Source, path: Path | None = None):
        problems = []
        self._fernets: dict[str, Fernet] = {}
        for position, (key_id, key) in enumerate(keys, start=1):
            if not KEY_ID.fullmatch(key_id):
                problems.append(f"clé n° {position} : son nom doit compter 1 à 32 lettres, chiffres ou « . _ - »")
            elif key_id in self._fernets:
                problems.append(f"clé n° {position} : le nom « {key_id} » sert déjà à une autre")
            else:
                try:
                    self._fernets[key_id] = Fernet(key)
                except ValueError:
                    problems.append(f"clé « {key_id} » : elle doit être faite de 32 octets codés en base64")
        if not keys:
            problems.append("aucune clé trouvée")
        if problems:
            place = f"le fichier de clés {path}" if path else "la variable CHORUS_VISIOBAT_KEYS"
            raise KeysInvalid(f"Corrigez {place} (une clé par ligne, « nom:clé ») : {' ; '.join(problems)}.")
        self.source = source
        self.path = path

    @property
    def key_ids(self) -> list[str]:
        """Names of the keys, the encrypting one first."""
        return list(self._fernets)

    @property
    def primary_id(self) -> str:
        """Name of the key that encrypts."""
        return self.key_ids[0]

    def encrypt(self, value: str, *, model: str, record: str, field: str) -> str:
        """Encrypt a secret for one place, and return its token (ASCII).

        :param record: an identifier that no other record of the model will ever have; text, so that it can
            be chosen before the record is inserted.
        """
        content = json.dumps({"m": model, "r": record, "f": field, "v": value}).encode()
        return f"v1:{self.primary_id}:{self._fernets[self.primary_id].encrypt(content).decode()}"

    def decrypt(self, token: str, *, model: str, record: str, field: str) -> str:
        """Return the secret of a token written for this very place.

        :raises KeyMissing: its key is not in this keyring.
        :raises SecretUnreadable: damaged, or written for another place.
        """
        fernet, body = self._open(token)
        try:
            content = json.loads(fernet.decrypt(body))
            place, value = (content["m"], content["r"], content["f"]), content["v"]
        except (InvalidToken, ValueError, KeyError, TypeError):
            # "from None": the cause could carry the text just decrypted.
            raise SecretUnreadable("damaged") from None
        if place != (model, record, field):
            raise SecretUnreadable("moved")
        return value

    def rotate(self, token: str) -> str:
        """Encrypt the same secret, for the same place and with its original timestamp, under the first key.

        :raises KeyMissing: its key is not in this keyring.
        :raises SecretUnreadable: damaged.
        """
        fernet, body = self._open(token)
        try:
            rotated = MultiFernet([self._fernets[self.primary_id], fernet]).rotate(body)
        except InvalidToken:
            raise SecretUnreadable("damaged") from None
        return f"v1:{self.primary_id}:{rotated.decode()}"

    @staticmethod
    def key_id_of(token: str) -> str:
        """Return the name of the key that a token was encrypted with; it may be absent from this keyring.

        :raises SecretUnreadable: the text is no token.
        """
        return _parse(token)[0]

    def _open(self, token):
        key_id, body = _parse(token)
        if key_id not in self._fernets:
            raise KeyMissing(key_id)
        return self._fernets[key_id], body

    def __repr__(self):
        return f"<Keyring {', '.join(self.key_ids)} ({self.source.value})>"

    def __reduce__(self):
        raise TypeError("A keyring is never serialised.")


def _parse(token):
    match = _TOKEN.fullmatch(token)
    if match is None:
        raise SecretUnreadable("damaged")
    return match[1], match[2].encode()
