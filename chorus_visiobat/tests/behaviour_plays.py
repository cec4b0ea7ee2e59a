"""How each error behaviour of chorus-pro-api.md §6.4 is met in Odoo: what is sent, and what goes wrong meanwhile."""

from odoo.exceptions import UserError

from ..chorus_api import InvoiceCompletion, InvoiceRecycling
from .common import TOWN_SIRET
from .test_poller import PollerCase

TOKEN = "/api/oauth/token"
UPLOAD = "/cpro/transverses/v1/ajouter/fichier"
SUBMIT = "/cpro/facturesTravaux/v1/soumettre"
SEARCH_WORKS = "/cpro/facturesTravaux/v1/rechercher"
FLOW = "/cpro/factures/v1/deposer/flux"
REPORT = "/cpro/transverses/v1/consulterCRDetaille"
HISTORY = "/cpro/factures/v1/consulter/historique"
STATE_SIRET = "11000201100044"
MAIN_CONTRACTOR = "34628194200018"
DETAILS_LOG = "odoo.addons.chorus_visiobat.models.chorus_poller_details"
WITHOUT_END = 1000


class BehaviourPlays(PollerCase):
    """Each play arms behaviour ``number`` and returns the papers concerned, the first being the one that is judged."""

    told = ""

    def works(self, number, match=SUBMIT, times=1, runs=1):
        """A works paper deposited while the behaviour strikes."""
        document = self.create_document(f"2026T014-{number:02}")
        document._queue()
        self.control.behave(number, match=match, times=times)
        for run in range(runs):
            if run:
                self.wait(self.account, hours=1)
            self.deposit()
        return document

    def passing_token(self, number):
        return self.works(number, TOKEN)

    def token(self, number):
        return self.works(number, TOKEN, WITHOUT_END)

    def refused_token(self, number):
        return self.works(number, TOKEN, WITHOUT_END, runs=2)

    def refused_account(self, number):
        return self.works(number, ".*/cpro/.*", WITHOUT_END, runs=2)

    def upload(self, number):
        return self.works(number, UPLOAD)

    def lost_then_searched(self, number):
        """The answer of the deposit is lost, and the search that follows meets the behaviour."""
        document = self.create_document(f"2026T014-{number:02}")
        document._queue()
        self.control.fault("drop_after", SUBMIT)
        self.deposit()
        self.control.behave(number, match=SEARCH_WORKS)
        self.wait(document._current_deposit(), minutes=2)
        self.deposit()
        return document

    def flow(self, number, match=FLOW):
        """An ordinary invoice deposited by a flow, its report read."""
        document = self.create_invoice()._chorus_ensure_document()
        document._queue()
        self.control.behave(number, match=match)
        self.deposit()
        self.control.advance(60)
        self.poll()
        return document

    def report(self, number):
        return self.flow(number, REPORT)

    def history(self, number):
        """A history that cannot be read: for the administrator's log, the paper goes on."""
        with self.assertLogs(DETAILS_LOG, "WARNING"):
            return self.flow(number, HISTORY)

    def archive(self, number):
        """Two invoices in one flow."""
        papers = self.env["chorus.document"]
        for _invoice in range(2):
            papers |= self.create_invoice()._chorus_ensure_document()
        papers._queue()
        self.control.behave(number, match=FLOW)
        self.deposit()
        self.control.advance(60)
        self.poll()
        return papers

    def played(self, number, *actions, framework="A4"):
        """The other actors do what they do: (actor, action, reason)."""
        document = self.deposited(f"2026T014-{number:02}", framework=framework)
        [work] = self.control.works()
        for actor, action, reason in actions:
            work = self.control.act(work["id"], actor, action, reason)
        self.later()
        return document

    def refused_by_moe(self, number):
        return self.played(number, ("moe", "refuse", "Métré absent"))

    def refused_by_moa(self, number):
        return self.played(number, ("moe", "accept", None), ("moa", "refuse", "Retenue absente"))

    def request(self, number, *actions):
        """The payment request of a subcontractor, which its main contractor has to validate."""
        self.contract.main_contractor_id = self.create_body("Grands Travaux du Haut-Val", MAIN_CONTRACTOR)
        return self.played(number, *actions, framework="A10")

    def refused_by_validator(self, number):
        return self.request(number, ("validator", "refuse", "Travaux non exécutés"))

    def not_answered_by_validator(self, number):
        document = self.request(number)
        self.control.advance(16 * 86400)
        self.later()
        return document

    def suspended_by_payer(self, number):
        return self.sent_back_by_payer("suspend", "Joindre le procès-verbal")

    def recycled_by_payer(self, number):
        return self.sent_back_by_payer("recycle", "Service DIRBAT attendu")

    def rejected_by_payer(self, number):
        return self.sent_back_by_payer("reject", "Prix erronés")

    def sent_back_by_payer(self, action, reason):
        document = self.flow_to_payer()
        self.control.act(int(document.technical_number), "payer", action, reason)
        self.later()
        return document

    def flow_to_payer(self):
        document = self.create_invoice()._chorus_ensure_document()
        document._queue()
        self.deposit()
        self.control.advance(60)
        self.poll()
        return document

    def completed_too_early(self, number):
        """The paper was suspended, and is no more when the documents arrive."""
        document = self.suspended_by_payer(number)
        request = InvoiceCompletion(int(document.technical_number), comment="Voici")
        document._queue_act("complete_invoice", request.to_json())
        self.control.behave(number, match="/cpro/factures/v1/completer")
        self.deposit()
        return document

    def recycled_too_early(self, number):
        document = self.recycled_by_payer(number)
        request = InvoiceRecycling(int(document.technical_number), TOWN_SIRET)
        document._queue_act("recycle_invoice", request.to_json())
        self.control.behave(number, match="/cpro/factures/v1/recycler")
        self.deposit()
        return document

    def look_up(self, number, match="/cpro/structures/v1/.*"):
        """A client looked up in the directory by a user; what he is told is in ``self.told``."""
        self.control.behave(number, match=match)
        with self.enter_registry_test_mode():
            try:
                self.county.with_user(self.biller).action_chorus_look_up()
                self.told = ""
            except UserError as error:
                self.told = str(error)
        return self.env["chorus.document"]

    def read_services(self, number):
        """The services of a large body, of which one page tells ten."""
        self.control.behave(number)
        with self.enter_registry_test_mode():
            structure = self.env["chorus.structure"]._lookup(STATE_SIRET, self.account)
        services = structure.with_context(active_test=False).service_ids
        self.told = f"{len(services)} services"
        return self.env["chorus.document"]

    def commitment(self, number):
        """The commitment of a contract that the State pays, asked about by the directory's lane."""
        contract = self.env["works.contract"].create(
            {
                "name": "Réfection de la préfecture",
                "company_id": self.company.id,
                "moa_partner_id": self.county.id,
                "payer_partner_id": self.create_body("Préfecture de région", STATE_SIRET).id,
                "moe_partner_id": self.moe.id,
                "chorus_commitment_number": "2026-EJ-004512",
            }
        )
        self.control.behave(number)
        self.run_cron("cron_directory")
        self.told = contract.commitment_note or ""
        return self.env["chorus.document"]

    def read_structure(self, number):
        """The card of a body that is not ours to read: what the search told of it stays."""
        self.look_up(number, "/cpro/structures/v1/consulter")
        structure = self.env["chorus.structure"].search([("siret", "=", self.county.company_registry)])
        self.told = self.told or structure.name
        return self.env["chorus.document"]
