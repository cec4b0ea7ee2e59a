from odoo import fields, models
from odoo.tools import format_date

from .account_chart_template import REVERSE_CHARGE_POSITION, REVERSE_CHARGE_TAX


class ResCompany(models.Model):
    """How a company books what its subcontractors do, and what it does as a subcontractor."""

    _inherit = "res.company"

    works_subcontracting_account_id = fields.Many2one(
        "account.account",
        "Account of subcontracted works",
        domain=[("account_type", "in", ("expense", "expense_direct_cost"))],
        check_company=True,
        help="Expense account of your subcontractors' bills. Empty: 604000, purchases of services that go into the "
        "works you sell; some firms prefer 611000, general subcontracting.",
    )

    works_due_amount = fields.Selection(
        [
            ("with_retention", "Total less the advance repaid"),
            ("without_retention", "Total less the advance repaid and the retention"),
        ],
        "Amount to be paid",
        default="with_retention",
        required=True,
        help="What electronic invoices and Chorus Pro are told to be paid. The retention is owed, only later: it stays "
        "in the amount, and a note says it. Choose the other way if your client refuses that. To be confirmed by a "
        "trial in qualification.",
    )

    def _works_chart_ref(self, xmlid):
        """Record of the chart of this company, or None where it was deleted or the chart is another one."""
        self.ensure_one()
        chart = self.env["account.chart.template"].sudo().with_company(self)
        return chart.ref(xmlid, raise_if_not_found=False)

    def _works_entry_problems(self, date, codes):
        """What prevents an entry without VAT on a date: accounts that the chart lacks, closed books.

        :param codes: dict external identifier in the chart → number of the account
        :return: list of sentences
        """
        self.ensure_one()
        problems = [
            self.env._(
                "Account %(code)s: your chart of accounts lacks it. Create it with Complete the chart of accounts, in "
                "the settings.",
                code=code,
            )
            for name, code in sorted(codes.items(), key=lambda item: item[1])
            if not self._works_chart_ref(name)
        ]
        if locks := self._get_violated_lock_dates(date, False, self._works_entry_journal()):
            closed = format_date(self.env, max(locked for locked, _name in locks))
            problems.append(self.env._("The books are closed up to %(lock)s: choose a later day.", lock=closed))
        return problems

    def _works_reverse_charge_tax(self):
        """Sale tax under reverse charge; empty where the company lacks it."""
        tax = self._works_chart_ref(REVERSE_CHARGE_TAX) or self.env["account.tax"]
        return tax.with_env(self.env).filtered("active")

    def _works_reverse_charge_position(self):
        """Fiscal position *Sous-traitance BTP – autoliquidation*; empty where the company lacks it."""
        position = self._works_chart_ref(REVERSE_CHARGE_POSITION) or self.env["account.fiscal.position"]
        return position.with_env(self.env).filtered("active")

    def _works_subcontracting_account(self):
        """Expense account of subcontractors' bills; empty: the journal decides."""
        chosen = self.sudo().works_subcontracting_account_id
        account = chosen or self._works_chart_ref("pcg_604") or self.env["account.account"]
        return account.with_env(self.env).filtered("active")

    def _works_reverse_charge_question(self):
        """What to do where the tax or the fiscal position of the reverse charge lacks (str)."""
        return self.env._(
            "Reverse charge: your company lacks the 0 % tax or the fiscal position of construction subcontracting. "
            "Create them in Settings › Accounting › Works contracts › Complete the chart of accounts."
        )
