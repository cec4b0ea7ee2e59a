"""Requests and typed answers compared with the official schemas.

The swagger files are third-party documents, kept outside the repository; without them these tests are skipped, and what
they have shown stays recorded in `expected/`.
"""

import dataclasses
import json
import os
from pathlib import Path

import jsonschema
import pytest
from scripted_server import OK
from verb_calls import KEYED_IN, VERBS

from chorus_api import ROUTES

REPOSITORY = Path(__file__).resolve().parents[3]
FOLDER = Path(os.environ.get("CHORUS_SWAGGER_DIR") or REPOSITORY.parent / "shared" / "reference" / "chorus-pro-swagger")
pytestmark = pytest.mark.skipif(
    not FOLDER.is_dir(), reason=f"official swagger files absent (CHORUS_SWAGGER_DIR or {FOLDER.name})"
)
EXPECTED = Path(__file__).with_name("expected")

# Fields that the official answer of one verb does not name.
ELSEWHERE = {
    ("list_services", "valid_from"),  # dateDbtService, dateFinService: clients in production
    ("list_services", "valid_to"),
    # These share their type with an answer that is richer.
    *(("search_invoices_to_handle", name) for name in ("flow_number", "status_date", "status_reason")),
    ("search_invoices_to_handle", "rejection_handled"),
    ("recycle_invoice", "certificate_hash"),
}


def operations():
    """`{path under /cpro: (request schema, answer schema)}`, each refusing the keys it does not name."""
    found = {}
    for path in sorted(FOLDER.glob("*.json")):
        swagger = json.loads(path.read_text(encoding="utf-8"))
        definitions = {name: _tightened(value) for name, value in swagger["definitions"].items()}
        if "SoumettreFactureParam" in definitions:
            # An object in the swagger, a list in every client that works (chorus-pro-api.md §2.4).
            properties = definitions["SoumettreFactureParam"]["properties"]
            properties["pieceJointePrincipale"] = {"type": "array", "items": properties["pieceJointePrincipale"]}
        for route, methods in swagger["paths"].items():
            operation = methods["post"]
            (body,) = [one["schema"] for one in operation["parameters"] if one["in"] == "body"]
            answer = operation["responses"]["200"]["schema"]
            found[f"/{path.stem}{route}"] = [{**schema, "definitions": definitions} for schema in (body, answer)]
    return found


def _tightened(definition):
    if definition.get("type") == "object" and "properties" in definition:
        return {**definition, "additionalProperties": False}
    return definition


@pytest.fixture(scope="module")
def official():
    found = operations()
    assert len(found) == 28
    return found


def sample(schema, definitions):
    """A value with every key that the schema names."""
    if "$ref" in schema:
        return sample(definitions[schema["$ref"].rsplit("/", 1)[-1]], definitions)
    if "enum" in schema:
        return schema["enum"][0]
    kind = schema.get("type", "object")
    if kind == "object":
        return {key: sample(value, definitions) for key, value in schema.get("properties", {}).items()}
    if kind == "array":
        return [sample(schema["items"], definitions)]
    if schema.get("format") == "date-time":
        return "2026-11-30T09:15:00.000+01:00"
    return {"integer": 7, "number": 7.5, "boolean": True}.get(kind, "Texte")


def merged(body, changes):
    """The body with the keys of `changes` written over it, deep."""
    return {
        **body,
        **{
            key: merged(body[key], value) if isinstance(value, dict) and key in body else value
            for key, value in changes.items()
        },
    }


def test_requests_have_the_official_keys_and_types(official):
    checked = set()
    for verb, route in ROUTES.items():
        if route.path in official:
            request = json.loads((EXPECTED / f"{verb}.json").read_text(encoding="utf-8"))
            jsonschema.Draft4Validator(official[route.path][0]).validate(request["body"])
            checked.add(verb)
    assert len(checked) == 21


def test_an_invoice_keyed_in_line_by_line_has_the_official_keys(official):
    body = json.loads(KEYED_IN.to_json())
    jsonschema.Draft4Validator(official["/factures/v1/soumettre"][0]).validate(body)
    assert "pieceJointePrincipale" not in body
    assert body["lignePoste"][0]["lignePosteTauxTvaManuel"] == 20 and "lignePosteTauxTva" not in body["lignePoste"][0]


@pytest.mark.parametrize(
    "verb", [verb for verb, route in ROUTES.items() if route.path.startswith(("/factures/", "/str"))]
)
def test_an_answer_with_every_official_key_fills_every_field(server, client, official, verb):
    """A field that stays empty would be read under a name that Chorus Pro does not know."""
    call, identity = VERBS[verb]
    schema = official[ROUTES[verb].path][1]
    full = merged(sample(schema, schema["definitions"]), {**OK, **identity})
    if verb == "download_papers":
        full["fichierResultat"] = "JVBERi0xLjc="
    server.script("/cpro" + ROUTES[verb].path, full)
    answer = call(client)
    empty = {(verb, name) for name in _empty(answer)} - ELSEWHERE
    assert not empty


def _empty(value, name="answer"):
    """Names of the fields that hold nothing, in an answer and all that it holds."""
    if dataclasses.is_dataclass(value):
        for field in dataclasses.fields(value):
            yield from _empty(getattr(value, field.name), field.name)
    elif isinstance(value, (list, tuple)):
        if not value:
            yield name
        for item in value:
            yield from _empty(item, name)
    elif value is None and name != "answer" or value == "":
        yield name
