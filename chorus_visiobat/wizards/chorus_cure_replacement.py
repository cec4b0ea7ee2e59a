from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_amount

from ..chorus_api import RejectionHandling


class ChorusCureReplacement(models.TransientModel):
    """A paper that is dead at Chorus Pro (*rejetée*, *refusée*): credit note, then another paper under a new number.

    The invoice of a statement is made again by its statement; an ordinary invoice is copied; a statement that bills
    nothing is taken back to draft. A rejection is then marked as handled at Chorus Pro (*traiterRejet*).
    An amount that the project manager contests is no reason to refuse since 19 February 2025: he corrects it in his
    own *état d'acompte* (chorus-pro-api.md §3.2).
    """

    _name = "chorus.cure.replacement"
    _description = "Replace a refused paper"
    _inherit = "chorus.cure.mixin"

    date = fields.Date(
        "Date of the credit note",
        required=True,
        default=lambda self: fields.Date.context_today(self),
        help="Accounting date of the credit note.",
    )
    mode = fields.Selection(
        [("again", "The amounts were right: invoice again now"), ("reopen", "The amounts change: correct them first")],
        "Then",
        required=True,
        default="again",
        help="The new invoice takes a new number in both cases: a refused number is never used again.",
    )
    may_choose = fields.Boolean(compute="_compute_effect")
    effect = fields.Html("What this does", compute="_compute_effect", sanitize=False, help="Entries posted, and after.")
    contests_amount = fields.Boolean(compute="_compute_effect")

    def _title(self, documents):
        return self.env._("Replace %(names)s", names=", ".join(documents[:3].mapped("name")))

    @api.depends("document_ids", "mode", "date")
    def _compute_effect(self):
        amount = self.env.ref("chorus_visiobat.rejection_amount", raise_if_not_found=False)
        for wizard in self:
            documents = wizard.document_ids
            wizard.may_choose = bool(documents.situation_id.filtered("bears_invoice"))
            wizard.contests_amount = bool(amount) and amount in documents.rejection_id
            lines = [line for document in documents for line in wizard._effect_lines(document)]
            wizard.effect = Markup("<ol>%s</ol>") % Markup("").join(Markup("<li>%s</li>") % line for line in lines)

    def _effect_lines(self, document):
        """What becomes of a paper, in order (list of str)."""
        _ = self.env._
        move, situation = document.move_id, document.situation_id
        lines = []
        if move and not self._is_credited(move):
            lines.append(
                _(
                    "Credit note of %(invoice)s: %(amount)s incl. tax, posted and matched with it. It stays in your "
                    "accounts.",
                    invoice=move.name,
                    amount=format_amount(self.env, move.amount_total, move.currency_id),
                )
            )
        if situation and (not situation.bears_invoice or self.mode == "reopen"):
            lines.append(_("%(statement)s is taken back to draft, to be corrected.", statement=situation.name))
        elif situation:
            lines.append(_("%(statement)s is invoiced again as it is, under a new number.", statement=situation.name))
        elif move:
            lines.append(_("A draft copy of %(invoice)s is made, numbered when you post it.", invoice=move.name))
        if self._refused_by_actor(document):
            lines.append(_("The new paper takes the place of the refused one in the same billing file."))
        if document.status_code == "REJETEE":
            lines.append(_("The rejection is marked as handled on Chorus Pro."))
        return lines

    @api.model
    def _refused_by_actor(self, document):
        return document.framework_id.is_works and document.stage == "refused"

    @api.model
    def _is_credited(self, move):
        return move.state == "cancel" or move.payment_state == "reversed"

    def action_replace(self):
        """Post the credit notes, make the new papers, mark the rejections as handled: all or nothing.

        :raise UserError: what prevents it; nothing is written then
        :return: action that shows what is to be done next
        """
        documents = self._papers()
        dead = documents.filtered(lambda document: document.stage in ("refused", "rejected") and document.owner == "us")
        if alive := documents - dead:
            raise UserError(
                self.env._(
                    "%(names)s: refused no longer, or replaced already. Nothing was done.",
                    names=", ".join(alive.mapped("name")),
                )
            )
        rejected = documents.filtered(lambda document: document.status_code == "REJETEE")
        self._credit(documents.move_id.filtered(lambda move: not self._is_credited(move)))
        again = self._make_again(documents)
        for _company, group in rejected.grouped(lambda document: (document.company_id, document.environment)).items():
            numbers = tuple(int(document.technical_number) for document in group)
            group._queue_act("handle_rejections", RejectionHandling(numbers).to_json())
        return self._what_next(again)

    def _credit(self, moves):
        if moves:
            values = {"date": self.date, "invoice_date": self.date}
            moves._reverse_moves([{**values, "ref": self._credit_ref(move)} for move in moves], cancel=True)

    def _credit_ref(self, move):
        return self.env._("Credit note of %(invoice)s, refused on Chorus Pro", invoice=move.name)

    def _make_again(self, documents):
        """The records that take over: statements, invoiced again or taken back to draft, and draft invoices."""
        statements = documents.situation_id
        billing = statements.filtered("bears_invoice")
        if self.mode == "again" and billing:
            billing.filtered(lambda statement: not statement.move_id).action_invoice()
        else:
            billing.action_draft()
        (statements - billing).action_draft()
        plain = documents.filtered(lambda document: not document.situation_id).move_id
        copies = self.env["account.move"]
        for move in plain:
            copies |= move.copy({"invoice_date": False, "date": self.date})
        return [*statements, *copies]

    def _what_next(self, again):
        """The last look before the new papers leave, or the records to correct."""
        ready = [record for record in again if record._name == "works.situation" and record.state == "invoiced"]
        if ready:
            return self.env["chorus.send"]._open(ready)
        records = self.env[again[0]._name].union(*[record for record in again if record._name == again[0]._name])
        return records._get_records_action(name=self.env._("To correct"))
