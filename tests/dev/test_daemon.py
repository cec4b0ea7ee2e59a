"""Servers that outlive the command that started them."""

import os
import socket
import sys
import urllib.request

import pytest

from dev import paths
from dev.daemon import Daemon
from dev.say import Failure


@pytest.fixture
def server(tmp_path, monkeypatch):
    monkeypatch.setattr(paths, "STATE", tmp_path)
    monkeypatch.setattr(paths, "LOGS", tmp_path)
    daemon = Daemon("probe")
    yield daemon
    daemon.stop()


@pytest.fixture
def port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def serve(server, port):
    command = [sys.executable, "-m", "http.server", str(port), "--bind", "127.0.0.1"]
    server.start(command, f"http://127.0.0.1:{port}", env=dict(os.environ))


def test_a_started_server_answers_and_a_stopped_one_is_gone(server, port):
    serve(server, port)
    assert urllib.request.urlopen(f"http://127.0.0.1:{port}").status == 200
    assert Daemon("probe").pid()  # another command finds it
    assert Daemon("probe").stop()
    assert not server.pid()
    with pytest.raises(OSError):
        urllib.request.urlopen(f"http://127.0.0.1:{port}", timeout=2)


def test_stopping_what_does_not_run_says_so(server):
    assert server.stop() is False


def test_a_server_that_ends_at_once_is_told_with_its_last_words(server):
    program = "raise SystemExit('no such database')"
    with pytest.raises(Failure, match="The server probe ended at once: no such database"):
        server.start([sys.executable, "-c", program], "http://127.0.0.1:1", env=dict(os.environ))


def test_a_number_of_process_used_again_by_another_program_is_not_ours(server, port):
    serve(server, port)
    file = paths.STATE / "run" / "probe.json"
    ours = file.read_text()
    file.write_text(ours.replace('"birth": "', '"birth": "1'))
    assert server.pid() is None
    file.write_text(ours)
    assert server.pid()
