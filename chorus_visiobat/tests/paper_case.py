"""A French company, its public client, and ordinary invoices to print."""

from datetime import date

from odoo import Command
from odoo.tests import TransactionCase

FRAMEWORKS = {
    "A1": ("A1_FACTURE_FOURNISSEUR", False),
    "A2": ("A2_FACTURE_FOURNISSEUR_DEJA_PAYEE", False),
    "A4": ("A4_PROJET_DECOMPTE_MENSUEL_FOURNISSEUR", True),
}


class PaperCase(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"]._activate_lang("fr_FR")
        cls.company = cls.env["res.company"].create(
            {
                "name": "Bâtisseurs du Val",
                "street": "4 rue des Carriers",
                "zip": "49000",
                "city": "Angers",
                "country_id": cls.env.ref("base.fr").id,
                "currency_id": cls.env.ref("base.EUR").id,
                "company_registry": "45260181800019",
                "vat": "FR23334175221",
                "phone": "02 41 00 00 00",
                "email": "facturation@batisseurs-du-val.example",
            }
        )
        cls.env.user.write({"company_ids": [Command.link(cls.company.id)], "company_id": cls.company.id})
        cls.env = cls.env(context={**cls.env.context, "allowed_company_ids": [cls.company.id]})
        cls.company = cls.company.with_env(cls.env)
        cls.env["account.chart.template"].try_loading("fr", cls.company, install_demo=False)
        cls.bank = cls.env["res.partner.bank"].create(
            {
                "acc_number": "FR7630006000011234567890189",
                "partner_id": cls.company.partner_id.id,
                "allow_out_payment": True,
            }
        )
        cls.town = cls._partner(
            "Commune de Saint-Aubin-le-Val",
            "26613186100012",
            street="1 place de la Mairie",
            zip="49260",
            city="Saint-Aubin-le-Val",
        )
        cls.moe = cls._partner(
            "Atelier Lumen, architectes", "85908301600013", street="12 quai Ligny", zip="49100", city="Angers"
        )
        cls.tax_20 = cls._tax(20)
        cls.tax_10 = cls._tax(10)

    @classmethod
    def _partner(cls, name, siret, **values):
        return cls.env["res.partner"].create(
            {
                "name": name,
                "company_registry": siret,
                "is_company": True,
                "country_id": cls.env.ref("base.fr").id,
                **values,
            }
        )

    @classmethod
    def _tax(cls, rate, exigibility="on_payment"):
        tax = (
            cls.env["account.tax"]
            .with_context(active_test=False)
            .search(
                [
                    ("company_id", "=", cls.company.id),
                    ("type_tax_use", "=", "sale"),
                    ("amount_type", "=", "percent"),
                    ("amount", "=", rate),
                    ("price_include", "=", False),
                    ("tax_exigibility", "=", exigibility),
                ],
                limit=1,
            )
        )
        tax.active = True
        return tax

    @classmethod
    def _framework(cls, code):
        api_code, is_works = FRAMEWORKS[code]
        framework = cls.env["chorus.framework"].search([("code", "=", code)])
        return framework or cls.env["chorus.framework"].create(
            {
                "code": code,
                "api_code": api_code,
                "name": "Projet de décompte mensuel" if is_works else "Facture",
                "is_works": is_works,
                "issuer": "supplier",
            }
        )

    @classmethod
    def _invoice(cls, lines, **values):
        """Post an invoice; each line is (name, quantity, unit price, tax[, more values])."""
        move = cls.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "company_id": cls.company.id,
                "partner_id": cls.town.id,
                "partner_bank_id": cls.bank.id,
                "invoice_date": date(2026, 11, 20),
                "invoice_line_ids": [
                    Command.create(
                        {
                            "name": name,
                            "quantity": quantity,
                            "price_unit": price,
                            "tax_ids": [Command.set(tax.ids)],
                            **(more[0] if more else {}),
                        }
                    )
                    for name, quantity, price, tax, *more in lines
                ],
                **values,
            }
        )
        move.action_post()
        return move

    @classmethod
    def _document(cls, code, move, **values):
        return (
            cls.env["chorus.document"]
            .sudo()
            .create(
                {
                    "company_id": cls.company.id,
                    "environment": "qualification",
                    "framework_id": cls._framework(code).id,
                    "move_id": move.id,
                    "number": move.name,
                    "issuer_siret": cls.company.company_registry,
                    "recipient_siret": cls.town.company_registry,
                    **values,
                }
            )
        )
