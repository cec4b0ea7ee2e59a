from datetime import timedelta

from markupsafe import Markup

from odoo import Command, api, fields, models
from odoo.exceptions import UserError

from ..decompte import (
    Carried,
    DecompteError,
    Month,
    as_decimal,
    expected_opening,
    read_column,
    round_money,
)
from ..decompte.money import ZERO


class WorksOpening(models.TransientModel):
    """Opening balances of a contract begun in another program (*reprise de situation*).

    The posts are typed, or pasted; the rest is proposed from the clauses of the contract and corrected to what the last
    statement says. Nothing is written before *Save*, which checks all of it together.
    """

    _name = "works.opening"
    _description = "Opening balances of a works contract"
    _check_company_auto = True

    contract_id = fields.Many2one(
        "works.contract", required=True, readonly=True, ondelete="cascade", help="Contract that is taken over."
    )
    company_id = fields.Many2one(related="contract_id.company_id")
    currency_id = fields.Many2one(related="contract_id.currency_id")
    is_new = fields.Boolean(compute="_compute_what_is_there")
    has_retention = fields.Boolean(compute="_compute_what_is_there")
    has_advance = fields.Boolean(compute="_compute_what_is_there")
    has_prorata = fields.Boolean(compute="_compute_what_is_there")
    has_variation = fields.Boolean(compute="_compute_what_is_there")
    has_quantity = fields.Boolean(compute="_compute_what_is_there")
    has_members = fields.Boolean(compute="_compute_what_is_there")
    number = fields.Integer(
        "Last statement no.", default=1, required=True, help="Number of the last statement billed elsewhere."
    )
    date = fields.Date("Works up to", required=True, help="Last day of the works that this statement counts.")
    line_ids = fields.One2many(
        "works.opening.line", "opening_id", "Posts", help="What was billed of each post since the start."
    )
    vat_ids = fields.One2many(
        "works.opening.vat",
        "opening_id",
        "VAT invoiced",
        help="Sum of the VAT of your invoices so far, one line for each rate.",
    )
    payment_ids = fields.One2many(
        "works.opening.payment",
        "opening_id",
        "Direct payments",
        help="What the client has paid directly to each subcontractor since the start.",
    )
    pasted = fields.Text(
        "Column to paste",
        help="Copy the column of your spreadsheet and paste it here: one value for each post, in their order.",
    )
    pasted_kind = fields.Selection(
        [("percent", "Percentages"), ("amount", "Amounts excl. tax")],
        "The column holds",
        required=True,
        default="amount",
        help="What the pasted column is: cumulative progress in percent, or cumulative amounts excluding tax.",
    )
    paste_problems = fields.Text(compute="_compute_paste_problems", help="Why the pasted column is not read.")
    retention = fields.Monetary(
        "Retention held", help="Retention that the client holds at that date: cumulative, as on the last statement."
    )
    advance_granted = fields.Monetary("Advance received", help="Advance that the client has paid, incl. tax.")
    advance_repaid = fields.Monetary(
        "Advance repaid so far", help="Part of the advance that the statements have repaid, incl. tax."
    )
    penalties = fields.Monetary("Penalties so far", help="Penalties that the client has deducted since the start.")
    other_deductions = fields.Monetary(
        "Other deductions so far", help="Whatever else the client has deducted since the start, outside VAT."
    )
    prorata = fields.Monetary("Shared site costs so far", help="Share reckoned on the works since the start.")
    retention_proposed = fields.Monetary()
    advance_repaid_proposed = fields.Monetary()
    prorata_proposed = fields.Monetary()
    debt = fields.Monetary(
        "Negative net carried",
        help="Deductions that the last statement could not bear and that the next one has to: a positive amount.",
    )
    post_entry = fields.Boolean(
        "Post an opening entry",
        help="Leave it unticked where the retention (411700) and the advance (419100) come with the balance of your "
        "general ledger: posting them here would count them twice.",
    )
    entry_date = fields.Date("Entry date", help="Date of the opening entry. Empty: the last day of the works above.")
    counterpart_account_id = fields.Many2one(
        "account.account",
        "Counterpart",
        check_company=True,
        help="Account that takes the other side of the opening entry: the one of your opening balances, usually.",
    )
    advice = fields.Html(compute="_compute_advice", sanitize=False, help="What to correct or to look at before saving.")

    @api.depends("contract_id")
    def _compute_what_is_there(self):
        for wizard in self:
            contract = wizard.contract_id
            wizard.is_new = not contract.opening_number
            wizard.has_retention = bool(contract.retention_rate or contract.opening_retention)
            wizard.has_advance = bool(contract.advance_amount or contract.opening_advance_granted)
            wizard.has_prorata = contract.prorata_mode != "none"
            wizard.has_variation = bool(contract.formula_ids)
            wizard.has_quantity = "quantity" in contract.line_ids.mapped("mode")
            wizard.has_members = bool(contract.member_ids)

    # --- from the contract ---

    @api.model
    def _of_contract(self, contract):
        """The dialog of a contract: what was taken over, else a proposal to be completed.

        :return: record of this model
        """
        opening, members = contract._opening(), contract._opening_members()
        progress = {post: (mode, value) for post, mode, value in contract.sudo().opening_progress or ()}
        wizard = self.create(
            {
                "contract_id": contract.id,
                "number": contract.opening_number or 1,
                "date": contract.opening_date or fields.Date.context_today(self).replace(day=1) - timedelta(days=1),
                "line_ids": [
                    Command.create(
                        {
                            "contract_line_id": line.id,
                            **self._line_values(line, members.get(line.party_id.id, opening), progress),
                        }
                    )
                    for line in contract.line_ids
                ],
                "payment_ids": [
                    Command.create({"party_id": party.id, **self._payment_values(party, opening)})
                    for party in contract.party_ids
                    if party._is_paid_directly()
                ],
                "vat_ids": [
                    Command.create({"rate": rate}) for rate in set(contract._own_lines().tax_id.mapped("amount"))
                ],
                "advance_granted": contract.advance_amount,
            }
        )
        wizard._propose()
        if opening:
            wizard._read_opening(opening)
            for line in wizard.line_ids:
                line._follow_amount()
        return wizard

    def _line_values(self, line, opening, progress):
        if not opening:
            return {}
        mode, value = progress.get(line.id, (line.mode, 0.0))
        return {
            "cumulative": float(opening.previous.get(line.id, ZERO)),
            "percent": value if mode == "percent" else 0.0,
            "quantity": value if mode == "quantity" else 0.0,
        }

    def _payment_values(self, party, opening):
        paid = opening and opening.carried.direct_payments.get(party.id)
        return {"amount": float(paid.base), "variation": float(paid.total - paid.base)} if paid else {}

    def _read_opening(self, opening):
        """Show what was taken over."""
        carried, contract = opening.carried, self.contract_id
        self.write(
            {
                "retention": float(carried.retention),
                "advance_granted": float(carried.advance.granted),
                "advance_repaid": float(carried.advance.repaid),
                "penalties": float(carried.penalties),
                "other_deductions": float(carried.other_deductions),
                "prorata": float(carried.prorata),
                "debt": float(-carried.debt),
                "post_entry": bool(contract.opening_move_id),
                "entry_date": contract.opening_move_id.date,
                "counterpart_account_id": contract.opening_move_id.line_ids.filtered(lambda line: not line.works_part)[
                    -1:
                ].account_id.id,
            }
        )
        for vat in self.vat_ids:
            rate = as_decimal(vat.rate)
            vat.variation = float(carried.variation.get(rate, ZERO))
            vat.tax = float(opening.invoiced_vat.get(rate, ZERO))

    # --- proposals ---

    @api.onchange("pasted", "pasted_kind")
    def _onchange_pasted(self):
        if not self.pasted or self.paste_problems:
            return
        for line, value in zip(self.line_ids, read_column(self.pasted, len(self.line_ids)), strict=True):
            if self.pasted_kind == "percent":
                line.percent = float(value)
                line._follow_percent()
            else:
                line.cumulative = float(value)
                line._follow_amount()
        self._propose()

    @api.depends("pasted", "line_ids")
    def _compute_paste_problems(self):
        for wizard in self:
            wizard.paste_problems = False
            if wizard.pasted:
                try:
                    read_column(wizard.pasted, len(wizard.line_ids))
                except DecompteError as error:
                    wizard.paste_problems = str(error)

    @api.onchange("line_ids", "advance_granted", "vat_ids", "date")
    def _onchange_line_ids(self):
        self._propose()

    def _propose(self):
        """Propose what the clauses give at this progress; what was typed stays until a proposal changes."""
        contract = self.contract_id
        try:
            expected = expected_opening(
                self._posts(),
                self._amounts(),
                variation=self._variation(),
                terms=contract._terms(Carried()),
                month=Month(
                    executed=self.date or None,
                    guaranteed=bool(self.date) and contract._is_guaranteed(self.date),
                    advance_granted=max(money(self.advance_granted), ZERO) if contract.advance_amount else ZERO,
                ),
            )
        except DecompteError:
            return
        carried = expected.carried
        for name, amount in (
            ("retention", carried.retention),
            ("advance_repaid", carried.advance.repaid),
            ("prorata", carried.prorata),
        ):
            _propose(self, name, amount)
        for vat in self.vat_ids:
            rate = as_decimal(vat.rate)
            vat.works = float(expected.invoiced_base.get(rate, ZERO) - carried.variation.get(rate, ZERO))
            _propose(vat, "tax", expected.invoiced_vat.get(rate, ZERO))

    @api.depends(
        "number",
        "date",
        "line_ids.cumulative",
        "vat_ids.tax",
        "vat_ids.variation",
        "payment_ids.amount",
        "payment_ids.variation",
        "retention",
        "advance_granted",
        "advance_repaid",
        "penalties",
        "other_deductions",
        "prorata",
        "debt",
        "post_entry",
        "counterpart_account_id",
    )
    def _compute_advice(self):
        boxes = Markup("<div class='alert alert-%s mb-1' role='status'><ul class='mb-0'>%s</ul></div>")
        for wizard in self:
            # Before the first amount, there is nothing to say.
            typed = any(wizard.line_ids.mapped("cumulative")) or wizard.advance_granted
            blocking, advice = wizard._problems() if typed else ([], [])
            wizard.advice = (
                Markup().join(
                    boxes % (level, Markup().join(Markup("<li>%s</li>") % message for message in messages))
                    for level, messages in (("danger", blocking), ("warning", advice))
                    if messages
                )
                or False
            )

    # --- buttons ---

    def action_apply(self):
        """Write the opening balances; the open draft follows.

        :raises UserError: all that is wrong with them, at once: nothing is written.
        """
        self.ensure_one()
        contract = self.contract_id
        contract.check_access("write")
        contract._check_opening_open()
        blocking, _advice = self._problems()
        if blocking:
            raise UserError("\n".join(f"• {message}" for message in blocking))
        progress = [[line.contract_line_id.id, *line._progress()] for line in self.line_ids]
        contract._drop_opening_entry()
        contract._set_opening(self.number, self.date, self._opening(), progress, self._members())
        if self.post_entry:
            contract._post_opening_entry(self.entry_date or self.date, self.counterpart_account_id)
        contract.message_post(
            body=self.env._(
                "Opening balances: statement %(number)s taken over, %(amount)s excl. tax billed before.",
                number=self.number,
                amount=contract.currency_id.format(contract.opening_untaxed),
            )
        )
        return {"type": "ir.actions.act_window_close"}

    def action_remove(self):
        """Take the opening balances away: the contract begins here."""
        self.ensure_one()
        contract = self.contract_id
        contract.check_access("write")
        contract._check_opening_open()
        contract._drop_opening_entry()
        contract._set_opening(0, False, None, [], {})
        contract.message_post(body=self.env._("Opening balances removed: the statements begin at number 1."))
        return {"type": "ir.actions.act_window_close"}


def _propose(record, name, amount):
    proposed = f"{name}_proposed"
    if record[proposed] != float(amount):
        record.update({proposed: float(amount), name: float(amount)})


def money(value):
    """The exact cents (Decimal, EUR) that an amount of a form means."""
    return round_money(as_decimal(value))
