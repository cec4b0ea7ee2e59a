"""The lock file: complete, checked by hashes, tied to no machine."""

import re

from dev import paths

LOCK = (paths.ROOT / "dev" / "requirements.txt").read_text()
WANTED = (paths.ROOT / "dev" / "requirements.in").read_text()


def requirements():
    """Return the locked requirements: lines joined, comments out."""
    joined = LOCK.replace("\\\n", " ")
    return [line for line in joined.splitlines() if line.strip() and not line.lstrip().startswith("#")]


def names(lines):
    found = (re.match(r"[A-Za-z0-9._-]+", line) for line in lines)
    return {re.sub(r"[-_.]+", "-", name[0]).lower() for name in found if name}


def test_every_requirement_has_one_version_and_a_hash():
    unpinned = [line for line in requirements() if not re.match(r"\S+==\S+ .*--hash=sha256:[0-9a-f]{64}", line)]
    assert requirements() and not unpinned


def test_no_address_of_any_index_is_written():
    assert not re.search(r"https?:|file:|@ |--(extra-)?index|--find-links|--trusted-host", LOCK)


def test_everything_wanted_is_locked():
    assert names(WANTED.splitlines()) <= names(requirements())


def test_what_the_addon_declares_is_locked():
    from dev.workbench import manifest

    assert names(manifest()["external_dependencies"]["python"]) <= names(requirements())
