import json
import os
import stat
import tempfile
from pathlib import Path
from unittest.mock import patch

import psycopg2

from odoo.exceptions import AccessError
from odoo.service.model import call_kw
from odoo.tests import tagged
from odoo.tools import config, mute_logger

from odoo.addons.chorus_visiobat import server_keys
from odoo.addons.chorus_visiobat.keyring import KeyMissing, SecretUnreadable, new_key_line
from odoo.addons.chorus_visiobat.keyring.keys_file import KeysFile

from .common import CLIENT_SECRET, PASSWORD, SIRET
from .subscription_case import SubscriptionCase


@tagged("post_install", "-at_install")
class TestSecrets(SubscriptionCase):
    """Nobody reads a secret back, whatever the path; no clear value leaves the server (DESIGN.md §5)."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.account = cls.env["chorus.account"].create(
            {"company_id": cls.company.id, "piste_application_id": cls.application.id, "siret": SIRET}
        )
        cls.account._write_password(PASSWORD)
        cls.application._write_token("jeton-très-secret", 4_000_000_000.0)
        cls.administrator = cls.env.ref("base.user_admin")

    def holders(self):
        """Every record that holds secrets, as the system administrator sees it, with its columns of ciphertexts."""
        self.administrator.company_ids |= self.company
        wizard = self.open_wizard(**self.typed())
        for record in (self.account, self.application, wizard):
            record = record.with_user(self.administrator).with_context(allowed_company_ids=self.company.ids)
            yield record, [*record._secret_fields(), "secret_uuid"]

    def test_every_way_of_reading_is_closed_even_to_the_administrator(self):
        for record, names in self.holders():
            model = record.browse()
            for name in names:
                ways = {
                    "read": lambda record=record, name=name: record.read([name]),
                    "web_read": lambda record=record, name=name: record.web_read({name: {}}),
                    "attribute": lambda record=record, name=name: record[name],
                    "mapped": lambda record=record, name=name: record.mapped(name),
                    "search": lambda model=model, name=name: model.search([(name, "!=", False)]),
                    "order": lambda model=model, name=name: model.search([], order=name),
                    "group": lambda model=model, name=name: model.formatted_read_group([], [name], ["__count"]),
                    "export": lambda record=record, name=name: record.export_data([name]),
                    "write": lambda record=record, name=name: record.write({name: "x"}),
                }
                for way, attempt in ways.items():
                    with self.subTest(model=record._name, field=name, way=way), self.assertRaises(AccessError):
                        record.invalidate_recordset()
                        attempt()

    def test_secrets_are_not_even_described(self):
        for record, names in self.holders():
            self.assertFalse(record.fields_get().keys() & set(names))
            self.assertFalse(record.read()[0].keys() & set(names) if record._name != "chorus.subscription" else False)

    def test_what_is_typed_never_comes_back(self):
        wizard = self.open_wizard()
        answer = wizard.web_save(self.typed(), {"password_input": {}, "password_check_input": {}, "login": {}})
        self.assertFalse(answer[0]["password_input"])
        self.assertNotIn(PASSWORD, json.dumps(answer))
        application = self.env["chorus.piste.application"].with_user(self.manager)
        answer = application.web_save(
            {"name": "A", "client_id": "c", "client_secret_input": CLIENT_SECRET}, {"client_secret_input": {}}
        )
        self.assertNotIn(CLIENT_SECRET, json.dumps(answer))

    def test_the_database_holds_ciphertexts_only(self):
        wizard = self.open_wizard(**self.typed())
        self.env.flush_all()
        for table in ("chorus_account", "chorus_piste_application", "chorus_subscription"):
            self.env.cr.execute(f"SELECT row_to_json(t)::text FROM {table} t")
            text = "".join(row for (row,) in self.env.cr.fetchall())
            for secret in (PASSWORD, CLIENT_SECRET, "jeton-très-secret"):
                self.assertNotIn(secret, text)
        self.assertEqual(wizard._read_password().reveal(), PASSWORD)

    def test_a_failing_query_logs_no_secret(self):
        wizard = self.open_wizard()
        with self.assertLogs("odoo.sql_db", "ERROR") as logs, self.assertRaises(psycopg2.Error):
            with self.env.cr.savepoint():
                wizard.write({**self.typed(), "piste_application_id": 2_000_000_000})
                self.env.flush_all()
        self.assertIn("bad query", "".join(logs.output))
        self.assertNotIn(PASSWORD, "".join(logs.output))

    def test_a_ciphertext_moved_elsewhere_is_refused(self):
        other = self.env["chorus.account"].create({"company_id": self.env.company.id})
        other.password_ciphertext = self.account.password_ciphertext
        with self.assertRaises(SecretUnreadable):
            other._read_password()
        self.assertNotEqual(other.secret_uuid, self.account.secret_uuid)
        report = other._test_connection()
        self.assertEqual((report.ok, report.code), (False, "keys"))

    def test_a_copy_takes_no_secret_along(self):
        copy = self.application.copy({"client_id": "another"})
        self.assertFalse(copy.has_secret)
        self.assertNotEqual(copy.secret_uuid, self.application.secret_uuid)

    def test_rotation_brings_every_secret_under_the_new_key(self):
        old = os.environ["CHORUS_VISIOBAT_KEYS"]
        with patch.dict(os.environ, {"CHORUS_VISIOBAT_KEYS": f"{new_key_line()},{old}"}):
            told = self.env.ref("chorus_visiobat.action_rotate_secrets").run()
            self.assertIn(server_keys.server_keyring().primary_id, told["params"]["message"])
            self.assertEqual(self.account._rotate_secrets() + self.application._rotate_secrets(), 0, "nothing is left")
            self.assertEqual(self.account._read_password().reveal(), PASSWORD)
        server_keys.server_keyring(reload=True)
        with self.assertRaises(KeyMissing):
            self.account._read_password()

    def test_change_of_key_needs_no_restart(self):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "keys"
            path.touch(mode=0o600)
            path.write_text(f"{os.environ['CHORUS_VISIOBAT_KEYS']}\n")
            with patch.dict(os.environ, {"CHORUS_VISIOBAT_KEYS_FILE": str(path)}):
                server_keys.server_keyring(reload=True)
                name = KeysFile(path).begin()
                self.account._write_password("Nouveau-2026!val")
                self.assertEqual(server_keys.server_keyring().key_id_of(self.account.sudo().password_ciphertext), name)
                self.assertEqual(self.account._read_password().reveal(), "Nouveau-2026!val")
        server_keys.server_keyring(reload=True)

    def test_what_is_typed_stays_out_of_the_debug_log_of_odoo(self):
        with self.assertLogs("odoo.service.model", "DEBUG") as logs:
            wizard = self.open_wizard()
            values = {"password_input": "L'eau \\ \"salée\"", "login": "TECH_1@cpro.fr"}
            call_kw(wizard, "write", [wizard.ids, values], {})
        self.assertIn("TECH_1@cpro.fr", logs.output[-1])
        self.assertIn("'password_input': '•••'", logs.output[-1])
        self.assertNotIn("sal", logs.output[-1])

    def test_first_secret_makes_the_key_of_the_server(self):
        environment = {key: value for key, value in os.environ.items() if key != "CHORUS_VISIOBAT_KEYS"}
        with (
            tempfile.TemporaryDirectory() as folder,
            patch.dict(os.environ, environment, clear=True),
            patch.dict(config._runtime_options, {"data_dir": folder}),
        ):
            with mute_logger("odoo.sql_db"), self.assertRaises(KeyMissing):
                server_keys.server_keyring(reload=True)
            wizard = self.open_wizard(**self.typed())
            wizard.action_save()
            path = Path(folder) / "chorus_visiobat.keys"
            self.assertEqual(stat.S_IMODE(path.stat().st_mode), 0o600)
            self.assertIn(str(path), wizard.consequence_html, "the screen says where it is")
            server_keys.forget_local_keys()
            self.assertFalse(path.exists())
        server_keys.server_keyring(reload=True)

    def test_new_keys_forget_the_token_of_the_former(self):
        self.application.client_id = "another"
        self.assertEqual(self.application._read_token(), (None, None))
