"""The structured invoices offered beside Factur-X: same facts, other syntax, judged by the same independent tools."""

import base64

from lxml import etree

from odoo.tests import tagged

from ..report.archival_pdf import EmbeddedFile
from .common import PDF
from .electronic_case import ElectronicInvoiceCase

UBL = {
    "cac": "urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2",
    "cbc": "urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2",
}
SELLER = "cac:AccountingSupplierParty/cac:Party"
BUYER = "cac:AccountingCustomerParty/cac:Party"
TOTALS = "cac:LegalMonetaryTotal"
FILES = [EmbeddedFile("FAC.pdf", PDF, "application/pdf"), EmbeddedFile("metre.csv", b"poste;quantite\n", "text/csv")]


@tagged("post_install", "-at_install")
class TestUbl(ElectronicInvoiceCase):
    builder = "account.edi.xml.ubl_chorus"
    namespaces = UBL

    def test_data_stand_where_chorus_pro_reads_them(self):
        self.assertValues(
            self._tree(self.document),
            {
                "cbc:CustomizationID": ["urn:cen.eu:en16931:2017"],
                "cbc:ProfileID": ["A1"],
                "cbc:ID": [self.invoice.name],
                "cbc:InvoiceTypeCode": ["380"],
                "cbc:BuyerReference": ["DIRBAT"],
                "cac:OrderReference/cbc:ID": ["2026-EJ-004512"],
                "cac:ContractDocumentReference/cbc:ID": ["2026-SA-0142"],
                f"{SELLER}/cac:PartyIdentification/cbc:ID[@schemeID='0009']": ["45260181800019"],
                f"{SELLER}/cac:PartyLegalEntity/cbc:CompanyID": ["45260181800019"],
                f"{SELLER}/cbc:EndpointID": [],
                f"{BUYER}/cac:PartyIdentification/cbc:ID[@schemeID='0009']": ["26613186100012"],
                f"{BUYER}/cac:PartyLegalEntity/cbc:CompanyID": ["26613186100012"],
                "cac:PaymentMeans/cbc:PaymentMeansCode": ["30"],
                "cac:PaymentMeans/cac:PayeeFinancialAccount/cbc:ID": ["FR7630006000011234567890189"],
                "cac:InvoicePeriod/*": ["2026-11-01", "2026-11-30", "432"],
                "cac:BillingReference": [],
                "cac:AdditionalDocumentReference": [],
            },
        )

    def test_amounts(self):
        self.assertValues(
            self._tree(self.document),
            {
                "cac:TaxTotal/cbc:TaxAmount": ["24.73"],
                "cac:TaxTotal/cac:TaxSubtotal/cbc:TaxableAmount": ["80.00", "87.30"],
                f"{TOTALS}/cbc:TaxExclusiveAmount": ["167.30"],
                f"{TOTALS}/cbc:TaxInclusiveAmount": ["192.03"],
                f"{TOTALS}/cbc:PrepaidAmount": [],
                f"{TOTALS}/cbc:PayableAmount": ["192.03"],
                "cac:InvoiceLine/cac:Item/cbc:Name": [
                    "Entretien des façades",
                    "Heure de maçon",
                    "Moins-value sur l'échafaudage",
                ],
                "cac:InvoiceLine/cac:Item/cbc:Description": ["Secteur nord, avril à juin", "Heures de reprise"],
            },
        )

    def test_valid_for_schema_and_en16931(self):
        self.assertValid(self._xml(self.document))

    def test_amount_due_does_not_depend_on_what_is_paid_at_export(self):
        self._pay_in_part()
        self.assertValues(
            self._tree(self.document), {f"{TOTALS}/cbc:PayableAmount": ["192.03"], f"{TOTALS}/cbc:PrepaidAmount": []}
        )

    def test_invoice_already_paid(self):
        self.document.sudo().framework_id = self._framework("A2")
        self.assertValues(
            self._tree(self.document),
            {
                "cbc:ProfileID": ["A2"],
                f"{TOTALS}/cbc:PrepaidAmount": ["192.03"],
                f"{TOTALS}/cbc:PayableAmount": ["0.00"],
            },
        )
        self.assertValid(self._xml(self.document))

    def test_credit_note_names_the_invoice_and_asks_for_no_payment(self):
        tree = self._tree(self._document("A1", self._credit_note()))
        self.assertValues(
            tree,
            {
                "/*[local-name()='CreditNote']/cbc:CreditNoteTypeCode": ["381"],
                "cac:BillingReference/cac:InvoiceDocumentReference/cbc:ID": [self.invoice.name],
                "cac:PaymentMeans": [],
                f"{TOTALS}/cbc:TaxInclusiveAmount": ["192.03"],
            },
        )
        self.assertValid(etree.tostring(tree))

    def test_long_notes_and_names_stay_within_the_limits(self):
        document, note = self._with_long_texts()
        xml = self._xml(document)
        notes = etree.fromstring(xml).xpath("cbc:Note/text()", namespaces=UBL)
        self.assertEqual(" ".join(" ".join(notes).split()), note)
        self.assertTrue(all(len(part) <= 1024 for part in notes))
        self.assertValid(xml)

    def test_files_travel_inside(self):
        xml = self._xml(self.document, FILES)
        carried = etree.fromstring(xml).xpath("//cbc:EmbeddedDocumentBinaryObject", namespaces=UBL)
        self.assertEqual([(node.get("filename"), base64.b64decode(node.text)) for node in carried], _carried())
        self.assertValid(xml)

    def test_same_invoice_same_bytes(self):
        self.assertEqual(self._xml(self.document, FILES), self._xml(self.document, FILES))

    def test_stock_export_is_left_as_it_was(self):
        stock = self.env["account.edi.xml.ubl_bis3"]
        before = stock._export_invoice(self.invoice)[0]
        self._xml(self.document)
        self.assertEqual(stock._export_invoice(self.invoice)[0], before)
        self.assertIn(b"urn:fdc:peppol.eu", before)


@tagged("post_install", "-at_install")
class TestCii(ElectronicInvoiceCase):
    def test_files_travel_inside(self):
        xml = self._xml(self.document, FILES)
        carried = etree.fromstring(xml).findall(".//{*}AttachmentBinaryObject")
        self.assertEqual([(node.get("filename"), base64.b64decode(node.text)) for node in carried], _carried())
        self.assertEqual([node.get("mimeCode") for node in carried], ["application/pdf", "text/csv"])
        self.assertValid(xml)


def _carried():
    return [(file.name, file.content) for file in FILES]
