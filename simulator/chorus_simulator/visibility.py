"""Who may see a payment request: the parties named on it, and nobody else (chorus-pro-api.md §6.3)."""

from . import payment_requests
from .endpoints import BusinessError

UNKNOWN = (20000, "GDP_MSG_11.008 - La demande de paiement n'existe pas.")
PARTIES = ("supplier_id", "recipient_id", "moe_id", "moa_id", "validator_id", "validator2_id")


def request_of(call, request_id, column, works=None):
    """Return a request in which one of the account's structures holds the place ``column``, else refuse as unknown.

    :param works: True or False to take only works documents, or only ordinary invoices
    """
    request = payment_requests.get(call.db, int(request_id or 0))
    if not request or request[column] not in call.structures or works not in (None, bool(request["works"])):
        raise BusinessError(*UNKNOWN)
    return request


def any_party(call, request_id):
    """Return a request that names one of the account's structures, in whichever place, else refuse as unknown."""
    request = payment_requests.get(call.db, int(request_id or 0))
    if not request or not any(request[column] in call.structures for column in PARTIES):
        raise BusinessError(*UNKNOWN)
    return request


def own_structure(call, structure_id):
    """Return the id of a structure of the account.

    :raises BusinessError: it is none of them
    """
    structure_id = int(structure_id or 0)
    if structure_id not in call.structures:
        raise BusinessError(20001, "La structure n'existe pas ou n'est pas accessible à ce compte.")
    return structure_id


def of_structures(call, column, wanted=None):
    """SQL condition and parameters: the requests whose ``column`` is one of the account's structures.

    :param wanted: only this structure, when given
    """
    owned = sorted(call.structures if wanted is None else call.structures & {int(wanted)})
    marks = ", ".join("?" for _ in owned)
    return f"{column} IN ({marks})", owned
