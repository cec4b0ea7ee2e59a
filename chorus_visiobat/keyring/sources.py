"""Where keys come from: variables, the file named by the configuration, or a local file made on first use.

A keys file, and the variable ``CHORUS_VISIOBAT_KEYS``, hold one key per line as ``name:key``; the first one
encrypts, all of them decrypt. ``#`` starts a comment. Commas separate keys too, for variables that can hold
one line only.
"""

import contextlib
import os
import secrets
import tempfile
from collections.abc import Mapping
from datetime import date
from pathlib import Path

from cryptography.fernet import Fernet

from .errors import KeyMissing, KeysFileUnsafe, KeysInvalid
from .ring import Keyring, Source

KEYS_FILE_NAME = "chorus_visiobat.keys"
_HEADER = """\
# Chorus Visiobat : clés de chiffrement des secrets enregistrés dans la base.
# Sauvegardez ce fichier à part de la base : sans lui, les mots de passe techniques sont à ressaisir.
# La première clé chiffre, toutes déchiffrent.
"""


def load_keyring(environ: Mapping[str, str], *, config_keys_file: str | None, data_dir: Path) -> Keyring:
    """Return the keyring of the first configured source; an unusable source is an error, never skipped.

    In order: the file named by ``CHORUS_VISIOBAT_KEYS_FILE``, the keys in ``CHORUS_VISIOBAT_KEYS``, the file
    that the server's configuration names, then the one that :func:`create_local_keys` made.

    :raises KeyMissing: no source is configured (``key_id`` is None).
    :raises KeysFileUnsafe: the file is open to other users.
    :raises KeysInvalid: the file or the keys cannot be read.
    """
    if path := environ.get("CHORUS_VISIOBAT_KEYS_FILE"):
        return read_keys_file(Path(path), Source.ENVIRONMENT_FILE, credentials=environ.get("CREDENTIALS_DIRECTORY"))
    if text := environ.get("CHORUS_VISIOBAT_KEYS"):
        return Keyring(_parse(text), Source.ENVIRONMENT)
    if config_keys_file:
        return read_keys_file(Path(config_keys_file), Source.CONFIGURATION_FILE)
    if (path := Path(data_dir) / KEYS_FILE_NAME).exists():
        return read_keys_file(path, Source.DATA_DIRECTORY)
    raise KeyMissing()


def create_local_keys(data_dir: Path) -> Keyring:
    """Make a key in the data directory, readable by the server alone, and return its keyring.

    An existing file is never touched. Of two processes that come at once, one makes it and both read it.

    :raises KeysInvalid: the directory cannot be written.
    """
    path = Path(data_dir) / KEYS_FILE_NAME
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        _write_once(path, f"{_HEADER}{new_key_line()}\n")
    except OSError as error:
        raise KeysInvalid(
            f"Impossible de créer le fichier de clés {path} ({error.strerror}). Rendez ce dossier accessible "
            "en écriture au serveur, ou désignez un fichier par la variable CHORUS_VISIOBAT_KEYS_FILE."
        ) from None
    return read_keys_file(path, Source.DATA_DIRECTORY)


def new_key_line() -> str:
    """Return a new random key as a line ``name:key``; its name begins with today's date."""
    return f"{date.today():%Y%m%d}-{secrets.token_hex(2)}:{Fernet.generate_key().decode()}"


def _write_once(path, text):
    """Put a whole file in place, durably, unless there is one.

    Written aside (mkstemp: O_EXCL, 0600) then linked: a reader never meets a half-written key, nor does a
    crash leave one, as opening the final name with O_EXCL would.
    """
    handle, draft = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as stream:
            stream.write(text)
            stream.flush()
            os.fsync(stream.fileno())
        with contextlib.suppress(FileExistsError):
            os.link(draft, path)
            sync_folder(path.parent)
    finally:
        os.unlink(draft)


def sync_folder(folder):
    """Make a new name in a folder durable; only POSIX needs it, and allows it."""
    if os.name == "posix":
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def read_keys_file(path: Path, source=Source.CONFIGURATION_FILE, *, credentials: str | None = None) -> Keyring:
    """Return the keyring of a file.

    :param credentials: folder that systemd guards by itself.
    :raises KeysFileUnsafe: the file is open to other users.
    :raises KeysInvalid: the file or its keys cannot be read.
    """
    try:
        with path.open(encoding="utf-8") as stream:
            # systemd guards its credentials by their folder; the ACL it sets shows as group rights.
            guarded = credentials and path.resolve().is_relative_to(Path(credentials).resolve())
            if os.name == "posix" and os.fstat(stream.fileno()).st_mode & 0o077 and not guarded:
                raise KeysFileUnsafe(path)
            text = stream.read()
    except UnicodeDecodeError:
        raise KeysInvalid(f"Le fichier de clés {path} n'est pas un fichier texte.") from None
    except OSError as error:
        raise KeysInvalid(
            f"Le fichier de clés {path} ne peut pas être lu ({error.strerror}). Vérifiez son chemin et ses droits."
        ) from None
    return Keyring(_parse(text), source, path)


def retired_keys_path(path: Path) -> Path:
    """Where a change of key keeps the keys that it takes out of a keys file."""
    path = path.resolve()
    return path.with_name(f"{path.name}.retired")


def _parse(text):
    """Split a keys text into pairs (name, key); an entry without colon gets an empty name, to be refused."""
    entries = [entry.strip() for line in text.splitlines() for entry in line.partition("#")[0].split(",")]
    pairs = []
    for entry in filter(None, entries):
        key_id, colon, key = entry.partition(":")
        pairs.append((key_id.strip(), key.strip()) if colon else ("", ""))
    return pairs
