"""Corriger: each paper that came back is cured by one dialog, which does it and does not only say it."""

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from .common import COUNTY_SIRET, PDF, TOWN_SIRET, SimulatorMixin
from .works_common import WorksCase


class CureCase(SimulatorMixin, WorksCase):
    def sent(self, contract=None, *percents):
        """A statement whose paper the project manager received."""
        situation = self._open(contract or self._contract())
        self._leave_time_for_more(situation)
        self._enter(situation, *(percents or (30, 10, 0)))
        situation.action_invoice()
        situation.move_id._chorus_ensure_document()._queue()
        self.deposit()
        self.assertEqual(situation._current_paper().stage, "with_moe")
        return situation

    def sent_back(self, action, actor="moe", reason="Voir avec nous", contract=None):
        situation = self.sent(contract)
        self.act(situation._current_paper(), actor, action, reason)
        return situation

    def act(self, document, actor, action, reason):
        self.control.act(int(document.technical_number), actor, action, reason)
        self.control.advance(60)
        self.poll()

    def dialog(self, records):
        """The dialog that *Corriger* opens for a biller."""
        action = records.with_user(self.biller).action_chorus_cure()
        return self.env[action["res_model"]].with_user(self.biller).browse(action["res_id"])

    def remote(self, document):
        found = self.control.works() if document.framework_id.is_works else self.control.invoices()
        return next(paper for paper in found if str(paper["id"]) == document.technical_number)


@tagged("post_install", "-at_install")
class TestCureAddressing(CureCase):
    def test_addressing_corrected_on_the_paper_the_invoice_and_the_contract(self):
        situation = self.sent_back("recycle")
        paper, contract = situation._current_paper(), situation.contract_id
        self.assertTrue(situation.chorus_may_cure and situation.move_id.chorus_may_cure and paper.may_cure)
        wizard = self.dialog(situation)
        self.assertIn("Voir avec nous", wizard.reason)
        with Form(wizard) as form:
            self.assertEqual(form.payer_partner_id, self.town)
            form.contract_number = "2026-014-BIS"
        wizard.action_send()
        self.assertFalse(self.control.requests("/cpro/facturesTravaux/v1/recycler"))
        self.deposit()
        self.assertEqual(self.remote(paper)["contract_number"], "2026-014-BIS")
        self.assertEqual(self.remote(paper)["number"], situation.move_id.name)
        self.assertEqual(contract.chorus_contract_number, "2026-014-BIS")
        self.assertEqual(situation.move_id.contract_reference, "2026-014-BIS")
        self.assertEqual(paper.stage, "with_moe")
        self.assertFalse(situation.chorus_may_cure)
        with self.assertRaises(UserError):
            situation.with_user(self.biller).action_chorus_cure()

    def test_contract_is_left_alone_when_asked(self):
        situation = self.sent_back("recycle")
        wizard = self.dialog(situation)
        wizard.write({"commitment_number": "EJ-77", "update_contract": False})
        wizard.action_send()
        self.assertFalse(situation.contract_id.chorus_commitment_number)
        self.assertEqual(situation.move_id.purchase_order_reference, "EJ-77")
        self.deposit()
        self.assertEqual(self.remote(situation._current_paper())["commitment_number"], "EJ-77")

    def test_another_project_manager(self):
        situation = self.sent_back("disclaim")
        paper = situation._current_paper()
        self.assertEqual((paper.status_code, paper.stage), ("ERREUR_FOURNISSEUR_SUR_MOE", "to_recycle"))
        self.control.add_structure("13002526500013", "Bureau d'études Rive Gauche")
        wizard = self.dialog(situation)
        wizard.moe_partner_id = self.create_body("Bureau d'études Rive Gauche", "13002526500013")
        wizard.action_send()
        self.deposit()
        self.assertEqual(self.remote(paper)["moe"], "Bureau d'études Rive Gauche")
        self.assertEqual(situation.contract_id.moe_partner_id, wizard.moe_partner_id)

    def test_what_would_be_refused_again_is_said_at_once_and_nothing_is_written(self):
        situation = self.sent_back("recycle")
        self.env["chorus.structure"].create(
            {
                "name": "Département du Haut-Val",
                "siret": COUNTY_SIRET,
                "environment": "qualification",
                "requires_service": True,
                "requires_commitment": True,
            }
        )
        wizard = self.dialog(situation)
        wizard.write({"payer_partner_id": self.county.id, "moe_partner_id": self.create_body("Sans SIRET", False).id})
        for word in ("service", "engagement" if self.env.lang == "fr_FR" else "commitment", "SIRET"):
            self.assertIn(word, wizard.problem_text)
        with self.assertRaises(UserError):
            wizard.action_send()
        self.assertEqual(situation.contract_id.payer_partner_id, self.town)
        self.assertEqual(situation._current_paper().stage, "to_recycle")

    def test_several_papers_take_what_was_changed_and_keep_the_rest(self):
        first = self.sent_back("recycle")
        second = self.sent_back("recycle", contract=self._contract(chorus_contract_number="2026-099"))
        wizard = self.dialog(first | second)
        wizard.commitment_number = "EJ-12"
        wizard.action_send()
        self.deposit()
        told = [self.remote(situation._current_paper()) for situation in (first, second)]
        self.assertEqual([paper["commitment_number"] for paper in told], ["EJ-12", "EJ-12"])
        self.assertEqual([paper["contract_number"] for paper in told], ["2026-014", "2026-099"])

    def test_paper_that_never_entered_is_corrected_and_seen_before_it_leaves(self):
        contract = self._contract(payer_partner_id=self.county.id)
        situation = self._open(contract)
        self._enter(situation, 30, 10, 0)
        situation.action_invoice()
        situation.move_id._chorus_ensure_document()._queue()
        self.deposit()
        paper = situation._current_paper()
        self.assertEqual(paper.stage, "to_fix")
        number = paper.number
        wizard = self.dialog(situation)
        self.assertTrue(wizard.never_entered)
        wizard.payer_partner_id = self.town
        send = wizard.action_send()
        self.assertEqual(send["res_model"], "chorus.send")
        self.env["chorus.send"].with_user(self.biller).browse(send["res_id"]).action_send()
        self.deposit()
        self.assertEqual((situation._current_paper(), paper.stage, paper.number), (paper, "with_moe", number))
        self.assertEqual(contract.payer_partner_id, self.town)

    def test_ordinary_invoice_that_never_entered_goes_to_another_client_under_its_number(self):
        move = self.create_invoice(partner=self.county)
        paper, number = move._chorus_ensure_document(), move.name
        paper._apply_refusal(["Le destinataire est inconnu"])
        wizard = self.dialog(move)
        with Form(wizard) as form:
            form.payer_partner_id = self.town
        send = wizard.action_send()
        self.assertEqual((move.state, move.name, move.partner_id), ("posted", number, self.town))
        receivable = move.line_ids.filtered(lambda line: line.display_type == "payment_term")
        self.assertEqual(receivable.partner_id, self.town)
        self.env["chorus.send"].with_user(self.biller).browse(send["res_id"]).action_send()
        self.deposit()
        self.control.advance(60)
        self.poll()
        self.assertEqual(move.chorus_document_id, paper)
        self.assertEqual((paper.recipient_siret, paper.stage), (TOWN_SIRET, "with_payer"))
        self.assertEqual([invoice["number"] for invoice in self.control.invoices()], [number])

    def test_only_billing_cures(self):
        situation = self.sent_back("recycle")
        paper = situation._current_paper()
        for user in (self.reader, self.site_manager):
            with self.assertRaises(AccessError):
                paper.with_user(user).action_cure()
        contract = situation.contract_id
        self.assertEqual(contract.with_user(self.site_manager).action_month_act()["res_model"], "works.situation")
        self.assertEqual(contract.with_user(self.biller).action_month_act()["res_model"], "chorus.cure.addressing")


