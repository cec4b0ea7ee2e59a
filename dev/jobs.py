"""OCA's `queue_job`, unpacked beside the environment for the tests of the bridge; nothing else here uses it."""

import os
import shutil
from pathlib import Path

from . import paths, say, venv

LOCK = paths.ROOT / "dev" / "queue_job.txt"


def ensure() -> Path:
    """Return the folder of its Python packages, where `odoo/addons` is to be added to the addons path."""
    folder = paths.CACHE / f"queue-job-{paths.digest(LOCK.read_text())}"
    if not folder.exists():
        making = folder.with_suffix(".making")
        shutil.rmtree(making, ignore_errors=True)
        say.run(
            "Getting queue_job",
            [venv.python(), venv.pip(), "install", "--no-deps", "--require-hashes", "--target", making, "-r", LOCK],
            paths.LOGS / "queue-job.log",
            env={**os.environ, "PIP_DISABLE_PIP_VERSION_CHECK": "1"},
            cure="Is the network up, and the Python package index reachable (pip config list)?",
        )
        making.rename(folder)
    return folder
