"""A paper, from its invoice to what the user reads of it; reference data; the directory."""

import csv
import re
from pathlib import Path

from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import TransactionCase, new_test_user, tagged
from odoo.tools import mute_logger

from .common import COUNTY_SIRET, OTHER_SIRET, PDF, SIRET, TOWN_SIRET, ChorusCase

STATUSES = """BROUILLON A_VALIDER_1 ERREUR_FOURNISSEUR_SUR_VALIDEUR REFUSEE_1 VALIDEE_1 ABSENCE_VALIDATION_1_HORS_DELAI
A_VALIDER_2 ERREUR_COTRAITANT_SUR_VALIDEUR REFUSEE_2 VALIDEE_2 ABSENCE_VALIDATION_2_HORS_DELAI DEPOSEE
ERREUR_FOURNISSEUR_SUR_MOE EN_COURS_ACHEMINEMENT MISE_A_DISPOSITION A_RECYCLER SUSPENDUE REJETEE MANDATEE
MISE_EN_PAIEMENT COMPTABILISEE MISE_A_DISPOSITION_COMPTABLE ABANDONNEE SUPPRIMEE ASSOCIEE
EN_COURS_TRAITEMENT_PIVOT_S A_VALIDER_MOE
REFUSEE_MOE EN_ATTENTE_RECYCLAGE_FOURNISSEUR ERREUR_MOE_SUR_FOURNISSEUR ERREUR_MOA_SUR_FOURNISSEUR INTERPRETEE_OCR
COMPLETEE ERREUR_FOURNISSEUR_SUR_MOA ERREUR_MOE_SUR_MOA ERREUR_DESTINATAIRE_PD ERREUR_DESTINATAIRE_EA SERVICE_FAIT
NON_CONFORME A_ASSOCIER_MOE ERREUR_DE_MOE MISE_A_DISPOSITION_MOE PRISE_EN_COMPTE_MOE A_ASSOCIER_MOA ERREUR_DE_MOA
REFUSEE_MOA A_ASSOCIER_FOURNISSEUR REFUSEE_FOURNISSEUR A_COMPLETER TRANSMISE_MOA PRISE_EN_COMPTE_DESTINATAIRE
REMPLACEE_PAR_A22 DUPLIQUE_APRES_REFUS MISE_A_DISPOSITION_MOA PRISE_EN_COMPTE_MOA TECHNIQUE_INCONNU""".split()

# Labels of Chorus Pro (chorus-pro-api.md §3.8, §6.4) and the short name of what they mean.
LABELS = {
    "L'engagement juridique (FichierXml.SupplyChainTradeTransaction.ApplicableHeaderTradeAgreement."
    "BuyerOrderReferencedDocument.IssuerAssignedID.value) est obligatoire": "rejection_commitment_missing",
    "L'engagement juridique (FichierXml.SupplyChainTradeTransaction.ApplicableHeaderTradeAgreement."
    "BuyerReference.value) est obligatoire": "rejection_service_missing",
    "L'identifiant fournisseur de la demande de paiement (balise : AccountingSupplierParty.Party."
    "PartyIdentification.ID.value) n'est pas reference dans notre systeme.": "rejection_supplier_unknown",
    "La structure (balise AccountingSupplierParty.Party.PartyIdentification.ID.value) n'utilise pa":
        "rejection_supplier_connection",
    "Le champ identifiant de la facture (FichierXml.ExchangedDocument.ID.value) ne doit pas depasser 20 caracteres":
        "rejection_number_too_long",
    "ApplicableHeaderTradeSettlement.SpecifiedTradeSettlementPaymentMeans.TypeCode.value est obligatoire":
        "rejection_payment_means",
    "BusinessProcessSpecifiedDocumentContextParameter.ID M1": "rejection_framework",
    "IRRECEVABILITE: cvc-datatype-valid.1.2.1: '-1 324,60' is not a valid value for 'decimal'.": "rejection_xml",
    "numéro de facture déjà utilisé": "rejection_duplicate",
    "GDP_MSG_11.022": "rejection_file_size",
    "GDP_MSG_11.005": "rejection_rights",
    "GDP_MSG_11.008": "rejection_not_found",
    "Erreur de montant": "rejection_amount",
}


