from odoo import api, fields, models
from odoo.tools import SQL, format_date

from ..decompte.late_interest import Receipt
from ..decompte.money import as_decimal, round_money
from ..decompte.payment_delay import Interruption, payment_delay
from .works_situation_deadline import NOT_RECEIVED, day_in_france

INTERRUPTED, PAYING = "SUSPENDUE", "MISE_EN_PAIEMENT"
MONEY_JOURNALS = ("bank", "cash", "credit")
PAYMENT_FIELDS = ("payment_start_date", "payment_due_date", "payment_interrupted_date", "payment_told_date")


class ChorusDocument(models.Model):
    """When the client must have paid a paper, when he did, and how late (code de la commande publique, R. 2192-10 ff.).

    The delay is reckoned from what Chorus Pro time-stamps and kept by `_sync_payment`, whenever a status or the history
    changes; the payment is what Chorus Pro tells, else what the bank matched with the invoice. Nothing is typed.
    """

    _inherit = "chorus.document"

    payment_start_date = fields.Date(
        "Payment delay from",
        readonly=True,
        copy=False,
        help="Time stamp that starts the payment delay: reception by the project manager or the client, on Chorus Pro; "
        "for the balance, reception of the general statement.",
    )
    payment_due_date = fields.Date(
        "To be paid by",
        readonly=True,
        copy=False,
        index="btree_not_null",
        help="Last day on which the client may pay without owing interest. Empty while he waits for documents.",
    )
    payment_interrupted_date = fields.Date(
        "Delay interrupted on",
        readonly=True,
        copy=False,
        help="Day on which the client asked for documents: the delay is interrupted until he has them.",
    )
    payment_told_date = fields.Date(
        "Payment told on", readonly=True, copy=False, help="Day of the payment that Chorus Pro tells."
    )
    payment_date = fields.Date(
        "Paid on",
        compute="_compute_payment_date",
        store=True,
        help="Day of the payment: as Chorus Pro tells it, else the day on which the bank received the last of it.",
    )
    payer_id = fields.Many2one(
        "res.partner",
        "Client",
        compute="_compute_payer_id",
        compute_sudo=True,
        help="Public body that pays this paper.",
    )
    amount_open = fields.Monetary(
        "Still owed",
        compute="_compute_amount_open",
        groups="chorus_visiobat.group_billing",
        help="What the client still owes of what he is to pay now: retention and direct payments left out.",
    )
    late_days = fields.Integer(
        "Days late",
        compute="_compute_late_days",
        search="_search_late_days",
        help="Days between the last day of payment and the payment, or today as long as it has not come.",
    )
    payment_sentence = fields.Char(
        "Payment", compute="_compute_payment_sentence", help="Until when the client may pay, or since when he is late."
    )

    # --- the delay ---

    def _sync_stage(self):
        result = super()._sync_stage()
        (self | self._ancestors_of_all())._sync_payment()
        return result

    def _record_history(self, events):
        result = super()._record_history(events)
        (self | self._ancestors_of_all())._sync_payment()
        return result

    def _record_rows(self, rows):
        result = super()._record_rows(rows)
        self._sync_payment()
        return result

    def _sync_payment(self):
        """Bring the payment delay in step with what Chorus Pro told. Idempotent."""
        ours = self.sudo().filtered(lambda document: document.origin == "ours")
        ours._write_changes({document: document._payment_values() for document in ours})

    def _payment_values(self):
        delay = self._payment_delay()
        if not delay:
            return dict.fromkeys(PAYMENT_FIELDS, False)
        stop = delay.interruption
        return {
            "payment_start_date": delay.start,
            "payment_due_date": delay.due or False,
            "payment_interrupted_date": stop.told_on if stop and not stop.completed_on else False,
            "payment_told_date": self._payment_told_on() or False,
        }

    def _payment_delay(self):
        """The payment delay of this paper.

        :return: decompte PaymentDelay; None for a paper that asks for no payment, or that nobody received
        """
        self.ensure_one()
        # A final statement that another paper replaced (A22) is paid with its file.
        received = self.stage not in NOT_RECEIVED or self.file_stage not in NOT_RECEIVED
        if self.move_id.move_type != "out_invoice" or not received or self._principal() <= 0:
            return None
        situation = self.situation_id
        if situation and situation._current_paper() != self:
            return None
        start = situation._payment_start() if situation else self._received_on()
        return payment_delay(start, self._payment_days(), self._interruptions()) if start else None

    def _payment_days(self):
        """Days of the contract, else those that the law gives to the client of the invoice."""
        return self.contract_id.payment_delay_days or self.move_id.commercial_partner_id._payment_delay_days()

    def _interruptions(self):
        """The times when the client asked for documents, in the whole billing file.

        :return: list of decompte Interruption
        """
        found = []
        for paper in self._file_to_the_end():
            told = None
            for event in paper.event_ids.sorted(lambda event: (event.date, event.id)):
                if event.code == INTERRUPTED:
                    told = told or day_in_france(event.date)
                elif told:
                    found.append(Interruption(told, day_in_france(event.date)))
                    told = None
            if told and paper.status_code == INTERRUPTED:
                found.append(Interruption(told))
        return found

    def _payment_told_on(self):
        """Day of the *mise en paiement* that Chorus Pro tells in the billing file; None as long as it does not."""
        papers = self._file_to_the_end()
        moments = [event.date for event in papers.event_ids if event.code == PAYING]
        moments += [paper.status_date for paper in papers if paper.status_code == PAYING and paper.status_date]
        return day_in_france(min(moments)) if moments else None

    # --- the payment ---

    def _asked_lines(self):
        """The receivable that the client is to pay now: retention and direct payments wait apart."""
        return self.sudo().move_id.line_ids.filtered(
            lambda line: line.display_type == "payment_term" and not line.works_part and line.parent_state == "posted"
        )

    def _receipts(self):
        """Money that the bank matched with what the client is to pay now.

        What settles without money (advance repaid, penalty, credit note) is no payment. A payment told by Chorus Pro on
        an earlier day counts from that day: interest stops then, whenever the bank shows it (R. 2192-32).

        :return: list of decompte Receipt, amounts in EUR TTC
        """
        self.ensure_one()
        told = self.payment_told_date
        return [
            Receipt(
                min(partial.credit_move_id.date, told or partial.credit_move_id.date),
                as_decimal(partial.debit_amount_currency),
            )
            for partial in self._money()
        ]

    def _money(self):
        """What the bank matched with what the client is to pay now (``account.partial.reconcile``)."""
        return self._asked_lines().matched_credit_ids.filtered(
            lambda partial: partial.credit_move_id.journal_id.type in MONEY_JOURNALS
        )

    def _principal(self):
        """EUR TTC that the client had to pay for this paper: what he paid and what he still owes of it. Nothing where
        credit notes or the advance repaid settled it."""
        owed = round_money(as_decimal(sum(self._asked_lines().mapped("amount_residual"))))
        return sum((one.amount for one in self._receipts()), owed)

    @api.depends(
        "payment_told_date", "move_id.line_ids.amount_residual", "move_id.line_ids.works_part", "move_id.state"
    )
    def _compute_payment_date(self):
        for document in self:
            document.payment_date = document.payment_told_date or document._ledger_payment_date()

    def _ledger_payment_date(self):
        """Day on which our own ledger shows the last of the money; False as long as something is owed, or none came."""
        lines = self._asked_lines()
        if (
            self.origin != "ours"
            or not lines
            or any(not line.currency_id.is_zero(line.amount_residual) for line in lines)
        ):
            return False
        # The day of the payment, which core's matching forgets where the invoice is dated later.
        return max(self._money().credit_move_id.mapped("date"), default=False)

    @api.depends("contract_id.payer_partner_id", "contract_id.moa_partner_id", "move_id.partner_id")
    def _compute_payer_id(self):
        for document in self:
            document.payer_id = document._payer()

    @api.depends("move_id.line_ids.amount_residual")
    def _compute_amount_open(self):
        for document in self:
            document.amount_open = sum(document._asked_lines().mapped("amount_residual"))

    # --- how late ---

    @api.depends("payment_due_date", "payment_date")
    def _compute_late_days(self):
        today = fields.Date.context_today(self)
        for document in self:
            due, paid = document.payment_due_date, document.payment_date
            document.late_days = max(((paid or today) - due).days, 0) if due else 0

    def _search_late_days(self, operator, value):
        operators = {">": SQL(">"), ">=": SQL(">="), "<": SQL("<"), "<=": SQL("<="), "=": SQL("=")}
        if operator not in operators or not isinstance(value, (int, float)):
            return NotImplemented
        self.flush_model(["payment_due_date", "payment_date"])
        rows = self.env.execute_query(
            SQL(
                "SELECT id FROM chorus_document WHERE payment_due_date IS NOT NULL"
                " AND GREATEST(COALESCE(payment_date, %s) - payment_due_date, 0) %s %s",
                fields.Date.context_today(self),
                operators[operator],
                value,
            )
        )
        return [("id", "in", [row[0] for row in rows])]

    @api.depends("payment_due_date", "payment_date", "payment_interrupted_date")
    @api.depends_context("lang", "tz")
    def _compute_payment_sentence(self):
        for document in self:
            document.payment_sentence = document._payment_words()

    def _payment_words(self):
        _, due, paid = self.env._, self.payment_due_date, self.payment_date
        if self.payment_interrupted_date:
            day = format_date(self.env, self.payment_interrupted_date)
            return _("Delay interrupted on %(date)s: send the documents asked for.", date=day)
        if not due:
            return False
        late, last = self.late_days, format_date(self.env, due)
        if paid and late:
            return _("Paid on %(date)s, %(days)s days late.", date=format_date(self.env, paid), days=late)
        if paid:
            return _("Paid on %(date)s, in time.", date=format_date(self.env, paid))
        if late:
            return _("Late by %(days)s days: to be paid by %(date)s.", days=late, date=last)
        return _("To be paid by %(date)s.", date=last)


class WorksSituation(models.Model):
    _inherit = "works.situation"

    def _payment_due(self, due):
        """Last day of payment of this statement, the interruption of the delay counted.

        :param due: date, without any interruption
        :return: date; None while the client waits for documents
        """
        delay = self._current_paper().sudo()._payment_delay()
        return delay.due if delay else due
