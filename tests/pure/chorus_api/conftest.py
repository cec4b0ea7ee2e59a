"""A client that speaks to a scripted server, on a clock that only sleeping moves."""

import logging

import pytest
from scripted_server import serve, serve_dripping, serve_hanging_up, serve_unsigned_tls

from chorus_api import ChorusClient, Credentials, Endpoint, MemoryTokenStore, Pacer, Secret


class FakeTime:
    """A clock that only sleeping moves."""

    def __init__(self, now=1_800_000_000.0):
        self.now = now
        self.slept = []

    def __call__(self):
        return self.now

    def sleep(self, seconds):
        self.slept.append(seconds)
        self.now += seconds


@pytest.fixture
def server():
    with serve() as script:
        yield script


@pytest.fixture
def fake_time():
    return FakeTime()


@pytest.fixture
def credentials():
    return Credentials(
        login="TECH_000000000181259@cpp2017.fr",
        password=Secret("Chantier-2026!val"),
        client_id="0d6a3c1e-7f42-4e0b-9a35-5c2f1b7e8d90",
        client_secret=Secret("b91f4a77-2c58-4d13-8e6a-91d07c3fe4ab"),
    )


@pytest.fixture
def make_client(server, credentials, fake_time):
    """Builds clients of the scripted server; no real pause, everything closed at the end."""
    made = []

    def build(**options):
        options.setdefault("pacer", Pacer(0))
        store = options.pop("token_store", None) or MemoryTokenStore()
        endpoint = Endpoint(options.pop("url", server.url) + "/cpro", server.url + "/api/oauth/token")
        who = options.pop("credentials", credentials)
        client = ChorusClient(endpoint, who, store, clock=fake_time, sleep=fake_time.sleep, **options)
        made.append(client)
        return client

    yield build
    for client in made:
        client.close()


@pytest.fixture
def client(make_client):
    return make_client()


@pytest.fixture
def debug_records(caplog):
    """Every log record of every library, at the finest level."""
    caplog.set_level(logging.DEBUG)
    for name in ("chorus_api", "urllib3", "urllib3.connectionpool", "requests"):
        caplog.set_level(logging.DEBUG, logger=name)
    return caplog


@pytest.fixture
def dripping_server():
    with serve_dripping() as url:
        yield url


@pytest.fixture
def hanging_up_server():
    with serve_hanging_up() as url:
        yield url


@pytest.fixture
def unsigned_tls_server(tmp_path):
    with serve_unsigned_tls(tmp_path) as url:
        yield url
