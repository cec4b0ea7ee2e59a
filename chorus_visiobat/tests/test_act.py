"""Acts on a paper that Chorus Pro holds: each takes place once, whatever happens to its answer."""

from odoo.exceptions import UserError
from odoo.tests import tagged

from ..chorus_api import (
    InvoiceCompletion,
    InvoiceRecycling,
    RejectionHandling,
    ValidatorCorrection,
    WorksCompletion,
    WorksRecycling,
    WorksRefusal,
)
from .common import COUNTY_SIRET, MOE_SIRET, PDF, TOWN_SIRET, ChorusCase

WORKS = "/cpro/facturesTravaux/v1"
INVOICES = "/cpro/factures/v1"
MAIN_CONTRACTOR = "34628194200018"


class ActCase(ChorusCase):
    def at_status(self, number, actor, action, framework="A4", reason="Service erroné", **values):
        """A paper that Chorus Pro holds and that an actor sent back."""
        document = self.create_document(number, framework, **values)
        document._queue()
        self.deposit()
        return self.sent_back_by(document, actor, action, reason)

    def invoice_at_status(self, actor, action, reason="Service erroné"):
        """The paper of an ordinary invoice, a Factur-X that reached its paymaster and was sent back."""
        document = self.create_invoice()._chorus_ensure_document()
        document._queue()
        self.deposit()
        for _step in range(3):
            self.control.advance(3600)
            self.poll()
        return self.sent_back_by(document, actor, action, reason)

    def sent_back_by(self, document, actor, action, reason):
        self.control.act(int(document.technical_number), actor, action, reason)
        self.poll()
        return document

    def remote(self, document):
        """What Chorus Pro holds of a paper."""
        found = self.control.works() if document.framework_id.is_works else self.control.invoices()
        return next(paper for paper in found if str(paper["id"]) == document.technical_number)


