"""What an HTTP answer of Chorus Pro means (chorus-pro-api.md §1.5, §2 and §6.4)."""

from .errors import FlowNotFound, Misconfigured, Refused, Throttled, Unknown
from .refusals import plain
from .values import decode, text, whole

# Answers of a search that found nothing; everything else with a code other than 0 is a refusal.
_EMPTY = ((20000, "tra_msg_00.015"), (20007, "gft_msg_01.075"))
_FLOW_NOT_FOUND = (20001, "poq_msg_01.003")
_EXCERPT = 300

_FORBIDDEN = {
    "not_subscribed": (
        "L'application PISTE n'a pas accès à cette API de Chorus Pro. Acceptez ses conditions d'utilisation dans "
        "PISTE, puis sélectionnez l'API dans votre application."
    ),
    "no_raccordement": (
        "Chorus Pro ne reconnaît pas le raccordement. Le gestionnaire principal doit déclarer un raccordement PISTE "
        "(« Raccordements », « Gérer raccordement API ») et donner les droits au compte technique."
    ),
    "undetermined": (
        "Chorus Pro interdit cet appel. Vérifiez que l'API est sélectionnée dans l'application PISTE et qu'un "
        "raccordement PISTE est déclaré dans Chorus Pro pour votre structure."
    ),
}


def is_challenge(reply) -> bool:
    """Whether the gateway asks for credentials: HTTP 401, or 400 when it finds no token in the message."""
    return reply.status == 401 or (
        reply.status == 400 and reply.headers.get("www-authenticate", "").lower().startswith("bearer")
    )


def interpret(reply, sent: bytes, *, search: bool = False, envelope: bool = True) -> dict:
    """The JSON object of a success; an empty one for a search that found nothing.

    :param sent: bytes of the request, which some refusals echo
    :param search: whether "no result" is an answer and not a refusal
    :param envelope: whether a `codeRetour` must be there
    :raise ChorusError: by consequence, for everything else
    """
    details = {"http_status": reply.status, "correlation_id": reply.correlation_id}
    if 200 <= reply.status < 300:
        return _success(_object(reply.body), details, search, envelope)
    if reply.status == 403:
        reason = _forbidden_reason(_object(reply.body), sent)
        raise Misconfigured(_FORBIDDEN[reason], reason=reason, **details)
    if reply.status in (404, 405):
        raise Misconfigured(
            "Cette fonction n'existe pas à l'adresse de Chorus Pro configurée. Vérifiez API_URL.",
            reason="unknown_route",
            **details,
        )
    if reply.status == 429:
        raise Throttled(
            "Quota PISTE atteint : les envois reprendront d'eux-mêmes.", after=reply.retry_after(), **details
        )
    if reply.status in (400, 413, 415):
        label = _excerpt(reply.body)
        raise Refused(_schema_refusal(reply.status, label), label=label, **details)
    raise Unknown(
        f"Chorus Pro a répondu par une erreur (HTTP {reply.status}). "
        "Le résultat reste à vérifier avant tout nouvel envoi.",
        **details,
    )


def _success(body, details, search, envelope) -> dict:
    code = whole(body.get("codeRetour")) if body is not None else None
    if body is None or (envelope and code is None):
        raise Unknown(
            "La réponse de Chorus Pro est illisible. Le résultat reste à vérifier avant tout nouvel envoi.", **details
        )
    if not code:
        return body
    label = text(body.get("libelle")) or ""
    if search and _is(_EMPTY, code, label):
        return {}
    kind = FlowNotFound if _is([_FLOW_NOT_FOUND], code, label) else Refused
    raise kind(f"Chorus Pro a refusé la demande : {label or code}", code=code, label=label, **details)


def _is(known, code, label) -> bool:
    return any(code == known_code and known_label in plain(label) for known_code, known_label in known)


def _object(body: bytes) -> dict | None:
    try:
        found = decode(body)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


def _forbidden_reason(body, sent: bytes) -> str:
    request = _object(sent)
    if body is None or (not body and not request):
        # The echo of an empty request cannot be told from an empty answer.
        return "undetermined"
    if not body:
        return "not_subscribed"
    return "no_raccordement" if body == request else "undetermined"


def _excerpt(body: bytes) -> str:
    return " ".join(body.decode("utf-8", "replace").split())[:_EXCERPT]


def _schema_refusal(status: int, label: str) -> str:
    what = {413: "l'envoi est trop volumineux", 415: "le format de la demande n'est pas accepté"}.get(
        status, "le contenu de la demande n'est pas accepté"
    )
    return f"Chorus Pro a refusé la demande : {what}." + (f" ({label})" if label else "")
