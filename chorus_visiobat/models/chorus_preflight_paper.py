from odoo import api, models

from ..chorus_api import rules
from .chorus_preflight import ADVICE, BLOCKING


class ChorusPreflight(models.AbstractModel):
    """The paper itself: invoice, number, statement, bank account, attachments."""

    _inherit = "chorus.preflight"

    @api.model
    def _paper_checks(self):
        return super()._paper_checks() + [
            self._check_move,
            self._check_stage,
            self._check_number,
            self._check_statement,
            self._check_bank,
            self._check_attachments,
        ]

    def _check_move(self, paper):
        _ = self.env._
        move = paper.move
        if not move:
            return
        if move.state != "posted":
            yield "not_posted", BLOCKING, _("Confirm the invoice before sending it."), move
        if move.move_type not in ("out_invoice", "out_refund"):
            yield "not_sale", BLOCKING, _("Only customer invoices and credit notes go to Chorus Pro."), move
        if corrected := move.works_corrected_situation_id:
            yield (
                "correction",
                BLOCKING,
                _(
                    "%(invoice)s brings the accounts to what was admitted of %(statement)s: Chorus Pro holds these "
                    "amounts already. It is not sent.",
                    invoice=move.name,
                    statement=corrected.name,
                ),
                move,
            )
        if move.currency_id.name != "EUR":
            yield "currency", BLOCKING, _("Chorus Pro takes invoices in euros only."), move
        if move.currency_id.is_zero(move.amount_total) and move.works_situation_id.kind != "final":
            yield "zero", BLOCKING, _("The invoice amounts to zero: there is nothing to send."), move

    def _check_stage(self, paper):
        _ = self.env._
        document = paper.document
        if document.stage == "to_fix":
            yield (
                "to_fix",
                BLOCKING,
                _(
                    "%(number)s was refused by Chorus Pro: open it and click on “Correct”.",
                    number=document.number,
                ),
                document,
            )
        elif document and document.stage != "draft":
            yield (
                "already_sent",
                BLOCKING,
                _(
                    "%(number)s has been sent already (%(stage)s).",
                    number=document.number,
                    stage=dict(document._fields["stage"]._description_selection(self.env))[document.stage],
                ),
                document,
            )

    def _check_number(self, paper):
        _ = self.env._
        where = paper.situation or paper.record
        if not paper.is_made:
            return
        for message in rules.check_invoice_number(paper.number):
            yield "number", BLOCKING, message, where
        twin = self.env["chorus.document"].search(
            [
                ("number", "=", paper.number),
                ("issuer_siret", "=", paper.account.siret),
                ("environment", "=", paper.account.environment),
                ("framework_id", "=", paper.framework.id),
                ("id", "not in", paper.document.ids),
            ],
            limit=1,
        )
        if twin:
            yield (
                "number_used",
                BLOCKING,
                _(
                    "The number %(number)s has already been used for %(document)s: choose another one.",
                    number=paper.number,
                    document=twin.display_name,
                ),
                where,
            )

    def _check_statement(self, paper):
        _ = self.env._
        situation = paper.situation
        if not situation:
            if paper.move and paper.framework.is_works:
                yield (
                    "no_statement",
                    BLOCKING,
                    _(
                        "%(framework)s carries a statement, and %(number)s comes from none. Leave it out of Chorus Pro "
                        "when the next statement makes the correction; otherwise choose the framework A1.",
                        framework=paper.framework.display_name,
                        number=paper.number,
                    ),
                    paper.move,
                )
            return
        if situation.is_unbilled:
            yield "unbilled", BLOCKING, situation._unbilled_message(), situation
        if situation.state == "draft":
            for message in situation._invoice_problems():
                yield "statement", BLOCKING, message, situation
        previous = situation.previous_id
        if previous and previous.state != "cancelled":
            sent = previous.chorus_document_ids.filtered(lambda document: document.stage not in ("draft", "queued"))
            if not sent:
                yield (
                    "previous_unsent",
                    ADVICE,
                    _("The previous statement (no. %(number)s) has not been sent.", number=previous.number),
                    previous,
                )
        pending = situation.line_ids.filtered("amount").contract_line_id.amendment_id.filtered(
            lambda amendment: not amendment.date_notification
        )
        for amendment in pending:
            yield (
                "amendment",
                ADVICE,
                _("The amendment %(amendment)s is billed but not notified.", amendment=amendment.display_name),
                amendment,
            )
        if paper.move:
            gap = paper.move.currency_id.round(
                situation._billed_totals()["amount_total"] * (-1 if paper.move.move_type == "out_refund" else 1)
                - paper.move.amount_total
            )
            if gap:
                yield (
                    "totals",
                    BLOCKING,
                    _("The invoice and the statement differ by %(gap)s €.", gap=f"{gap:.2f}"),
                    paper.move,
                )

    def _check_bank(self, paper):
        _ = self.env._
        if not paper.move or paper.move.move_type == "out_refund":
            return
        bank = paper.move.partner_bank_id or paper.company.partner_id.bank_ids[:1]
        if not bank or bank.acc_type != "iban":
            yield (
                "iban",
                BLOCKING,
                _("No IBAN to be paid on: set the bank account of %(company)s.", company=paper.company.name),
                paper.company.partner_id,
            )

    def _check_attachments(self, paper):
        _ = self.env._
        unreadable = paper.attachments - paper.attachments._filtered_access("read")
        if unreadable:
            message = _("You may not read %(count)s of the attachments: remove them.", count=len(unreadable))
            yield "attachment_access", BLOCKING, message, paper.situation or paper.record
        files = [(file.name, file.file_size or 0) for file in paper.attachments - unreadable]
        for message in rules.check_attachments(files):
            yield "attachment", BLOCKING, message, paper.situation or paper.record