@tagged("post_install", "-at_install")
class TestReferenceData(TransactionCase):
    def test_every_status_of_chorus_pro_has_its_words(self):
        self.assertEqual(set(self.env["chorus.status"].search([]).mapped("code")), set(STATUSES))
        self.assertEqual(len(STATUSES), 56)
        for status in self.env["chorus.status"].search([]):
            self.assertTrue(status.next_step, status.code)

    def test_every_framework_is_there_and_works_ones_have_their_type(self):
        frameworks = self.env["chorus.framework"].with_context(active_test=False).search([])
        self.assertEqual({framework.code for framework in frameworks}, {f"A{number}" for number in range(1, 26)})
        for framework in frameworks:
            self.assertTrue(framework.api_code.startswith(framework.code + "_"))
            self.assertEqual(bool(framework.works_type), framework.is_works)
        no_invoice = frameworks.filtered(lambda framework: framework.code in ("A8", "A22", "A23"))
        self.assertFalse(any(no_invoice.mapped("bears_invoice")))
        self.assertFalse(frameworks.filtered(lambda framework: framework.code == "A11").active)

    def test_labels_are_translated(self):
        for label, name in LABELS.items():
            with self.subTest(label=label):
                self.assertEqual(self.env["chorus.rejection"]._match(label), self.env.ref(f"chorus_visiobat.{name}"))
        self.assertFalse(self.env["chorus.rejection"]._match("Chaussette dépareillée"))

    def test_upgrade_refreshes_what_nobody_changed(self):
        kept = self.env.ref("chorus_visiobat.status_deposee")
        refreshed = self.env.ref("chorus_visiobat.status_mandatee")
        wording = refreshed.next_step
        kept.next_step = "Appeler Mme Renaud"
        self.env.cr.execute("UPDATE chorus_status SET next_step = 'ancien' WHERE id = %s", [refreshed.id])
        self.env.invalidate_all()
        self.load("chorus.status.csv")
        self.assertEqual(kept.next_step, "Appeler Mme Renaud")
        self.assertEqual(refreshed.next_step, wording)
        self.assertFalse(refreshed.is_customised)
        kept.is_customised = False
        self.load("chorus.status.csv")
        self.assertIn("achemine", kept.next_step)

    def load(self, file):
        from odoo.tools.convert import convert_file

        convert_file(self.env, "chorus_visiobat", f"data/{file}", {}, mode="update")
        self.env.invalidate_all()

    def test_what_a_user_entered_before_it_was_delivered_stays_and_stops_no_upgrade(self):
        rate = self.env.ref("chorus_visiobat.bank_rate_2025_1")
        rate.unlink()
        ours = self.env["chorus.bank.rate"].create({"date": "2025-01-01", "rate": 3.1})
        self.load("chorus.bank.rate.csv")
        self.assertEqual(self.env.ref("chorus_visiobat.bank_rate_2025_1"), ours)
        self.assertEqual(ours.rate, 3.1)
        ours.is_customised = False
        self.load("chorus.bank.rate.csv")
        self.assertEqual(ours.rate, 3.15)

    def test_broken_pattern_is_refused_at_entry(self):
        with self.assertRaises(ValidationError):
            self.env.ref("chorus_visiobat.rejection_duplicate").pattern = "doublon("

    def test_wording_is_clean(self):
        folder = Path(__file__).parents[1] / "data"
        for name in ("chorus.status.csv", "chorus.rejection.csv", "chorus.framework.csv"):
            with (folder / name).open(encoding="utf-8") as file:
                for row in csv.DictReader(file):
                    for text in row.values():
                        self.assertFalse(re.search(r"  |\s$|\bTODO\b", text), text)


