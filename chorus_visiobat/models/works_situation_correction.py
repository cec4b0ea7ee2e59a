from dateutil.relativedelta import relativedelta

from odoo import Command, api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_amount

from ..decompte import as_decimal, round_money
from ..decompte.money import ZERO


class WorksSituation(models.Model):
    """What an answer changes in what is invoiced, and what follows from it: a credit note, or the invoice of a surplus.

    What the project manager does not admit and we accept is credited, so that it is not billed twice; the next
    statement starts from the amounts admitted (DESIGN: settled rule 3; works-billing.md, correction 1). What is
    admitted beyond the final statement is invoiced, because no statement of works follows to bill it. Neither is
    transmitted: the file on Chorus Pro holds the amounts admitted already. EUR; positive is to be credited.
    """

    _inherit = "works.situation"

    correction_ids = fields.One2many(
        "account.move",
        "works_corrected_situation_id",
        "Corrections of the answer",
        help="Credit notes of what was not admitted, or invoice of what was admitted beyond the final statement.",
    )
    amount_to_credit = fields.Monetary(
        "Not admitted, to be credited",
        compute="_compute_amount_to_credit",
        compute_sudo=True,
        help="Invoiced incl. tax, not admitted by the project manager and not credited yet. Negative: admitted beyond "
        "the final statement and not invoiced yet.",
    )

    @api.depends(
        "line_ids.admitted_cumulative",
        "line_ids.cumulative",
        "state",
        "move_id",
        "correction_ids.state",
        "correction_ids.reversal_move_ids.state",
    )
    def _compute_amount_to_credit(self):
        for situation in self:
            situation.amount_to_credit = 0.0
            cut = any(
                line.currency_id.compare_amounts(line.admitted_cumulative, line.cumulative)
                for line in situation.line_ids
            )
            if (cut or situation._corrections()) and situation.state == "invoiced" and situation.move_id:
                bases, taxes = situation._left_to_correct()
                situation.amount_to_credit = float(sum([*bases.values(), *taxes.values()], ZERO))

    def _is_end_of_works(self):
        """Whether no statement of works follows: what is admitted beyond this one is invoiced with its answer."""
        self.ensure_one()
        return self.kind == "final"

    def _left_to_correct(self):
        """What is accepted and neither credited nor invoiced yet.

        :return: tuple (bases, taxes) of dict VAT rate in percent → EUR (Decimal)
        """
        self.ensure_one()
        credited = self._admitted().credited
        bases, taxes = dict(credited.bases), dict(credited.taxes)
        for line in self._corrections().line_ids:
            amount = round_money(as_decimal(line.balance))
            if line.display_type == "product":
                rate = as_decimal(line.tax_ids.amount)
                bases[rate] = bases.get(rate, ZERO) - amount
            elif line.tax_line_id:
                rate = as_decimal(line.tax_line_id.amount)
                taxes[rate] = taxes.get(rate, ZERO) - amount
        return bases, taxes

    def _corrections(self):
        return self.correction_ids.filtered(lambda move: move._works_stands())

    def _retention_to_correct(self):
        """Retention of what was not admitted, to be given back yet; negative: to be withheld on a surplus. EUR."""
        admitted = self._admitted()
        more = self._told(admitted.requested, "retention") - self._told(admitted.kept, "retention")
        done = sum(move.direction_sign * move.works_retention_amount for move in self._corrections())
        return float(more) - done

    def action_credit_cut(self):
        """Bring the invoices to what was admitted: the credit note of a cut, or the invoice of a surplus.

        :raises UserError: the invoices agree with what was admitted
        :return: action showing it
        """
        self.ensure_one()
        self._check_can_bill()
        if self.currency_id.is_zero(self.amount_to_credit):
            raise UserError(
                self.env._(
                    "Statement %(statement)s: nothing is left to credit or to invoice. Record first the answer of the "
                    "project manager.",
                    statement=self.name,
                )
            )
        return self._post_correction()._get_records_action()

    def _post_correction(self):
        """Post the credit note or the invoice. A credit note is matched: with what comes back from a dispute that is
        lost, then with the invoice.

        :return: ``account.move``
        """
        self.ensure_one()
        invoice = self.move_id
        move = self.env["account.move"].with_company(self.company_id).create(self._correction_values())
        self._set_correction_taxes(move)
        move.action_post()
        if move.move_type == "out_invoice":
            return move
        for others in (self._returned_lines(), invoice.line_ids):
            for line in move.line_ids.filtered(lambda line: line.display_type == "payment_term"):
                same = others.filtered(lambda one, line=line: one.account_id == line.account_id and not one.reconciled)
                if same and not line.reconciled:
                    (line | same).reconcile()
        if not move.reversed_entry_id:
            move.reversed_entry_id = invoice
        return move

    def _correction_values(self):
        bases, taxes = self._left_to_correct()
        surplus = sum([*bases.values(), *taxes.values()], ZERO) < 0
        sign = -1 if surplus else 1
        retention = max(sign * self._retention_to_correct(), 0.0)
        invoice, contract = self.move_id, self.contract_id
        localized = self.with_context(lang=invoice.partner_id.lang or self.env.lang)
        today = fields.Date.context_today(self)
        own = {"move_type": "out_refund", "reversed_entry_id": not self._returned_lines() and invoice.id}
        label = localized.env._("Not admitted on statement no. %(number)s", number=self.number)
        if surplus:
            due = today + relativedelta(days=contract.payment_delay_days)
            own = {"move_type": "out_invoice", "invoice_date_due": due, **self._assignment_values()}
            label = localized.env._("Admitted beyond statement no. %(number)s", number=self.number)
        return {
            # Odoo matches a credit note with the invoice that it names, when it is posted.
            **own,
            "journal_id": invoice.journal_id.id,
            "company_id": self.company_id.id,
            "partner_id": invoice.partner_id.id,
            "currency_id": self.currency_id.id,
            "invoice_date": today,
            "delivery_date": self.period_end,
            "invoice_payment_term_id": False,
            "invoice_origin": self.name,
            "works_contract_id": contract.id,
            "works_corrected_situation_id": self.id,
            "chorus_framework_id": invoice.chorus_framework_id.id,
            "works_retention_amount": retention,
            "works_retention_date": retention and (invoice.works_retention_date or contract.retention_release_date),
            "invoice_line_ids": [
                Command.create(
                    {
                        "name": label,
                        "quantity": 1,
                        "price_unit": float(sign * base),
                        "tax_ids": [Command.set(self._tax_of(rate).ids)],
                        "account_id": self._account_of(rate).id,
                    }
                )
                for rate, base in bases.items()
                if base
            ],
        }

    def _correction_rows(self, admitted):
        """What the credit note or the invoice of an answer will post, before it is.

        :param admitted: ``decompte.Admitted``
        :return: list of (account, label, EUR, debit positive)
        """
        credited = admitted.credited
        if not credited.included:
            return []
        label = (
            self.env._("Credit note – %(statement)s", statement=self.name)
            if credited.included > 0
            else self.env._("Invoice – %(statement)s", statement=self.name)
        )
        more = admitted.requested.closing.carried.retention - admitted.kept.closing.carried.retention
        low, high = sorted((ZERO, credited.included))
        held = min(max(more, low), high)
        rows = [(self._account_of(rate), label, base) for rate, base in credited.bases.items() if base]
        rows += [(self._tax_account_of(rate), label, tax) for rate, tax in credited.taxes.items() if tax]
        if held:
            rows.append((self.company_id._works_account("retention"), label, -held))
        rows.append((self.move_id._plain_receivable_account(), label, held - credited.included))
        return [(account.with_company(self.company_id), label, amount) for account, label, amount in rows]

    def _tax_of(self, rate):
        return (
            self.move_id.invoice_line_ids.tax_ids.filtered(lambda tax: as_decimal(tax.amount) == rate)[:1]
            or self.line_ids.contract_line_id.tax_id.filtered(lambda tax: as_decimal(tax.amount) == rate)[:1]
        )

    def _tax_account_of(self, rate):
        """VAT account of the invoice at a rate, else that of the tax."""
        billed = self.move_id.line_ids.filtered(lambda line: as_decimal(line.tax_line_id.amount) == rate)
        tax = self._tax_of(rate)
        return (
            billed.account_id[:1]
            or tax.cash_basis_transition_account_id
            or tax.invoice_repartition_line_ids.account_id[:1]
        )

    def _account_of(self, rate):
        """Income account of the invoice at a rate: that of its largest line."""
        lines = self.move_id.invoice_line_ids.filtered("account_id")
        same = lines.filtered(lambda line: as_decimal(line.tax_ids[:1].amount) == rate) or lines
        return same.sorted(lambda line: abs(line.balance))[-1:].account_id

    def _set_correction_taxes(self, move):
        """Give the paper the VAT by which the invoices differ from what is admitted: it may be a cent off its base."""
        _bases, taxes = self._left_to_correct()
        taxes = {rate: move.direction_sign * tax for rate, tax in taxes.items()}
        move._works_set_taxes(taxes)
        expected = float(sum(taxes.values(), ZERO))
        if move.currency_id.compare_amounts(move.amount_tax, expected):
            raise UserError(
                self.env._(
                    "Answer to %(statement)s: the VAT of its credit note or invoice is %(tax)s, and it should be "
                    "%(expected)s. Check the taxes of the invoice of the statement.",
                    statement=self.name,
                    tax=format_amount(self.env, move.amount_tax, move.currency_id),
                    expected=format_amount(self.env, expected, move.currency_id),
                )
            )

    def action_draft(self):
        for situation in self:
            if moves := situation._corrections():
                raise UserError(
                    self.env._(
                        "Statement %(statement)s: %(moves)s brought its invoice to what was admitted. Cancel it first.",
                        statement=situation.name,
                        moves=", ".join(moves.mapped("name")),
                    )
                )
        return super().action_draft()


class AccountMove(models.Model):
    _inherit = "account.move"

    works_corrected_situation_id = fields.Many2one(
        "works.situation",
        "Corrects statement",
        copy=False,
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
        help="Statement whose invoice this one brings to what was admitted: the credit note of a cut, or the invoice "
        "of what was admitted beyond the final statement.",
    )

    def _works_stands(self):
        """Whether this entry of an answer counts: posted, not taken back by a reversal (a secured one is never
        cancelled), and no such reversal itself."""
        self.ensure_one()
        taken_back = "posted" in self.reversal_move_ids.mapped("state")
        return self.state == "posted" and not taken_back and not self.reversed_entry_id._works_answers()

    def _works_answers(self):
        """The answered statement that this entry follows, or brings to what was admitted; empty for any other."""
        return self.works_settlement_situation_id | self.works_corrected_situation_id

    def _works_is_given_up(self):
        """What was not admitted is credited, and the month stays billed: even where nothing was admitted."""
        if self.reversal_move_ids.filtered(lambda note: note.works_corrected_situation_id and note._works_stands()):
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
