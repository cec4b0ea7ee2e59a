"""The web application: PISTE's token endpoint, the ``/cpro/`` gateway, the control API and the console."""

import json
import secrets
import tempfile
import time

from flask import Flask, Response, current_app, request
from werkzeug.exceptions import HTTPException

from . import (
    api_commitments,
    api_downloads,
    api_invoices,
    api_memberships,
    api_pdf,
    api_recipient,
    api_structures,
    api_transverses,
    api_validator,
    api_works,
    api_works_received,
    behaviours,
    console,
    console_tools,
    control_api,
    control_world,
    engine,
    faults,
    flows,
    gateway,
    journal,
    oauth,
    reference_lists,
    seed,
)
from .store import Store, get_setting

SERVICES = (  # they register endpoints: of the API, of the control API, of the console
    *(control_world, console_tools),
    *(api_commitments, api_downloads, api_invoices, api_memberships, api_pdf, api_recipient, api_structures),
    *(api_transverses, api_validator, api_works, api_works_received, flows, reference_lists),
)
DROP = "chorus_simulator.drop"  # set in the WSGI environment: close the connection without an answer
ANY_METHOD = ["GET", "POST", "PUT", "PATCH", "DELETE"]


def create_app(state_dir=None):
    """Return the Flask application of a simulator whose state lives in ``state_dir`` (a temporary folder when None)."""
    app = Flask(__name__)
    app.secret_key = secrets.token_bytes(16)  # signs the one-line messages of the console, nothing else
    app.json.ensure_ascii = False
    if state_dir is None:
        app.extensions["simulator.folder"] = tempfile.TemporaryDirectory(prefix="chorus-simulator-")
        state_dir = app.extensions["simulator.folder"].name
    store = app.extensions["simulator.store"] = Store(state_dir)
    if store.is_new:
        with store.transaction() as db:
            seed.seed(db)
    app.add_url_rule(faults.TOKEN_PATH, "token", token, methods=ANY_METHOD)
    app.add_url_rule("/cpro/<path:route>", "cpro", cpro, methods=ANY_METHOD)
    app.register_blueprint(control_api.blueprint)
    app.register_blueprint(console.blueprint)
    app.register_error_handler(HTTPException, _plain_error)
    app.wsgi_app = DroppingConnections(app.wsgi_app)
    return app


def token():
    def process(db, entry):
        entry.client_id = request.form.get("client_id", "")
        return oauth.token(db, request.form, request.headers.get("Authorization", ""))

    return _serve(process)


def cpro(route):
    def process(db, entry):
        engine.advance(db)
        call = gateway.Request(request.method, route, request.headers, request.get_data())
        reply = gateway.handle(db, call)
        entry.client_id, entry.login = call.client_id, call.login
        return reply

    return _serve(process)


def _serve(process):
    """Answer one request of a client, with the fault armed for it if any, and write it in the journal."""
    store = current_app.extensions["simulator.store"]
    started = time.monotonic()
    entry = journal.Entry(request.method, request.path, request.get_data(cache=True), request.mimetype)
    entry.login = faults.login_of(request.headers)
    try:
        fault = faults.asked(request.headers)
    except behaviours.UnknownBehaviour as error:
        return _http(gateway.Reply(400, str(error)))
    with store.transaction() as db:
        fault = fault or faults.take(db, request.path, request.headers, request.get_data(cache=True))
        latency = get_setting(db, "latency")
    pause = float((fault or {}).get("delay") or 0) + latency
    if pause:
        time.sleep(pause)
    reply = None
    if not fault or not faults.replaces_processing(fault):
        with store.transaction() as db:
            reply = process(db, entry)
    if fault:
        entry.fault = str(fault.get("behaviour") or fault["kind"])
        if fault["kind"] == "flow":
            with store.transaction() as db:
                flows.judge(db, reply, fault)
        reply = faults.disguise(fault, reply, request.get_data(cache=True))
        if fault["kind"].startswith("drop"):
            request.environ[DROP] = True
            reply = None
    with store.transaction() as db:
        journal.write(db, entry, reply, time.monotonic() - started)
    return _http(reply or gateway.Reply(500))


def _http(reply):
    text = reply.body if isinstance(reply.body, str) else json.dumps(reply.body, ensure_ascii=False)
    headers = dict(reply.headers)
    default = "text/plain;charset=utf-8" if isinstance(reply.body, str) else "application/json;charset=utf-8"
    content_type = headers.pop("Content-Type", default)
    return Response(text, status=reply.status, headers=headers, content_type=content_type)


def _plain_error(error):
    """Control API errors are JSON, the others short texts."""
    if request.path.startswith("/_sim"):
        return {"error": error.description}, error.code
    return error


class DroppingConnections:
    """WSGI layer that turns a request marked with :data:`DROP` into a closed connection."""

    def __init__(self, application):
        self.application = application

    def __call__(self, environ, start_response):
        held = []

        def hold(*args):
            held.append(args)

        body = self.application(environ, hold)
        if environ.get(DROP):
            raise ConnectionAbortedError("fault: connection dropped")
        start_response(*held[-1])
        return body
