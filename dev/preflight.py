"""What must hold before anything long begins: Python, folder, disk, ports."""

import os
import shutil
import socket
import sys
from pathlib import Path

from .say import Failure

OLDEST, NEWEST = (3, 10), (3, 13)
"""The Python versions Odoo 19 declares."""

DISK_NEEDED = 4 * 2**30
"""Bytes: environment, Odoo, browser and databases together; 3.5 GB when everything was fetched."""


def supported_python(version: tuple[int, int] = sys.version_info[:2], which=shutil.which) -> str | None:
    """Return the command of a Python fit for Odoo 19, or None when this one is.

    Raises Failure when this machine has none.
    """
    if OLDEST <= version <= NEWEST:
        return None
    for minor in range(NEWEST[1], OLDEST[1] - 1, -1):
        if found := which(f"python3.{minor}"):
            return found
    raise Failure(
        f"Odoo 19 runs on Python 3.10 to 3.13, and this is Python {version[0]}.{version[1]}",
        "Install one of those, or name it: make PYTHON=/path/to/python3.12 …",
    )


def check_folder(folder: Path) -> None:
    """Raise Failure when the name of this folder is one that Odoo's configuration cannot hold."""
    if "," in str(folder):
        raise Failure(
            f"The folder {folder} has a comma in its name, and Odoo separates folders by commas",
            "Move the checkout to a folder without one.",
        )


def check_disk(folder: Path, free=None) -> None:
    """Raise Failure when the disk of `folder` is too full for a first set-up."""
    while not folder.exists():
        folder = folder.parent
    left = shutil.disk_usage(folder).free if free is None else free
    if left < DISK_NEEDED:
        raise Failure(
            f"Only {left / 2**30:.1f} GB are free on the disk of {folder}, and {DISK_NEEDED // 2**30} GB are needed",
            "Free some space, or set CHORUS_VISIOBAT_DEV to a folder on a larger disk.",
        )


def port(variable: str, default: int) -> int:
    """Return the port that the environment variable asks for."""
    value = os.environ.get(variable) or str(default)
    if not value.isdecimal() or not 0 < int(value) < 65536:
        raise Failure(f"{variable}={value} is no port", f"Set {variable} to a number from 1 to 65535.")
    return int(value)


def check_port(number: int, variable: str, server: str) -> None:
    """Raise Failure when another program listens on this local port."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", number))
        except OSError as error:
            raise Failure(
                f"Port {number}, where {server} is to listen, is not available ({error.strerror})",
                f"Stop the program that uses it, or choose another one: make demo {variable}={number + 1000}",
            ) from None
