import mimetypes
import re

from odoo import api, models
from odoo.exceptions import UserError

from ..chorus_api.rules import check_attachment, check_attachments
from .chorus_document_format import EXTENSIONS, readable_part

MAX_FILE_NAME = 50  # with its extension (chorus-pro-api.md §3.7)


class ChorusDocument(models.Model):
    """The files of a document: made once, kept, and never made again once they may have left."""

    _inherit = "chorus.document"

    def _build_files(self):
        """Make and keep the file to transmit, unless it exists already.

        :return: the ``ir.attachment`` of each document.
        :raises UserError: naming all that is missing or refused by Chorus Pro; nothing is kept then.
        """
        for document in self.filtered(lambda document: not document.main_attachment_file_id):
            way = document._way()
            name = self._file_name_of(document.number, EXTENSIONS[way.format])
            content = document._render_as(way.format)
            document._check_files(name, content)
            # Users bill without the right to write documents: those are written by code alone.
            values = {"name": name, "raw": content, "res_model": self._name, "res_id": document.id}
            file = self.env["ir.attachment"].sudo().create({**values, "mimetype": mimetypes.guess_type(name)[0]})
            document.sudo().write({"main_attachment_file_id": file.id, "file_format": way.format})
        return self.main_attachment_file_id

    def _paper(self):
        """Return the file to transmit, kept or made now; of a structured invoice, the PDF that it carries."""
        self.ensure_one()
        kept = self.sudo().main_attachment_file_id
        content = kept.raw if kept else self._render_file()
        return content if content.startswith(b"%PDF") else readable_part(content)

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
        self.sudo().write({"main_attachment_file_id": False, "file_format": False})

    def _check_files(self, name, content):
        """Raise everything that Chorus Pro would refuse in the file and its attachments, at once."""
        files = [(file.name, len(file.raw or b"")) for file in self.attachment_ids]
        problems = check_attachment(name, len(content)) + check_attachments(files, len(content))
        if problems:
            raise UserError("\n".join(problems))

    @api.model
    def _file_name_of(self, number, extension="pdf"):
        """Return the name of a file from a document's number: no accent trouble, at most 50 characters."""
        stem = re.sub(r"[^A-Za-z0-9_-]+", "_", number or "").strip("_") or "document"
        return f"{stem[: MAX_FILE_NAME - len(extension) - 1]}.{extension}"
