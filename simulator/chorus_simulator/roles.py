"""The people of the other side, played from the console or by a test: MOE, MOA, validator and paymaster.

Wording and rules: chorus-pro-api.md §3.2 and §3.3. An MOE or MOA does not refuse for an amount since 19 February 2025.
"""

from decimal import ROUND_HALF_UP, Decimal

from . import directory, payment_requests, store, works
from .deposits import CENT, LARGEST
from .frameworks import BY_CODE
from .pdf import one_page_pdf

TACIT_VALIDATION = 15 * 86400  # seconds: silence of the titulaire means acceptance (§3.2)
AMOUNT_REASON = "Erreur de montant"
REASONS = [
    AMOUNT_REASON, "Pièce justificative manquante", "Erreur d'imputation", "Travaux non exécutés",
    "Facture déjà transmise", "Erreur de destinataire", "Autre motif",
]  # fmt: skip
TITLES = {
    "moe": "Maître d'œuvre",
    "moa": "Maître d'ouvrage",
    "payer": "Service financier",
    "validator": "Valideur",
    "validator2": "Second valideur",
    "supplier": "Titulaire",
}
COLUMNS = {
    "moe": "moe_id",
    "moa": "moa_id",
    "payer": "recipient_id",
    "validator": "validator_id",
    "validator2": "validator2_id",
    "supplier": "supplier_id",
}

_OPEN = ("MISE_A_DISPOSITION", "PRISE_EN_COMPTE_DESTINATAIRE", "COMPLETEE")
_ACCEPTED = (*_OPEN, "SERVICE_FAIT", "MISE_A_DISPOSITION_COMPTABLE", "COMPTABILISEE")
# (actor, action) → (statuses at which it is possible, status it gives, whether a reason is needed)
MOVES = {
    ("moe", "take"): (("A_ASSOCIER_MOE", "MISE_A_DISPOSITION_MOE"), "PRISE_EN_COMPTE_MOE", False),
    ("moe", "refuse"): (works.ANSWERABLE["moe"], "REFUSEE_MOE", True),
    ("moe", "suspend"): (works.ANSWERABLE["moe"], "A_COMPLETER", True),
    ("moe", "recycle"): (works.ANSWERABLE["moe"], "EN_ATTENTE_RECYCLAGE_FOURNISSEUR", True),
    ("moa", "take"): (("A_ASSOCIER_MOA", "MISE_A_DISPOSITION_MOA"), "PRISE_EN_COMPTE_MOA", False),
    ("moa", "refuse"): (works.ANSWERABLE["moa"], "REFUSEE_MOA", True),
    ("moa", "suspend"): (works.ANSWERABLE["moa"], "A_COMPLETER", True),
    ("moa", "recycle"): (works.ANSWERABLE["moa"], "EN_ATTENTE_RECYCLAGE_FOURNISSEUR", True),
    ("validator", "accept"): (("A_VALIDER_1",), "VALIDEE_1", False),
    ("validator", "refuse"): (("A_VALIDER_1",), "REFUSEE_1", True),
    ("validator", "disclaim"): (("A_VALIDER_1",), "ERREUR_FOURNISSEUR_SUR_VALIDEUR", True),
    ("validator2", "accept"): (("A_VALIDER_2",), "VALIDEE_2", False),
    ("validator2", "refuse"): (("A_VALIDER_2",), "REFUSEE_2", True),
    ("validator2", "disclaim"): (("A_VALIDER_2",), "ERREUR_COTRAITANT_SUR_VALIDEUR", True),
    ("moe", "disclaim"): (works.ANSWERABLE["moe"], "ERREUR_FOURNISSEUR_SUR_MOE", True),
    ("moa", "disclaim"): (works.ANSWERABLE["moa"], "ERREUR_FOURNISSEUR_SUR_MOA", True),
    ("supplier", "refuse"): (("A_ASSOCIER_FOURNISSEUR",), "REFUSEE_FOURNISSEUR", True),
    ("payer", "take"): (("MISE_A_DISPOSITION", "COMPLETEE"), "PRISE_EN_COMPTE_DESTINATAIRE", False),
    ("payer", "accept"): (_OPEN, "SERVICE_FAIT", False),
    ("payer", "hand_over"): ((*_OPEN, "SERVICE_FAIT"), "MISE_A_DISPOSITION_COMPTABLE", False),
    ("payer", "account"): (("SERVICE_FAIT", "MISE_A_DISPOSITION_COMPTABLE"), "COMPTABILISEE", False),
    ("payer", "mandate"): (_ACCEPTED, "MANDATEE", False),
    ("payer", "pay"): (("MANDATEE", "COMPTABILISEE"), "MISE_EN_PAIEMENT", False),
    ("payer", "suspend"): (_ACCEPTED, "SUSPENDUE", True),
    ("payer", "recycle"): (_ACCEPTED, "A_RECYCLER", True),
    ("payer", "reject"): (_ACCEPTED, "REJETEE", True),
}
VALIDATED = {"VALIDEE_1": 1, "VALIDEE_2": 2}  # status → rank of the validator who gave it
REDONE = ("REFUSEE_MOA", "REFUSEE_FOURNISSEUR", "ERREUR_MOE_SUR_MOA")  # sent back to the MOE or MOA who made it
ANSWERS = ("accept", "correct")  # of an MOE or MOA: they deposit their own document


