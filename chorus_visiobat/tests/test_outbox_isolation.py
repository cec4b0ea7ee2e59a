"""One trouble stays one trouble: a bad sending, a busy lane or a lost flow holds back nothing else."""

from contextlib import contextmanager
from datetime import timedelta
from unittest.mock import patch

from markupsafe import escape

from odoo import fields
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..chorus_api import ChorusClient
from .common import SIRET, TOWN_SIRET, ChorusCase

SUBMIT = "/cpro/facturesTravaux/v1/soumettre"
FLOW = "/cpro/factures/v1/deposer/flux"
SYNTAXES = "/cpro/transverses/v1/recuperer/syntaxeflux"
SEARCH = "/cpro/factures/v1/rechercher/fournisseur"
OUTBOX_LOG = "odoo.addons.chorus_visiobat.models.chorus_outbox"


@tagged("post_install", "-at_install")
class TestOneTroubleIsOne(ChorusCase):
    def invoices(self, *numbers):
        """Papers of ordinary invoices, each small enough to travel with the others in one flow."""
        papers = self.env["chorus.document"]
        for number in numbers:
            papers |= self.create_document(number, framework="A1")
        return papers

    def row(self, document, technical_number):
        """What a search tells of this paper when it was entered on the portal: no flow number."""
        return {
            "identifiantFactureCPP": technical_number,
            "numeroFacture": document.number,
            "codeFournisseur": SIRET,
            "codeDestinataire": TOWN_SIRET,
            "montantTTC": document.amount_total,
            "statut": "MISE_A_DISPOSITION",
            "dateHeureEtatCourant": "2026-11-23T09:00:00.000+01:00",
        }

    def lost_flow(self, papers):
        papers._queue()
        self.control.fault("drop_before", FLOW)
        self.deposit()
        self.assertEqual(set(papers.mapped("stage")), {"unknown"})
        self.wait(papers._current_deposits(), hours=1)
        found = {"codeRetour": 0, "libelle": "GDP_MSG_00.000", "listeFactures": [self.row(papers[0], 7001)]}
        self.control.fault("json", SEARCH, body={**found, "parametresRetour": {"pages": 1, "total": 1}})
        self.deposit()

    def test_one_paper_of_a_lost_flow_found_without_flow_number_leaves_the_decision_to_a_person(self):
        papers = self.invoices("FA-1", "FA-2")
        self.lost_flow(papers)
        self.assertEqual(set(papers.mapped("stage")), {"needs_attention"})
        self.assertFalse(papers.filtered("technical_number"))
        evidence = papers._current_deposits().technical_details
        self.assertIn("7001", evidence)
        self.assertIn("FA-2", evidence)

    def test_the_only_paper_of_a_lost_flow_found_without_flow_number_is_adopted_and_followed(self):
        paper = self.invoices("FA-1")
        self.lost_flow(paper)
        self.assertEqual((paper.technical_number, paper.stage), ("7001", "with_payer"))
        self.assertEqual(paper._current_deposit().state, "integrated")
        self.assertIn(paper, self.account._open_documents())

    def test_unexpected_failure_goes_to_a_person_and_the_others_leave(self):
        bad, good = self.create_document("2026T014-S01"), self.create_document("2026T014-S02")
        (bad | good)._queue()
        request = type(self.env["chorus.transmission"])._request

        def failing(transmission):
            if transmission.document_ids == bad:
                raise ZeroDivisionError("a fault of ours")
            return request(transmission)

        with patch.object(type(self.env["chorus.transmission"]), "_request", failing), mute_logger(OUTBOX_LOG):
            self.deposit()
        self.assertEqual((bad.stage, good.stage), ("needs_attention", "with_moe"))
        self.assertIn("ZeroDivisionError", bad._current_deposit().technical_details)
        bad.with_user(self.biller).action_send_again()
        self.deposit()
        self.assertEqual(bad.stage, "with_moe")

    def test_unreadable_list_of_syntaxes_delays_the_flow_alone(self):
        flow, works = self.invoices("FA-1"), self.create_document("2026T014-S01")
        (flow | works)._queue()
        self.control.fault("status", SYNTAXES, status=500, body="<html>")
        self.deposit()
        self.assertEqual((flow.stage, works.stage), ("queued", "with_moe"))
        self.assertTrue(flow.hold_reason)
        self.wait(flow._current_deposit(), hours=2)
        self.deposit()
        self.assertTrue(flow.flow_number)

    def test_no_factur_x_among_the_syntaxes_is_said_and_asked_again(self):
        flow = self.invoices("FA-1")
        flow._queue()
        with patch.object(ChorusClient, "list_flow_syntaxes", lambda client, form: ("IN_DP_E1_UBL_INVOICE",)):
            self.deposit()
        self.assertEqual(flow.stage, "queued")
        self.assertIn("IN_DP_E1_UBL_INVOICE", flow.hold_reason)
        self.wait(flow._current_deposit(), hours=2)
        self.deposit()
        self.assertTrue(flow.flow_number)

    def test_syntaxes_are_asked_once_a_month(self):
        self.invoices("FA-1")._queue()
        self.deposit()
        asked = len(self.control.requests(SYNTAXES))
        self.assertTrue(asked)
        self.invoices("FA-2")._queue()
        self.deposit()
        self.assertEqual(len(self.control.requests(SYNTAXES)), asked)
        self.account.flow_syntaxes_date -= timedelta(days=31)
        self.invoices("FA-3")._queue()
        self.deposit()
        self.assertEqual(len(self.control.requests(SYNTAXES)), 2 * asked)

    def test_lane_that_meets_the_other_comes_back_within_minutes(self):
        self.create_document("2026T014-S01")._queue()
        cron = self.env.ref("chorus_visiobat.cron_deposit")
        self.env["ir.cron.trigger"].search([("cron_id", "=", cron.id)]).unlink()

        @contextmanager
        def taken(account, patience=0):
            yield False

        with patch.object(type(self.account), "_exclusive", taken):
            self.deposit()
        self.assertFalse(self.control.requests())
        [again] = self.env["ir.cron.trigger"].search([("cron_id", "=", cron.id)])
        self.assertLessEqual(again.call_at, fields.Datetime.now() + timedelta(minutes=2))

    def test_what_holds_a_paper_back_is_shown_with_its_time(self):
        document = self.create_document("2026T014-S01")
        document._queue()
        self.assertFalse(document.hold_reason)
        self.control.fault("status", SUBMIT, status=429, headers={"Retry-After": "600"})
        self.deposit()
        self.assertEqual(document.stage, "queued")
        self.assertIn(self.account.held_reason, document.hold_reason)
        self.assertIn(escape(self.account.held_reason), document.way)
        self.account._pause("manual")
        document.invalidate_recordset(["hold_reason"])
        self.assertIn("paused by an administrator", document.hold_reason)
        self.account._resume()
        self.wait(self.account, hours=1)
        document.invalidate_recordset(["hold_reason"])
        self.assertFalse(document.hold_reason)

    def test_correlation_of_a_deposit_is_kept_as_proof(self):
        document = self.create_document("2026T014-S01")
        document._queue()
        self.deposit()
        submission = document._current_deposit()
        self.assertTrue(submission.correlation_id)
        self.assertNotEqual(submission.correlation_id, submission.upload_ids.correlation_id)

    def test_correlation_of_another_call_is_no_proof(self):
        document = self.create_document("2026T014-S01")
        document._queue()
        self.control.fault("drop_before", SUBMIT)
        self.deposit()
        submission = document._current_deposit()
        self.assertTrue(submission.upload_ids.correlation_id)
        self.assertEqual((submission.state, submission.correlation_id), ("unknown", False))
