"""From the balance to the general statement: A7 bears the invoice, A8, A22 and A23 bill nothing and are followed."""

import base64
from datetime import timedelta

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from .common import PDF, SimulatorMixin
from .works_common import WorksCase


class FilingCase(SimulatorMixin, WorksCase):
    """A contract of G1 whose works are done: S1 17,500, then the final statement, 102,500 excl. tax."""

    def _send(self, situation):
        self.env["chorus.send"].browse(situation.action_chorus_send()["res_id"]).action_send()
        self.deposit()
        return situation._current_paper()

    def _work(self, paper):
        [work] = [one for one in self.control.works() if str(one["id"]) == paper.technical_number]
        return work

    def _final(self, contract, send=True):
        """The final statement of a contract, 123,000.00 incl. tax, sent."""
        self._bill(contract, 30, 10, 0)
        situation = self._open(contract)
        situation.kind = "final"
        self._enter(situation, 100, 100, 100)
        situation.action_invoice()
        if send:
            self._send(situation)
        return situation

    def _let_pass(self, paper, days):
        """Nobody has answered a paper for some days."""
        self.poll()
        paper.deposit_date -= timedelta(days=days)
        for event in paper.event_ids:
            event.date -= timedelta(days=days)

    def _notify(self, final):
        """The project manager then the client answer: A17, A20. Returns the A20, as the poller made it."""
        self.control.act(self._work(final._current_paper())["id"], "moe", "accept")
        [a17] = [one for one in self.control.works() if one["framework"].startswith("A17")]
        self.control.act(a17["id"], "moa", "accept")
        self.poll()
        return final._current_paper()._last_of_file()

    def _sheet(self, situation, total, content=PDF, name="DG signé.pdf"):
        wizard = self.env["works.imposed.statement"].create(
            {
                "situation_id": situation.id,
                "file": base64.b64encode(content),
                "filename": name,
                "amount_total": total,
            }
        )
        wizard.action_add()


