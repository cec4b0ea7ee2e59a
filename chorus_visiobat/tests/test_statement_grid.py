from odoo.tests import Form, tagged

from .common import BrowserCase
from .works_common import WorksCase


@tagged("post_install", "-at_install")
class TestStatementGrid(WorksCase):
    """Progress typed in percent, quantity or amount, whatever the post is measured by."""

    def test_a_post_measured_in_percent_is_typed_as_an_amount(self):
        # 12 345.67 of 40 000 is 30.864175 %: as a percentage of four decimals it would lose a cent.
        situation = self._open(self._contract())
        situation.line_ids[0].write({"mode": "amount", "input_amount": 12345.67})
        self.assertEqual(self._totals(situation), (12345.67, 2469.13, 14814.80))
        self.assertEqual(round(situation.line_ids[0].percent, 2), 30.86)

    def test_typed_in_quantity(self):
        post = {"name": "Terrassement", "quantity": 80, "price_unit": 12.5}
        situation = self._open(self._contract([post]))
        line = situation.line_ids
        self.assertTrue(line.by_quantity)
        line.write({"mode": "quantity", "input_quantity": 20})
        self.assertEqual((line.cumulative, line.percent), (250.0, 25.0))

    def test_a_lump_sum_is_not_typed_in_quantity(self):
        # 80 × 12.50 is 1 000.00, the contract says 990.00: all 80 done would bill 10.00 too much.
        posts = [{"name": "Forfait", "amount": 990}, {"name": "Arrondi", "quantity": 80, "price_unit": 12.5}]
        contract = self._contract(posts)
        contract.line_ids[1].amount = 990
        self.assertEqual(self._open(contract).line_ids.mapped("by_quantity"), [False, False])

    def test_the_next_month_goes_on_as_it_was_typed(self):
        contract = self._contract()
        first = self._open(contract)
        self._leave_time_for_more(first)
        first.line_ids[0].write({"mode": "amount", "input_amount": 12345.67})
        first.action_invoice()
        line = self._open(contract).line_ids[0]
        self.assertEqual((line.mode, line.input_amount, line.amount), ("amount", 12345.67, 0.0))
        line.write({"mode": "percent", "input_percent": 50})
        self.assertEqual((line.cumulative, line.amount), (20000.0, 7654.33))

    def test_a_post_measured_otherwise_before_anything_was_typed(self):
        contract = self._contract([{"name": "Béton", "quantity": 10, "price_unit": 100}])
        line = self._open(contract).line_ids
        contract.line_ids.mode = "quantity"
        self.assertEqual(line.mode, "quantity")
        line.input_quantity = 4
        contract.line_ids.mode = "percent"
        self.assertEqual((line.mode, line.cumulative), ("quantity", 400.0), "what was typed stays")

    def test_what_is_wrong_stands_on_its_post(self):
        contract = self._contract()
        self._bill(contract, 30, 10, 0)
        situation = self._open(contract)
        with Form(situation) as form:
            for index, percent in enumerate((20, 130, 10)):
                with form.line_ids.edit(index) as line:
                    line.input_percent = percent
            warnings = [form.line_ids.edit(index).warning for index in range(3)]
        self.assertIn("motif de cette baisse", warnings[0])
        self.assertIn("dépasse le marché", warnings[1])
        self.assertFalse(warnings[2])
        situation.line_ids[0].note = "Métré corrigé par le maître d'œuvre"
        self.assertFalse(situation.line_ids[0].warning, "a reason cures it")

    def test_the_site_types_as_it_likes(self):
        situation = self._open(self._contract()).with_user(self.site_manager)
        situation.line_ids[0].write({"mode": "amount", "input_amount": 1000})
        self.assertEqual(situation.amount_untaxed, 1000.0)

    def test_a_statement_is_reckoned_once_for_what_the_screen_tells(self):
        situation = self._open(self._contract(retention_rate=5))
        self._enter(situation, 30, 10, 0)
        situation.flush_recordset()
        situation.invalidate_recordset()
        reckoned = []
        compute = type(situation)._read_inputs

        def counted(record):
            reckoned.append(record.id)
            return compute(record)

        self.patch(type(situation), "_read_inputs", counted)
        self.assertTrue(situation.ladder)
        self.assertFalse(situation.advice)
        self.assertEqual(reckoned, situation.ids)


@tagged("post_install", "-at_install")
class TestStatementGridBrowser(WorksCase, BrowserCase):
    """The grid in a browser: typed, pasted, added to; the totals follow."""

    def test_grid(self):
        contract = self._contract(retention_rate=5)
        self._bill(contract, 30, 10, 0)
        situation = self._open(contract)
        self.biller.lang = "fr_FR"
        path = f"/odoo/action-chorus_visiobat.works_situation_action/{situation.id}"
        self.start_tour(path, "chorus_statement_grid", login=self.biller.login)
        self.assertEqual(situation.line_ids.mapped("percent"), [100.0, 55.0, 10.0])
        self.assertEqual(self._totals(situation), (55250.0, 11050.0, 66300.0))
