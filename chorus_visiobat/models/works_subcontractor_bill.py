from odoo import Command, api, fields, models
from odoo.exceptions import UserError, ValidationError

from ..decompte import as_decimal, round_money
from ..decompte.admission import spread
from ..decompte.money import ZERO, split_included


class WorksContractParty(models.Model):
    """The bills of a subcontractor who is paid directly, and where they stand with what the client pays him.

    He bills excluding tax, under reverse charge; the client pays him, not us (works-billing.md correction 7). His bill
    waits on 401 until the client's payment is recorded, which clears it with the receivable of the direct payments.
    Amounts in EUR: excl. tax under reverse charge, else incl. tax, as those of the acte spécial.
    """

    _inherit = "works.contract.party"

    move_ids = fields.One2many("account.move", "works_party_id", "Bills and settlements")
    amount_billed = fields.Monetary(
        "Billed",
        compute="_compute_billing",
        compute_sudo=True,
        groups="chorus_visiobat.group_billing",
        help="His bills posted in your books, less his credit notes: excl. tax under reverse charge, else incl. tax.",
    )
    amount_settled = fields.Monetary(
        "Paid by the client",
        compute="_compute_billing",
        compute_sudo=True,
        groups="chorus_visiobat.group_billing",
        help="What you recorded as paid to him by the client.",
    )
    billing_advice = fields.Char(
        "Control",
        compute="_compute_billing",
        compute_sudo=True,
        groups="chorus_visiobat.group_billing",
        help="Compares his bills with the direct payments that the statements ask for, and with the amount of his acte "
        "spécial.",
    )

    @api.depends(
        "move_ids.state",
        "move_ids.amount_total",
        "move_ids.move_type",
        "amount_max",
        "amount_paid",
        "reverse_charge",
        "direct_payment_ids.variation",
    )
    def _compute_billing(self):
        for party in self:
            posted = party.move_ids.filtered(lambda move: move.state == "posted")
            bills = posted.filtered(lambda move: move.is_purchase_document())
            total = "amount_untaxed_signed" if party.reverse_charge else "amount_total_signed"
            party.amount_billed = -sum(bills.mapped(total))
            settled = (posted - bills).line_ids.filtered(
                lambda line: line.account_id.account_type == "liability_payable"
            )
            party.amount_settled = sum(settled.mapped("balance"))
            party.billing_advice = party._billing_advice()

    def _billing_advice(self):
        """What is wrong between bills, direct payments asked for and ceiling (str), or False."""
        compare = self.currency_id.compare_amounts
        payments = self.direct_payment_ids.filtered(lambda one: one.situation_id.state != "cancelled")
        beyond = self.amount_billed - sum(payments.mapped("variation")) - self.amount_max
        if self.role != "subcontractor" or not self.amount_billed:
            return False
        if compare(beyond, 0) > 0:
            return self.env._(
                "Billed %(amount)s beyond his acte spécial: have it amended before the client pays.",
                amount=self.currency_id.format(beyond),
            )
        gap = self.amount_billed - self.amount_paid
        if compare(gap, 0) > 0:
            return self.env._(
                "Billed %(amount)s more than the statements ask the client to pay him.",
                amount=self.currency_id.format(gap),
            )
        if compare(self.amount_settled, self.amount_billed) > 0:
            return self.env._(
                "The client paid him %(amount)s more than he billed.",
                amount=self.currency_id.format(self.amount_settled - self.amount_billed),
            )
        return False

    def action_register_bill(self):
        """Prepare his bill for what the statements ask the client to pay him and he has not billed.

        :raises UserError: nothing is left to bill, or a tax lacks.
        :return: action showing the draft bill.
        """
        self.ensure_one()
        self.check_access("write")
        payments = self.sudo().direct_payment_ids.filtered(lambda one: one.situation_id.state != "cancelled")
        drafts = self.move_ids.filtered(lambda move: move.state == "draft" and move.is_purchase_document())
        if drafts:
            return self._action_show(drafts)
        left = self.amount_paid - self.amount_billed
        if self.currency_id.compare_amounts(left, 0) <= 0:
            raise UserError(
                self.env._(
                    "%(name)s has billed all that the statements ask the client to pay him. Enter his direct payment "
                    "on the statement first.",
                    name=self.display_name,
                )
            )
        posts = self.contract_id.line_ids.filtered(lambda post: post.party_id == self)
        weights = self._weights((post.tax_id.amount, post.amount) for post in posts)
        return self._action_show(self._create_bill(left, weights, payments.situation_id.sorted("number")[-1:]))

    def _weights(self, amounts):
        """What his posts come to by VAT rate: dict rate in percent → EUR HT (Decimal); at the main rate without any.

        :param amounts: pairs (rate, amount).
        """
        weights = {}
        for rate, amount in amounts:
            rate = as_decimal(rate)
            weights[rate] = weights.get(rate, ZERO) + as_decimal(amount)
        weights = {rate: amount for rate, amount in weights.items() if amount > 0}
        if not weights:
            main = self.contract_id.line_ids.sorted("amount")[-1:]
            weights = {as_decimal(main.tax_id.amount): as_decimal(1)}
        return weights

    def _create_bill(self, amount, weights, situation):
        """His draft bill, one line for each VAT rate.

        :param amount: EUR, excl. tax under reverse charge, else incl. tax
        :param weights: dict VAT rate in percent → weight
        :raises UserError: the company lacks the tax of a rate.
        """
        self.ensure_one()
        company = self.company_id
        amount = round_money(as_decimal(amount))
        if not self.reverse_charge:
            weights = {rate: weight * (100 + rate) for rate, weight in weights.items()}
        shares = spread(amount, weights, weights)
        taxes = {rate: self._purchase_tax(rate) for rate in shares}
        if lacking := [rate for rate, tax in taxes.items() if not tax]:
            raise UserError(
                self.env._(
                    "Taxes: your company has no active purchase tax for %(rates)s. Activate it in Accounting › "
                    "Configuration › Taxes, or create it with Complete the chart of accounts in the settings.",
                    rates=", ".join(f"{float(rate):g} %" for rate in lacking),
                )
            )
        account = company._works_subcontracting_account()
        origin = situation.name or self.contract_id.display_name
        label = self.env._("Subcontracted works, %(origin)s", origin=origin)
        return (
            self.env["account.move"]
            .with_company(company)
            .create(
                {
                    "move_type": "in_invoice",
                    "company_id": company.id,
                    "partner_id": self.partner_id.id,
                    "partner_bank_id": self.bank_id.id,
                    "currency_id": self.currency_id.id,
                    "fiscal_position_id": self.reverse_charge and company._works_reverse_charge_position().id,
                    "invoice_origin": origin,
                    "works_party_id": self.id,
                    "works_party_situation_id": situation.id,
                    "invoice_line_ids": [
                        Command.create(
                            {
                                "name": label,
                                "quantity": 1,
                                "price_unit": float(share if self.reverse_charge else split_included(share, rate)[0]),
                                "tax_ids": [Command.set(taxes[rate].ids)],
                                **({"account_id": account.id} if account else {}),
                            }
                        )
                        for rate, share in shares.items()
                    ],
                }
            )
        )

    def _purchase_tax(self, rate):
        """Purchase tax of a rate: under reverse charge, else the ordinary one of services; empty where none is active.

        :param rate: percent (Decimal).
        """
        if self.reverse_charge:
            name = f"works_tva_acq_autoliq_{float(rate):g}".replace(".", "_")
            tax = self.company_id._works_chart_ref(name) or self.env["account.tax"]
            return tax.with_env(self.env).filtered("active")
        found = self.env["account.tax"].search(
            [
                *self.env["account.tax"]._check_company_domain(self.company_id),
                ("type_tax_use", "=", "purchase"),
                ("amount_type", "=", "percent"),
                ("amount", "=", float(rate)),
                ("price_include_override", "!=", "tax_included"),
            ]
        )
        plain = found.filtered(lambda tax: min(tax.repartition_line_ids.mapped("factor_percent")) > 0)
        return plain.sorted(lambda tax: tax.tax_scope != "service")[:1]

    def _action_show(self, bills):
        action = {"type": "ir.actions.act_window", "res_model": "account.move", "name": self.env._("Bills")}
        if len(bills) == 1:
            return {**action, "res_id": bills.id, "views": [(False, "form")]}
        return {**action, "domain": [("id", "in", bills.ids)], "views": [(False, "list"), (False, "form")]}

    def action_view_bills(self):
        """Show his bills and what settled them."""
        self.ensure_one()
        self.check_access("write")
        return self._action_show(self.move_ids)