@tagged("post_install", "-at_install")
class TestDocument(ChorusCase):
    def test_made_from_the_invoice_and_only_once(self):
        move = self.create_invoice()
        document = move._chorus_ensure_document()
        self.assertRecordValues(
            document,
            [
                {
                    "number": move.name,
                    "issuer_siret": SIRET,
                    "recipient_siret": TOWN_SIRET,
                    "amount_untaxed": 1000.0,
                    "amount_tax": 200.0,
                    "amount_total": 1200.0,
                    "stage": "draft",
                    "environment": "qualification",
                    "origin": "ours",
                }
            ],
        )
        self.assertEqual(document.framework_id.code, "A1")
        self.assertEqual(move._chorus_ensure_document(), document)

    def test_refreshed_until_it_leaves_then_frozen(self):
        move = self.create_invoice()
        document = move._chorus_ensure_document()
        move.partner_id.company_registry = COUNTY_SIRET
        move._chorus_ensure_document()
        self.assertEqual(document.recipient_siret, COUNTY_SIRET)
        document.main_attachment_file_id = self.env["ir.attachment"].create({"name": "f.pdf", "raw": PDF})
        document._queue()
        move.partner_id.company_registry = TOWN_SIRET
        move._chorus_ensure_document()
        self.assertEqual(document.recipient_siret, COUNTY_SIRET)

    def test_credit_note_counts_negative(self):
        move = self.create_invoice(move_type="out_refund")
        self.assertEqual(move._chorus_ensure_document().amount_total, -1200.0)

    def test_everything_missing_is_said_at_once(self):
        move = self.create_invoice()
        move.button_draft()
        self.account.sudo().active = False
        with self.assertRaises(UserError) as error:
            move._chorus_ensure_document()
        self.assertEqual(len(str(error.exception).splitlines()), 2)

    def test_same_number_twice_is_refused_by_the_database(self):
        self.create_document("2026T014-S01")
        with mute_logger("odoo.sql_db"), self.assertRaises(IntegrityError):
            self.create_document("2026T014-S01")
        self.env.cr.precommit.clear()

    def test_without_account_nothing_is_queued(self):
        document = self.create_document("2026T014-S01")
        self.account.sudo().active = False
        with self.assertRaises(UserError):
            document._queue()
        self.assertFalse(document.transmission_ids)

    def test_paper_that_left_is_never_deleted(self):
        document = self.create_document("2026T014-S01")
        document._queue()
        with self.assertRaises(UserError):
            document.unlink()

    def test_paper_withdrawn_before_leaving_goes_with_its_invoice(self):
        move = self.create_invoice()
        document = move._chorus_ensure_document()
        document.main_attachment_file_id = self.env["ir.attachment"].create({"name": "f.pdf", "raw": PDF})
        document._queue()
        document.with_user(self.biller).action_withdraw()
        move.button_draft()
        move.with_context(force_delete=True).unlink()
        self.assertFalse(document.exists())

    def test_refused_paper_keeps_its_invoice_as_a_proof(self):
        move = self.create_invoice()
        document = move._chorus_ensure_document()
        document.main_attachment_file_id = self.env["ir.attachment"].create({"name": "f.pdf", "raw": PDF})
        document._queue()
        document._current_deposit()._refuse("Non")
        document._apply_refusal(["Non"])
        self.assertTrue(document.activity_ids)
        move.button_draft()
        with self.assertRaisesRegex(UserError, re.escape(document.name)):
            move.with_context(force_delete=True).unlink()
        move.button_cancel()
        self.assertFalse(document.active)
        self.assertFalse(document.activity_ids, "Nothing is left to cure")

    def test_paper_that_chorus_pro_may_hold_is_not_archived(self):
        document = self.create_document("2026T014-S01")
        document._queue()
        with self.assertRaisesRegex(UserError, "2026T014-S01"):
            document.with_user(self.biller).sudo().active = False
        self.deposit()
        with self.assertRaises(UserError):
            document.action_archive()
        document._apply_status("ABANDONNEE")
        with self.assertRaises(UserError, msg="Its invoice is credited, its number is not used again"):
            document.action_archive()
        self.assertTrue(document.active)

    def test_credit_note_closes_the_activity_of_a_rejected_invoice(self):
        move = self.create_invoice()
        document = move._chorus_ensure_document()
        document._apply_status("REJETEE", reason="Facture en double")
        self.assertTrue(document.activity_ids)
        reversal = self.env["account.move.reversal"].with_context(active_model="account.move", active_ids=move.ids)
        reversal.create({"journal_id": move.journal_id.id}).reverse_moves()
        move.reversal_move_ids.action_post()
        self.assertEqual(move.payment_state, "reversed")
        self.assertFalse(document.activity_ids)
        self.assertEqual((document.stage, document.owner), ("rejected", "nobody"), "Told as it is, and nobody's move")
        self.assertEqual(document.paid_total, 0.0, "A credit note pays nothing")

    def test_only_what_was_received_counts_as_paid(self):
        move = self.create_invoice()
        document = move._chorus_ensure_document()
        payment = self.env["account.payment.register"].with_context(active_model="account.move", active_ids=move.ids)
        payment.create({"amount": 500.0})._create_payments()
        self.assertEqual(document.paid_total, 500.0)

    def test_users_write_on_a_paper_its_responsible_and_attachments_only(self):
        document = self.create_document("2026T014-S01").with_user(self.biller)
        document.write({"user_id": self.manager.id, "attachment_ids": [(0, 0, {"name": "a.pdf", "raw": PDF})]})
        values = {
            "stage": "paid",
            "technical_number": "1",
            "environment": "production",
            "transmission_ids": [(5,)],
            "main_attachment_file_id": document.attachment_ids.id,
            "amount_total": 1.0,
            "number": "X",
            "active": False,
        }
        for name, value in values.items():
            with self.subTest(field=name), self.assertRaises(AccessError):
                document.write({name: value})
        with self.assertRaises(AccessError):
            document.create({"number": "2026T014-S02"})

    def test_evidence_of_another_company_is_not_shown(self):
        document = self.create_document("2026T014-S01")
        document._queue()
        other = self.env["res.company"].create({"name": "Charpentes Renaud"})
        stranger = new_test_user(
            self.env, "renaud", "chorus_visiobat.group_billing", company_id=other.id, company_ids=[(6, 0, other.ids)]
        )
        attach = self.env["chorus.attach"].with_user(stranger).with_context(allowed_company_ids=other.ids)
        with self.assertRaises(AccessError):
            attach.create({"document_id": document.id, "technical_number": "1"}).read(["evidence"])

    def test_reader_changes_nothing(self):
        document = self.create_document("2026T014-S01")
        document._queue()
        for act in ("action_withdraw", "action_correct_and_resend", "action_send_again"):
            with self.assertRaises(AccessError), self.env.cr.savepoint():
                getattr(document.with_user(self.reader), act)()
        with self.assertRaises(AccessError):
            document.transmission_ids[:1].with_user(self.manager).write({"state": "deposited"})
        with self.assertRaises(AccessError):
            document.transmission_ids[:1].with_user(self.reader).read(["payload"])

    def test_notes_escape_what_chorus_pro_sends(self):
        document = self.create_document("2026T014-S01")
        document._apply_refusal(["<script>alert(1)</script>"])
        self.assertNotIn("<script>", document.message_ids[:1].body)


