from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..decompte import Deduction, DirectPayment, as_decimal


class WorksSituationEntry(models.AbstractModel):
    """What is typed on a draft statement besides its progress: the statement follows, and nothing changes after it."""

    _name = "works.situation.entry"
    _description = "Entry of a works statement"
    _order = "situation_id, id"

    situation_id = fields.Many2one("works.situation", required=True, ondelete="cascade", index=True)
    company_id = fields.Many2one(related="situation_id.company_id", store=True)
    currency_id = fields.Many2one(related="situation_id.currency_id")

    @api.model_create_multi
    def create(self, vals_list):
        entries = super().create(vals_list)
        entries._check_draft()
        entries._follow()
        return entries

    def write(self, vals):
        self._check_draft()
        result = super().write(vals)
        self._check_draft()
        self._follow()
        return result

    def unlink(self):
        self._check_draft()
        situations = self.situation_id
        result = super().unlink()
        if not self.env.context.get("works_defer_recompute"):
            situations.exists()._recompute()
        return result

    def _check_draft(self):
        for situation in self.situation_id:
            if situation.state != "draft":
                raise ValidationError(situation._frozen_message())

    def _follow(self):
        if not self.env.context.get("works_defer_recompute"):
            self.situation_id._recompute()


class WorksSituationDeduction(models.Model):
    """Sum that the client keeps, outside VAT (*pénalités*, *autres retenues*; CCAG-Travaux 12.2.1 c). EUR."""

    _name = "works.situation.deduction"
    _description = "Deduction of a works statement"
    _inherit = ["works.situation.entry"]
    _check_company_auto = True

    kind = fields.Selection(
        [("penalty", "Penalty"), ("other", "Other deduction")],
        required=True,
        default="penalty",
        help="Penalty: of delay, most often, decided by the client. Other: whatever else he keeps.",
    )
    name = fields.Char("Subject", required=True, help="As it is to be printed on the statement.")
    amount = fields.Monetary(
        required=True, help="Deducted after the total incl. tax, without any VAT. Negative: given back."
    )
    reason = fields.Char(help="What the client says of it: days of delay, article of the CCAP.")
    account_id = fields.Many2one(
        "account.account",
        "Charged to",
        check_company=True,
        domain=[("account_type", "not in", ("asset_receivable", "liability_payable", "asset_cash"))],
        groups="account.group_account_invoice,account.group_account_readonly",
        help="Account charged when the answer of the project manager is recorded. Empty: that of the settings, "
        "658100 for penalties.",
    )
    at_admission = fields.Boolean(
        "Decided by the client",
        readonly=True,
        help="Found in the payment statement of the project manager: it came after the request.",
    )

    def _check_draft(self):
        """Those of the answer come with it, and go with it: only the statement keeps them."""
        told = self.filtered("at_admission")
        if told and not self.env.su:
            raise ValidationError(
                self.env._(
                    "Deduction %(name)s: it belongs to the answer of the project manager. Cancel that answer, then "
                    "record it again.",
                    name=told[0].name,
                )
            )
        return super(WorksSituationDeduction, self - told)._check_draft()

    @api.constrains("amount")
    def _check_amount(self):
        for deduction in self:
            if deduction.currency_id.is_zero(deduction.amount):
                raise ValidationError(
                    self.env._("Deduction %(name)s: enter its amount, or delete the line.", name=deduction.name or "")
                )

    def _deduction(self):
        """The deduction in the terms of ``decompte``."""
        self.ensure_one()
        return Deduction(
            self.name or "", as_decimal(self.amount), kind=self.kind or "penalty", reason=self.reason or ""
        )


class WorksSituationDirectPayment(models.Model):
    """What the client is to pay a subcontractor this month (*paiement direct*), as he invoices it.

    EUR: excl. tax under reverse charge, else incl. tax (works-billing.md §2.8).
    """

    _name = "works.situation.direct_payment"
    _description = "Direct payment to a subcontractor"
    _inherit = ["works.situation.entry"]

    contract_id = fields.Many2one(related="situation_id.contract_id")
    party_id = fields.Many2one(
        "works.contract.party",
        "Subcontractor",
        required=True,
        ondelete="restrict",
        index=True,
        domain="[('contract_id', '=', contract_id), ('role', '=', 'subcontractor')]",
        help="Subcontractor of the contract, accepted by the client.",
    )
    amount = fields.Monetary(
        "To be paid",
        required=True,
        help="What he invoices this month before price variation: excl. tax under reverse charge, else incl. "
        "tax. Proposed from the progress of his posts.",
    )
    variation = fields.Monetary("Price variation", help="Price variation that he invoices, which his ceiling ignores.")

    @api.onchange("party_id")
    def _onchange_party_id(self):
        if self.party_id and not self.amount:
            lines = self.situation_id.line_ids.filtered(
                lambda line: line.contract_line_id.party_id._origin == self.party_id._origin
            )
            self.amount = sum(
                line.amount * (1 if self.party_id.reverse_charge else 1 + line.contract_line_id.tax_id.amount / 100)
                for line in lines
            )

    @api.constrains("party_id", "situation_id")
    def _check_party(self):
        for payment in self:
            if payment.party_id.contract_id != payment.situation_id.contract_id or not (
                payment.party_id._is_paid_directly()
            ):
                raise ValidationError(
                    self.env._(
                        "Direct payment to %(name)s: choose a subcontractor of this contract.",
                        name=payment.party_id.display_name,
                    )
                )

    def _direct_payment(self):
        """The payment in the terms of ``decompte``."""
        self.ensure_one()
        return DirectPayment(self.party_id._origin.id, as_decimal(self.amount), as_decimal(self.variation))
