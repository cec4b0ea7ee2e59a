"""What comes back: flow reports, statuses, refusals, the papers of the other actors."""

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import OTHER_SIRET, PDF, ChorusCase

SEARCH_WORKS = "/cpro/facturesTravaux/v1/rechercher"
BILLING_FILE = "/cpro/facturesTravaux/v1/consulter/dossierfacturation"
HISTORY = "/cpro/factures/v1/consulter/historique"
SEARCH = "/cpro/factures/v1/rechercher/fournisseur"
FLOW = "/cpro/factures/v1/deposer/flux"
PARTIAL = "IN_INTEGRE_PARTIEL"
REPORT = "/cpro/transverses/v1/consulterCRDetaille"


class PollerCase(ChorusCase):
    def deposited(self, *numbers, **values):
        """Papers deposited, their news read once."""
        documents = self.env["chorus.document"]
        for number in numbers:
            documents |= self.create_document(number, **values)
        documents._queue()
        self.deposit()
        self.control.advance(60)
        self.poll()
        return documents

    def pay(self, paper):
        for action in ("accept", "mandate", "pay"):
            self.control.act(paper["id"], "payer", action)

    def later(self):
        """Time passes, at Chorus Pro and here: every reading is due again."""
        self.control.advance(1200)
        self.env["chorus.document"].search([]).details_tried_at = False
        self.poll()


