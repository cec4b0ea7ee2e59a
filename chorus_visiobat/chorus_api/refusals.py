"""What a refusal of Chorus Pro leads to, read in its label: those of answers and those of flow reports alike.

The wording for people is data of the application; here stands only what its caller must do next. A table: the codes of
most refusals are in no public source (chorus-pro-api.md §2.4, §3.8, §6.4).
"""

import re
import unicodedata

CONSEQUENCES = (
    "duplicate",  # look for the piece that has this number; nothing is sent again
    "addressing",  # recipient, service or commitment: correct the addressing, same number
    "actors",  # MOE, MOA or validator: correct them, same number
    "issuer",  # our own SIRET, bank account or connection: a setting at Chorus Pro or on the company
    "content",  # number, framework, amounts, payment: correct the piece, same number, since it never entered
    "file",  # format, size or type of a file: make it again
    "state",  # the piece moved on: read its status, then choose again
    "rights",  # the account may not do this: the gestionnaire principal grants it
    "absent",  # no such piece, flow or structure here: perhaps the other environment
    "unavailable",  # the service does not exist in this environment
    "other",  # a person reads the label
)

# The first row with a pattern found decides. Patterns read the plain text: lower case, no accents (`plain`).
_TABLE = {
    "unavailable": (r"espace de qualification",),
    "state": (r"gdp_msg_11\.001", r"gdp_msg_11\.033"),
    "rights": (r"gdp_msg_11\.005", r"habilit"),
    "absent": (
        r"gdp_msg_11\.008|poq_msg_01\.003|tra_msg_00\.015|gft_msg_01\.075",
        r"(demande de paiement|facture de travaux|structure) n'existe pas",
    ),
    "file": (
        r"gdp_msg_11\.022|gdp_msg_01\.00[12]|err_(xsd|xml|fic|arc)|irrecevabilite|cvc-",
        r"taille|extension|piece jointe|fichier (?!xml)",
    ),
    "actors": (r"\bmo[ea]\b", r"valideur", r"maitr(e|ise) d'(oeuvre|ouvrage)"),
    "addressing": (
        r"buyerreference|buyerorderreferenceddocument|orderreference|engagement|\bservice\b",
        r"destinataire|buyertradeparty|accountingcustomerparty",
    ),
    "issuer": (r"fournisseur|sellertradeparty|accountingsupplierparty", r"coordonnees bancaires"),
    "content": (
        r"identifiant de la facture|numero de facture|exchangeddocument|invoice\.id|date de la facture",
        r"cadre de facturation|type de facture|businessprocess|profileid|ligne de poste",
        r"montant|devise|paymentmeans|moyen de paiement|\biban|numero de marche",
    ),
}
_PATTERNS = {consequence: re.compile("|".join(patterns)) for consequence, patterns in _TABLE.items()}

# Numbers told without any words (§2.4).
_AMOUNTS = (20303, 20304, 20305)

_DUPLICATE = re.compile(
    r"doublon|duplicat|unicite"
    r"|deja (?:ete )?(?:utilis|depos|exist|recu|present|enregistr|soumis|integr|transmis)"
    r"|existe deja|meme numero"
)


def plain(text: str) -> str:
    """The text in lower case without accents, typographic apostrophes nor repeated spaces: Chorus Pro writes its
    labels either way (chorus-pro-api.md §3.8)."""
    straight = (text or "").replace("’", "'")
    stripped = unicodedata.normalize("NFKD", straight).encode("ascii", "ignore").decode()
    return " ".join(stripped.lower().split())


def says_duplicate(label: str | None) -> bool:
    """Whether a label says that this number or piece was already received: an answer's, or one of a flow report."""
    return bool(_DUPLICATE.search(plain(label)))


def consequence_of(label: str | None, code: int | None = None) -> str:
    """One of `CONSEQUENCES`, `other` for a label never seen.

    :param label: `libelle` of an answer, or one message of a flow report
    :param code: `codeRetour`, when there is one
    """
    if says_duplicate(label):
        return "duplicate"
    if code in _AMOUNTS:
        return "content"
    said = plain(label)
    return next((consequence for consequence, pattern in _PATTERNS.items() if pattern.search(said)), "other")
