from datetime import timedelta

from odoo import fields, models
from odoo.exceptions import UserError

# Account of each part: its setting, and where the French chart has it.
ACCOUNTS = {
    "retention": ("works_retention_account_id", "pcg_4117"),
    "direct": ("works_direct_payment_account_id", None),
    "disputed": ("works_disputed_account_id", "pcg_416"),
    "penalty": ("works_penalty_account_id", "pcg_6581"),
    "deduction": ("works_deduction_account_id", None),
    "prorata": ("works_prorata_account_id", None),
}
# Parts of an invoice: receivables that Odoo lets clients pay.
RECEIVABLES = ("retention", "direct")


class ResCompany(models.Model):
    """The accounts on which parts of the works invoices wait; asked for where the chart does not say."""

    _inherit = "res.company"

    works_retention_account_id = fields.Many2one(
        "account.account",
        "Account of the retentions",
        domain=[("account_type", "=", "asset_receivable")],
        check_company=True,
        help="Receivable account on which retentions wait until they are released. Empty: 411700 of the French chart.",
    )
    works_direct_payment_account_id = fields.Many2one(
        "account.account",
        "Account of the direct payments",
        domain=[("account_type", "=", "asset_receivable")],
        check_company=True,
        help="Subaccount of 411 that holds what your clients pay directly to your subcontractors, until they have "
        "paid. The French chart has none: create for example 411800.",
    )

    works_disputed_account_id = fields.Many2one(
        "account.account",
        "Account of the disputes",
        domain=[("account_type", "=like", "asset%"), ("reconcile", "=", True)],
        check_company=True,
        help="Account on which what you contest of an answer waits until the dispute ends; it must allow "
        "reconciliation. Empty: 416000 of the French chart.",
    )
    works_penalty_account_id = fields.Many2one(
        "account.account",
        "Account of the penalties",
        domain=[("account_type", "not in", ("asset_receivable", "liability_payable", "asset_cash"))],
        check_company=True,
        help="Account charged with the penalties that your clients deduct. Empty: 658100 of the French chart.",
    )
    works_deduction_account_id = fields.Many2one(
        "account.account",
        "Account of the other deductions",
        domain=[("account_type", "not in", ("asset_receivable", "liability_payable", "asset_cash"))],
        check_company=True,
        help="Account proposed for what your clients deduct besides penalties. Empty: asked for each time.",
    )
    works_prorata_account_id = fields.Many2one(
        "account.account",
        "Account of the shared site costs",
        domain=[("account_type", "not in", ("asset_receivable", "liability_payable", "asset_cash"))],
        check_company=True,
        help="Account charged with the compte prorata where the client deducts it: the expense, or a third-party "
        "account if the manager of the compte prorata invoices you.",
    )

    def _works_account(self, part):
        """Account of a part of the invoices, or of what the client deducts.

        :param part: a key of ``ACCOUNTS``.
        :return: empty where neither settings nor chart have one.
        """
        self.ensure_one()
        setting, reference = ACCOUNTS[part]
        if chosen := self.sudo()[setting]:
            return chosen
        account = (reference and self._works_chart_ref(reference)) or self.env["account.account"]
        return account.filtered(
            lambda account: (
                account.active
                and (part not in RECEIVABLES or account.account_type == "asset_receivable")
                and (part != "disputed" or account.reconcile)
            )
        )

    def _works_advance_account(self):
        """Account of the advances received, a debt towards clients until the works repay them (*avances et acomptes
        reçus*); empty where the chart lacks it."""
        return self._works_chart_ref("pcg_4191") or self.env["account.account"]

    def _works_account_question(self, part):
        """What to answer in the settings where a part has no account (str)."""
        name = ACCOUNTS[part][0]
        return self.env._(
            "%(field)s: which one? Your chart of accounts does not say. Choose it in Settings › Accounting › "
            "Works contracts.",
            field=self._fields[name]._description_string(self.env),
        )

    def _works_entry_journal(self):
        """Journal of the entries that clear parts of invoices: the one set for automatic entries, else the first.

        :raises UserError: the company has no miscellaneous journal.
        """
        self.ensure_one()
        Journal = self.env["account.journal"].sudo()
        special = self.tax_cash_basis_journal_id | self.currency_exchange_journal_id
        journal = self.sudo().automatic_entry_default_journal_id or Journal.search(
            [*Journal._check_company_domain(self), ("type", "=", "general"), ("id", "not in", special.ids)], limit=1
        )
        if not journal:
            raise UserError(
                self.env._("Miscellaneous journal: your company has none. Create one in Accounting › Journals.")
            )
        return journal

    def _works_first_open_date(self, date, *, with_tax):
        """First day on which an entry may be dated, where ``date`` is in a closed period; else None.

        :param with_tax: whether the entry changes the VAT return.
        """
        self.ensure_one()
        locks = self._get_violated_lock_dates(date, with_tax, self._works_entry_journal())
        return locks[-1][0] + timedelta(days=1) if locks else None