@tagged("post_install", "-at_install")
class TestCureCompletion(CureCase):
    def test_documents_leave_with_a_message_under_the_same_number(self):
        situation = self.sent_back("suspend", reason="Métré manquant")
        paper = situation._current_paper()
        wizard = self.dialog(situation)
        self.assertEqual(wizard._name, "chorus.cure.completion")
        self.assertIn("Métré manquant", wizard.reason)
        with self.assertRaises(UserError):
            wizard.action_send()
        bad = self.env["ir.attachment"].with_user(self.biller).create({"name": "plan.exe", "raw": b"MZ"})
        with self.assertRaises(UserError):
            wizard.write({"attachment_ids": [Command.set(bad.ids)], "comment": "Voici"})
        wizard.comment = "Voici"
        good = self.env["ir.attachment"].with_user(self.biller).create(
            {"name": "metre.pdf", "raw": PDF, "res_model": wizard._name, "res_id": wizard.id}
        )
        wizard.attachment_ids = good
        wizard.action_send()
        wizard.sudo().unlink()
        self.assertEqual((good.exists().res_model, good.res_id), ("chorus.document", paper.id))
        self.deposit()
        self.assertEqual(self.remote(paper)["status"], "COMPLETEE")
        self.assertIn("metre.pdf", [file["name"] for file in self.control.files()])
        self.poll()
        self.assertEqual((paper.status_code, paper.stage, paper.owner), ("COMPLETEE", "with_moe", "moe"))
        steps = {step["title"]: step["state"] for step in paper._way_values()["steps"]}
        self.assertEqual((steps["Project manager"], steps["Paymaster"]), ("current", "ahead"))


