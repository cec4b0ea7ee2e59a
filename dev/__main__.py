"""`python3 -m dev COMMAND`: set up what the command needs, then run it in the locked environment.

Commands: demo, test, bench, chaos, lint, i18n, screenshots, stop, clean.
"""

import importlib
import os
import sys

from . import preflight
from .say import Failure

COMMANDS = {
    "demo": True,
    "test": True,
    "bench": True,
    "chaos": True,
    "lint": False,
    "i18n": True,
    "screenshots": True,
    "stop": None,
    "clean": None,
}
"""True: needs Odoo and the environment; False: the environment alone; None: nothing."""

INSIDE = "CHORUS_VISIOBAT_INSIDE"
"""Set in the second process, the one that runs in the locked environment."""


def main(arguments: list[str]) -> int:
    if len(arguments) != 1 or arguments[0] not in COMMANDS:
        print(__doc__, file=sys.stderr)
        return 2
    command = arguments[0]
    try:
        if COMMANDS[command] is None or os.environ.pop(INSIDE, None):
            return importlib.import_module(f"dev.{command}").main()
        if other := preflight.supported_python():
            os.execv(other, [other, "-m", "dev", command])
        return _set_up(command)
    except Failure as failure:
        print(f"\nError: {failure}", file=sys.stderr)
    except KeyboardInterrupt:
        print("\nInterrupted.", file=sys.stderr)
    return 1


def _set_up(command: str) -> int:
    """Get what is needed with this bare Python, then start over inside the locked environment."""
    from . import machine, odoo, paths, venv

    for folder in (paths.ROOT, paths.CACHE):
        preflight.check_folder(folder)
    if COMMANDS[command]:
        machine.check()
    if not venv.is_ready():
        preflight.check_disk(paths.CACHE)
    if command in ("demo", "screenshots"):
        importlib.import_module("dev.server").check_ports()
    environment = {**os.environ, INSIDE: "1"}
    python = venv.ensure()
    if COMMANDS[command]:
        environment["ODOO_HOME"] = str(odoo.locate())
    sys.stdout.flush()
    os.execve(python, [str(python), "-m", "dev", command], environment)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
