import mimetypes
from decimal import Decimal

from odoo import fields, models

from ..chorus_api import Attachment, FileUpload, FlowDeposit, MainFile, Totals, WorksSubmission
from ..decompte.wording import REVERSE_CHARGE_MENTION
from .chorus_act import ACTS


class ChorusTransmission(models.Model):
    """The exact bytes of each request, from the papers and from the files kept."""

    _inherit = "chorus.transmission"

    def _request(self):
        """The bytes of the request. Those that hold the numbers of files uploaded before are made and kept when it is
        claimed.

        :raise UserError: damaged file, data missing from the paper, or an act that no longer answers its status
        """
        self.ensure_one()
        if self.verb in ACTS:
            content, name = self._act_request(), self._act_name()
        elif self.verb in ("submit_works", "submit_invoice"):
            content = self._bytes() if self.sha256 else self._submission().to_json()
            name = f"{self.document_ids.name}.json"
        else:
            return self._file_request()
        if not self.sha256:
            self.write(self._frozen(content, name))
        return content

    def _file_request(self):
        """The request that carries the file kept, for uploads and flows."""
        if self.verb == "add_file":
            mimetype = mimetypes.guess_type(self.payload_name)[0] or "application/octet-stream"
            return FileUpload(self._bytes(), self.payload_name, mimetype).to_json()
        return FlowDeposit(self._bytes(), self.payload_name, self.syntax).to_json()

    def _queue_uploads(self, files):
        """One upload for each file that this transmission names; it waits for them.

        :param files: ``ir.attachment`` recordset
        """
        self.ensure_one()
        for attachment in files:
            self.create(
                {
                    **self._values_for(self.account_id, self.document_ids),
                    **self._frozen(attachment.raw, attachment.name),
                    "verb": "add_file",
                    "key": f"{self.id}:{attachment.id}",
                    "parent_id": self.id,
                    "attachment_id": attachment.id,
                }
            )

    def _submission(self):
        """The submission of the only paper of this transmission; another verb, another submission."""
        return self._works_submission()

    def _works_submission(self):
        """The submission of a works paper (chorus-pro-api.md §2.10): amounts in EUR, actors named explicitly."""
        document = self.document_ids
        document.ensure_one()
        contract, move = document.contract_id, document.move_id
        invoice = move or document.situation_id._balance_situation().move_id
        main_file, attachments = self._uploaded_files()
        previous = document.previous_id.technical_number
        return WorksSubmission(
            number=document.number,
            date=move.invoice_date or document.situation_id.filing_date or fields.Date.context_today(self),
            framework=document.framework_id.api_code,
            recipient_siret=document.recipient_siret,
            service_code=move.buyer_reference or contract.payer_service_id.code or None,
            supplier_id=self.account_id._supplier_id(),
            bank_account_id=self.account_id._bank_ref(invoice.partner_bank_id),
            validator_siret=siret_of(contract.main_contractor_id) if document.framework_id.requires_validator else None,
            moe_siret=siret_of(contract.moe_partner_id) if contract.with_moe else None,
            moe_service=contract.moe_service_id.code or None,
            moa_siret=siret_of(contract.moa_partner_id),
            moa_service=contract.moa_service_id.code or None,
            totals=totals_of(document),
            main_file=main_file,
            attachments=attachments,
            vat_regime=invoice._chorus_vat_regime(),
            exemption_reason=REVERSE_CHARGE_MENTION if invoice._is_under_reverse_charge() else None,
            contract_number=move.contract_reference or contract.chorus_contract_number or None,
            commitment_number=move.purchase_order_reference or contract.chorus_commitment_number or None,
            previous_id=int(previous) if previous else None,
        )

    def _uploaded_files(self):
        """The PDF of the paper and its attachments, under the numbers that Chorus Pro gave them.

        :return: (`MainFile`, tuple of `Attachment`)
        """
        uploaded = {upload.attachment_id: int(upload.remote_ref) for upload in self.upload_ids.sorted("id")}
        main, kind = self.document_ids.main_attachment_file_id, self.document_ids._attachment_object()
        others = tuple(
            Attachment(file_id, attachment.name, attachment._chorus_type_code(kind))
            for attachment, file_id in uploaded.items()
            if attachment != main
        )
        return MainFile(uploaded[main], main.name), others


def siret_of(partner):
    """SIRET of the company of a partner, or the number that stands for it outside France; None without."""
    return partner._chorus_identifier() or None


def totals_of(document):
    """`Totals` of a paper, EUR."""
    return Totals(
        untaxed=_amount(document.amount_untaxed),
        tax=_amount(document.amount_tax),
        total=_amount(document.amount_total),
        due=_amount(document._amount_due()),
    )


def _amount(value):
    """Two decimals, exactly: a float of the database never reaches the wire."""
    return Decimal(f"{value:.2f}")
