"""The crash test in short; the long one is ``make chaos`` (docs/chaos.md)."""

import contextlib
import sqlite3

from chaos.returns import OURS, RETURNS
from chaos.run import Run

SEED = 4


class Falsified(Run):
    """A run whose count is made twice: as it is, then with what the State holds falsified."""

    def count(self):
        self.honest = super().count()
        with contextlib.closing(sqlite3.connect(self.world.state_file)) as db, db:
            self._falsify_papers(db)
            self._falsify_acts(db)
        return super().count()

    def _falsify_papers(self, db):
        removed, copied = self._numbers(lambda paper: not paper.answer)[:2]
        db.execute("DELETE FROM payment_request WHERE number = ?", [removed])
        columns = [row[1] for row in db.execute("PRAGMA table_info(payment_request)") if row[1] != "id"]
        names = ", ".join(columns)
        copy = f"INSERT INTO payment_request ({names}) SELECT {names} FROM payment_request WHERE number = ?"
        db.execute(copy, [copied])
        self.removed, self.copied = [removed], [copied]

    def _falsify_acts(self, db):
        undone, twice = self._numbers(lambda paper: paper.answer and not RETURNS[paper.answer].mark)[:2]
        last = """id = (SELECT max(history.id) FROM history JOIN payment_request request ON request.id = request_id
            WHERE first_name = ? AND number = ?)"""
        db.execute(f"DELETE FROM history WHERE {last}", [OURS, undone])
        names = "request_id, status, date, first_name"
        db.execute(f"INSERT INTO history ({names}) SELECT {names} FROM history WHERE {last}", [OURS, twice])
        self.removed.append(undone)
        self.copied.append(twice)

    def _numbers(self, wanted):
        return [paper.number for deposit in self.deposits for paper in deposit.papers if wanted(paper)]


def test_killed_cut_and_lied_to_nothing_is_lost_nor_sent_twice(tmp_path):
    run = Falsified(tmp_path, operations=100, kills=6, seed=SEED, firms=2)
    falsified, verdict = run.play(), run.honest
    assert (verdict.lost, verdict.duplicated) == ([], []), f"seed {SEED}"
    assert not verdict.sentences(), f"seed {SEED}: {verdict.sentences()}"
    assert run.strikes.killed == 6
    assert verdict.acts == run.acts > 5
    # The count itself: it sees a paper that is missing, and one that is there twice; an act that is missing, and one
    # done twice.
    assert sorted(sentence.split(":")[0] for sentence in falsified.lost) == sorted(run.removed)
    assert sorted(sentence.split(":")[0] for sentence in falsified.duplicated) == sorted(run.copied)
