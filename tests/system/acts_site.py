"""Papers of every kind at Chorus Pro, each with the act that answers it waiting in Odoo's outbox, held back.

A company for each verb: its account is busy with one call at a time, so that all the verbs are struck at one instant.
"""

import json
from collections import Counter
from dataclasses import dataclass

from chaos.papers import TOWN, firms
from chaos.verdict import Journal, State

MOE = "85908301600013"
PASSWORD = "Chaos-2026!essai"
INVOICES, WORKS = "/cpro/factures/v1/", "/cpro/facturesTravaux/v1/"


@dataclass(frozen=True)
class Case:
    """What a verb answers.

    :param path: where it is called
    :param framework: of the paper (A4…); empty when the paper is still to be deposited
    :param status: at which the paper waits for it
    :param gives: status that it gives; empty where it leaves another trace
    """

    path: str
    framework: str = ""
    status: str = ""
    gives: str = ""


CASES = {
    "recycle_works": Case(f"{WORKS}recycler", "A4", "EN_ATTENTE_RECYCLAGE_FOURNISSEUR", "A_ASSOCIER_MOE"),
    "recycle_invoice": Case(f"{INVOICES}recycler", "A1", "A_RECYCLER", "DEPOSEE"),
    "complete_works": Case(f"{WORKS}completer", "A4", "A_COMPLETER", "COMPLETEE"),
    "complete_invoice": Case(f"{INVOICES}completer", "A1", "SUSPENDUE", "COMPLETEE"),
    "correct_validator": Case(
        f"{INVOICES}corriger/valideur/facture", "A9", "ERREUR_FOURNISSEUR_SUR_VALIDEUR", "A_VALIDER_1"
    ),
    "handle_rejections": Case(f"{INVOICES}traiterRejet", "A1", "REJETEE"),
    "decide_validation": Case(f"{INVOICES}traiter/factureAValider", "A9", "A_VALIDER_1", "VALIDEE_1"),
    "refuse_works": Case(f"{WORKS}refuser", "A18", "A_ASSOCIER_FOURNISSEUR", "REFUSEE_FOURNISSEUR"),
    "submit_invoice": Case(f"{INVOICES}soumettre"),
}

