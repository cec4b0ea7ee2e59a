import os
from functools import partial
from unittest.mock import patch

from odoo.tests import TransactionCase, new_test_user

from odoo.addons.chorus_visiobat import server_keys
from odoo.addons.chorus_visiobat.chorus_api import ChorusClient
from odoo.addons.chorus_visiobat.chorus_api.tokens import TokenSource
from odoo.addons.chorus_visiobat.keyring import new_key_line
from odoo.addons.chorus_visiobat.models import chorus_connection_mixin, chorus_piste_application

from .common import CLIENT_ID, CLIENT_SECRET, LOGIN, PASSWORD, SIRET
from .simulator import running_simulator


def quick(target, name, original):
    """Patch a class of the client so that its waits between two tries take no time."""
    return patch.object(target, name, partial(original, sleep=lambda seconds: None))


class SubscriptionMixin:
    """A company, its administrator, and a Chorus Pro to talk to over real HTTP. Mixed into any Odoo test class."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        simulator = running_simulator()
        cls.simulator = simulator.__enter__()
        cls.addClassCleanup(simulator.__exit__, None, None, None)
        cls.simulator.control.settings(lockout=1000)
        cls._patch_class(
            patch.dict(
                os.environ,
                {
                    "CHORUS_VISIOBAT_API_URL": cls.simulator.api_url,
                    "CHORUS_VISIOBAT_OAUTH_URL": cls.simulator.oauth_url,
                    "CHORUS_VISIOBAT_MIN_INTERVAL": "0",
                    "CHORUS_VISIOBAT_KEYS": new_key_line(),
                },
            )
        )
        server_keys.server_keyring(reload=True)
        cls.addClassCleanup(setattr, server_keys, "_loaded", None)
        cls._patch_class(quick(chorus_connection_mixin, "ChorusClient", ChorusClient))
        cls._patch_class(quick(chorus_piste_application, "TokenSource", TokenSource))

        cls.env["chorus.account"].search([]).active = False
        cls.company = cls.env["res.company"].create(
            {
                "name": "Bâtisseurs du Val",
                "company_registry": SIRET,
                "country_id": cls.env.ref("base.fr").id,
                "email": "contact@batisseurs.example",
            }
        )
        cls.manager = new_test_user(
            cls.env,
            "chorus_admin",
            "chorus_visiobat.group_manager,base.group_erp_manager",
            lang="en_US",
            company_id=cls.company.id,
            company_ids=[(6, 0, cls.company.ids)],
        )
        cls.application = cls.env["chorus.piste.application"].create(
            {"name": "APP_SANDBOX_val", "client_id": CLIENT_ID, "client_secret_input": CLIENT_SECRET}
        )

    @classmethod
    def _request_handler(cls, session, request, /, **options):
        # Odoo compares the timeout with a number; that of the client is a pair.
        if isinstance(options.get("timeout"), tuple):
            options["timeout"] = max(options["timeout"])
        return super()._request_handler(session, request, **options)

    @classmethod
    def _patch_class(cls, patcher):
        patcher.start()
        cls.addClassCleanup(patcher.stop)

    def setUp(self):
        super().setUp()
        self.addCleanup(self.simulator.control.reset)
        self.addCleanup(self.simulator.control.settings, lockout=1000)

    def open_wizard(self, **values):
        """The page as the administrator has just opened it, then typed ``values`` into."""
        Subscription = self.env["chorus.subscription"].with_user(self.manager).with_company(self.company)
        action = Subscription._open(self.company)
        wizard = Subscription.browse(action["res_id"])
        if values:
            wizard.write(values)
        return wizard

    def typed(self, **changes):
        """What a person types for a first subscription that is right."""
        password = changes.pop("password", PASSWORD)
        return {
            "contact_email": "compta@batisseurs.example",
            "login": LOGIN,
            "password_input": password,
            "password_check_input": password,
            "piste_application_id": self.application.id,
            **changes,
        }

    def subscribe(self, **changes):
        """The whole subscription; return the account in use, or the pending version."""
        wizard = self.open_wizard(**self.typed(**changes))
        wizard.action_save()
        action = wizard._confirm()
        return self.env["chorus.account"].browse(action["params"]["next"]["res_id"])


class SubscriptionCase(SubscriptionMixin, TransactionCase):
    pass
