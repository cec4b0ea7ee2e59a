"""The tests of the addon in several processes at once, each with its own files, database, data folder and port."""

import contextlib
import os
import re
import socket
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from . import paths, say

MOST = 2
"""More processes would wait for PostgreSQL and for the browser."""


class Shard(NamedTuple):
    """One process: its place (1, 2…), its test files, a free port for Odoo's server."""

    place: int
    files: list[Path]
    port: int

    @property
    def name(self) -> str:
        return "addon" if self.place == 1 else f"addon-{self.place}"


def split(folder: Path, most: int = MOST) -> list[Shard]:
    """Share the test files of a folder, the heaviest first, so that each process has about as many tests."""
    count = max(1, min(most, os.cpu_count() or 1))
    weights = {
        file: len(re.findall(r"^\s+def test_", file.read_text(), re.MULTILINE)) for file in folder.glob("test_*.py")
    }
    shares: list[list[Path]] = [[] for _place in range(count)]
    for file in sorted(weights, key=lambda file: (-weights[file], file.name)):
        min(shares, key=lambda share: sum(weights[known] for known in share)).append(file)
    ports = _free_ports(count)
    return [Shard(place, sorted(share), port) for place, (share, port) in enumerate(zip(shares, ports, strict=True), 1)]


def run(commands: Mapping[str, list[str]], env: Mapping[str, str]) -> dict[str, int]:
    """Run these commands at once. The first one shows its output as it comes, the others when they end.

    :return: their exit codes by name
    """
    first, *others = commands
    logs = {name: paths.LOGS / f"test-{name}.txt" for name in others}
    with contextlib.ExitStack() as stack:
        running = {}
        for name, command in commands.items():
            output = stack.enter_context(logs[name].open("w")) if name in logs else None
            running[name] = subprocess.Popen(
                command,
                cwd=paths.ROOT,
                env=env,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output and subprocess.STDOUT,
            )
        codes = {name: process.wait() for name, process in running.items()}
    for name, log in logs.items():
        say.line(f"\n── {name}\n{log.read_text(errors='replace')}")
    return codes


def _free_ports(count: int) -> list[int]:
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _place in range(count)]
        for held in sockets:
            held.bind(("127.0.0.1", 0))
        return [held.getsockname()[1] for held in sockets]
