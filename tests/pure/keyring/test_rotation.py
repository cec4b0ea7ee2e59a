"""A change of key, killed at any instant and run again: every secret stays readable, and ends under the new key."""

import os
import stat

import pytest

from keyring import Keyring, KeysInvalid, new_key_line
from keyring.keys_file import KeysFile
from keyring.rotation import RotationRefused, StoredSecret, rotate

SECRETS = {
    ("account", "1"): "Chantier-2026!val",
    ("account", "2"): "Poutre-2026!bois",
    ("application", "1"): "b91f4a77",
}
INSTANTS = 17


class Killed(BaseException):
    """kill -9: nothing of ours runs any more."""


class Memory:
    """A database whose writes may be the last thing that happens."""

    def __init__(self, keyring, tick=lambda: None):
        self.name = "prod"
        self.tick = tick
        self.tokens = {
            (model, record): keyring.encrypt(value, model=model, record=record, field="password")
            for (model, record), value in SECRETS.items()
        }

    def secrets(self):
        self.tick()
        return [
            StoredSecret(f"{model} {record}", token, model, record, "password")
            for (model, record), token in self.tokens.items()
        ]

    def replace(self, secret, token):
        self.tick()
        self.tokens[secret.model, secret.record] = token
        self.tick()
        return True

    def clear(self, keyring):
        return {
            (model, record): keyring.decrypt(token, model=model, record=record, field="password")
            for (model, record), token in self.tokens.items()
        }


@pytest.fixture
def keys(tmp_path):
    path = tmp_path / "chorus_visiobat.keys"
    path.write_text(f"# clés du serveur\n{new_key_line()}\n", encoding="utf-8")
    path.chmod(0o600)
    return KeysFile(path)


def test_every_secret_under_a_new_key_and_the_old_one_out(keys):
    store, old = Memory(keys.keyring()), keys.keyring().primary_id
    name = rotate(keys, [store])
    assert keys.keyring().key_ids == [name] and name != old
    assert {Keyring.key_id_of(token) for token in store.tokens.values()} == {name}
    assert store.clear(keys.keyring()) == SECRETS
    assert old in keys.retired_path.read_text(encoding="utf-8")
    assert "# clés du serveur" in keys.path.read_text(encoding="utf-8")
    for path in (keys.path, keys.retired_path):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


class Fuse:
    """Kills at the n-th of the instants that matter: a read or write of the database, a replacement of a file."""

    def __init__(self, instants, monkeypatch):
        self.left = instants
        self.replace = os.replace
        monkeypatch.setattr(os, "replace", self.around)

    def tick(self):
        if self.left == 0:
            raise Killed
        self.left -= 1

    def around(self, source, target):
        self.tick()
        self.replace(source, target)
        self.tick()


@pytest.mark.parametrize("instant", range(INSTANTS))
def test_killed_at_any_instant_and_run_again(keys, monkeypatch, instant):
    store = Memory(keys.keyring())
    with monkeypatch.context() as patch:
        store.tick = Fuse(instant, patch).tick
        with pytest.raises(Killed):
            rotate(keys, [store])
    store.tick = lambda: None
    assert store.clear(keys.keyring()) == SECRETS, "unreadable between the two runs"
    rotate(keys, [store])
    assert store.clear(keys.keyring()) == SECRETS
    assert len(keys.keyring().key_ids) == 1


def test_no_instant_is_left_out(keys, monkeypatch):
    store = Memory(keys.keyring())
    fuse = Fuse(INSTANTS, monkeypatch)
    store.tick = fuse.tick
    rotate(keys, [store])
    assert fuse.left == 0


def test_interrupted_change_goes_on_with_the_same_new_key(keys):
    name = keys.begin()
    store = Memory(keys.keyring())
    assert rotate(keys, [store]) == name


def test_secret_written_meanwhile_under_the_old_key_is_brought_along(keys):
    before = keys.keyring()
    store = Memory(before)
    calls = 0

    def late():
        nonlocal calls
        calls += 1
        if calls in (4, 9):
            # A server that had not read the new file yet renews a token.
            store.tokens["account", "1"] = before.encrypt(
                SECRETS["account", "1"], model="account", record="1", field="password"
            )

    store.tick = late
    rotate(keys, [store])
    store.tick = lambda: None
    assert store.clear(keys.keyring()) == SECRETS


def test_unreadable_secret_keeps_the_old_key(keys):
    store, old = Memory(keys.keyring()), keys.keyring().primary_id
    store.tokens["account", "2"] = store.tokens["account", "1"]  # copied into another row
    with pytest.raises(RotationRefused, match="account 2"):
        rotate(keys, [store])
    assert old in keys.keyring().key_ids
    assert keys.keyring().primary_id != old, "the new key is in use already"


def test_two_changes_at_once(keys):
    with keys.held(), pytest.raises(KeysInvalid, match="déjà en cours"):
        rotate(KeysFile(keys.path), [])


def test_link_stays_a_link(keys, tmp_path):
    link = tmp_path / "link"
    link.symlink_to(keys.path)
    rotate(KeysFile(link), [])
    assert link.is_symlink() and KeysFile(link).keyring().key_ids == keys.keyring().key_ids
