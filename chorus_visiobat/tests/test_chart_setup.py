from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .works_common import WorksCase

OURS = {
    "works_fp_reverse_charge",
    "works_tva_autoliq_0",
    "works_tva_specifique_encaissement",
    *(f"works_tva_acq_autoliq_{rate}" for rate in ("20", "10", "5_5", "8_5", "2_1")),
}


@tagged("post_install", "-at_install")
class TestChartSetup(WorksCase):
    """What the books lack is shown, then created once; a customised chart is asked, never guessed."""

    def _setup(self):
        action = self.env["works.chart.setup"].with_user(self.manager)._open(self.company)
        return self.env["works.chart.setup"].with_user(self.manager).browse(action["res_id"])

    def _states(self, setup):
        return {line.xmlid: line.state for line in setup.line_ids}

    def _chart(self):
        return self.env["account.chart.template"].with_company(self.company)

    def test_a_new_french_chart_has_the_taxes_and_lacks_the_account_of_direct_payments(self):
        setup = self._setup()
        states = self._states(setup)
        self.assertEqual({name for name, state in states.items() if state == "missing"}, {"works_4118"})
        self.assertTrue(OURS <= states.keys())
        self.assertFalse(self.company.works_direct_payment_account_id, "nothing is created before it is confirmed")
        setup.action_create()
        account = self.company.works_direct_payment_account_id
        self.assertEqual((account.code, account.account_type, account.reconcile), ("411800", "asset_receivable", True))
        self.assertEqual(account.with_context(lang="fr_FR").name, "Clients - Paiements directs aux sous-traitants")

    def test_nothing_is_created_twice(self):
        self._setup().action_create()
        again = self._setup()
        self.assertFalse(again.to_do_count)
        with self.assertRaisesRegex(UserError, "Nothing is ticked"):
            again.action_create()
        taxes = self.env["account.tax"].with_context(active_test=False)
        before = taxes.search_count([("company_id", "=", self.company.id)])
        self.env["account.chart.template"]._works_load_everywhere()
        self.assertEqual(taxes.search_count([("company_id", "=", self.company.id)]), before)

    def test_what_the_user_deleted_comes_back_only_when_he_asks(self):
        self._chart().ref("pcg_4117").unlink()
        self._chart().ref("works_tva_acq_autoliq_10").unlink()
        setup = self._setup()
        missing = {name for name, state in self._states(setup).items() if state == "missing"}
        self.assertEqual(missing, {"works_4118", "pcg_4117", "works_tva_acq_autoliq_10"})
        setup.line_ids.filtered(lambda line: line.xmlid == "works_tva_acq_autoliq_10").wanted = False
        setup.action_create()
        self.assertEqual(self._chart().ref("pcg_4117").code, "411700")
        self.assertFalse(self._chart().ref("works_tva_acq_autoliq_10", raise_if_not_found=False))

    def test_a_name_given_by_the_user_stays(self):
        tax = self._chart().ref("works_tva_autoliq_0")
        tax.name = "Autoliquidation maison"
        self._setup().action_create()
        self.env["account.chart.template"]._works_load_everywhere()
        self.assertEqual(tax.name, "Autoliquidation maison")

    def test_an_account_with_the_number_is_used_rather_than_doubled(self):
        account = self.env["account.account"].create(
            {
                "code": "411800",
                "name": "Délégations de paiement",
                "account_type": "asset_receivable",
                "company_ids": [Command.set(self.company.ids)],
            }
        )
        setup = self._setup()
        line = setup.line_ids.filtered(lambda line: line.xmlid == "works_4118")
        self.assertEqual((line.state, line.note), ("adoptable", account.display_name))
        setup.action_create()
        self.assertEqual(self.company.works_direct_payment_account_id, account)

    def test_a_number_taken_for_something_else_is_left_to_the_user(self):
        self.env["account.account"].create(
            {
                "code": "411800",
                "name": "Clients divers",
                "account_type": "asset_current",
                "company_ids": [Command.set(self.company.ids)],
            }
        )
        line = self._setup().line_ids.filtered(lambda line: line.xmlid == "works_4118")
        self.assertEqual((line.state, line.wanted), ("taken", False))
        self.assertIn("choose an account in the settings", line.note)

    def test_a_tax_whose_accounts_were_deleted_is_not_guessed(self):
        self._chart().ref("works_tva_specifique_encaissement").unlink()
        self.env["ir.model.data"].search([("name", "=", f"{self.company.id}_pcg_44574")]).unlink()
        line = self._setup().line_ids.filtered(lambda line: line.xmlid == "works_tva_specifique_encaissement")
        self.assertEqual(line.state, "taken")
        self.assertIn("445740", line.note)
        self.env["account.chart.template"]._works_load_everywhere()
        self.assertFalse(self._chart().ref("works_tva_specifique_encaissement", raise_if_not_found=False))

    def test_another_chart_gets_nothing(self):
        other = self.env["res.company"].create({"name": "Ailleurs", "country_id": self.env.ref("base.us").id})
        self.env.user.company_ids |= other
        self.env["account.chart.template"].try_loading("generic_coa", company=other, install_demo=False)
        action = self.env["works.chart.setup"]._open(other)
        setup = self.env["works.chart.setup"].browse(action["res_id"])
        self.assertFalse(setup.is_french)
        self.assertFalse(setup.line_ids)
        taxes = self.env["account.tax"].with_context(active_test=False).search([("company_id", "=", other.id)])
        self.assertFalse(taxes.filtered(lambda tax: "Subcontracting" in tax.name))

    def test_the_company_of_somebody_else_is_refused(self):
        other = self.env["res.company"].create({"name": "Voisine"})
        setup = self._setup()
        setup.sudo().company_id = other
        with self.assertRaises(AccessError):
            setup.action_create()

    def test_a_branch_uses_the_books_of_its_parent(self):
        branch = self.env["res.company"].create({"name": "Agence", "parent_id": self.company.id})
        self.assertEqual(branch._works_reverse_charge_tax(), self._chart().ref("works_tva_autoliq_0"))
