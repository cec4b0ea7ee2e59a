"""What decides when an answer is lost: measured delays, the bytes themselves, and a person with all the evidence."""

from datetime import timedelta

from odoo import fields
from odoo.tests import tagged

from ..models.chorus_quiet import DELAYS_KEPT, LONGEST_QUIET
from ..models.chorus_transmission_incident import MOST_INCIDENTS
from .common import PDF, ChorusCase

SUBMIT = "/cpro/facturesTravaux/v1/soumettre"
FLOW = "/cpro/factures/v1/deposer/flux"
DOWNLOAD = "/cpro/factures/v1/telecharger/groupe"


@tagged("post_install", "-at_install")
class TestIncident(ChorusCase):
    def incident(self, document):
        self.control.set_flow_state(document.flow_number, "IN_INCIDENTE")
        self.poll()

    def flow(self):
        document = self.create_invoice()._chorus_ensure_document()
        document._queue()
        self.deposit()
        self.control.freeze()
        return document

    def test_flow_that_met_an_incident_leaves_again_by_itself_with_the_same_bytes(self):
        document = self.flow()
        first, number, met = document._current_deposit(), document.number, document.flow_number
        self.incident(document)
        again = document._current_deposit()
        self.assertEqual((document.stage, first.state, again.state), ("queued", "rejected", "queued"))
        self.assertEqual((again.sha256, again.incidents), (first.sha256, 1))
        self.assertIn("IN_INCIDENTE", document.hold_reason, "While it waits, the screen says why")
        self.deposit()
        self.assertEqual(len(self.control.requests(FLOW)), 1, "Chorus Pro is left the time to recover")
        self.wait(again, minutes=11)
        self.deposit()
        self.control.settings(step_seconds=60)
        for _turn in range(3):
            self.control.advance(3600)
            self.poll()
        self.assertEqual([invoice["number"] for invoice in self.control.invoices()], [number])
        self.assertEqual((document.stage, again.state), ("with_payer", "integrated"))
        self.assertNotEqual(document.flow_number, met)

    def test_incident_that_lasts_comes_before_a_person(self):
        document = self.flow()
        for _incident in range(MOST_INCIDENTS):
            self.incident(document)
            self.assertEqual(document.stage, "queued")
            self.wait(document._current_deposit(), hours=1)
            self.deposit()
        self.incident(document)
        self.assertEqual((document.stage, document.owner), ("needs_attention", "us"))
        self.assertEqual(len(self.control.requests(FLOW)), MOST_INCIDENTS + 1)
        document.with_user(self.biller).action_send_again()
        self.deposit()
        self.assertTrue(document.flow_number)


@tagged("post_install", "-at_install")
class TestQuietPeriod(ChorusCase):
    def test_measured_delays_lengthen_it_and_never_shorten_it(self):
        account = self.account
        self.assertEqual(account._quiet_seconds("flow"), 10800)
        account._measure("flow", 30)
        self.assertEqual(account._quiet_seconds("flow"), 10800)
        for _flow in range(DELAYS_KEPT + 5):
            account._measure("flow", 7200)
        account._measure("flow", 999_999)
        self.assertEqual(len(account.integration_delays["flow"]), DELAYS_KEPT)
        self.assertEqual(account._quiet_seconds("flow"), 21600, "One in two hundred does not decide")
        account._measure("flow", 999_999)
        account._measure("flow", 999_999)
        self.assertEqual(account._quiet_seconds("flow"), LONGEST_QUIET)
        self.assertEqual(account._quiet_seconds("works"), 900)
        account._measure("works", -5)
        self.assertEqual(account._quiet_seconds("works"), 900)
        flows, works = account.with_context(lang="fr_FR").quiet_summary.replace("\u00a0", " ").splitlines()
        for told in ("200", "2 heures", "3 jours"):
            self.assertIn(told, flows)
        self.assertIn("15 minutes", works)
        [finding] = [finding for finding in account._health() if finding.code == "slow_flow"]
        self.assertEqual((finding.level, finding.detail), ("ok", account.quiet_summary))

    def test_flow_integrated_tells_how_long_it_took(self):
        document = self.create_invoice()._chorus_ensure_document()
        document._queue()
        self.deposit()
        self.control.advance(600)
        self.poll()
        [seconds] = self.account.integration_delays["flow"]
        self.assertTrue(0 < seconds <= 600)

    def test_lost_paper_found_tells_after_how_long_it_showed(self):
        document = self.create_document("2026T014-S01")
        document._queue()
        self.control.fault("drop_after", SUBMIT)
        self.deposit()
        self.wait(document._current_deposit(), minutes=10)
        self.deposit()
        [seconds] = self.account.integration_delays["works"]
        self.assertAlmostEqual(seconds, 600, delta=60)
        end = document._current_deposit()._quiet_end()
        self.assertAlmostEqual((end - document._current_deposit().started_at).total_seconds(), 1800, delta=180)


@tagged("post_install", "-at_install")
class TestEvidence(ChorusCase):
    def lost(self, document, **told):
        """The answer is lost, and Chorus Pro tells something else of the paper than we know."""
        document._queue()
        self.control.fault("drop_after", SUBMIT)
        self.deposit()
        document.write(told)
        self.wait(document._current_deposit(), minutes=2)
        self.deposit()

    def test_same_number_other_amount_same_bytes_is_ours(self):
        document = self.create_document("2026T014-S01")
        self.lost(document, amount_total=1234.0)
        self.assertEqual(document.stage, "with_moe")
        self.assertEqual(len(self.control.requests(DOWNLOAD)), 1)
        self.assertEqual(len(self.control.works()), 1)

    def test_same_number_other_bytes_is_shown_with_all_the_evidence(self):
        document = self.create_document("2026T014-S01")
        other = self.env["ir.attachment"].create({"name": "s01.pdf", "raw": PDF + b"% other"})
        self.lost(document, amount_total=1234.0, main_attachment_file_id=other.id)
        self.assertEqual(document.stage, "needs_attention")
        transmission = document._current_deposit()
        [finding] = transmission.findings
        self.assertIs(finding["same_file"], False)
        page = str(document.with_user(self.biller).evidence)
        amounts = [document.with_user(self.biller).currency_id.format(amount) for amount in (1200, 1234)]
        for proof in (transmission.sha256, finding["number"], *amounts):
            self.assertIn(proof, page)
        self.assertEqual(len(transmission.attempt_log), 1)
        self.assertEqual(page.count("Id-"), 1 if transmission.correlation_id else 0)

    def test_file_that_is_not_given_back_leaves_the_decision_to_a_person(self):
        document = self.create_document("2026T014-S01")
        self.control.fault("status", DOWNLOAD, status=500, body="<html>", times=5)
        self.lost(document, amount_total=1234.0)
        self.assertEqual(document.stage, "needs_attention")
        self.assertIsNone(document._current_deposit().findings[0]["same_file"])

    def test_paper_without_doubt_shows_no_evidence(self):
        document = self.create_document("2026T014-S01")
        document._queue()
        self.deposit()
        self.assertFalse(document.evidence)
        self.assertFalse(self.control.requests(DOWNLOAD))
        elapsed = fields.Datetime.now() - document._current_deposit().started_at
        self.assertLess(elapsed, timedelta(minutes=5))
