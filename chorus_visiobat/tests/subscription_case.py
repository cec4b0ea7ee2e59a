
from odoo.tests import TransactionCase, new_test_user

from odoo.addons.chorus_visiobat.chorus_api import ChorusClient
from odoo.addons.chorus_visiobat.chorus_api.tokens import TokenSource
from odoo.addons.chorus_visiobat.models import chorus_connection_mixin, chorus_piste_application

from .common import LOGIN, PASSWORD, SIRET, PlatformMixin


class SubscriptionMixin(PlatformMixin):
    """A company, its administrator, and a Chorus Pro to talk to over real HTTP. Mixed into any Odoo test class."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.control.settings(lockout=1000)
        cls.quicken(chorus_connection_mixin, "ChorusClient", ChorusClient)
        cls.quicken(chorus_piste_application, "TokenSource", TokenSource)
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
