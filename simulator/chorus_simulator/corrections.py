"""What a supplier does to its own requests after a return, invoices and works invoices alike
(chorus-pro-api.md §2.6, §3.3).
"""

from . import deposits, directory, payment_requests
from .endpoints import BusinessError
from .visibility import request_of

NOT_SUSPENDED = (20002, "GDP_MSG_11.033 - La demande de paiement n'est pas au statut « Suspendue ».")
FORBIDDEN_STATE = (
    20000,
    "GDP_MSG_11.001 - L'état courant de la demande de paiement ne permet pas cette opération. "
    "États permis : BROUILLON, ERREUR_FOURNISSEUR_SUR_VALIDEUR, A_RECYCLER.",
)


def own_request(call, request_id, works):
    """Return the request of one of the account's structures as supplier, else refuse as unknown."""
    return request_of(call, request_id, "supplier_id", works)


def account_author(call):
    return ("Compte technique", call.login)


def complete_request(call, request, allowed):
    """Add files to a request at one of the ``allowed`` statuses, and give it the status COMPLETEE."""
    if request["status"] not in allowed:
        raise BusinessError(*NOT_SUSPENDED)
    _, files = deposits.files(call, main_required=False)
    payment_requests.change(call.db, request, attachments=[*request["attachments"], *files])
    comment = call.body.get("commentaire")
    payment_requests.set_status(call.db, request, "COMPLETEE", call.now, account_author(call), comment)


def readdress(call, request, allowed):
    """Write a new recipient, service or commitment on a request at one of the ``allowed`` statuses."""
    if request["status"] not in allowed:
        raise BusinessError(*FORBIDDEN_STATE)
    commitment = call.section("reference").get("numeroBonCommande") or request.get("commitment_number")
    if not call.section("destinataire").get("codeDestinataire"):
        current = directory.structure(call.db, request["recipient_id"])
        call.body["destinataire"] = {**call.section("destinataire"), "codeDestinataire": current["identifier"]}
    service_code = call.section("destinataire").get("codeServiceExecutant", request.get("service_code"))
    call.body["destinataire"]["codeServiceExecutant"] = service_code
    recipient = deposits.recipient(call, commitment)
    contract = call.section("reference").get("numeroMarche") or request.get("contract_number")
    payment_requests.change(
        call.db,
        request,
        recipient_id=recipient["id"],
        service_code=service_code,
        commitment_number=commitment,
        contract_number=contract,
    )
