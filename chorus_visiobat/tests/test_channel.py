"""Both channels of Chorus Pro for every framework, as the company chooses, over real HTTP."""

import io

import pikepdf

from odoo.tests import tagged

from .common import ChorusCase

FLOW = "/cpro/factures/v1/deposer/flux"
SUBMIT = "/cpro/factures/v1/soumettre"


class ChannelCase(ChorusCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.partner_id.bank_ids.allow_out_payment = True

    def setUp(self):
        super().setUp()
        self.control.settings(step_seconds=0)

    def paper(self, **values):
        bank = self.company.partner_id.bank_ids
        invoice = self.create_invoice(partner_bank_id=bank.id, invoice_date="2026-11-20", **values)
        return invoice._chorus_ensure_document()

    def credit_note(self, invoice):
        wizard = (
            self.env["account.move.reversal"]
            .with_context(active_model="account.move", active_ids=invoice.ids)
            .create({"journal_id": invoice.journal_id.id, "date": invoice.invoice_date})
        )
        credit = self.env["account.move"].browse(wizard.reverse_moves()["res_id"])
        credit.action_post()
        return credit

    def attach(self, document, name, mimetype):
        file = self.env["ir.attachment"].create({"name": name, "raw": b"un;deux\n", "mimetype": mimetype})
        document.sudo().attachment_ids = file
        return file

    def send(self, documents):
        documents._queue()
        self.deposit()
        self.poll()


@tagged("post_install", "-at_install")
class TestInvoiceByApi(ChannelCase):
    def setUp(self):
        super().setUp()
        self.company.chorus_channel = "api"

    def test_invoice_arrives_as_a_plain_pdf_with_its_attachments(self):
        document = self.paper(purchase_order_reference="2026-EJ-1")
        self.attach(document, "metre.docx", "application/msword")
        self.send(document)
        [invoice] = self.control.invoices()
        self.assertEqual((invoice["number"], float(invoice["amounts"]["ttc"])), (document.number, 1200.0))
        self.assertEqual(document.technical_number, str(invoice["id"]))
        self.assertEqual((document.stage, document._current_deposit().verb), ("with_payer", "submit_invoice"))
        files = {file["name"]: self.control.file_content(file["id"]) for file in self.control.files()}
        self.assertEqual(set(files), {f"{document.number.replace('/', '_')}.pdf", "metre.docx"})
        with pikepdf.open(io.BytesIO(files[f"{document.number.replace('/', '_')}.pdf"])) as pdf:
            self.assertFalse(pdf.attachments, "a plain PDF hides no electronic invoice")
        self.assertEqual(len(self.control.requests(SUBMIT)), 1)
        self.assertFalse(self.control.requests(FLOW))
        body = document._current_deposit()._bytes()
        for text in (b"A1_FACTURE_FOURNISSEUR", b"2026-EJ-1", b"TVA_SUR_", b"DEPOT_PDF_API"):
            self.assertIn(text, body)

    def test_answer_lost_is_found_again_and_sent_once(self):
        document = self.paper()
        document._queue()
        self.control.fault("drop_after", SUBMIT)
        self.deposit()
        self.assertEqual(document.stage, "unknown")
        self.wait(document._current_deposit(), minutes=2)
        self.deposit()
        self.assertEqual([invoice["number"] for invoice in self.control.invoices()], [document.number])
        self.assertEqual(document.stage, "with_payer")
        self.assertEqual(document._current_deposit().attempts, 1)

    def test_credit_note_names_the_invoice_it_corrects(self):
        document = self.paper()
        self.send(document)
        credit = self.credit_note(document.move_id)._chorus_ensure_document()
        self.send(credit)
        found = {invoice["number"]: invoice for invoice in self.control.invoices()}[credit.number]
        self.assertEqual((found["type"], found["origin_number"]), ("AVOIR", document.number))
        self.assertEqual(float(found["amounts"]["ttc"]), -1200.0)
        self.assertEqual(credit.technical_number, str(found["id"]))

    def test_refusal_can_be_corrected_under_the_same_number(self):
        document = self.paper()
        self.control.fault("json", SUBMIT, body={"codeRetour": 20127, "libelle": "Le destinataire n'existe pas."})
        self.send(document)
        self.assertEqual(document.stage, "to_fix")
        document.action_correct_and_resend()
        self.send(document)
        self.assertEqual([invoice["number"] for invoice in self.control.invoices()], [document.number])

    def test_framework_that_the_api_does_not_take_leaves_in_a_flow(self):
        way = self.company._chorus_way(
            self.env.ref("chorus_visiobat.framework_a3"), has_invoice=True, files=self.env["ir.attachment"]
        )
        self.assertEqual((way.channel, way.remarks), ("flow", ("framework",)))


@tagged("post_install", "-at_install")
class TestFlow(ChannelCase):
    def flow(self):
        [flow] = self.control.flows()
        return flow

    def check_structured(self, file_format, syntax):
        self.company.chorus_document_format = file_format
        document = self.paper()
        self.attach(document, "metre.csv", "text/csv")
        self.send(document)
        self.assertEqual(self.flow()["syntax"], syntax)
        self.assertEqual(document.stage, "with_payer", document.refusal_label)
        [invoice] = self.control.invoices()
        self.assertEqual((invoice["number"], float(invoice["amounts"]["ttc"])), (document.number, 1200.0))
        names = {file["name"] for file in self.control.files()}
        readable = f"{document.number.replace('/', '_')}.pdf"
        self.assertEqual(names, {readable.replace(".pdf", ".xml"), readable, "metre.csv"})
        self.assertTrue(document._paper().startswith(b"%PDF"), "the screen shows what a person reads")
        received = {file["name"]: self.control.file_content(file["id"]) for file in self.control.files()}
        self.assertEqual(received[readable], document._paper())

    def test_invoice_as_cii(self):
        self.check_structured("cii", "IN_DP_E1_CII_16B")

    def test_invoice_as_ubl(self):
        self.check_structured("ubl", "IN_DP_E1_UBL_INVOICE")

    def test_papers_of_two_formats_never_share_a_flow(self):
        first = self.paper()
        first._queue()
        self.company.chorus_document_format = "ubl"
        self.send(self.paper() | self.paper())
        flows = {flow["syntax"]: flow for flow in self.control.flows()}
        self.assertEqual(set(flows), {"IN_DP_E2_CII_FACTURX", "IN_DP_E1_UBL_INVOICE"})
        self.assertEqual(len(self.control.invoices()), 3)

    def test_attachment_that_a_structured_invoice_cannot_carry(self):
        self.company.chorus_document_format = "ubl"
        document = self.paper()
        self.attach(document, "plan.zip", "application/zip")
        problems = self.env["chorus.preflight"]._problems(document.move_id)
        self.assertIn("channel_attachments", [problem["code"] for problem in problems])
        self.send(document)
        self.assertEqual(self.flow()["syntax"], "IN_DP_E2_CII_FACTURX")
        self.assertIn("plan.zip", {file["name"] for file in self.control.files()})

    def test_withdrawn_paper_leaves_in_the_format_chosen_since(self):
        document = self.paper()
        document._queue()
        document.action_withdraw()
        self.company.chorus_document_format = "cii"
        self.send(document)
        self.assertEqual(self.flow()["syntax"], "IN_DP_E1_CII_16B")

    def test_format_that_chorus_pro_does_not_offer_waits_and_says_so(self):
        self.company.chorus_document_format = "ubl"
        document = self.paper()
        self.account.write({"flow_syntaxes": "IN_DP_E2_CII_FACTURX", "flow_syntaxes_date": "2099-01-01"})
        document._queue()
        self.deposit()
        self.assertEqual(document.stage, "queued")
        self.assertIn("UBL", document.hold_reason)
        self.assertFalse(self.control.requests(FLOW))