@tagged("post_install", "-at_install")
class TestCureReplacement(CureCase):
    def replacement(self, situation, mode="again"):
        wizard = self.dialog(situation)
        self.assertEqual(wizard._name, "chorus.cure.replacement")
        wizard.mode = mode
        return wizard

    def test_refused_by_the_project_manager_new_piece_in_the_same_file(self):
        situation = self.sent_back("refuse", reason="Période erronée")
        refused, old = situation._current_paper(), situation.move_id
        self.assertTrue(situation.chorus_refused, "Nothing is offered to be admitted")
        wizard = self.replacement(situation)
        self.assertIn(old.name, wizard.effect)
        action = wizard.action_replace()
        self.assertEqual(action["res_model"], "chorus.send", "It is seen before it leaves")
        self.assertEqual(old.payment_state, "reversed")
        new = situation.move_id
        self.assertEqual((new.state, new.amount_total), ("posted", old.amount_total))
        self.assertNotEqual(new.name, old.name)
        self.env["chorus.send"].with_user(self.biller).browse(action["res_id"]).action_send()
        self.deposit()
        self.poll()
        paper = situation._current_paper()
        self.assertEqual((paper.previous_id, paper.stage), (refused, "with_moe"))
        self.assertEqual(self.remote(refused)["status"], "DUPLIQUE_APRES_REFUS")
        self.assertEqual(self.remote(paper)["folder_id"], self.remote(refused)["folder_id"])
        self.assertFalse(refused.activity_ids)
        self.assertFalse(situation.chorus_refused)

    def test_amounts_that_change_reopen_the_statement(self):
        situation = self.sent_back("refuse", reason="Travaux non exécutés")
        old = situation.move_id
        action = self.replacement(situation, "reopen").action_replace()
        self.assertEqual((action["res_model"], action["res_id"]), ("works.situation", situation.id))
        self.assertEqual((situation.state, old.payment_state), ("draft", "reversed"))
        self._enter(situation, 25, 10, 0)
        situation.action_invoice()
        self.assertNotEqual(situation.move_id.name, old.name)
        self.assertEqual(situation._current_paper().previous_id.move_id, old)

    def test_rejected_invoices_are_credited_copied_and_marked_in_one_click(self):
        moves = self.env["account.move"]
        for amount in (100.0, 200.0):
            move = self.create_invoice(amount)
            move._chorus_ensure_document()._queue()
            moves |= move
        self.deposit()
        for _step in range(3):
            self.control.advance(3600)
            self.poll()
        for move in moves:
            self.act(move.chorus_document_id, "payer", "reject", "Prix erronés")
        papers = moves.chorus_document_id
        self.assertEqual(set(papers.mapped("status_code")), {"REJETEE"})
        wizard = self.dialog(moves)
        self.assertFalse(wizard.may_choose)
        action = wizard.action_replace()
        self.assertEqual(set(moves.mapped("payment_state")), {"reversed"})
        copies = self.env["account.move"].search(action["domain"])
        self.assertEqual((set(copies.mapped("state")), len(copies)), ({"draft"}, 2))
        self.deposit()
        self.assertEqual(len(self.control.requests("/cpro/factures/v1/traiterRejet")), 1)
        self.assertTrue(all(self.remote(paper)["rejection_handled"] for paper in papers))
        self.assertEqual(set(papers.mapped("owner")), {"nobody"})
        with self.assertRaises(UserError):
            wizard.action_replace()

    def test_three_returns_have_three_dialogs(self):
        recycle = self.sent_back("recycle")
        refuse = self.sent_back("refuse", contract=self._contract(chorus_contract_number="2026-015"))
        with self.assertRaises(UserError):
            (recycle | refuse).with_user(self.biller).action_chorus_cure()


@tagged("post_install", "-at_install")
class TestRefusal(CureCase):
    def test_general_statement_received_is_refused_with_its_reason(self):
        situation = self.sent()
        paper = situation._current_paper()
        self.control.act(int(paper.technical_number), "moe", "accept", "Vu")
        self.control.advance(60)
        self.poll()
        paper.history_due = True
        self.poll()
        received = paper.next_ids
        wizard = self.env["chorus.cure.refusal"].with_user(self.biller)
        wizard = wizard.browse(wizard._open(received.with_user(self.biller))["res_id"])
        wizard.motive = "Pénalités contestées"
        with self.assertRaises(UserError):
            wizard.action_send()
        self.control.set_status(int(received.technical_number), "A_ASSOCIER_FOURNISSEUR")
        received._apply_status("A_ASSOCIER_FOURNISSEUR")
        wizard.action_send()
        self.assertEqual(received.stage, "answering")
        self.deposit()
        self.assertEqual(self.remote(received)["status"], "REFUSEE_FOURNISSEUR")
