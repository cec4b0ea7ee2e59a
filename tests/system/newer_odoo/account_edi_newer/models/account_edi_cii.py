"""The generation of builders that makes the invoice as a tree of dicts, under the names of Odoo's own."""

from lxml import etree

from odoo import models

from odoo.addons.account.tools import dict_to_xml

NAMESPACES = {
    "ram": "urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100",
    "rsm": "urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100",
    "udt": "urn:un:unece:uncefact:data:standard:UnqualifiedDataType:100",
    "qdt": "urn:un:unece:uncefact:data:standard:QualifiedDataType:100",
}


def text(value, **attributes):
    return {"_text": value, **attributes}


def money(value):
    return text(f"{value:.2f}")


def day(value):
    return {"udt:DateTimeString": text(value.strftime("%Y%m%d"), format="102")}


class AccountEdiCii(models.AbstractModel):
    """In Odoo it inherits ``account.edi.common``; here the older builder, which stays below, brings that."""

    _name = "account.edi.cii"
    _description = "Cross Industry Invoice, nodes"

    def _cii_add_invoice_config_vals(self, vals):
        invoice = vals["invoice"]
        vals.update(
            company=invoice.company_id,
            supplier=invoice.company_id.partner_id.commercial_partner_id,
            customer=invoice.commercial_partner_id,
        )

    def _cii_add_exchanged_document_context_node(self, vals):
        node = vals["document_node"].setdefault("rsm:ExchangedDocumentContext", {})
        node["ram:GuidelineSpecifiedDocumentContextParameter"] = {
            "ram:ID": text("urn:cen.eu:en16931:2017#conformant#urn:factur-x.eu:1p0:extended")
        }

    def _cii_add_exchanged_document_node(self, vals):
        invoice = vals["invoice"]
        vals["document_node"]["rsm:ExchangedDocument"] = {
            "ram:ID": text(invoice.name),
            "ram:TypeCode": text("380" if invoice.move_type == "out_invoice" else "381"),
            "ram:IssueDateTime": day(invoice.invoice_date),
            "ram:IncludedNote": {"ram:Content": text("Conditions générales au verso")},
        }

    def _cii_add_supply_chain_trade_transaction_node(self, vals):
        lines = vals["invoice"].invoice_line_ids.filtered(lambda line: line.display_type == "product")
        vals["document_node"]["rsm:SupplyChainTradeTransaction"] = {
            "ram:IncludedSupplyChainTradeLineItem": [
                self._cii_get_line_node(line, rank) for rank, line in enumerate(lines, 1)
            ],
            "ram:ApplicableHeaderTradeAgreement": self._cii_get_applicable_header_trade_agreement_node(vals),
            "ram:ApplicableHeaderTradeDelivery": self._cii_get_applicable_header_trade_delivery_node(vals),
            "ram:ApplicableHeaderTradeSettlement": self._cii_get_applicable_header_trade_settlement_node(vals),
        }

    def _cii_get_line_node(self, line, rank):
        sign = -1 if line.price_unit < 0 else 1
        tax = line.tax_ids[:1]
        return {
            "ram:AssociatedDocumentLineDocument": {"ram:LineID": text(rank)},
            "ram:SpecifiedTradeProduct": {
                "ram:SellerAssignedID": text(line.product_id.default_code or None),
                "ram:Name": text(line.product_id.name or None),
                "ram:Description": text(line.name),
            },
            "ram:SpecifiedLineTradeAgreement": {
                "ram:GrossPriceProductTradePrice": {"ram:ChargeAmount": money(abs(line.price_unit))},
                "ram:NetPriceProductTradePrice": {
                    "ram:ChargeAmount": money(abs(line.price_unit) * (1 - line.discount / 100))
                },
            },
            "ram:SpecifiedLineTradeDelivery": {"ram:BilledQuantity": text(sign * line.quantity, unitCode="C62")},
            "ram:SpecifiedLineTradeSettlement": {
                "ram:ApplicableTradeTax": {
                    "ram:TypeCode": text("VAT"),
                    "ram:CategoryCode": text("S"),
                    "ram:RateApplicablePercent": text(tax.amount),
                },
                "ram:SpecifiedTradeSettlementLineMonetarySummation": {
                    "ram:LineTotalAmount": money(line.price_subtotal)
                },
            },
        }

    def _cii_get_party_node(self, partner):
        return {
            "ram:Name": text(partner.name),
            "ram:SpecifiedLegalOrganization": {"ram:ID": text(partner.company_registry, schemeID="0002")},
            "ram:DefinedTradeContact": {"ram:PersonName": text(partner.name)},
            "ram:PostalTradeAddress": {
                "ram:PostcodeCode": text(partner.zip or None),
                "ram:LineOne": text(partner.street or None),
                "ram:CityName": text(partner.city or None),
                "ram:CountryID": text(partner.country_code),
            },
            "ram:URIUniversalCommunication": {"ram:URIID": text(partner.company_registry, schemeID="0225")},
            "ram:SpecifiedTaxRegistration": {
                "ram:ID": text(partner.vat or None, schemeID="VA" if partner.vat else None)
            },
        }

    def _cii_get_applicable_header_trade_agreement_node(self, vals):
        return {
            "ram:SellerTradeParty": self._cii_get_party_node(vals["supplier"]),
            "ram:BuyerTradeParty": self._cii_get_party_node(vals["customer"]),
            "ram:BuyerOrderReferencedDocument": {"ram:IssuerAssignedID": text(vals["invoice"].name)},
        }

    def _cii_get_applicable_header_trade_delivery_node(self, vals):
        return {
            "ram:ShipToTradeParty": self._cii_get_party_node(vals["customer"]) | {"ram:SpecifiedTaxRegistration": None},
            "ram:ActualDeliverySupplyChainEvent": {"ram:OccurrenceDateTime": day(vals["invoice"].invoice_date)},
        }

    def _cii_get_applicable_header_trade_settlement_node(self, vals):
        invoice = vals["invoice"]
        taxes = invoice.line_ids.filtered("tax_line_id").sorted(lambda line: -line.tax_line_id.amount)
        return {
            "ram:PaymentReference": text(invoice.payment_reference),
            "ram:InvoiceCurrencyCode": text("EUR"),
            "ram:SpecifiedTradeSettlementPaymentMeans": {"ram:TypeCode": text("58")},
            "ram:ApplicableTradeTax": [
                {
                    "ram:CalculatedAmount": money(abs(line.balance)),
                    "ram:TypeCode": text("VAT"),
                    "ram:BasisAmount": money(abs(line.tax_base_amount)),
                    "ram:CategoryCode": text("S"),
                    "ram:DueDateTypeCode": text("5"),
                    "ram:RateApplicablePercent": text(line.tax_line_id.amount),
                }
                for line in taxes
            ],
            "ram:SpecifiedTradePaymentTerms": {"ram:DueDateDateTime": day(invoice.invoice_date_due)},
            "ram:SpecifiedTradeSettlementHeaderMonetarySummation": {
                "ram:LineTotalAmount": money(invoice.amount_untaxed),
                "ram:TaxBasisTotalAmount": money(invoice.amount_untaxed),
                "ram:TaxTotalAmount": money(invoice.amount_tax) | {"currencyID": "EUR"},
                "ram:GrandTotalAmount": money(invoice.amount_total),
                "ram:DuePayableAmount": money(invoice.amount_residual),
            },
        }

    def _cii_constraints(self, invoice, vals):
        return {"seller_email": self._check_required_fields(vals["company"], "email")}


class AccountEdiXmlCii(models.AbstractModel):
    _name = "account.edi.xml.cii"
    _inherit = ["account.edi.xml.cii", "account.edi.cii"]

    def _get_invoice_node(self, vals):
        self._cii_add_invoice_config_vals(vals)
        vals["document_node"] = document_node = {"_tag": "rsm:CrossIndustryInvoice"}
        self._cii_add_exchanged_document_context_node(vals)
        self._cii_add_exchanged_document_node(vals)
        self._cii_add_supply_chain_trade_transaction_node(vals)
        return document_node

    def _export_invoice_constraints(self, invoice, vals):
        return {**self._invoice_constraints_common(invoice), **self._cii_constraints(invoice, vals)}

    def _export_invoice(self, invoice):
        vals = {"invoice": invoice.with_context(lang=invoice.partner_id.lang)}
        document_node = self._get_invoice_node(vals)
        errors = {problem for problem in self._export_invoice_constraints(invoice, vals).values() if problem}
        tree = dict_to_xml(document_node, nsmap=NAMESPACES)
        return etree.tostring(tree, xml_declaration=True, encoding="UTF-8"), errors
