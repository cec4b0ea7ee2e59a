"""The directory of Chorus Pro: asked by itself, read again every week, and what its changes mean for a contract."""

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import COUNTY_SIRET, MOE_SIRET, SIRET, TOWN_SIRET, ChorusCase

POLLER = "odoo.addons.chorus_visiobat.models.chorus_poller"
HOSPITAL = "26490003600015"
RIDET = "0123456.001"
SEARCH = "/cpro/structures/v1/rechercher"
READ_SERVICE = "/cpro/structures/v1/consulter/service"
SERVICES = "/cpro/structures/v1/rechercher/services"
FLOW = "/cpro/factures/v1/deposer/flux"


class DirectoryCase(ChorusCase):
    def ask(self):
        self.run_cron("cron_directory")

    def look_up(self, siret):
        """What the button of a card does at once."""
        with self.enter_registry_test_mode():
            return self.env["chorus.structure"]._lookup(siret, self.account)

    def card(self, siret):
        return self.env["chorus.structure"].search([("siret", "=", siret), ("environment", "=", "qualification")])

    def week_later(self):
        cards = self.env["chorus.structure"].search([])
        for card in cards:
            card.last_check_date -= self.delta(days=8)
        for service in cards.service_ids.filtered("rules_date"):
            service.rules_date -= self.delta(days=8)
        self.env["chorus.account"].search([]).bank_read_date = False
        self.ask()

    def county_contract(self, **values):
        return self.env["works.contract"].create(
            {
                "name": "Réfection de la RD 12",
                "company_id": self.company.id,
                "user_id": self.biller.id,
                "moa_partner_id": self.county.id,
                "moe_partner_id": self.moe.id,
                **values,
            }
        )

    def calls(self, path):
        return len(self.control.requests(path))


