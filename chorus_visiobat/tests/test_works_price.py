import base64
from datetime import date

from psycopg2 import IntegrityError

from odoo import Command
from odoo.exceptions import UserError, ValidationError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from .works_common import WorksCase

VALUES = {"2026-03-01": 126.9, "2026-05-01": 130.1, "2026-06-01": 131.4}


@tagged("post_install", "-at_install")
class TestWorksPrice(WorksCase):
    """Prices that vary: golden test G2 of works-billing.md §2.14 through the records, its index values as they come."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.index = cls.env["works.price.index"].create({"code": "BT01", "name": "Tous corps d'état"})
        cls.index.value_ids = [Command.create({"month": month, "value": value}) for month, value in VALUES.items()]

    def _revised(self, **values):
        formula = {"name": "CCAP", "fixed_part": 0.15, **values.pop("formula", {})}
        weights = [Command.create({"index_id": self.index.id, "weight": 0.85})]
        return self._contract(
            [
                {"name": "A", "amount": 87654.32},
                {"name": "B", "amount": 45678.91, "tax_id": self.vat10.id},
            ],
            **{
                "retention_rate": 3,
                "price_type": "revisable",
                "price_base_month": "2026-03-15",
                "formula_ids": [Command.create({"weight_ids": weights, **formula})],
                **values,
            },
        )

    def _month(self, contract, month, *percents, penalty=0):
        situation = self._open(contract)
        situation.period_end = date(2026, month, 28)
        self._enter(situation, *percents)
        if penalty:
            situation.deduction_ids = [Command.create({"name": "Retard", "amount": penalty})]
        return situation

    def _amounts(self, situation):
        names = ("variation", "untaxed", "total", "retention", "payable")
        return [round(situation[f"amount_{name}"], 2) for name in names]

    def test_g2_revision_provisional_then_regularised(self):
        contract = self._revised()
        self.assertEqual(contract.formula_ids.line_ids, contract.line_ids, "the first formula applies to all the posts")
        first = self._month(contract, 5, 33.33, 12.5)
        first.action_invoice()
        self.assertEqual(self._amounts(first), [768.35, 35693.39, 42248.52, 1240.17, 41008.35])
        self.assertFalse(first.coefficient_provisional)
        second = self._month(contract, 6, 66.67, 58.75, penalty=450)
        second.action_invoice()
        self.assertEqual(self._amounts(second), [1560.86, 51911.32, 60115.44, 1749.24, 57916.20])
        third = self._month(contract, 7, 100, 100)
        self.assertTrue(third.coefficient_provisional)
        self.assertIn("provisoire", third.advice)
        third.action_invoice()
        self.assertEqual(self._amounts(third), [1489.79, 49547.52, 57514.36, 1673.55, 55840.81])
        fourth = self._open(contract)
        fourth.period_end = date(2026, 8, 28)
        self.assertEqual(self._amounts(fourth), [0, 0, 0, 0, 0])
        self.index._set_values({date(2026, 7, 1): 132.7})
        self.assertEqual(self._amounts(fourth), [384.46, 384.46, 446.27, 0, 446.27], "the open draft follows")
        fourth.action_invoice()
        self.assertEqual(fourth.move_id.amount_total, 446.27)
        self.assertTrue(third.coefficient_provisional, "what was invoiced stays as it was")
        self.assertIn("1,031", third.explanation)

    def test_the_variation_has_its_own_lines_on_the_invoice(self):
        situation = self._month(self._revised(), 5, 33.33, 12.5)
        situation.action_invoice()
        lines = situation.move_id.invoice_line_ids
        varied = lines.filtered(lambda line: "Variation des prix" in line.name)
        self.assertEqual(varied.mapped("price_unit"), [642.73, 125.62])
        self.assertEqual(lines.account_id.mapped("code"), ["704000"])
        rows = self.env["report.chorus_visiobat.works_statement"]._page(situation)["variations"]
        self.assertEqual([float(row.amount) for row in rows], [642.73, 125.62])

    def test_retention_with_the_variation(self):
        situation = self._month(self._revised(retention_base="included_variation"), 5, 33.33, 12.5)
        self.assertEqual(situation.amount_retention, 1267.46)

    def test_adjusted_once(self):
        """Prices of March, works started in September: the index of June once and for all, 131.4 / 126.9."""
        contract = self._revised(
            price_type="adjustable", date_start="2026-09-01", formula={"fixed_part": 0.15, "name": "Actualisation"}
        )
        situation = self._month(contract, 10, 33.33, 12.5)
        self.assertEqual(situation.amount_variation, 1082.68)  # 29 215.18 × 0.031 + 5 709.86 × 0.031
        self.assertFalse(situation.coefficient_provisional)
        contract.date_start = "2026-05-01"
        self.assertEqual(situation.amount_variation, 0, "less than three months: nothing is due")

    def test_firm_posts_do_not_vary(self):
        contract = self._revised()
        contract.line_ids[0].formula_id = False
        self.assertEqual(self._month(contract, 5, 33.33, 12.5).amount_variation, 125.62)

    def test_weights_must_make_one(self):
        with self.assertRaisesRegex(ValidationError, "doivent être positifs et faire 1"):
            self._revised(formula={"fixed_part": 0.2})
        with self.assertRaisesRegex(ValidationError, "Base month"):
            self._revised(price_base_month=False, chorus_contract_number="2")
        with self.assertRaisesRegex(ValidationError, "a firm price has no formula"):
            self._revised(price_type="firm", chorus_contract_number="3")

    def test_a_formula_that_was_billed_stays(self):
        contract = self._revised()
        self._month(contract, 5, 33.33, 12.5).action_invoice()
        with self.assertRaisesRegex(UserError, "so it stays"):
            contract.formula_ids.unlink()

    def test_a_missing_base_value_is_told_at_entry(self):
        self.index.value_ids.filtered(lambda one: one.value == 126.9).unlink()
        with self.assertRaisesRegex(UserError, "BT01.*mois zéro"):
            self._month(self._revised(), 5, 33.33, 12.5)

    # --- index values ---

    def test_import_pasted_values(self):
        wizard = self.env["works.price.import"].create({"index_id": self.index.id})
        with Form(wizard) as form:
            form.text = "2026\tAoût\t133,0\n2026\tJuin\t131,5"
            self.assertIn("août 2026", form.preview)
            self.assertIn("juillet 2026", form.preview, "what is missing is said")
            self.assertIn("replaced: juin 2026", form.preview)
        wizard.action_import()
        self.assertEqual(self.index.last_month, date(2026, 8, 1))
        self.assertIn("juillet 2026", self.index.gaps)
        self.assertEqual(self.index.value_ids.filtered(lambda one: one.month == date(2026, 6, 1)).value, 131.5)

    def test_import_the_file_of_insee(self):
        content = '"Libellé";"BT01 - Tous corps d\'état"\n"Période";"Valeur"\n"2026-07";"132.7"\n'.encode()
        form = Form(self.env["works.price.import"])
        form.file = base64.b64encode(content)
        self.assertEqual(form.index_id, self.index)
        wizard = form.save()
        [shown] = wizard.with_context(bin_size=True).web_read({"file": {}, "preview": {}})  # as the browser reads it
        self.assertIn("juillet 2026", shown["preview"])
        wizard.action_import()
        self.assertEqual(self.index.last_value, 132.7)

    def test_import_refuses_all_or_nothing(self):
        wizard = self.env["works.price.import"].create(
            {"index_id": self.index.id, "text": "2026-07;132,7\n2026-08;abc\n2026-09;-1"}
        )
        self.assertFalse(wizard.ready)
        with self.assertRaisesRegex(UserError, "Ligne 2(.|\n)*Ligne 3"):
            wizard.action_import()
        self.assertEqual(len(self.index.value_ids), 3)
        wizard.text = "TP08;titre\n2026-07;132,7"
        with self.assertRaisesRegex(UserError, "the headings say TP08"):
            wizard.action_import()

    def test_a_month_stands_once(self):
        with mute_logger("odoo.sql_db"), self.assertRaises(IntegrityError):
            self.index.value_ids = [Command.create({"month": "2026-05-20", "value": 1})]

    def test_a_code_in_use_stays(self):
        self._revised()
        with self.assertRaisesRegex(UserError, "its code stays"):
            self.index.code = "BT02"

    # --- assignment of the claim ---

    def test_an_assigned_claim_is_paid_to_the_factor(self):
        factor = self.env["res.partner"].create({"name": "Affacturage du Val", "is_company": True})
        bank = self.env["res.partner.bank"].create(
            {"partner_id": factor.id, "acc_number": "FR7630006000011234567890189"}
        )
        contract = self._contract(assignment_kind="factor", assignment_bank_id=bank.id)
        situation = self._bill(contract, 30, 10, 0)
        self.assertEqual(situation.move_id.partner_bank_id, bank)
        mention = self.env["report.chorus_visiobat.works_statement"]._page(situation)["assignment"]
        self.assertIn("subrogation", mention)
        self.assertIn("Affacturage du Val", mention)
        with mute_logger("odoo.sql_db"), self.assertRaises(IntegrityError):
            contract.assignment_bank_id = False
            contract.flush_recordset()
