from odoo.modules.neutralize import get_neutralization_queries
from odoo.tests import tagged

from .subscription_case import SubscriptionCase


@tagged("post_install", "-at_install")
class TestNeutralize(SubscriptionCase):
    """A test copy keeps no credentials and sends nothing: the very queries that ``odoo neutralize`` runs."""

    def test_neutralized_copy_is_harmless(self):
        account = self.subscribe()
        self.application._write_token("jeton", 4_000_000_000.0)
        wizard = self.open_wizard(**self.typed())
        documents = self.env["chorus.document"]
        framework = self.env["chorus.framework"].search([("code", "=", "A4")]) or self.env["chorus.framework"].create(
            {"code": "A4", "api_code": "A4", "name": "A4", "issuer": "supplier"}
        )
        transmissions = self.env["chorus.transmission"]
        for state, stage in (("queued", "queued"), ("unknown", "unknown"), ("deposited", "deposited")):
            document = documents.create(
                {
                    "company_id": self.company.id,
                    "environment": "qualification",
                    "framework_id": framework.id,
                    "number": state,
                    "issuer_siret": account.siret,
                    "stage": stage,
                }
            )
            documents |= document
            transmissions |= transmissions.create(
                {
                    "account_id": account.id,
                    "company_id": self.company.id,
                    "environment": "qualification",
                    "verb": "deposit_flow",
                    "key": state,
                    "state": state,
                    "document_ids": document.ids,
                }
            )
        self.env.flush_all()
        for query in get_neutralization_queries(["chorus_visiobat"]):
            self.env.cr.execute(query)
        self.env.invalidate_all()

        self.assertFalse(account.password_ciphertext)
        self.assertFalse(self.application.client_secret_ciphertext)
        self.assertFalse(self.application.token_ciphertext)
        self.assertFalse(wizard.exists())
        self.assertEqual((account.state, account.pause_reason), ("paused", "neutralized"))
        self.assertEqual(transmissions.mapped("state"), ["cancelled", "cancelled", "deposited"])
        self.assertEqual(documents.mapped("stage"), ["draft", "needs_attention", "deposited"])
        self.assertIn("test copy", " ".join(account._check_usable()))
        crons = self.env["ir.model.data"].search([("module", "=", "chorus_visiobat"), ("model", "=", "ir.cron")])
        self.assertTrue(crons)
        active = self.env["ir.cron"].with_context(active_test=False).browse(crons.mapped("res_id")).mapped("active")
        self.assertFalse(any(active))
