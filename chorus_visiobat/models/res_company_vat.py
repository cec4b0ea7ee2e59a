from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    chorus_vat_on_debits = fields.Boolean(
        "VAT on debits",
        help="Tick only if the company has opted to pay VAT when it invoices. Works and services owe it when they "
        "are paid unless the company opted otherwise; papers and electronic invoices then have to say so.",
    )

    def _works_sale_tax(self, rate=None):
        """Tax of the works sold at a rate: a service, whose VAT is due on receipt unless the company opted for debits.

        :param rate: percent (float); None: that of the company's default sales tax, else 20
        :return: account.tax, in percent and excluded from the prices; empty where the company has none at this rate
        """
        self.ensure_one()
        Tax = self.env["account.tax"].sudo()
        rate = (self.sudo().account_sale_tax_id.amount or 20.0) if rate is None else rate
        taxes = Tax.search(
            [
                *Tax._check_company_domain(self),
                ("type_tax_use", "=", "sale"),
                ("amount_type", "=", "percent"),
                ("amount", "=", rate),
            ]
        ).filtered(lambda tax: not tax.price_include)
        due = "on_invoice" if self.chorus_vat_on_debits else "on_payment"
        return taxes.sorted(lambda tax: (tax.tax_exigibility != due, tax.tax_scope != "service"))[:1].sudo(False)
