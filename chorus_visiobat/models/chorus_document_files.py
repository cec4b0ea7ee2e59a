import re
from datetime import datetime, time

from odoo import api, models
from odoo.exceptions import UserError

from ..chorus_api.rules import check_attachment, check_attachments
from ..report.archival_pdf import EmbeddedFile, embed_facturx

INVOICE_REPORT = "account.account_invoices"
MAX_FILE_NAME = 50  # with its extension (chorus-pro-api.md §3.7)


class ChorusDocument(models.Model):
    """The files of a document: made once, kept, and never made again once they may have left."""

    _inherit = "chorus.document"

    def _build_files(self):
        """Make and keep the file to transmit, unless it exists already.

        A works paper is the plain PDF of its statement, with no structured invoice inside; an ordinary invoice
        is a Factur-X that carries the attachments too (DESIGN.md §4, formats.md §0.4).

        :return: the ``ir.attachment`` of each document.
        :raises UserError: naming all that is missing or refused by Chorus Pro; nothing is kept then.
        """
        for document in self.filtered(lambda document: not document.main_attachment_file_id):
            name = self._file_name_of(document.number)
            content = document._render_file()
            document._check_files(name, content)
            # Users bill without the right to write documents: those are written by code alone.
            document.sudo().main_attachment_file_id = (
                self.env["ir.attachment"]
                .sudo()
                .create(
                    {
                        "name": name,
                        "raw": content,
                        "mimetype": "application/pdf",
                        "res_model": self._name,
                        "res_id": document.id,
                    }
                )
            )
        return self.main_attachment_file_id

    def _paper(self):
        """Return the file to transmit: the one kept, else made now (see `_render_file`)."""
        self.ensure_one()
        kept = self.sudo().main_attachment_file_id
        return kept.raw if kept else self._render_file()

    def action_print(self):
        """Open the file to transmit in a new tab, before anything leaves."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_url",
            "url": f"/chorus_visiobat/chorus.document/{self.id}/{self._file_name_of(self.number)}",
            "target": "new",
        }

    def _forget_files(self):
        """Let the file be made again, after a correction. What has left stays with its transmission."""
        self.sudo().main_attachment_file_id = False

    def _render_file(self):
        """Return the bytes of the file to transmit, without keeping them. Same document, same bytes.

        :raises UserError: when the PDF engine or some data are missing.
        """
        self.ensure_one()
        if self.framework_id.is_works:
            return self._render_statement()
        return self._render_facturx()

    def _render_statement(self):
        if not self.situation_id:
            raise UserError(
                self.env._(
                    "%(document)s: this paper comes from no statement, so there is nothing to print. Open the "
                    "statement that it should carry and transmit it from there.",
                    document=self.display_name,
                )
            )
        return self.situation_id._render_paper()

    def _render_facturx(self):
        move = self.move_id
        if not move or move.state != "posted":
            raise UserError(
                self.env._(
                    "%(document)s: confirm its invoice first; only a posted invoice can be transmitted.",
                    document=self.display_name,
                )
            )
        xml = self.env["account.edi.xml.cii_chorus"]._export_document(self)
        pages = self.env["chorus.pdf"]._render(INVOICE_REPORT, move, archival=True)
        return embed_facturx(
            pages,
            xml,
            dated=datetime.combine(move.invoice_date, time()),
            others=[EmbeddedFile(file.name, file.raw or b"", file.mimetype) for file in self.attachment_ids],
        )

    def _check_files(self, name, content):
        """Raise everything that Chorus Pro would refuse in the file and its attachments, at once."""
        files = [(file.name, len(file.raw or b"")) for file in self.attachment_ids]
        problems = check_attachment(name, len(content)) + check_attachments(files, len(content))
        if problems:
            raise UserError("\n".join(problems))

    @api.model
    def _file_name_of(self, number):
        """Return the name of a PDF file from a document's number: no accent trouble, at most 50 characters."""
        stem = re.sub(r"[^A-Za-z0-9_-]+", "_", number or "").strip("_") or "document"
        return f"{stem[: MAX_FILE_NAME - 4]}.pdf"
