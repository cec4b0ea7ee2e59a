"""Thousands of papers and many callers at once: what a month end sends, and what a load test of a client does."""

import time
from concurrent.futures import ThreadPoolExecutor

from conftest import BUILDER_ID, Client
from test_invoices import invoice_body

from chorus_simulator import payment_requests

MANY = 10_000


def fill(simulator, count):
    """Invoices of the builder, straight into the state: what is measured is how they are searched."""
    values = {
        "works": 0, "framework": "A1_FACTURE_FOURNISSEUR", "supplier_id": BUILDER_ID, "recipient_id": 26320001,
        "type": "FACTURE", "invoice_date": "2026-11-30", "currency": "EUR", "mode": "EDI_MIXTE",
        "amounts": {"ht": "100.00", "vat": "20.00", "ttc": "120.00", "due": "120.00"},
        "main_files": [], "attachments": [],
    }  # fmt: skip
    with simulator.server.app.extensions["simulator.store"].transaction() as db:
        for rank in range(count):
            request = {**values, "number": f"N{rank:06d}", "contract_number": f"M{rank % 100:02d}"}
            payment_requests.create(db, request, ["MISE_A_DISPOSITION"], 1_800_000_000, ("Flux", "Chorus Pro"))


def seconds(work):
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def test_ten_thousand_rows_are_read_page_after_page_each_once(simulator, client):
    fill(simulator, MANY)

    def page(number):
        paging = {"pageResultatDemandee": number, "nbResultatsParPage": 1000}
        body = {"rechercheFactureParFournisseur": paging}
        return client.call("factures/v1/rechercher/fournisseur", body)

    pages = [page(number) for number in range(1, 11)]
    numbers = [row["numeroFacture"] for answer in pages for row in answer["listeFactures"]]
    assert sorted(numbers) == [f"N{rank:06d}" for rank in range(MANY)]
    assert {(answer["parametresRetour"]["total"], answer["parametresRetour"]["pages"]) for answer in pages} == {
        (MANY, 10)
    }
    assert simulator.control.totals()["invoices"] == MANY


def test_one_paper_is_found_as_fast_among_ten_thousand_as_among_ten(simulator, client):
    def look(number):
        body = {"numeroFacture": number, "idFournisseur": BUILDER_ID}
        (row,) = client.call("factures/v1/rechercher/fournisseur", body)["listeFactures"]
        assert row["numeroFacture"] == number

    fill(simulator, 10)
    few = min(seconds(lambda: look("N000005")) for _ in range(15))
    with simulator.server.app.extensions["simulator.store"].transaction() as db:
        db.execute("UPDATE payment_request SET number = 'X' || number")
    fill(simulator, MANY)
    many = min(seconds(lambda: look("N007777")) for _ in range(15))
    assert many < 3 * few


def test_a_criterion_that_no_index_serves_is_sorted_out_by_the_database(simulator, client):
    fill(simulator, 1000)
    answer = client.call("factures/v1/rechercher/fournisseur", {"numeroMarche": "M07"})
    assert (answer["parametresRetour"]["total"], len(answer["listeFactures"])) == (10, 10)
    assert {row["numeroMarche"] for row in answer["listeFactures"]} == {"M07"}


def test_of_many_callers_of_one_number_one_alone_is_served(simulator, client):
    bodies = [invoice_body(client, number="COURSE-1") for _ in range(8)]
    callers = [(Client(simulator), body) for body in bodies]
    with ThreadPoolExecutor(len(bodies)) as pool:
        answers = list(pool.map(lambda caller: caller[0].call("factures/v1/soumettre", caller[1]), callers))
    codes = sorted(answer["codeRetour"] for answer in answers)
    assert codes == [0] + [20065] * 7
    assert simulator.control.totals()["duplicates"] == 0


def test_many_callers_at_once_lose_nothing(simulator, client):
    body = invoice_body(client)
    clients = [Client(simulator) for _ in range(6)]

    def submit(rank):
        mine = {**body, "numeroFactureSaisi": f"P{rank}"}
        return clients[rank % 6].call("factures/v1/soumettre", mine)["identifiantFactureCPP"]

    with ThreadPoolExecutor(6) as pool:
        found = set(pool.map(submit, range(120)))
    assert len(found) == simulator.control.totals()["invoices"] == 120


def test_the_journal_keeps_the_sense_of_a_long_answer_not_its_thousand_rows(simulator, client):
    fill(simulator, 1000)
    client.call("factures/v1/rechercher/fournisseur", {"rechercheFactureParFournisseur": {"nbResultatsParPage": 1000}})
    (entry,) = simulator.control.requests("/cpro/factures/v1/rechercher/fournisseur")
    assert "<950 autres>" in entry["response"]
    assert len(entry["response"]) < 100_000
