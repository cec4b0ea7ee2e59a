"""The outbox against a Chorus Pro that fails in every way: each deposit ends exactly once at Chorus Pro."""

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import LOGIN, MOE_SIRET, PASSWORD, PDF, TOWN_SIRET, ChorusCase

SUBMIT = "/cpro/facturesTravaux/v1/soumettre"
UPLOAD = "/cpro/transverses/v1/ajouter/fichier"
FLOW = "/cpro/factures/v1/deposer/flux"


@tagged("post_install", "-at_install")
class TestOutbox(ChorusCase):
    def deposit_of(self, document):
        return document._current_deposit()

    def assertDepositedOnce(self, document):
        self.assertEqual([work["number"] for work in self.control.works()], [document.number])
        self.assertEqual(document.technical_number, str(self.control.works()[0]["id"]))
        self.assertEqual(self.deposit_of(document).state, "deposited")
        self.assertEqual(document.stage, "with_moe")

    def test_works_paper_arrives_with_its_files_and_actors(self):
        document = self.create_document("2026T014-S01")
        document.attachment_ids = self.env["ir.attachment"].create({"name": "metre.pdf", "raw": PDF})
        document._queue()
        self.assertEqual(document.stage, "queued")
        self.assertFalse(self.control.requests(SUBMIT), "Nothing leaves in the transaction of the user")
        self.deposit()
        self.assertDepositedOnce(document)
        self.assertEqual(document.status_code, "A_ASSOCIER_MOE")
        self.assertEqual(document.owner, "moe")
        [work] = self.control.works()
        self.assertEqual((work["moe"], work["moa"]), ("Atelier Lumen, architectes", "Commune de Saint-Aubin-le-Val"))
        self.assertEqual(float(work["amounts"]["ttc"]), 1200.0)
        self.assertEqual({file["name"] for file in self.control.files()}, {"2026T014-S01.pdf", "metre.pdf"})
        self.assertEqual(self.control.file_content(self.control.files()[0]["id"]), PDF)

    def test_bytes_sent_are_kept_with_their_fingerprint(self):
        document = self.create_document("2026T014-S01")
        document._queue()
        self.deposit()
        transmission = self.deposit_of(document)
        self.assertIn(MOE_SIRET.encode(), transmission._bytes())
        self.assertIn(TOWN_SIRET.encode(), transmission._bytes())
        with self.assertRaises(UserError):
            transmission.write({"payload": b"QQ=="})
        with self.assertRaises(UserError):
            transmission.unlink()

    def test_answer_lost_after_processing_is_found_again(self):
        document = self.create_document("2026T014-S01")
        document._queue()
        self.control.fault("drop_after", SUBMIT)
        self.deposit()
        self.assertEqual((document.stage, self.deposit_of(document).state), ("unknown", "unknown"))
        self.deposit()
        self.assertEqual(document.stage, "unknown", "It is not asked for before its time")
        self.wait(self.deposit_of(document), minutes=2)
        self.deposit()
        self.assertDepositedOnce(document)
        self.assertEqual(self.deposit_of(document).attempts, 1)

    def test_lost_before_processing_leaves_again_once_after_the_quiet_period(self):
        document = self.create_document("2026T014-S01")
        document._queue()
        self.control.fault("drop_before", SUBMIT)
        self.deposit()
        self.wait(self.deposit_of(document), minutes=2)
        self.deposit()
        self.assertEqual(document.stage, "unknown", "Not found, but the quiet period is not over")
        self.wait(self.deposit_of(document), minutes=20)
        self.deposit()
        self.assertDepositedOnce(document)
        self.assertEqual(self.deposit_of(document).attempts, 2)

    def check_http_500(self, processed):
        document = self.create_document("2026T014-S01")
        document._queue()
        self.control.fault("status", SUBMIT, status=500, body="<html>", after_processing=processed)
        self.deposit()
        self.assertEqual(document.stage, "unknown")
        self.wait(self.deposit_of(document), hours=1)
        self.deposit()
        self.deposit()
        self.assertDepositedOnce(document)
        self.assertEqual(self.deposit_of(document).attempts, 1 if processed else 2)

    def test_http_500_after_processing(self):
        self.check_http_500(processed=True)

    def test_http_500_before_processing(self):
        self.check_http_500(processed=False)

    def test_success_without_identifier_is_not_believed(self):
        document = self.create_document("2026T014-S01")
        document._queue()
        self.control.fault("patch", SUBMIT, body={"idFactureTravaux": None})
        self.deposit()
        self.assertEqual(document.stage, "unknown")
        self.wait(self.deposit_of(document), minutes=2)
        self.deposit()
        self.assertDepositedOnce(document)

    def test_lost_too_often_a_person_decides(self):
        document = self.create_document("2026T014-S01")
        document._queue()
        self.control.fault("drop_before", SUBMIT, times=3)
        for _lost in range(4):
            self.deposit()
            self.wait(self.deposit_of(document), hours=1)
        self.assertEqual(document.stage, "needs_attention")
        self.assertEqual(document.owner, "us")
        self.assertTrue(document.activity_search(["chorus_visiobat.activity_attention"]))
        self.deposit()
        self.assertEqual(len(self.control.requests(SUBMIT)), 3)
        document.with_user(self.biller).action_send_again()
        self.deposit()
        self.assertDepositedOnce(document)
        self.assertFalse(document.activity_search(["chorus_visiobat.activity_attention"]))

    def test_person_attaches_what_he_found_and_a_wrong_number_is_refused(self):
        other = self.create_document("2026T014-S99", amount=5.0)
        other._queue()
        self.deposit()
        document = self.create_document("2026T014-S01")
        document._queue()
        self.control.fault("drop_before", SUBMIT, times=2)
        self.control.fault("drop_after", SUBMIT)
        nothing = {"codeRetour": 20007, "libelle": "GFT_MSG_01.075"}
        self.control.fault("json", "/cpro/facturesTravaux/v1/rechercher", body=nothing, times=3)
        for _lost in range(4):
            self.deposit()
            self.wait(self.deposit_of(document), hours=1)
        self.assertEqual(document.stage, "needs_attention")
        attach = self.env["chorus.attach"].with_user(self.biller).with_context(active_id=document.id)
        with self.assertRaises(UserError):
            attach.create({"technical_number": "n° 12"}).action_attach()
        attach.create({"technical_number": other.technical_number}).action_attach()
        self.deposit()
        self.assertEqual(document.stage, "needs_attention")
        self.assertIn("2026T014-S99", self.deposit_of(document).technical_details)
        ours = next(work for work in self.control.works() if work["number"] == document.number)
        attach.create({"technical_number": str(ours["id"])}).action_attach()
        self.deposit()
        self.assertEqual(document.technical_number, str(ours["id"]))
        self.assertEqual(document.stage, "with_moe")

    def test_duplicate_refusal_adopts_the_same_paper(self):
        document = self.create_document("2026T014-S01")
        document._queue()
        self.deposit()
        number = document.technical_number
        # A restored backup: our base forgot the deposit, Chorus Pro did not.
        document.write({"technical_number": False, "status_code": False, "status_id": False, "deposit_date": False})
        self.deposit_of(document).write({"state": "cancelled", "remote_ref": False})
        document._sync_stage()
        self.env.flush_all()
        document._queue()
        self.deposit()
        self.assertEqual(document.technical_number, number)
        self.assertDepositedOnce(document)

    def test_duplicate_of_another_paper_asks_a_person(self):
        first = self.create_document("2026T014-S01", amount=5.0, content=PDF + b"% another file")
        first._queue()
        self.deposit()
        first.transmission_ids.state = "cancelled"
        first.write({"technical_number": False, "status_code": False})
        first.active = False
        self.env.flush_all()
        document = self.create_document("2026T014-S01")
        document._queue()
        self.deposit()
        self.assertEqual(document.stage, "needs_attention")
        self.assertIn("6,00", self.deposit_of(document).technical_details)

    def test_refusal_is_said_in_plain_words_and_cured_under_the_same_number(self):
        document = self.create_document("2026T014-S01", recipient_siret="20913909600017")
        document._queue()
        self.deposit()
        self.assertEqual(document.stage, "to_fix")
        self.assertEqual(self.deposit_of(document).state, "rejected")
        self.assertTrue(document.activity_search(["chorus_visiobat.activity_refusal"]))
        self.assertTrue(document.status_reason and document.next_step)
        refused = self.deposit_of(document)
        document.with_user(self.biller).action_correct_and_resend()
        self.assertEqual(document.stage, "draft")
        document.write(
            {
                "recipient_siret": TOWN_SIRET,
                "main_attachment_file_id": self.env["ir.attachment"].create({"name": "s01.pdf", "raw": PDF}).id,
            }
        )
        document._queue()
        self.assertFalse(document.activity_search(["chorus_visiobat.activity_refusal"]), "It closes itself")
        self.deposit()
        self.assertDepositedOnce(document)
        self.assertEqual(refused.state, "rejected")
        self.assertIn(refused, document.transmission_ids)

    def test_one_bad_paper_does_not_hold_the_others(self):
        bad = self.create_document("2026T014-S01", recipient_siret="00000000000000")
        good = self.create_document("2026T014-S02")
        (bad | good)._queue()
        self.deposit()
        self.assertEqual((bad.stage, good.stage), ("to_fix", "with_moe"))

    def test_quota_holds_the_account_for_the_time_told(self):
        document = self.create_document("2026T014-S01")
        document._queue()
        self.control.fault("status", SUBMIT, status=429, headers={"Retry-After": "120"})
        self.deposit()
        self.assertEqual(document.stage, "queued")
        self.assertAlmostEqual(
            (self.account.held_until - self.account.write_date).total_seconds(), 120, delta=5
        )
        self.deposit()
        self.assertEqual(len(self.control.requests(SUBMIT)), 1, "Nothing is asked while the quota is exceeded")
        self.wait(self.account, minutes=3)
        self.deposit()
        self.assertDepositedOnce(document)
        self.assertFalse(self.account.held_reason)

    def test_server_out_of_reach_sends_nothing_and_tries_again(self):
        document = self.create_document("2026T014-S01")
        document._queue()
        with self.environment(CHORUS_VISIOBAT_API_URL="http://127.0.0.1:9/cpro"):
            self.deposit()
        self.assertEqual((document.stage, self.deposit_of(document).state), ("queued", "queued"))
        self.assertTrue(self.account.held_reason)
        self.wait(self.account, hours=1)
        self.deposit()
        self.assertDepositedOnce(document)

    def test_password_refused_twice_pauses_and_loses_nothing(self):
        document = self.create_document("2026T014-S01")
        document._queue()
        self.control.account(LOGIN, password="Autre-2026!val")
        self.deposit()
        self.assertEqual((self.account.state, self.account.auth_failures), ("active", 1))
        self.wait(self.account, hours=1)
        self.deposit()
        self.assertEqual((self.account.state, self.account.pause_reason), ("paused", "auth"))
        calls = len(self.control.requests())
        self.wait(self.account, hours=1)
        self.deposit()
        self.assertEqual(len(self.control.requests()), calls, "A paused account calls nobody")
        self.assertEqual(document.stage, "queued")
        self.control.account(LOGIN, password=PASSWORD)
        self.account._resume()
        self.deposit()
        self.assertDepositedOnce(document)

    def test_no_connection_declared_is_told_on_the_account(self):
        document = self.create_document("2026T014-S01")
        document._queue()
        self.control.account(LOGIN, connected=False)
        self.deposit()
        self.assertEqual(document.stage, "queued")
        self.assertTrue(self.account.held_reason)
        self.assertEqual(self.account.state, "active")

    def test_copied_database_sends_nothing(self):
        document = self.create_document("2026T014-S01")
        document._queue()
        self.account.database_identity = "another database"
        self.deposit()
        self.assertEqual((self.account.state, self.account.pause_reason), ("paused", "identity"))
        self.assertFalse(self.control.requests(), "Not one call, even for a token")
        self.assertEqual(self.deposit_of(document).state, "queued")

    def test_worker_killed_while_sending(self):
        document = self.create_document("2026T014-S01")
        document._queue()
        deposit = self.deposit_of(document)
        self.deposit_uploads()
        self.assertTrue(deposit._claim())
        self.deposit()
        self.assertEqual((deposit.state, document.stage), ("unknown", "unknown"))
        self.assertFalse(self.control.requests(SUBMIT), "Whoever finds it asks before he sends")
        self.wait(deposit, hours=1)
        self.deposit()
        self.deposit()
        self.assertDepositedOnce(document)

    def deposit_uploads(self):
        """Send the files only: the submission is not due yet."""
        deposit = self.env["chorus.transmission"].search([("verb", "=", "submit_works")])
        deposit.not_before = fields.Datetime.now() + self.delta(hours=12)
        self.deposit()
        deposit.not_before = False

    def test_withdrawn_before_leaving(self):
        document = self.create_document("2026T014-S01")
        document._queue()
        document.with_user(self.biller).action_withdraw()
        self.assertEqual(document.stage, "draft")
        self.deposit()
        self.assertFalse(self.control.requests())
        document._queue()
        self.deposit()
        self.assertDepositedOnce(document)
        with self.assertRaises(UserError):
            document.with_user(self.biller).action_withdraw()

    def test_upload_lost_by_a_paper_withdrawn_bothers_nobody(self):
        document = self.create_document("2026T014-S01")
        document._queue()
        self.control.fault("drop_after", UPLOAD)
        self.deposit()
        document.with_user(self.biller).action_withdraw()
        self.assertEqual(set(document.transmission_ids.mapped("state")), {"cancelled"})
        upload = document.transmission_ids.filtered(lambda transmission: transmission.verb == "add_file")
        upload.state = "sending"
        self.deposit()
        self.assertEqual(upload.state, "cancelled", "A worker died with it")

    def test_queueing_twice_is_refused(self):
        document = self.create_document("2026T014-S01")
        document._queue()
        with self.assertRaises(UserError):
            document._queue()
        self.assertEqual(len(document.transmission_ids.filtered(lambda t: t.verb == "submit_works")), 1)

    def test_file_lost_is_uploaded_again(self):
        document = self.create_document("2026T014-S01")
        document._queue()
        self.control.fault("drop_after", UPLOAD)
        self.deposit()
        self.assertEqual(document.stage, "queued")
        self.wait(document.transmission_ids, hours=1)
        self.deposit()
        self.deposit()
        self.assertDepositedOnce(document)

    def test_unexpected_failure_of_the_client_is_unknown(self):
        document = self.create_document("2026T014-S01")
        document._queue()
        self.control.fault("patch", SUBMIT, body={"idFactureTravaux": "abc"})
        with mute_logger("odoo.addons.chorus_visiobat.models.chorus_outbox"):
            self.deposit()
        self.assertEqual(document.stage, "unknown")
