"""Secrets typed by people are searched for wherever they could stay: database, files, logs, answers, exports.

A whole life goes first: a wrong password, a refused test, the right one, a deposit, a revoked password, a pause.
The server logs at DEBUG.
"""

import base64
import configparser
import contextlib
import io
import os
import sqlite3
import sys
import urllib.error
import urllib.request
import zipfile
from pathlib import Path

import pytest
from machine import Machine

sys.path.insert(0, str(Path(__file__).parents[2]))

from dev.rpc import User

LOGIN = "TECH_000000000181259@cpp2017.fr"
PASSWORD = "Chantier-2026!val"
WRONG = "Mauvais-secret-7731"
RENEWED = "Nouveau-secret-9942"
CLIENT_SECRET = "b91f4a77-2c58-4d13-8e6a-91d07c3fe4ab"
LOG = "server.log"
MODELS = ("chorus.account", "chorus.piste.application", "chorus.subscription", "res.company", "chorus.transmission")

SEED = """
company = env.company
company.write({"name": "Bâtisseurs du Val", "company_registry": "45260181800019"})
env["chorus.piste.application"].create({"name": "APP", "client_id": "0d6a3c1e-7f42-4e0b-9a35-5c2f1b7e8d90"})
env["works.contract"].create({
    "name": "Mairie", "chorus_contract_number": "2026-014",
    "moa_partner_id": env["res.partner"].create(
        {"name": "Commune", "is_company": True, "company_registry": "26613186100012"}).id,
    "moe_partner_id": env["res.partner"].create(
        {"name": "Lumen", "is_company": True, "company_registry": "85908301600013"}).id,
})
env.cr.commit()
"""

QUEUE = """
contract = env["works.contract"].search([], limit=1)
document = env["chorus.document"].create({
    "company_id": env.company.id, "environment": "qualification", "number": %(number)r,
    "framework_id": env.ref("chorus_visiobat.framework_a4").id, "issuer_siret": "45260181800019",
    "recipient_siret": "26613186100012", "amount_untaxed": 1000, "amount_tax": 200, "amount_total": 1200,
    "contract_id": contract.id,
    "main_attachment_file_id": env["ir.attachment"].create({"name": "s.pdf", "raw": b"%%PDF-1.4 s"}).id,
})
document._queue()
env.cr.commit()
"""


@pytest.fixture(scope="module")
def life(tmp_path_factory):
    """The machine after the whole life, and what must be found nowhere."""
    with Machine(tmp_path_factory.mktemp("secrets"), MIN_INTERVAL=0, QUIET_PERIOD=4) as machine:
        machine.script(SEED)
        url = machine.start_web_server("--log-level=debug", f"--logfile={machine.work / LOG}")
        admin = User(url, machine.database, "admin", "admin")
        [application] = admin.call("chorus.piste.application", "search", [])
        admin.call("chorus.piste.application", "write", [application], {"client_secret_input": CLIENT_SECRET})
        _subscribe(admin, application, WRONG)
        _subscribe(admin, application, PASSWORD)
        machine.script(QUEUE % {"number": "2026T014-S01"})
        machine.wake_until(lambda: machine.control.works(), "the paper arrives")
        machine.control.account(LOGIN, password=RENEWED)
        machine.script(QUEUE % {"number": "2026T014-S02"})
        paused = "SELECT 1 FROM chorus_account WHERE state = 'paused' AND pause_reason = 'auth'"
        machine.wake_until(lambda: machine.sql(paused), "the account is paused")
        _subscribe(admin, application, RENEWED)
        machine.wake_until(lambda: len(machine.control.works()) == 2, "the queue leaves with the new password")
        yield machine, admin, _secrets(machine)


def _subscribe(admin, application, password):
    [company] = admin.call("res.company", "search", [])[:1]
    wizard = admin.confirm("res.company", "action_chorus_subscription", [company])["res_id"]
    typed = {
        "contact_email": "compta@batisseurs.example",
        "login": LOGIN,
        "piste_application_id": application,
        "password_input": password,
        "password_check_input": password,
    }
    admin.call("chorus.subscription", "write", [wizard], typed)
    admin.call("chorus.subscription", "action_save", [wizard])
    admin.confirm("chorus.subscription", "action_confirm", [wizard])


