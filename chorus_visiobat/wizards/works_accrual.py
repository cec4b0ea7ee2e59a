import base64

from dateutil.relativedelta import relativedelta

from odoo import Command, api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date

from ..decompte import as_decimal
from ..decompte.vat import tax_on
from ..report.accrual_sheet import accrual_sheet

# Accounts of the French chart by which works and invoices of different periods are told apart (PCG art. 944).
TO_INVOICE, TO_CREDIT, DEFERRED, VAT_TO_INVOICE = "pcg_4181", "pcg_4198", "pcg_487", "pcg_44587"
INCOME = "pcg_704_account"
CODES = {TO_INVOICE: "418100", TO_CREDIT: "419800", DEFERRED: "487000", VAT_TO_INVOICE: "445870", INCOME: "704000"}


class WorksAccrual(models.TransientModel):
    """Works done and not invoiced at a date (*factures à établir*), or invoiced ahead (*produits constatés d'avance*).

    Works count at the end of the period of their statement, invoices and credit notes at their date. What was done
    before the date and is invoiced later, or not yet, is income to be added; what was invoiced before the date for a
    later period is income to be deferred; what was invoiced and is credited later was no income. The entry is reversed
    on the next day. EUR; the amounts are those of the statements, by VAT rate.
    """

    _name = "works.accrual"
    _description = "Works done and not invoiced"
    _check_company_auto = True

    company_id = fields.Many2one(
        "res.company",
        required=True,
        readonly=True,
        default=lambda self: self.env.company,
        help="Company whose contracts are looked at.",
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    date = fields.Date(
        "At",
        required=True,
        default=lambda self: self._default_date(),
        help="End of the financial period: works done and invoices dated up to this day are compared.",
    )
    line_ids = fields.One2many(
        "works.accrual.line",
        "accrual_id",
        compute="_compute_line_ids",
        store=True,
        readonly=False,
        help="What is to be booked; amounts may be corrected, lines removed.",
    )
    silent_contracts = fields.Text(
        "Without progress",
        compute="_compute_silent_contracts",
        help="Running contracts without any statement for the month of the date: nobody has entered their works.",
    )
    amount_accrued = fields.Monetary(
        "To be invoiced excl. tax", compute="_compute_amounts", help="Works done and not invoiced, excluding VAT."
    )
    amount_deferred = fields.Monetary(
        "Invoiced ahead excl. tax",
        compute="_compute_amounts",
        help="Works invoiced before they are done, excluding VAT.",
    )
    sheet = fields.Binary(attachment=False)

    @api.model
    def _default_date(self):
        return fields.Date.context_today(self).replace(day=1) - relativedelta(days=1)

    @api.depends("line_ids.amount_untaxed", "line_ids.kind")
    def _compute_amounts(self):
        for accrual in self:
            accrued = accrual.line_ids.filtered(lambda line: line.kind == "accrued")
            accrual.amount_accrued = sum(accrued.mapped("amount_untaxed"))
            accrual.amount_deferred = sum((accrual.line_ids - accrued).mapped("amount_untaxed"))

    @api.depends("date", "company_id")
    def _compute_line_ids(self):
        for accrual in self:
            accrual.line_ids = [Command.clear(), *(Command.create(values) for values in accrual._found())]

    def _situations(self):
        """Statements of the company that bill works."""
        return self.env["works.situation"].search(
            [
                ("company_id", "=", self.company_id.id),
                ("state", "in", ("draft", "invoiced")),
                ("kind", "in", ("monthly", "final")),
            ],
            order="contract_id, number",
        )

    def _found(self):
        """What was done and not invoiced at the date, or the contrary: values of lines."""
        self.ensure_one()
        found = []
        for situation in self._situations() if self.date else ():
            done = bool(situation.period_end) and situation.period_end <= self.date
            moves = situation._works_moves()
            booked = moves.filtered(lambda move: move.invoice_date <= self.date)
            billed = situation.state == "invoiced" and not situation.is_unbilled
            if not (done or booked) or (done and billed and moves and moves == booked):
                continue  # what the paper of a month says agrees with the month
            amounts = situation._works_done() if done else {}
            for rate, amount in booked._works_bases().items():
                amounts[rate] = amounts.get(rate, 0.0) - amount
            found += [
                {
                    "kind": "accrued" if done else "deferred",
                    "situation_id": situation.id,
                    "rate": rate,
                    "amount_untaxed": amount if done else -amount,
                    "note": self._note(situation, moves - booked, booked),
                }
                for rate, amount in amounts.items()
                if not self.currency_id.is_zero(amount)
            ]
        return found

    def _note(self, situation, later, booked):
        """Why a statement stands in the list.

        :param later: its invoices and credit notes after the date; ``booked``: those up to the date.
        """
        if not later and booked:
            return self.env._(
                "Invoiced on %(invoiced)s, works up to %(end)s",
                invoiced=format_date(self.env, max(booked.mapped("invoice_date"))),
                end=format_date(self.env, situation.period_end),
            )
        if later:
            date = format_date(self.env, max(later.mapped("invoice_date")))
            if booked:
                return self.env._("Credited on %(date)s", date=date)
            return self.env._("Invoiced on %(date)s", date=date)
        return self.env._("Not invoiced yet")

    @api.depends("date", "company_id")
    def _compute_silent_contracts(self):
        for accrual in self:
            if not accrual.date:
                accrual.silent_contracts = False
                continue
            running = self.env["works.contract"].search(
                [("company_id", "=", accrual.company_id.id), ("state", "=", "running")]
            )
            month = accrual.date.replace(day=1)
            told = accrual._situations().filtered(lambda one, month=month: (one.period_end or month) >= month)
            accrual.silent_contracts = "\n".join((running - told.contract_id).mapped("display_name")) or False

    def _title(self):
        return self.env._("Works to be invoiced or deferred at %(date)s", date=format_date(self.env, self.date))

    def action_export_xlsx(self):
        """Give the list as a spreadsheet.

        :return: action downloading the file.
        """
        self.ensure_one()
        rows = [
            (
                line.contract_id.display_name or "",
                line.situation_id.name or "",
                dict(line._fields["kind"]._description_selection(self.env))[line.kind],
                line._account().code or "",
                line.rate / 100,
                line.amount_untaxed,
                line.amount_tax,
                line.note or "",
            )
            for line in self.line_ids
        ]
        self.sheet = base64.b64encode(accrual_sheet(f"{self.company_id.name} – {self._title()}", rows))
        name = self.env._("works-to-invoice-%(date)s.xlsx", date=self.date)
        return {
            "type": "ir.actions.act_url",
            "url": f"/web/content/{self._name}/{self.id}/sheet/{name}?download=true",
            "target": "self",
        }

    def action_post(self):
        """Post the entry of the date and its reversal on the next day (when that day comes).

        :raises UserError: all that prevents it, at once; nothing is written then.
        :return: action showing both entries.
        """
        self.ensure_one()
        if problems := self._problems():
            raise UserError("\n".join(f"• {problem}" for problem in problems))
        label = self._title()
        entry = (
            self.env["account.move"]
            .with_company(self.company_id)
            .create(
                {
                    "move_type": "entry",
                    "journal_id": self.company_id._works_entry_journal().id,
                    "date": self.date,
                    "ref": label,
                    "works_accrual_date": self.date,
                    "line_ids": [Command.create(values) for line in self.line_ids for values in line._item_values()],
                }
            )
        )
        entry.action_post()
        next_day = self.date + relativedelta(days=1)
        reversal = entry._reverse_moves(
            [{"date": next_day, "ref": self.env._("Reversal of: %(entry)s", entry=entry.name)}]
        )
        reversal._post(soft=True)
        return {
            "type": "ir.actions.act_window",
            "name": label,
            "res_model": "account.move",
            "domain": [("id", "in", (entry | reversal).ids)],
            "views": [(False, "list"), (False, "form")],
        }

    def _problems(self):
        """What prevents the entry: list of French sentences (str)."""
        if not self.line_ids:
            return [self.env._("Nothing is to be booked at this date: works done and invoices agree.")]
        names = {name for line in self.line_ids for name in line._names() if name}
        problems = self.company_id._works_entry_problems(self.date, {name: CODES[name] for name in names})
        twin = self.env["account.move"].search(
            [
                ("company_id", "=", self.company_id.id),
                ("works_accrual_date", "=", self.date),
                ("state", "=", "posted"),
            ],
            limit=1,
        )
        if twin:
            problems.append(
                self.env._(
                    "%(entry)s was posted at this date already: reset it and its reversal to draft and cancel them "
                    "first.",
                    entry=twin.name,
                )
            )
        return problems


class WorksAccrualLine(models.TransientModel):
    """What one statement leaves to be invoiced, or was invoiced ahead, at one VAT rate."""

    _name = "works.accrual.line"
    _description = "Works to be invoiced or deferred"

    accrual_id = fields.Many2one("works.accrual", required=True, ondelete="cascade")
    company_id = fields.Many2one(related="accrual_id.company_id")
    currency_id = fields.Many2one(related="accrual_id.currency_id")
    kind = fields.Selection(
        [("accrued", "To be invoiced"), ("deferred", "Invoiced ahead")],
        required=True,
        default="accrued",
        help="To be invoiced: works done, not invoiced (418100, or 419800 where they decrease). Invoiced ahead: income "
        "of a later period (487000).",
    )
    situation_id = fields.Many2one(
        "works.situation", "Statement", required=True, ondelete="cascade", help="Statement of these works."
    )
    contract_id = fields.Many2one(related="situation_id.contract_id", help="Contract of these works.")
    rate = fields.Float("VAT %", readonly=True, help="VAT rate in percent.")
    amount_untaxed = fields.Monetary("Excl. tax", help="Works excluding VAT, as on the statement; may be corrected.")
    amount_tax = fields.Monetary(
        "VAT",
        compute="_compute_amount_tax",
        help="VAT of what is to be invoiced (445870). Income deferred bears none: its VAT was invoiced.",
    )
    note = fields.Char("Remark", help="Why it stands here.")

    @api.depends("amount_untaxed", "rate", "kind")
    def _compute_amount_tax(self):
        for line in self:
            line.amount_tax = (
                float(tax_on(as_decimal(line.amount_untaxed), as_decimal(line.rate))) if line.kind == "accrued" else 0.0
            )

    def _names(self):
        """External identifiers of the accounts of this line: balance sheet, income, VAT."""
        if self.kind == "deferred":
            return DEFERRED, INCOME, None
        return (TO_INVOICE if self.amount_untaxed > 0 else TO_CREDIT), INCOME, self.amount_tax and VAT_TO_INVOICE

    def _account(self, name=None):
        name = name or self._names()[0]
        return self.company_id._works_chart_ref(name) or self.env["account.account"]

    def _item_values(self):
        """Journal items of this line: balance sheet on one side, income and VAT on the other."""
        sheet, income, vat = self._names()
        sign = -1 if self.kind == "deferred" else 1
        contract = self.contract_id
        partner = contract.payer_partner_id.commercial_partner_id
        name = " – ".join(filter(None, (self.situation_id.name, contract.display_name)))
        amounts = [
            (sheet, sign * (self.amount_untaxed + self.amount_tax)),
            (income, -sign * self.amount_untaxed),
            (vat, -sign * self.amount_tax),
        ]
        return [
            {"account_id": self._account(account).id, "partner_id": partner.id, "name": name, "balance": balance}
            for account, balance in amounts
            if account and not self.currency_id.is_zero(balance)
        ]


class WorksSituation(models.Model):
    _inherit = "works.situation"

    def _works_moves(self):
        """Posted invoices of this statement, and what credits them: of a cut, or of the whole."""
        self.ensure_one()
        invoices = self.sudo().move_ids
        return (invoices | invoices.reversal_move_ids | self.sudo().correction_ids).filtered(
            lambda move: move.state == "posted"
        )

    def _works_done(self):
        """Works of the month, less what was cut and credited: dict VAT rate in percent → EUR HT."""
        done = {vat.rate: vat.base for vat in self.vat_ids}
        for rate, amount in self.sudo()._corrections()._works_bases().items():
            done[rate] = done.get(rate, 0.0) + amount
        return done


class AccountMove(models.Model):
    _inherit = "account.move"

    works_accrual_date = fields.Date(
        "Works accrued at",
        copy=False,
        readonly=True,
        index="btree_not_null",
        help="This entry books the works done and not invoiced at this date, and those invoiced ahead.",
    )

    def _works_bases(self):
        """Works billed, credit notes deducted: dict VAT rate in percent → EUR HT."""
        bases = {}
        for line in self.invoice_line_ids.filtered(lambda line: line.display_type == "product"):
            rate = line.tax_ids[:1].amount
            bases[rate] = bases.get(rate, 0.0) - line.balance
        return bases