class WorksContract(models.Model):
    _inherit = "works.contract"

    billing_advice = fields.Text(
        "Control of the subcontractors' bills",
        compute="_compute_billing_advice",
        compute_sudo=True,
        groups="chorus_visiobat.group_billing",
        help="Bills of subcontractors that agree neither with the direct payments asked for nor with their acte "
        "spécial.",
    )

    @api.depends("party_ids.billing_advice")
    def _compute_billing_advice(self):
        for contract in self:
            told = contract.party_ids.filtered("billing_advice")
            contract.billing_advice = (
                "\n".join(f"{party.display_name} – {party.billing_advice}" for party in told) or False
            )


class WorksSituationDirectPayment(models.Model):
    _inherit = "works.situation.direct_payment"

    bill_id = fields.Many2one(
        "account.move",
        compute="_compute_bill_id",
        compute_sudo=True,
        groups="chorus_visiobat.group_billing",
        help="His bill for this statement.",
    )

    @api.depends("party_id.move_ids.works_party_situation_id", "party_id.move_ids.state")
    def _compute_bill_id(self):
        for payment in self:
            payment.bill_id = payment.party_id.move_ids.filtered(
                lambda move, situation=payment.situation_id: (
                    move.works_party_situation_id == situation
                    and move.move_type == "in_invoice"
                    and move.state != "cancel"
                )
            )[:1]

    def action_register_bill(self):
        """Prepare the subcontractor's bill of this direct payment, or show it where it exists.

        :return: action showing the bill.
        """
        self.ensure_one()
        self.party_id.check_access("write")
        bill = self.bill_id
        if not bill:
            lines = self.situation_id.line_ids.filtered(lambda line: line.contract_line_id.party_id == self.party_id)
            weights = self.party_id._weights((line.contract_line_id.tax_id.amount, line.amount) for line in lines)
            bill = self.party_id._create_bill(self.amount + self.variation, weights, self.situation_id)
        return self.party_id._action_show(bill)


