"""Works papers in flows: the statement as a Factur-X, under the syntax that Chorus Pro lists for works."""

import io

import pikepdf
from lxml import etree

from odoo.tests import tagged

from ..report.cii_tree import NAMESPACES
from .test_works_filing import FilingCase


@tagged("post_install", "-at_install")
class TestWorksFlow(FilingCase):
    def setUp(self):
        super().setUp()
        self.company.chorus_channel = "flow"
        self.control.settings(step_seconds=0)

    def _flow(self):
        [flow] = self.control.flows()
        return flow

    def test_statement_leaves_as_a_facturx_of_its_framework(self):
        situation = self._bill(self._contract(), 30, 10, 0)
        paper = self._send(situation)
        self.poll()
        self.assertEqual(self._flow()["syntax"], "IN_DP_E2_CII_FACTURX", "no works syntax is listed")
        self.assertFalse(self.control.requests("/cpro/facturesTravaux/v1/soumettre"))
        work = self._work(paper)
        self.assertEqual((work["number"], float(work["amounts"]["ttc"])), (paper.number, situation.amount_total))
        self.assertEqual(work["framework"], paper.framework_id.api_code)
        with pikepdf.open(io.BytesIO(paper.main_attachment_file_id.raw)) as pdf:
            tree = etree.fromstring(pdf.attachments["factur-x.xml"].get_file().read_bytes())
            self.assertIn("GTS_PDFA1", str(pdf.Root.OutputIntents[0].S))
        context = "//ram:BusinessProcessSpecifiedDocumentContextParameter/ram:ID/text()"
        self.assertEqual(tree.xpath(context, namespaces=NAMESPACES), [paper.framework_id.code])

    def test_works_syntax_as_soon_as_it_is_listed(self):
        self.control.settings(works_flows=True)
        self._send(self._bill(self._contract(), 30, 10, 0))
        self.assertEqual(self._flow()["syntax"], "IN_DP_E5_CII_FACTURX")

    def test_structured_statement(self):
        self.control.settings(works_flows=True)
        self.company.chorus_document_format = "ubl"
        situation = self._bill(self._contract(), 30, 10, 0)
        paper = self._send(situation)
        self.poll()
        self.assertEqual(self._flow()["syntax"], "IN_DP_E4_UBL_INVOICE")
        self.assertEqual(float(self._work(paper)["amounts"]["ttc"]), situation.amount_total)
        self.assertEqual(paper._paper(), situation._render_paper(), "it carries the statement that a person reads")

    def test_paper_that_bills_nothing_leaves_by_the_api_and_the_list_says_so(self):
        framework = self.env.ref("chorus_visiobat.framework_a8")
        way = self.company._chorus_way(framework, has_invoice=False, files=self.env["ir.attachment"])
        self.assertEqual((way.channel, way.format, way.remarks), ("api", "pdf", ("no_invoice",)))

    def test_list_says_that_the_actors_are_not_named(self):
        situation = self._bill(self._contract(), 30, 10, 0)
        codes = {problem["code"]: problem["level"] for problem in self.env["chorus.preflight"]._problems(situation)}
        self.assertEqual(codes.get("channel_actors"), "advice")
        self.company.chorus_channel = "auto"
        codes = {problem["code"] for problem in self.env["chorus.preflight"]._problems(situation)}
        self.assertNotIn("channel_actors", codes)
