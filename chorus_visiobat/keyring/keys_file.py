"""The keys file rewritten: a new key on top, then old keys taken out of it. Each change is one atomic replacement."""

import contextlib
import fcntl
import os
import tempfile
from pathlib import Path

from .errors import KeysInvalid
from .ring import Keyring
from .sources import new_key_line, read_keys_file, retired_keys_path, sync_folder

_MARK = "# Changement de clé en cours : toute clé sous la première va être retirée."
_RETIRED = "# Clés retirées : des sauvegardes de la base et les sceaux des certificats de dépôt en ont besoin."


class KeysFile:
    """A keys file (*fichier de clés*) and its changes. Comments, order and owner are kept.

    :param path: the file; a link is followed, so that it stays one.
    """

    def __init__(self, path: Path):
        self.path = Path(path).resolve()

    @property
    def retired_path(self) -> Path:
        """Where the keys taken out are kept."""
        return retired_keys_path(self.path)

    @contextlib.contextmanager
    def held(self):
        """Hold the file alone: two changes of key at once would take each other's new key for an old one.

        :raises KeysInvalid: somebody else holds it.
        """
        handle = os.open(self.path.parent, os.O_RDONLY)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise KeysInvalid(
                f"Un changement de clé est déjà en cours sur {self.path} : attendez qu'il finisse."
            ) from None
        else:
            yield
        finally:
            os.close(handle)

    def keyring(self) -> Keyring:
        """The keys of the file as it is now.

        :raises KeyringError: it cannot be used.
        """
        return read_keys_file(self.path)

    def is_changing(self) -> bool:
        """Whether a change of key was begun and not finished."""
        return _MARK in self._text()

    def begin(self) -> str:
        """Put a new key on top, unless a change was begun and interrupted: that one goes on. Returns the key's name."""
        if self.is_changing():
            self.restore()
        else:
            self.keyring()
            self._write(self.path, f"{_MARK}\n{new_key_line()}\n{self._text()}")
        return self.keyring().primary_id

    def take_out(self):
        """Take out every key but the first, kept in another file first: the backups of the database need them."""
        lines = self._text().splitlines()
        old = [line for line in lines if _key_of(line) in self.keyring().key_ids[1:]]
        kept = self._retired_lines()
        missing = [line for line in old if line not in kept]
        if missing:
            self._write(self.retired_path, "".join(f"{line}\n" for line in [*(kept or [_RETIRED]), *missing]))
        self._write(self.path, "".join(f"{line}\n" for line in lines if line not in old))

    def restore(self):
        """Bring the keys taken out back under the first one."""
        present = self.keyring().key_ids
        back = [line for line in self._retired_lines() if _key_of(line) and _key_of(line) not in present]
        if back:
            self._write(self.path, self._text() + "".join(f"{line}\n" for line in back))

    def finish(self):
        """The change is done."""
        self._write(self.path, self._text().replace(f"{_MARK}\n", ""))

    def _retired_lines(self):
        return self.retired_path.read_text(encoding="utf-8").splitlines() if self.retired_path.exists() else []

    def _text(self):
        text = self.path.read_text(encoding="utf-8")
        return text if not text or text.endswith("\n") else f"{text}\n"

    def _write(self, path, text):
        """Replace a file at once, durably, with the owner and the mode of the keys file."""
        model = self.path.stat()
        handle, draft = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as stream:
                stream.write(text)
                stream.flush()
                os.fchmod(stream.fileno(), model.st_mode & 0o777)
                if os.geteuid() == 0:
                    os.fchown(stream.fileno(), model.st_uid, model.st_gid)
                os.fsync(stream.fileno())
            os.replace(draft, path)
            sync_folder(path.parent)
        except BaseException:
            with contextlib.suppress(FileNotFoundError):
                os.unlink(draft)
            raise


def _key_of(line):
    """The name of the key of a line, empty for a comment."""
    entry = line.partition("#")[0].strip()
    return entry.partition(":")[0].strip() if ":" in entry else ""
