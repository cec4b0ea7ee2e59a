"""The closed lists of the platform, and the services that give them (chorus-pro-api.md §2.11)."""

import functools
import json
from importlib.resources import files

from . import store
from .endpoints import NO_RESULT, BusinessError, endpoint
from .frameworks import API_CODES, BY_API_CODE, OBSOLETE, WORKS_TYPES
from .roles import REASONS, possible_next

PREFIX = "transverses/v1/recuperer/"


@functools.cache
def load():
    return json.loads(files(__package__).joinpath("data/reference_lists.json").read_text(encoding="utf-8"))


def syntaxes(db):
    """Return {format: {syntax: interface}}: those of every supplier, and those of the works flows E4 and E5 when they
    are switched on, by ``works_flows`` (under assumed names) or one by one (``extra_syntaxes``).
    """
    listed = {**load()["formats"], **(load()["works_formats"] if store.get_setting(db, "works_flows") else {})}
    formats = {name: dict(known) for name, known in listed.items()}
    for extra in store.get_setting(db, "extra_syntaxes"):
        formats.setdefault(extra["formatFlux"], {})[extra["syntaxeFlux"]] = extra["interface"]
    return formats


def _serve(name):
    @endpoint(PREFIX + name, "TypesPieceJointeParam" if name == "typespj" else "Empty")
    def values(call):
        key, field, items = load()[name]
        if field:
            return {key: [{field: item} for item in items]}
        wanted = call.body.get("typeObjet")
        return {key: [item for item in items if not wanted or item["typeObjet"] == wanted]}


for _name in (
    "modedepot",
    "modereglements",
    "typedp",
    "typeidentifiant/structure",
    "devises",
    "pays",
    "tauxtva",
    "typespj",
):
    _serve(_name)


@endpoint(PREFIX + "motifs/exonerationtva")
def exemption_reasons(call):
    return {"listeMotifsExonerationTva": load()["exonerations"]}


@endpoint(PREFIX + "motifs/refus/Facture/AValider", "MotifsRefusParam")
def refusal_reasons(call):
    """The reasons for which a validator may refuse, the same for every framework."""
    reasons = [
        {"idMotif": rank, "codeMotif": f"MOTIF_{rank:02d}", "libelleMotif": reason}
        for rank, reason in enumerate(REASONS, 1)
    ]
    return {"listeMotifRefusFactureAValider": reasons}


@endpoint(PREFIX + "etat/typedp", "EtatsTypeDpParam")
def statuses_of_type(call):
    """The statuses that a type of payment request may have."""
    works = call.body.get("typeDemandePaiement") == "FACTURE_TRAVAUX"
    found = load()["statuts"]["facture"] + (load()["statuts"]["travaux"] if works else [])
    return {"listeEtatDemandePaiement": [{"etatDemandePaiement": code} for code in found]}


@endpoint(PREFIX + "etats/traitement", "EtatsTraitementParam")
def next_statuses(call):
    """The statuses that a recipient may give to a request at this one."""
    found = possible_next(call.body.get("statutCourant"))
    return {"listeStatutsPossiblesPourTraitement": [{"statutPossiblePourTraitement": code} for code in found]}


@endpoint(PREFIX + "cadrefacturation")
def frameworks(call):
    rows = []
    for code in API_CODES:
        if code != OBSOLETE:
            kind = "FACTURE_TRAVAUX" if BY_API_CODE[code].works else "FACTURE"
            rows.append({"codeCadreFacturation": code, "typeDemandePaiement": kind})
    return {"listeCadreFacturation": rows}


@endpoint(PREFIX + "typefacturetravaux")
def works_types(call):
    return {"listeTypeFactureTravaux": [{"typeFactureTravaux": name} for name in WORKS_TYPES]}


@endpoint(PREFIX + "formatflux")
def flow_formats(call):
    return {"listeFormatFlux": [{"formatFlux": name} for name in syntaxes(call.db)]}


@endpoint(PREFIX + "syntaxeflux", "SyntaxeFluxParam")
def flow_syntaxes(call):
    """The syntaxes of one format, of all when none is named."""
    wanted = call.body.get("formatFlux")
    found = [name for fmt, known in syntaxes(call.db).items() if wanted in (None, fmt) for name in known]
    if not found:
        raise BusinessError(*NO_RESULT)
    return {"listeSyntaxeFlux": [{"syntaxeFlux": name} for name in found]}
