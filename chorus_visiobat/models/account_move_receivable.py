from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_amount, frozendict

# The parts of an invoice that the client does not pay us now, in the order in which they are taken from it.
PARTS = {
    "retention": ("works_retention_amount", "works_retention_date"),
    "direct": ("works_direct_amount", "invoice_date_due"),
}


class AccountMove(models.Model):
    """The receivable of a works invoice in its parts, each on its own account (DESIGN: settled rule 4).

    The invoice is for the whole works incl. tax. Of what the client owes, the retention (*retenue de garantie*) waits
    on 411700 and the direct payments to subcontractors on their own subaccount, as term lines of the invoice itself.
    Amounts are EUR incl. tax, positive in the direction of the paper: on a credit note they are given back.
    """

    _inherit = "account.move"

    works_retention_amount = fields.Monetary(
        "Retention",
        copy=False,
        help="Part of the amount incl. tax that the client withholds until the end of the guarantee period: "
        "it waits on the account of the retentions (411700) and is not asked for now.",
    )
    works_retention_date = fields.Date(
        "Retention due on", copy=False, help="Day on which the client owes the retention: end of the guarantee period."
    )
    works_direct_amount = fields.Monetary(
        "Paid to subcontractors",
        copy=False,
        help="Part of the amount that the client pays directly to your subcontractors: it waits on its own account "
        "until he has paid them.",
    )

    def _has_parts(self):
        self.ensure_one()
        return any(self[amount] for amount, _date in PARTS.values())

    @api.depends(
        "works_retention_amount",
        "works_retention_date",
        "works_direct_amount",
        "partner_id",
        "fiscal_position_id",
        "line_ids.works_part",
    )
    def _compute_needed_terms(self):
        result = super()._compute_needed_terms()
        for move in self:
            if move.needed_terms and (move._has_parts() or any(move.line_ids.mapped("works_part"))):
                move.needed_terms = move._split_terms(move.needed_terms)
        return result

    def _split_terms(self, needed):
        """Take the parts from the terms, the last ones first.

        Every term carries its account and its part: core gives a line of one term to another, and takes the account
        of any other term line where none is given.

        :param needed: dict key → values, as ``needed_terms`` has it
        """
        self.ensure_one()
        names = ("move_id", "date_maturity", "discount_date")
        terms = [
            {name: key.get(name, False) for name in names}
            | {"discount_balance": 0.0, "discount_amount_currency": 0.0}
            | values
            for key, values in sorted(needed.items(), key=lambda item: item[0]["date_maturity"] or fields.Date.today())
        ]
        receivable = self._plain_receivable_account()
        due = max((term["date_maturity"] for term in terms if term["date_maturity"]), default=self.invoice_date_due)
        parted = {}
        for part, (amount_name, date_name) in PARTS.items():
            account = self.company_id._works_account(part)
            taken = account and self._take(terms, self[amount_name])
            if taken:
                date = due if part == "direct" else self[date_name] or due
                key = frozendict(
                    {"move_id": self.id, "date_maturity": date, "discount_date": False, "works_part": part}
                )
                parted[key] = {**taken, "account_id": account.id}
        split = {}
        for term in terms:
            if term["amount_currency"] or not parted and len(terms) == 1:
                key = frozendict({name: term.pop(name) for name in names})
                split[key] = {**term, "account_id": receivable.id, "works_part": False}
        return split | parted

    def _take(self, terms, amount):
        """Take an amount from terms, which are changed.

        :param amount: in the currency of the invoice; never more is taken than there is
        :return: dict balance, amount_currency, discount_* of what was taken; empty when nothing was
        """
        taken = {"balance": 0.0, "amount_currency": 0.0}
        for term in reversed(terms):
            whole = term["amount_currency"]
            sign = 1 if whole > 0 else -1
            part = self.currency_id.round(sign * min(abs(whole), max(amount - abs(taken["amount_currency"]), 0.0)))
            if not part:
                continue
            balance = self.company_currency_id.round(term["balance"] * part / whole)
            for name, value in (("amount_currency", part), ("balance", balance)):
                term[name] -= value
                taken[name] += value
                # What is withheld is not paid early either.
                if term[f"discount_{name}"]:
                    term[f"discount_{name}"] -= value
            term["amount_currency"] = self.currency_id.round(term["amount_currency"])
            term["balance"] = self.company_currency_id.round(term["balance"])
        if not taken["amount_currency"]:
            return {}
        return {**taken, "discount_date": False, "discount_balance": 0.0, "discount_amount_currency": 0.0}

    def _plain_receivable_account(self):
        """The ordinary receivable account (411100) of this invoice: chosen on its line, else the client's."""
        self.ensure_one()
        apart = self.company_id._works_account("retention") | self.company_id._works_account("direct")
        chosen = self.line_ids.filtered(lambda line: line.display_type == "payment_term" and not line.works_part)
        if chosen.account_id - apart:
            return (chosen.account_id - apart)[:1]
        partner = self.commercial_partner_id or self.company_id.partner_id
        account = partner.with_company(self.company_id).property_account_receivable_id
        return self.fiscal_position_id.map_account(account) if self.fiscal_position_id else account

    @api.depends("works_retention_amount", "works_direct_amount")
    def _compute_invoice_date_due(self):
        """The day on which the client pays us: the retention is due a year later, and is not asked for."""
        parted = self.filtered(lambda move: move._has_parts() and move.needed_terms)
        result = super(AccountMove, self - parted)._compute_invoice_date_due()
        for move in parted:
            dates = [key["date_maturity"] for key in move.needed_terms if not key.get("works_part")]
            today = fields.Date.context_today(move)
            move.invoice_date_due = max(filter(None, dates), default=False) or move.invoice_date_due or today
        return result

    def _reverse_moves(self, default_values_list=None, cancel=False):
        """A credit note gives back the parts that are still open, on their accounts."""
        values_list = default_values_list or [{} for _move in self]
        for move, values in zip(self, values_list, strict=False):
            for part, (amount_name, date_name) in PARTS.items():
                if move[amount_name]:
                    lines = move.line_ids.filtered(lambda line, part=part: line.works_part == part)
                    # Cancelling first undoes what was matched: all of it is given back then.
                    measure = "amount_currency" if cancel else "amount_residual_currency"
                    values.setdefault(amount_name, abs(sum(lines.mapped(measure))))
                    if part == "retention":
                        values.setdefault(date_name, move[date_name])
        return super()._reverse_moves(values_list, cancel=cancel)

    def _post(self, soft=True):
        self._check_works_parts()
        return super()._post(soft=soft)

    def _check_works_parts(self):
        """:raises UserError: a part has no account, or exceeds the invoice."""
        for move in self.filtered(lambda move: move._has_parts()):
            problems = []
            for part, (amount_name, _date) in PARTS.items():
                if move[amount_name] and not move.company_id._works_account(part):
                    problems.append(move.company_id._works_account_question(part))
            parts = move.works_retention_amount + move.works_direct_amount
            if (
                min(move.works_retention_amount, move.works_direct_amount) < 0
                or move.currency_id.compare_amounts(parts, move.amount_total) > 0
            ):
                problems.append(
                    self.env._(
                        "Retention and payments to subcontractors of %(invoice)s come to %(parts)s, and the invoice to "
                        "%(total)s: correct them, they are parts of it.",
                        invoice=move.display_name,
                        parts=format_amount(self.env, parts, move.currency_id),
                        total=format_amount(self.env, move.amount_total, move.currency_id),
                    )
                )
            if problems:
                raise UserError("\n".join(problems))


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    works_part = fields.Selection(
        [("retention", "Retention"), ("direct", "Paid to subcontractors")],
        "Part of the invoice",
        readonly=True,
        help="Part of the receivable that stands on an account of its own.",
    )

    @api.depends("works_part")
    def _compute_term_key(self):
        result = super()._compute_term_key()
        for line in self:
            if line.term_key and line.works_part:
                line.term_key = frozendict({**line.term_key, "works_part": line.works_part})
        return result

    def _compute_account_id(self):
        result = super()._compute_account_id()
        for line in self.filtered(lambda line: line.display_type == "payment_term" and line.move_id._has_parts()):
            if line.works_part:
                line.account_id = line.company_id._works_account(line.works_part) or line.account_id
            elif line.account_id in (
                line.company_id._works_account("retention") | line.company_id._works_account("direct")
            ):
                line.account_id = line.move_id._plain_receivable_account()
        return result

    def _compute_name(self):
        result = super()._compute_name()
        for line in self.filtered(lambda line: line.works_part and line.display_type == "payment_term"):
            localized = line.with_context(lang=line.partner_id.lang or self.env.lang)
            label = dict(localized._fields["works_part"]._description_selection(localized.env))[line.works_part]
            line.name = " – ".join(filter(None, [label, line.move_id.payment_reference]))
        return result

    def _get_installments_data(self, **kwargs):
        """What is asked for now leaves out the parts that are not ours to be paid yet."""
        asked = self.filtered(lambda line: not line.works_part)
        return super(AccountMoveLine, asked if asked - asked.filtered("reconciled") else self)._get_installments_data(
            **kwargs
        )
