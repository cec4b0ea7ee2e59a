"""For every status of Chorus Pro, whatever the framework, and for every refusal: the next act that the screen of the
paper offers is the right one, and it can be done.

Statuses and consequences: chorus-pro-api.md §3.2 and §3.3.
"""

from odoo.tests import tagged

from ..models.chorus_act import WRONG_ADDRESS, WRONG_VALIDATOR
from .common import MOE_SIRET, ChorusCase

ADDRESSING, COMPLETION, REPLACEMENT = "chorus.cure.addressing", "chorus.cure.completion", "chorus.cure.replacement"
DIALOG = {
    **dict.fromkeys(("A_RECYCLER", "EN_ATTENTE_RECYCLAGE_FOURNISSEUR"), ADDRESSING),
    **dict.fromkeys(("ERREUR_FOURNISSEUR_SUR_VALIDEUR", "ERREUR_COTRAITANT_SUR_VALIDEUR"), ADDRESSING),
    **dict.fromkeys(("ERREUR_FOURNISSEUR_SUR_MOE", "ERREUR_FOURNISSEUR_SUR_MOA"), ADDRESSING),
    **dict.fromkeys(("ERREUR_DE_MOE", "ERREUR_DE_MOA"), ADDRESSING),
    **dict.fromkeys(("ERREUR_DESTINATAIRE_PD", "ERREUR_DESTINATAIRE_EA"), ADDRESSING),
    **dict.fromkeys(("SUSPENDUE", "A_COMPLETER"), COMPLETION),
    **dict.fromkeys(("REJETEE", "NON_CONFORME"), REPLACEMENT),
    **dict.fromkeys(("REFUSEE_1", "REFUSEE_2", "REFUSEE_MOE", "REFUSEE_MOA"), REPLACEMENT),
}
"""Statuses of a paper of ours that a dialog of ours cures."""

ELSEWHERE = ("BROUILLON", "A_ASSOCIER_FOURNISSEUR")
"""Ours to act too: on the portal, and by the next paper of the file."""

OURS = ("supplier", "subcontractor", "co_contractor")
ACT = {
    (ADDRESSING, True): "recycle_works",
    (COMPLETION, True): "complete_works",
    (COMPLETION, False): "complete_invoice",
}

LABELS = {
    "duplicate": "numéro de facture déjà utilisé",
    "commitment_missing": "Le numero d'engagement est obligatoire",
    "commitment_unknown": "L'engagement 4512 est inconnu",
    "service_missing": "BuyerReference.value) est obligatoire",
    "service_inactive": "Le service ANCIEN est inactif",
    "payment_means": "PaymentMeans.TypeCode.value est obligatoire",
    "iban": "Les coordonnées bancaires n'existent pas",
    "number_too_long": "Le champ identifiant de la facture ne doit pas depasser 20 caracteres",
    "framework": "BusinessProcessSpecifiedDocumentContextParameter.ID M1",
    "supplier_unknown": "L'identifiant fournisseur n'est pas reference dans notre systeme",
    "supplier_connection": "La structure (balise AccountingSupplierParty.ID.value) n'utilise pa",
    "moe": "La structure MOE est inconnue",
    "moa": "La structure MOA est inconnue",
    "recipient": "Le destinataire est inconnu",
    "totals": "20303",
    "xml": "IRRECEVABILITE: cvc-datatype-valid.1.2.1",
    "file_size": "GDP_MSG_11.022",
    "file_type": "L'extension du fichier n'est pas admise",
    "rights": "GDP_MSG_11.005",
    "state": "GDP_MSG_11.001",
    "not_found": "GDP_MSG_11.008",
    "amount": "Erreur de montant",
    "attachments": "Pièce justificative manquante",
    "file_name": "pieceJointeNom : 50 au plus",
    "request": "Requete mal formulee",
    "qualification": "service exposé ne fonctionnant pas sur l'espace de qualification",
}
"""One label for each row of data/chorus.rejection.csv (chorus-pro-api.md §3.8, §6.4)."""


