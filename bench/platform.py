"""A simulated Chorus Pro in its own process, every answer late by as much as one of the real platform."""

import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from contextlib import contextmanager
from pathlib import Path

LATENCY = 0.3
"""Seconds of each answer."""


class Platform:
    """The running simulator.

    :ivar control: its control, as tests use it
    """

    def __init__(self, url: str, state: Path):
        self.url, self.state = url, state

    def control(self, path: str, body: bytes | None = None) -> None:
        """Call the control API: GET, or POST of this JSON."""
        headers = {"Content-Type": "application/json"}
        request = urllib.request.Request(f"{self.url}/_sim/{path}", data=body, headers=headers)
        urllib.request.urlopen(request, timeout=60).close()

    def fill(self, action: str, *words: object) -> None:
        """Write thousands of papers straight into its state, which nobody would wait for (`bench.papers`)."""
        command = [sys.executable, "-m", "bench.papers", str(self.state), action, *map(str, words)]
        root = str(Path(__file__).parent.parent)
        path = os.pathsep.join([root, os.environ.get("PYTHONPATH", "")])
        subprocess.run(command, check=True, env={**os.environ, "PYTHONPATH": path})


@contextmanager
def running(latency: float = LATENCY):
    """Run a simulator whose clock stands still, with nothing in it but its seed."""
    with socket.socket() as probe, tempfile.TemporaryDirectory(prefix="chorus-bench-") as state:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
        probe.close()
        command = [sys.executable, "-m", "chorus_simulator", "--port", str(port), "--state", state]
        process = subprocess.Popen([*command, "--clock-speed", "0"], stdout=subprocess.DEVNULL)
        platform = Platform(f"http://127.0.0.1:{port}", Path(state))
        try:
            _wait(platform, process)
            platform.control("settings", b'{"min_interval": 0, "latency": %f}' % latency)
            yield platform
        finally:
            process.terminate()
            process.wait(30)


def _wait(platform: Platform, process) -> None:
    for _attempt in range(300):
        if process.poll() is not None:
            break
        try:
            return platform.control("clock")
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.1)
    raise RuntimeError("The simulator does not start")
