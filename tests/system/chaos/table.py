"""The count, as a table fit for docs/chaos.md."""

import os
import platform
from datetime import date

import psutil

from chaos.strikes import BLOWS, LIES, OTHER_BLOWS


def table(run, verdict):
    """:return: str, Markdown"""
    rows = [
        ("operations", verdict.operations),
        ("papers", verdict.papers),
        ("papers sent back, answered by an act", verdict.acts),
        ("kills", run.strikes.killed),
        *((f"– {name}", run.strikes.counts[name]) for name in BLOWS),
        *((name, run.strikes.counts[name]) for name in OTHER_BLOWS),
        ("lies of Chorus Pro", run.strikes.lies),
        *((f"– {name}", run.strikes.counts[name]) for _weight, name, _fault in LIES),
        ("calls that reached Chorus Pro", sum(run.journal.calls.values())),
        ("answers lost, asked for again", verdict.lost_answers),
        ("sendings made again after the question", verdict.sent_again),
        ("files uploaded more than once (no effect)", verdict.files_again),
        ("accounts put back in service by a person", run.persons.resumed),
        ("papers about which a person decided", run.persons.decided),
        ("still needs_attention", len(verdict.needs_attention)),
        ("otherwise wrong", len(verdict.wrong)),
        ("**lost**", f"**{len(verdict.lost)}**"),
        ("**duplicated**", f"**{len(verdict.duplicated)}**"),
    ]
    memory = psutil.virtual_memory().total / 2**30
    machine = f"{os.cpu_count()} cores, {memory:.0f} GB, Python {platform.python_version()}"
    return "\n".join(
        [
            f"{date.today()}, {machine}, seed {run.seed}",
            f"{run.world.count} servers of {run.world.workers} cron processes, {len(run.companies)} technical accounts",
            f"{run.seconds:.0f} s, {verdict.operations / max(run.seconds, 1):.1f} operations a second",
            "",
            "| what | count |",
            "|---|---|",
            *(f"| {name} | {value} |" for name, value in rows),
        ]
    )
