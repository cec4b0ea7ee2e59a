import io
import time
from datetime import date
from unittest.mock import patch

import pikepdf
from lxml import etree

from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import tagged

from ..report.archival_pdf import archival_violations
from .electronic_case import ElectronicInvoiceCase

AGREEMENT = "//ram:ApplicableHeaderTradeAgreement"
SETTLEMENT = "//ram:ApplicableHeaderTradeSettlement"
SUMMARY = f"{SETTLEMENT}/ram:SpecifiedTradeSettlementHeaderMonetarySummation"


@tagged("post_install", "-at_install")
class TestFacturxInvoice(ElectronicInvoiceCase):
    def test_data_stand_where_chorus_pro_reads_them(self):
        self.assertValues(
            self._tree(self.document),
            {
                "//ram:BusinessProcessSpecifiedDocumentContextParameter/ram:ID": ["A1"],
                "//ram:GuidelineSpecifiedDocumentContextParameter/ram:ID": ["urn:cen.eu:en16931:2017"],
                "/rsm:CrossIndustryInvoice/rsm:ExchangedDocument/ram:ID": [self.invoice.name],
                "//rsm:ExchangedDocument/ram:TypeCode": ["380"],
                f"{AGREEMENT}/ram:BuyerReference": ["DIRBAT"],
                f"{AGREEMENT}/ram:BuyerOrderReferencedDocument/ram:IssuerAssignedID": ["2026-EJ-004512"],
                f"{AGREEMENT}/ram:ContractReferencedDocument/ram:IssuerAssignedID": ["2026-SA-0142"],
                f"{AGREEMENT}/ram:SellerTradeParty/ram:SpecifiedLegalOrganization/ram:ID": ["45260181800019"],
                f"{AGREEMENT}/ram:SellerTradeParty/ram:SpecifiedLegalOrganization/ram:ID/@schemeID": ["0002"],
                f"{AGREEMENT}/ram:SellerTradeParty/ram:GlobalID[@schemeID='0009']": ["45260181800019"],
                f"{AGREEMENT}/ram:BuyerTradeParty/ram:SpecifiedLegalOrganization/ram:ID": ["26613186100012"],
                f"{AGREEMENT}/ram:BuyerTradeParty/ram:GlobalID[@schemeID='0009']": ["26613186100012"],
                f"{SETTLEMENT}/ram:SpecifiedTradeSettlementPaymentMeans/ram:TypeCode": ["30"],
                f"{SETTLEMENT}//ram:IBANID": ["FR7630006000011234567890189"],
                f"{SETTLEMENT}/ram:InvoiceReferencedDocument": [],
                "//ram:ShipToTradeParty/ram:DefinedTradeContact": [],
            },
        )

    def test_amounts(self):
        self.assertValues(
            self._tree(self.document),
            {
                f"{SETTLEMENT}/ram:ApplicableTradeTax/ram:RateApplicablePercent": ["20.0", "10.0"],
                f"{SETTLEMENT}/ram:ApplicableTradeTax/ram:BasisAmount": ["80.00", "87.30"],
                f"{SETTLEMENT}/ram:ApplicableTradeTax/ram:CalculatedAmount": ["16.00", "8.73"],
                f"{SUMMARY}/ram:TaxBasisTotalAmount": ["167.30"],
                f"{SUMMARY}/ram:TaxTotalAmount": ["24.73"],
                f"{SUMMARY}/ram:GrandTotalAmount": ["192.03"],
                f"{SUMMARY}/ram:DuePayableAmount": ["192.03"],
            },
        )

    def test_lines_have_names_and_prices_that_multiply_back(self):
        tree = self._tree(self.document)
        self.assertValues(
            tree,
            {
                "//ram:SpecifiedTradeProduct/ram:Name": [
                    "Entretien des façades",
                    "Heure de maçon",
                    "Moins-value sur l'échafaudage",
                ],
                "//ram:SpecifiedTradeProduct/ram:Description": ["Secteur nord, avril à juin", "Heures de reprise"],
                "//ram:NetPriceProductTradePrice/ram:ChargeAmount": ["33.333333", "43.65", "20.00"],
                "//ram:BilledQuantity": ["3.0", "2.0", "-1.0"],
                "//ram:LineTotalAmount[ancestor::ram:IncludedSupplyChainTradeLineItem]": ["100.00", "87.30", "-20.00"],
            },
        )

    def test_period_is_the_month_of_the_service(self):
        period = f"{SETTLEMENT}/ram:BillingSpecifiedPeriod//udt:DateTimeString"
        self.assertEqual(self._values(self._tree(self.document), period), ["20261101", "20261130"])
        self.invoice.delivery_date = date(2026, 10, 28)
        self.assertEqual(self._values(self._tree(self.document), period), ["20261001", "20261031"])

    def test_vat_point_says_the_regime_of_the_company(self):
        path = f"{SETTLEMENT}/ram:ApplicableTradeTax/ram:DueDateTypeCode"
        self.assertEqual(self._values(self._tree(self.document), path), ["72", "72"])
        self.company.chorus_vat_on_debits = True
        self.assertEqual(self._values(self._tree(self.document), path), ["5", "5"])

    def test_goods_taxed_on_invoice_claim_no_option(self):
        move = self._invoice([("Vente de granulats", 1, 100, self._tax(20, "on_invoice"))])
        tree = self._tree(self._document("A1", move))
        self.assertEqual(self._values(tree, f"{SETTLEMENT}/ram:ApplicableTradeTax/ram:DueDateTypeCode"), [])

    def test_no_reference_is_invented(self):
        self.town.ref = "CLIENT-77"
        move = self._invoice([("Curage du fossé", 1, 100, self._tax(20, "on_payment"))], ref="DEVIS-12")
        self.assertValues(
            self._tree(self._document("A1", move)),
            {
                f"{AGREEMENT}/ram:BuyerReference": [],
                f"{AGREEMENT}/ram:BuyerOrderReferencedDocument": [],
                f"{AGREEMENT}/ram:ContractReferencedDocument": [],
            },
        )

    def test_amount_due_does_not_depend_on_what_is_paid_at_export(self):
        self._pay_in_part()
        tree = self._tree(self.document)
        self.assertEqual(self._values(tree, f"{SUMMARY}/ram:DuePayableAmount"), ["192.03"])
        self.assertEqual(self._values(tree, f"{SUMMARY}/ram:TotalPrepaidAmount"), [])

    def test_invoice_already_paid(self):
        self.document.sudo().framework_id = self._framework("A2")
        tree = self._tree(self.document)
        self.assertValues(
            tree,
            {
                "//ram:BusinessProcessSpecifiedDocumentContextParameter/ram:ID": ["A2"],
                f"{SUMMARY}/ram:TotalPrepaidAmount": ["192.03"],
                f"{SUMMARY}/ram:DuePayableAmount": ["0.00"],
            },
        )
        self.assertValid(etree.tostring(tree))

    def test_credit_note_names_the_invoice_and_asks_for_no_payment(self):
        tree = self._tree(self._document("A1", self._credit_note()))
        reference = f"{SETTLEMENT}/ram:InvoiceReferencedDocument"
        self.assertValues(
            tree,
            {
                "//rsm:ExchangedDocument/ram:TypeCode": ["381"],
                f"{SETTLEMENT}/ram:SpecifiedTradeSettlementPaymentMeans": [],
                f"{reference}/ram:IssuerAssignedID": [self.invoice.name],
                f"{reference}/ram:FormattedIssueDateTime/qdt:DateTimeString": ["20261120"],
                f"{SUMMARY}/ram:GrandTotalAmount": ["192.03"],
            },
        )
        self.assertValid(etree.tostring(tree))

    def test_valid_for_schema_and_en16931(self):
        self.assertValid(self._xml(self.document))

    def test_long_notes_and_names_stay_within_the_limits(self):
        document, note = self._with_long_texts()
        tree = self._tree(document)
        notes = self._values(tree, "//ram:IncludedNote/ram:Content")
        self.assertEqual(" ".join(" ".join(notes).split()), note)
        self.assertTrue(all(len(part) <= 1024 for part in notes))
        self.assertLessEqual(len(self._values(tree, "//ram:SpecifiedTradeProduct/ram:Name")[0]), 255)
        self.assertValid(etree.tostring(tree))

    def test_everything_that_is_missing_is_said_at_once(self):
        self.document.sudo().write({"issuer_siret": "452601818", "recipient_siret": False})
        self.invoice.partner_bank_id = False
        with self.assertRaises(UserError) as refusal:
            self._xml(self.document)
        self.assertEqual(str(refusal.exception).count("•"), 3)
        self.assertIn("Bâtisseurs du Val", str(refusal.exception))
        self.assertIn("Commune de Saint-Aubin-le-Val", str(refusal.exception))
        self.assertIn("IBAN", str(refusal.exception))

    def test_stock_export_is_left_as_it_was(self):
        stock = self.env["account.edi.xml.cii"]
        before = stock._export_invoice(self.invoice)[0]
        self._tree(self.document)
        self.assertEqual(stock._export_invoice(self.invoice)[0], before)
        self.assertNotIn(b"BusinessProcessSpecifiedDocumentContextParameter", before)