@tagged("post_install", "-at_install")
class TestWorksFile(PollerCase):
    def test_moe_then_client_then_payment(self):
        document = self.deposited("2026T014-S01")
        [work] = self.control.works()
        a15 = self.control.act(work["id"], "moe", "accept")
        self.later()
        self.assertEqual((document.stage, document.status_code), ("associated", "ASSOCIEE"))
        [followed] = document.next_ids
        self.assertEqual((followed.framework_id.code, followed.origin), ("A15", "received"))
        self.assertEqual(followed.technical_number, str(a15["id"]))
        self.assertEqual(document.owner, "moa", "Whose move it is comes from the last paper of the file")
        a19 = self.control.act(a15["id"], "moa", "accept")
        self.later()
        self.assertEqual(document._last_of_file().framework_id.code, "A19")
        self.assertEqual(document.owner, "payer")
        self.pay(a19)
        self.later()
        self.assertEqual(document._last_of_file().stage, "paid")
        self.assertEqual(document.owner, "nobody")
        self.assertIn("A19", document.next_step)

    def test_amounts_corrected_by_the_moe_are_admitted(self):
        document = self.deposited("2026T014-S01")
        [work] = self.control.works()
        self.control.act(work["id"], "moe", "correct", amounts={"ht": 900.0})
        self.later()
        self.assertEqual((document.admitted_untaxed, document.admitted_total), (900.0, 1080.0))
        self.assertEqual(document.amount_total, 1200.0, "What was asked for stays")

    def test_refusal_by_the_moe_with_its_reason_and_author(self):
        document = self.deposited("2026T014-S01")
        [work] = self.control.works()
        self.control.act(work["id"], "moe", "refuse", reason="Pièces justificatives manquantes : attachements")
        self.later()
        self.assertEqual((document.stage, document.owner), ("refused", "us"))
        self.assertIn("attachements", document.status_reason)
        [event] = document.event_ids.filtered(lambda event: event.code == "REFUSEE_MOE")
        self.assertTrue(event.author)
        self.assertIn("attachements", event.comment)
        self.assertTrue(document.activity_search(["chorus_visiobat.activity_refusal"], user_id=self.biller.id))
        notes = len(document.message_ids)
        self.later()
        self.assertEqual(len(document.message_ids), notes, "One note per change, however often it is read")
        self.assertEqual(len(document.activity_ids), 1)
        with self.assertRaises(UserError, msg="Not a refusal at the deposit: the number is spent"):
            document.with_user(self.biller).action_correct_and_resend()

    def test_new_piece_closes_the_activity_of_the_refused_one(self):
        document = self.deposited("2026T014-S01")
        [work] = self.control.works()
        self.control.act(work["id"], "moe", "refuse", reason="Période erronée")
        self.later()
        again = self.create_document("2026T014-S01B", previous_id=document.id)
        again._queue()
        self.deposit()
        self.assertEqual(again.stage, "with_moe")
        document._sync_stage()
        self.assertFalse(document.activity_ids)

    def test_three_returns_have_three_cures(self):
        cases = {"A_RECYCLER": "to_recycle", "SUSPENDUE": "to_complete", "REJETEE": "rejected"}
        for number, (code, stage) in enumerate(cases.items()):
            with self.subTest(code=code):
                document = self.deposited(f"2026T014-S0{number}", framework="A6")
                self.control.set_status(int(document.technical_number), code, comment="Voir le motif")
                self.later()
                self.assertEqual((document.stage, document.owner), (stage, "us"))
                self.assertEqual(document.status_reason, "Voir le motif")
                self.assertTrue(document.activity_ids)
        steps = self.env["chorus.document"].search([("company_id", "=", self.company.id)]).mapped("next_step")
        self.assertEqual(len(set(steps)), 3)

    def test_cured_return_closes_its_activity(self):
        document = self.deposited("2026T014-S01", framework="A6")
        self.control.set_status(int(document.technical_number), "SUSPENDUE", comment="Joindre le DC4")
        self.later()
        self.assertTrue(document.activity_ids)
        self.control.set_status(int(document.technical_number), "COMPLETEE")
        self.later()
        self.assertEqual(document.stage, "with_payer")
        self.assertFalse(document.activity_ids)

    def test_status_of_the_future_is_shown_raw_and_is_no_success(self):
        document = self.deposited("2026T014-S01")
        self.control.set_status(int(document.technical_number), "PAYEE_EN_OR")
        self.later()
        self.assertEqual((document.stage, document.status_code), ("other", "PAYEE_EN_OR"))
        self.assertFalse(document.status_id)
        self.assertIn("PAYEE_EN_OR", document.next_step)
        self.assertIn("PAYEE_EN_OR", document.event_ids.mapped("code"))
        self.control.set_status(int(document.technical_number), "A_ASSOCIER_MOE")
        self.later()
        self.assertEqual(document.stage, "with_moe")
        self.assertFalse(document.activity_ids)

    def test_events_are_kept_once(self):
        document = self.deposited("2026T014-S01")
        codes = document.event_ids.mapped("code")
        document.history_due = True
        self.later()
        self.assertEqual(document.event_ids.mapped("code"), codes)
        self.assertEqual(len(codes), len(set(codes)))

    def test_statuses_are_read_in_bulk_and_details_of_what_changed(self):
        documents = self.deposited("2026T014-S01", "2026T014-S02", "2026T014-S03")
        self.control.forget_requests()
        self.control.set_status(int(documents[1].technical_number), "PRISE_EN_COMPTE_MOE")
        self.later()
        self.assertEqual(len(self.control.requests(SEARCH_WORKS)), 1)
        self.assertEqual(len(self.control.requests(BILLING_FILE)), 1)
        self.assertEqual(documents[1].status_code, "PRISE_EN_COMPTE_MOE")

    def test_finished_paper_is_asked_for_no_more(self):
        document = self.deposited("2026T014-S01", framework="A6")
        self.control.set_status(int(document.technical_number), "MISE_EN_PAIEMENT")
        self.later()
        self.assertEqual(document.stage, "paid")
        self.control.forget_requests()
        self.later()
        self.assertFalse(self.control.requests())

    def test_one_unreadable_paper_does_not_hold_the_others(self):
        documents = self.deposited("2026T014-S01", "2026T014-S02")
        for document in documents:
            self.control.set_status(int(document.technical_number), "PRISE_EN_COMPTE_MOE")
        self.control.fault("json", BILLING_FILE, body={"codeRetour": 20000, "libelle": "GDP_MSG_11.008"})
        with self.assertLogs("odoo.addons.chorus_visiobat.models.chorus_poller_details", "WARNING"):
            self.later()
        self.assertEqual(documents.mapped("status_code"), ["PRISE_EN_COMPTE_MOE"] * 2)

    def test_details_that_always_fail_do_not_hold_the_others_nor_the_deposits(self):
        documents = self.deposited("2026T014-S01", "2026T014-S02")
        for document in documents:
            self.control.set_status(int(document.technical_number), "PRISE_EN_COMPTE_MOE")
        self.control.fault("status", BILLING_FILE, status=500, body="<html>")
        with mute_logger("odoo.addons.chorus_visiobat.models.chorus_poller"):
            self.later()
        self.assertEqual(sorted(documents.mapped("history_due")), [False, True])
        self.assertTrue(self.account.poll_trouble)
        self.assertFalse(self.account.held_until, "Deposits do not wait for a reading")
        self.later()
        self.assertEqual(documents.mapped("history_due"), [False, False])
        self.assertFalse(self.account.poll_trouble)

    def test_chorus_out_of_order_changes_nothing(self):
        document = self.deposited("2026T014-S01")
        before = (document.stage, document.status_code, document.next_step)
        self.control.fault("status", ".*", status=503, body="<html>maintenance</html>", times=20)
        with mute_logger("odoo.addons.chorus_visiobat.models.chorus_poller"):
            self.later()
        self.assertEqual((document.stage, document.status_code, document.next_step), before)
        self.assertTrue(self.account.held_reason or self.account.poll_trouble)


