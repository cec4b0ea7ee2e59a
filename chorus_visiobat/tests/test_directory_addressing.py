"""What the directory requires of an address, the commitments of the State and our own bank details."""

from odoo.tests import tagged

from .common import COUNTY_SIRET, SIRET
from .test_directory import DirectoryCase


@tagged("post_install", "-at_install")
class TestCommitmentAndBank(DirectoryCase):
    def test_commitment_known_to_chorus_pro_is_shown_with_its_service(self):
        contract = self.county_contract(chorus_commitment_number="2026-EJ-004512")
        self.ask()
        self.env.invalidate_all()
        self.assertEqual((contract.commitment_found, contract.commitment_amount), (True, 480000.0))
        self.assertIn("DIRROUTES", contract.commitment_note)
        contract.payer_service_id = self.card(COUNTY_SIRET).service_ids.filtered(lambda one: one.code == "DIRROUTES")
        self.assertNotIn("DIRROUTES", contract.commitment_note)
        contract.chorus_commitment_number = "2026-EJ-000000"
        self.assertFalse(contract.commitment_note, "What was answered about another number is not shown")
        self.ask()
        self.env.invalidate_all()
        self.assertFalse(contract.commitment_note, "Not being known says nothing of a county's number")

    def test_number_unknown_to_the_state_is_advice(self):
        state = self.create_body("État", "11000201100044")
        contract = self.county_contract(moa_partner_id=state.id, chorus_commitment_number="1300000001")
        self.ask()
        self.env.invalidate_all()
        self.assertIn("no ordered commitment 1300000001", contract.commitment_note)

    def test_our_only_bank_account_is_matched_and_named_by_the_works_submission(self):
        self.ask()
        bank = self.company.partner_id.bank_ids
        self.assertEqual(self.account.bank_ids.bank_id, bank)
        move = self.create_invoice(partner_bank_id=bank.id)
        bank.allow_out_payment = True
        self.assertEqual(self.account._bank_ref(move.partner_bank_id), 132)
        problems = self.env["chorus.preflight"]._problems(move)
        self.assertNotIn("bank_unknown", [problem["code"] for problem in problems])

    def test_account_that_chorus_pro_does_not_list_is_advice(self):
        self.control.add_bank_account(SIRET, "FR1420041010050500013M02606", "Compte de chantier")
        self.ask()
        other = self.env["res.partner.bank"].create(
            {"acc_number": "FR7610107001011234567890129", "partner_id": self.company.partner_id.id}
        )
        other.allow_out_payment = True
        move = self.create_invoice(partner_bank_id=other.id)
        [advice] = [one for one in self.env["chorus.preflight"]._problems(move) if one["code"] == "bank_unknown"]
        self.assertEqual(advice["level"], "advice")
        self.assertIn("Compte de chantier", advice["message"])

    def test_bank_account_removed_at_chorus_pro_is_archived(self):
        self.ask()
        kept = self.account.bank_ids
        self.account._take_bank_accounts([])
        self.assertFalse(kept.active)
        self.assertFalse(self.account._bank_ref(self.company.partner_id.bank_ids))


@tagged("post_install", "-at_install")
class TestAddressing(DirectoryCase):
    def problems(self, **values):
        move = self.create_invoice(partner=self.county, **values)
        return {one["code"] for one in self.env["chorus.preflight"]._problems(move) if one["level"] == "blocking"}

    def test_what_the_client_requires_is_asked_before_anything_leaves(self):
        self.look_up(COUNTY_SIRET)
        self.assertLessEqual({"service", "commitment"}, self.problems())
        given = {"buyer_reference": "DIRBAT", "purchase_order_reference": "2026-EJ-004512"}
        self.assertFalse({"service", "commitment"} & self.problems(**given))
        self.assertIn("service_unknown", self.problems(**{**given, "buyer_reference": "ANCIEN"}))
        self.assertIn("service_unknown", self.problems(**{**given, "buyer_reference": "N'IMPORTE"}))
        self.assertIn("service_public", self.problems(**{**given, "buyer_reference": "FACTURES_PUBLIQUES"}))

    def test_service_that_alone_requires_a_commitment(self):
        self.control.structure(COUNTY_SIRET, requires_commitment=False)
        self.control.service(COUNTY_SIRET, "DIRBAT", requires_commitment=True)
        self.create_invoice(partner=self.county, buyer_reference="DIRBAT")
        self.look_up(COUNTY_SIRET)
        self.assertIn("commitment", self.problems(buyer_reference="DIRBAT"))
        self.assertNotIn("commitment", self.problems(buyer_reference="DIRROUTES"))

    def test_one_or_the_other(self):
        self.control.structure(COUNTY_SIRET, requires_commitment=False, requires_service=False, requires_either=True)
        self.look_up(COUNTY_SIRET)
        self.assertIn("service_or_commitment", self.problems())
        self.assertNotIn("service_or_commitment", self.problems(purchase_order_reference="BC-12"))

    def test_client_unknown_to_the_directory_stops_the_paper(self):
        partner = self.create_body("Commune inconnue", "21440001300018")
        self.ask()
        move = self.create_invoice(partner=partner)
        codes = {one["code"]: one["level"] for one in self.env["chorus.preflight"]._problems(move)}
        self.assertEqual(codes.get("actor_unknown"), "blocking")
