"""Installing, uninstalling and installing again on a real server leaves nothing of ours behind but accounting."""

import os
import re
import shlex
import subprocess
import uuid

import psycopg2
import pytest

SEED = """
company = env.company
partner = env["res.partner"].create({"name": "Commune", "is_company": True})
move = env["account.move"].create({
    "move_type": "out_invoice", "partner_id": partner.id, "invoice_date": "2026-11-30",
    "invoice_line_ids": [(0, 0, {"name": "Gros oeuvre", "quantity": 1, "price_unit": 1000, "tax_ids": False})],
})
move.action_post()
move.message_post(body="ce message reste")
env["ir.attachment"].create({"name": "plan.pdf", "raw": b"plan", "res_model": "account.move", "res_id": move.id})
account = env["chorus.account"].create({"company_id": company.id, "environment": "production"})
account._write_password("Chantier-2026!val")
contract = env["works.contract"].create(
    {"name": "Mairie", "moa_partner_id": partner.id, "payer_partner_id": partner.id}
)

contract.message_post(body="ce message part")
env["ir.attachment"].create(
    {"name": "marche.pdf", "raw": b"ours", "res_model": "works.contract", "res_id": contract.id}
)

on_our_field = [("works_contract_id", "!=", False)]
for model, domain in (("works.contract", []), ("account.move", on_our_field), ("account.move", [])):
    env["ir.filters"].create({"name": f"Filtre {len(domain)} {model}", "model_id": model, "domain": str(domain)})
env["ir.config_parameter"].set_param("chorus_visiobat.note", "x")
env["chorus.transmission"].create({
    "account_id": account.id, "company_id": company.id, "environment": "production", "verb": "deposit_flow",
    "key": "k", "state": "deposited", "payload": "b2N0ZXRz", "payload_name": "flux.xml", "sha256": "0" * 64,
})
env.cr.commit()
"""

EXPORT = """
wizard = env["chorus.proof.export"].create({})
wizard.action_export()
import base64, io, zipfile
archive = zipfile.ZipFile(io.BytesIO(base64.b64decode(wizard.with_context(bin_size=False).archive)))
assert any(archive.read(name) == b"octets" for name in archive.namelist()), archive.namelist()
env.cr.commit()
"""

FILE_OF_PAYLOAD = """
import hashlib, os
from odoo.tools import config
name = hashlib.sha1(b"octets").hexdigest()
path = os.path.join(config.filestore(env.cr.dbname), name[:2], name)
env["ir.attachment"]._gc_file_store()
assert os.path.exists(path) is {expected}, path
"""

LEFTOVERS = {
    "tables": "SELECT tablename FROM pg_tables WHERE schemaname = 'public'",
    "columns": "SELECT table_name || '.' || column_name FROM information_schema.columns WHERE table_schema = 'public'",
    "indexes": "SELECT indexname FROM pg_indexes WHERE schemaname = 'public'",
    "parameters": "SELECT key FROM ir_config_parameter WHERE key LIKE 'chorus%'",
    "records": "SELECT module || '.' || name FROM ir_model_data WHERE module = 'chorus_visiobat'",
    "models": "SELECT model FROM ir_model",
    "filters": "SELECT name FROM ir_filters WHERE name LIKE 'Filtre%'",
    "attachments": "SELECT name FROM ir_attachment WHERE res_model ~ '^(chorus|works)[.]' OR name = 'marche.pdf'",
    "messages": "SELECT id::text FROM mail_message WHERE model ~ '^(chorus|works)[.]'",
    "followers": "SELECT id::text FROM mail_followers WHERE res_model ~ '^(chorus|works)[.]'",
    "activities": "SELECT id::text FROM mail_activity WHERE res_model ~ '^(chorus|works)[.]'",
    "crons": "SELECT cron_name FROM ir_cron WHERE cron_name ILIKE '%chorus%'",
    "groups": "SELECT id::text FROM res_groups WHERE name::text ILIKE '%chorus%'",
    "menus": "SELECT name::text FROM ir_ui_menu WHERE name::text ILIKE '%chorus%'",
    "views": "SELECT name FROM ir_ui_view WHERE arch_db::text ~ '(chorus|works)_'",
    "assets": "SELECT path FROM ir_asset WHERE path LIKE '%chorus_visiobat%'",
}


