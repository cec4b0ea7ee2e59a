"""Progress of long steps, failures in one sentence."""

import sys

import pytest

from dev import say


def test_a_failing_command_ends_in_one_sentence_with_its_last_words(tmp_path, capsys):
    program = "print('first'); print('the disk is full'); raise SystemExit(3)"
    sentence = r"^Packing failed \(the disk is full\)\. Free some space\. The whole output is in \S+\.$"
    with pytest.raises(say.Failure, match=sentence):
        say.run("Packing", [sys.executable, "-c", program], tmp_path / "log", cure="Free some space.")
    assert "Packing …" in capsys.readouterr().out
    assert (tmp_path / "log").read_text() == "first\nthe disk is full\n"


def test_a_line_that_says_it_is_an_error_tells_more_than_the_last_one(tmp_path):
    program = "print('E: no such mirror'); print('Some files were ignored.'); raise SystemExit(3)"
    with pytest.raises(say.Failure, match=r"\(E: no such mirror\)"):
        say.run("Packing", [sys.executable, "-c", program], tmp_path / "log")


def test_a_long_command_shows_where_it_is(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(say, "HEARTBEAT", 0.5)
    program = "import time; print('module 3 of 9', flush=True); time.sleep(2.5)"
    say.run("Installing", [sys.executable, "-c", program], tmp_path / "log")
    assert "module 3 of 9" in capsys.readouterr().out


def test_what_is_read_from_stdin_reaches_the_command(tmp_path):
    say.run("Asking", [sys.executable, "-c", "print(input())"], tmp_path / "log", stdin="réponse\n")
    assert (tmp_path / "log").read_text() == "réponse\n"
