import textwrap
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from lxml import etree

from odoo import models
from odoo.exceptions import UserError
from odoo.tools.date_utils import end_of, start_of

from ..decompte.wording import REVERSE_CHARGE_MENTION
from ..report import cii_tree as cii

PROFILE = "urn:cen.eu:en16931:2017"

# Chorus Pro knows a company by its 14-digit SIRET. The connector in production since 2017 writes it under
# scheme 0002 in the legal organisation, although 0002 is the SIREN's (chorus-pro-api.md §4 "Where data go");
# 0009 is the scheme of the SIRET and says the same in the identifiers (BT-29, BT-46).
LEGAL_SCHEME = "0002"
SIRET_SCHEME = "0009"

CREDIT_TRANSFER = "30"  # UNTDID 4461, one of those Chorus Pro accepts (§3.7)
VAT_ON_INVOICE = "5"  # UNTDID 2475: the option for VAT on debits; to be said only by who has taken it
VAT_ON_PAYMENT = "72"
ALREADY_PAID = "A2"
REVERSE_CHARGE_REASON = "VATEX-FR-AE"  # 2 of article 283 of the CGI

MAX_NOTE = 1024  # BT-22 (formats.md §4.9)
MAX_NAME = 99
MAX_ITEM_NAME = 255


class AccountEdiXmlCiiChorus(models.AbstractModel):
    """Factur-X of an ordinary invoice as Chorus Pro reads it (profile EN 16931, legacy rules, A-codes).

    The stock builder writes the invoice, whichever generation it is (QWeb template or dict of nodes); its
    tree is then corrected here. It is never changed in place: the Factur-X of other customers stays as it was.
    """

    _name = "account.edi.xml.cii_chorus"
    _inherit = "account.edi.xml.cii"
    _description = "Factur-X for Chorus Pro"

    def _export_document(self, document):
        """Write the invoice of a document as Cross Industry Invoice.

        :param document: a ``chorus.document`` that bears an invoice.
        :return bytes: the XML.
        :raises UserError: naming everything that is missing, at once.
        """
        move = document.move_id
        problems = self._chorus_problems(document)
        xml, errors = self._export_invoice(move)
        problems += sorted(errors)
        if problems:
            raise UserError(
                self.env._(
                    "The electronic invoice %(number)s cannot be made yet:\n%(problems)s",
                    number=document.number,
                    problems="\n".join(f"• {problem}" for problem in problems),
                )
            )
        tree = etree.fromstring(xml)
        self._chorus_write_context(tree, document)
        self._chorus_write_lines(tree)
        self._chorus_write_agreement(tree, document)
        self._chorus_write_delivery(tree, document)
        self._chorus_write_settlement(tree, document)
        return cii.to_bytes(tree)

    def _export_invoice_constraints(self, invoice, vals):
        # The stock builder asks for a phone, an e-mail and bank details in the name of German rules.
        german = ("seller_phone", "seller_email", "seller_payment_instructions_1", "seller_payment_instructions_2")
        constraints = super()._export_invoice_constraints(invoice, vals)
        return {key: problem for key, problem in constraints.items() if key not in german}

    def _chorus_problems(self, document):
        """Return in plain words what Chorus Pro requires and the invoice lacks."""
        move = document.move_id
        problems = []
        for siret, partner in (
            (document.issuer_siret, move.company_id.partner_id),
            (document.recipient_siret, move.commercial_partner_id),
        ):
            if not (siret or "").isdigit() or len(siret) != 14:
                problems.append(
                    self.env._(
                        "%(partner)s: enter the 14 digits of the SIRET on its form.", partner=partner.display_name
                    )
                )
        bank = move.partner_bank_id
        if move.move_type == "out_invoice" and (not bank or bank.acc_type != "iban"):
            problems.append(
                self.env._(
                    "Recipient bank of the invoice: choose a bank account identified by its IBAN; "
                    "Chorus Pro pays to an IBAN only."
                )
            )
        if move.currency_id.name != "EUR":
            problems.append(self.env._("Currency of the invoice: only the euro can be billed on Chorus Pro."))
        return problems

    def _chorus_write_context(self, tree, document):
        """Billing framework (BT-23), profile (BT-24), number (BT-1), notes (BT-22)."""
        context = cii.find(tree, "rsm:ExchangedDocumentContext")
        for child in list(context):
            context.remove(child)
        cii.add(cii.add(context, "BusinessProcessSpecifiedDocumentContextParameter"), "ID", document.framework_id.code)
        cii.add(cii.add(context, "GuidelineSpecifiedDocumentContextParameter"), "ID", PROFILE)
        header = cii.find(tree, "rsm:ExchangedDocument")
        cii.put(header, "ID", document.number)
        notes = [cii.text_of(note, "ram:Content") for note in cii.find_all(header, "ram:IncludedNote")]
        notes += document.move_id._works_notes()
        if document.move_id._is_under_reverse_charge():
            notes.append(REVERSE_CHARGE_MENTION)
        cii.remove(header, "IncludedNote")
        for note in notes:
            for part in textwrap.wrap(note, MAX_NOTE, replace_whitespace=False, drop_whitespace=False):
                cii.add(cii.add(header, "IncludedNote"), "Content", part.strip())

    def _chorus_write_lines(self, tree):
        """Item name of free-text lines (BT-153), net price that gives the line's amount (BT-146)."""
        for line in cii.find_all(tree, ".//ram:IncludedSupplyChainTradeLineItem"):
            product = cii.find(line, "ram:SpecifiedTradeProduct")
            name, text = cii.text_of(product, "ram:Name"), cii.text_of(product, "ram:Description")
            if not name:
                name, _newline, text = text.partition("\n")
            if len(name) > MAX_ITEM_NAME:
                text = text or name
                name = textwrap.shorten(name, MAX_ITEM_NAME, placeholder="…")
            cii.put(product, "Name", name.strip())
            cii.put(product, "Description", text.strip()[:MAX_NOTE])
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
        for tag, partner, siret in (
            ("SellerTradeParty", move.company_id.partner_id, document.issuer_siret),
            ("BuyerTradeParty", move.commercial_partner_id, document.recipient_siret),
        ):
            party = cii.find(agreement, f"ram:{tag}")
            cii.put(party, "GlobalID", siret, schemeID=SIRET_SCHEME)
            cii.put(party, "Name", partner.name[:MAX_NAME])
            cii.remove(party, "SpecifiedLegalOrganization")
            cii.add(cii.add(party, "SpecifiedLegalOrganization"), "ID", siret, schemeID=LEGAL_SCHEME)

    def _chorus_write_delivery(self, tree, document):
        """Drop what the profile forbids in the place of delivery; end of the works as delivery date (BT-72)."""
        delivery = cii.find(tree, ".//ram:ApplicableHeaderTradeDelivery")
        for party in cii.find_all(delivery, "ram:ShipToTradeParty"):
            cii.remove(party, "DefinedTradeContact")
            cii.remove(party, "SpecifiedLegalOrganization")
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
            cii.put(tax, "DueDateTypeCode", self._chorus_vat_point(move, tax))
        start, end = self._chorus_period(document)
        cii.remove(settlement, "BillingSpecifiedPeriod")
        period = cii.add(settlement, "BillingSpecifiedPeriod")
        cii.add_date(period, "StartDateTime", start)
        cii.add_date(period, "EndDateTime", end)
        self._chorus_write_due_amount(settlement, document)
        cii.remove(settlement, "InvoiceReferencedDocument")
        if origin := move.reversed_entry_id:
            reference = cii.add(settlement, "InvoiceReferencedDocument")
            cii.add(reference, "IssuerAssignedID", origin.chorus_document_id.number or origin.name)
            cii.add_date(reference, "FormattedIssueDateTime", origin.invoice_date, namespace=cii.QDT)

    def _chorus_write_due_amount(self, settlement, document):
        """Prepaid: an invoice already paid (A2), else what its statement says, whatever is paid when it is exported."""
        summary = cii.find(settlement, "ram:SpecifiedTradeSettlementHeaderMonetarySummation")
        move, total = document.move_id, cii.text_of(summary, "ram:GrandTotalAmount")
        if document.framework_id.code == ALREADY_PAID:
            prepaid, due = total, "0.00"
        else:
            prepaid, due = f"{move._works_amount_prepaid():.2f}", f"{move._works_amount_due():.2f}"
        cii.put(summary, "TotalPrepaidAmount", prepaid if Decimal(prepaid) else None)
        cii.put(summary, "DuePayableAmount", due)

    def _get_tax_exemption_reason(self, customer, supplier, tax):
        """The mention of the law, where core would describe its article in English (BT-120)."""
        reason = super()._get_tax_exemption_reason(customer, supplier, tax)
        if reason.get("tax_exemption_reason_code") == REVERSE_CHARGE_REASON:
            reason = {**reason, "tax_exemption_reason": REVERSE_CHARGE_MENTION}
        return reason

    def _chorus_vat_point(self, move, tax):
        """Return BT-8 of a VAT breakdown: on debits when the company opted, on payment for cash-basis taxes.

        Silence otherwise: it claims nothing (formats.md §1.1).
        """
        if cii.text_of(tax, "ram:CategoryCode") != "S":
            return None
        if move.company_id.chorus_vat_on_debits:
            return VAT_ON_INVOICE
        rate = float(cii.text_of(tax, "ram:RateApplicablePercent"))
        taxes = move.invoice_line_ids.tax_ids.flatten_taxes_hierarchy()
        on_payment = taxes.filtered(lambda t: t.amount == rate and t.tax_exigibility == "on_payment")
        return VAT_ON_PAYMENT if on_payment else None

    def _chorus_period(self, document) -> tuple[date, date]:
        """Return the period billed: the statement's, else the month of the delivery or of the invoice."""
        if document.situation_id:
            return document.situation_id._period()
        move = document.move_id
        day = move.delivery_date or move.invoice_date
        return start_of(day, "month"), end_of(day, "month")
