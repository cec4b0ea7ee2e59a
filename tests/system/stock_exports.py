"""Run in Odoo's shell: print the stock Factur-X and UBL of one invoice of another customer.

The first run makes the invoice; the next ones export the same. Each format is printed as one line,
``EXPORT <format> <hexadecimal bytes>``.
"""

# ruff: noqa: F821 (env is given by the shell)
from odoo import Command

NUMBER = "VTE/2026/0001"


def make_invoice(env):
    france = env.ref("base.fr")
    # As when data are imported: no localisation module is installed by the way.
    env = env(context={**env.context, "install_mode": True})
    company = env["res.company"].create(
        {
            "name": "Menuiserie Voisine",
            "street": "2 rue du Port",
            "zip": "49000",
            "city": "Angers",
            "country_id": france.id,
            "currency_id": env.ref("base.EUR").id,
            "company_registry": "59603082500019",
            "vat": "FR23334175221",
            "phone": "02 41 00 00 00",
            "email": "contact@voisine.example",
        }
    )
    env.user.company_ids |= company
    env["account.chart.template"].try_loading("fr", company, install_demo=False)
    env = env(context={**env.context, "allowed_company_ids": company.ids})
    client = env["res.partner"].create(
        {
            "name": "Département du Haut-Val",
            "is_company": True,
            "country_id": france.id,
            "company_registry": "20913909600017",
            "street": "1 place du Département",
            "zip": "49000",
            "city": "Angers",
            "peppol_eas": "0009",
            "peppol_endpoint": "11000201100044",
            "ref": "C-77",
        }
    )
    bank = env["res.partner.bank"].create(
        {"acc_number": "FR7630006000011234567890189", "partner_id": company.partner_id.id, "allow_out_payment": True}
    )
    tax = env["account.tax"].search(
        [("company_id", "=", company.id), ("type_tax_use", "=", "sale"), ("amount", "=", 20)], limit=1
    )
    product = env["product.product"].create({"name": "Porte coupe-feu", "default_code": "PCF"})
    invoice = env["account.move"].create(
        {
            "move_type": "out_invoice",
            "partner_id": client.id,
            "partner_bank_id": bank.id,
            "invoice_date": "2026-11-20",
            "name": NUMBER,
            "buyer_reference": "DIRBAT",
            "purchase_order_reference": "2026-EJ-004512",
            "contract_reference": "M-2026-7",
            "narration": "Livré et posé",
            "invoice_line_ids": [
                Command.create({"product_id": product.id, "quantity": 3, "price_unit": 310.4, "tax_ids": tax.ids}),
                Command.create({"name": "Remise", "quantity": 1, "price_unit": -50, "tax_ids": tax.ids}),
            ],
        }
    )
    invoice.action_post()
    return invoice


invoice = env["account.move"].search([("name", "=", NUMBER)]) or make_invoice(env)
for name in ("account.edi.xml.cii", "account.edi.xml.ubl_bis3"):
    xml, _errors = env[name]._export_invoice(invoice)
    print("EXPORT", name, xml.hex())
env.cr.commit()
