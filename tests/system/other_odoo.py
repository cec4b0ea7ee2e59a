"""A machine whose Odoo is not quite that of the other tests: another Python, other folders of addons."""

import os
import shlex
import subprocess
from pathlib import Path

from machine import Machine


class OtherOdoo(Machine):
    """:param addons: makes the folders of addons from those of the other tests, list of str → list of str
    :param python: another Python than theirs
    """

    def __init__(self, work, addons, python=None, **settings):
        super().__init__(work, **settings)
        self.python = python
        self.conf = work / "other.conf"
        known = Path(os.environ["CHORUS_TEST_CONF"]).read_text(encoding="utf-8")
        self.conf.write_text("\n".join(_changed(line, addons) for line in known.splitlines()), encoding="utf-8")

    def _odoo(self, *words):
        command = shlex.split(os.environ["CHORUS_TEST_ODOO"])
        if self.python:
            command = [self.python, *command[command.index("-m") :]]
        return [*command, *words, "-c", str(self.conf), "-d", self.database]

    def install(self, modules, patience=900):
        """Install modules, in `patience` seconds at most."""
        command = self._odoo("-i", modules, "--stop-after-init", "--no-http")
        options = {"capture_output": True, "text": True, "stdin": subprocess.DEVNULL, "timeout": patience}
        run = subprocess.run(command, env=self._environment(), check=False, **options)
        assert run.returncode == 0, run.stderr[-3000:]


def _changed(line, addons):
    name, equal, value = line.partition("=")
    if name.strip() != "addons_path":
        return line
    return name + equal + ",".join(addons([folder.strip() for folder in value.split(",")]))
