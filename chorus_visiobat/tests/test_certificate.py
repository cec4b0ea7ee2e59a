"""The certificate of deposit: what it tells, what it carries, and what its seal proves."""

import base64
import hashlib
import io
import json
import tempfile
import zipfile
from pathlib import Path

import pikepdf

from odoo.exceptions import UserError
from odoo.tests import tagged

from odoo.addons.chorus_visiobat import server_keys
from odoo.addons.chorus_visiobat.keyring import new_key_line
from odoo.addons.chorus_visiobat.keyring.keys_file import KeysFile
from odoo.addons.chorus_visiobat.report.archival_pdf import EmbeddedFile, embed_files, embedded_files
from odoo.addons.chorus_visiobat.report.deposit_certificate import OPERATIONS, STATES

from .common import PDF, ChorusCase

SHOWN = {"facts": "facts", "fingerprint": "f" * 64, "seal": "v1:k:token"}


@tagged("post_install", "-at_install")
class TestCertificate(ChorusCase):
    def _deposited(self, number="2026T014-S01"):
        document = self.create_document(number)
        document.attachment_ids = self.env["ir.attachment"].create({"name": "metre.pdf", "raw": PDF})
        document._queue()
        self.deposit()
        self.control.advance(60)
        self.poll()
        return document

    def _check(self, content, user=None):
        check = self.env["chorus.certificate.check"].with_user(user or self.biller)
        check = check.create({"file": base64.b64encode(content)})
        check.action_check()
        return check

    def test_it_carries_its_facts_and_the_very_file_deposited(self):
        document = self._deposited()
        document.with_user(self.biller).action_certificate()
        certificate = document.certificate_id
        self.assertEqual(certificate.name, "certificat-2026T014-S01.pdf")
        files = embedded_files(certificate.raw)
        self.assertEqual(files["2026T014-S01.pdf"], PDF, "the very bytes")
        facts = json.loads(files["certificat.json"])
        [work] = self.control.works()
        self.assertEqual(facts["depot"]["numero_technique"], str(work["id"]))
        self.assertEqual(facts["piece"]["montant_ttc"], "1200.00")
        self.assertEqual(facts["piece"]["emetteur"]["siret"], "45260181800019")
        sent = {one["operation"]: one for one in facts["envois"]}
        deposit = document._current_deposit()
        self.assertEqual(sent["submit_works"]["sha256"], deposit.sha256)
        self.assertEqual(sent["submit_works"]["reponses_perdues"], 0)
        self.assertEqual(
            {file["nom"]: file["sha256"] for file in facts["fichiers"]},
            dict.fromkeys(("2026T014-S01.pdf", "metre.pdf"), hashlib.sha256(PDF).hexdigest()),
        )
        self.assertIn("A_ASSOCIER_MOE", {event["code"] for event in facts["historique"]})
        self.assertEqual(facts["certificat"]["emis_par"], self.biller.name)

    def test_the_page_says_what_its_facts_say(self):
        document = self._deposited()
        facts = document._certificate_facts()
        shown = {**SHOWN, "facts": facts}
        html, _kind = (
            self.env["ir.actions.report"]
            .with_context(chorus_certificate=shown)
            ._render_qweb_html("chorus_visiobat.report_deposit_certificate", document.ids)
        )
        text = html.decode()
        for words in (
            "essai sans effet juridique",
            facts["depot"]["numero_technique"],
            document._current_deposit().sha256,
            "R.\xa02192-12",
            "sha256sum certificat.json",
            "Ce n’est ni une signature électronique qualifiée",
            "Commune de Saint-Aubin-le-Val",
        ):
            self.assertIn(words, text)

    def test_seal_tells_issued_here_from_changed(self):
        document = self._deposited()
        document.action_certificate()
        content = document.certificate_id.raw
        check = self._check(content)
        self.assertEqual(check.verdict, "genuine")
        self.assertIn("2026T014-S01", check.findings.splitlines()[0])
        files = embedded_files(content)
        forged = files["certificat.json"].replace(b"1200.00", b"9200.00")
        changed = embed_files(
            self._pages(),
            [
                EmbeddedFile("certificat.json", forged, "application/json"),
                EmbeddedFile("certificat.sceau.txt", files["certificat.sceau.txt"], "text/plain"),
                EmbeddedFile("2026T014-S01.pdf", b"%PDF other", "application/pdf"),
            ],
            dated=document.create_date,
        )
        check = self._check(changed)
        self.assertEqual(check.verdict, "changed")
        self.assertIn("NOT the bytes", check.findings)

    def test_facts_sealed_here_under_other_pages_are_told_apart(self):
        document = self._deposited()
        document.action_certificate()
        carried = [
            EmbeddedFile(name, content, "application/octet-stream")
            for name, content in embedded_files(document.certificate_id.raw).items()
        ]
        content = embed_files(self._pages(), carried, dated=document.create_date)
        check = self._check(content)
        self.assertEqual(check.verdict, "facts", "the seal does not speak for the pages")
        document.with_user(self.biller).message_post(body="Certificat", attachments=[("certificat.pdf", content)])
        self.assertEqual(self._check(content).verdict, "facts", "even where somebody attached them to the paper")
        self.assertIn("1\u202f200,00", check.findings)

    def test_paper_refused_and_sent_again_under_its_number_is_found(self):
        first = self._deposited()
        first.action_certificate()
        self.env.cr.execute("UPDATE chorus_document SET active = FALSE WHERE id = %s", [first.id])
        self.env.invalidate_all()
        self.create_document("2026T014-S01")
        check = self._check(first.certificate_id.raw)
        self.assertEqual(check.verdict, "genuine")
        self.assertIn("holds every sending", check.findings)

    def test_every_operation_and_state_has_its_french(self):
        fields = self.env["chorus.transmission"]._fields
        self.assertEqual(set(OPERATIONS), set(dict(fields["verb"].selection)))
        self.assertEqual(set(STATES), set(dict(fields["state"].selection)))

    def test_seal_of_another_paper_proves_nothing(self):
        first, second = self._deposited("2026T014-S01"), self._deposited("2026T014-S02")
        ours, theirs = embedded_files(first._certificate()), embedded_files(second._certificate())
        swapped = embed_files(
            self._pages(),
            [
                EmbeddedFile("certificat.json", ours["certificat.json"], "application/json"),
                EmbeddedFile("certificat.sceau.txt", theirs["certificat.sceau.txt"], "text/plain"),
            ],
            dated=first.create_date,
        )
        self.assertEqual(self._check(swapped).verdict, "unknown")

    def test_seal_stays_verifiable_after_a_change_of_key(self):
        document = self._deposited()
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "server.keys"
            path.write_text(f"{new_key_line()}\n")
            path.chmod(0o600)
            with self.environment(CHORUS_VISIOBAT_KEYS_FILE=str(path)):
                self.assertEqual(server_keys.server_keyring(reload=True).path, path)
                content = document._issue_certificate().raw
                keys = KeysFile(path)
                keys.begin()
                keys.take_out()
                keys.finish()
                self.assertEqual(self._check(content).verdict, "genuine")
                keys.retired_path.unlink()
                self.assertEqual(self._check(content).verdict, "unknown")
        server_keys.server_keyring(reload=True)

    def _pages(self):
        output = io.BytesIO()
        with pikepdf.new() as pdf:
            pdf.add_blank_page()
            pdf.save(output)
        return output.getvalue()

    def test_several_papers_in_one_archive(self):
        documents = self._deposited("2026T014-S01") | self._deposited("2026T014-S02")
        action = documents.with_user(self.biller).action_certificate()
        given = self.env["ir.attachment"].browse(int(action["url"].split("/")[3].split("?")[0]))
        with zipfile.ZipFile(io.BytesIO(given.raw)) as archive:
            self.assertEqual(len(archive.namelist()), 2)
            self.assertTrue(all(archive.read(name).startswith(b"%PDF") for name in archive.namelist()))

    def test_nothing_to_certify_before_the_deposit_and_no_other_file_is_a_certificate(self):
        with self.assertRaisesRegex(UserError, "nothing was deposited"):
            self.create_document("2026T014-S09").action_certificate()
        with self.assertRaisesRegex(UserError, "no certificate of deposit"):
            self._check(PDF)

    def test_the_archive_of_proof_holds_the_certificates(self):
        document = self._deposited()
        document.action_certificate()
        export = self.env["chorus.proof.export"].create({})
        content = export._build(document.transmission_ids)
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = [name for name in archive.namelist() if name.startswith("certificats/")]
            self.assertEqual(len(names), 1)
            self.assertEqual(archive.read(names[0]), document.certificate_id.raw)
