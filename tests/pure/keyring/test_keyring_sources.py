"""Where keys come from, in which order, and what is refused."""

import multiprocessing
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

import keyring
from keyring import (
    KEYS_FILE_NAME,
    KeyMissing,
    KeysFileUnsafe,
    KeysInvalid,
    Source,
    create_local_keys,
    load_keyring,
    new_key_line,
)


def keys_file(path, *key_ids, mode=0o600):
    path.write_text("".join(f"{key_id}:{Fernet.generate_key().decode()}\n" for key_id in key_ids))
    path.chmod(mode)
    return path


def load(environ=None, config=None, data_dir=Path("/nonexistent")):
    return load_keyring(environ or {}, config_keys_file=config, data_dir=data_dir)


def test_the_first_configured_source_wins(tmp_path):
    keys_file(tmp_path / KEYS_FILE_NAME, "local")
    config = str(keys_file(tmp_path / "config", "config"))
    environ = {"CHORUS_VISIOBAT_KEYS": new_key_line().replace(":", "x:", 1)}
    environ_file = environ | {"CHORUS_VISIOBAT_KEYS_FILE": str(keys_file(tmp_path / "env", "env"))}

    found = load(environ_file, config, tmp_path)
    assert (found.source, found.path, found.primary_id) == (Source.ENVIRONMENT_FILE, tmp_path / "env", "env")
    found = load(environ, config, tmp_path)
    assert (found.source, found.path, found.primary_id[-1]) == (Source.ENVIRONMENT, None, "x")
    found = load({}, config, tmp_path)
    assert (found.source, found.path, found.primary_id) == (
        Source.CONFIGURATION_FILE,
        tmp_path / "config",
        "config",
    )
    found = load({"CHORUS_VISIOBAT_KEYS": ""}, None, tmp_path)
    assert (found.source, found.path, found.primary_id) == (
        Source.DATA_DIRECTORY,
        tmp_path / KEYS_FILE_NAME,
        "local",
    )


def test_no_source_at_all(tmp_path):
    with pytest.raises(KeyMissing, match="Aucune clé") as caught:
        load(data_dir=tmp_path)
    assert caught.value.key_id is None


@pytest.mark.parametrize("content", [None, b"", b"# nothing yet\n", b"\xff\xfe\x00", b"just-words\n"])
def test_a_configured_but_unusable_file_is_an_error_not_a_reason_to_look_elsewhere(tmp_path, content):
    keys_file(tmp_path / KEYS_FILE_NAME, "local")
    path = tmp_path / "keys"
    if content is not None:
        path.write_bytes(content)
        path.chmod(0o600)
    with pytest.raises(KeysInvalid, match=str(path)):
        load({"CHORUS_VISIOBAT_KEYS_FILE": str(path)}, data_dir=tmp_path)


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o644])
def test_a_file_open_to_others_is_refused_with_its_cure(tmp_path, mode):
    path = keys_file(tmp_path / "keys", "a", mode=mode)
    with pytest.raises(KeysFileUnsafe, match=f"chmod 600 {path}"):
        load(config=str(path))
    path.chmod(0o400)
    assert load(config=str(path)).primary_id == "a"


def test_a_systemd_credential_is_guarded_by_its_folder(tmp_path):
    path = keys_file(tmp_path / "keys", "a", mode=0o440)
    environ = {"CHORUS_VISIOBAT_KEYS_FILE": str(path), "CREDENTIALS_DIRECTORY": str(tmp_path)}
    assert load(environ).primary_id == "a"
    with pytest.raises(KeysFileUnsafe):
        load(environ | {"CREDENTIALS_DIRECTORY": str(tmp_path / "elsewhere")})


def test_comments_blank_lines_commas_and_spaces():
    first, second, third = (f"{name}:{Fernet.generate_key().decode()}" for name in "abc")
    text = f"# old ones, 2025: kept\n\n {first} , {second}  # since June\n{third}\n"
    assert load({"CHORUS_VISIOBAT_KEYS": text}).key_ids == ["a", "b", "c"]


def test_a_key_without_a_name_is_refused_and_not_shown():
    key = Fernet.generate_key().decode()
    with pytest.raises(KeysInvalid, match="variable CHORUS_VISIOBAT_KEYS") as caught:
        load({"CHORUS_VISIOBAT_KEYS": key})
    assert key[:10] not in str(caught.value)


def test_local_keys_are_made_once_and_found_again(tmp_path):
    data_dir = tmp_path / "data"
    made = create_local_keys(data_dir)
    assert (made.source, made.path) == (Source.DATA_DIRECTORY, data_dir / KEYS_FILE_NAME)
    token = made.encrypt("v", model="m", record="r", field="f")
    assert load(data_dir=data_dir).decrypt(token, model="m", record="r", field="f") == "v"

    before = made.path.read_bytes()
    assert create_local_keys(data_dir).key_ids == made.key_ids
    assert made.path.read_bytes() == before
    assert os.listdir(data_dir) == [KEYS_FILE_NAME]


def test_local_keys_are_private_whatever_the_umask(tmp_path):
    previous = os.umask(0)
    try:
        path = create_local_keys(tmp_path).path
    finally:
        os.umask(previous)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_data_directory_that_cannot_hold_keys(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(KeysInvalid, match="CHORUS_VISIOBAT_KEYS_FILE"):
        create_local_keys(tmp_path / "file")


def _race(data_dir, barrier, results):
    barrier.wait()
    results.put(create_local_keys(data_dir).primary_id)


def test_processes_that_come_at_once_get_the_same_key(tmp_path):
    context = multiprocessing.get_context("spawn" if os.name == "nt" else "fork")
    for attempt in range(5):
        barrier, results = context.Barrier(4), context.Queue()
        data_dir = tmp_path / str(attempt)
        workers = [context.Process(target=_race, args=(data_dir, barrier, results)) for _ in range(4)]
        for worker in workers:
            worker.start()
        found = {results.get(timeout=30) for _ in workers}
        for worker in workers:
            worker.join()
        assert len(found) == 1
        assert os.listdir(data_dir) == [KEYS_FILE_NAME]


def test_the_command_prints_a_usable_key():
    done = subprocess.run(
        [sys.executable, "-m", "keyring", "generate"],
        cwd=Path(keyring.__file__).parents[1],
        capture_output=True,
        text=True,
        check=True,
    )
    assert len(load({"CHORUS_VISIOBAT_KEYS": done.stdout}).key_ids) == 1
