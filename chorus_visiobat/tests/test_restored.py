"""A database restored from a backup: what was asked after it is found at Chorus Pro, and is not asked a second time."""

from odoo.tests import tagged

from ..chorus_api import WorksCompletion, WorksRecycling
from .common import MOE_SIRET, PDF, TOWN_SIRET
from .test_act import WORKS, ActCase

UPLOAD = "/cpro/transverses/v1/ajouter/fichier"


@tagged("post_install", "-at_install")
class TestRestored(ActCase):
    """Deposits are in tests/system/test_restored_backup.py; here the acts, which wait in the backup."""

    def restore(self):
        """The account is confirmed in the restored database, where all that waited may have left since."""
        self.control.forget_requests()
        self.account.database_identity = "the server that burnt"
        self.deposit()
        self.assertFalse(self.control.requests(), "Nothing before a person confirms")
        self.account._resume()

    def addressed_again(self):
        document = self.at_status("2026T014-S01", "moe", "recycle")
        request = WorksRecycling(int(document.technical_number), recipient_siret=TOWN_SIRET, moe_siret=MOE_SIRET)
        return document, document._queue_act("recycle_works", request.to_json())

    def completed(self):
        """Documents asked for, with a file that waits to go up first."""
        document = self.at_status("2026T014-S01", "moe", "suspend", reason="Métré manquant")
        request = WorksCompletion(int(document.technical_number), comment="Voici").to_json()
        metre = self.env["ir.attachment"].create({"name": "metre.pdf", "raw": PDF})
        return document, document._queue_act("complete_works", request, files=metre)

    def assertNothingWaits(self):
        waiting = [("account_id", "=", self.account.id), ("state", "in", ("queued", "sending", "unknown"))]
        self.assertFalse(self.env["chorus.transmission"].search(waiting))

    def test_act_that_left_after_the_backup_is_found_in_the_history(self):
        document, act = self.addressed_again()
        self.control.set_status(int(document.technical_number), "A_ASSOCIER_MOE")
        self.restore()
        self.deposit()
        self.assertFalse(self.control.requests(f"{WORKS}/recycler"))
        self.assertEqual(act.state, "deposited")
        self.poll()
        self.assertEqual(document.stage, "with_moe")
        self.assertNothingWaits()

    def test_files_of_an_act_that_left_after_the_backup_stay_where_they_are(self):
        document, act = self.completed()
        self.control.set_status(int(document.technical_number), "COMPLETEE")
        self.restore()
        self.deposit()
        self.assertFalse(self.control.requests(UPLOAD) + self.control.requests(f"{WORKS}/completer"))
        self.assertEqual((act.state, act.upload_ids.state), ("deposited", "cancelled"))
        self.assertNothingWaits()

    def test_files_of_an_act_that_a_person_gives_up_stay_where_they_are(self):
        document, act = self.completed()
        self.restore()
        act._ask_person("?")
        document._sync_stage()
        document.with_user(self.biller).action_act_otherwise()
        self.deposit()
        self.assertEqual((act.state, act.upload_ids.state, document.stage), ("rejected", "cancelled", "to_complete"))
        self.assertNothingWaits()

    def test_act_that_never_left_leaves_once_with_its_file_after_the_quiet_period(self):
        document, act = self.completed()
        self.restore()
        self.deposit()
        self.assertEqual((act.state, self.control.requests(UPLOAD)), ("unknown", []))
        self.wait(act, hours=1)
        for _run in range(2):
            self.deposit()
        self.assertEqual((act.state, act.attempts), ("deposited", 1))
        self.assertEqual(len(self.control.requests(UPLOAD)), 1)
        self.assertEqual(self.remote(document)["status"], "COMPLETEE")
        self.assertNothingWaits()