# What a recipient may make of an invoice (introduction of the official swagger).
ALLOWED = (
    *("MISE_A_DISPOSITION", "SUSPENDUE", "REJETEE", "MANDATEE", "MISE_EN_PAIEMENT", "COMPTABILISEE"),
    *("MISE_A_DISPOSITION_COMPTABLE", "A_RECYCLER"),
)
PAYER_ACTIONS = {status: action for (actor, action), (_, status, _) in MOVES.items() if actor == "payer"}


class Impossible(ValueError):
    """The actor may not do this now; the text says why, in French."""


def act(db, request, actor, action, now, reason="", amounts=None, framework=None, second=None):
    """Do ``action`` as ``actor`` on a payment request; return the request that results (the new document of an answer).

    :param dict amounts: for ``correct``, EUR by ``ht``, ``vat``, ``ttc``, ``due``; what is left out follows in
        proportion
    :param str framework: code of the answering document where several are possible (``A16`` instead of ``A15``)
    :param str second: of a joint contractor who accepts his subcontractor's request, SIRET of the lead who validates
        after him
    :raises Impossible: wrong moment, no reason, a refusal for an amount
    """
    if actor in ("moe", "moa") and action in ANSWERS:
        return _answer(db, request, actor, action, now, reason, amounts, framework)
    if (actor, action) not in MOVES:
        raise Impossible(f"L'action « {action} » n'existe pas pour l'acteur « {actor} ».")
    if not can(request, actor, action):
        raise Impossible(f"L'action « {action} » n'est pas possible au statut {request['status']}.")
    _, status, needs_reason = MOVES[actor, action]
    if action == "pay" and not directory.structure(db, request["recipient_id"])["reports_payment"]:
        raise Impossible("Cette structure ne remonte pas la mise en paiement à Chorus Pro : elle s'arrête au mandat.")
    if needs_reason and not (reason or "").strip():
        raise Impossible("Le motif est obligatoire.")
    if action == "refuse" and actor in ("moe", "moa") and AMOUNT_REASON.lower() in reason.lower():
        raise Impossible(
            "Depuis le 19 février 2025, « Erreur de montant » ne permet plus de refuser : corrigez le montant "
            "dans votre propre état d'acompte."
        )
    author = _author(db, request, actor)
    if action == "disclaim" and payment_requests.framework(request).issuer == "moe":
        status = "ERREUR_MOE_SUR_MOA"
    if action in ("suspend", "recycle"):
        request["held_by"] = actor
    if second and (actor, action) == ("validator", "accept"):
        request["validator2_id"] = _active(db, second)["id"]
    payment_requests.set_status(db, request, status, now, author, reason or None)
    if status in VALIDATED:
        payment_requests.set_status(db, request, works.after_validation(request, VALIDATED[status]), now)
    return request


