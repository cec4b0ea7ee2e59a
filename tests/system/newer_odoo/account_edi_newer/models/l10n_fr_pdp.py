"""What the module of the French approved platform does in place to the stock builders and to the send dialog."""

from odoo import api, fields, models


class AccountEdiCii(models.AbstractModel):
    _inherit = "account.edi.cii"

    def _cii_add_exchanged_document_context_node(self, vals):
        node = vals["document_node"].setdefault("rsm:ExchangedDocumentContext", {})
        node["ram:BusinessProcessSpecifiedDocumentContextParameter"] = {"ram:ID": {"_text": "S1"}}
        return super()._cii_add_exchanged_document_context_node(vals)

    def _cii_add_exchanged_document_node(self, vals):
        result = super()._cii_add_exchanged_document_node(vals)
        vals["document_node"]["rsm:ExchangedDocument"]["ram:TypeCode"]["_text"] = "386"
        return result

    def _cii_constraints(self, invoice, vals):
        asked = {"buyer_peppol_eas": "The platform wants the address of the buyer.", "narration": "Write a narration."}
        return super()._cii_constraints(invoice, vals) | asked


class AccountEdiXmlUblBis3(models.AbstractModel):
    _inherit = "account.edi.xml.ubl_bis3"

    def _add_invoice_header_nodes(self, document_node, vals):
        super()._add_invoice_header_nodes(document_node, vals)
        document_node["cbc:ProfileID"] = {"_text": "S1"}
        document_node["cbc:Note"] = [document_node["cbc:Note"], {"_text": "#AAB#Pas d'escompte"}]
        return None

    def _export_invoice_constraints(self, invoice, vals):
        asked = {"ubl_21_fr_customer_pdp_identifier_required": "The following partner's PDP identifier is missing"}
        return super()._export_invoice_constraints(invoice, vals) | asked


class ResPartner(models.Model):
    _inherit = "res.partner"

    invoice_sending_method = fields.Selection(selection_add=[("peppol", "by the approved platform")])


class AccountMoveSend(models.AbstractModel):
    _inherit = "account.move.send"

    @api.model
    def _get_default_sending_methods(self, move):
        return {"peppol"}

    @api.model
    def _get_alerts(self, moves, moves_data):
        alert = {"level": "info", "message": "Consider registering to use the Approved Platform"}
        return {**super()._get_alerts(moves, moves_data), "account_peppol_what_is_pdp": alert}
