"""The simulator by itself: installed with pip in a fresh virtual environment, started by its one command."""

import json
import os
import re
import shutil
import subprocess
import sys
import urllib.parse
import urllib.request

import pytest

from dev import paths, venv

SEED = json.loads((paths.ROOT / "simulator/chorus_simulator/data/seed.json").read_text(encoding="utf-8"))


def run(command, folder):
    """Run a command with nothing of this project on its path; return it finished."""
    bare = {key: value for key, value in os.environ.items() if not key.startswith(("PYTHON", "VIRTUAL_ENV"))}
    return subprocess.run(command, cwd=folder, env=bare, capture_output=True, text=True, timeout=600, check=False)


@pytest.fixture(scope="module")
def command(tmp_path_factory):
    """The command `chorus-simulator` of a fresh environment."""
    folder = tmp_path_factory.mktemp("alone")
    # A copy: building leaves files beside the sources.
    source = shutil.copytree(paths.ROOT / "simulator", folder / "simulator", ignore=shutil.ignore_patterns("tests"))
    made = run([sys.executable, "-m", "venv", "--without-pip", "venv"], folder)
    assert made.returncode == 0, made.stderr + made.stdout
    pip = ["venv/bin/python", str(venv.pip()), "install", "--quiet", "--disable-pip-version-check"]
    installed = run([*pip, str(source)], folder)
    assert installed.returncode == 0, installed.stderr
    return folder / "venv/bin/chorus-simulator"


@pytest.fixture
def address(command, tmp_path):
    bare = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8"}
    server = subprocess.Popen(
        [command, "--port", "0", "--state", tmp_path / "state"],
        cwd=tmp_path,
        env=bare,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        yield re.search(r"console (http://\S+)/", server.stdout.readline())[1]
    finally:
        server.terminate()
        server.wait(10)


def test_it_gives_a_token_and_shows_its_console(address):
    application = SEED["application"]
    form = {
        "grant_type": "client_credentials",
        "client_id": application["client_id"],
        "client_secret": application["secret"],
        "scope": "openid",
    }
    body = urllib.parse.urlencode(form).encode()
    with urllib.request.urlopen(f"{address}/api/oauth/token", body, timeout=20) as answer:
        assert len(json.load(answer)["access_token"]) == 54
    with urllib.request.urlopen(f"{address}/", timeout=20) as answer:
        assert "Factures de travaux" in answer.read().decode()
