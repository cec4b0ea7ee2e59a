"""Requests of subcontractors that we validate: read, shown with their deadline, decided, followed to the payment."""

from datetime import timedelta
from unittest.mock import patch

from psycopg2 import IntegrityError

from odoo import Command, fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.chorus_visiobat.models import chorus_lane

from .common import MAIN_SIRET, OTHER_SIRET, PDF, SIRET
from .portal_case import PortalMixin
from .test_works_chain import ChainCase

A10 = "A10_PROJET_DECOMPTE_MENSUEL_SOUSTRAITANT"
DECIDE = "/cpro/factures/v1/traiter/factureAValider"
FILE = "/cpro/facturesTravaux/v1/consulter/dossierfacturation"
READ = "/cpro/factures/v1/consulter/valideur"
WAITING = "/cpro/factures/v1/rechercher/aTraiter/valideur"


class RequestCase(PortalMixin, ChainCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.carpenter = cls.create_body("Charpentes Renaud", OTHER_SIRET)
        cls.works = cls._contract([("Gros œuvre", 320000), ("Charpente", 80000)], user_id=cls.biller.id)
        cls.works.action_start()
        cls._direct_payment_account()
        cls.party = cls.env["works.contract.party"].create(
            {"contract_id": cls.works.id, "partner_id": cls.carpenter.id, "amount_max": 80000}
        )

    def later(self):
        self.env["chorus.account"].search([]).requests_read_at = False
        return super().later()

    def request(self, number="SOUS-01", amount=20000, **values):
        """A request deposited by the carpenter and read by the poller; his bill is under reverse charge."""
        values = {"validator_siret": SIRET, "contract_number": "2026-014", "tax": "0", **values}
        technical = self.deposit_elsewhere("carpenter", A10, number, amount, **values)
        self.later()
        return self.env["chorus.document"].search([("technical_number", "=", str(technical))])

    def decide(self, papers, **values):
        with self.enter_registry_test_mode():
            wizard = self.env["chorus.validation.decide"].browse(papers.action_decide_validation()["res_id"])
        wizard.write(values)
        wizard.action_confirm()


@tagged("post_install", "-at_install")
class TestRequestReceived(RequestCase):
    def test_it_is_read_with_its_contract_its_deadline_and_its_pdf(self):
        paper = self.request()
        self.assertEqual((paper.stage, paper.owner, paper.origin), ("to_validate", "us", "received"))
        self.assertEqual((paper.framework_id.code, paper.number), ("A10", "SOUS-01"))
        self.assertEqual((paper.amount_untaxed, paper.amount_total), (20000.0, 20000.0))
        self.assertEqual((paper.contract_id, paper.party_id), (self.works, self.party))
        self.assertEqual(paper.actor, "Subcontractor, Charpentes Renaud")
        self.assertEqual(paper.move_due_date, paper._received_on() + timedelta(days=15))
        self.assertEqual(paper.main_attachment_file_id.raw, PDF)
        self.assertFalse(paper.request_advice)
        activity = paper.activity_search(["chorus_visiobat.activity_validation"])
        self.assertEqual((activity.user_id, activity.date_deadline), (self.biller, paper.move_due_date))
        self.assertEqual(paper.event_ids.mapped("code"), ["A_VALIDER_1"])

    def test_it_is_read_once_and_asked_for_in_one_call_an_hour(self):
        self.request()
        self.control.forget_requests()
        self.later()
        self.assertEqual([entry["path"] for entry in self.control.requests()].count(WAITING), 1)
        self.assertEqual(self.env["chorus.document"].search_count([("number", "=", "SOUS-01")]), 1)
        self.control.forget_requests()
        self.env["chorus.document"].search([]).details_tried_at = False
        self.poll()
        self.assertFalse(self.control.requests(WAITING), "not again before an hour")

    def test_one_that_cannot_be_read_does_not_keep_the_reading_from_its_end(self):
        for number in ("SOUS-01", "SOUS-02"):
            self.deposit_elsewhere(
                "carpenter", A10, number, 1000, tax="0", validator_siret=SIRET, contract_number="2026-014"
            )
        self.control.fault("status", READ, status=500, body="<html>", times=50)
        with (
            patch.object(chorus_lane, "TURN_SECONDS", 0.0),
            patch.object(chorus_lane, "LANE_SECONDS", 10.0),
            self.assertLogs("odoo.addons.chorus_visiobat.models.chorus_poller", "WARNING") as logs,
        ):
            self.later()
        self.assertEqual(len(logs.output), 2, "Each was tried once")
        self.assertFalse(self.account.poll_places)
        self.assertTrue(self.account.poll_trouble)
        self.control.clear_faults()
        self.later()
        self.assertEqual(self.env["chorus.document"].search_count([("stage", "=", "to_validate")]), 2)

    def test_a_company_whose_contracts_have_no_subcontractor_asks_nothing(self):
        self.party.unlink()
        self.control.forget_requests()
        self.later()
        self.assertFalse(self.control.requests())

    def test_what_does_not_agree_with_the_contract_is_said(self):
        self.assertIn("accepted", self.request(amount=90000).request_advice)
        self.assertIn("VAT", self.request("SOUS-02", 1000, tax="0.2").request_advice)
        unknown = self.request("SOUS-03", contract_number="9999-99")
        self.assertFalse(unknown.contract_id)
        self.assertIn("No contract of yours", unknown.request_advice)
        unknown.with_user(self.biller).contract_id = self.works
        self.assertEqual(unknown.contract_id, self.works, "its contract may be chosen by hand")
        with self.assertRaises(AccessError):
            unknown.with_user(self.biller).write({"amount_total": 1})

    def test_the_month_list_shows_it_with_its_button(self):
        self._bill(self.works, 10, 10)
        paper = self.request()
        self.env.invalidate_all()
        self.assertEqual(self.works.month_step, "act")
        self.assertIn("SOUS-01", self.works.month_next_step)
        self.assertEqual(self.works.action_month_act()["res_id"], paper.id)

    def test_silence_counts_as_validated_and_is_told(self):
        paper = self.request()
        self.control.advance(15 * 86400 + 60)
        self.later()
        self.assertNotEqual(paper.stage, "to_validate")
        self.assertIn("ABSENCE_VALIDATION_1_HORS_DELAI", paper.event_ids.mapped("code"))
        self.assertFalse(paper.activity_ids)
        self.assertEqual((paper.stage, paper.owner), ("with_moe", "moe"))

    def test_two_companies_of_one_database_have_each_their_record(self):
        other = self.env["res.company"].create({"name": "Charpentes Renaud", "country_id": self.env.ref("base.fr").id})
        technical = self.deposit_elsewhere("carpenter", A10, "SOUS-01", 20000, tax="0", validator_siret=SIRET)
        theirs = self.env["chorus.document"].create(
            {
                "company_id": other.id,
                "environment": "qualification",
                "framework_id": self.env.ref("chorus_visiobat.framework_a10").id,
                "number": "SOUS-01",
                "issuer_siret": OTHER_SIRET,
                "technical_number": str(technical),
            }
        )
        self.later()
        [ours] = self.env["chorus.document"].search([("technical_number", "=", str(technical))]) - theirs
        self.assertEqual((ours.company_id, ours.stage), (self.company, "to_validate"))

    def test_pdf_is_read_by_a_button_where_the_poller_could_not(self):
        self.control.fault("status", "/cpro/factures/v1/telecharger/groupe", status=500, body="<html>")
        paper = self.request()
        self.assertFalse(paper.main_attachment_file_id)
        self.control.clear_faults()
        with self.enter_registry_test_mode():
            action = paper.with_user(self.reader).action_read_received()
        self.assertEqual(action["type"], "ir.actions.act_url")
        self.assertEqual(paper.main_attachment_file_id.raw, PDF)


@tagged("post_install", "-at_install")
class TestDecision(RequestCase):
    def test_validated_it_goes_on_to_the_payment(self):
        paper = self.request()
        self.decide(paper.with_user(self.biller))
        self.assertNotEqual(paper.stage, "to_validate", "the decision is on its way")
        self.deposit()
        self.later()
        self.assertEqual((paper.stage, paper.owner), ("with_moe", "moe"))
        self.assertFalse(paper.activity_ids)
        self.assertIn("VALIDEE_1", paper.event_ids.mapped("code"))
        a15 = self.control.act(int(paper.technical_number), "moe", "accept")
        self.control.act(a15["id"], "moa", "accept")
        self.later()
        self.later()
        self.assertEqual(paper.file_paper_ids.mapped("framework_id.code"), ["A10", "A15", "A19"])
        self.control.forget_requests()
        self.poll()
        self.assertFalse(self.control.requests(FILE), "not again before a day")
        paper.details_tried_at = paper.deposit_date = fields.Datetime.now() - timedelta(days=366)
        self.poll()
        self.assertFalse(self.control.requests(FILE), "a client who never tells of a payment is not asked for ever")
        paper.deposit_date = fields.Datetime.now()
        self.pay(self.last_work("A19"))
        self.later()
        self.assertEqual(paper.file_stage, "paid")

    def test_refused_with_its_reason(self):
        paper = self.request()
        with self.enter_registry_test_mode():
            action = paper.with_user(self.biller).action_decide_validation()
        wizard = self.env["chorus.validation.decide"].with_user(self.biller).browse(action["res_id"])
        self.assertIn("Travaux non exécutés", wizard.reason_ids.mapped("name"))
        wizard.decision = "refuse"
        with self.assertRaisesRegex(UserError, "Reason"):
            wizard.action_confirm()
        wizard.reason_id = wizard.reason_ids.filtered(lambda one: one.name == "Travaux non exécutés")
        wizard.details = "Poste 3 à 40 %"
        wizard.action_confirm()
        self.deposit()
        self.later()
        self.assertEqual((paper.stage, paper.owner), ("refused", "nobody"))
        self.assertIn("Poste 3 à 40 %", paper.event_ids[0].comment)
        self.assertFalse(paper.activity_ids, "it is up to the carpenter")
        with self.assertRaisesRegex(UserError, "no decision of yours"):
            paper.action_decide_validation()

    def test_lost_answer_is_settled_without_a_second_decision(self):
        paper = self.request()
        self.decide(paper)
        self.control.fault("drop_after", DECIDE)
        self.deposit()
        act = paper._current_act()
        self.assertEqual(act.state, "unknown")
        self.wait(act)
        self.deposit()
        self.later()
        self.assertEqual((act.state, paper.stage), ("deposited", "with_moe"))
        self.assertEqual(len(self.control.requests(DECIDE)), 1)

    def test_decided_on_the_portal_meanwhile(self):
        paper = self.request()
        self.control.act(int(paper.technical_number), "validator", "accept")
        self.later()
        self.assertEqual((paper.stage, paper.owner), ("with_moe", "moe"))
        self.assertFalse(paper.activity_ids)

    def test_his_bill_bears_his_number(self):
        situation = self._open(self.works)
        self._enter(situation, 10, 25)
        situation.direct_payment_ids = [Command.create({"party_id": self.party.id, "amount": 20000})]
        situation.action_invoice()
        paper = self.request()
        bill = self.env["account.move"].browse(paper.with_user(self.biller).action_subcontractor_bill()["res_id"])
        self.assertEqual((bill.move_type, bill.ref, bill.amount_untaxed), ("in_invoice", "SOUS-01", 20000.0))
        self.assertEqual(paper.with_user(self.biller).action_subcontractor_bill()["res_id"], bill.id)

    def test_site_managers_decide_nothing(self):
        paper = self.request()
        with self.assertRaises(AccessError):
            paper.with_user(self.site_manager).action_decide_validation()
        self.assertEqual(paper.stage, "to_validate")


@tagged("post_install", "-at_install")
class TestRequestPaid(RequestCase):
    """What we validated is what we ask the client to pay: proposed on our statement, once, and ours to change."""

    def validated(self, number="SOUS-01", amount=20000, **values):
        paper = self.request(number, amount, **values)
        self.decide(paper)
        self.deposit()
        self.later()
        return paper

    def test_validated_request_is_proposed_on_the_next_statement_once(self):
        waiting = self.request("SOUS-02", 5000)
        paper = self.validated()
        situation = self._open(self.works)
        self.assertEqual(situation.direct_payment_ids.request_id, paper, "that which waits is not proposed")
        self.assertEqual(situation.direct_payment_ids.mapped("amount"), [20000.0])
        self.assertEqual(situation.amount_direct_payment, 20000.0)
        situation.with_user(self.biller).direct_payment_ids.amount = 18000
        self._enter(situation, 10, 25)
        self.assertFalse(situation.has_requests)
        self.decide(waiting)
        self.deposit()
        self.later()
        self.assertTrue(situation.has_requests, "validated since the statement was opened")
        self.assertIn("SOUS-02", situation.advice)
        situation.with_user(self.biller).action_take_requests()
        self.assertEqual(situation.direct_payment_ids.mapped("amount"), [18000.0, 5000.0])
        situation.action_invoice()
        self.assertFalse(self._open(self.works).direct_payment_ids)

    def test_one_typed_by_hand_before_is_not_doubled(self):
        first = self._open(self.works)
        self._leave_time_for_more(first)
        first.direct_payment_ids = [Command.create({"party_id": self.party.id, "amount": 20000})]
        self._enter(first, 10, 25)
        self.validated()
        self.assertFalse(first.has_requests)
        self.validated("SOUS-02", 20000)
        self.assertTrue(first.has_requests, "one payment stands for one request")
        first.action_take_requests()
        self.assertFalse(first.has_requests)
        twin = first.direct_payment_ids.filtered("request_id")
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"), self.env.cr.savepoint():
            twin.copy({"situation_id": first.id, "request_id": twin.request_id.id})

    def test_refused_or_given_back_it_is_proposed_no_more(self):
        paper = self.request()
        self.decide(paper, decision="refuse", details="Poste 3")
        self.deposit()
        self.later()
        self.assertFalse(self._open(self.works).direct_payment_ids)

    def test_refused_by_the_project_manager_after_it_was_taken(self):
        paper = self.validated()
        situation = self._open(self.works)
        self._enter(situation, 10, 25)
        self.assertNotIn("refused since", situation.advice or "")
        self.control.act(int(paper.technical_number), "moe", "refuse", "Poste 2 non exécuté")
        self.later()
        self.env.invalidate_all()
        self.assertEqual(paper.stage, "refused")
        self.assertIn("SOUS-01 of Charpentes Renaud was refused since", situation.advice)
        situation.direct_payment_ids.unlink()
        self.assertNotIn("refused since", situation.advice or "")
        self.assertFalse(situation.has_requests)

    def test_amount_admitted_by_the_project_manager_wins(self):
        paper = self.validated()
        self.control.act(int(paper.technical_number), "moe", "correct", "Poste 2", {"ht": "19000.00"})
        self.later()
        self.assertEqual(self._open(self.works).direct_payment_ids.mapped("amount"), [19000.0])

    def test_site_managers_open_the_month_with_it(self):
        self.validated()
        action = self.works.with_user(self.site_manager).action_new_situation()
        situation = self.env["works.situation"].browse(action["res_id"])
        self.assertEqual(situation.direct_payment_ids.mapped("amount"), [20000.0])


@tagged("post_install", "-at_install")
class TestSecondRank(RequestCase):
    """A request of a joint contractor's subcontractor: he validates first, we do as lead behind him (A_VALIDER_2)."""

    def setUp(self):
        super().setUp()
        self.works.role = "lead"
        main = self.create_body("Grands Travaux du Haut-Val", MAIN_SIRET)
        self.env["works.contract.party"].create(
            {"contract_id": self.works.id, "partner_id": main.id, "role": "co_contractor"}
        )
        self.paper = self.request(validator_siret=MAIN_SIRET)
        self.assertFalse(self.paper, "it waits for the joint contractor, not for us")
        [work] = [one for one in self.control.works() if one["number"] == "SOUS-01"]
        self.control.act(work["id"], "validator", "accept", second=SIRET)
        self.later()
        self.paper = self.env["chorus.document"].search([("technical_number", "=", str(work["id"]))])

    def test_it_is_ours_behind_the_joint_contractor(self):
        paper = self.paper
        self.assertEqual((paper.stage, paper.owner, paper.validator_rank), ("to_validate", "us", 2))
        self.assertIn("VALIDEE_1", paper.event_ids.mapped("code"))
        activity = paper.activity_search(["chorus_visiobat.activity_validation"])
        self.assertEqual((activity.user_id, activity.date_deadline), (self.biller, paper.move_due_date))
        self.decide(paper)
        self.deposit()
        self.later()
        self.assertEqual((paper.stage, paper.owner), ("with_moe", "moe"))
        self.assertIn("VALIDEE_2", paper.event_ids.mapped("code"))
        self.assertFalse(paper.activity_ids)

    def test_refused_as_second_validator(self):
        self.decide(self.paper, decision="refuse", details="Poste 3")
        self.deposit()
        self.later()
        self.assertEqual((self.paper.stage, self.paper.status_code), ("refused", "REFUSEE_2"))

    def test_silence_of_the_second_validator(self):
        self.control.advance(15 * 86400 + 60)
        self.later()
        self.assertIn("ABSENCE_VALIDATION_2_HORS_DELAI", self.paper.event_ids.mapped("code"))
        self.assertEqual((self.paper.stage, self.paper.owner), ("with_moe", "moe"))
