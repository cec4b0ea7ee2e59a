"""The rules of the fields of an invoice in a flow (chorus-pro-api.md §3.7), and the labels of their refusals (§3.8).

Labels 1 to 7 of §3.8 are quoted; the others are written in their manner. The table is ``data/labels.json``.
"""

import functools
import json
from datetime import date
from decimal import Decimal, InvalidOperation
from importlib.resources import files

from . import directory, payment_requests
from .frameworks import BY_CODE

LABEL_LENGTH = 200  # characters of all the labels of one invoice, joined, cut mid-word (§2.2)
MEANS = {"01", "1", "10", "20", "30", "31", "42", "48", "49", "58", "59", "97"}  # UNTDID 4461 codes allowed (S2.05)
TRANSFERS = {"30", "31", "42", "58"}


@functools.cache
def _data():
    return json.loads(files(__package__).joinpath("data/labels.json").read_text(encoding="utf-8"))


def label(invoice, problem, value=""):
    """The platform's sentence for a problem."""
    return _data()["labels"][problem].format(value=value, **_data()["paths"][invoice.syntax])


def joined(labels):
    """Several labels as one ``libelleErreurDP``."""
    return "|".join(labels)[:LABEL_LENGTH]


def check(db, invoice, structures):
    """Return the labels of everything wrong with an invoice deposited by an account with these ``structures`` (ids)."""
    labels = []

    def refuse(problem, value=""):
        labels.append(label(invoice, problem, value))

    _check_number(db, invoice, refuse)
    if invoice.framework not in BY_CODE:
        refuse("framework", invoice.framework)
    _check_parties(db, invoice, structures, refuse)
    for name, limit in (("commitment", 50), ("contract", 50)):
        if len(getattr(invoice, name)) > limit:
            refuse(f"{name}_too_long")
    _check_payment(invoice, refuse)
    _check_amounts(invoice, refuse)
    try:
        date.fromisoformat(invoice.date)
    except ValueError:
        refuse("date")
    return labels


def find_seller(db, invoice):
    """The structure of the seller: a full SIRET is needed, a SIREN finds nobody."""
    return directory.by_siret(db, invoice.sellers[0]) if invoice.sellers else None


def find_buyer(db, invoice):
    return directory.by_siret(db, invoice.buyers[0]) if invoice.buyers else None


def _check_number(db, invoice, refuse):
    if not invoice.number:
        return refuse("number_missing")
    if len(invoice.number) > 20:
        refuse("number_too_long")
    elif payment_requests.number_problem(invoice.number):
        refuse("number_charset")
    seller = find_seller(db, invoice)
    framework = BY_CODE.get(invoice.framework)
    if seller and framework and payment_requests.find_duplicate(db, seller["id"], invoice.number, framework.api_code):
        refuse("number_used", invoice.number)


def _check_parties(db, invoice, structures, refuse):
    seller, buyer = find_seller(db, invoice), find_buyer(db, invoice)
    if not seller:
        refuse("seller_unknown")
    elif seller["id"] not in structures:
        refuse("seller_foreign")
    if not buyer:
        refuse("buyer_unknown")
    elif not buyer["active"]:
        refuse("buyer_inactive")
    else:
        for problem in directory.addressing_problems(db, buyer, invoice.service_code, invoice.commitment):
            refuse(problem)


def _check_payment(invoice, refuse):
    if invoice.currency != "EUR":
        refuse("currency")
    if invoice.is_credit_note:  # a credit note bears no payment means
        return
    if not invoice.means:
        refuse("means_missing")
    for code in invoice.means:
        if code not in MEANS:
            refuse("means_unknown", code)
    if TRANSFERS.intersection(invoice.means) and not invoice.iban:
        refuse("iban_missing")


def _check_amounts(invoice, refuse):
    try:
        ht, vat, ttc, due = (Decimal(text or "0") for text in (invoice.ht, invoice.vat, invoice.ttc, invoice.due))
    except InvalidOperation:
        return refuse("totals")
    if ht + vat != ttc:
        refuse("totals")
    if invoice.framework == "A2" and due:
        refuse("not_paid")
