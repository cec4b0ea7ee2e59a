"""A disk that fills up: nothing leaves without the bytes that prove it, it is said, and it goes on afterwards."""

import os
import resource
from contextlib import contextmanager
from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import PDF, ChorusCase

SUBMIT = "/cpro/facturesTravaux/v1/soumettre"
ATTACHMENT_LOG = "odoo.addons.base.models.ir_attachment"
REFUSE_WRITES = """
    CREATE FUNCTION pg_temp.no_room() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = 'disk_full'; END $$;
"""


@contextmanager
def files_limited_to(size):
    """Every file that this process writes is cut at ``size`` bytes, as on a disk that fills up meanwhile."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@tagged("post_install", "-at_install")
class TestFullDisk(ChorusCase):
    def assertDepositedOnce(self, document):
        self.assertEqual([work["number"] for work in self.control.works()], [document.number])
        self.assertEqual(document.stage, "with_moe")

    def test_file_that_cannot_be_kept_is_not_queued_and_may_be_queued_later(self):
        document = self.create_document("2026T014-S01")
        content = PDF + os.urandom(300_000)
        attachment = self.env["ir.attachment"].create({"name": "metre.pdf", "raw": b"vide"})
        with files_limited_to(100_000), mute_logger(ATTACHMENT_LOG), self.assertRaises(OSError):
            attachment.raw = content
        attachment.raw = content
        self.assertEqual(attachment.raw, content, "What was cut short is written again, not taken for another file")
        document.attachment_ids = attachment
        document._queue()
        self.deposit()
        self.assertDepositedOnce(document)

    @contextmanager
    def no_room(self):
        """The room is missing for our files alone: the simulator lives in this process."""
        attachments = type(self.env["ir.attachment"])
        full = files_limited_to(100)(attachments._file_write)
        with patch.object(attachments, "_file_write", full), mute_logger(ATTACHMENT_LOG):
            yield

    def test_the_user_who_sends_is_told_and_nothing_is_queued(self):
        document = self.create_invoice()._chorus_ensure_document()
        with self.no_room(), self.assertRaises(UserError) as told, self.env.cr.savepoint():
            document._queue()  # its Factur-X cannot be kept
        self.assertIn("nothing was queued", str(told.exception))
        self.assertEqual(document.stage, "draft")
        self.assertFalse(document.transmission_ids)
        document._queue()
        self.deposit()
        self.assertEqual(document.stage, "deposited")

    def test_flow_that_cannot_be_kept_does_not_leave_and_leaves_once_there_is_room(self):
        papers = self.env["chorus.document"]
        for number in ("FA-1", "FA-2"):
            papers |= self.create_document(number, framework="A1", content=PDF + os.urandom(1000))
        papers._queue()
        with self.no_room():
            self.deposit()
        self.assertFalse(self.control.flows())
        self.assertEqual(set(papers.mapped("stage")), {"queued"})
        self.assertRegex(self.account.held_reason, "nothing was sent|rien n.a été envoyé")
        self.wait(self.account)
        self.deposit()
        self.assertEqual(len(self.control.flows()), 1)
        self.assertEqual(set(papers.mapped("stage")), {"deposited"})

    def test_submission_that_cannot_be_kept_does_not_leave_and_leaves_once_there_is_room(self):
        # Numbers of their own: bytes that the file store holds already need no room.
        first, second = (self.create_document(f"S-{os.urandom(6).hex()}") for _paper in range(2))
        (first | second)._queue()
        with self.no_room():
            self.deposit()
        self.assertFalse(self.control.requests(SUBMIT), "No bytes kept, no call")
        self.assertEqual({first.stage, second.stage}, {"queued"}, "Nobody is asked to decide anything")
        self.assertRegex(self.account.held_reason, "nothing was sent|rien n.a été envoyé")
        self.wait(self.account)
        self.deposit()
        self.assertEqual({first.stage, second.stage}, {"with_moe"})
        self.assertEqual(len(self.control.requests(SUBMIT)), 2)
        self.assertFalse(self.account.held_reason)

    def full_database(self, when):
        """The database refuses every transmission that becomes such (``when``, a condition on the new row)."""
        self.env.cr.execute(REFUSE_WRITES)
        self.env.cr.execute(
            "CREATE TRIGGER no_room BEFORE UPDATE ON chorus_transmission FOR EACH ROW"
            f" WHEN ({when}) EXECUTE FUNCTION pg_temp.no_room()"
        )

    def test_full_database_before_the_call_sends_nothing(self):
        document = self.create_document("2026T014-S01")
        document._queue()
        self.full_database("NEW.state = 'sending'")
        with mute_logger("odoo.sql_db"), self.assertLogs("odoo.addons.chorus_visiobat", "ERROR") as said:
            self.deposit()
        self.assertIn("No space left", "".join(said.output))
        self.assertFalse(self.control.requests(SUBMIT))
        self.assertEqual(document.stage, "queued")
        self.env.cr.execute("DROP TRIGGER no_room ON chorus_transmission")
        self.deposit()
        self.assertDepositedOnce(document)

    def test_full_database_when_the_answer_comes_asks_chorus_pro_before_anything_else(self):
        document = self.create_document("2026T014-S01")
        document._queue()
        self.full_database("NEW.state = 'deposited' AND NEW.verb = 'submit_works'")
        with mute_logger("odoo.sql_db"), self.assertLogs("odoo.addons.chorus_visiobat", "ERROR"):
            self.deposit()
        self.assertEqual(len(self.control.works()), 1)
        self.assertEqual(document._current_deposit().state, "sending", "Claimed, and its answer could not be kept")
        self.env.cr.execute("DROP TRIGGER no_room ON chorus_transmission")
        self.deposit()
        self.assertEqual(document.stage, "unknown")
        self.wait(document._current_deposit(), minutes=2)
        self.deposit()
        self.assertDepositedOnce(document)
        self.assertEqual(document._current_deposit().attempts, 1)
        self.assertEqual(len(self.control.requests(SUBMIT)), 1)
