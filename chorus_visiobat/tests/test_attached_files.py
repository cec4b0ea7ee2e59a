"""Files of a paper: refused when they are added, sent with their type, set against what Chorus Pro holds."""

from unittest.mock import patch

from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from odoo.addons.chorus_visiobat.chorus_api import rules

from .common import PDF, ChorusCase
from .works_common import WorksCase


@tagged("post_install", "-at_install")
class TestFilesAdded(WorksCase):
    def _file(self, name, content=b"%PDF-1.4"):
        """A file as the form uploads it."""
        files = self.env["ir.attachment"].with_user(self.biller)
        return files.create({"name": name, "raw": content, "res_model": "works.situation", "res_id": 0})

    def test_a_program_is_refused_at_once_and_the_good_file_stays(self):
        situation = self._open(self._contract())
        good, bad = self._file("métré.pdf"), self._file("plan.exe", b"MZ")
        answer = situation.with_user(self.biller).onchange(
            {"attachment_ids": [Command.link(good.id), Command.link(bad.id)]},
            ["attachment_ids"],
            {"attachment_ids": {"fields": {"name": {}}}},
        )
        self.assertIn(".exe", answer["warning"]["message"])
        self.assertIn("Convertissez-la en PDF", answer["warning"]["message"])
        commands = [tuple(command[:2]) for command in answer["value"]["attachment_ids"]]
        self.assertIn((Command.UNLINK, bad.id), commands, "the file refused is taken off the form")
        self.assertNotIn((Command.UNLINK, good.id), commands)

    def test_all_problems_of_all_files_come_together(self):
        situation = self._open(self._contract())
        files = self._file("a" * 50 + ".pdf") | self._file("vide.pdf", b"") | self._file("plan.exe")
        with self.assertRaises(ValidationError) as caught:
            situation.attachment_ids = files
        for words in ("50 au plus", "le fichier est vide", ".exe"):
            self.assertIn(words, str(caught.exception))
        self.assertFalse(situation.attachment_ids)

    def test_same_name_twice_and_total_weight(self):
        situation = self._open(self._contract())
        with self.assertRaisesRegex(ValidationError, "même nom"):
            situation.attachment_ids = self._file("DC4.pdf") | self._file("dc4.PDF")
        with patch.object(rules, "MAX_SUBMISSION_BYTES", 10), self.assertRaisesRegex(ValidationError, "120 Mo au plus"):
            situation.attachment_ids = self._file("a.pdf") | self._file("b.pdf")

    def test_nobody_sends_a_file_that_he_may_not_read(self):
        """The outbox reads everything: what is attached by its number alone would leave, whoever it belongs to."""
        situation = self._open(self._contract())
        ours = self._file("métré.pdf")
        payslip = self.env["ir.attachment"].create({"name": "paie.pdf", "raw": b"%PDF-1.4"})
        mine = situation.with_user(self.biller)
        mine.attachment_ids = ours
        with self.assertRaises(AccessError):
            mine.write({"attachment_ids": [Command.link(payslip.id)]})
        paper = self.env["chorus.cure.completion"].with_user(self.biller)
        with self.assertRaises(AccessError):
            paper.create({"attachment_ids": [Command.link(payslip.id)]})
        self.assertEqual(situation.attachment_ids, ours)

    def test_each_file_has_the_proposed_type_until_somebody_chooses(self):
        situation = self._open(self._contract())
        file = situation.attachment_ids = self._file("dc4.pdf")
        self.assertEqual((file.chorus_type_id.code, file.chorus_type_id.object_type), ("02", "FACTURE_TRAVAUX"))
        self.assertEqual(file._chorus_type_code("FACTURE"), "02", "on an invoice, the type proposed for invoices")
        file.chorus_type_id = self.env.ref("chorus_visiobat.attachment_type_works_01")
        self.assertEqual(file._chorus_type_code("FACTURE_TRAVAUX"), "01")


@tagged("post_install", "-at_install")
class TestFilesHeld(ChorusCase):
    def _deposited(self, document):
        document._queue()
        self.deposit()
        self.control.advance(60)
        self.poll()
        return document

    def _read(self, document):
        with self.enter_registry_test_mode():
            document.action_read_files()

    def test_type_sent_and_files_compared(self):
        document = self.create_document("2026T014-S01")
        works_01 = self.env.ref("chorus_visiobat.attachment_type_works_01")
        document.attachment_ids = self.env["ir.attachment"].create(
            [{"name": "metre.pdf", "raw": PDF}, {"name": "plan.pdf", "raw": PDF, "chorus_type_id": works_01.id}]
        )
        self._deposited(document)
        [work] = self.control.works()
        sent = {file["label"]: file["type"] for file in work["attachments"]}
        self.assertEqual(sent, {"metre.pdf": "02", "plan.pdf": "01"})
        self._read(document.with_user(self.biller))
        rows = {row.name: (row.state, row.our_type or "", row.their_type) for row in document.held_file_ids}
        self.assertEqual(
            rows,
            {
                "2026T014-S01.pdf": ("both", "", "01"),
                "metre.pdf": ("both", "02", "02"),
                "plan.pdf": ("both", "01", "01"),
            },
        )
        self.assertTrue(document.files_read_at)
        self.assertTrue(all(document.held_file_ids.mapped("sha256")))

    def test_a_file_that_chorus_pro_lacks_or_has_alone_is_told(self):
        document = self._deposited(self.create_document("2026T014-S01"))
        self._read(document)
        self.assertEqual(document.held_file_ids.mapped("state"), ["both"])
        # Another file of ours, never sent; and theirs renamed by nobody knows whom.
        document.attachment_ids = self.env["ir.attachment"].create({"name": "oubli.pdf", "raw": PDF})
        self._read(document)
        self.assertEqual({row.name: row.state for row in document.held_file_ids}["oubli.pdf"], "missing")
        document._take_files(())
        self.assertEqual(set(document.held_file_ids.mapped("state")), {"missing"})

    def test_a_paper_not_there_yet_cannot_be_compared(self):
        with self.assertRaisesRegex(UserError, "technical number"):
            self.create_document("2026T014-S01").action_read_files()

    def test_list_of_types_is_read_and_what_a_company_reworded_stays(self):
        types = self.env["chorus.attachment.type"]
        ours = self.env.ref("chorus_visiobat.attachment_type_works_01")
        ours.name = "Situation"
        loading = types.with_context(chorus_loading_reference=True)
        other = loading.create({"code": "99", "name": "Ancien", "object_type": "FACTURE"})
        again = self.env.ref("chorus_visiobat.attachment_type_invoice_02").with_context(chorus_loading_reference=True)
        again.active = False
        with self.enter_registry_test_mode():
            types.with_user(self.manager).action_read_from_chorus()
        self.assertTrue(again.active, "listed again")
        self.assertEqual(ours.name, "Situation")
        self.assertFalse(other.active, "no longer listed by Chorus Pro")
        self.assertEqual(again.name, "Pièce justificative")
