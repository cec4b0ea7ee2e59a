from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    chorus_vat_on_debits = fields.Boolean(
        "VAT on debits",
        help="Tick only if the company has opted to pay VAT when it invoices. Works and services owe it when they "
        "are paid unless the company opted otherwise; papers and electronic invoices then have to say so.",
    )
