"""Encryption of the secrets kept in the database (mots de passe techniques, secrets PISTE, jetons).

What it protects: database dumps, replicas, backups, copies, SQL logs, and whoever reads records through the
interface or RPC. What it cannot protect against: someone who runs code inside the server.

The key never lives in the database. Losing it loses nothing but the secrets, which are typed in again.

    ring = load_keyring(os.environ, config_keys_file=None, data_dir=Path(...))
    token = ring.encrypt("s3cret", model="chorus.account", record="6f1c…", field="password")
    ring.decrypt(token, model="chorus.account", record="6f1c…", field="password")

To change the key of secrets that exist: ``python -m keyring rotate`` (rotation.py).

Imports no Odoo. Messages of the errors are in French: they reach the user as they are.
"""

from .errors import KeyMissing, KeyringError, KeysFileUnsafe, KeysInvalid, SecretUnreadable
from .ring import Keyring, Source
from .sources import KEYS_FILE_NAME, create_local_keys, load_keyring, new_key_line, read_keys_file, retired_keys_path

__all__ = [
    "KEYS_FILE_NAME",
    "KeyMissing",
    "Keyring",
    "KeyringError",
    "KeysFileUnsafe",
    "KeysInvalid",
    "SecretUnreadable",
    "Source",
    "create_local_keys",
    "load_keyring",
    "new_key_line",
    "read_keys_file",
    "retired_keys_path",
]
