"""Everything set up: Odoo, PostgreSQL, the libraries, and how to run Odoo on them."""

import ast
import functools
import os
import re
import sys
from pathlib import Path

from . import natives, odoo, paths, postgres, say

LANGUAGE = "fr_FR"

FILES_INSIDE = """
# A copy made by PostgreSQL has no file store: what is there already moves into the database.
parameters = env["ir.config_parameter"]
parameters.set_param("ir_attachment.location", "db")
env["ir.attachment"].force_storage()
parameters.search([("key", "=", "ir_attachment.location")]).unlink()
env.cr.commit()
"""


class Workbench:
    """The tools of one run. `home`: the folder that contains the package `odoo`; `server`: another PostgreSQL."""

    def __init__(self, server: postgres.Postgres | None = None):
        self.home = odoo.locate()
        self.postgres = server or postgres.ensure()
        self.python = sys.executable

    @functools.cached_property
    def env(self) -> dict[str, str]:
        """The environment variables of every program started here."""
        env = {name: value for name, value in os.environ.items() if name not in ("ODOO_HOME", "ODOO_RC")}
        if self.postgres.host:  # PG* variables would win over Odoo's configuration file
            env = {name: value for name, value in env.items() if not name.startswith("PG")}
        if tree := natives.libraries():
            env.update(natives.variables(tree))
        elif sys.platform == "darwin":
            env["DYLD_FALLBACK_LIBRARY_PATH"] = os.pathsep.join(natives.HOMEBREW)
        folders = [str(Path(sys.executable).parent), env.get("PATH", os.defpath), self.postgres.binaries]
        env["PATH"] = os.pathsep.join(filter(None, folders))
        env["PYTHONPATH"] = os.pathsep.join(map(str, [odoo.import_path(self.home), paths.SIMULATOR]))
        nobodys = paths.STATE / "odoo.rc"  # in the place of the settings of whoever runs this
        nobodys.write_text("[options]\n")
        env["ODOO_RC"] = str(nobodys)
        env.update(postgres.LOCALE)
        return env

    @property
    def addons_path(self) -> str:
        return ",".join(map(str, [*odoo.addons_path(self.home), paths.ROOT]))

    def configuration(self, name: str, **options: object) -> Path:
        """Write `.dev/NAME.conf` for Odoo with these options; return it."""
        server = self.postgres
        known = {"db_host": server.host, "db_port": server.port, "db_user": server.user} if server.host else {}
        options = {
            **known,
            "addons_path": self.addons_path,
            "data_dir": paths.STATE / "data",
            "http_interface": "127.0.0.1",
            **options,
        }
        file = paths.STATE / f"{name}.conf"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("[options]\n" + "".join(f"{key} = {value}\n" for key, value in options.items()))
        return file

    def odoo(self, *arguments: object) -> list[str]:
        """Return the command of Odoo with these arguments."""
        return [self.python, "-m", "odoo", *map(str, arguments)]

    def run_odoo(self, title: str, log: Path, *arguments: object, stdin: str | None = None) -> None:
        """Run Odoo until it ends, as one step. Raises Failure when it fails or logs a critical error."""
        say.run(title, self.odoo(*arguments), log, env=self.env, cwd=paths.STATE, stdin=stdin, describe=progress)

    def template(self, *, demo: bool = False) -> str:
        """Return a database to copy from: the dependencies of the addon installed, French loaded.

        Made anew whenever Odoo or the list of dependencies changes. `demo`: with their demo data.
        """
        depends = ",".join(manifest()["depends"])
        fingerprint = paths.digest(str(self.home), (self.home / "odoo/release.py").read_text(), depends)
        name = f"chorus_template_{'demo_' if demo else ''}{fingerprint}"
        if not self.postgres.has_database(name):
            making = f"{name}_making"
            self.postgres.drop_database(making)
            base = ["-c", self.configuration("template"), "-d", making, "--no-http"]
            install = ["-i", depends, f"--load-language={LANGUAGE}", "--stop-after-init", *["--with-demo"] * demo]
            title = "Preparing a database with the modules the addon depends on"
            self.run_odoo(title, paths.LOGS / "template.log", *base, *install)
            self.run_odoo(
                "Making it fit to be copied", paths.LOGS / "template-files.log", "shell", *base, stdin=FILES_INSIDE
            )
            self.postgres.rename_database(making, name)
        return name


def manifest() -> dict:
    return ast.literal_eval((paths.ADDON / "__manifest__.py").read_text(encoding="utf-8"))


def progress(text: str) -> str | None:
    """Return what a line of Odoo's log tells of its progress, if anything."""
    if loading := re.search(r"Loading module (\S+) \((\d+)/(\d+)\)", text):
        return "module {} ({} of {})".format(*loading.groups())
    if told := re.search(r" (?:INFO|WARNING|ERROR) \S+ odoo\.\S+: (.+)", text):
        return told[1]
    return None
