import os
import tempfile
from unittest.mock import patch

from odoo.tests import BaseCase, tagged
from odoo.tools import config

from odoo.addons.chorus_visiobat.chorus_api import Misconfigured
from odoo.addons.chorus_visiobat.settings import endpoint_of, server_number, server_setting


@tagged("post_install", "-at_install")
class TestSettings(BaseCase):
    """Both sources of the server configuration, and what they may not change (DESIGN.md §6)."""

    def setUp(self):
        super().setUp()
        environment = {key: value for key, value in os.environ.items() if not key.startswith("CHORUS_VISIOBAT_")}
        self.enterContext(patch.dict(os.environ, environment, clear=True))

    def write_file(self, text):
        with tempfile.NamedTemporaryFile("w", suffix=".conf", delete=False) as file:
            file.write(text)
        self.addCleanup(os.unlink, file.name)
        self.enterContext(patch.dict(config._runtime_options, {"config": file.name}))

    def test_environment_wins_over_the_file(self):
        self.write_file("[options]\nlist_db = False\n[chorus_visiobat]\ntimeout = 25\nAPI_URL = http://a/%7Eb/cpro\n")
        self.assertEqual(server_number("TIMEOUT"), 25.0)
        self.assertEqual(server_setting("API_URL"), "http://a/%7Eb/cpro", "a percent sign is an ordinary character")
        os.environ["CHORUS_VISIOBAT_TIMEOUT"] = "40"
        self.assertEqual(server_number("TIMEOUT"), 40.0)

    def test_defaults(self):
        self.write_file("[options]\n")
        self.assertIsNone(server_setting("API_URL"))
        self.assertEqual(server_setting("API_URL", "x"), "x")
        self.assertEqual(server_number("QUIET_PERIOD"), 900.0)
        self.assertEqual(server_number("MIN_INTERVAL"), 1.0)

    def test_a_number_that_is_none_is_said(self):
        for text in ("soon", "-1", "0", "nan", "inf"):
            os.environ["CHORUS_VISIOBAT_TIMEOUT"] = text
            with self.subTest(text), self.assertRaisesRegex(Misconfigured, "TIMEOUT"):
                server_number("TIMEOUT")

    def test_only_qualification_is_redirected(self):
        os.environ["CHORUS_VISIOBAT_API_URL"] = "http://127.0.0.1:8090/cpro"
        with self.assertRaises(Misconfigured):
            endpoint_of("qualification")
        os.environ["CHORUS_VISIOBAT_OAUTH_URL"] = "http://127.0.0.1:8090/api/oauth/token"
        self.assertEqual(endpoint_of("qualification").api_url, "http://127.0.0.1:8090/cpro")
        self.assertEqual(endpoint_of("production").api_url, "https://api.piste.gouv.fr/cpro")
        self.assertEqual(endpoint_of("production").oauth_url, "https://oauth.piste.gouv.fr/api/oauth/token")
