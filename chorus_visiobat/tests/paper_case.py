from datetime import date

from odoo import Command

from .works_common import WorksCase


class PaperCase(WorksCase):
    """What it takes to print: addresses, a bank account, ordinary invoices with their documents."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.bank = cls.company.bank_ids
        cls.bank.allow_out_payment = True
        cls.town.write({"street": "1 place de la Mairie", "zip": "49260", "city": "Saint-Aubin-le-Val"})
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
        return cls.env.ref(f"chorus_visiobat.framework_{code.lower()}")

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
        return cls.env["chorus.document"].create(
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