def _secrets(machine):
    passwords = (PASSWORD, WRONG, RENEWED)
    headers = [base64.b64encode(f"{LOGIN}:{password}".encode()).decode() for password in passwords]
    state = machine.work / "simulator" / "chorus-simulator.sqlite3"
    with contextlib.closing(sqlite3.connect(f"file:{state}?mode=ro", uri=True)) as known:
        tokens = [value for (value,) in known.execute("SELECT value FROM token")]
    assert tokens, "The simulator gave no token: this test would prove nothing"
    return [secret.encode() for secret in (*passwords, *headers, *tokens, CLIENT_SECRET)]


def _assert_absent(secrets, where, content):
    found = [secret for secret in secrets if secret in content]
    assert not found, f"{where} holds {found}"


def test_no_row_of_the_database_holds_a_secret(life):
    machine, _admin, secrets = life
    tables = machine.sql("SELECT quote_ident(tablename) FROM pg_tables WHERE schemaname = 'public'")
    assert len(tables) > 100
    for (table,) in tables:
        for (row,) in machine.sql(f"SELECT t::text FROM {table} t"):
            _assert_absent(secrets, f"table {table}", row.encode())


def test_no_file_of_odoo_holds_a_secret(life):
    machine, _admin, secrets = life
    configuration = configparser.ConfigParser(interpolation=None)
    configuration.read(os.environ["CHORUS_TEST_CONF"])
    filestore = Path(configuration["options"]["data_dir"]) / "filestore" / machine.database
    files = [path for path in filestore.rglob("*") if path.is_file()]
    assert files
    for path in files:
        _assert_absent(secrets, path.name, path.read_bytes())


def test_no_line_of_the_log_holds_a_secret(life):
    machine, _admin, secrets = life
    log = b"".join((machine.work / name).read_bytes() for name in (LOG, "odoo-0.log"))
    assert b"chorus_api" in log and b"DEBUG" in log, "The log says nothing of our calls: this test would prove nothing"
    _assert_absent(secrets, "the log", log)


def test_no_answer_gives_a_secret_or_its_ciphertext_to_an_administrator(life):
    _machine, admin, secrets = life
    for model in MODELS:
        known = admin.call(model, "fields_get")
        assert not [name for name in known if "ciphertext" in name]
        ids = admin.call(model, "search", [])
        _assert_absent(secrets, f"read of {model}", repr(admin.call(model, "read", ids)).encode())
        texts = [name for name, field in known.items() if field["type"] == "char"]
        exported = admin.call(model, "export_data", ids, texts)
        _assert_absent(secrets, f"export of {model}", repr(exported).encode())
        assert "v1:" not in repr(exported)


def test_what_is_told_of_the_link_holds_no_secret(life):
    machine, admin, secrets = life
    page = admin.call("chorus.health", "read_page")
    assert page["findings"]
    _assert_absent(secrets, "the page", repr(page).encode())
    with zipfile.ZipFile(io.BytesIO(admin.get("/chorus_visiobat/support"))) as support:
        for name in support.namelist():
            _assert_absent([*secrets, LOGIN.encode(), b"compta@batisseurs.example"], name, support.read(name))
        journal = support.read("chorus-visiobat/journal.txt")
    assert b"verb=submit_works" in journal, "The support file holds no log: this test would prove nothing"
    key = admin.confirm("chorus.health", "action_monitor_key", [])["context"]["default_key"]
    request = urllib.request.Request(f"{admin.url}/chorus_visiobat/health", headers={"Authorization": f"Bearer {key}"})
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            told = answer.read()
    except urllib.error.HTTPError as error:
        told = error.read()
    assert b'"findings"' in told
    _assert_absent([*secrets, LOGIN.encode(), key.encode()], "the answer to a monitor", told)
    machine.script("env['chorus.account'].search([])._pause('auth')\nenv['chorus.account']._cron_health()")
    mails = machine.sql(
        "SELECT body_html FROM mail_mail JOIN mail_message ON mail_message.id = mail_message_id"
        " WHERE subject LIKE '%%demande une intervention'"
    )
    assert mails
    for (body,) in mails:
        _assert_absent([*secrets, LOGIN.encode()], "the mail of the morning", body.encode())


def test_the_wizard_gives_back_nothing_it_was_told(life):
    _machine, admin, secrets = life
    wizards = admin.call("chorus.subscription", "search", [])
    assert wizards
    _assert_absent(secrets, "the wizards", repr(admin.call("chorus.subscription", "read", wizards)).encode())