@tagged("post_install", "-at_install")
class TestLookup(DirectoryCase):
    def test_siret_of_a_public_body_is_looked_up_once_saved_without_waiting(self):
        self.control.forget_requests()
        partner = self.create_body("Le département", COUNTY_SIRET)
        self.assertEqual(self.control.requests(), [], "Saving a contact calls nobody")
        self.assertIn("being read", partner.chorus_directory_note)
        self.ask()
        self.env.invalidate_all()
        self.assertEqual(partner.chorus_structure_id, self.card(COUNTY_SIRET))
        self.assertIn("a service and a commitment number", partner.chorus_directory_note)
        self.assertEqual(self.card(COUNTY_SIRET).service_ids.mapped("code"), ["DIRBAT", "DIRROUTES"])

    def test_siret_typed_with_spaces_is_kept_without_and_found(self):
        partner = self.create_body("Le département", "209\u202f139 096\xa000017")
        self.assertEqual(partner.company_registry, COUNTY_SIRET)
        partner.company_registry = "266 131 861 00012"
        self.assertEqual(partner.company_registry, TOWN_SIRET)
        self.ask()
        self.env.invalidate_all()
        self.assertEqual(partner.chorus_structure_id, self.card(TOWN_SIRET))
        self.company.company_registry = "452 601 818 00019"
        self.env.invalidate_all()
        self.assertEqual(self.company.company_registry, SIRET)

    def test_siret_typed_before_the_addon_was_there(self):
        partner = self.create_body("Le département", COUNTY_SIRET)
        other = self.env["res.partner"].create({"name": "Fournisseur", "company_registry": "12 345"})
        self.env.cr.execute(
            "UPDATE res_partner SET company_registry = '209 139 096 00017' WHERE id = %s", [partner.id]
        )
        partner.init()
        self.env.invalidate_all()
        self.assertEqual((partner.company_registry, other.company_registry), (COUNTY_SIRET, "12 345"))

    def test_types_of_attachments_are_read_every_month(self):
        types = "/cpro/transverses/v1/recuperer/typespj"
        self.env.ref("chorus_visiobat.attachment_type_works_01").with_context(chorus_loading_reference=True).name = "?"
        self.control.forget_requests()
        self.ask()
        self.assertEqual(self.calls(types), 2)
        self.assertNotEqual(self.env.ref("chorus_visiobat.attachment_type_works_01").name, "?")
        self.ask()
        self.assertEqual(self.calls(types), 2)
        self.account.attachment_types_date -= self.delta(days=31)
        self.ask()
        self.assertEqual(self.calls(types), 4)

    def test_company_whose_siret_is_not_public_is_left_alone(self):
        self.control.forget_requests()
        self.create_body("Grands Travaux", "34628194200018")
        self.ask()
        self.assertEqual(self.calls(SEARCH), 0)

    def test_private_project_manager_named_by_a_contract_is_found(self):
        self.county_contract()
        self.ask()
        self.assertTrue(self.card(MOE_SIRET).is_open)

    def test_unknown_siret_is_said_and_asked_again_when_corrected(self):
        partner = self.create_body("Commune inconnue", "21440001300018")
        self.ask()
        self.env.invalidate_all()
        self.assertIn("does not know 21440001300018", partner.chorus_directory_note)
        self.control.forget_requests()
        self.ask()
        self.assertEqual(self.calls(SEARCH), 0, "An answer is not asked for twice")
        partner.company_registry = TOWN_SIRET
        self.ask()
        self.env.invalidate_all()
        self.assertEqual(partner.chorus_structure_id, self.card(TOWN_SIRET))

    def test_card_of_the_former_siret_is_let_go(self):
        self.county.chorus_structure_id = self.look_up(COUNTY_SIRET)
        self.county.company_registry = TOWN_SIRET
        self.assertFalse(self.county.chorus_structure_id)

    def test_thousands_of_services_are_read_by_pages_and_one_alone_in_detail(self):
        self.control.add_structure(HOSPITAL, "Centre hospitalier du Val", public=True, moa=True, requires_service=True)
        self.control.add_services(
            HOSPITAL, [{"code": f"UF{number:04d}", "requires_commitment": number == 7} for number in range(1100)]
        )
        hospital = self.create_body("Centre hospitalier", HOSPITAL)
        self.ask()
        services = self.card(HOSPITAL).service_ids
        self.assertEqual(len(services), 1100)
        self.assertEqual((self.calls(SERVICES), self.calls(READ_SERVICE)), (2, 0))
        used = services.filtered(lambda service: service.code == "UF0007")
        self.assertFalse(used.requires_commitment, "Not known yet: nobody uses it")
        contract = self.county_contract(moa_partner_id=hospital.id, payer_service_id=used.id)
        self.ask()
        self.env.invalidate_all()
        self.assertTrue(used.requires_commitment)
        self.assertEqual(self.calls(READ_SERVICE), 1)
        self.assertIn("commitment", str(contract.missing).lower())
        self.control.service(HOSPITAL, "UF0007", requires_commitment=False)
        self.week_later()
        self.assertFalse(used.requires_commitment, "A requirement that was dropped is dropped here")

    def test_service_without_a_name_bears_its_code(self):
        self.control.fault(
            "patch",
            SERVICES,
            body={
                "listeServices": [{"idService": 20916101, "codeService": "DIRROUTES", "estActif": True}],
                "parametresRetour": {"total": 1},
            },
        )
        self.create_body("Le département", COUNTY_SIRET)
        self.ask()
        self.assertEqual(self.card(COUNTY_SIRET).service_ids.name, "DIRROUTES")

    def test_body_of_new_caledonia_is_known_by_its_ridet(self):
        self.control.add_structure(RIDET, "Province du Lagon", public=True, moa=True, kind="RIDET")
        partner = self.env["res.partner"].create(
            {
                "name": "Province du Lagon",
                "is_company": True,
                "country_id": self.env.ref("base.nc").id,
                "company_registry": RIDET,
            }
        )
        self.assertEqual(partner.chorus_identifier_type, "RIDET")
        self.ask()
        self.assertEqual((self.card(RIDET).identifier_type, self.card(RIDET).name), ("RIDET", "Province du Lagon"))
        self.assertFalse(partner._chorus_siret_problems("production"))

    def test_what_cannot_be_read_is_said_and_stops_nothing_else(self):
        self.control.fault("json", SEARCH, body={"codeRetour": 20001, "libelle": "Panne"})
        self.create_body("Le département", COUNTY_SIRET)
        self.create_body("La commune", TOWN_SIRET)
        self.ask()
        states = {lookup.siret: lookup.state for lookup in self.env["chorus.lookup"].search([])}
        self.assertEqual(states, {COUNTY_SIRET: "failed", TOWN_SIRET: "known"})

    def test_answer_lost_holds_nobody_and_is_asked_for_again(self):
        self.control.fault("status", SEARCH, status=500, body="<html>", times=9)
        self.create_body("Le département", COUNTY_SIRET)
        with mute_logger(POLLER):
            self.ask()
        lookup = self.env["chorus.lookup"].search([])
        self.assertEqual(lookup.state, "waiting")
        self.assertTrue(self.next_run() <= fields.Datetime.now() + self.delta(hours=1))
        self.control.clear_faults()
        self.control.fault("status", SEARCH, status=500, body="<html>", times=1, contains=COUNTY_SIRET)
        self.create_body("La commune", TOWN_SIRET)
        with mute_logger(POLLER):
            self.ask()
        states = {lookup.siret: lookup.state for lookup in self.env["chorus.lookup"].search([])}
        self.assertEqual(states, {COUNTY_SIRET: "waiting", TOWN_SIRET: "known"})

    def test_lane_comes_back_once_nothing_holds_it_any_more(self):
        self.control.fault("status", SEARCH, status=429, body="", headers={"Retry-After": "120"}, times=9)
        self.create_body("Le département", COUNTY_SIRET)
        self.ask()
        self.assertTrue(self.account._is_held())
        self.assertTrue(self.next_run() <= self.account.held_until)
        self.control.clear_faults()
        self.wait(self.account)
        self.ask()
        self.assertEqual(self.env["chorus.lookup"].search([]).state, "known")

    def next_run(self):
        """When the lane is woken, the runs asked for before being over."""
        cron = self.env.ref("chorus_visiobat.cron_directory")
        now = fields.Datetime.now() + self.delta(seconds=1)
        triggers = self.env["ir.cron.trigger"].sudo().search([("cron_id", "=", cron.id), ("call_at", ">", now)])
        return min(triggers.mapped("call_at"))

    def test_what_could_not_be_read_tells_the_cure_and_is_asked_again_the_next_day(self):
        self.control.fault("json", SEARCH, body={"codeRetour": 20001, "libelle": "Panne"})
        contract = self.county_contract()
        self.env["chorus.lookup"].search([("siret", "!=", COUNTY_SIRET)]).unlink()  # the county is asked about first
        self.ask()
        self.env.invalidate_all()
        self.assertIn("button “Chorus Pro”", contract.directory_advice)
        failed = self.env["chorus.lookup"].search([("siret", "=", COUNTY_SIRET)])
        self.control.clear_faults()
        self.ask()
        self.assertEqual(failed.state, "failed", "not at once")
        failed.answer_date -= self.delta(hours=25)
        self.ask()
        self.env.invalidate_all()
        self.assertEqual((failed.state, self.county.chorus_structure_id), ("known", self.card(COUNTY_SIRET)))
        self.assertNotIn("could not be read", contract.directory_advice or "")

    def test_deposits_go_before_the_directory(self):
        self.create_body("Le département", COUNTY_SIRET)
        document = self.create_document("FA-1", framework="A1")
        document._queue()
        self.control.forget_requests()
        self.ask()
        self.assertLessEqual(self.calls(SEARCH), 1)
        self.deposit()
        self.assertEqual(document.stage, "deposited")

    def test_lane_with_nothing_left_to_read_does_not_wake_itself(self):
        self.county_contract(chorus_commitment_number="2026-EJ-004512")
        self.ask()
        triggers = self.env["ir.cron.trigger"].sudo()
        triggers.search([]).unlink()
        self.ask()
        mine = [("cron_id", "=", self.env.ref("chorus_visiobat.cron_directory").id)]
        self.assertFalse(triggers.search(mine))

    def test_reader_reads_and_asks_nothing(self):
        lookup = self.env["chorus.lookup"].create({"siret": COUNTY_SIRET, "environment": "qualification"})
        with self.assertRaises(AccessError):
            lookup.with_user(self.biller).write({"state": "known"})


