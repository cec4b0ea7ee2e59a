from dateutil.relativedelta import relativedelta

from odoo import Command, api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date

# Income account of the French chart by nature of the post; the journal's own account where the chart lacks it.
INCOME_ACCOUNTS = {"works": "pcg_704_account", "service": "pcg_706", "supply": "pcg_707_account"}


class WorksSituation(models.Model):
    """From the statement to the legal invoice (*Facturer*): one posted invoice per statement.

    The invoice is addressed to the paymaster: Chorus Pro routes it to his SIRET, and he owes the money.
    A month whose works are negative incl. tax makes a credit note (works-billing.md §2.14 G8).
    """

    _inherit = "works.situation"

    invoice_date = fields.Date(copy=False, help="Date of the invoice. Empty: the day on which you invoice.")
    chorus_invoice_number = fields.Char(
        "Invoice identifier",
        compute="_compute_chorus_invoice_number",
        inverse="_inverse_chorus_invoice_number",
        store=True,
        readonly=False,
        copy=False,
        tracking=True,
        help="Number of the invoice, as Chorus Pro will know it: short and unique, 20 characters at most. "
        "Left empty, the next number of the journal is taken. May be changed until the invoice is sent.",
    )
    number_proposal = fields.Char(
        "Next number", compute="_compute_number_proposal", help="Number that the journal proposes."
    )
    move_ids = fields.One2many("account.move", "works_situation_id", "Invoices", copy=False)
    move_id = fields.Many2one(
        "account.move",
        "Invoice",
        compute="_compute_move_id",
        store=True,
        copy=False,
        help="Invoice of this statement: the last one that is neither cancelled nor credited.",
    )
    is_unbilled = fields.Boolean(
        compute="_compute_is_unbilled",
        help="The invoice was cancelled or credited: the amounts are frozen, and nothing bills them.",
    )
    invoice_sent = fields.Boolean(compute="_compute_invoice_sent")

    @api.depends("move_ids.state", "move_ids.payment_state")
    def _compute_move_id(self):
        for situation in self:
            live = situation.move_ids.filtered(lambda move: not move._works_is_given_up())
            situation.move_id = live.sorted("id")[-1:]

    @api.depends("state", "move_id")
    def _compute_is_unbilled(self):
        for situation in self:
            situation.is_unbilled = situation.state == "invoiced" and not situation.move_id

    @api.depends("move_id.name")
    def _compute_chorus_invoice_number(self):
        for situation in self:
            if situation.move_id:
                number = situation.move_id.name
                situation.chorus_invoice_number = (
                    number if number and number != "/" else situation.chorus_invoice_number
                )
            else:
                # the number of a cancelled or credited invoice is never given again
                situation.chorus_invoice_number = not situation.move_ids and situation.chorus_invoice_number

    def _inverse_chorus_invoice_number(self):
        for situation in self:
            number = situation.chorus_invoice_number
            if situation.move_id and number != situation.move_id.name:
                problems = situation._number_problems(number)
                if problems:
                    raise UserError("\n".join(problems))
                situation.move_id.journal_id._chorus_keep_series(situation.move_id.date)
                situation.move_id.name = number

    @api.depends("invoice_date", "state", "move_id", "amount_total", "company_id", "contract_id.journal_id")
    def _compute_number_proposal(self):
        for situation in self:
            journal = (situation.state == "draft" or situation.is_unbilled) and situation._journal()
            situation.number_proposal = journal and journal.sudo()._chorus_next_number(
                situation.invoice_date or fields.Date.context_today(self), situation._move_type()
            )

    @api.depends("move_id", "chorus_document_ids.stage")
    def _compute_invoice_sent(self):
        for situation in self:
            situation.invoice_sent = bool(situation.move_id) and situation.move_id.sudo()._chorus_is_sent()

    def _journal(self):
        """Sales journal in which the statement is invoiced (empty when the company has none).

        That of the contract, else the first of the company.
        """
        self.ensure_one()
        Journal = self.env["account.journal"].sudo()
        return self.contract_id.sudo().journal_id or Journal.search(
            [*Journal._check_company_domain(self.company_id), ("type", "=", "sale")], limit=1
        )

    def _move_type(self):
        return "out_refund" if self.currency_id.compare_amounts(self.amount_total, 0) < 0 else "out_invoice"

    def _unbilled_message(self):
        """Why nothing bills this statement any more, and the cure (str)."""
        self.ensure_one()
        if self == self.contract_id._last_situation():
            return self.env._(
                "The invoice of %(statement)s was cancelled or credited: its month is not billed any more. "
                "Open this statement, then use Invoice again, Back to draft to change its amounts, "
                "or Cancel to give it up.",
                statement=self.name,
            )
        return self.env._(
            "The invoice of %(statement)s was cancelled or credited: its month is not billed any more. "
            "Open this statement, then use Invoice again: its amounts stay, the following statements start from them.",
            statement=self.name,
        )

    def action_invoice(self):
        """Create and post the invoice of each statement, then its paper for Chorus Pro.

        A statement whose invoice was cancelled or credited is invoiced again as it stands, under a new number.

        :raises UserError: all that prevents it, at once; nothing is written then.
        :return: action showing the invoice.
        """
        self._check_can_bill()
        self.lock_for_update()
        problems = []
        for situation in self:
            if situation.state == "draft":
                situation._recompute()
            found = situation._invoice_problems()
            if found and len(self) > 1:
                found = [self.env._("%(field)s: %(problem)s", field=situation.name, problem=text) for text in found]
            problems += found
        if problems:
            raise UserError("\n".join(f"• {problem}" for problem in dict.fromkeys(problems)))
        # Typed numbers first: the journal goes on after them, and never gives one of them to another statement.
        for situation in self.sorted(lambda situation: not situation.chorus_invoice_number):
            situation._invoice()
        return self._action_view_moves()

    def action_view_move(self):
        self.ensure_one()
        return self._action_view_moves()

    def _action_view_moves(self):
        moves = self.move_id
        action = {"type": "ir.actions.act_window", "res_model": "account.move", "name": self.env._("Invoices")}
        if len(moves) == 1:
            return {**action, "res_id": moves.id, "views": [(False, "form")]}
        return {**action, "domain": [("id", "in", moves.ids)], "views": [(False, "list"), (False, "form")]}

    def _invoice(self):
        self.ensure_one()
        values = self._move_values()
        move = self.move_id
        if move and move.move_type != values["move_type"]:
            raise UserError(
                self.env._(
                    "Invoice %(invoice)s was prepared as %(type)s, and the month has changed sign: cancel it first.",
                    invoice=move.display_name,
                    type=move.type_name,
                )
            )
        if move:
            # taken back to draft: it keeps its journal and its number, and bills the new amounts
            kept = ("move_type", "journal_id", "company_id")
            values = {name: value for name, value in values.items() if name not in kept}
            move.write({**values, "invoice_line_ids": [Command.clear(), *values["invoice_line_ids"]]})
        else:
            if self.chorus_invoice_number:
                values["name"] = self.chorus_invoice_number
                self._journal()._chorus_keep_series(values["invoice_date"])
            move = self.env["account.move"].with_company(self.company_id).create(values)
        self._set_move_taxes(move)
        if self.state == "draft":
            self._admit_as_requested()
            self._freeze()
        self.sudo().state = "invoiced"
        move.action_post()
        if self.env["chorus.account"].sudo()._for(self.company_id):
            # without a technical account the paper is made when the invoice is sent
            move._chorus_ensure_document()

    def _set_move_taxes(self, move):
        """Hook: the VAT of the draft invoice, where it is not its rate times its base."""

    def _move_values(self):
        """Values of the invoice; amounts positive, also on a credit note."""
        self.ensure_one()
        contract = self.contract_id
        invoice_date = self.invoice_date or fields.Date.context_today(self)
        return {
            "move_type": self._move_type(),
            "journal_id": self._journal().id,
            "company_id": self.company_id.id,
            "partner_id": contract.payer_partner_id.id,
            "currency_id": self.currency_id.id,
            "invoice_date": invoice_date,
            "delivery_date": self.period_end,
            "invoice_payment_term_id": False,
            "invoice_date_due": invoice_date + relativedelta(days=contract.payment_delay_days),
            "invoice_origin": self.name,
            "works_situation_id": self.id,
            "works_contract_id": contract.id,
            "chorus_framework_id": self.framework_id.id,
            "buyer_reference": contract.payer_service_id.code,
            "contract_reference": contract.chorus_contract_number,
            "purchase_order_reference": contract.chorus_commitment_number,
            "invoice_line_ids": [Command.create(values) for values in self._move_line_values()],
            **self._assignment_values(),
        }

    def _assignment_values(self):
        """The account that the client must pay, where the claim was assigned to a bank or a factor."""
        contract = self.contract_id.sudo()
        return {"partner_bank_id": contract.assignment_bank_id.id} if contract.assignment_kind else {}

    def _move_line_values(self):
        """One line per VAT rate × lot × nature; the detail of the posts stays on the statement (§2.11.7)."""
        self.ensure_one()
        statement = self._statement()
        sign = -1 if statement.is_credit_note else 1
        taxes = {line.tax_id.amount: line.tax_id for line in self.line_ids.contract_line_id}
        natures = {line.nature for line in statement.invoice_lines if line.nature}
        return [
            {
                "name": self._move_line_label(line, several_natures=len(natures) > 1),
                "quantity": 1,
                "price_unit": float(sign * line.amount),
                "tax_ids": [Command.set(taxes[float(line.rate)].ids)],
                **self._income_account(line.nature),
            }
            for line in statement.invoice_lines
        ]

    def _move_line_label(self, line, *, several_natures):
        """Label in the customer's language: statement, period, lot, nature where it tells lines apart."""
        localized = self.with_context(lang=self.contract_id.payer_partner_id.lang or self.env.lang)
        natures = dict(self.env["works.contract.line"]._fields["nature"]._description_selection(localized.env))
        kinds = dict(self.env["works.contract.line"]._fields["kind"]._description_selection(localized.env))
        kinds["variation"] = localized.env._("Price variation")
        parts = [
            localized.env._(
                "Statement no. %(number)s, works up to %(date)s",
                number=self.number,
                date=format_date(localized.env, self.period_end),
            ),
            line.lot,
            kinds[line.kind] if line.kind != "works" else None,
            natures[line.nature] if several_natures and line.nature else None,
        ]
        return " – ".join(filter(None, parts))

    def _income_account(self, nature):
        """Account of a nature of post; the price variation has none and goes with the works."""
        account = self.company_id._works_chart_ref(INCOME_ACCOUNTS[nature or "works"])
        return {"account_id": account.id} if account else {}

    def action_draft(self):
        for situation in self:
            move = situation.move_id
            company = move.company_id
            locks = move.state == "posted" and company._get_violated_lock_dates(move.date, True, move.journal_id)
            if locks:
                raise UserError(
                    self.env._(
                        "Statement %(statement)s: its invoice of %(date)s is in a closed period (up to %(lock)s). "
                        "Correct it on the next statement, credit the invoice, or have the period opened again.",
                        statement=situation.name,
                        date=format_date(self.env, move.date),
                        lock=format_date(self.env, max(lock for lock, _field in locks)),
                    )
                )
        return super().action_draft()
