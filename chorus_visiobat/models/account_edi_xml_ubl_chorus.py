import base64
from decimal import Decimal

from lxml import etree

from odoo import models

from .account_edi_chorus_mixin import CREDIT_TRANSFER, MAX_NAME, PROFILE, SIRET_SCHEME

VAT_POINTS = {"invoice": "3", "payment": "432"}  # UNTDID 2005, the codes of BT-8 in UBL


class AccountEdiXmlUblChorus(models.AbstractModel):
    """UBL 2.1 invoice of a paper as Chorus Pro reads it (EN 16931, legacy rules, A-codes).

    Core's nodes are corrected before they are written, so that core keeps them in the order of the schema.
    """

    _name = "account.edi.xml.ubl_chorus"
    _inherit = ["account.edi.chorus.mixin", "account.edi.xml.ubl_bis3"]
    _description = "UBL for Chorus Pro"

    def _export_document(self, document, files=()):
        return super(AccountEdiXmlUblChorus, self.with_context(chorus_files=tuple(files)))._export_document(document)

    def _chorus_finish(self, xml, document, files):
        tree = etree.fromstring(xml)
        etree.indent(tree)
        return etree.tostring(tree, xml_declaration=True, encoding="UTF-8")

    def _add_invoice_config_vals(self, vals):
        result = super()._add_invoice_config_vals(vals)
        if vals["document_type"] == "debit_note":
            vals["document_type"] = "invoice"  # Chorus Pro knows invoices and credit notes only.
        return result

    def _get_invoice_node(self, vals):
        node = super()._get_invoice_node(vals)
        document = self.env["chorus.document"].browse(self.env.context["chorus_document_id"]).sudo()
        self._chorus_write_header(node, document, vals)
        self._chorus_write_references(node, document)
        self._chorus_write_parties(node, document)
        self._chorus_write_payment(node, document)
        self._chorus_write_lines(node, vals)
        return node

    def _chorus_write_header(self, node, document, vals):
        """Framework (BT-23), profile (BT-24), number (BT-1), type (BT-3), notes (BT-22), VAT point (BT-8), period."""
        credit = vals["document_type"] == "credit_note"
        code = self._chorus_type_code(document.move_id)
        start, end = self._chorus_period(document)
        node.update(
            {
                "cbc:CustomizationID": _text(PROFILE),
                "cbc:ProfileID": _text(document.framework_id.code),
                "cbc:ID": _text(document.number),
                "cbc:InvoiceTypeCode": _text(not credit and code),
                "cbc:CreditNoteTypeCode": _text(credit and code),
                "cbc:Note": [_text(part) for part in self._chorus_notes(document)],
                "cac:InvoicePeriod": {
                    "cbc:StartDate": _text(start),
                    "cbc:EndDate": _text(end),
                    "cbc:DescriptionCode": _text(self._chorus_vat_point_code(node, document.move_id)),
                },
            }
        )
        if document.situation_id:
            for delivery in _listed(node.get("cac:Delivery")):
                delivery["cbc:ActualDeliveryDate"] = _text(end)

    def _chorus_vat_point_code(self, node, move):
        """UBL says it once for the whole invoice: where its rates differ, nothing is said."""
        points = {
            self._chorus_vat_point(move, category["cbc:ID"]["_text"], category["cbc:Percent"]["_text"])
            for total in _listed(node["cac:TaxTotal"])
            for subtotal in _listed(total["cac:TaxSubtotal"])
            for category in _listed(subtotal["cac:TaxCategory"])
        }
        return VAT_POINTS.get(points.pop()) if len(points) == 1 else None

    def _chorus_write_references(self, node, document):
        """Service (BT-10), commitment (BT-13), contract (BT-12), credited invoice (BT-25), files (BG-24)."""
        move, origin = document.move_id, self._chorus_origin(document)
        node.update(
            {
                "cbc:BuyerReference": _text(move.buyer_reference),
                "cac:OrderReference": {"cbc:ID": _text(move.purchase_order_reference)},
                "cac:ContractDocumentReference": {"cbc:ID": _text(move.contract_reference)},
                "cac:BillingReference": origin
                and {"cac:InvoiceDocumentReference": {"cbc:ID": _text(origin[0]), "cbc:IssueDate": _text(origin[1])}},
                "cac:AdditionalDocumentReference": [
                    {
                        "cbc:ID": _text(file.name),
                        "cac:Attachment": {
                            "cbc:EmbeddedDocumentBinaryObject": {
                                "_text": base64.b64encode(file.content).decode(),
                                "mimeCode": file.mimetype,
                                "filename": file.name,
                            }
                        },
                    }
                    for file in self.env.context.get("chorus_files", ())
                ],
            }
        )

    def _chorus_write_parties(self, node, document):
        """SIRETs, where the refusals of Chorus Pro look for them (§3.8) and where core puts them for its Peppol way."""
        tags = ("cac:AccountingSupplierParty", "cac:AccountingCustomerParty")
        for tag, (partner, siret) in zip(tags, self._chorus_parties(document), strict=True):
            identifier = {"_text": siret, "schemeID": SIRET_SCHEME}
            party = node[tag]["cac:Party"]
            party["cbc:EndpointID"] = None
            party["cac:PartyIdentification"] = {"cbc:ID": identifier}
            party["cac:PartyLegalEntity"]["cbc:CompanyID"] = identifier
            party["cac:PartyLegalEntity"]["cbc:RegistrationName"] = _text(partner.name[:MAX_NAME])
            party["cac:PartyTaxScheme"] = [
                scheme for scheme in _listed(party.get("cac:PartyTaxScheme")) if scheme["cbc:CompanyID"]["_text"]
            ]

    def _chorus_write_payment(self, node, document):
        """Payment means (BG-16), prepaid amount (BT-113), amount due (BT-115)."""
        move = document.move_id
        paid_to = move.partner_bank_id if move.move_type == "out_invoice" else move.env["res.partner.bank"]
        node["cac:PaymentMeans"] = {
            "cbc:PaymentMeansCode": _text(paid_to and CREDIT_TRANSFER),
            "cbc:PaymentID": _text(paid_to and (move.payment_reference or document.number)),
            "cac:PayeeFinancialAccount": {"cbc:ID": _text(paid_to.sanitized_acc_number)},
        }
        totals = node["cac:LegalMonetaryTotal"]
        prepaid, due = self._chorus_settled(document, Decimal(f"{totals['cbc:TaxInclusiveAmount']['_text']:.2f}"))
        currency = {"currencyID": move.currency_id.name}
        totals["cbc:PrepaidAmount"] = {"_text": prepaid, **currency} if prepaid else None
        totals["cbc:PayableAmount"] = {"_text": due, **currency}

    def _chorus_write_lines(self, node, vals):
        """Item name of free-text lines (BT-153), description within its limit (BT-154)."""
        for line in node[self._get_tags_for_document_type(vals)["document_line"]]:
            item = line["cac:Item"]
            own = ((item.get(tag) or {}).get("_text") for tag in ("cbc:Name", "cbc:Description"))
            name, description = self._chorus_item(*own)
            item.update({"cbc:Name": _text(name), "cbc:Description": _text(description)})


def _text(value):
    """A node that holds this text. Without one it is not written, but core's checks still read it."""
    return {"_text": value or None}


def _listed(nodes):
    return nodes if isinstance(nodes, list) else [nodes] if nodes else []
