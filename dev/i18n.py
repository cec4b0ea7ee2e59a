"""`make i18n`: bring `i18n/chorus_visiobat.pot` and `i18n/fr.po` in step with the code.

The addon is installed in a fresh database and its terms exported by Odoo. What `fr.po` already says is kept;
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

FOLDER = paths.ADDON / "i18n"
TEMPLATE = FOLDER / f"{paths.ADDON.name}.pot"
FRENCH = FOLDER / "fr.po"
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
    import polib

    was_running = Cluster().is_running()
    try:
        exported = polib.pofile(str(_export(Workbench())))
    finally:
        if not was_running:
            Cluster().stop()
    template = polib.pofile(str(TEMPLATE)) if TEMPLATE.exists() else polib.POFile()
    french = polib.pofile(str(FRENCH)) if FRENCH.exists() else polib.POFile()
    refresh(template, exported, TEMPLATE, HEADER)
    change = refresh(french, exported, FRENCH, HEADER | FRENCH_HEADER)
    for entry in change.gone:
        say.line(f"gone          {entry.msgid!r} ({entry.msgstr!r})")
    for entry in change.untranslated:
        say.line(f"untranslated  {entry.msgid!r}")
    say.line(f"{len(french)} terms, {len(change.untranslated)} untranslated, {len(change.gone)} gone.")
    return 1 if change.untranslated else 0


def _export(bench: Workbench) -> Path:
    """Return the template that Odoo exports from a database where the addon was just installed."""
    bench.postgres.copy_database(bench.template(), DATABASE)
    try:
        conf = bench.configuration("i18n")
        database = ["-c", conf, "-d", DATABASE]
        name, target = paths.ADDON.name, paths.STATE / TEMPLATE.name
        bench.run_odoo(
            "Installing the addon in a fresh database", paths.LOGS / "i18n-install.log",
            *database, "-i", name, "--stop-after-init", "--no-http",
        )  # fmt: skip
        bench.run_odoo(
            "Exporting its terms", paths.LOGS / "i18n-export.log",
            "i18n", "export", *database, name, "-l", "pot", "-o", target,
        )  # fmt: skip
    finally:
        bench.postgres.drop_database(DATABASE)
    return target


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
    known.header = known.header or f"Translation of {paths.ADDON.name}."
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
