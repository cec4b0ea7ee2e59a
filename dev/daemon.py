"""Servers that outlive `make`: started detached, known by a file, stopped by it."""

import json
import os
import signal
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from pathlib import Path

from . import paths, say


class Daemon:
    """One server, known by its name."""

    def __init__(self, name: str):
        self.name = name
        self.log = paths.LOGS / f"{name}.log"
        self._file = paths.STATE / "run" / f"{name}.json"

    def pid(self) -> int | None:
        """Return its process, or None when it does not run.

        The moment the process started is compared too: numbers of processes are used again.
        """
        try:
            known = json.loads(self._file.read_text())
        except (OSError, ValueError):
            return None
        return known["pid"] if _birth(known["pid"]) == known["birth"] else None

    def start(self, command: list, url: str, *, env: Mapping[str, str], timeout: float = 120) -> None:
        """Start the server and wait until `url` answers.

        Raises Failure when it ends or stays silent for `timeout` seconds.
        """
        self._file.parent.mkdir(parents=True, exist_ok=True)
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with say.step(f"Starting {self.name}"), self.log.open("ab") as output:
            process = subprocess.Popen(
                [str(part) for part in command],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=env,
                cwd=paths.STATE,
                start_new_session=True,
            )
            self._file.write_text(json.dumps({"pid": process.pid, "birth": _birth(process.pid)}))
            limit = time.monotonic() + timeout
            while not _answers(url):
                if process.poll() is not None or time.monotonic() > limit:
                    state = "ended at once" if process.poll() is not None else f"did not answer in {timeout:.0f} s"
                    self.stop()
                    raise say.Failure(f"The server {self.name} {state}: {_tail(self.log)}", f"See {self.log}.")
                time.sleep(0.2)

    def stop(self) -> bool:
        """Stop the server and what it started; return whether it was running."""
        pid = self.pid()
        if pid:
            for sign, patience in ((signal.SIGTERM, 15), (signal.SIGKILL, 5)):
                try:
                    os.killpg(pid, sign)
                except ProcessLookupError:
                    break
                limit = time.monotonic() + patience
                while self.pid() and time.monotonic() < limit:
                    time.sleep(0.1)
                if not self.pid():
                    break
        self._file.unlink(missing_ok=True)
        return bool(pid)


def _birth(pid: int) -> str | None:
    """Return when this process started, in the kernel's ticks (elsewhere, in words), or None when it is over."""
    if not Path("/proc/self/stat").exists():
        told = subprocess.run(["ps", "-o", "stat=,lstart=", "-p", str(pid)], capture_output=True, text=True).stdout
        state, _blank, started = told.strip().partition(" ")
        return None if not started or state.startswith("Z") else started.strip()
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    return None if fields[0] == "Z" else fields[19]


def _answers(url: str) -> bool:
    try:
        urllib.request.urlopen(url, timeout=30)
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False
    return True


def _tail(log: Path) -> str:
    return " / ".join(log.read_text(errors="replace").strip().splitlines()[-3:])[-600:]
