from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_amount

from .chorus_document import STAGES

# Stages at which Chorus Pro holds nothing: the invoice may still be corrected.
CORRECTABLE_STAGES = (False, "draft", "to_fix")
REVERSED_WITH = (
    "works_contract_id",
    "chorus_framework_id",
    "works_settlement_situation_id",
    "works_corrected_situation_id",
)
"""What a reversal keeps of the entry that it takes back."""


class AccountMove(models.Model):
    """The legal invoice of a works statement, and where it stands on Chorus Pro."""

    _inherit = "account.move"

    works_situation_id = fields.Many2one(
        "works.situation",
        "Works statement",
        copy=False,
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
        help="Statement that this invoice bills.",
    )
    works_contract_id = fields.Many2one(
        "works.contract",
        "Works contract",
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
        help="Contract to which this invoice belongs.",
    )
    chorus_framework_id = fields.Many2one(
        "chorus.framework",
        "Billing framework",
        copy=False,
        ondelete="restrict",
        help="Kind of paper under which this invoice is deposited on Chorus Pro.",
    )
    chorus_document_ids = fields.One2many("chorus.document", "move_id", "Chorus Pro documents")
    chorus_document_id = fields.Many2one(
        "chorus.document",
        "Chorus Pro document",
        compute="_compute_chorus_document_id",
        store=True,
        copy=False,
        help="Paper of this invoice on Chorus Pro.",
    )
    chorus_stage = fields.Selection(
        STAGES,
        "Chorus Pro",
        compute="_compute_chorus_stage",
        store=True,
        copy=False,
        help="Where the invoice stands on Chorus Pro.",
    )
    chorus_next_step = fields.Char(
        "Next step", compute="_compute_chorus_stage", store=True, copy=False, help="Whose move it is, and what for."
    )

    @api.depends("chorus_document_ids.active", "chorus_document_ids.environment")
    def _compute_chorus_document_id(self):
        for move in self:
            # A paper deposited for good wins over a trial in qualification.
            papers = move.chorus_document_ids.filtered("active")
            move.chorus_document_id = papers.sorted(lambda paper: (paper.environment == "production", paper.id))[-1:]

    @api.depends("chorus_document_id.file_stage", "chorus_document_id.next_step")
    def _compute_chorus_stage(self):
        for move in self:
            move.chorus_stage = move.chorus_document_id.file_stage
            move.chorus_next_step = move.chorus_document_id.next_step

    def _chorus_is_sent(self):
        """Whether Chorus Pro holds this invoice, or may hold it: it is corrected by a credit note then."""
        self.ensure_one()
        return self.chorus_stage not in CORRECTABLE_STAGES

    def _works_is_given_up(self):
        """Whether the invoice of a statement bills nothing any more: cancelled, or credited in full.

        A later month that is negative may pay it back: both go on counting then.
        """
        self.ensure_one()
        if self.state == "cancel" or self.payment_state != "reversed":
            return self.state == "cancel"
        lines = self.line_ids
        others = lines.matched_credit_ids.credit_move_id.move_id | lines.matched_debit_ids.debit_move_id.move_id
        return not others.works_situation_id

    def _reverse_moves(self, default_values_list=None, cancel=False):
        """A credit note belongs to the contract of the invoice that it credits, under the same framework; what takes an
        entry of an answer back belongs to that answer."""
        values_list = default_values_list or [{} for _move in self]
        for move, values in zip(self, values_list, strict=False):
            for name in REVERSED_WITH:
                if move[name]:
                    values.setdefault(name, move[name].id)
        return super()._reverse_moves(values_list, cancel=cancel)

    def _need_cancel_request(self):
        return super()._need_cancel_request() or self._chorus_is_sent()

    @api.depends("chorus_stage")
    def _compute_need_cancel_request(self):
        return super()._compute_need_cancel_request()

    def button_request_cancel(self):
        """A sent invoice is not reset to draft: its cancellation is a credit note, which the user confirms."""
        result = super().button_request_cancel()
        return self.action_reverse() if self._chorus_is_sent() else result

    def write(self, vals):
        if "name" in vals:
            for move in self:
                if move.name != vals["name"] and move._chorus_is_sent():
                    raise UserError(
                        self.env._(
                            "Invoice %(number)s has been sent to Chorus Pro: its number no longer changes.",
                            number=move.name,
                        )
                    )
        if "works_situation_id" in vals and not self.env.su:
            for move in self:
                if move.works_situation_id.id != vals["works_situation_id"]:
                    raise UserError(
                        self.env._(
                            "Works statement: only the statement makes its invoice. Use its button Create invoice."
                        )
                    )
        result = super().write(vals)
        if "name" in vals:
            for move in self:
                if move.state == "posted" and move.chorus_stage == "draft":
                    move._chorus_ensure_document()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_with_unsent_papers(self):
        documents = self.sudo().with_context(active_test=False).chorus_document_ids
        # A paper that never left has no life of its own without its invoice.
        unsent = documents.filtered(lambda document: document._never_left())
        if proofs := documents - unsent:
            raise UserError(
                self.env._(
                    "%(names)s: this paper left for Chorus Pro, it stays as a proof and so does its invoice. "
                    "Cancel the invoice instead.",
                    names=", ".join(proofs.mapped("name")),
                )
            )
        unsent.unlink()

    def button_cancel(self):
        result = super().button_cancel()
        papers = self.sudo().chorus_document_ids
        papers.filtered(lambda document: document.stage in ("draft", "to_fix")).active = False
        return result

    def _post(self, soft=True):
        posted = super()._post(soft=soft)
        posted._check_works_totals()
        # A credit note cures the refusal of the invoice it reverses.
        posted.reversed_entry_id.sudo().chorus_document_ids._sync_stage()
        return posted

    def _check_works_totals(self):
        """:raises UserError: an invoice does not agree with its statement to the cent, or is not posted by it."""
        for move in self.filtered("works_situation_id"):
            situation = move.works_situation_id
            if situation.move_id != move:
                raise UserError(
                    self.env._(
                        "Statement %(statement)s is billed by %(invoice)s already: %(move)s would bill it twice. "
                        "Leave it cancelled.",
                        statement=situation.name,
                        invoice=situation.move_id.display_name,
                        move=move.display_name,
                    )
                )
            if situation.state != "invoiced":
                raise UserError(
                    self.env._(
                        "%(invoice)s bills statement %(statement)s, which was taken back to draft: use Create invoice "
                        "on the statement, so that its amounts follow and are frozen.",
                        invoice=move.display_name,
                        statement=situation.name,
                    )
                )
            sign = -1 if move.move_type == "out_refund" else 1
            for name, expected in situation._billed_totals().items():
                if move.currency_id.compare_amounts(sign * move[name], expected):
                    raise UserError(
                        self.env._(
                            "%(field)s of the invoice is %(invoice)s, the statement %(statement)s says %(expected)s. "
                            "Invoice it again from the statement, and check that the company rounds taxes globally "
                            "(Settings › Accounting › Rounding method).",
                            field=move._fields[name]._description_string(self.env),
                            invoice=format_amount(self.env, sign * move[name], move.currency_id),
                            statement=situation.name,
                            expected=format_amount(self.env, expected, move.currency_id),
                        )
                    )
