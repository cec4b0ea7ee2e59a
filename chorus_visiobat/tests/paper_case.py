from datetime import date

from odoo import Command

from .works_common import WorksCase

FRAMEWORK_VALUES = {
    "A1": {"is_works": False},
    "A2": {"is_works": False, "bears_invoice": True},
    "A4": {"is_works": True},
}


class PaperCase(WorksCase):
    """What it takes to print: addresses, a bank account, ordinary invoices with their documents."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"]._activate_lang("fr_FR")
        cls.company.write(
            {
                "street": "4 rue des Carriers",
                "zip": "49000",
                "city": "Angers",
                "vat": "FR23334175221",
                "phone": "02 41 00 00 00",
                "email": "facturation@batisseurs-du-val.example",
            }
        )
        cls.bank = cls.env["res.partner.bank"].create(
            {
                "acc_number": "FR7630006000011234567890189",
                "partner_id": cls.company.partner_id.id,
                "allow_out_payment": True,
            }
        )
        cls.client_body.write({"street": "1 place de la Mairie", "zip": "49260", "city": "Saint-Aubin-le-Val"})
        cls.moe.write({"street": "12 quai Ligny", "zip": "49100", "city": "Angers"})

    @classmethod
    def _tax(cls, rate, exigibility):
        tax = (
            cls.env["account.tax"]
            .with_context(active_test=False)
            .search(
                [
                    ("company_id", "=", cls.company.id),
                    ("type_tax_use", "=", "sale"),
                    ("amount", "=", rate),
                    ("price_include_override", "!=", "tax_included"),
                    ("tax_exigibility", "=", exigibility),
                ],
                limit=1,
            )
        )
        tax.active = True
        return tax

    @classmethod
    def _framework(cls, code):
        framework = cls.env["chorus.framework"].search([("code", "=", code)])
        if not framework:
            framework = framework.create({"code": code, "api_code": code, "name": code, "issuer": "supplier"})
        framework.write(FRAMEWORK_VALUES[code])
        return framework

    @classmethod
    def _invoice(cls, lines, **values):
        """Post an invoice; each line is (name, quantity, unit price, tax[, more values])."""
        move = cls.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "company_id": cls.company.id,
                "partner_id": cls.client_body.id,
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
        return cls.env["chorus.document"].create(
            {
                "company_id": cls.company.id,
                "environment": "qualification",
                "framework_id": cls._framework(code).id,
                "move_id": move.id,
                "number": move.name,
                "issuer_siret": cls.company.company_registry,
                "recipient_siret": cls.client_body.company_registry,
                **values,
            }
        )
