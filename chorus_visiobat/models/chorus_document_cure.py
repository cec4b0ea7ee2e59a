from odoo import api, fields, models
from odoo.exceptions import UserError

from .chorus_act import SUSPENDED

DIALOGS = {
    "to_fix": "chorus.cure.addressing",
    "to_recycle": "chorus.cure.addressing",
    "to_complete": "chorus.cure.completion",
    "refused": "chorus.cure.replacement",
    "rejected": "chorus.cure.replacement",
}
"""The dialog that cures a paper, by its stage: three returns, three cures (chorus-pro-api.md §3.3)."""


class ChorusDocument(models.Model):
    """The one button of a paper that came back: *Corriger* opens the dialog that does the cure."""

    _inherit = "chorus.document"

    may_cure = fields.Boolean(compute="_compute_may_cure", compute_sudo=True)

    @api.depends("stage", "owner", "origin", "status_code")
    def _compute_may_cure(self):
        for document in self:
            ours = document.origin == "ours" and document.owner == "us"
            asked = document.stage != "to_complete" or document.status_code in SUSPENDED
            document.may_cure = ours and document.stage in DIALOGS and asked

    def action_cure(self):
        """Open the dialog that cures these papers.

        :raise UserError: nothing is to be cured, or not in the same way
        """
        self.check_access("write")
        if healthy := self.filtered(lambda document: not document.may_cure):
            raise UserError(
                self.env._(
                    "%(names)s: nothing is to be corrected here now. Read the next step of each.",
                    names=", ".join(healthy.mapped("name")),
                )
            )
        dialogs = {DIALOGS[document.stage] for document in self}
        if len(dialogs) != 1:
            raise UserError(self.env._("These papers came back for several reasons: select those of one stage."))
        return self.env[dialogs.pop()]._open(self)

    def action_refuse(self):
        """Open the dialog by which we refuse a paper received (general statement)."""
        return self.env["chorus.cure.refusal"]._open(self)


class AccountMove(models.Model):
    _inherit = "account.move"

    chorus_may_cure = fields.Boolean(related="chorus_document_id.may_cure")

    def action_chorus_cure(self):
        """Open the dialog that cures the papers of these invoices."""
        self.check_access("read")
        return self.chorus_document_id.action_cure()


class WorksSituation(models.Model):
    _inherit = "works.situation"

    chorus_may_cure = fields.Boolean(compute="_compute_chorus_may_cure", compute_sudo=True)
    chorus_refused = fields.Boolean(compute="_compute_chorus_may_cure", compute_sudo=True)

    @api.depends("move_id.chorus_document_id", "chorus_document_ids.stage", "chorus_document_ids.owner")
    def _compute_chorus_may_cure(self):
        """Whether a dialog cures the paper of this statement, and whether an actor refused it: nothing was admitted."""
        for situation in self:
            paper = situation._current_paper()
            situation.chorus_may_cure = paper.may_cure
            situation.chorus_refused = paper.stage in ("to_fix", "refused", "rejected")

    def _chorus_refused_paper(self, environment):
        """The refused paper whose place a new one of this statement takes in the same billing file, as a value of the
        new paper; nothing when there is none (chorus-pro-api.md §3.3, DUPLIQUE_APRES_REFUS)."""
        refused = self.sudo().chorus_document_ids.filtered(
            lambda paper: (
                paper.origin == "ours"
                and paper.framework_id.is_works
                and paper.stage == "refused"
                and paper.environment == environment
            )
        )
        return {"previous_id": refused.sorted("id")[-1:].id} if refused else {}

    def action_chorus_cure(self):
        """Open the dialog that cures the papers of these statements."""
        self.check_access("read")
        papers = self.env["chorus.document"].union(*(situation.sudo()._current_paper() for situation in self))
        return papers.with_env(self.env).action_cure()
