"""Which records of Odoo's log fail a test run."""

from dev import odoolog, paths

HEAD = "2026-11-23 08:30:10,095 4242"
OURS = f"{HEAD} WARNING chorus_test odoo.addons.chorus_visiobat.models.chorus_account: Something odd"
THEIRS = f"{HEAD} WARNING chorus_test odoo.addons.base.models.ir_cron: Skipping database chorus_test"
CALM = f"{HEAD} INFO chorus_test odoo.modules.loading: Loading module chorus_visiobat (62/62)"


def test_our_warnings_count_and_other_people_s_do_not():
    assert odoolog.ours("\n".join([CALM, OURS, THEIRS])) == [OURS]


def test_an_error_counts_when_only_its_traceback_names_us():
    record = f'{HEAD} ERROR chorus_test odoo.sql_db: bad query\nERROR: relation "works_contract" does not exist'
    assert odoolog.ours(f"{record}\n{CALM}") == [record]


def test_a_checkout_that_bears_our_name_is_no_mention(monkeypatch, tmp_path):
    root = tmp_path / "chorus_visiobat"
    monkeypatch.setattr(paths, "ROOT", root)
    monkeypatch.setattr(paths, "STATE", root / ".dev")
    monkeypatch.setattr(paths, "CACHE", root / ".dev" / "cache")
    theirs = f"{HEAD} WARNING x py.warnings: {root}/.dev/cache/venv-1/lib/passlib/utils.py:854: DeprecationWarning"
    ours = f"{HEAD} WARNING x py.warnings: {root}/chorus_visiobat/models/res_partner.py:12: DeprecationWarning"
    assert odoolog.ours(f"{theirs}\n{ours}") == [ours]


def test_an_empty_log_is_clean():
    assert odoolog.ours("") == []
