import json

from odoo import http
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import PASSWORD, BrowserCase
from .subscription_case import SubscriptionMixin


@tagged("post_install", "-at_install")
class TestSubscriptionHttp(SubscriptionMixin, BrowserCase):
    """The subscription as the browser speaks it: identity checks, and no password in any answer."""

    def setUp(self):
        super().setUp()
        self.authenticate(self.manager.login, self.manager.login)

    def call(self, model, method, ids, **context):
        return self.make_jsonrpc_request(
            f"/web/dataset/call_button/{model}/{method}",
            {"model": model, "method": method, "args": [ids], "kwargs": {"context": context}},
        )

    def prove_identity(self, action):
        """Answer the dialog of the identity check; return what the guarded button then gives."""
        self.assertEqual(action["res_model"], "res.users.identitycheck")
        return self.call("res.users.identitycheck", "run_check", [action["res_id"]], password=self.manager.login)

    def test_identity_is_checked_on_opening_and_on_confirming(self):
        asked = self.call("res.users", "action_chorus_subscription", self.manager.ids)
        page = self.prove_identity(asked)
        self.assertEqual((page["res_model"], page["target"]), ("chorus.subscription", "current"))
        wizard = self.env["chorus.subscription"].browse(page["res_id"])

        answer = self.make_jsonrpc_request(
            "/web/dataset/call_kw/chorus.subscription/web_save",
            {
                "model": "chorus.subscription",
                "method": "web_save",
                "args": [wizard.ids, self.typed()],
                "kwargs": {"specification": {"password_input": {}, "password_check_input": {}, "password_hint": {}}},
            },
        )
        self.assertNotIn(PASSWORD, str(answer))
        self.call("chorus.subscription", "action_save", wizard.ids)
        self.assertTrue(wizard.test_ok, wizard.test_message)

        # Ten minutes later the proof is stale: it is asked for again, and nothing happens meanwhile.
        self.session["identity-check-last"] = 0
        http.root.session_store.save(self.session)
        asked = self.call("chorus.subscription", "action_confirm", wizard.ids)
        self.assertEqual(asked["target"], "new", "a dialog above the page: cancelling it comes back to the page")
        self.assertEqual(wizard.step, "confirm")
        self.assertFalse(self.env["chorus.account"]._for(self.company))

        told = self.prove_identity(asked)
        self.assertEqual(told["params"]["type"], "success")
        self.assertEqual(self.env["chorus.account"]._for(self.company).state, "active")

    def our_screens(self):
        """Every [action, kind of view] of our models that opens as a page. Forms of records that know their
        environment carry the banner by themselves."""
        actions = self.env["ir.actions.act_window"].search([("target", "=", "current")])
        ours = actions.filtered(lambda action: action.res_model.startswith(("chorus.", "works.")))
        return [
            [action.id, mode]
            for action in ours
            for mode in action.view_mode.split(",")
            if mode != "form" or "chorus_is_qualification" not in self.env[action.res_model]._fields
        ]

    def assert_banners(self, expected):
        """Open each of our screens in the browser: it shows ``expected`` banners of qualification."""
        code = """(async () => {
            const [screens, expected] = $ASKED;
            const { action } = odoo.__WOWL_DEBUG__.root.env.services;
            for (const [id, viewType] of screens) {
                await action.doAction(id, { viewType, clearBreadcrumbs: true });
                const drawn = [...document.querySelectorAll(".o_action .o_chorus_qualification")];
                const shown = drawn.filter((banner) => banner.offsetParent).length;
                if (shown !== expected) {
                    throw new Error(`${shown} banners on the ${viewType} of action ${id}`);
                }
            }
            console.log("test successful");
        })()""".replace("$ASKED", json.dumps([self.our_screens(), expected]))
        self.browser_js("/odoo", code, "odoo.isReady === true", login=self.manager.login, timeout=120)

    def test_every_screen_wears_the_banner_in_qualification_only(self):
        self.assert_banners(1)
        self.company.chorus_environment = "production"
        self.assert_banners(0)

    @mute_logger("odoo.http")  # the tour also types a wrong SIRET
    def test_my_account_leads_to_the_subscription(self):
        self.start_tour("/odoo", "chorus_my_account", login=self.manager.login)
