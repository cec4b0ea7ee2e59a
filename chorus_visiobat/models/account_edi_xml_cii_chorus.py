import base64
from decimal import ROUND_HALF_UP, Decimal

from lxml import etree

from odoo import models

from ..report import cii_tree as cii
from .account_edi_chorus_mixin import CREDIT_TRANSFER, MAX_NAME, PROFILE, SIRET_SCHEME

# The connector in production since 2017 writes the SIRET under scheme 0002 in the legal organisation, although 0002 is
# the SIREN's (chorus-pro-api.md §4 "Where data go").
LEGAL_SCHEME = "0002"

VAT_POINTS = {"invoice": "5", "payment": "72"}  # UNTDID 2475
SUPPORTING_DOCUMENT = "916"  # UNTDID 1001, a file that goes with the invoice (BG-24)


class AccountEdiXmlCiiChorus(models.AbstractModel):
    """Cross Industry Invoice of a paper as Chorus Pro reads it (profile EN 16931): alone, or inside a Factur-X.

    The stock builder writes the invoice, whichever generation it is (QWeb template or dict of nodes); its
    tree is then corrected here.
    """

    _name = "account.edi.xml.cii_chorus"
    _inherit = ["account.edi.chorus.mixin", "account.edi.xml.cii"]
    _description = "Cross Industry Invoice for Chorus Pro"

    def _chorus_finish(self, xml, document, files):
        tree = etree.fromstring(xml)
        self._chorus_write_context(tree, document)
        self._chorus_write_lines(tree)
        self._chorus_write_agreement(tree, document)
        self._chorus_write_files(tree, files)
        self._chorus_write_delivery(tree, document)
        self._chorus_write_settlement(tree, document)
        return cii.to_bytes(tree)

    def _chorus_write_context(self, tree, document):
        """Billing framework (BT-23), profile (BT-24), number (BT-1), type (BT-3), notes (BT-22)."""
        context = cii.find(tree, "rsm:ExchangedDocumentContext")
        for child in list(context):
            context.remove(child)
        cii.add(cii.add(context, "BusinessProcessSpecifiedDocumentContextParameter"), "ID", document.framework_id.code)
        cii.add(cii.add(context, "GuidelineSpecifiedDocumentContextParameter"), "ID", PROFILE)
        header = cii.find(tree, "rsm:ExchangedDocument")
        cii.put(header, "ID", document.number)
        cii.put(header, "TypeCode", self._chorus_type_code(document.move_id))
        cii.remove(header, "IncludedNote")
        for note in self._chorus_notes(document):
            cii.add(cii.add(header, "IncludedNote"), "Content", note)

    def _chorus_write_lines(self, tree):
        """Item name of free-text lines (BT-153), net price that gives the line's amount (BT-146)."""
        for line in cii.find_all(tree, ".//ram:IncludedSupplyChainTradeLineItem"):
            product = cii.find(line, "ram:SpecifiedTradeProduct")
            item = self._chorus_item(cii.text_of(product, "ram:Name"), cii.text_of(product, "ram:Description"))
            for tag, text in zip(("Name", "Description"), item, strict=True):
                cii.put(product, tag, text)
            self._chorus_write_price(line)

    def _chorus_write_price(self, line):
        """Give the unit price more decimals where the cents of the stock one do not multiply back (§3.7: ≤ 6)."""
        agreement = cii.find(line, "ram:SpecifiedLineTradeAgreement")
        price = cii.find(agreement, "ram:NetPriceProductTradePrice/ram:ChargeAmount")
        quantity = Decimal(cii.text_of(line, ".//ram:BilledQuantity"))
        amount = Decimal(cii.text_of(line, ".//ram:LineTotalAmount"))
        cent = Decimal("0.01")
        if quantity and (Decimal(price.text) * quantity).quantize(cent, ROUND_HALF_UP) != amount:
            price.text = str((amount / quantity).quantize(Decimal("0.000001"), ROUND_HALF_UP))
            cii.remove(agreement, "GrossPriceProductTradePrice")

    def _chorus_write_agreement(self, tree, document):
        """Service (BT-10), commitment (BT-13), contract (BT-12), SIRETs of the two parties."""
        move = document.move_id
        agreement = cii.find(tree, ".//ram:ApplicableHeaderTradeAgreement")
        cii.put(agreement, "BuyerReference", move.buyer_reference)
        for tag, reference in (
            ("BuyerOrderReferencedDocument", move.purchase_order_reference),
            ("ContractReferencedDocument", move.contract_reference),
        ):
            cii.remove(agreement, tag)
            if reference:
                cii.add(cii.add(agreement, tag), "IssuerAssignedID", reference)
        tags = ("SellerTradeParty", "BuyerTradeParty")
        for tag, (partner, siret) in zip(tags, self._chorus_parties(document), strict=True):
            party = cii.find(agreement, f"ram:{tag}")
            cii.put(party, "GlobalID", siret, schemeID=SIRET_SCHEME)
            cii.put(party, "Name", partner.name[:MAX_NAME])
            cii.remove(party, "SpecifiedLegalOrganization")
            cii.add(cii.add(party, "SpecifiedLegalOrganization"), "ID", siret, schemeID=LEGAL_SCHEME)
            # An address of another network (Peppol, approved platform) says nothing to Chorus Pro.
            cii.remove(party, "URIUniversalCommunication")

    def _chorus_write_files(self, tree, files):
        """The readable invoice and its attachments, inside the XML (BG-24)."""
        agreement = cii.find(tree, ".//ram:ApplicableHeaderTradeAgreement")
        cii.remove(agreement, "AdditionalReferencedDocument")
        for file in files:
            carried = cii.add(agreement, "AdditionalReferencedDocument")
            cii.add(carried, "IssuerAssignedID", file.name)
            cii.add(carried, "TypeCode", SUPPORTING_DOCUMENT)
            cii.add(
                carried,
                "AttachmentBinaryObject",
                base64.b64encode(file.content).decode(),
                mimeCode=file.mimetype,
                filename=file.name,
            )

    def _chorus_write_delivery(self, tree, document):
        """Drop what the profile forbids in the place of delivery; end of the works as delivery date (BT-72)."""
        delivery = cii.find(tree, ".//ram:ApplicableHeaderTradeDelivery")
        for party in cii.find_all(delivery, "ram:ShipToTradeParty"):
            for tag in ("DefinedTradeContact", "SpecifiedLegalOrganization", "URIUniversalCommunication"):
                cii.remove(party, tag)
        if document.situation_id:
            _start, end = self._chorus_period(document)
            for delivered in cii.find_all(delivery, "ram:ActualDeliverySupplyChainEvent"):
                cii.remove(delivered, "OccurrenceDateTime")
                cii.add_date(delivered, "OccurrenceDateTime", end)

    def _chorus_write_settlement(self, tree, document):
        """Payment means (BG-16), VAT point (BT-8), period (BG-14), amount due (BT-115), credited invoice (BT-25)."""
        move = document.move_id
        settlement = cii.find(tree, ".//ram:ApplicableHeaderTradeSettlement")
        cii.remove(settlement, "SpecifiedTradeSettlementPaymentMeans")
        if move.move_type == "out_invoice":
            means = cii.add(settlement, "SpecifiedTradeSettlementPaymentMeans")
            cii.add(means, "TypeCode", CREDIT_TRANSFER)
            account = cii.add(means, "PayeePartyCreditorFinancialAccount")
            cii.add(account, "IBANID", move.partner_bank_id.sanitized_acc_number)
        for tax in cii.find_all(settlement, "ram:ApplicableTradeTax"):
            rate = float(cii.text_of(tax, "ram:RateApplicablePercent") or 0)
            point = self._chorus_vat_point(move, cii.text_of(tax, "ram:CategoryCode"), rate)
            cii.put(tax, "DueDateTypeCode", VAT_POINTS.get(point))
        start, end = self._chorus_period(document)
        cii.remove(settlement, "BillingSpecifiedPeriod")
        period = cii.add(settlement, "BillingSpecifiedPeriod")
        cii.add_date(period, "StartDateTime", start)
        cii.add_date(period, "EndDateTime", end)
        summary = cii.find(settlement, "ram:SpecifiedTradeSettlementHeaderMonetarySummation")
        prepaid, due = self._chorus_settled(document, Decimal(cii.text_of(summary, "ram:GrandTotalAmount")))
        cii.put(summary, "TotalPrepaidAmount", str(prepaid) if prepaid else None)
        cii.put(summary, "DuePayableAmount", str(due))
        cii.remove(settlement, "InvoiceReferencedDocument")
        if origin := self._chorus_origin(document):
            reference = cii.add(settlement, "InvoiceReferencedDocument")
            cii.add(reference, "IssuerAssignedID", origin[0])
            cii.add_date(reference, "FormattedIssueDateTime", origin[1], namespace=cii.QDT)