@tagged("post_install", "-at_install")
class TestWeeklyRefresh(DirectoryCase):
    def setUp(self):
        super().setUp()
        self.address = self.county_contract(chorus_commitment_number="2026-EJ-004512")
        self.ask()
        self.address.payer_service_id = self.card(COUNTY_SIRET).service_ids.filtered(lambda one: one.code == "DIRBAT")
        self.ask()
        self.env.invalidate_all()
        self.address.activity_ids.unlink()

    def activity(self):
        self.env.invalidate_all()
        kind = self.env.ref("chorus_visiobat.activity_directory")
        return self.address.activity_ids.filtered(lambda activity: activity.activity_type_id == kind)

    def test_nothing_changed_nothing_told_and_fresh_cards_are_not_read(self):
        notes = len(self.card(COUNTY_SIRET).message_ids)
        self.control.forget_requests()
        self.ask()
        self.assertEqual(self.calls("/cpro/structures/v1/consulter"), 0)
        self.week_later()
        self.assertGreater(self.calls("/cpro/structures/v1/consulter"), 0)
        self.assertEqual(len(self.card(COUNTY_SIRET).message_ids), notes)
        self.assertFalse(self.activity())

    def test_service_closed_is_told_to_the_responsible_until_another_is_chosen(self):
        self.control.service(COUNTY_SIRET, "DIRBAT", active=False)
        self.week_later()
        self.assertIn("DIRBAT", self.card(COUNTY_SIRET).message_ids[0].body)
        activity = self.activity()
        self.assertEqual((len(activity), activity.user_id), (1, self.biller))
        self.assertIn("DIRBAT", activity.note)
        self.assertIn("DIRBAT", self.address.directory_advice)
        self.week_later()
        self.assertEqual(len(self.activity()), 1, "Told once")
        self.address.payer_service_id = self.card(COUNTY_SIRET).service_ids
        self.assertFalse(self.activity())

    def test_body_closed(self):
        self.control.structure(COUNTY_SIRET, active=False)
        self.week_later()
        self.assertRegex(self.activity().note, "Haut-Val (is no longer active|n'est plus actif)")

    def test_body_gone_from_the_directory(self):
        """Told like any change, and asked about once a week, no more."""
        self.control.fault("patch", SEARCH, body={"listeStructures": [], "parametresRetour": {"total": 0}}, times=20)
        self.week_later()
        self.assertRegex(self.activity().note, "Haut-Val (is no longer active|n'est plus actif)")
        self.assertRegex(self.card(COUNTY_SIRET).message_ids[0].body, "no longer active|n'est plus actif")
        self.control.forget_requests()
        self.ask()
        self.assertEqual(self.calls(SEARCH), 0)

    def test_change_is_told_though_the_lane_stops_in_the_middle(self):
        """A deposit comes first, the turn is over: what was read is told when the reading has come to its end."""
        self.control.structure(COUNTY_SIRET, active=False)
        card = self.card(COUNTY_SIRET)
        card.last_check_date -= self.delta(days=8)
        with self.enter_registry_test_mode(), self.account._client() as client:
            for calls in range(1, 4):
                reading = card._reading(client, "qualification", COUNTY_SIRET)
                for _call in range(calls):
                    next(reading, None)
                reading.close()
                self.assertTrue(card.is_open, "nothing is half-written")
        self.week_later()
        self.assertRegex(self.activity().note, "Haut-Val (is no longer active|n'est plus actif)")

    def test_service_that_begins_to_require_a_commitment(self):
        self.address.chorus_commitment_number = False
        self.control.structure(COUNTY_SIRET, requires_commitment=False)
        self.week_later()
        self.assertFalse(self.activity())
        self.control.service(COUNTY_SIRET, "DIRBAT", requires_commitment=True)
        self.week_later()
        self.assertRegex(self.card(COUNTY_SIRET).message_ids[0].body, "DIRBAT (now requires|exige)")
        self.assertRegex(self.activity().note, "requires a commitment number|exige un numéro d'engagement")

    def test_new_requirement_matters_only_where_it_is_not_met(self):
        self.control.structure(COUNTY_SIRET, requires_commitment=False)
        self.week_later()
        self.assertRegex(self.card(COUNTY_SIRET).message_ids[0].body, "no longer required|n'est plus obligatoire")
        self.assertFalse(self.activity())
        self.address.chorus_commitment_number = False
        self.control.structure(COUNTY_SIRET, requires_commitment=True)
        self.week_later()
        self.assertRegex(self.activity().note, "requires a commitment number|exige un numéro d'engagement")
        self.address.chorus_commitment_number = "2026-EJ-004512"
        self.assertFalse(self.activity())

    def test_change_that_harms_nobody_makes_no_activity(self):
        self.control.add_service(COUNTY_SIRET, "DIRPORTS", name="Direction des ports")
        self.control.service(COUNTY_SIRET, "DIRROUTES", active=False)
        self.week_later()
        self.assertIn("DIRPORTS", self.card(COUNTY_SIRET).message_ids[0].body)
        self.assertFalse(self.activity())