class Server:
    """One database of a real Odoo, reached by its command line."""

    def __init__(self, database, work):
        self.database, self.work = database, work
        self.log = work / "uninstall.log"

    def odoo(self, *words, stdin=None):
        """Run the command in its own data folder; return its exit status and what it wrote."""
        command, *options = words
        call = [*shlex.split(os.environ["CHORUS_TEST_ODOO"]), command, *options]
        done = subprocess.run(
            call, input=stdin, capture_output=True, text=True, timeout=600, check=False, cwd=self.work
        )
        with self.log.open("a") as log:
            log.write(done.stdout + done.stderr)
        return done.returncode, done.stdout + done.stderr

    def run(self, *words, stdin=None):
        options = ["-c", os.environ["CHORUS_TEST_CONF"], "-d", self.database]
        return self.odoo(*words, *options, stdin=stdin)

    def script(self, text):
        # A failing line of the shell's standard input does not change its exit status.
        code, said = self.run("shell", "--no-http", "--log-level=warn", stdin=f"{text}\nprint('SCRIPT' + ' DONE')\n")
        assert "SCRIPT DONE" in said, said

    def install(self):
        options = ["-c", os.environ["CHORUS_TEST_CONF"], "-d", self.database]
        code, said = self.odoo("server", *options, "-i", "chorus_visiobat", "--stop-after-init", "--no-http")
        assert code == 0, said

    def uninstall(self):
        options = ["-c", os.environ["CHORUS_TEST_CONF"], "-d", self.database]
        return self.odoo("module", "uninstall", *options, "chorus_visiobat")

    def rows(self, query):
        with connected(self.database) as cursor:
            cursor.execute(query)
            return {value for (value,) in cursor.fetchall()}

    def everything(self):
        return {name: self.rows(query) for name, query in LEFTOVERS.items()}

    def warnings_of_ours(self):
        records = re.split(r"(?m)^(?=\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} )", self.log.read_text())
        ours = re.compile(r"chorus[._]|\bworks[._]|chorus_visiobat")
        place = re.compile(rf"{re.escape(self.database)}|{re.escape(str(self.work))}")
        return [
            record
            for record in records
            if re.match(r"\S+ \S+ \d+ (WARNING|ERROR|CRITICAL) ", record) and ours.search(place.sub("", record))
        ]


class connected:
    """A cursor of its own connection, outside any transaction."""

    def __init__(self, database):
        self.database = database

    def __enter__(self):
        self.connection = psycopg2.connect(os.environ["CHORUS_TEST_PG"], dbname=self.database)
        self.connection.autocommit = True
        return self.connection.cursor()

    def __exit__(self, *error):
        self.connection.close()


@pytest.fixture
def server(tmp_path):
    name = f"chorus_test_uninstall_{uuid.uuid4().hex[:8]}"
    with connected("postgres") as cursor:
        cursor.execute(f'CREATE DATABASE "{name}" TEMPLATE "{os.environ["CHORUS_TEST_TEMPLATE"]}"')
    yield Server(name, tmp_path)
    with connected("postgres") as cursor:
        cursor.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def test_uninstall_leaves_accounting_and_nothing_of_ours(server, monkeypatch):
    monkeypatch.delenv("CHORUS_VISIOBAT_KEYS", raising=False)
    before = server.everything()
    server.install()
    server.script(SEED)
    assert server.rows("SELECT tablename FROM pg_tables WHERE tablename = 'chorus_account'")

    code, said = server.uninstall()
    assert server.rows("SELECT state FROM ir_module_module WHERE name = 'chorus_visiobat'") == {"installed"}, said
    server.log.write_text("")  # the refusal itself is an error in the log, as it should be

    server.script(FILE_OF_PAYLOAD.format(expected=True))
    server.script(EXPORT)
    code, said = server.uninstall()
    assert server.rows("SELECT state FROM ir_module_module WHERE name = 'chorus_visiobat'") == {"uninstalled"}, said
    after = server.everything()
    expected = {**before, "filters": {"Filtre 0 account.move"}}
    assert {name: found - expected[name] for name, found in after.items() if found - expected[name]} == {}
    assert {name: expected[name] - found for name, found in after.items() if expected[name] - found} == {}
    assert server.rows("SELECT state FROM account_move WHERE move_type = 'out_invoice'") == {"posted"}
    assert server.rows("SELECT 1 FROM mail_message WHERE model = 'account.move' AND body LIKE '%ce message reste%'")
    assert server.rows("SELECT 1 FROM ir_attachment WHERE name = 'plan.pdf'")
    server.script(FILE_OF_PAYLOAD.format(expected=False))

    server.install()
    assert server.rows("SELECT state FROM ir_module_module WHERE name = 'chorus_visiobat'") == {"installed"}
    assert server.warnings_of_ours() == []
