"""The error behaviours of chorus-pro-api.md §6.4, each provoked over real HTTP, and what the client makes of it."""

import pytest
import rows_answers  # registers its rows
import rows_flows
import rows_gateway
from world import ROWS, World

from chorus_api import ChorusError


@pytest.fixture
def world(simulator, client, connect, credentials):
    world = World(simulator, client, connect)
    world.client_login, world.client_id = credentials.login, credentials.client_id
    return world


def test_every_row_of_the_table_has_its_test(simulator):
    assert sorted(ROWS) == list(range(1, 57))
    modules = (rows_gateway, rows_answers, rows_flows)
    assert {row.__module__ for row in ROWS.values()} == {module.__name__ for module in modules}
    assert [row["number"] for row in simulator.control.behaviours()] == list(range(1, 57))


@pytest.mark.parametrize("number", sorted(ROWS), ids=lambda number: f"{number:02d} {ROWS[number].__name__}")
def test_behaviour(world, number):
    ROWS[number](world)


def test_whatever_is_armed_a_read_gives_an_answer_or_one_of_our_errors(world):
    """Each behaviour forced on a call where it does not belong: never a surprise."""
    for row in world.control.behaviours():
        if "fault" not in row:
            continue
        world.control.clear_faults()
        world.control.behave(row["number"], match=".*")
        try:
            world.client.list_services(26320002)
        except ChorusError as error:
            assert str(error), row