@tagged("post_install", "-at_install")
class TestDirectory(ChorusCase):
    def setUp(self):
        super().setUp()
        # The token is kept through a cursor of its own.
        self.registry_enter_test_mode()

    def test_structure_with_its_requirements_and_services(self):
        structure = self.env["chorus.structure"]._lookup(COUNTY_SIRET, self.account)
        self.assertTrue(structure.is_open and structure.requires_service and structure.requires_commitment)
        self.assertEqual(set(structure.service_ids.mapped("code")), {"DIRROUTES", "DIRBAT"})
        closed = self.env["chorus.service"].search([("structure_id", "=", structure.id), ("active", "=", False)])
        self.assertIn("ANCIEN", closed.mapped("code"))
        self.assertEqual(self.env["chorus.structure"]._lookup(COUNTY_SIRET, self.account), structure)

    def test_service_closed_since_is_archived(self):
        structure = self.env["chorus.structure"]._lookup(COUNTY_SIRET, self.account)
        self.control.service(COUNTY_SIRET, "DIRBAT", active=False)
        structure.with_user(self.biller).action_look_up()
        self.assertEqual(structure.service_ids.mapped("code"), ["DIRROUTES"])

    def test_from_the_partner(self):
        action = self.town.with_user(self.biller).action_chorus_look_up()
        self.assertEqual(self.town.chorus_structure_id.id, action["res_id"])
        self.town.company_registry = "123"
        with self.assertRaises(UserError):
            self.town.with_user(self.biller).action_chorus_look_up()

    def test_unknown_siret(self):
        self.assertFalse(self.env["chorus.structure"]._lookup(OTHER_SIRET[::-1], self.account))
