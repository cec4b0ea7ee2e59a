"""`make lint`: ruff, pylint-odoo and the OCA checks; the same as pre-commit does.

The tools run in the locked environment, with the settings of `pyproject.toml`, `.pylintrc` and
`.oca_hooks.cfg`.
"""

import subprocess
import sys
from pathlib import Path

from . import paths, say

BY_DESIGN = [
    "consider-merging-classes-inherited",  # a model may be in several files, one idea each
    "prefer-env-translation",  # the local name `_ = self.env._` is self.env._ too
]


def commands() -> dict[str, list[str]]:
    """Return what is run: title → command."""
    tools = Path(sys.executable).parent
    addons = [paths.ADDON, paths.BRIDGE, paths.JOBS_BRIDGE]
    translations = sorted(str(path.relative_to(paths.ROOT)) for addon in addons for path in addon.glob("i18n/*.po*"))
    names = [addon.name for addon in addons]
    wanted = {
        "ruff": [tools / "ruff", "check", "."],
        "pylint-odoo": [tools / "pylint", "--rcfile=.pylintrc", f"--disable={','.join(BY_DESIGN)}", *names],
        "OCA checks of the modules": [tools / "oca-checks-odoo-module", *(f"{name}/__manifest__.py" for name in names)],
    }
    if translations:
        wanted["OCA checks of the translations"] = [tools / "oca-checks-po", *translations]
    return {title: list(map(str, command)) for title, command in wanted.items()}


def main() -> int:
    failed = []
    for title, command in commands().items():
        say.line(f"━━ {title}")
        if subprocess.call(command, cwd=paths.ROOT, stdin=subprocess.DEVNULL):
            failed.append(title)
    say.line(f"\nNot clean: {', '.join(failed)}." if failed else "\nClean.")
    return 1 if failed else 0
