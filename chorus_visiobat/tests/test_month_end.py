from datetime import date

from dateutil.relativedelta import relativedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged
from odoo.tools import format_date

from .works_common import WorksCase


@tagged("post_install", "-at_install")
class TestMonthEnd(WorksCase):
    """The end of the month for many contracts: drafts in one go, hand-over by the sites, invoices of those ready."""

    def _site(self, situation):
        return situation.with_user(self.site_manager)

    def _running(self, number, **values):
        contract = self._contract(chorus_contract_number=number, reference=number, **values)
        contract.action_start()
        return contract

    def _month(self, contracts, period_end):
        return (
            self.env["works.month.open"]
            .with_context(active_model="works.contract", active_ids=contracts.ids)
            .create({"period_end": period_end})
        )

    # --- creating ---

    def test_one_draft_for_each_contract_that_can_have_one(self):
        last_month = fields.Date.context_today(self.env["works.contract"]) + relativedelta(months=-1, day=31)
        fresh, drafted, done = self._running("A"), self._running("B"), self._running("C")
        self._open(drafted)
        billed = self._open(done)
        billed.period_end = last_month
        self._enter(billed, 10, 0, 0)
        billed.action_invoice()
        preparing = self._contract(chorus_contract_number="D")
        wizard = self._month(fresh | drafted | done | preparing, last_month)
        self.assertEqual(wizard.contract_ids, fresh)
        for reason in ("is still a draft", "counts the works up to", "not running"):
            self.assertIn(reason, wizard.left_out)
        action = wizard.action_create_statements()
        created = self.env["works.situation"].search(action["domain"])
        self.assertEqual((created.contract_id, created.period_end, created.number), (fresh, last_month, 1))

    def test_the_page_opens_with_the_running_contracts(self):
        fresh, drafted = self._running("A"), self._running("B")
        self._open(drafted)
        form = Form(self.env["works.month.open"])
        self.assertIn(fresh, form.contract_ids[:])
        self.assertNotIn(drafted, form.contract_ids[:])
        self.assertIn("is still a draft", form.left_out)
        form.save().action_create_statements()
        self.assertEqual((len(fresh.situation_ids), len(drafted.situation_ids)), (1, 1))

    def test_what_fails_is_told_and_undoes_nothing_else(self):
        period_end = fields.Date.context_today(self.env["works.contract"]) + relativedelta(months=-1, day=31)
        first, second = self._running("A"), self._running("B")
        wizard = self._month(first | second, period_end)
        self.assertEqual(wizard.contract_ids, first | second)
        self._open(second)  # a colleague was faster
        action = wizard.action_create_statements()
        self.assertEqual(action["res_id"], wizard.id, "the page stays, with what failed")
        self.assertEqual(wizard.created_ids.contract_id, first)
        self.assertIn(second.name, wizard.report)
        self.assertEqual(len(second.situation_ids), 1)

    def test_the_site_opens_its_own_month_only(self):
        contract = self._running("A")
        with self.assertRaises(AccessError):
            self.env["works.month.open"].with_user(self.site_manager).create({"period_end": date(2026, 10, 31)})
        self.assertTrue(contract.with_user(self.site_manager).action_new_situation()["res_id"])

    # --- handing over ---

    def test_the_site_hands_over_and_no_longer_changes_anything(self):
        situation = self._open(self._running("A"))
        mine = self._site(situation)
        mine.line_ids[0].input_percent = 30
        mine.action_hand_over()
        self.assertEqual((situation.progress_state, situation.progress_user_id), ("entered", self.site_manager))
        self.assertEqual(situation.contract_id.month_step, "invoice")
        with self.assertRaisesRegex(UserError, "handed over to billing"):
            mine.line_ids[0].input_percent = 40
        situation.with_user(self.biller).line_ids[0].input_percent = 35
        self.assertEqual(situation.amount_untaxed, 14000.0)

    def test_an_impossible_progress_is_not_handed_over(self):
        situation = self._open(self._running("A"))
        self._enter(situation, 120, 150, 0)
        with self.assertRaises(UserError) as refusal:
            self._site(situation).action_hand_over()
        self.assertIn("L1", str(refusal.exception))
        self.assertIn("L2", str(refusal.exception))
        self.assertEqual(situation.progress_state, "entering")

    def test_given_back_with_its_reason(self):
        situation = self._open(self._running("A"))
        self._enter(situation, 30, 0, 0)
        self._site(situation).action_hand_over()
        action = situation.with_user(self.biller).action_hand_back()
        wizard = self.env["works.hand.back"].with_user(self.biller).with_context(**action["context"])
        wizard.create({"reason": "Le métré du poste 2 manque"}).action_hand_back()
        self.assertEqual(situation.progress_state, "entering")
        self.assertIn("Le métré du poste 2 manque", situation.message_ids[0].body)
        activity = situation.activity_ids
        self.assertEqual(activity.user_id, self.site_manager)
        self.assertIn("métré", activity.note)
        self._site(situation).line_ids[1].input_percent = 10
        self._site(situation).action_hand_over()
        self.assertFalse(situation.activity_ids, "handed over again: nothing is asked any more")

    def test_the_site_gives_nothing_back(self):
        situation = self._open(self._running("A"))
        with self.assertRaises(AccessError):
            self._site(situation).action_hand_back()

    # --- invoicing ---

    def test_those_ready_are_invoiced_and_the_others_say_why(self):
        good, bad = self._open(self._running("A")), self._open(self._running("B"))
        self._enter(good, 30, 10, 0)
        self._enter(bad, 130, 0, 0)
        page = Form(self.env["works.invoice.batch"].with_context(active_ids=(good | bad).ids))
        self.assertEqual((page.ready_count, page.held_count, page.amount_total), (1, 1, 21000.0))
        wizard = page.save()
        self.assertEqual((wizard.ready_ids, wizard.held_count, wizard.amount_total), (good, 1, 21000.0))
        self.assertIn(bad.name, wizard.problems)
        self.assertIn("dépasse le marché", wizard.problems)
        wizard.action_invoice()
        self.assertEqual((good.state, bad.state), ("invoiced", "draft"))
        self.assertEqual(good.move_id.amount_total, 21000.0)
        self.assertFalse(bad.move_ids)

    def test_none_ready_is_refused(self):
        bad = self._open(self._running("B"))
        wizard = self.env["works.invoice.batch"].with_context(active_ids=bad.ids).create({})
        with self.assertRaisesRegex(UserError, "none of them"):
            wizard.action_invoice()

    # --- dates ---

    def test_a_closed_period_is_told_before_anything_is_written(self):
        situation = self._open(self._running("A"))
        situation.period_end = date(2026, 9, 30)
        self._enter(situation, 30, 10, 0)
        self.company.fiscalyear_lock_date = date(2026, 10, 31)
        situation.invoice_date = date(2026, 10, 15)
        with self.assertRaises(UserError) as refusal:
            situation.action_invoice()
        first_open, works = (format_date(self.env, day) for day in (date(2026, 11, 1), date(2026, 9, 30)))
        self.assertIn(first_open, str(refusal.exception))
        self.assertIn(works, str(refusal.exception), "the works are another date")
        self.assertFalse(situation.move_ids)
        situation.invoice_date = date(2026, 11, 1)
        situation.action_invoice()
        self.assertEqual(situation.move_id.invoice_date, date(2026, 11, 1))
        self.assertEqual(situation.move_id.date, date(2026, 11, 1))
        self.assertEqual(situation.move_id.delivery_date, date(2026, 9, 30))

    # --- the home list ---

    def test_the_home_page_is_a_list_and_cards_on_a_telephone(self):
        action = self.env.ref("chorus_visiobat.action_works_month")
        modes = [mode for _view, mode in action.views]
        self.assertEqual(modes[0], "list")
        self.assertIn("kanban", modes, "small screens take the first view with cards")