def _active(db, siret):
    row = directory.by_siret(db, siret)
    if not row or not row["active"]:
        raise Impossible(f"Le second valideur {siret} n'existe pas ou n'est pas actif dans Chorus Pro.")
    return row


def can(request, actor, action):
    """Whether an actor's button is offered on a request."""
    if action in ANSWERS and actor in ("moe", "moa"):
        return _answer_framework(request, actor, None) is not None
    statuses = MOVES.get((actor, action), ((),))[0]
    if request["status"] == "COMPLETEE" and request.get("held_by") not in (None, actor):
        return False
    return request["status"] in statuses


def possible_next(status):
    """The statuses that a recipient may give to a request at this ``status``."""
    return [
        wanted for wanted in ALLOWED if wanted in PAYER_ACTIONS and status in MOVES["payer", PAYER_ACTIONS[wanted]][0]
    ]


def holder(request):
    """The actor whose move it is: ``moe``, ``moa``, ``validator``, ``validator2``, ``payer``, or None."""
    if request["status"] == "COMPLETEE":
        return request.get("held_by") or "payer"
    for actor in ("moe", "moa"):
        if request["status"] in works.ANSWERABLE[actor]:
            return actor
    if request["status"] in works.VALIDABLE:
        return "validator" if request["status"] == works.VALIDABLE[0] else "validator2"
    issuer = payment_requests.framework(request).issuer
    if issuer != "supplier" and request["status"] in REDONE:
        return issuer
    return "payer" if request["status"] in (*_ACCEPTED, "MANDATEE") else None


def answers(request, actor):
    """The frameworks of the documents by which ``actor`` may answer a request now, the usual one first."""
    own = payment_requests.framework(request)
    found = [BY_CODE[code] for code in own.answers.get(actor, ())]
    possible = [framework for framework in found if works.can_answer(request, framework)]
    if actor == own.issuer and request["status"] in REDONE:
        possible.append(own)  # the MOE or the MOA makes its own refused document again
    return possible


def _answer_framework(request, actor, wanted):
    """The framework of the document by which ``actor`` answers, None when he may not answer."""
    return next((one for one in answers(request, actor) if wanted in (None, one.code)), None)


def _answer(db, request, actor, action, now, reason, amounts, wanted):
    framework = _answer_framework(request, actor, wanted)
    if not framework:
        raise Impossible(f"Aucun document ne peut être associé à celui-ci au statut {request['status']}.")
    if action == "correct" and not amounts:
        raise Impossible("La correction demande le montant admis.")
    moa_id = request["moa_id"] or (request["recipient_id"] if actor == "moe" else None)
    carried = (
        "supplier_id", "recipient_id", "moe_id", "moe_service", "moa_service", "service_code", "contract_number",
        "commitment_number", "currency", "payment_mode", "vat_type",
    )  # fmt: skip
    corrected = _corrected(request["amounts"], amounts if action == "correct" else None)
    values = {key: request.get(key) for key in carried}
    values.update(
        moa_id=moa_id,
        number=_answer_number(db, request, framework),
        framework=framework.api_code,
        previous_id=request["id"],
        invoice_date=request["invoice_date"],
        mode="DEPOT_PDF_PORTAIL",
        amounts=corrected,
        attachments=[],
        comment=reason or None,
    )
    author = _author(db, {**request, "moa_id": moa_id}, actor)
    values["main_files"] = [_document(db, values, framework, author, now)]
    return works.deposit(db, values, now, author, reason or None)


