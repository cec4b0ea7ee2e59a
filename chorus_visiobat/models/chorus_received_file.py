import io
import zipfile

from odoo import models
from odoo.exceptions import UserError

from ..chorus_api import ChorusError, Unknown
from ..chorus_api.rules import MAX_ATTACHMENT_BYTES
from ..keyring import KeyringError

MOST_FILES = 40


class ChorusDocument(models.Model):
    """The files of papers received: read from Chorus Pro once, then kept."""

    _inherit = "chorus.document"

    def _read_received_files(self, client):
        """Read the files of this paper from Chorus Pro and keep them.

        :raise ChorusError: they cannot be read now
        """
        self.ensure_one()
        download = client.download_papers((int(self.technical_number),))
        files = _pdf_first(_unpack(download))
        if not files:
            raise Unknown(self.env._("%(name)s: Chorus Pro gave no readable PDF of it.", name=self.name))
        created = (
            self.env["ir.attachment"]
            .sudo()
            .create(
                [
                    {
                        "name": name,
                        "raw": content,
                        # What others sent is shown as a PDF or not at all.
                        "mimetype": "application/pdf" if _is_pdf(content) else "application/octet-stream",
                        "res_model": self._name,
                        "res_id": self.id,
                    }
                    for name, content in files
                ]
            )
        )
        self.sudo().write(
            {"main_attachment_file_id": created[0].id, "attachment_ids": [(4, file.id) for file in created[1:]]}
        )

    def action_read_received(self):
        """Show the PDF of a paper received, read from Chorus Pro the first time. Nothing changes there.

        :raise UserError: it cannot be read now, said in French
        """
        self.ensure_one()
        self.check_access("read")
        if not self.sudo().main_attachment_file_id:
            account = self.env["chorus.account"].sudo()._required_for(self.company_id, self.environment)
            if not self.technical_number or self.origin != "received":
                raise UserError(self.env._("%(name)s: Chorus Pro has no file of this paper to give.", name=self.name))
            if problems := account._check_usable():
                raise UserError("\n".join(problems))
            try:
                with account._client() as client:
                    self._read_received_files(client)
            except (ChorusError, KeyringError) as error:
                raise UserError(str(error)) from None
        return self.action_print()


def _is_pdf(content):
    return content.startswith(b"%PDF-")


def _pdf_first(files):
    """The files with the first PDF in front; none where no PDF is among them."""
    pdf = next((file for file in files if _is_pdf(file[1])), None)
    return pdf and [pdf, *(file for file in files if file is not pdf)]


def _unpack(download):
    """``[(name, bytes)]`` of what was downloaded: one PDF as it is, or those of an archive.

    :raise Unknown: the archive cannot be read
    """
    if download.kind != "zip":
        return [("piece.pdf", download.content)]
    try:
        with zipfile.ZipFile(io.BytesIO(download.content)) as archive:
            kept = [item for item in archive.infolist() if not item.is_dir() and item.file_size <= MAX_ATTACHMENT_BYTES]
            return [(item.filename.rsplit("/", 1)[-1], archive.read(item)) for item in kept[:MOST_FILES]]
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError):
        raise Unknown("L'archive donnée par Chorus Pro est illisible. La lecture sera refaite.") from None
