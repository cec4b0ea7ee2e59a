"""Accord préalable: a project goes to the project manager first; no number is consumed, nothing is invoiced."""

from odoo.exceptions import UserError
from odoo.tests import tagged

from .works_common import WorksCase


@tagged("post_install", "-at_install")
class TestPriorAgreement(WorksCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.moe.email = "lumen@architectes.example"

    def _draft(self, mode="blocking"):
        situation = self._open(self._contract(prior_agreement_mode=mode))
        self._enter(situation, 30, 10, 0)  # 17,500.00 excl. tax, 21,000.00 incl. tax
        return situation

    def _ask(self, situation):
        """Send the e-mail of the composer as it opens."""
        action = situation.action_ask_agreement()
        composer = self.env["mail.compose.message"].with_context(**action["context"]).create({})
        composer._action_send_mail()
        return situation.message_ids.sorted("id")[-1]

    def _answer(self, situation, answer="agreed", reason=False):
        self.env["works.prior.agreement"].create(
            {"situation_id": situation.id, "answer": answer, "person": "M. Lumen", "reason": reason}
        ).action_record()

    def test_project_is_sent_without_number_and_invoices_nothing(self):
        situation = self._draft()
        proposal = situation.number_proposal
        message = self._ask(situation)
        self.assertEqual(message.partner_ids, self.moe)
        self.assertEqual(message.attachment_ids.mimetype, "application/pdf")
        self.assertTrue(message.attachment_ids.raw.startswith(b"%PDF"))
        self.assertTrue(message.attachment_ids.name.startswith("PROJET"))
        self.assertIn("21", message.body)
        self.assertEqual((situation.prior_agreement, situation.prior_agreement_total), ("asked", 21000.0))
        self.assertTrue(situation.is_project)
        self.assertFalse(situation.move_ids)
        self.assertEqual((situation.chorus_invoice_number, situation.number_proposal), (False, proposal))

    def test_required_agreement_holds_the_invoice_until_it_is_given(self):
        situation = self._draft()
        with self.assertRaisesRegex(UserError, "not asked for"):
            situation.action_invoice()
        self._ask(situation)
        with self.assertRaisesRegex(UserError, "not answered yet"):
            situation.action_invoice()
        self._answer(situation)
        self.assertEqual((situation.prior_agreement, situation.prior_agreement_by), ("agreed", "M. Lumen"))
        situation.action_invoice()
        self.assertEqual(situation.move_id.state, "posted")
        self.assertFalse(situation.is_project)

    def test_usual_agreement_warns_and_does_not_hold(self):
        situation = self._draft("advice")
        self.assertIn("not asked for", situation.advice)
        problems = self.env["chorus.preflight"]._problems(situation)
        self.assertEqual([one["level"] for one in problems if one["code"] == "agreement"], ["advice"])
        situation.action_invoice()
        self.assertEqual(situation.state, "invoiced")

    def test_nothing_is_asked_where_the_contract_asks_nothing(self):
        situation = self._draft("none")
        self.assertFalse(situation.advice)
        situation.action_invoice()

    def test_refusal_has_its_reason_and_is_asked_again(self):
        situation = self._draft()
        self._ask(situation)
        with self.assertRaisesRegex(UserError, "enter what is to be corrected"):
            self._answer(situation, "refused")
        self._answer(situation, "refused", "Poste L1 à 25 %")
        with self.assertRaisesRegex(UserError, "Poste L1 à 25 %"):
            situation.action_invoice()
        self._enter(situation, 25, 10, 0)
        self._ask(situation)
        self._answer(situation)
        situation.action_invoice()

    def test_agreement_is_on_the_amounts_that_were_sent(self):
        situation = self._draft()
        self._ask(situation)
        self._answer(situation)
        # 2,000.00 excl. tax more on L1: 23,400.00 incl. tax
        self._enter(situation, 35, 10, 0)
        with self.assertRaisesRegex(UserError, "Ask again"):
            situation.action_invoice()

    def test_it_is_asked_of_somebody_who_can_be_written_to(self):
        self.moe.email = False
        with self.assertRaisesRegex(UserError, "no e-mail address"):
            self._draft().action_ask_agreement()

    def test_invoiced_statement_is_asked_about_no_more(self):
        situation = self._draft("none")
        situation.action_invoice()
        with self.assertRaisesRegex(UserError, "is invoiced"):
            situation.action_ask_agreement()