@tagged("post_install", "-at_install")
class TestNextAct(ChorusCase):
    def setUp(self):
        super().setUp()
        self.codes = self.env["chorus.status"].search([]).mapped("code")

    def paper(self, framework, **values):
        at_chorus_pro = {"technical_number": f"9{framework.id:05}", "deposit_date": "2026-11-20 08:00:00"}
        return self.create_document(f"N-{framework.code}", framework.code, **at_chorus_pro, **values)

    def frameworks(self, *issuers):
        found = self.env["chorus.framework"].search([("issuer", "in", issuers)])
        self.assertTrue(found)
        return found

    def each(self, document):
        """The paper at each of the 56 statuses, in turn."""
        self.assertEqual(len(self.codes), 56)
        for code in self.codes:
            document._apply_status(code)
            yield code, f"{document.framework_id.code} {code}: {document.next_step}"

    def verb(self, document, dialog):
        if dialog == ADDRESSING and not document.framework_id.is_works:
            return "correct_validator" if document.status_code in WRONG_VALIDATOR else "recycle_invoice"
        return ACT[dialog, document.framework_id.is_works]

    def test_papers_of_ours(self):
        for framework in self.frameworks(*OURS):
            document = self.paper(framework)
            for code, told in self.each(document):
                dialog = DIALOG.get(code)
                with self.subTest(told):
                    self.assertTrue(document.next_step)
                    self.assertEqual(document.may_cure, bool(dialog))
                    self.assertEqual("« Corriger »" in document.next_step.replace("\u00a0", " "), bool(dialog))
                    self.assertEqual(document.owner == "us", bool(dialog) or code in ELSEWHERE)
                if dialog:
                    self.assertEqual(document.with_user(self.biller).action_cure()["res_model"], dialog, told)
                if dialog in (ADDRESSING, COMPLETION):
                    self.assertEqual(document._own_act_problems(self.verb(document, dialog)), [], told)

    def test_papers_of_the_project_manager_and_of_the_client(self):
        """What their statuses ask is asked of them, except the general statement that waits for our signature."""
        for framework in self.frameworks("moe", "moa"):
            document = self.paper(framework, origin="received", issuer_name="Atelier Lumen", issuer_siret=MOE_SIRET)
            for code, told in self.each(document):
                with self.subTest(told):
                    self.assertTrue(document.next_step)
                    self.assertFalse(document.may_cure)
                    self.assertNotIn("Corriger", document.next_step)
                    self.assertEqual(document.owner == "us", code == "A_ASSOCIER_FOURNISSEUR")
                    if code in DIALOG:
                        self.assertEqual(document.owner, framework.issuer)
                if code == "A_ASSOCIER_FOURNISSEUR":
                    self.assertEqual(document._own_act_problems("refuse_works"), [], told)

    def test_requests_that_we_validate(self):
        for framework in self.frameworks("subcontractor", "co_contractor"):
            document = self.paper(framework, origin="received", issuer_name="Charpentes Renaud", validator_rank=1)
            for code, told in self.each(document):
                with self.subTest(told):
                    self.assertTrue(document.next_step)
                    self.assertFalse(document.may_cure)
                    self.assertNotIn("Corriger", document.next_step)
                    self.assertEqual(document.owner == "us", code == "A_VALIDER_1")
                if code == "A_VALIDER_1":
                    self.assertEqual(document.stage, "to_validate")
                    self.assertEqual(document._own_act_problems("decide_validation"), [], told)

    def test_the_wrong_actor_is_told_by_ten_statuses(self):
        addressing = {code for code, dialog in DIALOG.items() if dialog == ADDRESSING}
        self.assertEqual(addressing, {*WRONG_ADDRESS, *WRONG_VALIDATOR})

    def test_every_refusal_of_a_deposit_is_cured_by_the_one_button(self):
        rows = self.env["chorus.rejection"].search([])
        names = {row.get_external_id()[row.id].removeprefix("chorus_visiobat.rejection_") for row in rows}
        self.assertEqual(names, set(LABELS))
        document = self.create_invoice()._chorus_ensure_document()
        for name, label in LABELS.items():
            with self.subTest(name):
                document._apply_refusal([label])
                row = self.env.ref(f"chorus_visiobat.rejection_{name}")
                self.assertEqual((document.rejection_id, document.stage, document.owner), (row, "to_fix", "us"))
                self.assertEqual((document.status_reason, document.next_step), (row.explanation, row.cure))
                action = document.with_user(self.biller).action_cure()
                dialog = self.env[action["res_model"]].with_user(self.biller).browse(action["res_id"])
                self.assertEqual(dialog._name, ADDRESSING)
                self.assertEqual(dialog.action_send()["res_model"], "chorus.send", "Seen before it leaves again")
                self.assertEqual(document.stage, "draft")
