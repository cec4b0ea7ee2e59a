"""A running simulator whose clock stands still, and clients of it over real HTTP."""

import sys
from pathlib import Path

import pytest

from chorus_api import ChorusClient, Credentials, Endpoint, MemoryTokenStore, Pacer, Secret

SIMULATOR = Path(__file__).parents[4] / "simulator"
sys.path.insert(0, str(SIMULATOR))
sys.path.append(str(SIMULATOR / "tests"))  # its sample invoices

from chorus_simulator import running_simulator  # noqa: E402

pytest.register_assert_rewrite("world", "rows_gateway", "rows_answers", "rows_flows")


@pytest.fixture(scope="session")
def running():
    with running_simulator() as simulator:
        yield simulator


@pytest.fixture
def simulator(running):
    running.control.reset()
    running.control.freeze()
    return running


@pytest.fixture
def connect(simulator, credentials):
    """Builds clients: ours, or that of another technical account, made first when its structure is named."""
    opened = []

    def build(password=None, *, login=None, siret=None, secret=None, **options):
        if siret:
            login, password = login or f"TECH_1_{siret}@cpro.fr", password or "Autre-2026!compte"
            simulator.control.add_account(login, password, siret)
        who = Credentials(
            login or credentials.login,
            Secret(password) if password else credentials.password,
            credentials.client_id,
            Secret(secret) if secret else credentials.client_secret,
        )
        endpoint = Endpoint.from_settings("qualification", simulator.api_url, simulator.oauth_url)
        options = {"pacer": Pacer(0), "sleep": lambda seconds: None, **options}
        client = ChorusClient(endpoint, who, MemoryTokenStore(), **options)
        opened.append(client)
        return client

    yield build
    for client in opened:
        client.close()


@pytest.fixture
def client(connect):
    return connect()


@pytest.fixture
def supplier(client):
    (structure,) = client.list_supplier_structures()
    return structure