class AccountMove(models.Model):
    _inherit = "account.move"

    works_party_id = fields.Many2one(
        "works.contract.party",
        "Subcontractor of contract",
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
        domain="[('role', '=', 'subcontractor'), ('partner_id.commercial_partner_id', '=', commercial_partner_id)]",
        help="Contract on which the client pays this subcontractor directly. His bill is settled by the client's "
        "payment, not by yours.",
    )
    works_party_contract_id = fields.Many2one(related="works_party_id.contract_id", string="Subcontracted on")
    works_party_situation_id = fields.Many2one(
        "works.situation",
        "Paid through statement",
        index="btree_not_null",
        ondelete="restrict",
        domain="[('contract_id', '=', works_party_contract_id)]",
        help="Statement by which the client is asked to pay him.",
    )

    @api.constrains("works_party_id", "works_party_situation_id", "partner_id")
    def _check_works_party(self):
        for move in self.filtered(lambda move: move.works_party_id and move.is_purchase_document()):
            party, situation = move.works_party_id, move.works_party_situation_id
            if move.commercial_partner_id != party.partner_id.commercial_partner_id:
                raise ValidationError(
                    self.env._(
                        "Subcontractor of contract: %(party)s is not the supplier of this bill, %(supplier)s.",
                        party=party.partner_id.display_name,
                        supplier=move.commercial_partner_id.display_name,
                    )
                )
            if situation and situation.contract_id != party.contract_id:
                raise ValidationError(
                    self.env._(
                        "Paid through statement: %(statement)s is not of the contract of %(party)s.",
                        statement=situation.name,
                        party=party.display_name,
                    )
                )
