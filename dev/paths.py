"""Where things are kept: the checkout, what is downloaded, what is running."""

import hashlib
import os
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ADDON = ROOT / "chorus_visiobat"
BRIDGE = ROOT / "chorus_visiobat_sale"
"""Installed by itself where Sales is too."""

JOBS_BRIDGE = ROOT / "chorus_visiobat_queue_job"
"""Installed by itself where OCA's queue_job is too."""

SIMULATOR = ROOT / "simulator"

STATE = ROOT / ".dev"
"""What belongs to this checkout: databases, logs, running servers."""

CACHE = Path(os.environ.get("CHORUS_VISIOBAT_DEV") or STATE / "cache").absolute()
"""What was downloaded. `CHORUS_VISIOBAT_DEV` names another folder, which several checkouts may share."""

LOGS = STATE / "log"


def digest(*parts: str) -> str:
    """Return a short stable name for these texts, fit for a folder name."""
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:12]


def digest_tree(folder: Path, ignored: tuple[str, ...] = ()) -> str:
    """Return a short fingerprint of the files under `folder`: their names and their bytes.

    `ignored`: names of folders that do not count, whatever their depth.
    """
    total = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        inside = path.relative_to(folder)
        if path.is_file() and "__pycache__" not in inside.parts and not set(ignored) & set(inside.parts):
            total.update(f"{inside}\0".encode())
            total.update(hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()[:12]
