"""Calls of one technical account never follow each other too fast, nor overlap."""

import threading

import pytest
from scripted_server import OK, Answer

from chorus_api import Pacer

FORMATS = "/cpro/transverses/v1/recuperer/formatflux"


def test_second_call_waits_for_the_rest_of_the_interval(fake_time):
    pacer = Pacer(1.0, clock=fake_time, sleep=fake_time.sleep)
    for spent in (0.3, 0.0, 5.0, 0.0):
        with pacer.turn():
            pass
        fake_time.now += spent
    assert fake_time.slept == pytest.approx([0.7, 1.0])


def test_long_call_does_not_shorten_the_pause_after_it(fake_time):
    pacer = Pacer(1.0, clock=fake_time, sleep=fake_time.sleep)
    with pacer.turn():
        fake_time.now += 30
    with pacer.turn():
        pass
    assert fake_time.slept == [1.0]


def test_failed_call_counts_too(fake_time):
    pacer = Pacer(1.0, clock=fake_time, sleep=fake_time.sleep)
    with pytest.raises(ValueError), pacer.turn():
        raise ValueError
    with pacer.turn():
        pass
    assert fake_time.slept == [1.0]


def test_call_of_another_process_counts_too(fake_time):
    pacer = Pacer(1.0, clock=fake_time, sleep=fake_time.sleep)
    pacer.follow()
    fake_time.now += 0.4
    with pacer.turn():
        pass
    assert fake_time.slept == pytest.approx([0.6])


def test_client_waits_a_second_between_calls_and_replays(server, make_client, fake_time):
    server.script(FORMATS, OK, Answer(401), OK)
    client = make_client(pacer=Pacer(1.0, clock=fake_time, sleep=fake_time.sleep))
    client.list_flow_formats()
    client.list_flow_formats()
    # before the second call; the 2 s that follow a 401 are pause enough before its replay
    assert fake_time.slept == [1.0, 2.0]


def test_calls_that_share_a_pacer_do_not_overlap():
    pacer, inside, most = Pacer(0), [], []

    def call():
        with pacer.turn():
            inside.append(1)
            most.append(len(inside))
            threading.Event().wait(0.005)
            inside.pop()

    threads = [threading.Thread(target=call) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert max(most) == 1
