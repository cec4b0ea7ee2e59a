"""The key is changed while servers work, and the command is killed again and again: no secret is ever unreadable."""

import os
import random
import subprocess
import sys
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
        kills = 0
        for _attempt in range(12):
            run = command(machine, path)
            try:
                run.wait(chance.uniform(0.1, 1.5))
                break
            except subprocess.TimeoutExpired:
                run.kill()
                run.wait(30)
                kills += 1
            assert clear() == expected
        run = command(machine, path)
        output, _none = run.communicate(timeout=120)
        assert run.returncode == 0, output
        assert kills, "the command was too quick to be killed"
        assert clear() == expected
        assert old not in keys.keyring().key_ids and len(keys.keyring().key_ids) == 1
        machine.wake_until(
            lambda: machine.sql("SELECT count(*) FROM chorus_document WHERE technical_number IS NOT NULL") == [(6,)],
            "the same server, never restarted, deposits with the password under the new key",
        )
        assert len(machine.control.works()) == 6
        until(lambda: not machine.sql("SELECT 1 FROM chorus_account WHERE state <> 'active'"), "no account is paused")
