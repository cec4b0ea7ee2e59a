import hashlib

from odoo import Command, fields, models
from odoo.exceptions import UserError

from ..chorus_api import ChorusError
from ..keyring import KeyringError


class ChorusHeldFile(models.Model):
    """A file of a paper, as we sent it and as Chorus Pro lists it (*pièces jointes*). Rebuilt at each reading."""

    _name = "chorus.held.file"
    _description = "File of a paper, ours and Chorus Pro's"
    _order = "document_id, id"

    document_id = fields.Many2one(
        "chorus.document", required=True, ondelete="cascade", index=True, help="Paper to which this file belongs."
    )
    company_id = fields.Many2one(related="document_id.company_id", store=True)
    name = fields.Char("File", required=True, help="Name of the file.")
    state = fields.Selection(
        [("both", "On both sides"), ("missing", "Missing at Chorus Pro"), ("theirs", "At Chorus Pro alone")],
        "Found",
        required=True,
        help="On both sides: sent by us and held by Chorus Pro. Missing: sent by us, not listed there. At Chorus Pro "
        "alone: added on the portal, or by another actor.",
    )
    attachment_id = fields.Many2one("ir.attachment", "Our file", ondelete="set null", help="The file kept here.")
    size = fields.Char(related="attachment_id.chorus_size")
    sha256 = fields.Char("SHA-256", help="Fingerprint of the file as we sent it.")
    our_type = fields.Char("Type sent", help="Type that we gave to the file.")
    their_type = fields.Char("Type at Chorus Pro", help="Type under which Chorus Pro lists the file.")
    file_ref = fields.Char("Chorus Pro file id", help="Number of the file at Chorus Pro.")


class ChorusDocument(models.Model):
    """What Chorus Pro holds of the files of a paper."""

    _inherit = "chorus.document"

    held_file_ids = fields.One2many(
        "chorus.held.file",
        "document_id",
        "Files at Chorus Pro",
        help="The paper and its attachments: what left, and what Chorus Pro lists.",
    )
    files_read_at = fields.Datetime(
        "Files read on", copy=False, help="When Chorus Pro was asked for its list of files."
    )

    def action_read_files(self):
        """Read from Chorus Pro the files of this paper and set them against ours. It has no effect there.

        :raise UserError: the paper is not at Chorus Pro, or cannot be read
        """
        self.ensure_one()
        self.check_access("write")
        document = self.sudo()
        if not document.technical_number:
            raise UserError(
                self.env._("%(name)s has no technical number yet: Chorus Pro lists no file for it.", name=self.name)
            )
        account = document._current_deposit().account_id or account_of(document)
        if problems := account._check_usable():
            raise UserError("\n".join(problems))
        try:
            with account._client() as client:
                told = document._read_remote(client, int(document.technical_number)).files
        except (ChorusError, KeyringError) as error:
            raise UserError(str(error)) from None
        document._take_files(told)

    def _take_files(self, told):
        """Set what Chorus Pro lists against what we sent: by the number that each upload received, then by name.

        :param told: tuple of chorus_api AttachedFile
        """
        self.ensure_one()
        left, rows = list(told), []
        for sent in self._sent_files():
            match = next((file for file in left if sent["file_ref"] and str(file.file_id) == sent["file_ref"]), None)
            match = match or next((file for file in left if _same_name(file, sent["name"])), None)
            if match:
                left.remove(match)
            rows.append({**sent, **_their_values(match), "state": "both" if match else "missing"})
        rows += [{"name": file.designation or "?", **_their_values(file), "state": "theirs"} for file in left]
        self.write(
            {
                "held_file_ids": [Command.clear(), *(Command.create(row) for row in rows)],
                "files_read_at": fields.Datetime.now(),
            }
        )

    def _sent_files(self):
        """The files of this paper as they left, the paper first.

        :return: list of dict: name, attachment_id, sha256, our_type, file_ref (None in a flow)
        """
        deposit = self._current_deposit()
        uploads = {upload.attachment_id: upload for upload in deposit.upload_ids.sorted("id")}
        found = []
        for file in self.main_attachment_file_id | self.attachment_ids:
            upload = uploads.get(file)
            found.append(
                {
                    "name": file.name,
                    "attachment_id": file.id,
                    "sha256": upload.sha256 if upload else hashlib.sha256(file.raw or b"").hexdigest(),
                    "our_type": None
                    if file == self.main_attachment_file_id
                    else file._chorus_type_code(self._attachment_object()),
                    "file_ref": upload.remote_ref if upload else None,
                }
            )
        return found


def account_of(document):
    """The technical account that reads a paper attached by hand: that of its company."""
    return document.env["chorus.account"]._for(document.company_id, document.environment)


def _same_name(file, name):
    # In a flow of several papers the member of the archive bears our number of the paper before its name.
    theirs = (file.designation or "").casefold()
    return theirs == name.casefold() or theirs.endswith(f"-{name.casefold()}")


def _their_values(file):
    if not file:
        return {}
    return {"file_ref": str(file.file_id or "") or False, "their_type": file.type_code}
