"""The last look before a deposit: everything that stands in the way at once, and nothing leaves from a click."""

from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import SimulatorMixin
from .works_common import WorksCase


@tagged("post_install", "-at_install")
class TestSend(SimulatorMixin, WorksCase):
    def _draft(self, contract=None, **values):
        situation = self._open(contract or self._contract(**values))
        self._enter(situation, 30, 10, 0)
        return situation

    def _wizard(self, records):
        return self.env["chorus.send"].browse(records.action_chorus_send()["res_id"])

    def _codes(self, records, level="blocking"):
        problems = self.env["chorus.preflight"]._problems(records)
        return {problem["code"] for problem in problems if problem["level"] == level}

    def test_invoice_and_send_queues_and_the_cron_deposits(self):
        situation = self._draft()
        wizard = self.env["chorus.send"].browse(situation.action_invoice_and_send()["res_id"])
        self.assertEqual(wizard.problem_ids.filtered(lambda line: line.level == "blocking").mapped("message"), [])
        self.assertEqual((wizard.ready_count, wizard.held_count), (1, 0))
        self.assertEqual(situation.state, "draft", "looking posts nothing")
        wizard.action_send()
        move = situation.move_id
        self.assertEqual((situation.state, move.state, move.chorus_stage), ("invoiced", "posted", "queued"))
        self.assertFalse(self.control.works(), "nothing leaves in the transaction of the user")
        self.deposit()
        self.assertEqual([work["number"] for work in self.control.works()], [move.name])
        self.assertEqual(float(self.control.works()[0]["amounts"]["ttc"]), situation.amount_total)
        self.assertEqual(move.chorus_stage, "with_moe")

    def test_all_problems_at_once_each_with_its_place(self):
        contract = self._contract(
            moa_partner_id=self.county.id, moe_partner_id=False, chorus_contract_number=False, with_moe=True
        )
        self.env["chorus.structure"].create(
            {
                "name": "Département du Haut-Val",
                "siret": self.county.company_registry,
                "environment": "qualification",
                "requires_service": True,
                "requires_commitment": True,
            }
        )
        situation = self._draft(contract)
        situation.framework_id = self.env.ref("chorus_visiobat.framework_a4")
        self._attach_then_rename(situation)
        problems = self.env["chorus.preflight"]._problems(situation)
        places = {problem["code"]: problem["res_model"] for problem in problems if problem["level"] == "blocking"}
        self.assertEqual(places["actor_missing"], "works.contract")
        self.assertEqual(places["service"], "works.contract")
        self.assertEqual(places["commitment"], "works.contract")
        self.assertEqual(places["attachment"], "works.situation")
        self.assertLessEqual({"contract_number", "qualification"}, self._codes(situation, "advice"))
        fix = self._wizard(situation).problem_ids.filtered(lambda line: line.code == "service").action_fix()
        self.assertEqual((fix["res_model"], fix["res_id"]), ("works.contract", contract.id))

    def test_advice_never_blocks(self):
        situation = self._draft(chorus_contract_number=False)
        self.assertIn("contract_number", self._codes(situation, "advice"))
        self._wizard(situation).action_send()
        self.assertEqual(situation.move_id.chorus_stage, "queued")

    def test_a_held_paper_does_not_hold_the_others(self):
        ready, held = self._draft(), self._draft(self._contract(chorus_contract_number="2026-015"))
        self._attach_then_rename(held)
        wizard = self._wizard(ready | held)
        self.assertEqual((wizard.ready_count, wizard.held_count), (1, 1))
        wizard.action_send()
        self.assertEqual(ready.move_id.chorus_stage, "queued")
        self.assertEqual(held.state, "draft", "what is held back is not even invoiced")

    def test_what_changed_since_the_look_is_seen_at_the_click(self):
        situation = self._draft()
        wizard = self._wizard(situation)
        self.account.action_pause()
        with self.assertRaises(UserError):
            wizard.action_send()
        self.assertEqual(situation.state, "draft")
        self.assertFalse(self.env["chorus.transmission"].search([("account_id", "=", self.account.id)]))

    def test_correcting_then_checking_again_releases_the_paper(self):
        situation = self._draft()
        self._attach_then_rename(situation)
        wizard = self._wizard(situation)
        with self.assertRaises(UserError):
            wizard.action_send()
        situation.attachment_ids = False
        wizard.action_check_again()
        self.assertEqual((wizard.ready_count, wizard.held_count), (1, 0))

    def test_without_a_technical_account_the_whole_company_is_held(self):
        self.account.active = False
        situation = self._draft()
        self.assertIn("no_account", self._codes(situation))
        self.assertEqual(self._wizard(situation).ready_count, 0)

    def test_sent_twice_is_refused(self):
        situation = self._draft()
        self._wizard(situation).action_send()
        self.assertIn("already_sent", self._codes(situation))
        self.assertEqual(self._wizard(situation.move_id).ready_count, 0)

    def test_statement_that_nothing_bills_is_held_with_its_place(self):
        situation = self._draft()
        situation.action_invoice()
        situation.move_id.button_draft()
        situation.move_id.button_cancel()
        [problem] = [
            problem for problem in self.env["chorus.preflight"]._problems(situation) if problem["code"] == "unbilled"
        ]
        self.assertEqual((problem["level"], problem["res_id"]), ("blocking", situation.id))
        self.assertEqual(problem["res_model"], "works.situation")
        wizard = self._wizard(situation)
        self.assertEqual((wizard.ready_count, wizard.held_count), (0, 1))
        with self.assertRaises(UserError):
            wizard.action_send()
        situation.action_invoice()
        self._wizard(situation).action_send()
        self.assertEqual(situation.move_id.chorus_stage, "queued")

    def test_credit_note_without_statement_says_why_it_does_not_leave(self):
        situation = self._draft()
        situation.action_invoice()
        move = situation.move_id
        refund = move._reverse_moves([{"invoice_date": move.invoice_date}], cancel=True)
        self.assertIn("no_statement", self._codes(refund))
        refund.chorus_framework_id = self.env.ref("chorus_visiobat.framework_a1")
        self.assertEqual(self._codes(refund), set())

    def test_what_was_previewed_is_made_again_after_a_change(self):
        situation = self._draft()
        situation.action_invoice()
        wizard = self._wizard(situation)
        wizard.paper_ids.action_preview()
        before = situation._paper()
        situation.action_draft()
        self._enter(situation, 60, 10, 0)
        self._wizard(situation).action_send()
        sent = situation.move_id.chorus_document_id.main_attachment_file_id.raw
        self.assertNotEqual(sent, before)
        self.assertEqual(sent, situation._render_paper(), "the file is that of the amounts invoiced")

    def test_withdrawn_then_changed_leaves_with_its_new_file(self):
        situation = self._draft()
        self._wizard(situation).action_send()
        situation.move_id.chorus_document_id.action_withdraw()
        situation.action_draft()
        self._enter(situation, 60, 10, 0)
        self.assertEqual(situation._paper(), situation._render_paper(), "the screen shows no file of the past")
        self._wizard(situation).action_send()
        document = situation.move_id.chorus_document_id
        self.assertEqual(document.amount_total, situation.amount_total)
        self.assertEqual(document.main_attachment_file_id.raw, situation._render_paper())

    def test_drafts_and_invoices_leave_together(self):
        draft, invoiced = self._draft(), self._draft(self._contract(chorus_contract_number="2026-015"))
        invoiced.action_invoice()
        wizard = self._wizard(draft | invoiced)
        wizard.action_check_again()
        self.assertEqual(wizard.ready_count, 2)
        wizard.action_send()
        self.assertEqual((draft.move_id | invoiced.move_id).mapped("chorus_stage"), ["queued", "queued"])

    def test_attachments_of_an_ordinary_invoice_leave_with_it(self):
        move = self.create_invoice()
        document = move._chorus_ensure_document()
        document.sudo().attachment_ids = self.env["ir.attachment"].create({"name": "bon.pdf", "raw": b"%PDF-1.4"})
        move._chorus_ensure_document()
        self.assertEqual(document.attachment_ids.mapped("name"), ["bon.pdf"])

    def test_a_file_the_user_may_not_read_is_not_sent_for_him(self):
        situation = self._draft()
        hidden = self.env["ir.attachment"].create(
            {"name": "paie.pdf", "raw": b"%PDF-1.4", "res_model": "res.users", "res_id": self.env.user.id}
        )
        situation.attachment_ids = hidden
        self.biller.group_ids -= self.env.ref("base.group_erp_manager")
        problems = self.env["chorus.preflight"].with_user(self.biller)._problems(situation.with_user(self.biller))
        unreadable = not hidden.with_user(self.biller).has_access("read")
        self.assertEqual("attachment_access" in {problem["code"] for problem in problems}, unreadable)

    def test_tried_in_qualification_then_sent_for_good(self):
        situation = self._draft()
        self._wizard(situation).action_send()
        self.deposit()
        trial = situation.move_id.chorus_document_id
        production = self.account.copy({"environment": "production", "siret": self.account.siret})
        production.write({"login": self.account.login, "piste_application_id": self.application.id})
        production._write_password("Autre-2026")
        production._resume()
        self.company.sudo().chorus_environment = "production"
        self.assertNotIn("already_sent", self._codes(situation.move_id))
        paper = situation.move_id._chorus_ensure_document()
        self.assertEqual((paper.environment, trial.environment), ("production", "qualification"))
        self.assertEqual(situation.move_id.chorus_document_id, paper)

    def test_refused_paper_is_sent_again_from_where_it_is_corrected(self):
        situation = self._draft()
        self._wizard(situation).action_send()
        self.control.structure(self.town.company_registry, active=False)
        self.deposit()
        document = situation.move_id.chorus_document_id
        self.assertEqual(document.stage, "to_fix")
        [problem] = [
            problem
            for problem in self.env["chorus.preflight"]._problems(situation.move_id)
            if problem["code"] == "to_fix"
        ]
        self.assertEqual((problem["res_model"], problem["res_id"]), ("chorus.document", document.id))

    def _refused_by_the_moe(self):
        """A statement whose paper the project manager refused, and the credit note that gives its invoice up."""
        situation = self._draft()
        self._wizard(situation).action_send()
        self.deposit()
        refused = situation.move_id.chorus_document_id
        self.simulator.control.act(int(refused.technical_number), "moe", "refuse", "Période erronée")
        refused._apply_status("REFUSEE_MOE", reason="Période erronée")
        self.assertTrue(refused.activity_ids)
        situation.move_id._reverse_moves([{"invoice_date": situation.move_id.invoice_date}], cancel=True)
        self.assertTrue(refused.activity_ids, "A credit note alone does not bill the month")
        return situation, refused

    def test_statement_refused_by_the_moe_leaves_again_under_a_new_number(self):
        situation, refused = self._refused_by_the_moe()
        situation.action_draft()
        self._wizard(situation).action_send()
        self.deposit()
        again = situation.move_id.chorus_document_id
        self.assertNotEqual(again.number, refused.number)
        self.assertEqual((again.stage, refused.stage), ("with_moe", "refused"))
        self.assertFalse(refused.activity_ids)
        self.assertEqual(refused.owner, "nobody", "Another paper took its place")

    def test_refused_statement_that_is_given_up_alarms_nobody(self):
        situation, refused = self._refused_by_the_moe()
        situation.action_cancel()
        self.assertFalse(refused.activity_ids)

    def test_ordinary_invoice_needs_an_iban_and_euros(self):
        self.company.partner_id.bank_ids.unlink()
        move = self.create_invoice(currency_id=self.env.ref("base.USD").id)
        self.assertLessEqual({"iban", "currency"}, self._codes(move))


