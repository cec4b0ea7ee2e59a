from dateutil.relativedelta import relativedelta

from odoo import fields, models
from odoo.tools import format_date

from ..chorus_api.rules import check_invoice_number, check_siret
from ..decompte import as_decimal
from ..decompte.wording import percent

# How long after the current month the works counted may end: a statement prepared ahead, not a slip of the keyboard.
MONTHS_AHEAD = 1


class WorksSituation(models.Model):
    """What prevents a statement from being invoiced: all of it at once, each with its cure."""

    _inherit = "works.situation"

    def _invoice_problems(self):
        """Everything that prevents this statement from being invoiced.

        :return: list of str for the user, each naming the field and the cure.
        """
        self.ensure_one()
        contract = self.contract_id
        if self.state != "draft" and not self.is_unbilled:
            return [self.env._("%(statement)s is not a draft: it has been invoiced already.", statement=self.name)]
        if self.state == "draft":
            problems = self._statement_problems()
            nothing = self.currency_id.is_zero(self._billed_totals()["amount_total"])
            if not problems and nothing and self.kind != "final":
                problems.append(
                    self.env._(
                        "The month amounts to 0.00: what goes up and what goes down cancel out. Nothing to invoice."
                    )
                )
        else:
            problems = self._invoice_date_problems() + self._framework_problems()
        problems += check_siret(
            self.company_id.partner_id._chorus_siret(),
            label=self.env._("SIRET of your company"),
            check_digit=contract.chorus_environment == "production",
        )
        if contract.payer_partner_id:
            problems += contract.payer_partner_id._chorus_siret_problems(contract.chorus_environment)
        else:
            problems.append(self.env._("Paymaster: the contract has no client to invoice. Choose it on the contract."))
        problems += self._tax_problems()
        problems += self._journal_problems()
        return problems

    def _billed_totals(self):
        """What the invoice of this statement bears, by field of the invoice (EUR; negative for a credit note)."""
        return {name: self[name] for name in ("amount_untaxed", "amount_tax", "amount_total")}

    def _statement_problems(self):
        """What can be told of a draft while it is typed: its progress, what it follows, its dates, its framework.

        :return: list of str
        """
        problems = self._progress_problems()
        if not problems:
            problems = self._settlement_problems(blocking=True)
        if self.previous_id.is_unbilled:
            problems.append(self.previous_id._unbilled_message())
        return problems + self._period_problems() + self._invoice_date_problems() + self._framework_problems()

    def _period_problems(self):
        if not self.period_end:
            return []
        problems = []
        previous_end = self.previous_id.period_end or self.contract_id.opening_date
        if previous_end and self.period_end <= previous_end:
            problems.append(
                self.env._(
                    "Works up to: %(date)s is not after the previous statement, which counts the works up to "
                    "%(previous)s. Enter a later date.",
                    date=format_date(self.env, self.period_end),
                    previous=format_date(self.env, previous_end),
                )
            )
        latest = fields.Date.context_today(self) + relativedelta(months=MONTHS_AHEAD, day=31)
        if self.period_end > latest:
            problems.append(
                self.env._(
                    "Works up to: %(date)s is too far ahead. Enter %(latest)s at the latest.",
                    date=format_date(self.env, self.period_end),
                    latest=format_date(self.env, latest),
                )
            )
        return problems

    def _invoice_date_problems(self):
        today = fields.Date.context_today(self)
        date = self.invoice_date or today
        problems = []
        if date > today:
            problems.append(
                self.env._(
                    "Invoice date: %(date)s is in the future. Enter today's date, or leave it empty.",
                    date=format_date(self.env, date),
                )
            )
        problems += self._lock_date_problems(date)
        # sudo: site managers follow their statements without any right on invoices
        earlier = self.previous_id.sudo().move_id.invoice_date
        if earlier and date < earlier:
            problems.append(
                self.env._(
                    "Invoice date: %(date)s is before the invoice of the previous statement (%(previous)s). "
                    "Enter a later date.",
                    date=format_date(self.env, date),
                    previous=format_date(self.env, earlier),
                )
            )
        return problems

    def _lock_date_problems(self, date):
        """The books are closed at the date of the invoice; the works counted are another matter."""
        locks = self.company_id.sudo()._get_violated_lock_dates(date, True, self._journal().sudo())
        if not locks:
            return []
        closed = max(lock for lock, _field in locks)
        return [
            self.env._(
                "Invoice date: %(date)s is in a closed period, the accounts are locked up to %(lock)s. "
                "Enter %(open)s or later; the works are still counted up to %(period)s.",
                date=format_date(self.env, date),
                lock=format_date(self.env, closed),
                open=format_date(self.env, closed + relativedelta(days=1)),
                period=format_date(self.env, self.period_end),
            )
        ]

    def _framework_problems(self):
        if not self.framework_id and self.kind == "final":
            return [
                self.env._(
                    "Billing framework: a final statement goes to the project manager (A7). Name one on the contract "
                    "and tick “With a project manager”, or choose another framework."
                )
            ]
        if not self.framework_id:
            return [self.env._("Billing framework: choose the kind of paper, A4 for a monthly statement.")]
        if not self.framework_id.bears_invoice:
            return [
                self.env._(
                    "Billing framework: %(framework)s is not an invoice. Choose another one to invoice this month.",
                    framework=self.framework_id.display_name,
                )
            ]
        return []

    def _tax_problems(self):
        taxes = {}
        for line in self.line_ids.contract_line_id:
            taxes.setdefault(line.tax_id.amount, self.env["account.tax"])
            taxes[line.tax_id.amount] |= line.tax_id
        return [
            self.env._(
                "VAT at %(rate)s: the posts use several taxes (%(taxes)s). Use one tax per rate in a contract.",
                rate=percent(as_decimal(rate)),
                taxes=", ".join(several.mapped("name")),
            )
            for rate, several in taxes.items()
            if len(several) > 1
        ]

    def _journal_problems(self):
        journal = self._journal()
        if not journal:
            return [self.env._("Sales journal: your company has none. Create one in the accounting settings.")]
        typed = self.chorus_invoice_number
        if typed:
            return self._number_problems(typed)
        return [
            self.env._(
                "%(problem)s Journal %(journal)s: open it and use the button Legal numbers, or type a number here.",
                problem=problem,
                journal=journal.display_name,
            )
            for problem in check_invoice_number(self.number_proposal)
        ]

    def _number_problems(self, number):
        """What is wrong with an invoice identifier: its characters, its length, an earlier use.

        :return: list of str
        """
        self.ensure_one()
        problems = check_invoice_number(number)
        if self.invoice_sent:
            problems.append(
                self.env._(
                    "Invoice identifier: %(number)s has been sent to Chorus Pro and no longer changes.",
                    number=self.move_id.name,
                )
            )
        taken = (
            self.env["account.move"]
            .sudo()
            .search(
                [
                    ("name", "=", number),
                    ("move_type", "in", ("out_invoice", "out_refund")),
                    ("company_id", "in", self._issuer_companies().ids),
                    ("posted_before", "=", True),
                    ("id", "!=", self.move_id.id),
                ],
                limit=1,
            )
        )
        twin = not taken and self.sudo().search(
            [
                ("chorus_invoice_number", "=", number),
                ("company_id", "in", self._issuer_companies().ids),
                ("state", "!=", "cancelled"),
                ("id", "not in", self._origin.ids),
            ],
            limit=1,
        )
        if twin:
            problems.append(
                self.env._(
                    "Invoice identifier: %(number)s is entered on the statement %(statement)s too. Choose another one.",
                    number=number,
                    statement=twin.name,
                )
            )
        if taken:
            problems.append(
                self.env._(
                    "Invoice identifier: %(number)s is the number of another invoice (%(partner)s, %(date)s). "
                    "Choose another one.",
                    number=number,
                    partner=taken.partner_id.display_name,
                    date=format_date(self.env, taken.invoice_date),
                )
            )
        return problems

    def _issuer_companies(self):
        """Companies that bill under the same SIRET, this one included: their numbers are one series to Chorus Pro."""
        siret = self.company_id.partner_id._chorus_siret()
        companies = self.env["res.company"].sudo().search([("partner_id.company_registry", "!=", False)])
        return self.company_id | companies.filtered(lambda company: company.partner_id._chorus_siret() == siret)
