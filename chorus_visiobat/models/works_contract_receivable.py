from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_amount, groupby


class WorksContract(models.Model):
    """What the client still holds of the invoices of a contract, and how it is cleared."""

    _inherit = "works.contract"

    amount_retention_held = fields.Monetary(
        "Retention held",
        compute="_compute_held_amounts",
        compute_sudo=True,
        help="Retention invoiced and neither released nor paid yet, incl. tax: balance of 411700 for this contract.",
    )
    amount_direct_held = fields.Monetary(
        "To be paid to subcontractors",
        compute="_compute_held_amounts",
        compute_sudo=True,
        help="What the client is to pay directly to your subcontractors and that you have not recorded as paid.",
    )

    @api.depends("move_ids.line_ids.amount_residual", "move_ids.line_ids.works_part", "move_ids.state")
    def _compute_held_amounts(self):
        held = {}
        for move, part, amount in self.env["account.move.line"]._read_group(
            [
                ("move_id.works_contract_id", "in", self._origin.ids),
                ("works_part", "!=", False),
                ("parent_state", "=", "posted"),
            ],
            ["move_id", "works_part"],
            ["amount_residual:sum"],
        ):
            key = move.works_contract_id.id, part
            held[key] = held.get(key, 0.0) + amount
        for contract in self:
            contract.amount_retention_held = held.get((contract._origin.id, "retention"), 0.0)
            contract.amount_direct_held = held.get((contract._origin.id, "direct"), 0.0)

    def action_release_retention(self):
        """Ask how much of the retention is released, and when."""
        return self._action_clear("retention", self.env._("Release the retention"))

    def action_record_direct_payment(self):
        """Ask which subcontractor was paid by the client, and how much."""
        return self._action_clear("direct", self.env._("Subcontractor paid by the client"))

    def _action_clear(self, part, title):
        self.ensure_one()
        self.check_access("write")
        return {
            "type": "ir.actions.act_window",
            "name": title,
            "res_model": "works.receivable.clearing",
            "view_mode": "form",
            "target": "new",
            "context": {"default_contract_id": self.id, "default_part": part},
        }

    def _clear_part(self, part, amount, *, date, account=None, partner=None, due=None, **values):
        """Post the entries that clear an amount of a part, the oldest invoices first.

        :param amount: EUR incl. tax
        :param account: debited; None: the receivable account of each invoice, in the name of its client
        :return: posted entries
        :raises UserError: that much is not held.
        """
        self.ensure_one()
        lines = self.env["account.move.line"].search(
            [
                ("move_id.works_contract_id", "=", self.id),
                ("works_part", "=", part),
                ("parent_state", "=", "posted"),
                ("reconciled", "=", False),
            ],
            order="date, id",
        )
        # What credit notes gave back is no longer held: they clear the invoices first.
        for _key, same in groupby(lines, lambda line: (line.account_id, line.partner_id)):
            same = lines.browse([line.id for line in same])
            if any(line.balance < 0 for line in same) and any(line.balance > 0 for line in same):
                same.reconcile()
        lines = lines.filtered(lambda line: not line.reconciled and line.balance > 0)
        held = sum(lines.mapped("amount_residual"))
        if self.currency_id.compare_amounts(amount, 0) <= 0 or self.currency_id.compare_amounts(amount, held) > 0:
            raise UserError(
                self.env._(
                    "Amount: between nothing and %(held)s, which is what the client still holds on %(contract)s.",
                    held=format_amount(self.env, held, self.currency_id),
                    contract=self.display_name,
                )
            )
        entries = self.env["account.move"]
        for line in lines:
            part_amount = min(amount, line.amount_residual)
            if self.currency_id.is_zero(part_amount):
                break
            amount = self.currency_id.round(amount - part_amount)
            invoice = line.move_id
            entries |= invoice._clear_part(
                part,
                part_amount,
                date=date,
                account=account or invoice._plain_receivable_account(),
                partner=partner or line.partner_id,
                due=due,
                # what came back from a dispute still belongs to its invoice
                works_released_move_id=False if account else (invoice.works_released_move_id or invoice).id,
                **values,
            )
        return entries
