"""What a machine that is no Debian is told before anything long begins."""

import pytest

from dev import debian, machine, natives, odoo
from dev.say import Failure


@pytest.fixture
def elsewhere(monkeypatch):
    monkeypatch.setattr(debian, "is_here", lambda: False)
    monkeypatch.setattr(odoo, "importable", lambda: None)
    monkeypatch.setattr(natives, "absent", lambda wanted: ["pango-1.0"])
    monkeypatch.delenv("ODOO_HOME", raising=False)


def only(command):
    return lambda name: f"/usr/bin/{name}" if name == command else None


@pytest.mark.parametrize(("command", "cure"), [("brew", "brew install pango"), ("dnf", "sudo dnf install pango")])
def test_every_missing_piece_is_said_at_once_with_its_cure(elsewhere, command, cure):
    with pytest.raises(Failure) as told:
        machine.check(which=only(command))
    assert "ODOO_HOME=../odoo-19 make demo" in str(told.value)
    assert cure in str(told.value)


def test_a_machine_with_everything_passes(elsewhere, monkeypatch):
    monkeypatch.setenv("ODOO_HOME", "/opt/odoo-19")
    monkeypatch.setattr(natives, "absent", lambda wanted: [])
    machine.check(which=only(None))


def test_debian_is_asked_nothing(monkeypatch):
    monkeypatch.setattr(debian, "is_here", lambda: True)
    monkeypatch.setattr(natives, "absent", lambda wanted: ["pango-1.0"])
    machine.check()


def test_no_browser_is_said_where_none_can_be_fetched(elsewhere, monkeypatch):
    monkeypatch.setenv("CHROMIUM", "no-such-browser")
    with pytest.raises(Failure, match="No Chromium was found.*CHROMIUM="):
        natives.chromium()
