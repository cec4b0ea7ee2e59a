import io
from datetime import date
from unittest.mock import patch

import pikepdf
from pypdf import PdfReader

from odoo.exceptions import UserError
from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from ..report import chorus_pdf
from ..report.archival_pdf import NotArchival, archival_violations, make_archival
from ..report.pdf_engine import html_to_pdf, load_weasyprint
from .golden_case import NARROW, rows_of
from .paper_case import PaperCase


def text_of(content):
    """Text of a PDF, line by line as laid out."""
    return "\n".join(page.extract_text(extraction_mode="layout") for page in PdfReader(io.BytesIO(content)).pages)


@tagged("post_install", "-at_install")
class TestStatementPaper(PaperCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.framework = cls._framework("A4")
        cls.contract = cls._contract(
            posts=[
                {"name": "Gros œuvre", "code": "1.1", "lot": "Lot 1", "amount": 40000},
                {"name": "Charpente", "code": "2.1", "lot": "Lot 2", "amount": 55000},
                {"name": "Isolation", "code": "2.2", "lot": "Lot 2", "amount": 25000, "tax_id": cls.vat10.id},
            ],
            name="Réhabilitation de l’école",
            chorus_commitment_number="EJ-0451",
            chorus_framework_id=cls.framework.id,
            date_start=date(2026, 9, 14),
        )
        cls.first = cls._statement((30, 10, 0), date(2026, 9, 30))
        cls.first.action_invoice()
        cls.second = cls._statement((100, 45, 20), date(2026, 10, 31))

    @classmethod
    def _statement(cls, percents, period_end):
        situation = cls.env["works.situation"].browse(cls.contract.action_new_situation()["res_id"])
        situation.write({"period_end": period_end, "invoice_date": period_end, "framework_id": cls.framework.id})
        for line, percent in zip(situation.line_ids, percents, strict=True):
            line.input_percent = percent
        return situation

    def test_shows_posts_totals_and_vat(self):
        self.second.action_invoice()
        rows = rows_of(self.second._render_paper())
        for row in (
            "1.1|Gros œuvre|40 000,00|100 %|40 000,00|12 000,00|28 000,00",
            "2.1|Charpente|55 000,00|45 %|24 750,00|5 500,00|19 250,00",
            "2.2|Isolation|25 000,00|20 %|5 000,00|0,00|5 000,00",
            "Sous-total — Lot 2|80 000,00|37,19 %|29 750,00|5 500,00|24 250,00",
            "b|Travaux HT aux prix de base (marché et avenants)|69 750,00|17 500,00|52 250,00",
            "e|TVA (sur b + c + d)|13 450,00|3 500,00|9 950,00",
            "f|Total TTC (b + c + d + e)|83 200,00|21 000,00|62 200,00",
            "Taux de 20 %|64 750,00|12 950,00|47 250,00|9 450,00",
            "Taux de 10 %|5 000,00|500,00|5 000,00|500,00",
        ):
            with self.subTest(row):
                self.assertIn(row, rows)

    def test_names_the_contract_the_parties_and_the_period(self):
        self.second.action_invoice()
        text = " ".join(text_of(self.second._render_paper()).replace(NARROW, " ").replace("\xa0", " ").split())
        for expected in (
            "Projet de décompte mensuel n° 2",
            "Situation de travaux n° 2 — octobre 2026",
            self.framework.name,
            "Travaux exécutés du 1er octobre 2026 au 31 octobre 2026",
            f"Facture n° {self.second.move_id.name} du 31 octobre 2026",
            "Réhabilitation de l’école",
            "2026-014",
            "EJ-0451",
            "SIRET 452 601 818 00019",
            "SIRET 266 131 861 00012",
            "Atelier Lumen, architectes",
            "FR76 3000 6000 0112 3456 7890 189",
            "page 1/2",
        ):
            with self.subTest(expected):
                self.assertIn(expected, text)

    def test_first_period_starts_with_the_works(self):
        self.assertEqual(self.first._period(), (date(2026, 9, 14), date(2026, 9, 30)))
        self.assertEqual(self.second._period(), (date(2026, 10, 1), date(2026, 10, 31)))
        self.contract.date_start = date(2026, 12, 1)
        self.assertEqual(self.first._period(), (date(2026, 9, 1), date(2026, 9, 30)))

    def test_draft_says_that_it_is_no_invoice(self):
        text = text_of(self.second._render_paper())
        self.assertIn("Projet — ne vaut pas facture", " ".join(text.split()))
        self.assertNotIn("Facture n°", text)

    def test_carries_no_hidden_invoice(self):
        with pikepdf.open(io.BytesIO(self.first._render_paper())) as pdf:
            self.assertEqual(list(pdf.attachments), [])
            self.assertNotIn("/AF", pdf.Root)
            self.assertNotIn("/Metadata", pdf.Root)

    def test_document_keeps_the_very_bytes_that_are_shown(self):
        document = self._document("A4", self.first.move_id, situation_id=self.first.id)
        shown = self.first._render_paper()
        self.assertEqual(document._build_files().raw, shown)
        document.main_attachment_file_id.raw += b"% kept"
        self.assertEqual(self.first._paper(), shown, "a draft shows what it would send")
        document.stage = "queued"
        self.assertEqual(self.first._paper(), shown + b"% kept")
        self.assertEqual(document._paper(), shown + b"% kept")

    def test_without_engine_nothing_is_made(self):
        document = self._document("A4", self.first.move_id, situation_id=self.first.id)
        Report = type(self.env["ir.actions.report"])
        with (
            patch.object(chorus_pdf, "load_weasyprint", return_value=None),
            patch.object(Report, "get_wkhtmltopdf_state", return_value="install"),
            self.assertRaises(UserError) as refusal,
        ):
            document._build_files()
        self.assertIn("Pango", str(refusal.exception))
        self.assertEqual((document.stage, document.main_attachment_file_id.id), ("draft", False))

    def test_stock_engine_is_repaired_for_archives(self):
        plain = self.first._render_paper()
        with pikepdf.open(io.BytesIO(plain)) as pdf:
            self.assertTrue(archival_violations(pdf))
        Report = type(self.env["ir.actions.report"])
        with (
            patch.object(chorus_pdf, "load_weasyprint", return_value=None),
            patch.object(Report, "get_wkhtmltopdf_state", return_value="ok"),
            patch.object(Report, "_run_wkhtmltopdf", return_value=plain),
        ):
            document = self._document("A1", self.first.move_id)
            content = document._build_files().raw
        with pikepdf.open(io.BytesIO(content)) as pdf:
            self.assertEqual(list(pdf.attachments), ["factur-x.xml"])
            self.assertEqual(pdf.open_metadata()["pdfaid:part"], "3")
            self.assertEqual(pdf.Root.OutputIntents[0].S, "/GTS_PDFA1")


@tagged("post_install", "-at_install")
class TestPaperInTheBrowser(PaperCase, HttpCase):
    def test_site_manager_sees_the_paper_of_his_site(self):
        situation = self._open(self._contract())
        self._enter(situation, 30, 10, 0)
        situation.action_invoice()
        self.authenticate(self.site_manager.login, self.site_manager.login)
        answer = self.url_open(situation.with_user(self.site_manager).action_print()["url"])
        self.assertEqual((answer.status_code, answer.headers["Content-Type"]), (200, "application/pdf"))
        self.assertIn("inline", answer.headers["Content-Disposition"])
        self.assertIn(situation.move_id.name, text_of(answer.content))

    def test_others_see_nothing(self):
        situation = self._open(self._contract())
        url = situation.action_print()["url"]
        self.create_user("works_stranger", "base.group_user")
        self.authenticate("works_stranger", "works_stranger")
        with mute_logger("odoo.http"):
            self.assertEqual(self.url_open(url).status_code, 403)
            self.assertEqual(self.url_open(url.replace(str(situation.id), "0")).status_code, 404)
        self.authenticate(None, None)
        self.assertIn("/web/login", self.url_open(url).url)


@tagged("post_install", "-at_install")
class TestPdfEngine(PaperCase):
    def test_never_fetches_from_elsewhere(self):
        asked = []
        html = """<link rel="stylesheet" href="https://example.com/a.css"/><img src="file:///etc/hostname"/>
            <img src="//example.com/b.png"/><img src="/web/image/7"/><p>Texte</p>"""
        with (
            patch("socket.socket.connect", side_effect=AssertionError("network reached")),
            self.assertLogs("weasyprint", "ERROR") as log,
        ):
            content = html_to_pdf(html, find=lambda path: asked.append(path))
        self.assertEqual(asked, ["/web/image/7"])
        self.assertEqual(len(log.output), 4)
        self.assertIn("Texte", text_of(content))

    def test_finds_only_what_the_user_may_read(self):
        engine = self.env["chorus.pdf"].with_user(self.site_manager)
        secret = self.env["ir.attachment"].create({"name": "secret.png", "raw": b"secret"})
        self.assertIsNone(engine._find_resource(f"/web/image/{secret.id}/x.png"))
        self.assertIsNone(engine.sudo()._find_resource(f"/web/image/{secret.id}/x.png"))
        self.assertIsNone(engine._find_resource("/web/static/../../../odoo.conf"))
        self.assertIsNone(engine._find_resource("/etc/passwd"))
        self.assertEqual(engine._find_resource("/web/static/img/favicon.ico").content[:4], b"\0\0\1\0")

    def test_pages_that_cannot_be_archived_are_refused(self):
        output = io.BytesIO()
        with pikepdf.new() as pdf:
            page = pdf.add_blank_page()
            font = pikepdf.Dictionary(
                Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica
            )
            page.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F1=font))
            page.Contents = pdf.make_stream(b"BT /F1 12 Tf (sans police) Tj ET")
            pdf.save(output)
        with self.assertRaises(NotArchival):
            make_archival(output.getvalue())

    def test_missing_native_library_does_not_stop_the_server(self):
        load_weasyprint.cache_clear()
        self.addCleanup(load_weasyprint.cache_clear)
        with patch.dict("sys.modules", {"weasyprint": None}):
            self.assertIsNone(load_weasyprint())
            with self.assertRaises(RuntimeError):
                html_to_pdf("<p>x</p>", find=lambda path: None)
