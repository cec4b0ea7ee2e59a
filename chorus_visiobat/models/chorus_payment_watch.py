from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import format_date

AWAITED = ("deposited", "with_validator", "with_moe", "with_moa", "with_payer", "approved", "payment_ordered")
GRACE = timedelta(days=30)
"""After the bank received the money: time left to the client to tell Chorus Pro that he paid."""


class ChorusDocument(models.Model):
    """Where the following stops: some clients never tell Chorus Pro that they pay (*mise en paiement non remontée*).

    A paper whose money the bank has received is then closed by our own ledger, said as such, and asked for no more.
    Bank reconciliation stays Odoo's: nothing here matches anything. Undone, the paper is followed again.
    """

    _inherit = "chorus.document"

    settled_by_ledger = fields.Boolean(
        "Closed by our accounts",
        readonly=True,
        copy=False,
        help="The bank received the payment and Chorus Pro does not tell it: the paper is no longer followed there.",
    )

    @api.model
    def _cron_payments(self):
        """Bring payment delays and closed papers up to date, each in its own transaction."""
        papers = self.search(
            [
                ("origin", "=", "ours"),
                ("move_id", "!=", False),
                ("deposit_date", "!=", False),
                ("payment_told_date", "=", False),
                ("stage", "not in", ("rejected", "refused", "to_fix")),
                "|",
                ("stage", "!=", "closed"),
                ("file_stage", "!=", "closed"),
            ]
        )
        progress = self.env["ir.cron"]._commit_progress
        progress(remaining=len(papers))
        for paper in papers:
            # One that somebody else writes is left to the next run.
            paper.try_lock_for_update(allow_referencing=True)._watch_payment()
            progress(1)

    def _watch_payment(self):
        """Close the papers that our ledger shows as paid, open again those that it does not show so any more."""
        self._sync_payment()
        for document in self.sudo():
            settled = document._is_settled_by_ledger()
            if settled == document.settled_by_ledger:
                continue
            document.settled_by_ledger = settled
            document._file_to_the_end().sorted("id", reverse=True)._sync_stage()
            if settled:
                document._note(
                    self.env._(
                        "Closed by our accounts: paid on %(date)s, and the client does not tell it to Chorus Pro.",
                        date=format_date(self.env, document.payment_date),
                    )
                )

    def _is_settled_by_ledger(self):
        paid = self.payment_date
        if not paid or self.payment_told_date or self.origin != "ours":
            return False
        return not self._client_reports_payments() or paid + GRACE <= fields.Date.context_today(self)

    def _client_reports_payments(self):
        """Whether the client tells Chorus Pro when he pays, as the directory says; yes when nobody knows."""
        structure = self.env["chorus.structure"].search(
            [("siret", "=", self.recipient_siret), ("environment", "=", self.environment)], limit=1
        )
        return structure.reports_payment if structure else True

    def _stage_values(self):
        values = super()._stage_values()
        if values["stage"] not in AWAITED or self.next_ids:
            return values
        settled = (self | self._ancestors()).filtered("settled_by_ledger")[:1]
        if not settled:
            return values
        step = self.env._(
            "Nothing to do: paid on %(date)s as your own accounts show, and the client does not tell it to Chorus Pro.",
            date=format_date(self.env, settled.payment_date),
        )
        return {**values, "stage": "paid", "owner": "nobody", "next_step": step}


class ChorusAccount(models.Model):
    _inherit = "chorus.account"

    def _open_documents(self, extra=(), **options):
        """A paper that our own ledger closed is not asked for any more."""
        return super()._open_documents([("settled_by_ledger", "=", False), *extra], **options)


class WorksContract(models.Model):
    _inherit = "works.contract"

    late_papers = fields.Char(
        "Late payments",
        compute="_compute_late_papers",
        compute_sudo=True,
        help="Statements that the client should have paid by now, and the days of the one that is the latest.",
    )

    @api.depends_context("lang", "tz")
    @api.depends("chorus_document_ids.payment_due_date", "chorus_document_ids.payment_date")
    def _compute_late_papers(self):
        for contract in self:
            late = contract.chorus_document_ids.filtered(
                lambda paper: paper.origin == "ours" and paper.active and not paper.payment_date and paper.late_days
            )
            days = max(late.mapped("late_days"), default=0)
            contract.late_papers = bool(late) and self.env._(
                "%(count)s (%(days)s d)", count=len(late), days=days
            )

    def write(self, vals):
        result = super().write(vals)
        if {"payment_delay_days", "payer_partner_id"} & vals.keys():
            self.chorus_document_ids._sync_payment()
        return result
