"""Deadlines: one activity each, on the right day, given to the contract's responsible, closed by what happens."""

from datetime import date, timedelta

from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import tagged

from .test_works_filing import FilingCase


@tagged("post_install", "-at_install")
class TestDeadlines(FilingCase):
    @classmethod
    def _contract(cls, posts=None, **values):
        return super()._contract(posts, **{"user_id": cls.manager.id, **values})

    def _today(self):
        return fields.Date.context_today(self.company)

    def _open_codes(self, contract):
        """Deadlines open now: code → last day."""
        return {one.rule.code: one.due for one in contract._open_deadlines()}

    def _activities(self, contract, code=None):
        found = contract._deadline_activities().filtered("active")
        rule = self.env.ref(f"chorus_visiobat.deadline_{code}") if code else self.env["works.deadline.rule"]
        return found.filtered(lambda one: one.activity_type_id == rule.activity_type_id) if code else found

    def test_moe_has_seven_days_and_the_paymaster_the_contracts_delay(self):
        contract = self._contract(payment_delay_days=50, user_id=self.biller.id)
        situation = self._bill(contract, 30, 10, 0)
        self.assertEqual(self._open_codes(contract), {}, "nothing runs before the deposit")
        received = self._send(situation)._received_on()
        self.poll()
        self.run_cron("cron_deadlines")
        expected = {"moe": received + timedelta(days=7), "payment": received + timedelta(days=50)}
        self.assertEqual(self._open_codes(contract), expected)
        activity = self._activities(contract, "moe")
        self.assertEqual(
            (activity.date_deadline, activity.user_id, activity.res_model, activity.res_id),
            (expected["moe"], self.biller, "works.situation", situation.id),
        )
        self.assertEqual(contract.deadline_date, expected["moe"])
        self.assertEqual(contract.deadline_text, "Vérification par le maître d'œuvre : 7 days left")
        self.run_cron("cron_deadlines")
        self.assertEqual(len(self._activities(contract)), 2, "never twice the same")

        self.control.act(self._work(situation._current_paper())["id"], "moe", "accept")
        self.poll()
        self.run_cron("cron_deadlines")
        self.assertEqual(set(self._open_codes(contract)), {"payment"}, "the project manager has answered")
        self.assertFalse(self._activities(contract, "moe"))
        self._pay(situation.move_id)
        self.run_cron("cron_deadlines")
        self.assertFalse(self._activities(contract))
        self.assertFalse(contract.deadline_date)

    def _pay(self, move):
        self.env["account.payment.register"].with_context(active_model="account.move", active_ids=move.ids).create(
            {"payment_date": self._today()}
        )._create_payments()

    def test_what_a_person_closed_does_not_come_back(self):
        contract = self._contract()
        self._send(self._bill(contract, 30, 10, 0))
        contract._sync_deadlines()
        activity = self._activities(contract, "moe")
        self.assertEqual(len(activity), 1)
        activity.action_feedback(feedback="Appelé")
        contract._sync_deadlines()
        self.assertFalse(self._activities(contract, "moe"))

    def test_late_is_said_in_days(self):
        contract = self._contract()
        situation = self._bill(contract, 30, 10, 0)
        paper = self._send(situation)
        self._let_pass(paper, 12)
        contract._sync_deadlines()
        self.assertIn("5 days late", contract.deadlines)
        self.assertIn("text-danger", situation.deadlines)
        self.assertEqual(contract.deadline_tone, "danger")

    def test_acceptance_starts_the_final_statement_and_the_guarantee(self):
        contract = self._contract(retention_rate=5, ccag_version="2021")
        self._bill(contract, 30, 10, 0)
        with freeze_time("2026-11-20"):
            wizard = self.env["works.reception"].create(
                {"contract_id": contract.id, "date_reception": "2026-11-18", "guarantee_months": 12}
            )
            self.assertEqual(wizard.date_guarantee_end, date(2027, 11, 18))
            # 30 days after the end of the guarantee
            self.assertEqual(wizard.retention_date, date(2027, 12, 18))
            self.assertIn("18/12/2026", wizard.next_steps)
            final = self.env["works.situation"].browse(wizard.action_confirm_and_open()["res_id"])
            self.assertEqual((final.kind, final.framework_id.code), ("final", "A7"))
            # 18 November + 30 days; the retention of the invoices follows
            self.assertEqual(self._open_codes(contract)["final"], date(2026, 12, 18))
            self.assertEqual(self._open_codes(contract)["retention"], date(2027, 12, 18))
            self.assertEqual(self._activities(contract, "final").date_deadline, date(2026, 12, 18))
        self.assertEqual(contract.retention_release_date, date(2027, 12, 18))
        self.assertEqual(contract.move_ids.works_retention_date, date(2027, 12, 18))
        contract.date_reception = date(2026, 11, 10)
        self.assertEqual(self._activities(contract, "final").date_deadline, date(2026, 12, 10), "it moves with it")

    def test_each_version_of_the_general_conditions_has_its_delays(self):
        contract = self._contract(date_consultation="2013-05-01")
        self.assertEqual(contract.ccag_version, "2009")
        contract.date_reception = "2026-06-01"
        self.assertEqual(self._open_codes(contract), {"final": date(2026, 7, 16)}, "45 days in 2009")
        contract.ccag_version = "2014"
        self.assertEqual(self._open_codes(contract), {"final": date(2026, 7, 1)}, "30 days since 2014")
        self.assertEqual(self._contract(chorus_contract_number="2", date_consultation=False).ccag_version, "2021")

    def test_acceptance_is_no_day_to_come(self):
        wizard = self.env["works.reception"].create(
            {"contract_id": self._contract().id, "date_reception": self._today() + timedelta(days=2)}
        )
        with self.assertRaisesRegex(UserError, "still to come"):
            wizard.action_confirm()

    def test_from_the_final_statement_to_the_signed_general_one(self):
        contract = self._contract()
        contract.date_reception = self._today()
        final = self._final(contract)
        self._let_pass(final._current_paper(), 10)
        received = final._current_paper()._received_on()
        # The balance is due from the general statement on: nothing of it yet. S1 was not sent.
        self.assertEqual(self._open_codes(contract), {"general": received + timedelta(days=30)})
        a20 = self._notify(final)
        contract._sync_deadlines()
        self.assertEqual(self._open_codes(contract), {"signature": a20._received_on() + timedelta(days=30)})
        general = self._open(contract)
        self._sheet(general, 123000)
        a8 = self._send(general)
        self.poll()
        contract._sync_deadlines()
        self.assertEqual(self._open_codes(contract), {"payment": a8._received_on() + timedelta(days=30)})
        self.assertEqual(self._activities(contract).mapped("res_id"), final.ids)

    def test_general_statement_received_on_paper(self):
        contract = self._contract()
        contract.date_reception = self._today()
        self._final(contract)
        contract.date_general = self._today()
        self.assertEqual(self._open_codes(contract), {"signature": self._today() + timedelta(days=30)})

    def test_a_subcontractor_counts_fifteen_days(self):
        contract = self._contract(role="subcontractor", main_contractor_id=self.moe.id, reverse_charge=False)
        paper = self._send(self._bill(contract, 30, 10, 0))
        self.assertEqual(paper.framework_id.code, "A10")
        self.poll()
        self.assertEqual(self._open_codes(contract)["subcontractor"], paper._received_on() + timedelta(days=15))

    def test_closed_contract_waits_for_its_money_alone(self):
        contract = self._contract(payment_delay_days=30)
        paper = self._send(self._bill(contract, 30, 10, 0))
        self.poll()
        contract._sync_deadlines()
        self.assertEqual(set(self._open_codes(contract)), {"moe", "payment"})
        contract.action_close()
        self.assertEqual(set(self._open_codes(contract)), {"payment"})
        self.assertEqual(len(self._activities(contract)), 1)
        self.control.act(self._work(paper)["id"], "moe", "accept", framework="A16")
        [a16] = [one for one in self.control.works() if one["framework"].startswith("A16")]
        for action in ("accept", "mandate", "pay"):
            self.control.act(a16["id"], "payer", action)
        paper.details_tried_at = False
        self.poll()
        contract._sync_deadlines()
        self.assertFalse(self._activities(contract), "paid: nothing is waited for any more")

    def test_activity_goes_to_somebody_who_may_see_the_contract(self):
        contract = self._contract(user_id=self.biller.id)
        contract.date_reception = self._today()
        self.assertEqual(self._activities(contract).user_id, self.biller)
        self._activities(contract).unlink()
        self.biller.active = False
        contract._sync_deadlines()
        self.assertFalse(self._activities(contract), "who made the contract has left too: nobody is alarmed in vain")
        self.assertIn("30 days left", contract.deadlines, "the screen goes on telling it")
        contract.user_id = self.manager
        self.assertEqual(self._activities(contract).user_id, self.manager)
