from odoo import api, fields, models

ROLE = "subcontractor"


class WorksContract(models.Model):
    """A subcontractor invoices without VAT: his main contractor owes it (CGI 283-2 nonies; works-billing.md §2.8)."""

    _inherit = "works.contract"

    reverse_charge = fields.Boolean(
        default=True,
        help="As a subcontractor you invoice excluding tax, with the mention “Autoliquidation”: the main contractor "
        "owes the VAT (article 283-2 nonies of the CGI). Untick it only for works that it does not cover, such as "
        "supplies without laying.",
    )

    def _is_under_reverse_charge(self):
        self.ensure_one()
        return self.role == ROLE and self.reverse_charge

    @api.onchange("role", "reverse_charge")
    def _onchange_reverse_charge(self):
        """Posts not billed yet follow: 0 % under reverse charge, the ordinary tax otherwise."""
        tax = self.company_id._works_reverse_charge_tax()
        wanted = tax if self._is_under_reverse_charge() else self.company_id._works_sale_tax()
        for line in self.line_ids:
            billed = line._origin and line._origin._is_billed()
            if wanted and (line.tax_id == tax) != (wanted == tax) and not billed:
                line.tax_id = wanted

    def _vat_under_reverse_charge(self, lines=None):
        """Posts that carry VAT although their contract is under reverse charge."""
        self.ensure_one()
        lines = self.line_ids if lines is None else lines
        return lines.filtered("tax_id.amount") if self._is_under_reverse_charge() else lines.browse()


class WorksContractLine(models.Model):
    _inherit = "works.contract.line"

    @api.model
    def _default_tax_id(self):
        contract = self.env["works.contract"].browse(self.env.context.get("default_contract_id"))
        role = self.env.context.get("works_role") or contract.role
        charged = self.env.context.get("works_reverse_charge", not contract or contract.reverse_charge)
        tax = role == ROLE and charged and (contract.company_id or self.env.company)._works_reverse_charge_tax()
        return tax or super()._default_tax_id()

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            contract = self.env["works.contract"].browse(vals.get("contract_id"))
            if "tax_id" not in vals and contract and contract._is_under_reverse_charge():
                tax = contract.company_id._works_reverse_charge_tax()
                vals.update({"tax_id": tax.id} if tax else {})
        return super().create(vals_list)


class WorksSituation(models.Model):
    _inherit = "works.situation"

    def _invoice_problems(self):
        return super()._invoice_problems() + self._reverse_charge_problems()

    def _reverse_charge_problems(self):
        """VAT on what a subcontractor bills, or no tax to bill it with (works-billing.md §5.3, check 24).

        :return: list of French sentences (str).
        """
        self.ensure_one()
        contract = self.contract_id
        if not contract._is_under_reverse_charge():
            return []
        company = self.company_id
        if not (company._works_reverse_charge_tax() and company._works_reverse_charge_position()):
            return [company._works_reverse_charge_question()]
        billed = self.line_ids.filtered(lambda line: line.amount or line.previous).contract_line_id
        return [
            self.env._(
                "VAT of post %(post)s: a subcontractor invoices excluding tax, with the mention “Autoliquidation”. "
                "Choose the tax %(tax)s instead of %(wrong)s, or untick Reverse charge on the contract.",
                post=line.display_name,
                tax=company._works_reverse_charge_tax().name,
                wrong=line.tax_id.name,
            )
            for line in contract._vat_under_reverse_charge(billed)
        ]

    def _move_values(self):
        """The fiscal position of the reverse charge goes with the invoice: it says why there is no VAT."""
        values = super()._move_values()
        if self.contract_id._is_under_reverse_charge():
            values["fiscal_position_id"] = self.company_id._works_reverse_charge_position().id
        return values
