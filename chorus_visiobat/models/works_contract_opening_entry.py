from odoo import Command, api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_amount


class WorksContract(models.Model):
    """The ledger of a contract begun in another program: the retention that the client holds, the advance left.

    Most firms take over their balances with the general ledger: nothing is posted then, and a release of this retention
    credits 411700 by an entry that is matched with that balance. Else one entry of opening brings them, from a
    counterpart chosen by the user, and they live like those of our own invoices.
    """

    _inherit = "works.contract"

    opening_move_id = fields.Many2one(
        "account.move",
        "Opening entry",
        readonly=True,
        copy=False,
        check_company=True,
        ondelete="restrict",
        groups="account.group_account_invoice,account.group_account_readonly",
        help="Entry that brought the retention held and the advance left into the accounts. None: they came with the "
        "general ledger.",
    )
    opening_release_ids = fields.One2many(
        "account.move",
        "works_opening_contract_id",
        groups="account.group_account_invoice,account.group_account_readonly",
    )
    opening_retention_left = fields.Monetary(
        "Retention taken over, still held",
        compute="_compute_opening_retention_left",
        compute_sudo=True,
        help="Retention taken over with the general ledger, less what was released of it since.",
    )

    @api.depends("opening_retention", "opening_move_id.state", "opening_release_ids.state")
    def _compute_opening_retention_left(self):
        for contract in self:
            if contract.opening_move_id.state == "posted":
                contract.opening_retention_left = 0.0
                continue
            released = contract.opening_release_ids.filtered(
                lambda move: move.state == "posted" and "posted" not in move.reversal_move_ids.mapped("state")
            )
            credited = released.line_ids.filtered(lambda line: line.works_part == "retention")
            contract.opening_retention_left = contract.opening_retention - sum(credited.mapped("credit"))

    @api.depends("opening_retention", "opening_move_id.state", "opening_release_ids.state")
    def _compute_held_amounts(self):
        result = super()._compute_held_amounts()
        for contract in self:
            contract.amount_retention_held += contract.opening_retention_left
        return result

    def _clear_part(self, part, amount, *, date, account=None, partner=None, due=None, **values):
        """What was taken over with the general ledger is the oldest: it is released first."""
        left = self.opening_retention_left if part == "retention" else 0.0
        taken = self.currency_id.round(min(amount, left))
        if self.currency_id.compare_amounts(taken, 0) <= 0:
            return super()._clear_part(part, amount, date=date, account=account, partner=partner, due=due, **values)
        if self.currency_id.compare_amounts(amount, self.amount_retention_held) > 0:
            raise UserError(
                self.env._(
                    "Amount: between nothing and %(held)s, which is what the client still holds on %(contract)s.",
                    held=format_amount(self.env, self.amount_retention_held, self.currency_id),
                    contract=self.display_name,
                )
            )
        entries = self._release_opening(taken, date=date, due=due, **values)
        rest = self.currency_id.round(amount - taken)
        if rest:
            entries |= super()._clear_part(part, rest, date=date, account=account, partner=partner, due=due, **values)
        return entries

    def _release_opening(self, amount, *, date, due, **values):
        """Post the entry that makes an amount of the retention taken over payable: from 411700 to 411100.

        :param amount: EUR incl. tax
        :return: the posted entry
        :raises UserError: no account of the retentions.
        """
        self.ensure_one()
        held = self._opening_account("retention")
        partner = self.payer_partner_id.commercial_partner_id
        receivable = partner.with_company(self.company_id).property_account_receivable_id
        name = self.env._("Retention of %(contract)s, before its take-over", contract=self.display_name)
        common = {"name": name, "partner_id": partner.id, "currency_id": self.currency_id.id}
        return self._post_opening(
            {
                "date": date,
                "ref": name,
                "works_opening_contract_id": self.id,
                **values,
                "line_ids": [
                    Command.create(
                        {**common, "account_id": receivable.id, "date_maturity": due or date, "debit": amount}
                    ),
                    Command.create(
                        {
                            **common,
                            "account_id": held.id,
                            "works_part": "retention",
                            "date_maturity": date,
                            "credit": amount,
                        }
                    ),
                ],
            }
        )

    def _opening_account(self, part):
        account = self.company_id._works_account(part)
        if not account:
            raise UserError(self.company_id._works_account_question(part))
        return account

    def _post_opening(self, values):
        entry = (
            self.env["account.move"]
            .with_company(self.company_id)
            .create({"move_type": "entry", "journal_id": self.company_id._works_entry_journal().id, **values})
        )
        entry.action_post()
        return entry

    def _post_opening_entry(self, date, counterpart):
        """Post the entry of opening: retention held and advance left, against an account.

        The VAT of the advance stays out of it: it was due, and declared, when the client paid the advance.

        :raises UserError: an account is missing.
        """
        self.ensure_one()
        partner = self.payer_partner_id.commercial_partner_id
        name = self.env._("Opening balances of %(contract)s", contract=self.display_name)
        common = {"name": name, "partner_id": partner.id, "currency_id": self.currency_id.id}
        lines = []
        if self.opening_retention:
            lines.append(
                {
                    **common,
                    "account_id": self._opening_account("retention").id,
                    "works_part": "retention",
                    "date_maturity": self.retention_release_date or date,
                    "balance": self.opening_retention,
                }
            )
        left = self._opening_advance_left()
        if left:
            lines.append({**common, "account_id": self._opening_advance_account().id, "balance": -left})
        rest = self.currency_id.round(sum(line["balance"] for line in lines))
        lines.append({**common, "account_id": counterpart.id, "balance": -rest})
        self.sudo().opening_move_id = self._post_opening(
            {
                "date": date,
                "ref": name,
                "partner_id": partner.id,
                "works_contract_id": self.id,
                "line_ids": [Command.create(line) for line in lines if line["balance"]],
            }
        )

    def _opening_advance_left(self):
        """What was left to repay of the advance when the contract was taken over, EUR excluding VAT."""
        self.ensure_one()
        parts = self._advance_by_rate(self.opening_advance_granted - self.opening_advance_repaid).values()
        return float(sum(untaxed for untaxed, _tax in parts))

    def _opening_advance_account(self):
        account = self.company_id._works_advance_account()
        if not account:
            raise UserError(
                self.env._("Advance: your chart of accounts has no account 419100, advances received. Add it first.")
            )
        return account

    def _drop_opening_entry(self):
        entry = self.sudo().opening_move_id
        if not entry:
            return
        if entry.line_ids.filtered(lambda line: line.matched_debit_ids or line.matched_credit_ids):
            raise UserError(
                self.env._(
                    "Opening entry %(entry)s: what it brought was released or repaid since. Undo these entries first.",
                    entry=entry.name,
                )
            )
        self.sudo().opening_move_id = False
        entry = entry.sudo(False)
        entry.button_draft()
        entry.button_cancel()


class AccountMove(models.Model):
    _inherit = "account.move"

    works_opening_contract_id = fields.Many2one(
        "works.contract",
        "Releases the opening of",
        copy=False,
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
        help="Contract begun in another program, of which this entry releases the retention taken over.",
    )
