"""`python -m bench.papers STATE ACTION …`: thousands of invoices in the state of a simulator, at once.

deliver N FIRST   N invoices of Bâtisseurs du Val with the paymaster; their ids follow each other from FIRST
move STATUS       all of them take this status, a minute after the others
"""

import sys

from chorus_simulator import clock, payment_requests, store

SUPPLIER, RECIPIENT = "45260181800019", "26613186100012"


def main(state: str, action: str, *words: str) -> None:
    with store.Store(state).transaction() as db:
        {"deliver": deliver, "move": move}[action](db, *words)


def deliver(db, count: str, first: str) -> None:
    supplier, recipient = (_structure(db, siret) for siret in (SUPPLIER, RECIPIENT))
    now = clock.now(db)
    amounts = {"ht": "1000.00", "vat": "200.00", "ttc": "1200.00", "discount": "0", "due": "1200.00"}
    data = {"mode": "EDI_MIXTE", "type": "FACTURE", "invoice_date": "2026-11-30", "currency": "EUR", "amounts": amounts}
    for rank in range(int(count)):
        values = {
            "id": int(first) + rank,
            "works": 0,
            "number": f"B{rank:06}",
            "framework": "A1_FACTURE_FOURNISSEUR",
            "supplier_id": supplier,
            "recipient_id": recipient,
            **data,
            "main_files": [],
            "attachments": [],
        }
        payment_requests.create(db, values, ["MISE_A_DISPOSITION"], now, payment_requests.PLATFORM)


def move(db, status: str) -> None:
    later = "UPDATE payment_request SET status = ?, status_date = status_date + 60"
    db.execute(later, (status,))
    db.execute(
        "INSERT INTO history (request_id, status, date, first_name, last_name)"
        " SELECT id, status, status_date, ?, ? FROM payment_request",
        payment_requests.PLATFORM,
    )


def _structure(db, siret):
    return store.one(db, "SELECT id FROM structure WHERE identifier = ?", siret)["id"]


if __name__ == "__main__":
    main(*sys.argv[1:])
