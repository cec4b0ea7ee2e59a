"""The locked virtual environment: what `dev/requirements.txt` lists, each file checked by its hash."""

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

from . import debian, paths, say

LOCK = paths.ROOT / "dev" / "requirements.txt"


def folder() -> Path:
    """Return where the environment of this lock file, for this Python, is or will be."""
    version = f"{sys.version_info[0]}.{sys.version_info[1]}"
    return paths.CACHE / f"venv-{paths.digest(LOCK.read_text(), version)}"


def python() -> Path:
    return folder() / "bin" / "python"


def is_ready() -> bool:
    return (folder() / "complete").exists()


def ensure() -> Path:
    """Make the environment unless it is there; return its Python."""
    if not is_ready():
        with say.step("Creating the virtual environment"):
            subprocess.run([sys.executable, "-m", "venv", "--clear", "--without-pip", folder()], check=True)
        say.run(
            "Installing the locked Python packages",
            [python(), pip(), "install", "--require-hashes", "--no-input", "-r", LOCK],
            paths.LOGS / "pip.log",
            env={**os.environ, "PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_NO_WARN_SCRIPT_LOCATION": "1"},
            cure="Is the network up, and the Python package index reachable (pip config list)?",
            describe=_progress,
        )
        (folder() / "complete").touch()
    return python()


def pip() -> Path:
    """Return a pip that any Python can run: the one inside a wheel.

    A bare Debian has neither pip nor ensurepip: then its own package of the pip wheel is fetched.
    """
    if importlib.util.find_spec("ensurepip"):
        import ensurepip

        bundled = sorted(Path(ensurepip.__file__).parent.glob("_bundled/pip-*.whl"))
        bundled += sorted(Path("/usr/share/python-wheels").glob("pip-*.whl"))
        if bundled:
            return bundled[-1] / "pip"
    tree = debian.tree("pip", ["python3-pip-whl"], dependencies=False)
    return next(tree.glob("usr/share/python-wheels/pip-*.whl")) / "pip"


def _progress(text: str) -> str | None:
    """Return what a line of pip's output tells of its progress, if anything."""
    if text.startswith("Installing collected packages"):
        return f"unpacking {text.count(',') + 1} packages"
    return text.strip() if text.startswith(("Collecting", "  Downloading", "  Using cached")) else None