@tagged("post_install", "-at_install")
class TestFlows(PollerCase):
    def facturx(self, amount=1000.0, **values):
        """An ordinary invoice and its paper, its Factur-X made by the addon."""
        move = self.create_invoice(amount, **values)
        return move, move._chorus_ensure_document()

    def test_flow_from_deposit_to_payment(self):
        move, document = self.facturx()
        document._queue()
        self.deposit()
        self.assertEqual(document.stage, "deposited")
        self.assertTrue(document.flow_number.startswith("CPP001"))
        self.control.advance(600)
        self.poll()
        transmission = document._current_deposit()
        self.assertEqual((transmission.state, transmission.flow_state), ("integrated", "IN_INTEGRE"))
        [invoice] = self.control.invoices()
        self.assertEqual((invoice["number"], document.technical_number), (move.name, str(invoice["id"])))
        self.assertEqual((document.stage, document.owner), ("with_payer", "payer"))
        self.pay(invoice)
        self.later()
        self.assertEqual((document.stage, move.chorus_stage), ("paid", "paid"))

    def test_many_invoices_travel_in_one_archive_and_one_bad_does_not_hold_the_good(self):
        good, bad = self.facturx()[1], self.facturx(partner=self.county)[1]
        (good | bad)._queue()
        self.deposit()
        [flow] = self.control.flows()
        self.assertTrue(flow["filename"].endswith(".tar.gz"))
        self.control.advance(600)
        self.poll()
        transmission = good._current_deposit()
        self.assertEqual(transmission.state, "partial")
        self.assertEqual((good.stage, bad.stage), ("with_payer", "to_fix"))
        self.assertTrue(bad.refusal_label)
        self.assertIn("code service", bad.status_reason)
        self.assertTrue(bad.refusal_label.endswith("…"), "Chorus Pro cuts its labels at 200 characters: it is said")
        self.assertTrue(bad.activity_ids)
        self.assertFalse(good.activity_ids)

    def test_paper_that_a_partial_report_does_not_name_is_refused_after_the_quiet_period(self):
        good, bad = self.facturx()[1], self.facturx(partner=self.county)[1]
        (good | bad)._queue()
        self.deposit()
        self.control.advance(600)
        self.control.fault("patch", REPORT, body={"listeErreurDP": []})
        self.poll()
        self.assertEqual((good.stage, bad.stage), ("with_payer", "deposited"))
        self.later()
        self.assertEqual(bad.stage, "deposited", "It may only be late")
        self.wait(bad._current_deposit(), hours=4)
        self.later()
        self.assertEqual(bad.stage, "to_fix")
        self.assertTrue(bad.status_reason and bad.activity_ids)
        self.assertEqual(good.stage, "with_payer")

    def test_branch_with_its_own_account_is_not_read_by_its_parent(self):
        document = self.facturx()[1]
        document._queue()
        self.deposit()
        self.assertIn(document, self.account._open_documents())
        document.issuer_siret = OTHER_SIRET
        self.assertNotIn(document, self.account._open_documents())

    def test_refused_flow_is_corrected_and_leaves_under_the_same_number(self):
        move, document = self.facturx(partner=self.county)
        document._queue()
        self.deposit()
        self.control.advance(600)
        self.poll()
        refused = document._current_deposit()
        self.assertEqual((refused.state, document.stage), ("rejected", "to_fix"))
        move.write({"buyer_reference": "DIRROUTES", "purchase_order_reference": "2026-EJ-004512"})
        document.with_user(self.biller).action_correct_and_resend()
        document._queue()
        self.deposit()
        self.control.advance(600)
        self.poll()
        self.assertEqual([invoice["number"] for invoice in self.control.invoices()], [move.name])
        self.assertEqual(document.stage, "with_payer")
        self.assertFalse(document.activity_ids)
        self.assertEqual(refused.state, "rejected")
        self.assertNotEqual(refused.sha256, document._current_deposit().sha256)

    def test_lost_answer_of_a_flow(self):
        _move, document = self.facturx()
        document._queue()
        self.control.fault("drop_after", "/cpro/factures/v1/deposer/flux")
        self.deposit()
        self.assertEqual(document.stage, "unknown")
        self.control.advance(600)
        self.wait(document._current_deposit(), minutes=2)
        self.deposit()
        self.assertEqual(len(self.control.flows()), 1)
        self.assertEqual(document.flow_number, self.control.flows()[0]["number"])
        self.poll()
        self.assertEqual(document.stage, "with_payer")

    def test_flow_integrated_late_is_found_again_when_the_second_one_is_a_duplicate(self):
        move, document = self.facturx()
        document._queue()
        self.control.freeze()
        self.control.fault("drop_after", FLOW)
        self.deposit()
        # Not integrated for hours: the search does not know it, and the flow leaves a second time.
        self.wait(document._current_deposit(), hours=4)
        self.deposit()
        self.deposit()
        self.assertEqual(len(self.control.flows()), 2)
        self.control.advance(600)
        self.poll()
        self.assertEqual(document.stage, "unknown", "A duplicate is a match, not a refusal")
        self.deposit()
        self.poll()
        [invoice] = self.control.invoices()
        self.assertEqual((document.technical_number, document.stage), (str(invoice["id"]), "with_payer"))
        self.assertFalse(document.activity_ids)
        self.assertFalse(document.refusal_label)

    def test_duplicate_in_an_archive_is_looked_for_alone(self):
        first, second = self.facturx()[1], self.facturx()[1]
        (first | second)._queue()
        self.deposit()
        self.control.advance(600)
        duplicate = {"numeroDP": second.number, "libelleErreurDP": "numéro de facture déjà utilisé"}
        self.control.fault("patch", REPORT, body={"listeErreurDP": [duplicate], "etatCourantDepotFlux": PARTIAL})
        self.poll()
        self.assertEqual((first.stage, second.stage), ("with_payer", "unknown"))
        self.deposit()
        self.assertEqual(second.stage, "with_payer")

    def test_duplicate_that_nobody_finds_may_be_attached_by_a_person(self):
        document = self.facturx()[1]
        document._queue()
        self.deposit()
        self.control.advance(600)
        duplicate = {"numeroDP": document.number, "libelleErreurDP": "numéro de facture déjà utilisé"}
        self.control.fault("patch", REPORT, body={"listeErreurDP": [duplicate], "etatCourantDepotFlux": "IN_REJETE"})
        nothing = {"codeRetour": 0, "libelle": "GDP_MSG_00.000", "listeFactures": []}
        self.control.fault("json", SEARCH, body=nothing)
        self.poll()
        self.wait(document._current_deposit(), hours=4)
        self.deposit()
        self.assertEqual(document.stage, "to_fix")
        self.assertIn("déjà utilisé", document.refusal_label)
        with self.assertRaises(UserError, msg="Chorus Pro may hold it"):
            document.active = False
        [invoice] = self.control.invoices()
        attach = self.env["chorus.attach"].with_user(self.biller).with_context(active_id=document.id)
        attach.create({"technical_number": str(invoice["id"])}).action_attach()
        self.deposit()
        self.assertEqual((document.stage, document.technical_number), ("with_payer", str(invoice["id"])))

    def test_states_never_seen_are_kept_and_asked_again(self):
        _move, document = self.facturx()
        document._queue()
        self.deposit()
        self.control.freeze()
        self.control.set_flow_state(document.flow_number, "IN_XYZ")
        self.poll()
        transmission = document._current_deposit()
        self.assertEqual((transmission.state, transmission.flow_state), ("deposited", "IN_XYZ"))
        self.assertEqual(document.stage, "deposited")

    def test_history_of_an_invoice_that_changed(self):
        _move, document = self.facturx()
        document._queue()
        self.deposit()
        self.control.advance(600)
        self.poll()
        [invoice] = self.control.invoices()
        self.control.act(invoice["id"], "payer", "suspend", reason="Joindre le bon de livraison")
        self.later()
        self.assertEqual(document.stage, "to_complete")
        [event] = document.event_ids.filtered(lambda event: event.code == "SUSPENDUE")
        self.assertEqual(event.comment, "Joindre le bon de livraison")

    def test_file_sent_is_the_one_shown(self):
        _move, document = self.facturx()
        document._queue()
        self.deposit()
        self.assertEqual(document._current_deposit()._bytes(), document.main_attachment_file_id.raw)
        self.assertNotEqual(document.main_attachment_file_id.raw, PDF)
