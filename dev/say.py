"""What the person at the terminal reads: each long step as it goes on, each failure as one sentence."""

import contextlib
import os
import queue
import re
import subprocess
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

HEARTBEAT = 5.0
"""Seconds between two lines of progress within one step."""

_started = float(os.environ.setdefault("CHORUS_VISIOBAT_STARTED", str(time.monotonic())))
"""The same in the second process, which goes on where the first one ended."""


class Failure(Exception):
    """Something a person can cure. `message` says what and where, `cure` what to do about it."""

    def __init__(self, message: str, cure: str = ""):
        super().__init__(f"{message.rstrip('.')}. {cure}".strip())


def line(text: str) -> None:
    print(text, flush=True)


@contextlib.contextmanager
def step(title: str) -> Iterator[None]:
    """Announce a step, and how long it took once it is over."""
    line(f"[{time.monotonic() - _started:4.0f} s] {title} …")
    begin = time.monotonic()
    yield
    if (elapsed := time.monotonic() - begin) >= 1:
        line(f"         done in {elapsed:.0f} s")


def run(
    title: str,
    command: list,
    log: Path,
    *,
    cure: str = "",
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    stdin: str | None = None,
    describe: Callable[[str], str | None] = str.strip,
) -> None:
    """Run a long command as one step, its output in `log`, the last telling line shown now and then.

    `describe` turns a line of output into what is shown of it, or None to show nothing.
    Raises Failure with what the output says of it when the command fails.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    with step(title), log.open("w", encoding="utf-8") as written:
        process = subprocess.Popen(
            [str(part) for part in command],
            stdin=subprocess.PIPE if stdin is not None else subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            env=env,
            cwd=cwd,
        )
        if stdin is not None:
            process.stdin.write(stdin)
            process.stdin.close()
        tail = _follow(process, written, describe)
        if process.wait():
            raise Failure(f"{title} failed ({_telling(tail)})", f"{cure} The whole output is in {log}.".strip())


def _follow(process: subprocess.Popen, written, describe) -> deque:
    """Copy the output of `process` to `written`; return its last lines."""
    lines: queue.Queue = queue.Queue()

    def read():
        for text in process.stdout:
            lines.put(text)
        lines.put(None)

    threading.Thread(target=read, daemon=True).start()
    tail: deque = deque(maxlen=20)
    begin = shown_at = time.monotonic()
    latest = ""
    while True:
        with contextlib.suppress(queue.Empty):
            text = lines.get(timeout=1)
            if text is None:
                return tail
            written.write(text)
            if text.strip():
                tail.append(text.strip()[:300])
            latest = describe(text) or latest
        if (now := time.monotonic()) - shown_at >= HEARTBEAT:
            line(f"         {now - begin:3.0f} s  {latest[:100]}")
            shown_at = now


def _telling(tail: deque) -> str:
    """Return the line that tells most about a failure: the last that is an error by its own word."""
    errors = [text for text in tail if re.match(r"(E|ERROR|Error|error|fatal|\w+(Error|Exception))\b", text)]
    return [*tail, *errors][-1] if tail else "it said nothing"
