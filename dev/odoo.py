"""Odoo 19: found on this machine, or fetched from Debian."""

import importlib.util
import os
import re
import shutil
from pathlib import Path

from . import debian, paths, say

SERIES = "19"

LINKED = [
    "fonts-dejavu-core", "fonts-inconsolata", "fonts-montserrat", "fonts-ocr-b",
    "fonts-roboto-unhinted", "libjs-jquery", "libjs-jquery-form", "libjs-underscore",
]  # fmt: skip
"""Packages that Debian's Odoo links to: its fonts and scripts are symbolic links into theirs."""

ICONS = "fonts-font-awesome"
"""Linked too, by the names of Font Awesome 4, which the newest suite has no more and stable releases have."""

DANGLING = {"Inconsolata.otf"}
"""Links nobody can resolve: a font of the point of sale, no longer shipped in that format."""


def locate() -> Path:
    """Return the folder that contains the package `odoo`, fetching it if need be.

    In order: `ODOO_HOME`, an importable `odoo`, what was fetched before, Debian's package odoo-19.
    Raises Failure when `ODOO_HOME` is not Odoo 19.
    """
    if home := os.environ.get("ODOO_HOME"):
        if series(Path(home)) != SERIES:
            raise say.Failure(
                f"ODOO_HOME={home} does not contain Odoo 19 (no odoo/release.py of that series)",
                "Set it to a source tree of Odoo 19 or to the folder its package `odoo` is in, or unset it.",
            )
        return Path(home).absolute()
    return importable() or _from_debian()


def series(home: Path) -> str | None:
    """Return the series of the Odoo in this folder: "19", or None when there is none."""
    release = home / "odoo" / "release.py"
    matched = re.search(r"^version_info = \((\d+)", release.read_text(), re.M) if release.is_file() else None
    return matched[1] if matched else None


def importable() -> Path | None:
    """Return the folder of an Odoo 19 that this Python already finds, or None."""
    spec = importlib.util.find_spec("odoo")
    for package in (spec.submodule_search_locations or []) if spec else []:
        if series(Path(package).parent) == SERIES:
            return Path(package).parent
    return None


def _from_debian() -> Path:
    tree = paths.CACHE / "odoo"
    home = tree / "usr/lib/python3/dist-packages"
    if not (tree / "complete").exists():
        shutil.rmtree(tree, ignore_errors=True)
        tree.mkdir(parents=True)
        debian.apt("sid").unpack("Odoo 19", ["odoo-19", *LINKED], tree)
        debian.apt().unpack("the icons of Odoo", [ICONS], tree)
        if left := dangling(tree):
            say.line(f"Note: this Debian lacks files Odoo links to, so some icons or fonts will be missing: {left}")
        (tree / "complete").touch()
    return home


def dangling(tree: Path) -> set[str]:
    """Return the names of the links of Odoo's code in `tree` that lead nowhere, less the known ones."""
    links = (path for path in (tree / "usr/lib/python3").rglob("*") if path.is_symlink())
    return {link.name for link in links if not link.exists()} - DANGLING


def import_path(home: Path) -> Path:
    """Return a folder with nothing but a link to the package `odoo`, to be put on PYTHONPATH.

    The folder of a system-wide Odoo holds other packages, which would hide the locked ones.
    """
    folder = paths.STATE / "import" / paths.digest(str(home))
    folder.mkdir(parents=True, exist_ok=True)
    link = folder / "odoo"
    if not link.is_symlink():
        link.symlink_to(home / "odoo")
    return folder


def addons_path(home: Path) -> list[Path]:
    """Return where Odoo's own addons are: one folder in a package, two in a source tree."""
    return [folder for folder in (home / "odoo/addons", home / "addons") if folder.is_dir()]
