"""The encryption keys of this server: found once per process, made on the first confirmation (DESIGN.md §5).

Keys live outside the database, so that a dump, a replica or a copy of it holds nothing readable.
"""

import os
import threading
from pathlib import Path

from odoo.tools import config

from .keyring import (
    KEYS_FILE_NAME,
    KeyMissing,
    Keyring,
    create_local_keys,
    load_keyring,
    read_keys_file,
    retired_keys_path,
)
from .settings import server_setting

_lock = threading.Lock()
_loaded: Keyring | None = None
_stamp: tuple | None = None  # of the keys file when it was read


def server_keyring(reload: bool = False) -> Keyring:
    """Return the keys of this server, read again when their file has changed: a change of key needs no restart.

    :param reload: look at the sources again: another process may have added a key since
    :raise keyring.KeyringError: no key yet (``KeyMissing``), or a source that cannot be used
    """
    global _loaded, _stamp
    with _lock:
        if _loaded is None or reload or _stamp != _stamp_of(_loaded.path):
            _loaded = None  # a source that became unusable must not leave yesterday's keys in use
            _stamp = _stamp_of(_find().path)
            # Read after its stamp: replaced in between, the file is read once more the next time.
            _loaded = _find()
        return _loaded


def retired_keyring() -> Keyring:
    """Return the keys that changes of key took out of the file of this server: they open what was sealed before.

    :raise keyring.KeyringError: there are none, or they cannot be read
    """
    path = server_keyring().path
    if not path:
        raise KeyMissing()
    return read_keys_file(retired_keys_path(path))


def ensure_server_keyring() -> Keyring:
    """Return the keys of this server, after making one in the data directory when no source is configured.

    :raise keyring.KeyringError: a configured source cannot be used, or the directory cannot be written
    """
    global _loaded, _stamp
    try:
        return server_keyring()
    except KeyMissing as missing:
        if missing.key_id is not None:
            raise
    with _lock:
        _loaded = create_local_keys(_data_dir())
        _stamp = _stamp_of(_loaded.path)
        return _loaded


def forget_local_keys():
    """Delete the file that we made in the data directory, and the keys held by this process."""
    global _loaded
    with _lock:
        (_data_dir() / KEYS_FILE_NAME).unlink(missing_ok=True)
        _loaded = None


def _find():
    return load_keyring(os.environ, config_keys_file=server_setting("KEYS_FILE"), data_dir=_data_dir())


def _stamp_of(path):
    """What changes whenever the file of the keys is replaced; None without a file."""
    try:
        status = path.stat() if path else None
    except OSError:
        return None
    return status and (status.st_ino, status.st_mtime_ns, status.st_size)


def _data_dir():
    return Path(config["data_dir"])
