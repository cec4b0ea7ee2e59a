from odoo import models

from ..chorus_api import InvoiceSubmission
from ..decompte.wording import REVERSE_CHARGE_MENTION
from .chorus_transmission_request import siret_of, totals_of


class ChorusTransmission(models.Model):
    """The submission of an ordinary invoice by the API (chorus-pro-api.md §2.4): a PDF and its attachments."""

    _inherit = "chorus.transmission"

    def _submission(self):
        return self._invoice_submission() if self.verb == "submit_invoice" else super()._submission()

    def _invoice_submission(self):
        """The submission of an invoice or of a credit note, without its lines: they stand in the PDF.

        The amounts of a credit note are negative, as its paper says (docs/chorus-pro-rules.md).
        """
        document = self.document_ids
        document.ensure_one()
        contract, move = document.contract_id, document.move_id
        main_file, attachments = self._uploaded_files()
        credited = move.reversed_entry_id
        return InvoiceSubmission(
            number=document.number,
            date=move.invoice_date,
            framework=document.framework_id.api_code,
            recipient_siret=document.recipient_siret,
            service_code=move.buyer_reference or None,
            supplier_id=self.account_id._supplier_id(),
            bank_account_id=self.account_id._bank_ref(move.partner_bank_id),
            validator_siret=siret_of(contract.main_contractor_id) if document.framework_id.requires_validator else None,
            totals=totals_of(document),
            main_file=main_file,
            attachments=attachments,
            invoice_type="AVOIR" if move.move_type == "out_refund" else "FACTURE",
            origin_number=(credited.chorus_document_id.number or credited.name) if credited else None,
            vat_regime=move._chorus_vat_regime(),
            exemption_reason=REVERSE_CHARGE_MENTION if move._is_under_reverse_charge() else None,
            contract_number=move.contract_reference or contract.chorus_contract_number or None,
            commitment_number=move.purchase_order_reference or contract.chorus_commitment_number or None,
        )
