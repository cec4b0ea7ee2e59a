"""A machine that is not a Debian: what it must bring itself, said all at once before anything long begins.

macOS with Homebrew, Fedora and the like have no package of Odoo 19 to unpack: their user gives a source tree.
PostgreSQL comes with the locked environment when the machine has none, and a browser is needed by some tests only.
"""

import os
import shutil
import sys

from . import debian, natives, odoo, say

TREE = "git clone --depth 1 --branch 19.0 https://github.com/odoo/odoo.git ../odoo-19"

INSTALLERS = {
    "brew": "brew install pango",
    "dnf": "sudo dnf install pango harfbuzz",
    "zypper": "sudo zypper install libpango-1_0-0 libharfbuzz-subset0",
    "pacman": "sudo pacman -S pango",
}
"""Command of the machine → how it installs what WeasyPrint needs."""


def check(which=shutil.which) -> None:
    """Raise Failure naming every piece that is missing, each with its cure. On Debian nothing is: it is fetched."""
    if debian.is_here():
        return
    missing = []
    if not os.environ.get("ODOO_HOME") and not odoo.importable():
        missing.append(f"• Odoo 19: fetch its sources ({TREE}), then name them: ODOO_HOME=../odoo-19 make demo")
    if libraries := natives.absent(natives.PANGO):
        cure = next((how for command, how in INSTALLERS.items() if which(command)), "install Pango and HarfBuzz")
        missing.append(f"• the libraries that print PDF files ({', '.join(libraries)}): {cure}")
    if missing:
        found = "\n".join(missing)
        raise say.Failure(f"This machine ({sys.platform}) has no apt-get, so it must bring itself:\n{found}\n")
