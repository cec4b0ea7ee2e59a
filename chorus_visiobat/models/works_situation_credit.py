from odoo import Command, api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_amount

from ..decompte import as_decimal, round_money
from ..decompte.money import ZERO


class WorksSituation(models.Model):
    """What the project manager did not admit and we accept: a credit note, so that it is not billed twice.

    The next statement starts from the amounts admitted (DESIGN: settled rule 3; works-billing.md, correction 1). The
    credit note stays in the accounts: his *état d'acompte* corrected the file on Chorus Pro already.
    """

    _inherit = "works.situation"

    credit_note_ids = fields.One2many(
        "account.move",
        "works_credited_situation_id",
        "Credit notes of what was not admitted",
        help="Credit notes of what the project manager did not admit.",
    )
    amount_to_credit = fields.Monetary(
        "Not admitted, to be credited",
        compute="_compute_amount_to_credit",
        compute_sudo=True,
        help="Invoiced incl. tax, not admitted by the project manager and not credited yet.",
    )

    @api.depends("line_ids.admitted_cumulative", "line_ids.cumulative", "state", "move_id", "credit_note_ids.state")
    def _compute_amount_to_credit(self):
        for situation in self:
            situation.amount_to_credit = 0.0
            cut = any(
                line.currency_id.compare_amounts(line.admitted_cumulative, line.cumulative)
                for line in situation.line_ids
            )
            if cut and situation.state == "invoiced" and situation.move_id:
                bases, taxes = situation._left_to_credit()
                situation.amount_to_credit = float(max(sum([*bases.values(), *taxes.values()], ZERO), ZERO))

    def _left_to_credit(self):
        """What is accepted and not credited yet.

        :return: tuple (bases, taxes) of dict VAT rate in percent → EUR (Decimal)
        """
        self.ensure_one()
        credited = self._admitted().credited
        bases, taxes = dict(credited.bases), dict(credited.taxes)
        for line in self._credit_notes().line_ids:
            amount = round_money(as_decimal(line.balance))
            if line.display_type == "product":
                rate = as_decimal(line.tax_ids.amount)
                bases[rate] = bases.get(rate, ZERO) - amount
            elif line.tax_line_id:
                rate = as_decimal(line.tax_line_id.amount)
                taxes[rate] = taxes.get(rate, ZERO) - amount
        return bases, taxes

    def _credit_notes(self):
        return self.credit_note_ids.filtered(lambda move: move.state == "posted")

    def _retention_to_credit(self):
        """Retention invoiced on what was not admitted, and not given back by a credit note yet; EUR."""
        admitted = self._admitted()
        more = self._told(admitted.requested, "retention") - self._told(admitted.kept, "retention")
        return max(float(more) - sum(self._credit_notes().mapped("works_retention_amount")), 0.0)

    def action_credit_cut(self):
        """Post the credit note of what was not admitted, and match it with the invoice.

        :raises UserError: nothing is left to credit.
        :return: action showing the credit note
        """
        self.ensure_one()
        self._check_can_bill()
        if self.currency_id.compare_amounts(self.amount_to_credit, 0) <= 0:
            raise UserError(
                self.env._(
                    "Statement %(statement)s: nothing is left to credit. Record first the answer of the project "
                    "manager.",
                    statement=self.name,
                )
            )
        note = self._credit_cut()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Credit note"),
            "res_model": "account.move",
            "res_id": note.id,
            "views": [(False, "form")],
        }

    def _credit_cut(self):
        """Post the credit note, and match it: with what comes back from a dispute that is lost, then the invoice.

        :return: the credit note
        """
        self.ensure_one()
        invoice = self.move_id
        note = self.env["account.move"].with_company(self.company_id).create(self._credit_values())
        self._set_credit_taxes(note)
        note.action_post()
        for others in (self._returned_lines(), invoice.line_ids):
            for line in note.line_ids.filtered(lambda line: line.display_type == "payment_term"):
                same = others.filtered(lambda one, line=line: one.account_id == line.account_id and not one.reconciled)
                if same and not line.reconciled:
                    (line | same).reconcile()
        if not note.reversed_entry_id:
            note.reversed_entry_id = invoice
        return note

    def _credit_values(self):
        bases, _taxes = self._left_to_credit()
        retention = self._retention_to_credit()
        invoice = self.move_id
        localized = self.with_context(lang=invoice.partner_id.lang or self.env.lang)
        label = localized.env._("Not admitted on statement no. %(number)s", number=self.number)
        return {
            "move_type": "out_refund",
            "journal_id": invoice.journal_id.id,
            "company_id": self.company_id.id,
            "partner_id": invoice.partner_id.id,
            "currency_id": self.currency_id.id,
            "invoice_date": fields.Date.context_today(self),
            "invoice_payment_term_id": False,
            "invoice_origin": self.name,
            # Odoo matches a credit note with the invoice that it names, when it is posted.
            "reversed_entry_id": not self._returned_lines() and invoice.id,
            "works_contract_id": self.contract_id.id,
            "works_credited_situation_id": self.id,
            "chorus_framework_id": invoice.chorus_framework_id.id,
            "works_retention_amount": retention,
            "works_retention_date": retention and invoice.works_retention_date,
            "invoice_line_ids": [
                Command.create(
                    {
                        "name": label,
                        "quantity": 1,
                        "price_unit": float(base),
                        "tax_ids": [Command.set(self._tax_of(rate).ids)],
                        "account_id": self._account_of(rate).id,
                    }
                )
                for rate, base in bases.items()
                if base
            ],
        }

    def _credit_rows(self, admitted):
        """What the credit note of an answer will post, before it is: list of (account, label, EUR, debit positive).

        :param admitted: ``decompte.Admitted``.
        """
        invoice, credited = self.move_id, admitted.credited
        if credited.included <= 0:
            return []
        label = self.env._("Credit note – %(statement)s", statement=self.name)
        held = max(admitted.requested.closing.carried.retention - admitted.kept.closing.carried.retention, ZERO)
        rows = [(self._account_of(rate), label, base) for rate, base in credited.bases.items() if base]
        for rate, tax in credited.taxes.items():
            billed = invoice.line_ids.filtered(lambda line, rate=rate: as_decimal(line.tax_line_id.amount) == rate)
            if tax:
                rows.append((billed.account_id[:1], label, tax))
        if held:
            rows.append((self.company_id._works_account("retention"), label, -held))
        rows.append((invoice._plain_receivable_account(), label, held - credited.included))
        return [(account.with_company(self.company_id), label, amount) for account, label, amount in rows]

    def _tax_of(self, rate):
        return (
            self.move_id.invoice_line_ids.tax_ids.filtered(lambda tax: as_decimal(tax.amount) == rate)[:1]
            or self.line_ids.contract_line_id.tax_id.filtered(lambda tax: as_decimal(tax.amount) == rate)[:1]
        )

    def _account_of(self, rate):
        """Income account of the invoice at a rate: that of its largest line."""
        lines = self.move_id.invoice_line_ids.filtered("account_id")
        same = lines.filtered(lambda line: as_decimal(line.tax_ids[:1].amount) == rate) or lines
        return same.sorted(lambda line: abs(line.balance))[-1:].account_id

    def _set_credit_taxes(self, note):
        """Give the credit note the VAT that stands too much on the invoices: it may be a cent off its base."""
        _bases, taxes = self._left_to_credit()
        note._works_set_taxes(taxes)
        expected = float(sum(taxes.values(), ZERO))
        if note.currency_id.compare_amounts(note.amount_tax, expected):
            raise UserError(
                self.env._(
                    "Credit note of %(statement)s: its VAT is %(tax)s, and it should be %(expected)s. "
                    "Check the taxes of the invoice.",
                    statement=self.name,
                    tax=format_amount(self.env, note.amount_tax, note.currency_id),
                    expected=format_amount(self.env, expected, note.currency_id),
                )
            )

    def action_draft(self):
        for situation in self:
            if notes := situation._credit_notes():
                raise UserError(
                    self.env._(
                        "Statement %(statement)s: what was not admitted is credited by %(notes)s. Cancel it first.",
                        statement=situation.name,
                        notes=", ".join(notes.mapped("name")),
                    )
                )
        return super().action_draft()


class AccountMove(models.Model):
    _inherit = "account.move"

    works_credited_situation_id = fields.Many2one(
        "works.situation",
        "Credits statement",
        copy=False,
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
        help="Statement of which this credit note gives back what was not admitted.",
    )

    def _works_is_given_up(self):
        """What was not admitted is credited, and the month stays billed: even where nothing was admitted."""
        if self.reversal_move_ids.filtered(lambda note: note.works_credited_situation_id and note.state == "posted"):
            return self.state == "cancel"
        return super()._works_is_given_up()

    def _works_set_taxes(self, taxes):
        """Give a draft invoice its VAT, which may be a cent off the rate times its base.

        :param taxes: dict VAT rate in percent → EUR (Decimal), positive.
        """
        self.ensure_one()
        sign = 1 if self.move_type == "out_refund" else -1
        updates = [
            Command.update(line.id, {"amount_currency": sign * float(taxes.get(rate, ZERO))})
            for line in self.line_ids.filtered("tax_line_id")
            for rate in [as_decimal(line.tax_line_id.amount)]
            if self.currency_id.compare_amounts(line.amount_currency, sign * float(taxes.get(rate, ZERO)))
        ]
        if updates:
            self.write({"line_ids": updates})
