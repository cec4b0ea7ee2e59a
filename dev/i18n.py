"""`make i18n`: bring the template and `fr.po` of each addon (folder `i18n`) in step with the code.

The addons are installed in a fresh database and their terms exported by Odoo. What `fr.po` already says is kept;
new terms arrive untranslated and are listed, and so are the terms that have gone, with their last translation.

A term that reads the same in French has an empty translation (as the OCA checks want it) and the
translator's comment `identical in French`: without it, an empty translation counts as a missing one.
"""

from datetime import datetime, timezone
from pathlib import Path
from typing import NamedTuple

from . import paths, say
from .postgres import Cluster
from .workbench import Workbench

ADDONS = {paths.ADDON: paths.ADDON.name, paths.BRIDGE: "sale"}
"""What is to be installed for each to be there: the bridge comes by itself with Sales."""

DATABASE = "chorus_i18n"
IDENTICAL = "identical in French"

HEADER = {
    "Project-Id-Version": "Odoo Server 19.0",
    "Report-Msgid-Bugs-To": "",
    "POT-Creation-Date": "",
    "MIME-Version": "1.0",
    "Content-Type": "text/plain; charset=UTF-8",
    "Content-Transfer-Encoding": "8bit",
}
FRENCH_HEADER = {"Language": "fr", "Plural-Forms": "nplurals=2; plural=n > 1;"}


class Change(NamedTuple):
    """What a refresh found: entries of the file after it, and those that it dropped."""

    untranslated: list
    gone: list


def main() -> int:
    was_running = Cluster().is_running()
    try:
        exported = _export(Workbench())
    finally:
        if not was_running:
            Cluster().stop()
    return max([_bring(addon, file) for addon, file in exported.items()])


def _bring(addon: Path, exported: Path) -> int:
    """Bring the catalogues of one addon in step with what was exported, and tell what changed."""
    import polib

    terms, folder = polib.pofile(str(exported)), addon / "i18n"
    files = {"template": folder / f"{addon.name}.pot", "french": folder / "fr.po"}
    known = {name: polib.pofile(str(file)) if file.exists() else polib.POFile() for name, file in files.items()}
    refresh(known["template"], terms, files["template"], HEADER)
    change = refresh(known["french"], terms, files["french"], HEADER | FRENCH_HEADER)
    for entry in change.gone:
        say.line(f"gone          {entry.msgid!r} ({entry.msgstr!r})")
    for entry in change.untranslated:
        say.line(f"untranslated  {entry.msgid!r}")
    counts = f"{len(change.untranslated)} untranslated, {len(change.gone)} gone"
    say.line(f"{addon.name}: {len(known['french'])} terms, {counts}.")
    return 1 if change.untranslated else 0


def _export(bench: Workbench) -> dict[Path, Path]:
    """Return the template that Odoo exports of each addon, from a database where it was just installed."""
    bench.postgres.copy_database(bench.template(), DATABASE)
    exported = {}
    try:
        conf = bench.configuration("i18n")
        database = ["-c", conf, "-d", DATABASE]
        for addon, module in ADDONS.items():
            exported[addon] = paths.STATE / f"{addon.name}.pot"
            bench.run_odoo(
                f"Installing {module} in a fresh database", paths.LOGS / "i18n-install.log",
                *database, "-i", module, "--stop-after-init", "--no-http",
            )  # fmt: skip
            bench.run_odoo(
                f"Exporting the terms of {addon.name}", paths.LOGS / "i18n-export.log",
                "i18n", "export", *database, addon.name, "-l", "pot", "-o", exported[addon],
            )  # fmt: skip
    finally:
        bench.postgres.drop_database(DATABASE)
    return exported


def refresh(known, exported, file: Path, header: dict[str, str]) -> Change:
    """Give `known` (a polib file) the terms of `exported`, and write it to `file` unless nothing changed.

    Translations, translators' comments and other header lines of `known` are kept.
    """
    before = str(known)
    known.merge(exported)
    gone = [entry for entry in known if entry.obsolete]
    for entry in gone:
        known.remove(entry)
    for entry in known:
        if entry.msgstr == entry.msgid:
            entry.msgstr = ""
    known.sort(key=lambda entry: entry.msgid)
    known.header = known.header or f"Translation of {file.parent.parent.name}."
    known.metadata = {**header, **known.metadata}
    known.wrapwidth = 78
    if str(known) != before:
        known.metadata["POT-Creation-Date"] = datetime.now(timezone.utc).strftime("%Y-%m-%d %H:%M+0000")
        file.parent.mkdir(exist_ok=True)
        file.write_text(str(known), encoding="utf-8")
    return Change([entry for entry in known if is_untranslated(entry)], gone)


def is_untranslated(entry) -> bool:
    """Whether a French entry still waits for its translation."""
    return entry.fuzzy or not (entry.msgstr or entry.tcomment == IDENTICAL)
