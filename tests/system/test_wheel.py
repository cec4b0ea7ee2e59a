"""The wheels installed with pip beside Odoo, in a fresh environment: no checkout, no folder of addons to name."""

import os
import shutil
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

import pytest
from other_odoo import OtherOdoo
from test_kill import SEED

ROOT = Path(__file__).parents[2]
ADDONS = ("chorus_visiobat", "chorus_visiobat_sale")
BRIDGE = "chorus_visiobat_queue_job"
"""Installed by pip too; Odoo takes it once queue_job is there (tests of the stage "jobs")."""

BUILD = "import sys; from whool.buildapi import build_wheel; build_wheel(sys.argv[1])"


def run(command, **options):
    done = subprocess.run(command, capture_output=True, text=True, check=False, **options)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture(scope="module")
def python(tmp_path_factory):
    """A fresh environment with our wheels; Odoo and the libraries that they ask for are those of the tests."""
    from dev.venv import pip

    work = tmp_path_factory.mktemp("wheel")
    for name in (*ADDONS, BRIDGE):
        shutil.copytree(ROOT / name, work / name, ignore=shutil.ignore_patterns("__pycache__"))
        run([sys.executable, "-c", BUILD, str(work)], cwd=work / name)
    venv.create(work / "venv", with_pip=False)
    found = work / "venv/bin/python"
    packages = Path(sysconfig.get_path("purelib", vars={"base": str(work / "venv")}))
    (packages / "locked.pth").write_text(sysconfig.get_path("purelib"), encoding="utf-8")
    wheels = sorted(map(str, work.glob("*.whl")))
    assert len(wheels) == 3
    run([found, pip(), "install", "--no-index", "--no-deps", "--no-input", *wheels], cwd=work)
    return str(found)


def test_installed_by_pip_it_deposits(tmp_path, python, monkeypatch):
    monkeypatch.setenv("CHORUS_TEST_READY", os.environ["CHORUS_TEST_TEMPLATE"])
    with OtherOdoo(tmp_path, lambda folders: [one for one in folders if Path(one) != ROOT], python) as machine:
        machine.install(",".join(ADDONS))
        installed = machine.sql("SELECT name FROM ir_module_module WHERE state = 'installed' AND name LIKE 'chorus%%'")
        assert {name for (name,) in installed} == set(ADDONS)
        where = tmp_path / "where"
        machine.script(
            f"import odoo.addons.chorus_visiobat as ours\nopen({str(where)!r}, 'w').write(ours.__file__)\n"
            + SEED % {"count": 1, "lanes": 1}
        )
        assert where.read_text().startswith(str(Path(python).parents[1]))
        machine.start_server()
        machine.wake_until(lambda: len(machine.control.works()) == 1, "the paper is deposited")
