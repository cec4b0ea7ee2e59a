from contextlib import suppress
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import formatLang

from ..chorus_api import ChorusError, Refused
from ..keyring import KeyringError

INVOICE, WORKS = "FACTURE", "FACTURE_TRAVAUX"
READ_AGAIN = timedelta(days=30)
FALLBACK = "02"
"""*Pièce justificative*, should somebody delete every type."""


class ChorusAttachmentType(models.Model):
    """Kind of a file attached to a paper (*type de pièce jointe*), as Chorus Pro lists it.

    The list delivered holds the two codes seen in use; the full one is read from Chorus Pro
    (``recuperer/typespj``, chorus-pro-api.md §2.7). The wording is that of the portal: it is not translated.
    """

    _name = "chorus.attachment.type"
    _description = "Chorus Pro attachment type"
    _inherit = ["chorus.reference.mixin"]
    _order = "object_type, code"
    _rec_names_search = ["name", "code"]
    _reference_key = ("object_type", "code")

    code = fields.Char(required=True, help="Code of the type at Chorus Pro.")
    name = fields.Char("Label", required=True, help="Name of the type on the portal.")
    object_type = fields.Selection(
        [(INVOICE, "Invoices"), (WORKS, "Works papers")],
        "For",
        required=True,
        default=WORKS,
        help="Papers to which files of this type are attached.",
    )
    is_default = fields.Boolean(
        "Proposed", help="Given to a file of which nobody said what it is. One type for each sort of paper."
    )
    active = fields.Boolean(default=True, help="Untick what you never attach: it is not offered any more.")

    _code_uniq = models.UniqueIndex("(object_type, code)", "This type of attachment exists already.")

    @api.model
    def _default_for(self, object_type):
        """The type of a file of which nobody said what it is; empty when the list is.

        :param object_type: ``FACTURE`` or ``FACTURE_TRAVAUX``
        """
        types = self.sudo().search([("object_type", "=", object_type)])
        return types.filtered("is_default")[:1] or types.filtered(lambda one: one.code == FALLBACK)[:1] or types[:1]

    @api.model
    def _take(self, told, object_type):
        """Add, reword and offer again what Chorus Pro lists; types that it lists no more are archived, those of kept
        files stay. What a person changed is left alone.

        :param told: chorus_api AttachmentType records; nothing changes when there is none
        """
        types = self.with_context(active_test=False, chorus_loading_reference=True)
        known = {one.code: one for one in types.search([("object_type", "=", object_type)])}
        for row in told:
            if row.code not in known:
                types.create({"code": row.code, "name": row.label or row.code, "object_type": object_type})
        labels = {row.code: row.label for row in told}
        for code, one in known.items() if told else ():
            values = {"name": labels.get(code) or one.name, "active": code in labels}
            if not one.is_customised and any(one[name] != value for name, value in values.items()):
                one.write(values)

    def action_read_from_chorus(self):
        """Read the list from Chorus Pro, which has no effect there.

        :raise UserError: no usable account, or the list cannot be read
        """
        self.check_access("write")
        account = self.env["chorus.account"]._required_for(self.env.company)
        if problems := account._check_usable():
            raise UserError("\n".join(problems))
        try:
            with account._client() as client:
                lists = {kind: client.list_attachment_types(kind) for kind in (INVOICE, WORKS)}
        except (ChorusError, KeyringError) as error:
            raise UserError(str(error)) from None
        for kind, told in lists.items():
            self._take(told, kind)
        return {"type": "ir.actions.client", "tag": "soft_reload"}


class ChorusAccount(models.Model):
    _inherit = "chorus.account"

    attachment_types_date = fields.Datetime(
        "Types of attachments read on", copy=False, help="When Chorus Pro was last asked for its types of attachments."
    )

    def _attachment_types_are_stale(self):
        return not self.attachment_types_date or self.attachment_types_date < fields.Datetime.now() - READ_AGAIN

    def _read_attachment_types(self, client, _troubles):
        """Refresh the types of attachments: a step of the directory's lane. A list that is refused stays as it was."""
        if not self._attachment_types_are_stale():
            return
        for kind in (INVOICE, WORKS):
            self.env["ir.cron"]._commit_progress()
            with suppress(Refused):
                self.env["chorus.attachment.type"]._take(client.list_attachment_types(kind), kind)
            yield
        self.attachment_types_date = fields.Datetime.now()


class IrAttachment(models.Model):
    _inherit = "ir.attachment"

    chorus_type_id = fields.Many2one(
        "chorus.attachment.type",
        "Chorus Pro type",
        ondelete="set null",
        copy=False,
        help="What this file is, for who reads it on Chorus Pro. Empty: the type proposed for this sort of paper.",
    )

    chorus_size = fields.Char(
        "Size", compute="_compute_chorus_size", help="Weight of the file: 10 MB at most for each."
    )

    @api.depends("file_size")
    @api.depends_context("lang")
    def _compute_chorus_size(self):
        for attachment in self:
            # As Chorus Pro counts them, in millions of bytes; rounded up, so that a file just too heavy shows it.
            thousands = -(-(attachment.file_size or 0) // 1000)
            attachment.chorus_size = (
                self.env._("%(size)s kB", size=thousands)
                if thousands < 1000
                else self.env._("%(size)s MB", size=formatLang(self.env, thousands / 1000, digits=1))
            )

    def _chorus_type_code(self, object_type):
        """``codeTypePieceJointe`` of this file on a paper: as chosen, else the type proposed.

        :param object_type: ``FACTURE`` or ``FACTURE_TRAVAUX``
        """
        self.ensure_one()
        chosen = self.sudo().chorus_type_id
        if chosen.object_type != object_type:
            chosen = chosen._default_for(object_type)
        return chosen.code or FALLBACK
