from odoo import api, fields, models
from odoo.exceptions import UserError


class ChorusCureMixin(models.AbstractModel):
    """What the dialogs that cure a refusal share: the papers, why they came back, how the dialog opens and ends.

    A dialog does the cure and does not only say it. It never calls Chorus Pro: it queues (DESIGN.md §4).
    """

    _name = "chorus.cure.mixin"
    _description = "Cure of papers sent back by Chorus Pro"

    document_ids = fields.Many2many(
        "chorus.document", string="Papers", readonly=True, help="Papers that Chorus Pro or an actor sent back."
    )
    paper_count = fields.Integer(compute="_compute_reason")
    company_id = fields.Many2one("res.company", compute="_compute_reason")
    reason = fields.Text("Why", compute="_compute_reason", help="What Chorus Pro or the actor said, in plain words.")

    @api.depends("document_ids")
    def _compute_reason(self):
        for wizard in self:
            wizard.paper_count = len(wizard.document_ids)
            wizard.company_id = wizard.document_ids[:1].company_id
            wizard.reason = "\n".join(wizard._reason_of(document) for document in wizard.document_ids)

    @api.model
    def _reason_of(self, document):
        status = document.status_id.name or document._stage_label()
        told = document.status_reason or document.refusal_label
        return f"{document.name} – {status}" + (f" : {told}" if told else "")

    @api.model
    def _open(self, documents):
        """Open this dialog on papers.

        :param documents: ``chorus.document`` recordset, which the user may read
        :return: action
        """
        wizard = self.create(self._opening_values(documents))
        return {
            "type": "ir.actions.act_window",
            "name": self._title(documents),
            "res_model": self._name,
            "res_id": wizard.id,
            "views": [(False, "form")],
            "target": "new",
        }

    @api.model
    def _title(self, documents):
        return self.env._("Correct %(names)s", names=", ".join(documents[:3].mapped("name")))

    @api.model
    def _opening_values(self, documents):
        documents.check_access("write")
        return {"document_ids": [fields.Command.set(documents.ids)]}

    def _papers(self):
        """The papers, which the user may write (``chorus.document``).

        :raise AccessError: he may not
        :raise UserError: there is none any more
        """
        self.ensure_one()
        if not self.document_ids:
            raise UserError(self.env._("Select at least one paper."))
        self.document_ids.check_access("write")
        return self.document_ids

    def _leaving(self, count):
        """Say when it leaves, and close."""
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "title": self.env._("Waiting to leave for Chorus Pro"),
                "message": self.env._(
                    "Answers to leave within the minute: %(count)s. The new status will show here.", count=count
                ),
                "next": {"type": "ir.actions.act_window_close"},
            },
        }
