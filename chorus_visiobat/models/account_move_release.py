from odoo import Command, api, fields, models
from odoo.exceptions import UserError


class AccountMove(models.Model):
    """The entries that clear the parts of an invoice: retention released, subcontractor paid by the client.

    A released retention (*retenue de garantie libérée*) goes from 411700 to 411100, to be paid. That is no receipt:
    where VAT is due on receipts, it becomes due when the client pays the entry, as if he paid the invoice.
    """

    _inherit = "account.move"

    works_released_move_id = fields.Many2one(
        "account.move",
        "Released from",
        copy=False,
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
        help="Invoice of which this entry moves a part: held back by the client and released, or in dispute.",
    )
    works_release_ids = fields.One2many("account.move", "works_released_move_id", "Entries of its parts")
    works_refund_situation_id = fields.Many2one(
        "works.situation",
        "Refunded by",
        copy=False,
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
        help="Statement that gives this retention back: a guarantee replaces it, or the works decrease.",
    )

    def _collect_tax_cash_basis_values(self):
        """What is received for a release is received for its invoice, which is paid once both are."""
        self.ensure_one()
        if invoice := self.works_released_move_id:
            return invoice._collect_tax_cash_basis_values()
        values = super()._collect_tax_cash_basis_values()
        if values:
            released = self.works_release_ids.line_ids.filtered(
                lambda line: line.parent_state == "posted" and line.balance > 0
            )
            values["total_residual"] += sum(released.mapped("amount_residual"))
            values["total_residual_currency"] += sum(released.mapped("amount_residual_currency"))
            total = self.currency_id.is_zero(values["total_residual"])
            values["is_fully_paid"] = total or self.currency_id.is_zero(values["total_residual_currency"])
        return values

    def _check_no_release(self):
        for move in self:
            if releases := move.works_release_ids.filtered(lambda release: release.state == "posted"):
                raise UserError(
                    self.env._(
                        "The retention of %(invoice)s is released by %(releases)s: reset these entries to draft and "
                        "cancel them first.",
                        invoice=move.name,
                        releases=", ".join(releases.mapped("name")),
                    )
                )

    def button_draft(self):
        self._check_no_release()
        return super().button_draft()

    def _reverse_moves(self, default_values_list=None, cancel=False):
        if cancel:
            self._check_no_release()
        return super()._reverse_moves(default_values_list, cancel=cancel)

    def _clear_part(self, part, amount, *, date, account, partner, due=None, **values):
        """Post the entry that takes ``amount`` of a part off this invoice, and match it with the invoice.

        :param amount: EUR incl. tax, what remains of the part at most
        :param account: debited: 411100 for a release, the supplier's account for a direct payment
        :param partner: of the debited line
        :return: the posted entry
        """
        self.ensure_one()
        held = self._open_part(part)
        label = dict(held._fields["works_part"]._description_selection(self.env))[part]
        name = " – ".join([label, self.name])
        common = {"name": name, "currency_id": self.currency_id.id}
        entry = (
            self.env["account.move"]
            .with_company(self.company_id)
            .create(
                {
                    "move_type": "entry",
                    "journal_id": self.company_id._works_entry_journal().id,
                    "date": date,
                    "ref": name,
                    **values,
                    "line_ids": [
                        Command.create(
                            {
                                **common,
                                "account_id": account.id,
                                "partner_id": partner.id,
                                "date_maturity": due,
                                "debit": amount,
                            }
                        ),
                        Command.create(
                            {
                                **common,
                                "account_id": held.account_id.id,
                                "partner_id": held.partner_id.id,
                                "date_maturity": date,
                                "credit": amount,
                            }
                        ),
                    ],
                }
            )
        )
        entry.action_post()
        (held + entry.line_ids.filtered("credit")).reconcile()
        return entry

    def _open_part(self, part):
        """:return: the term line of a part, while something of it is left."""
        self.ensure_one()
        return self.line_ids.filtered(lambda line: line.works_part == part and not line.reconciled)


class AccountPartialReconcile(models.Model):
    _inherit = "account.partial.reconcile"

    @api.model
    def _collect_tax_cash_basis_values(self):
        return super(AccountPartialReconcile, self - self._without_receipt())._collect_tax_cash_basis_values()

    def _without_receipt(self):
        """Matchings of a release by which no money comes in: with its invoice, with another entry that moves parts of
        it, or with its own reversal.
        """
        found = self.browse()
        for partial in self:
            for one, other in (
                (partial.debit_move_id, partial.credit_move_id),
                (partial.credit_move_id, partial.debit_move_id),
            ):
                release = one.move_id
                if invoice := release.works_released_move_id:
                    same = other.move_id == invoice or other.move_id.works_released_move_id == invoice
                    if same or other.move_id.reversed_entry_id == release:
                        found |= partial
        return found
