from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from .works_common import WorksCase


@tagged("post_install", "-at_install")
class TestWorksNumber(WorksCase):
    """The number of the invoice, and the journal that gives it."""

    def test_proposed_number_is_the_one_taken(self):
        situation = self._open(self._contract())
        self._enter(situation, 30, 10, 0)
        proposal = situation.number_proposal
        situation.action_invoice()
        self.assertEqual(situation.chorus_invoice_number, proposal)

    def test_typed_number_is_that_of_the_invoice(self):
        situation = self._open(self._contract())
        self._enter(situation, 30, 10, 0)
        situation.chorus_invoice_number = "2026T014-S01"
        situation.action_invoice()
        self.assertEqual(situation.move_id.name, "2026T014-S01")
        situation.chorus_invoice_number = "2026T014-S01b"
        self.assertEqual(situation.move_id.name, "2026T014-S01b")
        situation.move_id.name = "2026T014-S01c"
        self.assertEqual(situation.chorus_invoice_number, "2026T014-S01c")

    def _bill_around(self, number):
        """The statements billed before and after one whose number is typed."""
        contract = self._contract()
        first = self._bill(contract, 10, 0, 0)
        typed = self._open(contract)
        self._enter(typed, 20, 0, 0)
        typed.chorus_invoice_number = number
        typed.action_invoice()
        return first, self._bill(contract, 30, 0, 0)

    def test_typed_number_starts_no_series(self):
        first, third = self._bill_around("2025T12-S02")
        self.assertEqual(third.move_id.sequence_prefix, first.move_id.sequence_prefix)
        self.assertEqual(third.move_id.sequence_number, first.move_id.sequence_number + 1)

    def test_bad_numbers_are_refused(self):
        situation = self._open(self._contract())
        self._enter(situation, 30, 10, 0)
        for number, words in (
            ("2026T014-situation-01", "21 caractères"),
            ("Situation n°1", "retirez"),
            ("é1", "retirez"),
        ):
            with self.subTest(number=number):
                situation.chorus_invoice_number = number
                with self.assertRaisesRegex(UserError, words):
                    situation.action_invoice()
        situation.chorus_invoice_number = False
        situation.action_invoice()
        with self.assertRaisesRegex(UserError, "retirez"):
            situation.chorus_invoice_number = "n°1"

    def test_number_is_unique_per_issuer(self):
        first = self._bill(self._contract(), 30, 10, 0)
        second = self._open(self._contract(chorus_contract_number="other"))
        self._enter(second, 30, 10, 0)
        second.chorus_invoice_number = first.chorus_invoice_number
        with self.assertRaisesRegex(UserError, "number of another invoice"):
            second.action_invoice()

    def test_number_typed_on_two_drafts_is_told_on_both(self):
        drafts = self.env["works.situation"]
        for identifier in ("2026-014", "2026-015"):
            draft = self._open(self._contract(chorus_contract_number=identifier, reference=identifier))
            self._enter(draft, 30, 10, 0)
            draft.chorus_invoice_number = "2026T014-S01"
            drafts |= draft
        with self.assertRaisesRegex(UserError, f"entered on the statement {drafts[1].name} too"):
            drafts[0].action_invoice()
        with self.assertRaisesRegex(UserError, f"(?s){drafts[1].name} too.*{drafts[0].name} too"):
            drafts.action_invoice()
        self.assertFalse(drafts.move_ids)
        drafts[1].chorus_invoice_number = False
        drafts.action_invoice()
        self.assertEqual(drafts[0].move_id.name, "2026T014-S01")

    def test_batch_never_gives_a_number_typed_on_another_statement(self):
        first, second = (
            self._open(self._contract(chorus_contract_number=identifier)) for identifier in ("2026-014", "2026-015")
        )
        self._enter(first, 30, 10, 0)
        self._enter(second, 30, 10, 0)
        second.chorus_invoice_number = typed = second.number_proposal
        (first | second).action_invoice()
        self.assertEqual(second.move_id.name, typed)
        self.assertEqual(first.move_id.sequence_number, second.move_id.sequence_number + 1)

    def test_journal_of_the_contract_numbers_its_statements(self):
        works = self.journal.copy({"name": "Works", "code": "TRVX"})
        contract = self._contract(journal_id=works.id)
        situation = self._open(contract)
        self._enter(situation, 30, 10, 0)
        proposal = situation.number_proposal
        situation.action_invoice()
        self.assertEqual((situation.move_id.journal_id, situation.move_id.name), (works, proposal))
        other = self._bill(self._contract(chorus_contract_number="2026-015"), 30, 10, 0)
        self.assertEqual(other.move_id.journal_id, self.journal)

    def test_number_is_unique_among_companies_of_one_siret(self):
        twin = self.env["res.company"].create({"name": "Twin", "company_registry": "452 601 818 00019"})
        journal = self.env["account.journal"].create(
            {"name": "Sales", "code": "TW", "type": "sale", "company_id": twin.id}
        )
        self.env["account.move"].with_company(twin).create(
            {"move_type": "out_invoice", "journal_id": journal.id, "name": "TWIN-7", "partner_id": self.town.id}
        ).posted_before = True
        situation = self._open(self._contract())
        self._enter(situation, 30, 10, 0)
        situation.chorus_invoice_number = "TWIN-7"
        with self.assertRaisesRegex(UserError, "number of another invoice"):
            situation.action_invoice()

    def test_sent_invoice_keeps_its_number_and_asks_for_a_cancellation(self):
        situation = self._bill(self._contract(), 30, 10, 0)
        move = situation.move_id
        document = self._document(move)
        self.assertFalse(move.need_cancel_request)
        document.stage = "deposited"
        self.assertEqual(move.chorus_stage, "deposited")
        self.assertTrue(move.need_cancel_request)
        with self.assertRaisesRegex(UserError, "request a cancellation"):
            move.button_draft()
        with self.assertRaisesRegex(UserError, "no longer changes"):
            situation.chorus_invoice_number = "OTHER-1"
        with self.assertRaisesRegex(UserError, "no longer changes"):
            move.name = "OTHER-1"
        self.assertEqual(move.button_request_cancel()["res_model"], "account.move.reversal")
        document.stage = "to_fix"
        self.assertFalse(move.need_cancel_request, "Chorus Pro holds nothing: it may be corrected")

    def _document(self, move):
        return self.env["chorus.document"].create(
            {
                "company_id": self.company.id,
                "environment": "qualification",
                "framework_id": move.chorus_framework_id.id,
                "number": move.name,
                "issuer_siret": self.company.company_registry,
                "move_id": move.id,
            }
        )

    def test_illegal_journal_is_reported_and_cured_in_one_click(self):
        self.journal.code = "FÀC.1"
        self.assertIn("retirez", self.journal.chorus_number_warning)
        situation = self._open(self._contract())
        self._enter(situation, 30, 10, 0)
        with self.assertRaisesRegex(UserError, "Legal numbers"):
            situation.action_invoice()
        with self.assertRaises(AccessError):
            self.journal.with_user(self.site_manager).action_chorus_legal_numbers()
        self.journal.with_user(self.biller).action_chorus_legal_numbers()
        self.assertFalse(self.journal.chorus_number_warning)
        situation.action_invoice()
        year = situation.move_id.date.year
        self.assertEqual(situation.move_id.name, f"FAC1{year}/00001")
        self.assertEqual(self.journal.chorus_number_example, f"FAC1{year}/00002")

    def test_journal_with_too_long_numbers_is_cured(self):
        contract = self._contract()
        self._bill(contract, 30, 10, 0).move_id.name = "FACTURE/TRAVAUX/2026/00001"
        self.assertIn("20 au plus", self.journal.chorus_number_warning)
        self.journal.action_chorus_legal_numbers()
        second = self._bill(contract, 40, 10, 0)
        self.assertRegex(second.move_id.name, r"^[A-Z]+[0-9]{4}/00001$")

    def test_prefix_keeps_its_series_whatever_is_typed(self):
        self.journal.chorus_number_prefix = "F{year}/"
        first, third = self._bill_around("2026T014-S02")
        year = third.move_id.date.year
        self.assertEqual(first.move_id.name, f"F{year}/00001")
        self.assertEqual(third.move_id.name, f"F{year}/00002")
        fourth = self._open(first.contract_id)
        self._enter(fourth, 20, 0, 0)
        fourth.line_ids[0].note = "Measured again"
        fourth.action_invoice()
        self.assertEqual(fourth.move_id.name, f"RF{year}/00001")

    def test_illegal_prefix_is_refused(self):
        for prefix in ("Facture n°", "F" * 20 + "/", "F{day}/", "F{year}"):
            with self.subTest(prefix=prefix), self.assertRaises(ValidationError):
                self.journal.chorus_number_prefix = prefix
