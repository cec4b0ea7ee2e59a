from odoo import api, fields, models
from odoo.exceptions import UserError

from ..chorus_api import WorksRefusal
from ..chorus_api.rules import check_text
from ..models.works_situation_piece import GENERAL_STATEMENTS


class ChorusCureRefusal(models.TransientModel):
    """Our refusal of a paper that waits for us, such as a general statement (*décompte général*, A18 or A20): its
    author makes another one (*refuser*, chorus-pro-api.md §2.10).

    A general statement is contested by a claim (*mémoire en réclamation*, CCAG-Travaux 55.1) that the client must
    receive within the delay of its signature. Chorus Pro takes our reason alone: the claim goes to him apart, and is
    kept on the paper.
    """

    _name = "chorus.cure.refusal"
    _description = "Refuse a paper received"
    _inherit = "chorus.cure.mixin"

    motive = fields.Char("Reason of our refusal", help="In one line: its author reads it first.")
    comment = fields.Text("Details", help="What you contest and why. 1,000 characters at most.")
    is_general = fields.Boolean(compute="_compute_is_general")
    due_date = fields.Date(
        "Claim to be received by",
        compute="_compute_is_general",
        help="Last day on which the client must have received your claim; after it the general statement counts as "
        "accepted.",
    )
    due_text = fields.Char("Days left", compute="_compute_is_general", help="Days left to claim, or days late.")
    memo = fields.Binary(
        "Claim (PDF)", help="Your mémoire en réclamation as you send it to the client: kept on the paper, not sent."
    )
    memo_name = fields.Char()

    @api.depends("document_ids")
    def _compute_is_general(self):
        for wizard in self:
            paper = wizard.document_ids[:1]
            wizard.is_general = paper.framework_id.code in GENERAL_STATEMENTS
            wizard.due_date = wizard.is_general and paper.move_due_date
            wizard.due_text = wizard.is_general and paper.move_due_text

    def _title(self, documents):
        return self.env._("Refuse %(names)s", names=", ".join(documents.mapped("name")))

    def action_send(self):
        """Put the refusal in the queue, and keep the claim on the paper."""
        document = self._papers()
        motive = (self.motive or "").strip()
        problems = check_text("comment", self.comment) + check_text("comment", motive)
        if not motive:
            problems.append(self.env._("Reason of our refusal: type it, its author must know what to change."))
        opened = document.contract_id.situation_ids.filtered(
            lambda one: one.kind == "general" and one.state in ("draft", "filed") and not one.invoice_sent
        )
        if self.is_general and opened:
            problems.append(
                self.env._(
                    "%(statement)s was opened to sign this general statement: delete it first.", statement=opened.name
                )
            )
        if problems:
            raise UserError("\n".join(problems))
        request = WorksRefusal(int(document.technical_number or 0), motive, (self.comment or "").strip() or None)
        document._queue_act("refuse_works", request.to_json())
        if self.memo:
            self._keep_memo(document)
        return self._leaving(1)

    def _keep_memo(self, document):
        memo = self.env["ir.attachment"].sudo().create(
            {
                "name": self.memo_name or self.env._("Claim.pdf"),
                "datas": self.memo,
                "res_model": document._name,
                "res_id": document.id,
            }
        )
        document.sudo().attachment_ids = [fields.Command.link(memo.id)]
        document._note(self.env._("Claim kept: %(name)s", name=memo.name), self.motive)