@tagged("post_install", "-at_install")
class TestFiling(FilingCase):
    def test_final_statement_of_works_all_billed_before(self):
        """S1 bills 120 000 HT, all of it: the final statement bills nothing and opens the end of the contract."""
        contract = self._contract()
        self._bill(contract, 100, 100, 100)
        final = self._open(contract)
        final.kind = "final"
        final.action_invoice()
        self.assertEqual(self._totals(final.move_id), (0.0, 0.0, 0.0))
        self.assertEqual(final.cumulative_untaxed, 120000)
        self.assertEqual(len(final.move_id.invoice_line_ids), 1)
        self._send(final)
        self.assertEqual(self._work(final._current_paper())["framework"][:3], "A7_")
        self.assertEqual(final._current_paper().stage, "with_moe")
        general = self._open(contract)
        self.assertEqual((general.kind, general.balance_total), ("general", 0.0))

    def test_final_statement_bills_the_balance_under_a7(self):
        final = self._final(self._contract())
        # G1 without its amendment: 120,000.00 − 17,500.00 = 102,500.00 excl. tax
        self.assertEqual(self._totals(final.move_id), (102500.0, 20500.0, 123000.0))
        self.assertEqual(self._work(final._current_paper())["framework"][:3], "A7_")
        self.assertEqual(final._current_paper().stage, "with_moe")

    def test_general_statement_is_deposited_without_any_invoice_and_followed(self):
        contract = self._contract()
        final = self._final(contract)
        a20 = self._notify(final)
        self.assertEqual((a20.framework_id.code, a20.origin), ("A20", "received"))
        general = self._open(contract)
        self.assertEqual((general.kind, general.framework_id.code), ("general", "A8"))
        self.assertEqual(general.period_end, final.period_end, "it counts the works up to the same day")
        self.assertEqual((general.amount_total, general.balance_total), (0.0, 123000.0))
        self._sheet(general, 123000)
        general.action_prepare_paper()
        self.assertEqual((general.state, general.move_ids.ids), ("filed", []))
        self.assertEqual(general.piece_number, f"{final.move_id.name[:16]}-DGD")
        paper = self._send(general)
        work = self._work(paper)
        self.assertEqual((work["framework"][:3], work["number"]), ("A8_", general.piece_number))
        self.assertEqual(float(work["amounts"]["ttc"]), 123000.0)
        self.assertEqual(paper.previous_id, a20, "it answers the client's general statement")
        self.assertFalse(paper.move_id)
        self.control.act(work["id"], "payer", "mandate")
        self.control.act(work["id"], "payer", "pay")
        self.poll()
        self.assertEqual(paper.stage, "paid")
        self.assertEqual(final.move_id.chorus_stage, "paid", "the invoice of the balance follows its file to the end")
        self.assertEqual(contract.month_step, "done")
        with self.assertRaisesRegex(UserError, "nothing follows it"):
            contract.action_new_situation()

    def test_what_left_is_the_clients_pdf_byte_for_byte(self):
        contract = self._contract()
        self._final(contract, send=False)
        general = self._open(contract)
        self._sheet(general, 123000)
        paper = self._send(general)
        self.assertEqual(paper.main_attachment_file_id.raw, PDF)
        [sent] = [one for one in self.control.files() if one["name"] == paper.main_attachment_file_id.name]
        self.assertEqual(self.control.file_content(sent["id"]), PDF)

    def test_general_statement_needs_the_clients_pdf(self):
        contract = self._contract()
        self._final(contract, send=False)
        general = self._open(contract)
        with self.assertRaisesRegex(UserError, "signed PDF of the client's general statement"):
            general.action_prepare_paper()
        self.assertEqual((general.state, general.piece_number), ("draft", False), "nothing is half written")

    def test_tacit_procedure_in_two_papers(self):
        contract = self._contract()
        final = self._final(contract)
        tacit = self._open(contract)
        tacit.kind = "tacit"
        self.assertEqual(tacit.framework_id.code, "A22")
        with self.assertRaisesRegex(UserError, "the client has until"):
            tacit.action_prepare_paper()
        self._let_pass(final._current_paper(), 31)
        a22 = self._send(tacit)
        self.assertEqual((a22.previous_id, a22.stage), (final._current_paper(), "with_moa"))
        self.assertEqual(a22.number, f"{final.move_id.name[:16]}-PDG")
        self.poll()
        self.assertEqual(final._current_paper().status_code, "REMPLACEE_PAR_A22")
        end = self._open(contract)
        self.assertEqual((end.kind, end.framework_id.code), ("tacit", "A23"))
        self.assertEqual([one.rule.code for one in contract._open_deadlines()], ["tacit"])
        with self.assertRaisesRegex(UserError, "the client has until"):
            end.action_prepare_paper()
        self._let_pass(a22, 11)
        a23 = self._send(end)
        self.assertEqual((a23.previous_id, a23.stage), (a22, "with_payer"))
        self.assertEqual(a23.amount_total, 123000.0)
        self.assertEqual(self.env["account.move"].search_count([("works_contract_id", "=", contract.id)]), 2)
        with self.assertRaisesRegex(UserError, "nothing follows it"):
            contract.action_new_situation()

    def test_no_tacit_procedure_once_the_client_has_answered(self):
        contract = self._contract()
        self._notify(self._final(contract))
        tacit = self._open(contract)
        tacit.kind = "tacit"
        with self.assertRaisesRegex(UserError, "the client did answer"):
            tacit.action_prepare_paper()

    def test_no_tacit_procedure_on_a_final_statement_that_chorus_pro_has_not(self):
        contract = self._contract()
        self._final(contract, send=False)
        tacit = self._open(contract)
        tacit.kind = "tacit"
        with self.assertRaisesRegex(UserError, "silence counts from its deposit alone"):
            tacit.action_prepare_paper()

    def test_order_of_the_kinds_is_checked_at_entry(self):
        contract = self._contract()
        with self.assertRaisesRegex(ValidationError, "comes after the final statement"):
            self._open(contract).kind = "general"
        contract.situation_ids.unlink()
        self._final(contract, send=False)
        general = self._open(contract)
        with self.assertRaisesRegex(ValidationError, "takes no statement of the kind Monthly any more"):
            general.kind = "monthly"

    def test_a_joint_contractor_files_no_general_statement(self):
        contract = self._contract(role="co_contractor", main_contractor_id=self.county.id)
        final = self._final(contract, send=False)
        self.assertEqual(final.framework_id.code, "A14")
        with self.assertRaisesRegex(UserError, "nothing follows it"):
            contract.action_new_situation()

    def test_paper_prepared_is_corrected_as_long_as_it_has_not_left(self):
        contract = self._contract()
        final = self._final(contract, send=False)
        general = self._open(contract)
        self._sheet(general, 123000)
        general.action_prepare_paper()
        with self.assertRaisesRegex(UserError, "Back to draft there"):
            final.line_ids[0].admitted_cumulative = 39000
        general.action_draft()
        self.assertFalse(general.chorus_document_ids, "its paper never left")
        # 1,000.00 excl. tax less on L1: the balance comes down to 101,500.00, 121,800.00 incl. tax
        final.line_ids[0].admitted_cumulative = 39000
        self.assertEqual(general.balance_total, 121800.0)
        with self.assertRaisesRegex(UserError, "the statement says"):
            general.action_prepare_paper()
        general.action_remove_imposed_statement()
        self._sheet(general, 121800)
        paper = self._send(general)
        self.assertEqual(paper.amount_total, 121800.0)
        with self.assertRaisesRegex(UserError, "has been sent to Chorus Pro"):
            general.action_draft()

    def test_refused_paper_leaves_again_under_another_number_in_the_same_file(self):
        contract = self._contract()
        self._let_pass(self._final(contract)._current_paper(), 31)
        tacit = self._open(contract)
        tacit.kind = "tacit"
        refused = self._send(tacit)
        self.control.act(self._work(refused)["id"], "moa", "refuse", "Pièce justificative manquante")
        self.poll()
        self.assertEqual(refused.stage, "refused")
        tacit.action_draft()
        again = self._send(tacit)
        self.assertNotEqual(again.number, refused.number)
        self.assertEqual((again.previous_id, again.stage), (refused, "with_moa"))
        self.assertFalse(refused.activity_ids, "another paper took its place")

    def test_progress_of_a_paper_that_bills_nothing_does_not_move(self):
        contract = self._contract()
        self._bill(contract, 30, 10, 0)
        final = self._open(contract)
        final.kind = "final"
        self._enter(final, 100, 100, 50)
        final.action_invoice()
        general = self._open(contract)
        with self.assertRaisesRegex(UserError, "bills nothing more"):
            general.line_ids[2].input_percent = 100

    def test_number_typed_twice_is_refused(self):
        contract, other = self._contract(), self._contract(chorus_contract_number="2026-015")
        for one in (contract, other):
            self._final(one, send=False)
        first, second = self._open(contract), self._open(other)
        for general in (first, second):
            self._sheet(general, 123000)
            general.piece_number = "DGD-1"
        with self.assertRaisesRegex(UserError, "DGD-1 is used by"):
            (first | second).action_prepare_paper()
        second.piece_number = "DGD-2"
        (first | second).action_prepare_paper()
        self.assertEqual(second._current_paper().number, "DGD-2")

    def test_nobody_invoices_it_and_site_managers_do_not_prepare_it(self):
        contract = self._contract()
        self._final(contract, send=False)
        general = self._open(contract)
        with self.assertRaisesRegex(UserError, "Use Prepare the paper"):
            general.action_invoice()
        with self.assertRaises(AccessError):
            general.with_user(self.site_manager).action_prepare_paper()

    def test_last_look_tells_the_balance_and_the_number(self):
        contract = self._contract()
        final = self._final(contract, send=False)
        general = self._open(contract)
        self._sheet(general, 123000)
        wizard = self.env["chorus.send"].browse(general.action_chorus_send()["res_id"])
        self.assertEqual(wizard.paper_ids.amount_total, 123000.0)
        self.assertEqual(wizard.paper_ids.number, f"{final.move_id.name[:16]}-DGD")
        self.assertEqual(wizard.paper_ids.framework_id.code, "A8")
        self.assertEqual((wizard.ready_count, general.state), (1, "draft"))


