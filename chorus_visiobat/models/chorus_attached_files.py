from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..chorus_api.rules import check_attachment, check_attachments
from .chorus_attachment_type import INVOICE, WORKS

TYPED = ("works.situation", "chorus.document", "chorus.cure.completion")
"""Models whose files have a type of Chorus Pro."""


class ChorusAttachedFiles(models.AbstractModel):
    """What has files to send: they are typed and checked when they are added, not when the paper leaves.

    The models that inherit from it have ``attachment_ids``. The limits are those of chorus-pro-api.md §3.7.
    """

    _name = "chorus.attached.files"
    _description = "Record with files to send to Chorus Pro"

    attachment_object = fields.Char(compute="_compute_attachment_object")

    @api.model_create_multi
    def create(self, vals_list):
        records = super().create(vals_list)
        records._check_may_send(self.env["ir.attachment"])
        return records

    def write(self, vals):
        if "attachment_ids" not in vals:
            return super().write(vals)
        before = self.attachment_ids
        result = super().write(vals)
        self._check_may_send(before)
        return result

    def _check_may_send(self, before):
        """What leaves is read by the outbox, which may read everything: nobody adds a file that he may not read.

        :param before: ``ir.attachment`` recordset of the files that were there, some of them a colleague's
        :raise AccessError: one of the others is not for this user
        """
        (self.attachment_ids - before).check_access("read")

    def _compute_attachment_object(self):
        for record in self:
            record.attachment_object = record._attachment_object()

    def _attachment_object(self):
        """Sort of paper of these files: ``FACTURE_TRAVAUX`` or ``FACTURE``."""
        return WORKS

    @api.onchange("attachment_ids")
    def _onchange_attachment_ids(self):
        """Refuse at once the files that Chorus Pro would refuse: they are taken off the form.

        :return: a warning with everything that is wrong, None when nothing is
        """
        problems = {}
        for file in self.attachment_ids:
            if found := check_attachment(file.name or "", _size_of(file)):
                problems[file] = found
        refused = self.attachment_ids.browse().union(*problems)
        self.attachment_ids -= refused
        messages = [message for found in problems.values() for message in found]
        messages += check_attachments([(file.name, _size_of(file)) for file in self.attachment_ids])
        if not messages:
            return None
        return {"warning": {"title": self.env._("Files that Chorus Pro refuses"), "message": "\n".join(messages)}}

    @api.constrains("attachment_ids")
    def _check_attachment_ids(self):
        """:raise ValidationError: with all the problems of all the files"""
        problems = []
        for record in self:
            # sudo: what a colleague attached is weighed too
            problems += check_attachments([(file.name, file.file_size) for file in record.sudo().attachment_ids])
        if problems:
            raise ValidationError("\n".join(dict.fromkeys(problems)))


def _size_of(file):
    """Bytes of a file on a form, saved or not."""
    return file._origin.file_size or file.file_size or len(file.raw or b"")


class WorksSituation(models.Model):
    _name = "works.situation"
    _inherit = ["works.situation", "chorus.attached.files"]


class ChorusDocument(models.Model):
    _name = "chorus.document"
    _inherit = ["chorus.document", "chorus.attached.files"]

    def _attachment_object(self):
        return WORKS if self.framework_id.is_works else INVOICE


class IrAttachment(models.Model):
    _inherit = "ir.attachment"

    @api.model_create_multi
    def create(self, vals_list):
        """A file added to a statement or a paper has at once the type proposed there, which the user may change."""
        return super().create([{**self._proposed_type(vals), **vals} for vals in vals_list])

    @api.model
    def _proposed_type(self, vals):
        if vals.get("res_model") not in TYPED or vals.get("res_field"):
            return {}
        record = self.env[vals["res_model"]].browse(vals.get("res_id") or [])
        return {"chorus_type_id": self.env["chorus.attachment.type"]._default_for(record._attachment_object()).id}