SCRIPT = """
import json
from datetime import datetime, timedelta
from odoo.addons.chorus_visiobat import chorus_api as api
env = env(context=dict(env.context, lang="fr_FR", tracking_disable=True))
site = json.loads({site!r})
REQUESTS = {{
    "recycle_works": lambda paper, firm: api.WorksRecycling(paper, recipient_siret={town!r}, moe_siret={moe!r}),
    "recycle_invoice": lambda paper, firm: api.InvoiceRecycling(paper, {town!r}),
    "complete_works": lambda paper, firm: api.WorksCompletion(paper, comment="Voici"),
    "complete_invoice": lambda paper, firm: api.InvoiceCompletion(paper, comment="Voici"),
    "correct_validator": lambda paper, firm: api.ValidatorCorrection(paper, {moe!r}),
    "handle_rejections": lambda paper, firm: api.RejectionHandling((paper,)),
    "decide_validation": lambda paper, firm: api.ValidationDecision(paper, True, validator_id=firm["id"]),
    "refuse_works": lambda paper, firm: api.WorksRefusal(paper, "Pénalités contestées"),
}}
application = env["chorus.piste.application"].create({{
    "name": "APP_SANDBOX_actes", "client_id": "0d6a3c1e-7f42-4e0b-9a35-5c2f1b7e8d90",
    "client_secret_input": "b91f4a77-2c58-4d13-8e6a-91d07c3fe4ab",
}})
town = env["res.partner"].create({{
    "name": "Saint-Aubin", "is_company": True, "company_registry": {town!r}, "country_id": env.ref("base.fr").id}})
companies = {{}}
for place, (verb, firm) in enumerate(site["firms"].items()):
    values = {{"name": firm["name"], "company_registry": firm["siret"]}}
    company = env.company if verb == "submit_invoice" else env["res.company"].create(values)
    company.write(values)
    account = env["chorus.account"].create({{
        "company_id": company.id, "environment": "qualification", "siret": firm["siret"],
        "contact_email": "compta@example.com", "login": firm["login"], "piste_application_id": application.id,
        "structure_ref": str(firm["id"]),
    }})
    account._write_password({password!r})
    account._resume()
    if place:
        env.ref("chorus_visiobat.cron_deposit").copy({{"active": True}})
    companies[verb] = company
for paper in site["papers"]:
    verb, moment = paper["verb"], datetime.fromtimestamp(paper["date"])
    firm, number = site["firms"][verb], int(paper["technical_number"])
    document = env["chorus.document"].create({{
        "company_id": companies[verb].id, "environment": "qualification", "number": paper["number"],
        "framework_id": env.ref("chorus_visiobat.framework_" + paper["framework"].lower()).id,
        "origin": paper["origin"], "issuer_siret": firm["siret"] if paper["origin"] == "ours" else {moe!r},
        "recipient_siret": {town!r}, "amount_untaxed": 100, "amount_tax": 20, "amount_total": 120,
        "technical_number": paper["technical_number"], "deposit_date": moment,
        "validator_rank": verb == "decide_validation",
    }})
    document._apply_status(paper["status"], moment.astimezone())
    files = env["ir.attachment"].create(
        {{"name": paper["number"] + ".pdf", "raw": b"%PDF-1.4 " + paper["number"].encode()}})
    completes = verb.startswith("complete")
    document._queue_act(verb, REQUESTS[verb](number, firm).to_json(), files=files if completes else None)
company = companies["submit_invoice"]
company.write({{
    "country_id": env.ref("base.fr").id, "street": "4 rue des Carriers", "zip": "49000", "city": "Angers",
    "vat": "FR23334175221", "email": "facturation@example.com", "chorus_channel": "api",
}})
env["account.chart.template"].try_loading("fr", company=company, install_demo=False)
env["res.partner.bank"].create({{"acc_number": "FR7630006000011234567890189", "partner_id": company.partner_id.id}})
tax = env["account.tax"].search([("company_id", "=", company.id), ("type_tax_use", "=", "sale"), ("amount", "=", 20)])
for number in site["invoices"]:
    move = env["account.move"].create({{
        "move_type": "out_invoice", "partner_id": town.id, "invoice_date": "2026-11-30", "name": number,
        "invoice_line_ids": [(0, 0, {{"name": "Étanchéité", "price_unit": 100, "tax_ids": [(6, 0, tax[:1].ids)]}})],
    }})
    move.action_post()
    move._chorus_ensure_document()._queue()
acts = env["chorus.transmission"].search([("verb", "!=", "add_file")])
acts.not_before = datetime.now() + timedelta(hours=10)
env.cr.commit()
"""
"""The act of every paper, queued by the method that the dialogs call. The files may leave; the acts wait for a word."""


