from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..decompte import Amendment, Assignment, Carried, Prorata, Terms, as_decimal

# What a draft statement is computed from: it follows when one of them changes.
TERMS = {
    "price_base_month",
    "date_start",
    "retention_rate",
    "retention_base",
    "retention_mode",
    "guarantee_date",
    "advance_amount",
    "advance_rate",
    "duration_months",
    "advance_start_pct",
    "advance_end_pct",
    "advance_method",
    "advance_base_own_share",
    "advance_refunded",
    "prorata_mode",
    "prorata_rate",
    "prorata_with_tax",
}
AMENDMENT_KINDS = {"amendment": "amendment", "order": "service_order"}


class WorksContract(models.Model):
    """What the contract says of prices and payments, beyond its posts (*clauses financières* of the CCAP)."""

    _inherit = "works.contract"

    price_type = fields.Selection(
        [("firm", "Firm"), ("adjustable", "Firm, adjusted once"), ("revisable", "Revised every month")],
        "Prices",
        required=True,
        default="firm",
        tracking=True,
        help="See the article of the CCAP on prices. Adjusted once: when the works start more than three months after "
        "the prices were set. Revised: every month, by the indexes of the month of execution.",
    )
    price_base_month = fields.Date(
        "Base month",
        tracking=True,
        help="Month in which the prices were set (mois zéro), any day of it: the indexes start from there.",
    )
    formula_ids = fields.One2many(
        "works.revision.formula",
        "contract_id",
        "Price formulas",
        help="One formula, or one per group of posts where the CCAP gives several.",
    )
    main_formula_id = fields.Many2one(
        "works.revision.formula", compute="_compute_main_formula_id", help="Formula of the posts to come."
    )
    party_ids = fields.One2many(
        "works.contract.party",
        "contract_id",
        "Direct-paid subcontractors",
        domain=[("role", "=", "subcontractor")],
        help="Paid excl. tax by the client (reverse charge), and deducted from your net.",
    )
    prorata_mode = fields.Selection(
        [("none", "None"), ("told", "Told, not deducted"), ("deducted", "Deducted by the client")],
        "Shared site costs",
        required=True,
        default="none",
        tracking=True,
        help="Compte prorata of the site. Usually the client pays in full and the manager of the account invoices its "
        "members; some contracts have it deducted.",
    )
    prorata_rate = fields.Float(
        "Share %", digits=(16, 4), tracking=True, help="Percentage of your works, as the convention of the site says."
    )
    prorata_with_tax = fields.Boolean(
        "On the amount incl. tax", help="Unticked: on the works excluding VAT. The convention of the site says which."
    )
    assignment_kind = fields.Selection(
        [("factor", "Factoring"), ("dailly", "Dailly assignment")],
        "Assigned by",
        tracking=True,
        help="Your claim belongs to a bank or to a factor: its bank account and the legal mention are printed on each "
        "statement.",
    )
    assignment_bank_id = fields.Many2one(
        "res.partner.bank",
        "Account of the assignee",
        tracking=True,
        check_company=True,
        help="Bank account of the bank or factor: the client must pay there and nowhere else.",
    )
    assignment_text = fields.Text(
        "Mention to print",
        help="Empty: a usual mention (our wording, to be checked). Better: the one that the bank or the factor gives; "
        "{assignee} and {iban} are filled in.",
    )
    terms_advice = fields.Text(
        "To look at in the terms",
        compute="_compute_terms_advice",
        help="What deserves a look in the retention and in the advance; it never blocks.",
    )

    _prorata_range = models.Constraint(
        "CHECK(prorata_rate >= 0 AND prorata_rate <= 100)",
        "Shared site costs: enter a percentage between 0 and 100.",
    )
    _assignment_complete = models.Constraint(
        "CHECK(assignment_kind IS NULL OR assignment_bank_id IS NOT NULL)",
        "Assignment of the claim: choose the account of the bank or of the factor, which the client must pay.",
    )

    @api.depends(
        "retention_rate",
        "retention_legal_rate",
        "advance_rate",
        "advance_amount",
        "advance_start_pct",
        "advance_end_pct",
        "date_consultation",
        "price_type",
        "formula_ids",
    )
    def _compute_terms_advice(self):
        for contract in self:
            clauses = (contract._retention_terms(0), contract._advance_terms(0))
            messages = [one.message for clause in clauses if clause for one in clause.problems()]
            if contract.price_type != "firm" and not contract.formula_ids:
                messages.append(
                    self.env._("Prices: copy the formula of the CCAP, otherwise nothing is adjusted nor revised.")
                )
            contract.terms_advice = "\n".join(messages) or False

    @api.depends("formula_ids")
    def _compute_main_formula_id(self):
        for contract in self:
            contract.main_formula_id = contract.formula_ids[:1]

    @api.constrains("price_type", "price_base_month", "formula_ids", "prorata_mode", "prorata_rate")
    def _check_terms(self):
        problems = []
        for contract in self:
            if contract.price_type == "firm" and contract.formula_ids:
                problems.append(
                    self.env._("Prices: a firm price has no formula. Delete the formulas, or choose another price.")
                )
            if contract.formula_ids and not contract.price_base_month:
                problems.append(
                    self.env._("Base month: the price formulas start from it. Enter the month the prices were set in.")
                )
            if contract.prorata_mode != "none" and not contract.prorata_rate:
                problems.append(self.env._("Shared site costs: enter your share in percent, or choose None."))
        if problems:
            raise ValidationError("\n".join(problems))

    def write(self, vals):
        result = super().write(vals)
        if TERMS & vals.keys():
            self._refresh_draft_situation()
        return result

    def _terms(self, carried: Carried) -> Terms:
        """The contract in the terms of ``decompte``, with the clauses that past statements still hold money by."""
        self.ensure_one()
        return Terms(
            formulas=[formula._formula() for formula in self.formula_ids],
            advance=self._advance_terms(carried.advance.granted),
            retention=self._retention_terms(carried.retention),
            prorata=self._prorata_terms(carried.prorata),
            subcontractors=[one._subcontractor() for one in self.party_ids if one._is_paid_directly()],
            amendments=[
                Amendment(
                    one.id,
                    one.display_name,
                    bool(one.date_notification),
                    kind=AMENDMENT_KINDS[one.kind],
                    provisional_prices=one.kind == "order",
                )
                for one in self.amendment_ids
            ],
            assignment=self._assignment_terms(),
        )

    def _prorata_terms(self, carried):
        """The *compte prorata* in the terms of ``decompte``; None without any.

        :param carried: share reckoned by the previous statements, EUR.
        """
        self.ensure_one()
        if self.prorata_mode == "none" and not carried:
            return None
        return Prorata(
            as_decimal(self.prorata_rate if self.prorata_mode != "none" else 0),
            deducted=self.prorata_mode == "deducted",
            with_tax=self.prorata_with_tax,
        )

    def _assignment_terms(self):
        """The assignment of the claim in the terms of ``decompte``; None without any."""
        self.ensure_one()
        bank = self.assignment_bank_id
        if not self.assignment_kind or not bank:
            return None
        return Assignment(
            self.assignment_kind,
            bank.acc_holder_name or bank.partner_id.name,
            bank.acc_number,
            text=self.assignment_text or "",
        )
