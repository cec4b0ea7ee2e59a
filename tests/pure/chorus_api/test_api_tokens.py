"""One token for everybody: kept while it lives, renewed once, by one caller at a time."""

import threading

import pytest
from scripted_server import OK, Answer

from chorus_api import AuthRefused, MemoryTokenStore, Secret

FORMATS = "/cpro/transverses/v1/recuperer/formatflux"
TOKEN = "/api/oauth/token"


@pytest.fixture(autouse=True)
def formats(server):
    server.script(FORMATS, OK)


def used_tokens(server):
    return [one.headers["authorization"].removeprefix("Bearer ")[:8] for one in server.calls()]


def test_token_serves_until_four_minutes_before_its_end(server, client, fake_time):
    client.list_flow_formats()
    fake_time.now += 3600 - 240 - 1
    client.list_flow_formats()
    assert used_tokens(server) == ["token-01", "token-01"]
    fake_time.now += 1
    client.list_flow_formats()
    assert used_tokens(server)[-1] == "token-02"


def test_life_announced_by_piste_is_the_one_followed(server, client, fake_time):
    server.script(
        TOKEN, {"access_token": "short-lived", "expires_in": "600"}, {"access_token": "second", "expires_in": 600}
    )
    client.list_flow_formats()
    fake_time.now += 360
    client.list_flow_formats()
    assert used_tokens(server) == ["short-li", "second"]


def test_token_shorter_than_the_margin_still_serves_its_call(server, client):
    server.script(TOKEN, {"access_token": "very-short", "expires_in": 60})
    client.list_flow_formats()
    assert used_tokens(server) == ["very-sho"]


def test_clients_of_the_same_application_share_the_token(server, make_client):
    store = MemoryTokenStore()
    make_client(token_store=store).list_flow_formats()
    make_client(token_store=store).list_flow_formats()
    assert len(server.token_calls()) == 1


def test_twelve_callers_at_once_ask_for_one_token(server, make_client):
    store = MemoryTokenStore()
    clients = [make_client(token_store=store) for _ in range(12)]
    barrier = threading.Barrier(12)
    failures = []

    def call(client):
        try:
            barrier.wait()
            client.list_flow_formats()
        except Exception as error:  # a thread's failure must reach the test
            failures.append(error)

    threads = [threading.Thread(target=call, args=(client,)) for client in clients]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures
    assert (len(server.token_calls()), len(server.calls())) == (1, 12)


def test_token_refused_to_two_callers_is_renewed_once(server, make_client, fake_time):
    """The second, refused with the same old token, takes the first one's new token instead of asking again."""
    store = MemoryTokenStore()
    stale = Secret("stale-token"), fake_time.now + 3600
    store.save(*stale)
    first, second = make_client(token_store=store), make_client(token_store=store)
    server.script(FORMATS, Answer(401), OK)
    first.list_flow_formats()

    def before_the_renewal():
        del store.peek
        return stale

    store.peek = before_the_renewal
    server.script(FORMATS, Answer(401), OK)
    second.list_flow_formats()
    assert used_tokens(server) == ["stale-to", "token-01", "stale-to", "token-01"]
    assert len(server.token_calls()) == 1


def test_token_renewed_by_another_process_meanwhile_is_used(server, make_client, fake_time):
    class SharedStore(MemoryTokenStore):
        def exclusive(self):
            # While we waited for the row, another worker wrote its own token there.
            if self.token is None:
                self.save(Secret("from-another-worker"), fake_time.now + 3600)
            return super().exclusive()

    make_client(token_store=SharedStore()).list_flow_formats()
    assert used_tokens(server) == ["from-ano"]
    assert server.token_calls() == []


def test_failed_renewal_leaves_no_dead_token_behind(server, make_client, fake_time):
    store = MemoryTokenStore()
    store.save(Secret("expired-token"), fake_time.now)
    server.script(TOKEN, Answer(400, {"error": "invalid_client"}))
    with pytest.raises(AuthRefused):
        make_client(token_store=store).list_flow_formats()
    assert store.peek() == (None, None)
