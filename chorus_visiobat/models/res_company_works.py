from odoo import fields, models
from odoo.exceptions import UserError


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

    def _works_account(self, part):
        """:return: receivable account of a part of the invoices; empty where neither settings nor chart have one."""
        self.ensure_one()
        if part == "direct":
            return self.sudo().works_direct_payment_account_id
        chosen = self.sudo().works_retention_account_id
        if chosen:
            return chosen
        chart = self.env["account.chart.template"].sudo().with_company(self)
        account = chart.ref("pcg_4117", raise_if_not_found=False) or self.env["account.account"]
        return account.filtered(lambda account: account.active and account.account_type == "asset_receivable")

    def _works_account_question(self, part):
        """What to answer in the settings where a part has no account (str)."""
        name = {
            "retention": "works_retention_account_id",
            "direct": "works_direct_payment_account_id",
        }[part]
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
