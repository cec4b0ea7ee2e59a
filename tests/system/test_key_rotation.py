"""The key is changed while servers work, and the command is killed again and again: no secret is ever unreadable."""

import os
import random
import subprocess
import sys
import time
from pathlib import Path

from machine import Machine, until
from test_kill import SEED

ADDON = Path(__file__).parents[2] / "chorus_visiobat"
sys.path.insert(0, str(ADDON))

MANY_SECRETS = """
env["chorus.piste.application"].create([
    {"name": f"APP {index}", "client_id": f"client-{index}", "client_secret_input": f"secret-{index}"}
    for index in range(300)
])
env.cr.commit()
"""


def command(machine, keys_file):
    config = os.environ["CHORUS_TEST_CONF"]
    return subprocess.Popen(
        [sys.executable, "-m", "keyring", "rotate", "-c", config, "-f", str(keys_file), "-d", machine.database],
        cwd=ADDON,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def rotate(machine, keys_file):
    run = command(machine, keys_file)
    output, _none = run.communicate(timeout=120)
    assert run.returncode == 0, output


def test_key_changed_while_servers_work_and_the_command_is_killed(tmp_path):
    from keyring import new_key_line
    from keyring.database import Database, connection_settings
    from keyring.keys_file import KeysFile

    path = tmp_path / "server.keys"
    path.write_text(f"{new_key_line()}\n", encoding="utf-8")
    path.chmod(0o600)
    keys = KeysFile(path)
    settings = connection_settings(os.environ["CHORUS_TEST_CONF"])

    def clear():
        keyring = keys.keyring()
        with Database(machine.database, **settings) as database:
            return [
                keyring.decrypt(secret.token, model=secret.model, record=secret.record, field=secret.field)
                for secret in database.secrets()
                if not secret.field.startswith("token")  # the server renews them
            ]

    chance = random.Random(19)
    with Machine(tmp_path, KEYS_FILE=path) as machine:
        machine.script(SEED % {"count": 6, "lanes": 1} + MANY_SECRETS)
        machine.start_server()
        old, expected = keys.keyring().primary_id, clear()
        began = time.monotonic()
        rotate(machine, path)
        lasts = time.monotonic() - began  # the blows fall within what a whole run takes on this machine
        kills = 0
        for _attempt in range(11):
            run = command(machine, path)
            try:
                run.wait(lasts * chance.uniform(0.2, 0.9))
            except subprocess.TimeoutExpired:
                run.kill()
                run.wait(30)
                kills += 1
            assert clear() == expected
        rotate(machine, path)
        assert kills, "no run was killed"
        assert clear() == expected
        assert old not in keys.keyring().key_ids and len(keys.keyring().key_ids) == 1
        machine.wake_until(
            lambda: machine.sql("SELECT count(*) FROM chorus_document WHERE technical_number IS NOT NULL") == [(6,)],
            "the same server, never restarted, deposits with the password under the new key",
        )
        assert len(machine.control.works()) == 6
        until(lambda: not machine.sql("SELECT 1 FROM chorus_account WHERE state <> 'active'"), "no account is paused")
