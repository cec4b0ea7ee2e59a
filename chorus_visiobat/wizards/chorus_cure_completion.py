from odoo import fields, models
from odoo.exceptions import UserError

from ..chorus_api import InvoiceCompletion, WorksCompletion
from ..chorus_api.rules import check_attachments, check_text


class ChorusCureCompletion(models.TransientModel):
    """Documents asked for by the paymaster, the project manager or the client: added under the same number
    (*compléter*, chorus-pro-api.md §2.6)."""

    _name = "chorus.cure.completion"
    _description = "Add the documents that were asked for"
    _inherit = ["chorus.cure.mixin", "chorus.attached.files"]

    attachment_ids = fields.Many2many(
        "ir.attachment",
        string="Documents to add",
        help="10 MB per file, 120 MB in all, file names of 50 characters at most.",
    )
    comment = fields.Text(help="Message to who asked for them. 1,000 characters at most.")

    def _opening_values(self, documents):
        if len(documents) > 1:
            raise UserError(self.env._("Each paper has its own documents: add them one paper at a time."))
        return super()._opening_values(documents)

    def _title(self, documents):
        return self.env._("Complete %(name)s", name=documents.name)

    def _problems(self):
        """Everything that Chorus Pro would refuse in the files and the message (list of str)."""
        if not self.attachment_ids and not (self.comment or "").strip():
            return [self.env._("Add at least one document, or a message that answers.")]
        files = [(file.name, file.file_size) for file in self.attachment_ids]
        return check_text("comment", self.comment) + check_attachments(files)

    def _attachment_object(self):
        return self.document_ids[:1]._attachment_object() if self.document_ids else super()._attachment_object()

    def action_send(self):
        """Put the documents and the message in the queue.

        :raise UserError: what Chorus Pro would refuse; nothing is written then
        """
        document = self._papers()
        if problems := self._problems():
            raise UserError("\n".join(f"• {problem}" for problem in problems))
        number, comment = int(document.technical_number or 0), (self.comment or "").strip() or None
        if document.framework_id.is_works:
            verb, request = "complete_works", WorksCompletion(number, comment=comment)
        else:
            verb, request = "complete_invoice", InvoiceCompletion(number, comment=comment)
        files = self.attachment_ids.sudo()
        document._queue_act(verb, request.to_json(), files=files)
        # They belong to the paper from now on: those of a dialog are cleaned away with it.
        files.write({"res_model": document._name, "res_id": document.id})
        document.sudo().attachment_ids |= files
        return self._leaving(1)
