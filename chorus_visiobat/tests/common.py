"""What the tests of this addon share: a French company with its clients, and Chorus Pro played by the simulator."""

import os
from datetime import timedelta
from functools import partial
from unittest.mock import patch

from odoo import Command
from odoo.tests import HttpCase, TransactionCase, new_test_user

from odoo.addons.chorus_visiobat import server_keys
from odoo.addons.chorus_visiobat.chorus_api import ChorusClient
from odoo.addons.chorus_visiobat.keyring import new_key_line
from odoo.addons.chorus_visiobat.models import chorus_account_client

from .simulator import running_simulator

SIRET = "45260181800019"
LOGIN = "TECH_000000000181259@cpp2017.fr"
PASSWORD = "Chantier-2026!val"
OTHER_SIRET = "59603082500019"
OTHER_LOGIN = "TECH_000000000182260@cpp2017.fr"
OTHER_PASSWORD = "Poutre-2026!bois"
CLIENT_ID = "0d6a3c1e-7f42-4e0b-9a35-5c2f1b7e8d90"
CLIENT_SECRET = "b91f4a77-2c58-4d13-8e6a-91d07c3fe4ab"
TOWN_SIRET = "26613186100012"
COUNTY_SIRET = "20913909600017"
MOE_SIRET = "85908301600013"
MAIN_SIRET = "34628194200018"

PDF = b"""%PDF-1.4
1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj
2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj
3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>endobj
xref
0 4
0000000000 65535 f\x20
0000000009 00000 n\x20
0000000054 00000 n\x20
0000000105 00000 n\x20
trailer<</Size 4/Root 1 0 R>>
startxref
165
%%EOF
"""


class FrenchCompanyMixin:
    """Bâtisseurs du Val, its clients, its project manager, its users of each group, the French chart of accounts."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"]._activate_lang("fr_FR")
        cls.company = cls.env["res.company"].create(
            {
                "name": "Bâtisseurs du Val",
                "street": "4 rue des Carriers",
                "zip": "49000",
                "city": "Angers",
                "country_id": cls.env.ref("base.fr").id,
                "currency_id": cls.env.ref("base.EUR").id,
                "company_registry": SIRET,
                "vat": "FR23334175221",
                "phone": "02 41 00 00 00",
                "email": "facturation@batisseurs.example",
            }
        )
        # Deadlines count French days: the same ones whatever the hour of the test.
        cls.env.user.write(
            {"company_ids": [Command.link(cls.company.id)], "company_id": cls.company.id, "tz": "Europe/Paris"}
        )
        cls.env = cls.env(context={**cls.env.context, "allowed_company_ids": cls.company.ids, "lang": "en_US"})
        cls.company = cls.company.with_env(cls.env)
        cls.env["account.chart.template"].try_loading("fr", company=cls.company, install_demo=False)
        cls.vat20 = cls.env["account.tax"].search(
            [
                ("company_id", "=", cls.company.id),
                ("type_tax_use", "=", "sale"),
                ("amount_type", "=", "percent"),
                ("amount", "=", 20),
                ("price_include_override", "!=", "tax_included"),
            ],
            limit=1,
        )
        cls.env["res.partner.bank"].create(
            {"acc_number": "FR7630006000011234567890189", "partner_id": cls.company.partner_id.id}
        )
        cls.town = cls.create_body("Commune de Saint-Aubin-le-Val", TOWN_SIRET)
        cls.county = cls.create_body("Département du Haut-Val", COUNTY_SIRET)
        cls.moe = cls.create_body("Atelier Lumen, architectes", MOE_SIRET)
        cls.reader = cls.create_user("val_reader", "chorus_visiobat.group_reader")
        cls.biller = cls.create_user("val_biller", "chorus_visiobat.group_billing")
        cls.manager = cls.create_user("val_manager", "chorus_visiobat.group_manager")

    @classmethod
    def create_body(cls, name, siret):
        return cls.env["res.partner"].create(
            {
                "name": name,
                "is_company": True,
                "company_registry": siret,
                "country_id": cls.env.ref("base.fr").id,
                "lang": "fr_FR",
            }
        )

    @classmethod
    def create_user(cls, login, group):
        return new_test_user(
            cls.env,
            login,
            group,
            company_id=cls.company.id,
            company_ids=[Command.set(cls.company.ids)],
            tz="Europe/Paris",
        )

    def create_invoice(self, amount=1000.0, partner=None, **values):
        """A posted customer invoice of one line at 20 %."""
        move = self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": (partner or self.town).id,
                "invoice_date": "2026-11-30",
                "company_id": self.company.id,
                "invoice_line_ids": [
                    Command.create(
                        {
                            "name": "Étanchéité",
                            "quantity": 1,
                            "price_unit": amount,
                            "tax_ids": [Command.set(self.vat20.ids)],
                        }
                    )
                ],
                **values,
            }
        )
        move.action_post()
        return move


class BrowserCase(HttpCase):
    """Tours of a browser in the web client."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # Debian's package lists this file without shipping it, which stops every tour.
        cls.env["ir.asset"].create(
            {
                "name": "Without selfie segmentation",
                "bundle": "web.assets_backend",
                "directive": "remove",
                "path": "mail/static/lib/selfie_segmentation/selfie_segmentation.js",
            }
        )
        # Built now: on a busy machine, the browser's first requests would wait too long for one another.
        bundle = cls.env["ir.qweb"]._get_asset_bundle("web.assets_web")
        bundle.js()
        bundle.css()