@tagged("post_install", "-at_install")
class TestNativeSend(SimulatorMixin, WorksCase):
    """The *Send* dialog of Odoo offers Chorus Pro, and nothing else that would send works twice."""

    def _native(self, move):
        return self.env["account.move.send.wizard"].with_context(active_ids=move.ids).create({"move_id": move.id})

    def test_works_invoice_leaves_by_chorus_pro_without_the_stock_engine(self):
        move = self._bill(self._contract(), 30, 10, 0).move_id
        wizard = self._native(move)
        self.assertEqual(wizard.sending_methods, ["chorus"])
        wizard.action_send_and_print()
        self.assertEqual(move.chorus_stage, "queued")
        self.assertTrue(move.is_move_sent)
        self.assertFalse(move.invoice_pdf_report_id, "the stock rendering was not asked for")
        self.assertTrue(move.chorus_document_id.main_attachment_file_id.raw.startswith(b"%PDF"))

    def test_only_chorus_pro_and_paper_for_works(self):
        move = self._bill(self._contract(), 30, 10, 0).move_id
        applicable = self.env["account.move.send"]._is_applicable_to_move
        self.assertTrue(applicable("chorus", move))
        self.assertTrue(applicable("manual", move))
        self.assertFalse(applicable("peppol", move))
        self.assertFalse(applicable("pdp", move))

    def test_one_paper_that_cannot_leave_does_not_stop_a_batch(self):
        good = self._bill(self._contract(), 30, 10, 0).move_id
        bad = self._bill(self._contract(chorus_contract_number="2026-015"), 30, 10, 0).move_id
        native = self.env["account.move.send"]
        data = {move: {"sending_methods": ["chorus"], "extra_edis": {}} for move in bad | good}
        document = type(self.env["chorus.document"])
        queue = document._queue

        reason = "no PDF engine"

        def failing(papers):
            if bad in papers.move_id:
                raise UserError(reason)
            return queue(papers)

        with patch.object(document, "_queue", failing):
            native._generate_invoice_documents(data)
        self.assertEqual(data[bad]["error"]["errors"], [reason])
        self.assertEqual(good.chorus_stage, "queued")

    def test_blocking_problem_is_an_alert_with_its_place_and_nothing_is_queued(self):
        situation = self._bill(self._contract(), 30, 10, 0)
        self._attach_then_rename(situation)
        wizard = self._native(situation.move_id)
        danger = [alert for alert in wizard.alerts.values() if alert["level"] == "danger"]
        self.assertEqual([alert["action"]["res_model"] for alert in danger], ["works.situation"])
        with self.assertRaises(UserError):
            wizard.action_send_and_print()
        self.assertEqual(situation.move_id.chorus_stage or "draft", "draft")


@tagged("post_install", "-at_install")
class TestMonth(SimulatorMixin, WorksCase):
    def test_each_contract_says_whose_move_it_is(self):
        contract = self._contract()
        self.assertEqual((contract.month_step, contract.month_owner), ("create", "us"))
        situation = self._open(contract)
        self.assertEqual(contract.month_step, "progress")
        self._enter(situation, 30, 10, 0)
        situation.action_invoice()
        self.assertEqual((contract.month_step, contract.month_amount), ("send", situation.amount_untaxed))
        wizard = self.env["chorus.send"].browse(contract.action_month_send()["res_id"])
        wizard.action_send()
        self.deposit()
        self.assertEqual((contract.month_step, contract.month_owner), ("follow", "moe"))
        [work] = self.control.works()
        self.control.act(work["id"], "moe", "refuse", "Pièce justificative manquante")
        self.poll()
        self.assertEqual((contract.month_step, contract.month_owner), ("act", "us"))