@tagged("post_install", "-at_install")
class TestFacturxFile(ElectronicInvoiceCase):
    def test_is_a_facturx_in_pdf_a3(self):
        content = self.document._build_files().raw
        self.assertValid(content)
        with pikepdf.open(io.BytesIO(content)) as pdf:
            self.assertFalse(pdf.is_encrypted)
            self.assertIn("/ID", pdf.trailer)
            [intent] = pdf.Root.OutputIntents
            self.assertEqual(intent.S, "/GTS_PDFA1")
            [file] = pdf.Root.AF
            self.assertEqual((str(file.AFRelationship), str(file.UF)), ("/Data", "factur-x.xml"))
            self.assertEqual(str(file.EF.F.Subtype), "/text/xml")
            self.assertEqual(file.EF.F.Params.Size, len(file.EF.F.read_bytes()))
            self.assertIsInstance(file.EF.F.Params.Size, int)
            metadata = pdf.open_metadata()
            fx = "{urn:factur-x:pdfa:CrossIndustryDocument:invoice:1p0#}"
            self.assertEqual((metadata["pdfaid:part"], metadata["pdfaid:conformance"]), ("3", "B"))
            self.assertEqual(
                [metadata[fx + key] for key in ("DocumentType", "DocumentFileName", "Version", "ConformanceLevel")],
                ["INVOICE", "factur-x.xml", "1.0", "EN 16931"],
            )

    def test_pages_are_pdf_a(self):
        pages = self.env["chorus.pdf"]._render("account.account_invoices", self.invoice, archival=True)
        with pikepdf.open(io.BytesIO(pages)) as pdf:
            self.assertEqual(archival_violations(pdf), [])

    def test_same_invoice_same_bytes(self):
        with patch("time.time", return_value=time.time() + 86400):
            tomorrow = self.document._render_file()
        self.assertEqual(self.document._render_file(), tomorrow)

    def test_other_attachments_travel_in_the_file(self):
        notes = self.env["ir.attachment"].create(
            {"name": "metre.csv", "raw": b"poste;quantite\n", "mimetype": "text/csv"}
        )
        self.document.sudo().attachment_ids = [Command.link(notes.id)]
        with pikepdf.open(io.BytesIO(self.document._build_files().raw)) as pdf:
            self.assertEqual(sorted(pdf.attachments), ["factur-x.xml", "metre.csv"])
            self.assertEqual(pdf.attachments["metre.csv"].get_file().read_bytes(), b"poste;quantite\n")
            self.assertEqual(str(pdf.attachments["metre.csv"].relationship), "/Supplement")

    def test_made_once_and_kept(self):
        file = self.document._build_files()
        self.assertEqual((file.res_model, file.res_id), ("chorus.document", self.document.id))
        self.invoice.narration = "Ajout tardif"
        self.assertEqual(self.document._build_files(), file)
        self.document._forget_files()
        self.assertNotEqual(self.document._build_files().raw, file.raw)
        self.assertTrue(file.exists())

    def test_name_fits_chorus_pro(self):
        self.assertEqual(self.document._build_files().name, f"{self.invoice.name.replace('/', '_')}.pdf")
        self.assertLessEqual(len(self.document._file_name_of("x" * 80)), 50)

    def test_forbidden_attachments_are_named_and_nothing_is_kept(self):
        files = self.env["ir.attachment"].create(
            [
                {"name": "installer.pdf", "raw": b"MZ"},
                {"name": "vide.pdf", "raw": b"%PDF-1.4"},
            ]
        )
        self.document.sudo().attachment_ids = [Command.set(files.ids)]
        # Refused when they are added: changed since.
        files[0].name, files[1].raw = "installer.exe", b""
        with self.assertRaises(UserError) as refusal:
            self.document._build_files()
        self.assertIn("installer.exe", str(refusal.exception))
        self.assertIn("vide.pdf", str(refusal.exception))
        self.assertFalse(self.document.main_attachment_file_id)

    def test_draft_invoice_is_not_printed(self):
        self.invoice.button_draft()
        with self.assertRaises(UserError):
            self.document._build_files()
