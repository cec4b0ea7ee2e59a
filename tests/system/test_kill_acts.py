"""Every act on a paper that Chorus Pro holds, struck at every instant: it takes place once, and is told so here."""

import contextlib
import signal
import time

import pytest
from acts_site import CASES, ActsSite
from machine import Machine, until

ONCE = dict.fromkeys(CASES, 1)
NEVER = dict.fromkeys(CASES, 0)


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    settings = {"MIN_INTERVAL": 0, "QUIET_PERIOD": 5, "TIMEOUT": 40}
    with Machine(tmp_path_factory.mktemp("acts"), **settings) as machine:
        found = ActsSite(machine, len(INSTANTS))
        # No reading holds an account while Chorus Pro stands still: its act would not be claimed.
        deposits = "SELECT id FROM ir_act_server WHERE code LIKE '%%_cron_deposit%%'"
        machine.sql(f"UPDATE ir_cron SET active = false WHERE ir_actions_server_id NOT IN ({deposits})")
        yield found


@contextlib.contextmanager
def serving(site):
    """A server with a lane for each account, ended at the end."""
    server = site.machine.start_server("--no-http", f"--max-cron-threads={len(CASES)}")
    try:
        yield server
    finally:
        site.machine.kill(server)


def arm(site, kind):
    """One fault for the next call of each act."""
    for case in CASES.values():
        site.machine.control.fault(kind, case.path)


def all_sending(site, turn):
    def sending():
        return {state for state, _attempts in site.states(turn).values()} == {"sending"}

    site.machine.wake_until(sending, f"every act is claimed: {site.states(turn)}", lanes=["deposit"])


def killed_before_the_call(site, turn):
    # Between the claim and the call, the token is asked for: it is long to come.
    site.machine.control.fault("delay", "/api/oauth/token", delay=30)
    site.machine.sql("UPDATE chorus_piste_application SET token_ciphertext = NULL, token_expiry = NULL")
    with serving(site):
        all_sending(site, turn)
    assert site.effects(turn) == NEVER, "The instant was missed"


@contextlib.contextmanager
def stopped(simulator):
    """Chorus Pro takes calls in, and serves them at the end."""
    simulator.send_signal(signal.SIGSTOP)
    try:
        yield
    finally:
        simulator.send_signal(signal.SIGCONT)


def killed_during_the_call(site, turn):
    with stopped(site.machine.simulator), serving(site):
        all_sending(site, turn)
        time.sleep(1)
        assert site.effects(turn) == NEVER
    until(lambda: site.effects(turn) == ONCE, "Chorus Pro did what was asked")


def killed_after_the_answer(site, turn):
    with contextlib.closing(site.machine.connect()) as blocker, serving(site):
        with stopped(site.machine.simulator):
            all_sending(site, turn)
            # The answers arrive, and cannot be written.
            blocker.cursor().execute("SELECT id FROM chorus_transmission FOR UPDATE")
        until(lambda: site.effects(turn) == ONCE, "Chorus Pro did what was asked")
        time.sleep(1)
    assert {state for state, _attempts in site.states(turn).values()} == {"sending"}


def answer_lost(site, turn):
    arm(site, "drop_after")


def call_lost(site, turn):
    arm(site, "drop_before")


INSTANTS = {
    # what strikes, and how many times each act leaves then
    call_lost: 2,  # first: the files of all the rounds go up meanwhile
    killed_before_the_call: 2,
    killed_during_the_call: 1,
    killed_after_the_answer: 1,
    answer_lost: 1,
}


@pytest.mark.parametrize("strike", INSTANTS)
def test_each_act_takes_place_once(site, strike):
    turn = list(INSTANTS).index(strike)
    # Measured delays of the round before would lengthen the quiet period of this one.
    site.machine.sql("UPDATE chorus_account SET integration_delays = NULL")
    site.release(turn)
    strike(site, turn)
    with serving(site):

        def settled():
            return {state for state, _attempts in site.states(turn).values()} == {"deposited"}

        with contextlib.suppress(AssertionError):
            site.machine.wake_until(settled, "every act is settled", lanes=["deposit"])
    site.machine.control.clear_faults()
    assert site.states(turn) == dict.fromkeys(CASES, ("deposited", INSTANTS[strike]))
    assert site.effects(turn) == ONCE
