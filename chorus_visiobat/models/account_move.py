from odoo import fields, models


class AccountMove(models.Model):
    _inherit = "account.move"

    works_situation_id = fields.Many2one(
        "works.situation", "Works statement", copy=False, readonly=True, index="btree_not_null", ondelete="restrict"
    )
    works_contract_id = fields.Many2one(
        "works.contract", "Works contract", copy=False, index="btree_not_null", ondelete="restrict"
    )
    chorus_framework_id = fields.Many2one("chorus.framework", "Billing framework", copy=False, ondelete="restrict")
    chorus_document_ids = fields.One2many("chorus.document", "move_id", "Chorus Pro documents")
    chorus_document_id = fields.Many2one(
        "chorus.document", "Chorus Pro document", compute="_compute_chorus_document_id", store=True, copy=False
    )

    def _compute_chorus_document_id(self):
        for move in self:
            move.chorus_document_id = move.chorus_document_ids.sorted("id")[-1:]