@tagged("post_install", "-at_install")
class TestAct(ActCase):
    def recycling(self, document, **values):
        number = int(document.technical_number)
        return WorksRecycling(number, recipient_siret=TOWN_SIRET, moe_siret=MOE_SIRET, **values).to_json()

    def sent_back(self, number="2026T014-S01"):
        document = self.at_status(number, "moe", "recycle")
        self.assertEqual((document.stage, document.status_code), ("to_recycle", "EN_ATTENTE_RECYCLAGE_FOURNISSEUR"))
        return document

    def assertRecycledOnce(self, document, calls=1):
        self.assertEqual(self.remote(document)["status"], "A_ASSOCIER_MOE")
        codes = [event["status"] for event in self.remote(document)["history"]]
        self.assertEqual(codes.count("A_ASSOCIER_MOE"), 2, "Deposited, then addressed again once")
        self.assertEqual(document._current_act().state, "deposited")
        self.assertEqual(len(self.control.requests(f"{WORKS}/recycler")), calls)
        self.poll()
        self.assertEqual((document.stage, document.owner), ("with_moe", "moe"))
        self.assertFalse(document.activity_search(["chorus_visiobat.activity_refusal"]))

    def test_addressing_corrected_under_the_same_number(self):
        document = self.sent_back()
        number = document.technical_number
        act = document._queue_act("recycle_works", self.recycling(document, comment="Adresse corrigée"))
        self.assertEqual((document.stage, document.owner), ("answering", "chorus"))
        self.assertFalse(document.activity_search(["chorus_visiobat.activity_refusal"]), "Nobody is asked twice")
        self.assertFalse(self.control.requests(f"{WORKS}/recycler"), "Nothing leaves in the transaction of the user")
        self.assertNotIn(act, document._current_deposit())
        self.assertEqual(document._current_act(), act)
        self.deposit()
        self.assertEqual((document.technical_number, document.number), (number, "2026T014-S01"))
        self.assertRecycledOnce(document)
        self.assertTrue(act.sha256 and act.correlation_id)
        with self.assertRaises(UserError):
            act.write({"payload": b"QQ=="})

    def test_answer_lost_after_processing_is_found_in_the_history(self):
        document = self.sent_back()
        document._queue_act("recycle_works", self.recycling(document))
        self.control.fault("drop_after", f"{WORKS}/recycler")
        self.deposit()
        self.assertEqual((document.stage, document._current_act().state), ("answering", "unknown"))
        self.wait(document._current_act(), minutes=2)
        self.deposit()
        self.assertRecycledOnce(document)

    def test_lost_before_processing_leaves_again_after_the_quiet_period(self):
        document = self.sent_back()
        document._queue_act("recycle_works", self.recycling(document))
        self.control.fault("drop_before", f"{WORKS}/recycler")
        self.deposit()
        self.wait(document._current_act(), minutes=2)
        self.deposit()
        self.assertEqual(document._current_act().state, "unknown", "Not seen, but the quiet period is not over")
        self.wait(document._current_act(), minutes=20)
        self.deposit()
        self.assertRecycledOnce(document, calls=2)

    def test_worker_killed_after_the_claim(self):
        document = self.sent_back()
        act = document._queue_act("recycle_works", self.recycling(document))
        self.assertTrue(act._request() and act._claim())
        self.deposit()
        self.assertEqual(act.state, "unknown")
        self.assertFalse(self.control.requests(f"{WORKS}/recycler"), "Whoever finds it asks before he sends")
        self.wait(act, hours=1)
        self.deposit()
        self.deposit()
        self.assertRecycledOnce(document)

    def test_worker_killed_after_the_answer_tells_it_later(self):
        document = self.sent_back()
        act = document._queue_act("recycle_works", self.recycling(document))
        self.deposit()
        act.told_at = False
        document.write({"status_code": act.status_code, "status_date": act.status_date, "stage": "answering"})
        self.deposit()
        self.assertTrue(act.told_at)
        self.assertRecycledOnce(document)

    def test_lost_too_often_a_person_decides(self):
        document = self.sent_back()
        act = document._queue_act("recycle_works", self.recycling(document))
        self.control.fault("drop_before", f"{WORKS}/recycler", times=3)
        for _lost in range(4):
            self.deposit()
            self.wait(act, hours=1)
        self.assertEqual((document.stage, document.owner), ("needs_attention", "us"))
        self.assertIn("EN_ATTENTE_RECYCLAGE_FOURNISSEUR", act.technical_details, "What Chorus Pro shows is kept")
        with self.assertRaises(UserError):
            document._queue_act("recycle_works", self.recycling(document))
        document.with_user(self.biller).action_act_again()
        self.deposit()
        self.assertRecycledOnce(document, calls=4)
        with self.assertRaises(UserError):
            document.with_user(self.biller).action_act_done()

    def test_person_says_that_it_took_place(self):
        document = self.sent_back()
        act = document._queue_act("recycle_works", self.recycling(document))
        act._ask_person("?")
        document._sync_stage()
        document.with_user(self.biller).action_act_done()
        self.assertEqual((act.state, document.stage), ("deposited", "answering"))
        self.deposit()
        self.assertFalse(self.control.requests(f"{WORKS}/recycler"))

    def test_refusal_leaves_the_paper_where_it_stood_and_may_be_tried_again(self):
        document = self.sent_back()
        request = WorksRecycling(int(document.technical_number), recipient_siret=COUNTY_SIRET).to_json()
        refused = document._queue_act("recycle_works", request)
        self.deposit()
        self.assertEqual((refused.state, document.stage, document.owner), ("rejected", "to_recycle", "us"))
        self.assertIn(refused._plain_refusal(), document.next_step)
        self.assertTrue(document.activity_search(["chorus_visiobat.activity_refusal"]))
        self.assertEqual(document._current_deposit().state, "deposited")
        document._queue_act("recycle_works", self.recycling(document))
        self.deposit()
        self.assertRecycledOnce(document, calls=2)

    def test_done_by_a_colleague_on_the_portal_meanwhile(self):
        document = self.sent_back()
        document._queue_act("recycle_works", self.recycling(document))
        self.control.set_status(int(document.technical_number), "A_ASSOCIER_MOE")
        self.deposit()
        act = document._current_act()
        self.assertEqual(act.state, "rejected", "It no longer answers what the paper asks for")
        self.poll()
        self.assertEqual(document.stage, "with_moe")

    def test_refused_because_the_lost_sending_had_arrived_after_all(self):
        document = self.sent_back()
        act = document._queue_act("recycle_works", self.recycling(document))
        self.control.fault("drop_before", f"{WORKS}/recycler")
        self.deposit()
        # Chorus Pro was slow: nothing was shown when it was asked, and it took place after that.
        act.write({"state": "queued", "not_before": False})
        self.control.set_status(int(document.technical_number), "A_ASSOCIER_MOE")
        self.deposit()
        self.deposit()
        self.assertEqual(act.state, "deposited")
        self.poll()
        self.assertEqual(document.stage, "with_moe")

    def test_paper_that_moved_on_before_the_act_left(self):
        document = self.sent_back()
        act = document._queue_act("recycle_works", self.recycling(document))
        self.control.set_status(int(document.technical_number), "A_ASSOCIER_MOE")
        self.poll()
        self.deposit()
        self.assertEqual((act.state, document.stage), ("rejected", "with_moe"))
        self.assertFalse(self.control.requests(f"{WORKS}/recycler"))

    def test_withdrawn_before_leaving(self):
        document = self.sent_back()
        document._queue_act("recycle_works", self.recycling(document))
        document.with_user(self.biller).action_withdraw_act()
        self.assertEqual(document.stage, "to_recycle")
        self.deposit()
        self.assertFalse(self.control.requests(f"{WORKS}/recycler"))
        document._queue_act("recycle_works", self.recycling(document))
        self.deposit()
        self.assertRecycledOnce(document)

    def test_twice_or_at_the_wrong_moment_is_refused_before_anything_leaves(self):
        document = self.sent_back()
        with self.assertRaises(UserError):
            document._queue_act("complete_works", WorksCompletion(int(document.technical_number)).to_json())
        document._queue_act("recycle_works", self.recycling(document))
        with self.assertRaises(UserError):
            document._queue_act("recycle_works", self.recycling(document))
        self.deposit()
        self.poll()
        with self.assertRaises(UserError):
            document._queue_act("recycle_works", self.recycling(document))


