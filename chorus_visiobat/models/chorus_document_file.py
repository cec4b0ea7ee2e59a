from odoo import api, fields, models

from .works_situation_piece import GENERAL_STATEMENTS

PAYING = ("with_payer", "approved", "payment_ordered")


class ChorusDocument(models.Model):
    """The billing file (*dossier de facturation*) of a paper: ours, and those by which the others answered.

    Each paper tells who must act, by when and the days left: the delays are those of the deadlines of works contracts
    (works-billing.md §2.13), counted from the time stamps of Chorus Pro.
    """

    _inherit = "chorus.document"

    file_paper_ids = fields.Many2many(
        "chorus.document",
        string="Papers of the billing file",
        compute="_compute_file_paper_ids",
        help="Every paper of the billing file, from the first one to the last.",
    )
    actor = fields.Char(
        compute="_compute_actor", help="Who deposited this paper: ourselves, the project manager, the client…"
    )
    move_due_date = fields.Date(
        "To be done by", compute="_compute_move_due", help="Last day of the one who must act on this paper."
    )
    move_due_text = fields.Char(
        "Days left", compute="_compute_move_due", help="Days left to the one who must act, or days late."
    )
    move_due_tone = fields.Char(compute="_compute_move_due")

    @api.depends("previous_id", "next_ids")
    def _compute_file_paper_ids(self):
        for document in self:
            document.file_paper_ids = document._whole_file()

    def _whole_file(self):
        """Every paper of the billing file of these ones, each followed by those that answer it."""
        found = self.browse()
        for document in self:
            origin = document._origin or document
            first = origin._ancestors()[-1:] or origin
            waiting = [first]
            while waiting:
                paper = waiting.pop(0)
                if paper not in found:
                    found |= paper
                    waiting = [*paper.next_ids.sorted("id"), *waiting]
        return found

    @api.depends("origin", "issuer_name", "framework_id.issuer")
    @api.depends_context("lang")
    def _compute_actor(self):
        issuers = dict(self.env["chorus.framework"]._fields["issuer"]._description_selection(self.env))
        for document in self:
            if document.origin == "ours":
                document.actor = self.env._("Us")
            else:
                role = issuers.get(document.framework_id.issuer)
                document.actor = ", ".join(filter(None, (role, document.issuer_name)))

    @api.depends(
        "stage", "status_date", "deposit_date", "event_ids.date", "contract_id.ccag_version", "payment_due_date"
    )
    @api.depends_context("lang", "tz")
    def _compute_move_due(self):
        rules = self.env["works.deadline.rule"]._by_code()
        for document in self:
            if document.stage in PAYING:
                due = (document | document._ancestors())[-1:].payment_due_date
            else:
                code, start = document._move_deadline()
                due = code in rules and start and rules[code]._due(start, document.contract_id)
            document.move_due_date = due
            # sudo: site managers see the days left, not the contract's books
            contract = document.contract_id.sudo()
            document.move_due_text = due and contract._days_left(due)
            document.move_due_tone = due and contract._tone(due)

    def _move_deadline(self):
        """The deadline of the one who must act on this paper now, before it is to be paid.

        :return: (code of ``works.deadline.rule``, date from which it counts); (None, None) where none runs
        """
        self.ensure_one()
        framework = self.framework_id
        received = self._received_on()
        if self.owner == "us" and framework.code in GENERAL_STATEMENTS:
            return "signature", received
        if self.stage == "with_validator":
            return "subcontractor", received
        if self.stage in ("with_moe", "with_moa") and framework.code == "A22":
            return "tacit", received
        papers = self | self._ancestors()
        first = papers[-1:]
        if self.stage in ("with_moe", "with_moa") and first.framework_id.kind == "final":
            return "general", first._received_on()
        if self.stage == "with_moe" and framework.kind == "monthly":
            return "moe", received
        return None, None


class WorksSituation(models.Model):
    _inherit = "works.situation"

    chorus_file_ids = fields.Many2many(
        "chorus.document",
        string="Billing file",
        compute="_compute_chorus_file_ids",
        help="The papers of the billing file of this statement on Chorus Pro, ours and those of the other actors.",
    )

    @api.depends("chorus_document_id")
    def _compute_chorus_file_ids(self):
        for situation in self:
            situation.chorus_file_ids = situation.chorus_document_id._whole_file()


class WorksContract(models.Model):
    _inherit = "works.contract"

    chorus_file_ids = fields.Many2many(
        "chorus.document",
        string="Billing files",
        compute="_compute_chorus_file_ids",
        help="The billing files of this contract on Chorus Pro, the latest first, each from its first paper to its "
        "last.",
    )

    @api.depends("chorus_document_ids.previous_id", "chorus_document_ids.stage")
    def _compute_chorus_file_ids(self):
        for contract in self:
            first = contract.chorus_document_ids.filtered(
                lambda paper: paper.active and not paper.previous_id and paper.stage != "draft"
            )
            contract.chorus_file_ids = first.sorted("id", reverse=True)._whole_file()
