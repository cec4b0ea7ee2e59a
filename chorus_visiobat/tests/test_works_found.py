"""Rattacher: what a colleague deposited on the portal is found, compared, attached, and never sent a second time."""

from odoo.exceptions import UserError
from odoo.tests import tagged

from .portal_case import PortalMixin
from .test_works_chain import ChainCase

A4 = "A4_PROJET_DECOMPTE_MENSUEL_FOURNISSEUR"
SUBMIT = "/cpro/facturesTravaux/v1/soumettre"


@tagged("post_install", "-at_install")
class TestFoundPaper(PortalMixin, ChainCase):
    def draft(self, *percents):
        contract = self._contract(user_id=self.biller.id)
        contract.action_start()
        situation = self._open(contract)
        self._enter(situation, *(percents or (30, 10, 0)))  # 17,500.00 excl. tax, 21,000.00 incl. tax
        return situation

    def find(self, record):
        with self.enter_registry_test_mode():
            action = record.with_user(self.biller).action_find_on_chorus()
        found = self.env["chorus.found.paper"].with_user(self.biller).search(action["domain"])
        return found.with_context(**action["context"])

    def compare(self, found):
        context = found.action_compare()["context"]
        return self.env["chorus.adopt"].with_user(self.biller).with_context(**context).create({})

    def test_draft_statement_takes_the_number_deposited_and_is_followed(self):
        situation = self.draft()
        technical = self.deposit_elsewhere("colleague", A4, "PORTAIL-2026-11", 17500, contract_number="2026-014")
        found = self.find(situation)
        told = (found.number, found.amount_total, found.framework_id.code)
        self.assertEqual(told, ("PORTAIL-2026-11", 21000.0, "A4"))
        wizard = self.compare(found)
        self.assertEqual((wizard.situation_id, wizard.will_invoice), (situation, True))
        self.assertNotIn("text-danger", wizard.comparison)
        wizard.action_adopt()
        paper = situation._current_paper()
        self.assertEqual((situation.move_id.name, paper.number), ("PORTAIL-2026-11", "PORTAIL-2026-11"))
        self.assertEqual((paper.technical_number, paper.stage, paper.owner), (str(technical), "with_moe", "moe"))
        self.assertFalse(paper._current_deposit(), "nothing of it was ever sent from here")
        self.control.act(technical, "moe", "accept")
        self.later()
        self.assertEqual(situation.chorus_file_ids.mapped("framework_id.code"), ["A4", "A15"])
        self.assertIn("A_ASSOCIER_MOE", paper.event_ids.mapped("code"))
        self.assertEqual(len(self.control.requests(SUBMIT)), 1, "the colleague's alone")
        with self.assertRaisesRegex(UserError, "attached already"):
            found.action_compare()

    def test_contract_finds_it_too_and_compares_it_with_the_open_statement(self):
        situation = self.draft()
        self.deposit_elsewhere("colleague", A4, "PORTAIL-1", 17500, contract_number="2026-014")
        wizard = self.compare(self.find(situation.contract_id))
        self.assertEqual((wizard.situation_id, wizard.found_id.number), (situation, "PORTAIL-1"))

    def test_contract_without_a_statement_shows_what_is_there(self):
        contract = self._contract()
        contract.action_start()
        self.deposit_elsewhere("colleague", A4, "PORTAIL-1", 17500, contract_number="2026-014")
        found = self.find(contract)
        self.assertEqual(found.number, "PORTAIL-1")
        self.assertFalse(self.compare(found).situation_id, "it is chosen by hand")

    def test_poller_proposes_it_and_the_pre_flight_list_stops_the_sending(self):
        self._send(self._bill(self._contract(chorus_contract_number="2026-099"), 10, 0, 0))
        situation = self.draft()
        number = situation.number_proposal
        self.deposit_elsewhere("colleague", A4, number, 17500, contract_number="2026-014")
        self.later()
        self.later()
        found = self.env["chorus.found.paper"].search([("number", "=", number)])
        self.assertEqual(len(found), 1, "A15 and papers of ours are not found ones, and it is kept once")
        activity = situation.activity_search(["chorus_visiobat.activity_found"])
        self.assertEqual((len(activity), activity.user_id), (1, self.biller))
        contract = situation.contract_id
        contract.invalidate_recordset()
        self.assertEqual((contract.month_step, contract.month_next_step), ("act", activity.summary))
        action = contract.with_user(self.biller).action_month_act()
        self.assertEqual((action["res_model"], action["context"]["default_found_id"]), ("chorus.adopt", found.id))
        self.assertEqual(contract.with_user(self.site_manager).action_month_act()["res_id"], situation.id)
        wizard = self.env["chorus.send"].browse(situation.action_chorus_send()["res_id"])
        self.assertIn("found_on_chorus", wizard.problem_ids.mapped("code"))
        self.assertEqual(wizard.ready_count, 0)
        self.compare(found.with_user(self.biller)).action_adopt()
        self.assertEqual(situation._current_paper().stage, "with_moe")
        self.assertFalse(situation.activity_search(["chorus_visiobat.activity_found"]))
        contract.invalidate_recordset()
        self.assertNotEqual(contract.month_step, "act")

    def test_another_amount_is_not_attached_and_nothing_is_written(self):
        situation = self.draft(30, 20, 0)
        self.deposit_elsewhere("colleague", A4, "PORTAIL-1", 17500, contract_number="2026-014")
        wizard = self.compare(self.find(situation))
        self.assertIn("text-danger", wizard.comparison)
        with self.assertRaisesRegex(UserError, "amount incl. tax"), self.env.cr.savepoint():
            wizard.action_adopt()
        self.env.invalidate_all()
        self.assertEqual((situation.state, situation.move_id.ids), ("draft", []))

    def test_invoice_of_another_number_is_not_attached(self):
        situation = self.draft()
        situation.action_invoice()
        self.deposit_elsewhere("colleague", A4, "PORTAIL-1", 17500, contract_number="2026-014")
        wizard = self.compare(self.find(situation))
        with self.assertRaisesRegex(UserError, "number PORTAIL-1"):
            wizard.action_adopt()

    def test_nothing_there_is_said(self):
        situation = self.draft()
        with self.assertRaisesRegex(UserError, "It may be sent"):
            self.find(situation)

    def test_what_left_from_here_and_lost_its_answer_is_no_colleagues(self):
        situation = self._bill(self._contract(), 30, 10, 0)
        self.env["chorus.send"].browse(situation.action_chorus_send()["res_id"]).action_send()
        self.control.fault("drop_after", SUBMIT)
        self.deposit()
        paper = situation._current_paper()
        self.assertEqual(paper.stage, "unknown")
        account = self.account
        with self.enter_registry_test_mode(), self.assertRaisesRegex(UserError, "has no paper of yours"):
            account._show_found(situation)
        self.wait(paper._current_deposit())
        self.deposit()
        self.assertEqual(paper.stage, "with_moe")
        self.assertFalse(self.env["chorus.found.paper"].search([]))
