"""What is said before anything long begins, when something is in the way."""

import socket

import pytest

from dev import preflight
from dev.say import Failure


@pytest.fixture
def busy_port():
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        yield server.getsockname()[1]


def test_a_busy_port_is_named_with_the_variable_that_changes_it(busy_port):
    with pytest.raises(Failure, match=rf"Port {busy_port}, where Odoo is to listen.*make demo ODOO_PORT=\d+"):
        preflight.check_port(busy_port, "ODOO_PORT", "Odoo")


def test_a_free_port_passes(busy_port):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        free = other.getsockname()[1]
    preflight.check_port(free, "ODOO_PORT", "Odoo")


@pytest.mark.parametrize("value", ["abc", "0", "70000", "-1"])
def test_a_port_that_is_none_is_refused(monkeypatch, value):
    monkeypatch.setenv("SIM_PORT", value)
    with pytest.raises(Failure, match=f"SIM_PORT={value} is no port"):
        preflight.port("SIM_PORT", 8090)


def test_a_port_may_be_chosen(monkeypatch):
    monkeypatch.setenv("SIM_PORT", "9090")
    assert preflight.port("SIM_PORT", 8090) == 9090


def test_a_folder_odoo_cannot_be_told_of_is_refused(tmp_path):
    with pytest.raises(Failure, match="has a comma in its name.* Move the checkout"):
        preflight.check_folder(tmp_path / "Chantiers, 2026")
    preflight.check_folder(tmp_path / "Chantiers d'été 2026")


def test_a_full_disk_is_told_with_what_is_missing(tmp_path):
    with pytest.raises(Failure, match=r"Only 1\.5 GB are free .* 4 GB are needed\. Free some space"):
        preflight.check_disk(tmp_path / "not" / "yet", free=int(1.5 * 2**30))


def test_enough_room_passes(tmp_path):
    preflight.check_disk(tmp_path, free=5 * 2**30)


@pytest.mark.parametrize("version", [(3, 10), (3, 13)])
def test_a_supported_python_is_used_as_it_is(version):
    assert preflight.supported_python(version, which=lambda name: None) is None


def test_the_newest_supported_python_of_the_machine_is_taken_instead():
    known = {"python3.11": "/usr/bin/python3.11", "python3.12": "/usr/bin/python3.12"}
    assert preflight.supported_python((3, 14), which=known.get) == "/usr/bin/python3.12"


def test_without_a_supported_python_the_cure_is_named():
    with pytest.raises(Failure, match=r"Python 3\.10 to 3\.13, and this is Python 3\.9.*make PYTHON="):
        preflight.supported_python((3, 9), which=lambda name: None)
