from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ..decompte import Subcontractor, as_decimal


class WorksContractParty(models.Model):
    """Subcontractor or joint contractor (*sous-traitant*, *cotraitant*) of a contract.

    A subcontractor whom the client accepted (*acte spécial*, form DC4) is paid by the client directly, above 600 €
    incl. tax (works-billing.md §2.8). Amounts in EUR: excl. tax under reverse charge, else incl. tax.
    """

    _name = "works.contract.party"
    _description = "Subcontractor or joint contractor of a works contract"
    _order = "contract_id, sequence, id"
    _check_company_auto = True

    contract_id = fields.Many2one("works.contract", required=True, ondelete="cascade", index=True)
    company_id = fields.Many2one(related="contract_id.company_id", store=True)
    currency_id = fields.Many2one(related="contract_id.currency_id")
    sequence = fields.Integer(default=10, help="Order on the statement.")
    role = fields.Selection(
        [("subcontractor", "Subcontractor"), ("co_contractor", "Joint contractor")],
        required=True,
        default="subcontractor",
        help="Subcontractor: the client pays him directly, and his part is deducted from yours. Joint contractor: "
        "he sends his own statements.",
    )
    partner_id = fields.Many2one(
        "res.partner",
        "Name",
        required=True,
        check_company=True,
        domain=[("is_company", "=", True)],
        help="Company that does these works.",
    )
    amount_max = fields.Monetary(
        "Amount accepted",
        help="Amount of his acte spécial (DC4), before price variation: excl. tax under reverse charge, else "
        "incl. tax. The client pays him no more than that.",
    )
    reverse_charge = fields.Boolean(
        "Reverse charge",
        default=True,
        help="He invoices without VAT (article 283-2 nonies of the CGI), and you owe the VAT on the whole works. "
        "Untick it only for works to which the reverse charge does not apply.",
    )
    bank_id = fields.Many2one(
        "res.partner.bank",
        "Bank account",
        check_company=True,
        domain="[('partner_id', '=', partner_id)]",
        help="Account that the client pays, as on the acte spécial.",
    )
    accepted_date = fields.Date(
        "Accepted on", help="Day on which the client accepted him and his payment terms. He is paid directly from then."
    )
    direct_payment_ids = fields.One2many("works.situation.direct_payment", "party_id")
    amount_paid = fields.Monetary(
        "Paid directly so far",
        compute="_compute_amount_paid",
        help="Sum of the direct payments asked for on the statements, price variation included.",
    )

    _partner_uniq = models.Constraint(
        "UNIQUE(contract_id, partner_id, role)", "This company stands in the contract already with this role."
    )
    _amount_positive = models.Constraint(
        "CHECK(amount_max >= 0)", "Amount accepted: it cannot be negative. Enter that of the acte spécial."
    )

    @api.depends("direct_payment_ids.amount", "direct_payment_ids.variation", "direct_payment_ids.situation_id.state")
    def _compute_amount_paid(self):
        for party in self:
            payments = party.sudo().direct_payment_ids.filtered(lambda one: one.situation_id.state != "cancelled")
            party.amount_paid = sum(payments.mapped("amount")) + sum(payments.mapped("variation"))

    @api.depends("partner_id", "role")
    def _compute_display_name(self):
        for party in self:
            party.display_name = party.partner_id.display_name

    @api.constrains("role", "amount_max")
    def _check_amount_max(self):
        for party in self:
            if party.role == "subcontractor" and not party.amount_max:
                raise ValidationError(
                    self.env._(
                        "Subcontractor %(name)s: enter the amount of his acte spécial, which bounds his payments.",
                        name=party.display_name,
                    )
                )

    def _is_paid_directly(self):
        """Whether the client pays him: an empty record is ourselves."""
        return self.role == "subcontractor"

    def _subcontractor(self):
        """The subcontractor in the terms of ``decompte``."""
        self.ensure_one()
        return Subcontractor(
            self.id, self.display_name, as_decimal(self.amount_max), reverse_charge=self.reverse_charge
        )

    @api.model_create_multi
    def create(self, vals_list):
        parties = super().create(vals_list)
        parties.contract_id._refresh_draft_situation()
        return parties

    def write(self, vals):
        if {"role", "reverse_charge", "partner_id", "contract_id"} & vals.keys():
            self._check_not_paid()
        result = super().write(vals)
        self.contract_id._refresh_draft_situation()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_paid(self):
        self._check_not_paid()

    def unlink(self):
        contracts = self.contract_id
        self.sudo().direct_payment_ids.filtered(lambda one: one.situation_id.state == "draft").unlink()
        result = super().unlink()
        contracts.exists()._refresh_draft_situation()
        return result

    def _check_not_paid(self):
        for party in self:
            if party.sudo().direct_payment_ids.situation_id.filtered(lambda one: one.state == "invoiced"):
                raise UserError(
                    self.env._(
                        "%(name)s is paid directly on an invoiced statement: he stays in the contract as he is. "
                        "Only the amount accepted may change, by a new acte spécial.",
                        name=party.display_name,
                    )
                )
