"""The crash test in short; the long one is ``make chaos`` (docs/chaos.md)."""

import contextlib
import sqlite3

from chaos.run import Run

SEED = 4


class Falsified(Run):
    """A run whose count is made twice: as it is, then with what the State holds falsified."""

    def count(self):
        self.honest = super().count()
        with contextlib.closing(sqlite3.connect(self.world.state_file)) as db, db:
            first, second = db.execute("SELECT id, number FROM payment_request ORDER BY id LIMIT 2").fetchall()
            db.execute("DELETE FROM payment_request WHERE id = ?", first[:1])
            columns = [row[1] for row in db.execute("PRAGMA table_info(payment_request)") if row[1] != "id"]
            names = ", ".join(columns)
            copy = f"INSERT INTO payment_request ({names}) SELECT {names} FROM payment_request WHERE id = ?"
            db.execute(copy, second[:1])
        self.removed, self.copied = first[1], second[1]
        return super().count()


def test_killed_cut_and_lied_to_nothing_is_lost_nor_sent_twice(tmp_path):
    run = Falsified(tmp_path, operations=100, kills=6, seed=SEED, firms=2)
    falsified, verdict = run.play(), run.honest
    assert (verdict.lost, verdict.duplicated) == ([], []), f"seed {SEED}"
    assert not verdict.sentences(), f"seed {SEED}: {verdict.sentences()}"
    assert run.strikes.killed == 6
    # The count itself: it sees a paper that is missing, and one that is there twice.
    assert [sentence.split(":")[0] for sentence in falsified.lost] == [run.removed]
    assert [sentence.split(":")[0] for sentence in falsified.duplicated] == [run.copied]
