import io

import polib
from lxml import etree

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools.misc import file_path
from odoo.tools.translate import trans_export

from .common import LOGIN, ChorusCase

MODULE = "chorus_visiobat"
SHOWN_ATTRIBUTES = ("string", "help", "placeholder", "title", "confirm", "sum")
SUBMIT = "/cpro/facturesTravaux/v1/soumettre"


@tagged("post_install", "-at_install")
class TestTranslations(ChorusCase):
    """Users work in French: the catalogue is that of the code, and what Odoo shows and writes comes from it."""

    def french(self, name):
        return self.env[name].with_context(lang="fr_FR")

    def test_the_template_is_in_step_with_the_code(self):
        exported = io.BytesIO()
        trans_export(None, [MODULE], exported, "po", self.env)
        in_code = {entry.msgid for entry in polib.pofile(exported.getvalue().decode())}
        in_template = {entry.msgid for entry in polib.pofile(file_path(f"{MODULE}/i18n/{MODULE}.pot"))}
        self.assertEqual(in_template - in_code, set(), "gone from the code: make i18n")
        if not self.env.ref(f"base.module_{MODULE}").demo:  # records of the demonstration have terms of their own
            self.assertEqual(in_code - in_template, set(), "new in the code: make i18n")

    def test_the_words_of_the_trade(self):
        fields = self.french("works.contract").fields_get(attributes=["string"])
        labels = {
            "chorus_contract_number": "Identifiant du marché",
            "chorus_commitment_number": "N° d'engagement",
            "moa_partner_id": "Maître d'ouvrage",
            "moe_partner_id": "Maître d'œuvre",
            "payer_partner_id": "Service payeur",
            "chorus_framework_id": "Cadre de facturation",
        }
        self.assertEqual({name: fields[name]["string"] for name in labels}, labels)
        self.assertEqual(
            self.french("works.situation").fields_get(["chorus_invoice_number"])["chorus_invoice_number"]["string"],
            "Identifiant de la facture",
        )

    def test_every_screen_in_french(self):
        """Whatever a screen of ours says, it says it as the catalogue does."""
        translated = polib.pofile(file_path(f"{MODULE}/i18n/fr.po"))
        english = {entry.msgid for entry in translated if entry.msgstr}
        views = self.env["ir.model.data"].search([("module", "=", MODULE), ("model", "=", "ir.ui.view")])
        self.assertGreater(len(views), 30)
        for view in self.french("ir.ui.view").browse(views.mapped("res_id")):
            for node in etree.fromstring(view.arch).iter(etree.Element):
                shown = {node.text and node.text.strip(), *map(node.get, SHOWN_ATTRIBUTES)}
                self.assertFalse(shown & english, view.xml_id)

    def test_an_error_is_told_in_french(self):
        contract = self.french("works.contract").create(
            {"name": "Réfection de la voirie", "company_id": self.company.id, "moa_partner_id": self.town.id}
        )
        with self.assertRaisesRegex(UserError, "n'a aucun poste"):
            contract.action_new_situation()

    def test_what_a_cron_writes_is_french(self):
        """Crons run as a technical user who speaks English; people read what they write."""
        document = self.create_document("2026T014-S04")
        document.with_context(lang="fr_FR")._queue()
        self.assertIn("la pièce part d'elle-même", document.next_step)
        self.control.fault("drop_after", SUBMIT)
        self.deposit()
        self.assertEqual(document.stage, "unknown")
        self.assertIn("la réponse s'est perdue", document.next_step)

    def test_a_refused_password_is_told_in_french(self):
        self.create_document("2026T014-S04")._queue()
        self.control.account(LOGIN, password="Autre-2026!val")
        for _refusal in range(2):
            self.deposit()
            self.wait(self.account, hours=1)
        self.assertEqual(self.account.pause_reason, "auth")
        told = self.account.activity_ids.filtered("automated")
        self.assertEqual(told.user_id, self.manager)
        self.assertIn("Chorus Pro refuse l'identifiant ou le mot de passe technique", told[:1].note)

    def test_a_reminder_dates_as_the_french_do(self):
        self.account.write({"password_expiry_date": "2027-06-30", "reminded_expiry_date": False})
        template = self.env.ref(f"{MODULE}.mail_template_password_expiry")
        account = self.account.with_context(lang=self.account._users_lang())
        mail = self.env["mail.mail"].browse(template.with_env(account.env).send_mail(account.id))
        self.assertIn("30/06/2027", mail.subject)
        self.assertIn("expire le", mail.body_html)
