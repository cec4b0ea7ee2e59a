"""The state survives restarts, and a killed process; two clients at once do no harm."""

import contextlib
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import requests
from conftest import BUILDER, CARPENTER, Client, works_body
from samples import factur_x

from chorus_simulator import Control, create_app, running_simulator

PACKAGE = Path(__file__).resolve().parents[1]


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def test_everything_is_found_again_after_a_restart(tmp_path):
    with running_simulator(tmp_path) as simulator:
        client = Client(simulator)
        document = client.submit_works()["idFactureTravaux"]
        simulator.control.act(document, "moe", "accept")
        flow = client.deposit_flow(factur_x())
        header = client.session.headers
    with running_simulator(tmp_path) as simulator:
        client = Client(simulator)
        assert [row["statutFactureTravaux"] for row in client.folder(document)] == ["ASSOCIEE", "A_ASSOCIER_MOA"]
        simulator.control.advance(4)
        assert client.report(flow)["etatCourantDepotFlux"] == "IN_INTEGRE"
        answer = requests.post(
            f"{simulator.api_url}/transverses/v1/recuperer/devises", json={}, headers=header, timeout=10
        )
        assert answer.status_code == 200  # the token too
        assert client.call("facturesTravaux/v1/soumettre", works_body(client))["codeRetour"] == 20065


def test_a_state_of_an_earlier_version_opens_with_its_papers(tmp_path):
    with running_simulator(tmp_path) as simulator:
        document = Client(simulator).submit_works()["idFactureTravaux"]
    with contextlib.closing(sqlite3.connect(tmp_path / "chorus-simulator.sqlite3")) as db:
        db.execute("DROP TABLE verdict")
        for table in ("structure", "service"):
            db.execute(f"ALTER TABLE {table} DROP COLUMN reports_payment")
        db.commit()
    with running_simulator(tmp_path) as simulator:
        simulator.control.behave(47)
        client = Client(simulator)
        flow = client.deposit_flow(factur_x())
        simulator.control.advance(10)
        assert client.report(flow)["etatCourantDepotFlux"] == "IN_INCIDENTE"
        assert [item["id"] for item in simulator.control.works()] == [document]


class Process:
    """A simulator in a process of its own, as ``make demo`` runs it."""

    def __init__(self, state, port):
        self.url = f"http://127.0.0.1:{port}"
        self.api_url, self.oauth_url = f"{self.url}/cpro", f"{self.url}/api/oauth/token"
        command = [sys.executable, "-m", "chorus_simulator", "--port", str(port), "--state", str(state)]
        environment = {**os.environ, "PYTHONPATH": str(PACKAGE)}
        self.process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
        self.control = Control(self.url)
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            try:
                self.control.flows()
                return
            except requests.ConnectionError:
                time.sleep(0.1)
        raise TimeoutError("the simulator did not start")

    def end(self, how):
        self.process.send_signal(how)
        return self.process.wait(timeout=20)


def test_what_was_answered_survives_a_kill(tmp_path):
    first = Process(tmp_path, free_port())
    document = Client(first).submit_works()["idFactureTravaux"]
    first.end(signal.SIGKILL)
    second = Process(tmp_path, free_port())
    try:
        assert [item["id"] for item in second.control.works()] == [document]
    finally:
        assert second.end(signal.SIGTERM) == 0


def test_a_busy_port_is_one_clear_sentence(tmp_path):
    with socket.socket() as busy:
        busy.bind(("127.0.0.1", 0))
        busy.listen()
        port = busy.getsockname()[1]
        command = [sys.executable, "-m", "chorus_simulator", "--port", str(port), "--state", str(tmp_path)]
        environment = {**os.environ, "PYTHONPATH": str(PACKAGE)}
        done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=30)
    assert done.returncode == 1 and str(port) in done.stderr and "Traceback" not in done.stderr


def test_the_same_number_sent_by_eight_threads_makes_one_document(client, simulator):
    body = works_body(client)
    clients = [Client(simulator) for _ in range(8)]
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda one: one.call("facturesTravaux/v1/soumettre", body), clients))
    assert sorted(answer["codeRetour"] for answer in answers) == [0] + [20065] * 7


@pytest.mark.parametrize("account", [BUILDER, CARPENTER])
def test_a_fresh_state_is_seeded(account):
    with running_simulator() as simulator:
        found = Client(simulator, account).call("transverses/v1/recuperer/structures/actives/fournisseur")
        assert len(found["listeStructures"]) == 1


def test_the_application_runs_without_a_server_of_ours(tmp_path):
    answer = create_app(tmp_path).test_client().post("/api/oauth/token", data={"grant_type": "x"})
    assert answer.get_json() == {"error": "unsupported_grant_type"}
