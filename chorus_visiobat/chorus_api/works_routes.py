"""Every path of *facturesTravaux*, in one place.

Only `rechercher` was seen in production under PISTE. The others are the paths of the services before PISTE
(`factures/travaux/X`), carried over as PISTE did for *factures* (chorus-pro-api.md §2.10). A correction of a path stops
here; one of a body, in `works.py`, `works_actions.py` or `works_submission.py`.
"""

from .gateway import Route

BASE = "/facturesTravaux/v1"

SEARCH = Route("search_works", f"{BASE}/rechercher", search=True)
TO_HANDLE = Route("search_works_to_handle", f"{BASE}/rechercher/atraiter", search=True)
READ = Route("read_works", f"{BASE}/consulter")
BILLING_FILE = Route("read_billing_file", f"{BASE}/consulter/dossierfacturation")

_RECEIPT = "idFactureTravaux"
SUBMIT = Route("submit_works", f"{BASE}/soumettre", effect=True, proof=_RECEIPT, settled_by="search_works")
COMPLETE = Route("complete_works", f"{BASE}/completer", effect=True, proof=_RECEIPT, settled_by="read_billing_file")
RECYCLE = Route("recycle_works", f"{BASE}/recycler", effect=True, proof=_RECEIPT, settled_by="read_billing_file")
REFUSE = Route("refuse_works", f"{BASE}/refuser", effect=True, settled_by="read_billing_file")
ASK_RECYCLING = Route(
    "ask_previous_recycling",
    f"{BASE}/demander/recyclage",
    effect=True,
    proof=_RECEIPT,
    settled_by="read_billing_file",
)
