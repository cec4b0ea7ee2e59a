from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from odoo.addons.chorus_visiobat.tests.works_common import WorksCase


@tagged("post_install", "-at_install")
class TestSaleOrder(WorksCase):
    """A confirmed order becomes a contract, or posts of one: its sections are lots, its amounts stay to the cent."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.product = cls.env["product.product"].create(
            {"name": "Maçonnerie", "type": "service", "default_code": "MAC"}
        )
        cls.tiles = cls.env["product.product"].create({"name": "Tuiles", "type": "consu"})

    def _order(self, *lines, confirm=True, **values):
        order = self.env["sale.order"].create(
            {
                "partner_id": self.town.id,
                "company_id": self.company.id,
                "client_order_ref": "Réfection de la mairie",
                "order_line": [Command.create(line) for line in lines or self._lines()],
                **values,
            }
        )
        if confirm:
            order.action_confirm()
        return order

    def _lines(self, tax=None):
        tax = (tax or self.vat20).ids
        return [
            {"display_type": "line_section", "name": "Lot 1 – Gros œuvre"},
            self._line("Murs en pierre", 12, 150, tax),
            {"display_type": "line_note", "name": "Échafaudage compris"},
            {"display_type": "line_section", "name": "Lot 2 – Couverture"},
            # 7 × 33.33 less 10 % is 209.979: 209.98 on the order, and on the post
            {**self._line("Tuiles", 7, 33.33, tax), "product_id": self.tiles.id, "discount": 10},
        ]

    def _line(self, name, quantity, price, tax):
        return {
            "product_id": self.product.id,
            "name": name,
            "product_uom_qty": quantity,
            "price_unit": price,
            "tax_ids": [Command.set(tax)],
        }

    def test_an_order_becomes_a_contract(self):
        order = self._order()
        contract = self.env["works.contract"].browse(order.action_create_works_contract()["res_id"])
        self.assertEqual((contract.name, contract.reference), ("Réfection de la mairie", order.name))
        self.assertEqual((contract.moa_partner_id, contract.state), (self.town, "draft"))
        self.assertEqual(
            [(post.lot, post.name, post.quantity, post.amount, post.nature) for post in contract.line_ids],
            [
                ("Lot 1 – Gros œuvre", "Murs en pierre", 12, 1800.0, "works"),
                ("Lot 2 – Couverture", "Tuiles", 7, 209.98, "supply"),
            ],
        )
        self.assertEqual(contract.line_ids.tax_id, self.vat20)
        self.assertEqual(contract.amount_current, order.amount_untaxed)
        self.assertEqual(order.works_contract_id, contract)
        with self.assertRaisesRegex(UserError, "in the contract"):
            order.action_create_works_contract()

    def test_the_contract_is_billed(self):
        contract = self.env["works.contract"].browse(self._order().action_create_works_contract()["res_id"])
        contract.action_start()
        situation = self._bill(contract, 50, 100)
        # 900 + 209.98
        self.assertEqual(situation.move_id.amount_untaxed, 1109.98)

    def test_an_order_is_added_to_a_contract_under_an_amendment(self):
        contract = self._contract([("L1", 1000)])
        amendment = self.env["works.contract.amendment"].create(
            {"contract_id": contract.id, "number": "1", "name": "Avenant 1"}
        )
        order = self._order()
        wizard = self.env["works.sale.import"].create(
            {"contract_id": contract.id, "order_id": order.id, "amendment_id": amendment.id}
        )
        self.assertEqual((wizard.post_count, wizard.amount, wizard.problems), (2, 2009.98, False))
        wizard.action_import()
        self.assertEqual(contract.line_ids.mapped("name"), ["L1", "Murs en pierre", "Tuiles"])
        self.assertEqual(contract.line_ids[1:].amendment_id, amendment)

    def test_everything_that_prevents_it_is_told_at_once(self):
        line = {**self._line("Sans TVA", 1, 10, []), "sequence": 99}
        order = self._order(*self._lines(), line, confirm=False)
        with self.assertRaises(UserError) as refusal:
            order.action_create_works_contract()
        self.assertIn("confirm it first", str(refusal.exception))
        self.assertIn("Sans TVA", str(refusal.exception))
        self.assertFalse(order.works_contract_id)

    def test_what_was_invoiced_is_not_billed_twice(self):
        order = self._order(self._line("Étude", 1, 100, self.vat20.ids))
        order._create_invoices().action_post()
        with self.assertRaisesRegex(UserError, "invoiced already"):
            order.action_create_works_contract()

    def test_the_order_is_not_invoiced_beside_its_contract(self):
        order = self._order()
        self.assertEqual(order.invoice_status, "to invoice")
        order.action_create_works_contract()
        self.assertEqual(order.invoice_status, "no")
        with self.assertRaisesRegex(UserError, "bills these lines by its statements"):
            order._create_invoices()

    def test_who_sells_creates_no_contract(self):
        salesman = new_test_user(
            self.env,
            "val_sale",
            "sales_team.group_sale_manager",
            company_id=self.company.id,
            company_ids=[Command.set(self.company.ids)],
        )
        order = self._order()
        with self.assertRaises(AccessError):
            order.with_user(salesman).action_create_works_contract()
        self.assertTrue(order.with_user(salesman).read(["name"]), "and still reads his orders")
