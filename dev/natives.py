"""What no Python package brings: Pango for WeasyPrint, a Chromium, and a library for the program that drives it.

Found on the machine, else unpacked from Debian beside it, with the environment variables that make the
programs find what was unpacked. Nothing is installed.
"""

import ctypes
import os
import shlex
import shutil
import sys
from collections.abc import Iterable
from pathlib import Path

from . import debian, paths, say

PANGO = {
    "pango-1.0": "libpango-1.0-0",
    "pangoft2-1.0": "libpangoft2-1.0-0",
    "harfbuzz-subset": "libharfbuzz-subset0",
}
"""What WeasyPrint loads → Debian's packages of them."""

DRIVER = {"atomic": "libatomic1"}
"""What Playwright's driver loads, in the tests with a browser."""

HOMEBREW = ("/opt/homebrew/lib", "/usr/local/lib")
"""Where Homebrew puts libraries on macOS, which no loader looks into by itself."""

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")

FONTS = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd">
<fontconfig>
  <include ignore_missing="yes">/etc/fonts/fonts.conf</include>
  {folders}
  <cachedir>{cache}</cachedir>
  <alias><family>sans-serif</family><prefer><family>DejaVu Sans</family></prefer></alias>
  <alias><family>serif</family><prefer><family>DejaVu Serif</family></prefer></alias>
  <alias><family>monospace</family><prefer><family>DejaVu Sans Mono</family></prefer></alias>
</fontconfig>
"""


def libraries() -> Path | None:
    """Return the tree these libraries were unpacked into, or None when the machine has them all.

    Elsewhere than on Debian the machine has them: `machine.check` has seen to it.
    """
    if not debian.is_here() or not absent({**PANGO, **DRIVER}):
        return None
    return debian.tree("libraries", [*PANGO.values(), *DRIVER.values(), "fonts-dejavu-core"])


def absent(wanted: Iterable[str]) -> list[str]:
    """Return which of these libraries no program of this machine would find."""
    return [name for name in wanted if not _loads(name)]


def _loads(name: str) -> bool:
    if sys.platform == "darwin":
        names = [str(Path(folder) / f"lib{name}.dylib") for folder in HOMEBREW]
    else:
        names = [f"lib{name}.so.0", f"lib{name}.so.1"]
    for found in names:
        try:
            ctypes.CDLL(found)
        except OSError:
            continue
        return True
    return False


def chromium() -> Path:
    """Return a Chromium: the one `CHROMIUM` names, the machine's, else Debian's, unpacked."""
    named = os.environ.get("CHROMIUM")
    for found in map(shutil.which, (named,) if named else BROWSERS):
        if found:
            return Path(found)
    if not debian.is_here():
        raise say.Failure("No Chromium was found", "Install one, or name it: CHROMIUM=/path/to/chromium make …")
    tree = debian.tree("chromium", ["chromium", "fonts-dejavu-core"])
    launcher = paths.CACHE / "bin" / "chromium"
    launcher.parent.mkdir(parents=True, exist_ok=True)
    settings = "".join(f"export {name}={shlex.quote(value)}\n" for name, value in variables(tree).items())
    launcher.write_text(f'#!/bin/sh\n{settings}exec {shlex.quote(str(tree))}/usr/lib/chromium/chromium "$@"\n')
    launcher.chmod(0o755)
    return launcher


def variables(tree: Path) -> dict[str, str]:
    """Return the environment in which programs find the libraries and fonts of `tree`."""
    libraries = {path.parent for path in tree.rglob("lib*.so*") if "chromium" not in path.parent.name}
    fonts = tree / "fonts.conf"
    folders = "\n  ".join(f"<dir>{folder}</dir>" for folder in (tree / "usr/share/fonts", "/usr/share/fonts"))
    fonts.write_text(FONTS.format(folders=folders, cache=paths.CACHE / "fontconfig"))
    before = os.environ.get("LD_LIBRARY_PATH")
    return {
        "LD_LIBRARY_PATH": ":".join([*sorted(map(str, libraries)), *([before] if before else [])]),
        "FONTCONFIG_FILE": str(fonts),
    }