class PlatformMixin:
    """Chorus Pro over real HTTP on 127.0.0.1, a PISTE application, and keys for the secrets."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        simulator = running_simulator()
        cls.simulator = simulator.__enter__()
        cls.addClassCleanup(simulator.__exit__, None, None, None)
        cls.control = cls.simulator.control
        cls.patch_class(
            patch.dict(
                os.environ,
                {
                    "CHORUS_VISIOBAT_API_URL": cls.simulator.api_url,
                    "CHORUS_VISIOBAT_OAUTH_URL": cls.simulator.oauth_url,
                    "CHORUS_VISIOBAT_MIN_INTERVAL": "0",
                    "CHORUS_VISIOBAT_TIMEOUT": "5",
                    "CHORUS_VISIOBAT_KEYS": new_key_line(),
                },
            )
        )
        server_keys.server_keyring(reload=True)
        cls.addClassCleanup(setattr, server_keys, "_loaded", None)
        cls.env["chorus.account"].search([]).active = False
        cls.application = cls.env["chorus.piste.application"].create(
            {"name": "APP_SANDBOX_val", "client_id": CLIENT_ID, "client_secret_input": CLIENT_SECRET}
        )

    @classmethod
    def _request_handler(cls, session, request, /, **options):
        # Odoo's guard of the tests compares the timeout with a number; ours is the pair that requests also takes.
        if isinstance(options.get("timeout"), tuple):
            options["timeout"] = max(*options["timeout"], 10)
        return super()._request_handler(session, request, **options)

    @classmethod
    def patch_class(cls, patcher):
        patcher.start()
        cls.addClassCleanup(patcher.stop)

    @classmethod
    def quicken(cls, module, name, original):
        """Take the waits between two tries out of a class of the client: they are tested with the client."""
        cls.patch_class(patch.object(module, name, partial(original, sleep=lambda seconds: None)))


class SimulatorMixin(PlatformMixin):
    """Chorus Pro, and an active technical account of the company."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.quicken(chorus_account_client, "ChorusClient", ChorusClient)
        cls.account = cls.create_account(cls.company, SIRET, LOGIN, PASSWORD)

    @classmethod
    def create_account(cls, company, siret, login, password):
        account = cls.env["chorus.account"].create(
            {
                "company_id": company.id,
                "environment": "qualification",
                "siret": siret,
                "contact_email": "compta@batisseurs.example",
                "login": login,
                "piste_application_id": cls.application.id,
            }
        )
        account._write_password(password)
        account._resume()
        return account

    def setUp(self):
        super().setUp()
        self.control.reset()
        self.control.settings(min_interval=0, lockout=1000)

    def run_cron(self, xmlid):
        """Run one of our crons as Odoo does."""
        with self.enter_registry_test_mode():
            self.env.ref(f"chorus_visiobat.{xmlid}").method_direct_trigger()
        self.env.invalidate_all()

    def deposit(self):
        self.run_cron("cron_deposit")

    def poll(self):
        self.run_cron("cron_poll")

    def wait(self, records, **delta):
        """Let time pass for the records: what had to wait is due."""
        for name in ("not_before", "started_at", "held_until"):
            for record in records:
                if name in record._fields and record[name]:
                    record[name] -= self.delta(**delta)

    @staticmethod
    def delta(**delta):
        return timedelta(**(delta or {"hours": 1}))


class ChorusCase(SimulatorMixin, FrenchCompanyMixin, TransactionCase):
    """A company and its Chorus Pro, for papers made without passing by their printing."""

    def create_document(self, number, framework="A4", amount=1000.0, content=PDF, **values):
        """A paper ready to leave, its file given. Amount in EUR HT, VAT at 20 %."""
        document = self.env["chorus.document"].create(
            {
                "company_id": self.company.id,
                "user_id": self.biller.id,
                "environment": "qualification",
                "framework_id": self.env.ref(f"chorus_visiobat.framework_{framework.lower()}").id,
                "number": number,
                "issuer_siret": SIRET,
                "issuer_name": self.company.name,
                "recipient_siret": TOWN_SIRET,
                "amount_untaxed": amount,
                "amount_tax": amount * 0.2,
                "amount_total": amount * 1.2,
                "contract_id": self.contract.id if framework != "A1" else False,
                **values,
            }
        )
        document.main_attachment_file_id = self.env["ir.attachment"].create(
            {"name": f"{number}.pdf", "raw": content, "res_model": "chorus.document", "res_id": document.id}
        )
        document._sync_stage()
        return document

    @property
    def contract(self):
        contract = self.env["works.contract"].search([("company_id", "=", self.company.id)], limit=1)
        return contract or self.env["works.contract"].create(
            {
                "name": "Réfection de la mairie",
                "company_id": self.company.id,
                "moa_partner_id": self.town.id,
                "payer_partner_id": self.town.id,
                "moe_partner_id": self.moe.id,
                "chorus_contract_number": "2026-014",
            }
        )

    @staticmethod
    def environment(**variables):
        """Environment variables for the time of a block."""
        return patch.dict(os.environ, variables)