@tagged("post_install", "-at_install")
class TestImposedStatement(FilingCase):
    """The client's own sheet in the place of our page."""

    def _draft(self):
        situation = self._open(self._contract())
        self._enter(situation, 30, 10, 0)  # 17,500.00 excl. tax, 21,000.00 incl. tax
        return situation

    def test_sheet_leaves_unchanged_in_the_place_of_our_page(self):
        situation = self._draft()
        self._sheet(situation, 21000, name="décompte.pdf")
        self.assertEqual(situation._paper(), PDF, "what is shown is what leaves")
        paper = self._send(situation)
        self.assertEqual(paper.main_attachment_file_id.raw, PDF)
        with self.assertRaisesRegex(UserError, "its file stays"):
            situation.action_remove_imposed_statement()

    def test_total_typed_must_be_that_of_the_statement(self):
        situation = self._draft()
        with self.assertRaisesRegex(UserError, "21.001,00"):
            self._sheet(situation, 21001)
        self.assertFalse(situation.imposed_statement_id)
        self._sheet(situation, 21000)
        self._enter(situation, 40, 10, 0)
        with self.assertRaisesRegex(UserError, "Correct the statement until it agrees"):
            situation.action_invoice()

    def test_what_chorus_pro_would_refuse_is_refused_at_once(self):
        situation = self._draft()
        with self.assertRaisesRegex(UserError, "not a readable PDF"):
            self._sheet(situation, 21000, content=b"PK\x03\x04 a spreadsheet")
        with self.assertRaisesRegex(UserError, "over 10 MB"):
            self._sheet(situation, 21000, content=PDF + b"\n" * 10_000_000)
        with self.assertRaisesRegex(UserError, "protected"):
            self._sheet(situation, 21000, content=self._encrypted())

    def _encrypted(self):
        import io

        import pikepdf

        buffer = io.BytesIO()
        with pikepdf.open(io.BytesIO(PDF)) as pdf:
            pdf.save(buffer, encryption=pikepdf.Encryption(owner="o", user="u"))
        return buffer.getvalue()

    def test_our_page_comes_back_when_the_sheet_is_taken_away(self):
        situation = self._draft()
        self._sheet(situation, 21000)
        situation.action_remove_imposed_statement()
        self.assertNotEqual(situation._paper(), PDF)
