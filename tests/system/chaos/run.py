"""One run, from the first paper to the count."""

import random
import time

from chaos import papers
from chaos.persons import Persons
from chaos.returns import RETURNS, Actors
from chaos.strikes import Strikes
from chaos.verdict import STAGES, Journal, State, judge
from chaos.world import World

SETTINGS = {
    "MIN_INTERVAL": 0, "TIMEOUT": 10, "QUIET_PERIOD": 20, "FLOW_QUIET_PERIOD": 30, "MAX_FLOW_BYTES": 20_000,
}  # fmt: skip
"""Server settings of a run. The quiet periods are short, but longer than the slowest answer and integration here; the
flows are small, so that many leave."""

POLL_EVERY = 10
TELL_EVERY = 15
LIES = 0.04
"""Lies of Chorus Pro, for one operation."""

STRUCK = 0.9
"""Part of the operations after which every blow was dealt."""

STUCK = 300
"""Seconds without any progress after which a run is given up."""


class Run:
    """One crash test.

    :param work: folder for logs, files and the store of Chorus Pro
    :param operations: remote effects to make, at least
    :param kills: ``kill -9`` of a worker or of a server
    :param seed: what every draw comes from
    :param say: receives a sentence now and then
    """

    def __init__(self, work, operations, kills, seed, *, firms=4, servers=2, workers=2, crash_postgres=None, say=print):
        self.wanted, self.kills, self.seed, self.say = operations, kills, seed, say
        self.companies = papers.firms(firms)
        self.folder = work / "files"
        self.folder.mkdir(parents=True)
        self.world = World(work, servers, workers, crash_postgres, **SETTINGS)
        self.seconds = 0.0

    def play(self):
        """Play it to its end.

        :return: chaos.verdict.Verdict
        :raises AssertionError: nothing moves any more
        """
        self.deposits = papers.draw(self.wanted, self.companies, random.Random(f"papers {self.seed}"), self.folder)
        self.operations = sum(deposit.operations for deposit in self.deposits)
        self.acts = sum(bool(paper.answer) for deposit in self.deposits for paper in deposit.papers)
        self.say(f"seed {self.seed}: {self.operations} operations, {self.kills} kills; the papers are queued")
        with self.world as world:
            papers.queue(world, self.companies, self.deposits, self.folder, patience=120 + self.operations)
            state = State(world.state_file)
            self.journal, self.persons = Journal(state), Persons(world, state, self.folder)
            self.actors = Actors(world.control, state, self.deposits)
            self.strikes = Strikes(world, self.seed, self.kills)
            world.start_all()
            world.wait_for_servers()
            self._begin = self._moved = time.monotonic()
            self._seen = None
            self._last = dict.fromkeys(("poll", "tell"), 0.0)
            while not self._step():
                time.sleep(0.3)
            self.seconds = time.monotonic() - self._begin
            world.stop_servers()
            return self.count()

    def count(self):
        """:return: chaos.verdict.Verdict"""
        return judge(self.world, self.deposits, self.folder, self.journal)

    def _step(self):
        """One turn of the loop.

        :return: whether every paper is where it must be and every blow was dealt
        """
        self.world.revive()
        self.world.hurry()
        self.world.wake_lane("deposit")
        if self._due("poll", POLL_EVERY):
            self.world.wake_lane("poll")
            self.journal.read()
            self.actors.look()
            self.persons.look()
        progress = self._progress()
        if progress is None:
            return False
        done, open_papers = progress
        self._watch(progress)
        self._trouble(min(done / self.operations / STRUCK, 1.0))
        if self._due("tell", TELL_EVERY):
            self._tell(*progress)
        return not open_papers and self.strikes.is_over

    def _progress(self):
        """(operations made, papers and acts still under way), None while PostgreSQL is away."""
        rows = self.world.try_sql(
            "SELECT (SELECT count(*) FROM chorus_transmission WHERE verb = 'add_file' AND state = 'deposited')"
            " + (SELECT count(*) FROM chorus_document WHERE deposit_date IS NOT NULL),"
            " (SELECT count(*) FROM chorus_transmission WHERE verb IN %s AND state = 'deposited'),"
            # Whom a completed works paper is with, its history alone tells.
            " (SELECT count(*) FROM chorus_document document JOIN chorus_framework framework ON framework.id ="
            " framework_id WHERE stage NOT IN %s OR technical_number IS NULL"
            " OR is_works AND history_due AND status_code = 'COMPLETEE')",
            tuple(RETURNS),
            STAGES,
        )
        if not rows:
            return None
        [(done, acts, open_papers)] = rows
        return done + acts, open_papers + self.acts - acts

    def _trouble(self, share):
        """Strike and lie in step with the work, so that the blows fall from its beginning to its end."""
        while self.strikes.dealt < share * self.strikes.total and not self.strikes.is_over:
            self.strikes.strike()
        while share < 1 and self.strikes.lies < share * self.operations * LIES:
            self.strikes.lie()

    def _watch(self, progress):
        now = time.monotonic()
        if progress != self._seen:
            self._seen, self._moved = progress, now
        if now - self._moved > STUCK:
            self._tell(*progress)
            raise AssertionError(f"Nothing has moved for {STUCK} s: {self.stuck()}")

    def stuck(self):
        """What is left, for whoever reads why a run was given up."""
        return self.world.sql(
            "SELECT document.number, document.stage, transmission.id, transmission.verb, transmission.state,"
            " transmission.error_message FROM chorus_document document"
            " LEFT JOIN chorus_document_chorus_transmission_rel relation ON chorus_document_id = document.id"
            " LEFT JOIN chorus_transmission transmission ON transmission.id = relation.chorus_transmission_id"
            " WHERE document.stage NOT IN %s OR document.technical_number IS NULL LIMIT 10",
            STAGES,
        )

    def _due(self, what, every):
        now = time.monotonic()
        if now - self._last[what] < every:
            return False
        self._last[what] = now
        return True

    def _tell(self, done, open_papers):
        seconds = time.monotonic() - self._begin
        self.say(
            f"{seconds:5.0f} s  {done}/{self.operations} operations, {open_papers} papers and acts under way,"
            f" {self.strikes.killed} kills, {self.strikes.lies} lies"
        )
