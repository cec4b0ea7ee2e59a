"""The chain of works documents inside a *dossier de facturation* (chorus-pro-api.md §3.2, §3.3).

Each actor answers the document he received with his own: the one before becomes ASSOCIEE, the new one goes to the next
actor, and only the last reaches the paymaster. The statuses of each step are derived from their names (§3.3).
"""

from . import payment_requests
from .frameworks import BY_CODE

WAITING = {
    "moe": "A_ASSOCIER_MOE",
    "moa": "A_ASSOCIER_MOA",
    "supplier": "A_ASSOCIER_FOURNISSEUR",
    "validator": "A_VALIDER_1",
    "validator2": "A_VALIDER_2",
}
VALIDABLE = (WAITING["validator"], WAITING["validator2"])
REFUSED = ("REFUSEE_MOE", "REFUSEE_MOA", "REFUSEE_1", "REFUSEE_2", "REFUSEE_FOURNISSEUR", "ERREUR_MOE_SUR_MOA")
# Statuses at which a document may be answered by the next actor.
ANSWERABLE = {
    "moe": ("A_ASSOCIER_MOE", "MISE_A_DISPOSITION_MOE", "PRISE_EN_COMPTE_MOE", "COMPLETEE"),
    "moa": ("A_ASSOCIER_MOA", "MISE_A_DISPOSITION_MOA", "PRISE_EN_COMPTE_MOA", "COMPLETEE"),
    "supplier": ("A_ASSOCIER_FOURNISSEUR",),
}


def receiver(framework, has_moe):
    """The actor who receives a document of ``framework``: without an MOE, the MOA stands in for him."""
    if framework.goes_to == "moe" and not has_moe:
        return "moa"
    return framework.goes_to


def first_statuses(framework, has_moe):
    """The statuses that a new document goes through at once."""
    actor = receiver(framework, has_moe)
    return ["DEPOSEE", "MISE_A_DISPOSITION"] if actor == "payer" else [WAITING[actor]]


def after_validation(request, rank=1):
    """The status of a validated request of a subcontractor or joint contractor: on to the second validator, the MOE,
    the MOA, or the payer.

    :param int rank: of the validator who answered, 1 or 2
    """
    if rank == 1 and request["validator2_id"]:
        return WAITING["validator2"]
    if not request["works"]:
        return "DEPOSEE"
    return WAITING["moe" if request["moe_id"] else "moa"]


def can_answer(previous, framework):
    """Whether a document of ``framework`` may answer ``previous`` where it stands."""
    allowed = payment_requests.framework(previous).answers.get(framework.issuer, ())
    if framework.code not in allowed:
        return False
    if framework.code in ("A22", "A23"):  # the tacit procedure starts because nobody answered
        return previous["status"] not in ("ASSOCIEE", *REFUSED)
    if framework.code in ("A24", "A25"):  # an A22 goes to the MOA with a copy to the MOE, who may answer it too
        return previous["status"] in ANSWERABLE["moa"]
    if previous["status"] == "COMPLETEE" and previous.get("held_by") != framework.issuer:
        return False
    return previous["status"] in ANSWERABLE[framework.issuer]


def replaces_refused(previous, framework):
    """Whether a new document of the same framework takes the place of a refused one, in the same file."""
    return previous["status"] in REFUSED and previous["framework"] == framework.api_code


def deposit(db, values, now, author, comment=None):
    """Create a works document, linked to ``values["previous_id"]`` when given; return it.

    The piece before becomes ASSOCIEE, DUPLIQUE_APRES_REFUS when it had been refused, REMPLACEE_PAR_A22 in the
    tacit procedure.
    """
    framework = BY_CODE[values["framework"].split("_")[0]]
    previous = payment_requests.get(db, values["previous_id"]) if values.get("previous_id") else None
    values = {"works": 1, "type": framework.works_type, **values}
    if previous:
        values["folder_id"] = previous["folder_id"]
    statuses = first_statuses(framework, bool(values.get("moe_id")))
    request = payment_requests.create(db, values, statuses, now, author, comment)
    if previous:
        replaced = {"A22": "REMPLACEE_PAR_A22"}.get(framework.code, "ASSOCIEE")
        status = "DUPLIQUE_APRES_REFUS" if replaces_refused(previous, framework) else replaced
        payment_requests.set_status(db, previous, status, now, author, None)
    return request


def folder(db, folder_id):
    """The documents of one billing file, in the order of their deposit."""
    return payment_requests.select(db, "works = 1 AND folder_id = ?", folder_id)
