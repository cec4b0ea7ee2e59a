"""`make clean`: stop everything, then remove databases, logs and downloads of this checkout."""

import shutil

from . import chaos, paths, say
from .postgres import Cluster
from .stop import stop_all


def main() -> int:
    say.line(stop_all())
    Cluster().remove()
    chaos.cluster().remove()
    shutil.rmtree(paths.STATE, ignore_errors=True)
    say.line(f"Removed {paths.STATE}.")
    return 0
