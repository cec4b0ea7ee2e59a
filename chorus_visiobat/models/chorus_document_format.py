import base64
from datetime import datetime, time

from lxml import etree

from odoo import fields, models
from odoo.exceptions import UserError

from ..report.archival_pdf import EmbeddedFile, embed_facturx
from .res_company_channel import FORMATS, PDF

INVOICE_REPORT = "account.account_invoices"
EXTENSIONS = {"pdf": "pdf", "facturx": "pdf", "cii": "xml", "ubl": "xml"}
BUILDERS = {
    "facturx": "account.edi.xml.cii_chorus",
    "cii": "account.edi.xml.cii_chorus",
    "ubl": "account.edi.xml.ubl_chorus",
}
EMBEDDED = ".//{*}AttachmentBinaryObject", ".//{*}EmbeddedDocumentBinaryObject"


def readable_part(xml):
    """Return the PDF that a structured invoice of ours carries first.

    :param bytes xml: the invoice, CII or UBL
    """
    tree = etree.fromstring(xml, etree.XMLParser(huge_tree=True))
    found = next(node for path in EMBEDDED for node in tree.iterfind(path))
    return base64.b64decode(found.text)


class ChorusDocument(models.Model):
    """The file of a paper in the format that its channel takes (DESIGN.md §4, formats.md §4).

    By the API a plain PDF, with no structured invoice inside; in a flow a Factur-X, or a structured invoice that
    carries the readable one.
    """

    _inherit = "chorus.document"

    file_format = fields.Selection(
        FORMATS,
        "Format of the file",
        readonly=True,
        copy=False,
        help="Format in which the file was made: it decides whether the paper leaves by the API or in a flow.",
    )

    def _way(self):
        """The `Way` by which this paper leaves, as its company chose and as its nature allows."""
        self.ensure_one()
        return self.company_id._chorus_way(
            self.framework_id, has_invoice=bool(self.move_id), files=self.sudo().attachment_ids
        )

    def _kept_format(self):
        """Format of the file kept; before the companies could choose, the framework decided it."""
        self.ensure_one()
        return self.file_format or (PDF if self.framework_id.is_works else "facturx")

    def _leaves_by_api(self):
        """Whether the file kept is one for the API; the others travel in flows."""
        return self._kept_format() == PDF

    def _flow_kind(self):
        """What the papers of one flow have in common, since a flow has one syntax: whether they are works papers, and
        their format."""
        self.ensure_one()
        return self.framework_id.is_works, self._kept_format()

    def _renew_file(self):
        """Make the file of a paper about to leave, again where its company has chosen another format since."""
        for document in self:
            if document.main_attachment_file_id and document.file_format not in (False, document._way().format):
                document._forget_files()
            if not document.main_attachment_file_id:
                document._build_files()

    def _render_file(self):
        """Return the bytes of the file to transmit, without keeping them. Same document, same bytes.

        :raises UserError: when the PDF engine or some data are missing.
        """
        self.ensure_one()
        return self._render_as(self._way().format)

    def _render_as(self, file_format):
        if file_format == PDF:
            return self._render_pages()
        move = self._invoice_to_render()
        builder, others = self.env[BUILDERS[file_format]], self._embedded_attachments()
        if file_format == "facturx":
            dated = datetime.combine(move.invoice_date, time())
            pages = self._render_pages(archival=True)
            return embed_facturx(pages, builder._export_document(self), dated=dated, others=others)
        readable = EmbeddedFile(self._file_name_of(self.number), self._render_pages(), "application/pdf")
        return builder._export_document(self, [readable, *others])

    def _embedded_attachments(self):
        return [EmbeddedFile(file.name, file.raw or b"", file.mimetype) for file in self.attachment_ids]

    def _render_pages(self, archival=False):
        """What a person reads: the statement of a works paper, else the invoice."""
        if not self.framework_id.is_works:
            return self.env["chorus.pdf"]._render(INVOICE_REPORT, self._invoice_to_render(), archival=archival)
        if not self.situation_id:
            raise UserError(
                self.env._(
                    "%(document)s: this paper comes from no statement, so there is nothing to print. Open the "
                    "statement that it should carry and transmit it from there.",
                    document=self.display_name,
                )
            )
        return self.situation_id._render_paper(archival=archival)

    def _invoice_to_render(self):
        move = self.move_id
        if not move or move.state != "posted":
            raise UserError(
                self.env._(
                    "%(document)s: confirm its invoice first; only a posted invoice can be transmitted.",
                    document=self.display_name,
                )
            )
        return move