def _answer_number(db, request, framework):
    """The titulaire's number with the suffix of good practice, EA or EAV (works-billing.md §2.12), within 20
    characters.
    """
    first = works.folder(db, request["folder_id"])[0]["number"]
    suffixes = {
        "A15": "EA",
        "A16": "EAV",
        "A17": "PDG",
        "A18": "DG",
        "A19": "EAV",
        "A20": "DG",
        "A24": "DGD",
        "A25": "DGD",
    }
    suffix = f"-{suffixes[framework.code]}"
    number, rank = first[: 20 - len(suffix)] + suffix, 1
    while payment_requests.find_duplicate(db, request["supplier_id"], number, framework.api_code):
        rank += 1
        number = f"{first[: 20 - len(suffix) - len(str(rank))]}{suffix}{rank}"
    return number


def _corrected(original, wanted):
    """The admitted amounts: those given, the others in proportion to the amount excluding tax, half up."""
    if not wanted:
        return original
    names = {"montantHtTotal": "ht", "montantTVA": "vat", "montantTtcTotal": "ttc", "montantAPayer": "due"}
    try:
        given = {names.get(key, key): Decimal(str(value)) for key, value in wanted.items() if value not in (None, "")}
    except ArithmeticError:
        raise Impossible("Un montant n'est pas un nombre.") from None
    if not all(value.is_finite() and abs(value) < LARGEST for value in given.values()):
        raise Impossible("Un montant n'est pas un nombre.")
    before = {key: Decimal(value) for key, value in original.items()}
    if "ht" not in given:
        raise Impossible("La correction demande le montant HT admis.")
    ratio = given["ht"] / before["ht"] if before["ht"] else Decimal(0)
    vat = given.get("vat", (before["vat"] * ratio).quantize(CENT, ROUND_HALF_UP))
    ttc = given.get("ttc", given["ht"] + vat)
    due = given.get("due", ttc - (before["ttc"] - before["due"]))
    if given["ht"] + vat != ttc:
        raise Impossible("Le montant TTC n'est pas la somme du montant HT et de la TVA.")
    values = {"ht": given["ht"], "vat": vat, "ttc": ttc, "discount": Decimal(0), "due": due}
    return {key: str(value.quantize(CENT, ROUND_HALF_UP)) for key, value in values.items()}


def _author(db, request, actor):
    row = directory.structure(db, request[COLUMNS[actor]]) if request[COLUMNS[actor]] else None
    return (TITLES[actor], row["name"] if row else "")


def _document(db, values, framework, author, now):
    """Make and store the PDF of a document deposited by a played actor."""
    amounts = values["amounts"]
    lines = [
        f"{framework.label} {values['number']}",
        f"Établi par : {author[1]} ({author[0]})",
        f"Marché : {values['contract_number'] or '-'}   Engagement : {values['commitment_number'] or '-'}",
        f"Montant HT : {amounts['ht']} EUR",
        f"TVA : {amounts['vat']} EUR",
        f"Montant TTC : {amounts['ttc']} EUR",
        f"Montant à payer : {amounts['due']} EUR",
    ]
    if values["comment"]:
        lines.append(f"Observation : {values['comment']}")
    name = f"{values['number']}.pdf".replace("/", "-")
    content = one_page_pdf(lines)
    row = {"name": name, "mime": "application/pdf", "extension": "PDF", "created": now, "content": content}
    return {"id": store.insert(db, "file", row), "label": framework.label, "type": "01"}


def advance(db, now):
    """A validation left unanswered for 15 days counts as given."""
    for rank, status in enumerate(works.VALIDABLE, 1):
        for request in payment_requests.select(db, "status = ? AND status_date <= ?", status, now - TACIT_VALIDATION):
            moment = request["status_date"] + TACIT_VALIDATION
            payment_requests.set_status(db, request, f"ABSENCE_VALIDATION_{rank}_HORS_DELAI", moment)
            payment_requests.set_status(db, request, works.after_validation(request, rank), moment)
