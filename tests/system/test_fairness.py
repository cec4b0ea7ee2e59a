"""A company that has hundreds of papers waiting does not delay another's single one, two servers on one database."""

from machine import Machine, until

from chaos import papers
from chaos.verdict import State

HUNDREDS = 150
LATER = "not_before = now() AT TIME ZONE 'UTC' + interval '10 h'"


def test_the_single_paper_of_a_company_passes_among_the_hundreds_of_another(tmp_path):
    folder = tmp_path / "files"
    folder.mkdir()
    busy, small = papers.firms(2)
    deposits = [_deposit(busy, f"T{rank:03}", folder) for rank in range(HUNDREDS)]
    deposits.append(_deposit(small, "SEULE", folder))
    of_small = "WHERE account_id = (SELECT id FROM chorus_account WHERE siret = %s)"
    with Machine(tmp_path, MIN_INTERVAL=0) as machine:
        papers.queue(machine, [busy, small], deposits, folder, patience=300, lanes=())
        machine.sql(f"UPDATE chorus_transmission SET {LATER} {of_small}", small.siret)
        machine.control.settings(latency=0.1)
        state = State(tmp_path / "simulator" / "chorus-simulator.sqlite3")
        for _server in range(2):
            machine.start_server()
        until(lambda: len(state.papers()) > 3, "the busy company is served")
        # Nobody wakes the crons now but the product.
        machine.sql(f"UPDATE chorus_transmission SET not_before = NULL {of_small}", small.siret)
        passed = len(state.papers())
        until(lambda: (small.siret, "SEULE") in state.papers(), "the single paper arrived")
        # Two calls of 0.1 s make a paper, and the turn of a company lasts 10 s.
        passed = len(state.papers()) - 1 - passed
        assert passed <= 60, f"{passed} papers passed before it"
        assert machine.sql("SELECT count(*) > 50 FROM chorus_document WHERE stage = 'queued'") == [(True,)]


def _deposit(firm, number, folder):
    (folder / f"{number}.pdf").write_bytes(b"%PDF-1.4 " + number.encode())
    return papers.Deposit(firm.siret, True, [papers.Paper(number, [f"{number}.pdf"])])