class ActsSite:
    """The papers of all the rounds of a machine.

    :param machine: machine.Machine
    :param rounds: how many papers each verb answers
    """

    def __init__(self, machine, rounds):
        self.machine = machine
        self.state = State(machine.work / "simulator" / "chorus-simulator.sqlite3")
        self.journal = Journal(self.state)
        self.numbers = {}
        companies = dict(zip(CASES, firms(len(CASES)), strict=True))
        places = {}
        for verb, firm in companies.items():
            places[verb] = machine.control.add_structure(firm.siret, firm.name)
            machine.control.add_account(firm.login, PASSWORD, firm.siret)
            machine.control.add_bank_account(firm.siret, "FR7630006000011234567890189")
        papers = [self._paper(verb, turn, places) for turn in range(rounds) for verb in CASES if CASES[verb].framework]
        site = {
            "firms": {
                verb: {"id": places[verb], "name": firm.name, "siret": firm.siret, "login": firm.login}
                for verb, firm in companies.items()
            },
            "papers": papers,
            "invoices": [number_of("submit_invoice", turn) for turn in range(rounds)],
        }
        machine.script(SCRIPT.format(site=json.dumps(site), town=TOWN, moe=MOE, password=PASSWORD), patience=300)

    def _paper(self, verb, turn, places):
        """Put a paper in the store of Chorus Pro, at the status that the verb answers; what Odoo is to know of it."""
        from chorus_simulator import clock, directory, payment_requests
        from chorus_simulator.frameworks import BY_CODE
        from chorus_simulator.store import Store

        case, number = CASES[verb], number_of(verb, turn)
        with Store(self.machine.work / "simulator").transaction() as db:
            moment = clock.now(db) - 3600
            town, moe = directory.by_siret(db, TOWN)["id"], directory.by_siret(db, MOE)["id"]
            other = next(place for place in places.values() if place != places[verb])
            validates = verb == "decide_validation"
            common = {
                "supplier_id": other if validates else places[verb], "recipient_id": town, "moe_id": moe,
                "moa_id": town, "invoice_date": "2026-11-20", "currency": "EUR", "mode": "DEPOT_PDF_API",
                "main_files": [], "attachments": [],
                "amounts": {"ht": "100.00", "vat": "20.00", "ttc": "120.00", "due": "120.00"},
                "validator_id": places[verb] if validates else moe if case.framework == "A9" else None,
            }  # fmt: skip
            framework = BY_CODE[case.framework]
            paper = payment_requests.create(
                db,
                {
                    **common,
                    "works": int(bool(framework.works_type)),
                    "type": framework.works_type or "FACTURE",
                    "framework": framework.api_code,
                    "number": number,
                },
                [case.status],
                moment,
                ("Flux", "Chorus Pro"),
            )
        self.numbers[number] = paper["id"]
        received = verb in ("decide_validation", "refuse_works")
        return {
            "verb": verb, "framework": case.framework, "number": number, "status": case.status, "date": moment,
            "technical_number": str(paper["id"]), "origin": "received" if received else "ours",
        }  # fmt: skip

    def release(self, turn):
        """Let the acts of a round leave."""
        self.machine.sql("UPDATE chorus_transmission SET not_before = NULL WHERE id = ANY(%s)", self.ids(turn))

    def ids(self, turn):
        rows = self.machine.sql(
            "SELECT transmission.id FROM chorus_transmission transmission"
            " JOIN chorus_document_chorus_transmission_rel ON chorus_transmission_id = transmission.id"
            " JOIN chorus_document document ON document.id = chorus_document_id"
            " WHERE verb != 'add_file' AND number = ANY(%s)",
            [number_of(verb, turn) for verb in CASES],
        )
        return [ident for (ident,) in rows]

    def states(self, turn):
        """By verb: (state of its act, how many times it left)."""
        rows = self.machine.sql(
            "SELECT verb, state, attempts FROM chorus_transmission WHERE id = ANY(%s)", self.ids(turn)
        )
        return {verb: (state, attempts) for verb, state, attempts in rows}

    def effects(self, turn):
        """By verb: how many times its act took place, as Chorus Pro shows it (Counter)."""
        self.journal.read()
        histories, found = self.state.histories(), Counter()
        for verb, case in CASES.items():
            number = number_of(verb, turn)
            if verb == "submit_invoice":
                [row] = self.state.rows("SELECT count(*) AS count FROM payment_request WHERE number = ?", number)
                found[verb] = row["count"]
            elif case.gives:
                found[verb] = sum(status == case.gives for status, _author in histories[self.numbers[number]])
            else:
                found[verb] = self.journal.marked[self.numbers[number]]
        return found


def number_of(verb, turn):
    return f"K{list(CASES).index(verb)}R{turn}"