@tagged("post_install", "-at_install")
class TestActVerbs(ActCase):
    """Every other verb: done once, and found again when its answer is lost."""

    def check(self, document, verb, request, path, code, files=None):
        """The act takes place once although its answer is lost; ``code`` is what Chorus Pro shows then."""
        act = document._queue_act(verb, request, files=files)
        self.control.fault("drop_after", path)
        self.deposit()
        self.assertEqual(act.state, "unknown")
        self.wait(act, minutes=2)
        self.deposit()
        self.assertEqual((act.state, act.attempts), ("deposited", 1))
        self.assertEqual(self.remote(document)["status"], code)
        self.assertEqual(len(self.control.requests(path)), 1)
        self.poll()
        self.assertEqual(document.status_code, code)
        return act

    def check_lost_before(self, document, verb, request, path, code):
        """Lost before it arrived, it is not seen and leaves again."""
        act = document._queue_act(verb, request)
        self.control.fault("drop_before", path)
        self.deposit()
        self.wait(act, hours=1)
        self.deposit()
        self.deposit()
        self.assertEqual((act.state, act.attempts), ("deposited", 2))
        self.assertEqual(self.remote(document)["status"], code)

    def metre(self):
        return self.env["ir.attachment"].create({"name": "metre.pdf", "raw": PDF})

    def test_documents_added_to_a_works_paper(self):
        document = self.at_status("2026T014-S01", "moe", "suspend", reason="Métré manquant")
        self.assertEqual(document.stage, "to_complete")
        request = WorksCompletion(int(document.technical_number), comment="Voici le métré").to_json()
        act = self.check(document, "complete_works", request, f"{WORKS}/completer", "COMPLETEE", self.metre())
        self.assertEqual([file["name"] for file in self.control.files()].count("metre.pdf"), 1)
        self.assertIn(b"metre.pdf", act._bytes(), "The bytes kept name the file uploaded just before")
        self.assertEqual(len(act.upload_ids), 1)

    def test_documents_added_to_a_works_paper_lost_before(self):
        document = self.at_status("2026T014-S01", "moe", "suspend", reason="Métré manquant")
        request = WorksCompletion(int(document.technical_number), comment="Voici").to_json()
        self.check_lost_before(document, "complete_works", request, f"{WORKS}/completer", "COMPLETEE")

    def test_upload_of_an_added_document_refused_refuses_the_act(self):
        document = self.at_status("2026T014-S01", "moe", "suspend", reason="Métré manquant")
        request = WorksCompletion(int(document.technical_number)).to_json()
        self.control.fault(
            "json", "/cpro/transverses/v1/ajouter/fichier", body={"codeRetour": 20003, "libelle": "taille du fichier"}
        )
        act = document._queue_act("complete_works", request, files=self.metre())
        self.deposit()
        self.assertEqual((act.state, document.stage), ("rejected", "to_complete"))
        self.assertFalse(self.control.requests(f"{WORKS}/completer"))

    def test_documents_added_to_an_invoice(self):
        document = self.invoice_at_status("payer", "suspend", "Bon de livraison manquant")
        self.assertEqual((document.stage, document.status_code), ("to_complete", "SUSPENDUE"))
        request = InvoiceCompletion(int(document.technical_number), comment="Voici").to_json()
        self.check(document, "complete_invoice", request, f"{INVOICES}/completer", "COMPLETEE", self.metre())

    def test_invoice_addressed_again(self):
        document = self.invoice_at_status("payer", "recycle")
        self.assertEqual(document.status_code, "A_RECYCLER")
        request = InvoiceRecycling(int(document.technical_number), TOWN_SIRET, comment="Corrigé").to_json()
        act = document._queue_act("recycle_invoice", request)
        self.control.fault("drop_after", f"{INVOICES}/recycler")
        self.deposit()
        self.wait(act, minutes=2)
        self.deposit()
        self.assertEqual((act.state, act.attempts), ("deposited", 1))

    def test_rejections_of_several_invoices_marked_in_one_call(self):
        papers = self.invoice_at_status("payer", "reject", "Prix erronés")
        papers |= self.invoice_at_status("payer", "reject", "Prix erronés")
        self.assertEqual(set(papers.mapped("status_code")), {"REJETEE"})
        request = RejectionHandling(tuple(int(paper.technical_number) for paper in papers)).to_json()
        act = papers._queue_act("handle_rejections", request)
        self.assertEqual(set(papers.mapped("stage")), {"rejected"}, "The mark moves nothing")
        self.control.fault("drop_after", f"{INVOICES}/traiterRejet")
        self.deposit()
        self.wait(act, minutes=2)
        self.deposit()
        self.assertEqual((act.state, act.attempts), ("deposited", 1))
        self.assertEqual(len(self.control.requests(f"{INVOICES}/traiterRejet")), 1)
        with self.assertRaises(UserError):
            papers._queue_act("handle_rejections", request)
        self.assertEqual(set(papers.mapped("stage")), {"rejected"})

    def test_rejection_of_a_works_paper_is_marked_once(self):
        document = self.create_document("2026T014-S01", "A6")
        document._queue()
        self.deposit()
        self.sent_back_by(document, "payer", "reject", "Prix erronés")
        self.assertEqual(document.status_code, "REJETEE")
        request = RejectionHandling((int(document.technical_number),)).to_json()
        act = document._queue_act("handle_rejections", request)
        self.control.fault("drop_after", f"{INVOICES}/traiterRejet")
        self.deposit()
        self.wait(act, hours=1)
        self.deposit()
        self.assertEqual((act.state, act.attempts), ("deposited", 1))
        self.assertEqual(len(self.control.requests(f"{INVOICES}/traiterRejet")), 1)

    def test_another_validator_named(self):
        self.control.add_structure("35600000000048", "Autre entreprise générale")
        contract = self.contract
        main = self.create_body("Grands Travaux du Haut-Val", MAIN_CONTRACTOR)
        contract.main_contractor_id = main
        document = self.create_document("FA-9", "A9")
        document.write({"deposit_date": "2026-11-20 08:00:00", "technical_number": "4711"})
        document._apply_status("ERREUR_FOURNISSEUR_SUR_VALIDEUR")
        answer = {"codeRetour": 0, "libelle": "TRA_MSG_00.000", "idFacture": 4711}
        self.control.fault("json", f"{INVOICES}/corriger/valideur/facture", body=answer)
        act = document._queue_act("correct_validator", ValidatorCorrection(4711, MAIN_CONTRACTOR).to_json())
        self.deposit()
        self.assertEqual((act.state, act.remote_ref), ("deposited", "4711"))

    def test_paper_received_is_refused(self):
        document = self.at_status("2026T014-S07", "moe", "accept", "A7", reason="Vu")
        [answer] = document.next_ids
        request = WorksRefusal(int(answer.technical_number), "Pénalités contestées").to_json()
        with self.assertRaises(UserError):
            answer._queue_act("refuse_works", request)
        general = self.control.act(int(answer.technical_number), "moa", "accept", "Vu")
        self.poll()
        document.history_due = True
        self.poll()
        general = self.env["chorus.document"].search([("technical_number", "=", str(general["id"]))])
        self.assertEqual(general.status_code, "A_ASSOCIER_FOURNISSEUR")
        request = WorksRefusal(int(general.technical_number), "Pénalités contestées").to_json()
        act = general._queue_act("refuse_works", request)
        self.control.fault("drop_after", f"{WORKS}/refuser")
        self.deposit()
        self.wait(act, minutes=2)
        self.deposit()
        self.assertEqual((act.state, act.attempts), ("deposited", 1))
        self.assertEqual(self.remote(general)["status"], "REFUSEE_FOURNISSEUR")
