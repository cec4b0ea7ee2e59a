"""Which Debian archives are read, in both formats of apt, and what is said when there is none."""

import pytest

from dev import debian
from dev.debian import Source
from dev.say import Failure

KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg"

STANZAS = f"""\
Types: deb
# a comment within a stanza
URIs: http://mirror.example/debian
Suites: bookworm bookworm-updates
Components: main contrib
Signed-By: {KEYRING}

Types: deb deb-src
URIs: http://mirror.example/debian-security
Suites: bookworm-security
Components: main
Signed-By: {KEYRING}

Types: deb
Enabled: no
URIs: http://disabled.example/debian
Suites: bookworm
Components: main
"""

LINES = f"""\
# deb http://commented.example/debian bookworm main
deb [arch=amd64 signed-by={KEYRING}] http://mirror.example/debian bookworm main contrib # trailing
deb-src http://mirror.example/debian bookworm main
deb http://mirror.example/debian-security bookworm-security main
"""


@pytest.fixture(autouse=True)
def no_mirror_named(monkeypatch):
    monkeypatch.delenv("DEBIAN_MIRROR", raising=False)


@pytest.fixture
def etc(tmp_path):
    (tmp_path / "sources.list.d").mkdir()
    return tmp_path


def test_stanzas_give_one_source_per_address_and_suite():
    assert debian.parse_deb822(STANZAS) == [
        Source("http://mirror.example/debian", "bookworm", ("main", "contrib"), KEYRING),
        Source("http://mirror.example/debian", "bookworm-updates", ("main", "contrib"), KEYRING),
        Source("http://mirror.example/debian-security", "bookworm-security", ("main",), KEYRING),
    ]


def test_a_value_may_go_on_over_several_lines():
    text = "Types: deb\nURIs:\n http://a.example/debian\n http://b.example/debian\nSuites: sid\nComponents: main\n"
    assert [source.uri for source in debian.parse_deb822(text)] == ["http://a.example/debian", "http://b.example/debian"]


def test_an_inline_key_is_not_taken_for_a_file():
    text = "Types: deb\nURIs: http://a.example/debian\nSuites: sid\nComponents: main\n"
    text += "Signed-By:\n -----BEGIN PGP\n .\n abc\n"
    assert debian.parse_deb822(text)[0].signed_by == ""


def test_lines_give_their_options_and_components():
    assert debian.parse_list(LINES) == [
        Source("http://mirror.example/debian", "bookworm", ("main", "contrib"), KEYRING),
        Source("http://mirror.example/debian-security", "bookworm-security", ("main",)),
    ]


def test_the_machine_s_own_release_is_kept_and_nobody_else_s(etc):
    (etc / "sources.list").write_text(LINES)
    (etc / "sources.list.d" / "others.list").write_text(
        "deb https://packages.example.com/apt cloud-bookworm main\n"
        "deb [signed-by=/usr/share/keyrings/vendor.gpg] https://vendor.example/debian bookworm main\n"
        "deb https://vendor.example/linux bookworm main\n"
        "deb http://mirror.example/debian trixie main\n"
    )
    (etc / "sources.list.d" / "note.txt").write_text("deb http://ignored.example/debian bookworm main\n")
    found = debian.machine_sources(etc, "bookworm")
    assert [(source.uri, source.suite) for source in found] == [
        ("http://mirror.example/debian", "bookworm"),
        ("http://mirror.example/debian-security", "bookworm-security"),
    ]


def test_a_source_is_written_back_as_apt_reads_it():
    source = Source("http://mirror.example/debian", "sid", ("main",), KEYRING)
    assert source.line == f"deb [signed-by={KEYRING}] http://mirror.example/debian sid main"
    assert debian.parse_list(source.line) == [source]


def test_without_a_mirror_the_cure_is_named(etc):
    with pytest.raises(Failure, match=r"No Debian mirror .* Set DEBIAN_MIRROR=.* or set ODOO_HOME"):
        debian.machine_sources(etc, "bookworm")


def test_a_mirror_may_be_named(etc, monkeypatch):
    monkeypatch.setenv("DEBIAN_MIRROR", "http://named.example/debian")
    assert {source.uri for source in debian.machine_sources(etc, "bookworm")} == {"http://named.example/debian"}


def test_a_machine_without_apt_is_told_what_to_do(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(Failure, match="no apt-get.* Set ODOO_HOME"):
        debian.Apt(tmp_path / "apt", [])
