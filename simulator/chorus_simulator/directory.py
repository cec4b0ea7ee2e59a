"""The directory of structures: what a deposit must know of its recipient, its MOE, its MOA, its validator."""

from . import store


def structure(db, structure_id):
    return store.one(db, "SELECT * FROM structure WHERE id = ?", structure_id)


def by_siret(db, siret):
    """Return the structure of a SIRET (14 digits, its check digit unverified: the test SIRETs fail it, §1.4),
    else None.
    """
    return store.one(db, "SELECT * FROM structure WHERE identifier = ?", siret or "")


def service_by_code(db, structure_id, code):
    return store.one(db, "SELECT * FROM service WHERE structure_id = ? AND code = ?", structure_id, code or "")


def addressing_problems(db, recipient, service_code, commitment):
    """What is wrong with the service and the commitment given for ``recipient``.

    :return: list of ``service_missing``, ``service_unknown``, ``service_inactive``, ``commitment_missing``,
        ``either_missing``
    """
    problems = []
    service = service_by_code(db, recipient["id"], service_code) if service_code else None
    if recipient["requires_service"] and not service_code:
        problems.append("service_missing")
    if service_code and not service:
        problems.append("service_unknown")
    if service and not service["active"]:
        problems.append("service_inactive")
    if not commitment:
        if recipient["requires_commitment"] or (service and service["requires_commitment"]):
            problems.append("commitment_missing")
        elif recipient["requires_either"] and not service_code:
            problems.append("either_missing")
    return problems
