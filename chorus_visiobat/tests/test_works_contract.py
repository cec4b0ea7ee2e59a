from psycopg2 import IntegrityError

from odoo import Command
from odoo.exceptions import UserError, ValidationError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger
from odoo.tools.safe_eval import safe_eval

from .works_common import WorksCase


@tagged("post_install", "-at_install")
class TestWorksContract(WorksCase):
    def test_the_chatter_begins_in_the_language_of_the_users_whoever_creates(self):
        contract = self._contract().with_context(lang="en_US")
        self.assertIn("Marché créé", contract.message_ids[-1].body)

    def test_amounts_count_notified_amendments_only(self):
        contract = self._contract()
        signed, pending = self.env["works.contract.amendment"].create(
            [
                {"contract_id": contract.id, "number": "1", "date_notification": "2026-06-01"},
                {"contract_id": contract.id, "number": "2"},
            ]
        )
        contract.line_ids = [
            Command.create({"name": "AV1", "amount": 6500, "tax_id": self.vat20.id, "amendment_id": signed.id}),
            Command.create({"name": "AV2", "amount": 900, "tax_id": self.vat20.id, "amendment_id": pending.id}),
        ]
        self.assertRecordValues(
            contract,
            [
                {
                    "amount_initial": 120000,
                    "amount_amendments": 6500,
                    "amount_amendments_pending": 900,
                    "amount_current": 126500,
                }
            ],
        )
        self.assertEqual(signed.amount, 6500)

    def test_billed_amount_and_progress_follow_the_invoiced_statements(self):
        contract = self._contract()
        self._bill(contract, 30, 10, 0)
        self._enter(self._open(contract), 100, 100, 100)
        self.assertEqual(contract.amount_billed, 17500)
        self.assertAlmostEqual(contract.progress, 17500 / 1200, places=6)
        self.assertEqual(contract.situation_count, 2)
        self.assertEqual(contract.move_count, 1)

    def test_quantity_by_unit_price_gives_the_amount(self):
        contract = self._contract([{"name": "Concrete", "quantity": 33.333, "price_unit": 129.99, "mode": "quantity"}])
        # 33.333 × 129.99 = 4 332.956…, but the quantity is kept with two decimals: 33.33 × 129.99 = 4 332.5667
        self.assertEqual(contract.line_ids.amount, 4332.57)

    def test_payer_is_the_client_until_told_otherwise(self):
        contract = self._contract()
        self.assertEqual(contract.payer_partner_id, self.town)
        treasury = self.create_body("Trésorerie du Haut-Val", "20913909600017")
        contract.payer_partner_id = treasury
        contract.moa_partner_id = self.create_body("Autre commune", "34628194200018")
        self.assertEqual(contract.payer_partner_id, treasury)

    def test_payer_follows_the_client_written_outside_the_form(self):
        structure = self.env["chorus.structure"].create(
            {"name": "Commune", "siret": self.town.company_registry, "environment": "qualification"}
        )
        service = self.env["chorus.service"].create({"structure_id": structure.id, "code": "DIRBAT", "name": "Bât."})
        contract = self._contract(payer_service_id=service.id)
        contract.write({"moa_partner_id": self.county.id})
        self.assertEqual(contract.payer_partner_id, self.county)
        self.assertFalse(contract.payer_service_id, "a service of the town is none of the county")
        contract.write({"moa_partner_id": self.town.id, "payer_partner_id": self.county.id})
        self.assertEqual(contract.payer_partner_id, self.county)

    def test_framework_follows_role_kind_and_project_manager(self):
        contract = self._contract()
        expected = {
            ("holder", True, "monthly"): "A4",
            ("lead", True, "monthly"): "A4",
            ("holder", False, "monthly"): "A5",
            ("holder", True, "final"): "A7",
            ("holder", False, "final"): False,
            ("holder", True, "general"): "A8",
            ("co_contractor", True, "monthly"): "A13",
            ("co_contractor", True, "final"): "A14",
            ("subcontractor", True, "monthly"): "A10",
            ("subcontractor", True, "final"): "A10",
            ("subcontractor", True, "tacit"): False,
        }
        for (role, with_moe, kind), code in expected.items():
            with self.subTest(role=role, with_moe=with_moe, kind=kind):
                contract.write({"role": role, "with_moe": with_moe})
                self.assertEqual(contract._propose_framework(kind).code, code)
        contract.write({"role": "holder", "with_moe": False})
        self.assertEqual(contract.chorus_framework_id.code, "A5")
        self.assertFalse(contract.framework_advice)
        contract.chorus_framework_id = self.env.ref("chorus_visiobat.framework_a4")
        self.assertIn("A5", contract.framework_advice)

    def test_missing_items_are_named_as_in_the_form(self):
        contract = self.env["works.contract"].create({"name": "New", "company_id": self.company.id})
        for label in ("Contract identifier", "Client", "Paymaster", "Project manager", "Posts", "Notification date"):
            self.assertIn(label, contract.missing)
        complete = self._contract(date_notification="2026-01-05")
        self.assertFalse(complete.missing)
        self.assertEqual(complete.completeness, 100)
        self.assertLess(contract.completeness, 50)

    def test_service_and_commitment_are_missing_when_the_directory_requires_them(self):
        self.env["chorus.structure"].create(
            {
                "name": "Département",
                "siret": self.town.company_registry,
                "environment": "qualification",
                "requires_service": True,
                "requires_commitment": True,
            }
        )
        contract = self._contract(date_notification="2026-01-05")
        self.assertIn("Paymaster&#39;s service", contract.missing)
        self.assertIn("Commitment number", contract.missing)
        contract.chorus_commitment_number = "2026-EJ-004512"
        self.assertNotIn("Commitment number", contract.missing)

    def test_malformed_siret_is_refused_with_its_field(self):
        body = self.create_body("Commune", "2661318610001")
        with self.assertRaisesRegex(ValidationError, r"(?s)Client.*Commune.*14 chiffres"):
            self._contract(moa_partner_id=body.id)
        with self.assertRaisesRegex(ValidationError, "14 chiffres"):
            self._contract(chorus_contract_number="other").moa_partner_id.company_registry = "123"

    def test_wrong_check_digit_is_advice_in_qualification_and_refused_in_production(self):
        body = self.create_body("Structure d'essai", "12345678901234")
        contract = self._contract(moa_partner_id=body.id)
        self.assertIn("clé de contrôle", contract.siret_advice)
        self.company.sudo().chorus_environment = "production"
        with self.assertRaisesRegex(ValidationError, "clé de contrôle"):
            self._contract(moa_partner_id=body.id, chorus_contract_number="other")

    def test_foreign_currency_is_refused(self):
        with self.assertRaisesRegex(ValidationError, "euros only"):
            self._contract(currency_id=self.env.ref("base.USD").id)

    def test_too_long_references_are_told_together(self):
        with self.assertRaises(ValidationError) as caught:
            self._contract(chorus_contract_number="x" * 51, chorus_commitment_number="y" * 60)
        self.assertIn("Identifiant du marché : 51 caractères", str(caught.exception))
        self.assertIn("Numéro d'engagement : 60 caractères", str(caught.exception))

    @mute_logger("odoo.sql_db")
    def test_contract_identifier_is_unique_per_company_lot_and_role(self):
        self._contract()
        self._contract(lot="2")
        with self.assertRaises(IntegrityError), self.cr.savepoint():
            self._contract()

    def test_price_included_tax_is_refused(self):
        included = self.vat20.copy({"name": "20 % incl.", "price_include_override": "tax_included"})
        with self.assertRaisesRegex(ValidationError, "excluding tax"):
            self._contract([{"name": "L1", "amount": 100, "tax_id": included.id}])

    def test_a_new_post_bears_the_vat_of_works_and_not_that_of_goods(self):
        new_post = self.env["works.contract.line"].with_context(default_contract_id=self._contract().id)
        tax = new_post.new({}).tax_id
        self.assertEqual((tax.amount, tax.tax_scope, tax.tax_exigibility), (20, "service", "on_payment"))
        self.company.chorus_vat_on_debits = True
        self.assertEqual(new_post.new({}).tax_id.tax_exigibility, "on_invoice")

    def test_billed_post_keeps_its_amount_and_its_vat(self):
        contract = self._contract()
        self._bill(contract, 30, 10, 0)
        first, _second, third = contract.line_ids
        with self.assertRaisesRegex(UserError, "L1 has been billed"):
            first.amount = 50000
        with self.assertRaisesRegex(UserError, "L1 has been billed"):
            first.tax_id = self.vat10
        with self.assertRaisesRegex(UserError, "L1 has been billed"):
            first.unlink()
        first.name = "Masonry"
        third.amount = 26000
        self.assertEqual(contract.amount_current, 121000)

    def test_open_draft_follows_the_posts_of_the_contract(self):
        contract = self._contract()
        situation = self._open(contract)
        self._enter(situation, 10, 10, 10)
        self.assertEqual(situation.amount_untaxed, 12000)
        contract.line_ids = [Command.create({"name": "L4", "amount": 1000, "tax_id": self.vat20.id})]
        self.assertEqual(len(situation.line_ids), 4)
        contract.line_ids[0].amount = 50000
        self.assertEqual(situation.amount_untaxed, 13000)
        contract.line_ids[0].unlink()
        self.assertEqual(situation.amount_untaxed, 8000)

    def _with_amendment(self):
        contract = self._contract()
        amendment = self.env["works.contract.amendment"].create({"contract_id": contract.id, "number": "1"})
        contract.line_ids = [
            Command.create({"name": "AV1", "amount": 6500, "tax_id": self.vat20.id, "amendment_id": amendment.id})
        ]
        return contract, amendment

    def test_copy_starts_with_the_initial_posts(self):
        contract, _amendment = self._with_amendment()
        copy = contract.copy()
        self.assertEqual(copy.line_ids.mapped("name"), ["L1", "L2", "L3"])
        self.assertEqual((copy.amount_initial, copy.amount_current), (120000, 120000))
        self.assertFalse(copy.amendment_ids)

    def test_amendment_with_posts_is_not_deleted(self):
        contract, amendment = self._with_amendment()
        with self.assertRaisesRegex(UserError, "has posts and cannot be deleted: AV1"):
            amendment.unlink()
        contract.line_ids[-1].unlink()
        amendment.unlink()
        self.assertFalse(contract.amendment_ids)
        contract.unlink()
        whole, _amendment = self._with_amendment()
        whole.unlink()
        self.assertFalse(whole.exists())

    def test_frameworks_that_bill_nothing_are_not_offered(self):
        Framework = self.env["chorus.framework"]
        # a statement offers those of its own kind: a monthly one bears an invoice
        of_statement = safe_eval(self.env["works.situation"]._fields["framework_id"].domain, {"bears_invoice": True})
        for domain in (self.env["works.contract"]._fields["chorus_framework_id"].domain, of_statement):
            offered = Framework.search(domain).mapped("code")
            self.assertIn("A4", offered)
            self.assertFalse({"A8", "A22", "A23"} & set(offered))

    def test_contract_with_statements_is_archived_not_deleted(self):
        contract = self._contract()
        self._open(contract)
        with self.assertRaisesRegex(UserError, "Archive them instead"):
            contract.unlink()

    def test_closing_asks_for_the_draft_first(self):
        contract = self._contract()
        situation = self._open(contract)
        self.assertEqual(contract.state, "running")
        with self.assertRaisesRegex(UserError, situation.name):
            contract.action_close()
        situation.unlink()
        contract.action_close()
        with self.assertRaisesRegex(UserError, "is closed"):
            contract.action_new_situation()

    def test_identifier_typed_on_a_site_without_contract_is_not_lost_silently(self):
        with self.assertRaisesRegex(UserError, "Contract identifier: the site Town hall has no works contract"):
            self.env["project.project"].create({"name": "Town hall", "chorus_contract_number": "ABC"})
        project = self.env["project.project"].create({"name": "Town hall", "chorus_contract_number": False})
        with self.assertRaisesRegex(UserError, "Create the contract first"):
            project.chorus_commitment_number = "2026-EJ-1"

    def test_project_shows_and_edits_the_identifiers(self):
        project = self.env["project.project"].create({"name": "Town hall", "company_id": self.company.id})
        self.assertFalse(project.main_works_contract_id)
        with Form(project) as form, self.assertRaises(AssertionError):
            form.chorus_contract_number = "x"
        contract = self._contract(project_id=project.id)
        self.assertEqual(project.main_works_contract_id, contract)
        with Form(project) as form:
            self.assertEqual(form.chorus_contract_number, "2026-014")
            form.chorus_contract_number = "2026-015"
            form.chorus_commitment_number = "2026-EJ-1"
        self.assertRecordValues(
            contract, [{"chorus_contract_number": "2026-015", "chorus_commitment_number": "2026-EJ-1"}]
        )
        context = project.action_create_works_contract()["context"]
        self.assertEqual(context["default_project_id"], project.id)
        self.assertFalse(project.copy().main_works_contract_id, "the contract is that of its own site")

    def test_nobody_of_another_company_is_an_actor(self):
        """He could not be invoiced: Odoo refuses him on the invoice, once the month is done."""
        other = self.env["res.company"].create({"name": "Charpentes Renaud"})
        stranger = self.create_body("Commune d'ailleurs", "34628194200018")
        stranger.company_id = other
        for actor in ("moa_partner_id", "moe_partner_id", "payer_partner_id", "main_contractor_id"):
            with self.subTest(actor), self.assertRaisesRegex(UserError, "Commune d'ailleurs"):
                self._contract(chorus_contract_number=actor, **{actor: stranger.id})

    def test_form_computes_amounts_while_typing(self):
        with Form(self.env["works.contract"].with_user(self.biller)) as form:
            form.name = "Typed"
            with form.line_ids.new() as line:
                line.name = "L1"
                line.tax_id = self.vat20
                line.mode = "quantity"
                line.quantity = 10
                line.price_unit = 12.5
                self.assertEqual(line.amount, 125)
            self.assertEqual(form.amount_initial, 125)

    def test_the_company_of_a_contract_stays_with_what_it_made(self):
        other = self.env["res.company"].create({"name": "Charpentes Renaud"})
        contract = self._contract()
        with self.assertRaises(UserError, msg="its posts bear the taxes of the first company"):
            contract.company_id = other
        self._open(contract)
        with self.assertRaisesRegex(UserError, "Enter the contract anew in the other company"):
            contract.company_id = other
        self.assertEqual(contract.company_id, self.company)
