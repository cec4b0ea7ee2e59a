"""A server killed at the worst instants: each deposit ends exactly once at Chorus Pro, and is told so here.

Nothing in the product helps these tests: the instants are found by looking at the database and at the simulator.
"""

import contextlib
import time

import pytest
from machine import Machine, until

SUBMIT = "/cpro/facturesTravaux/v1/soumettre"
UPLOAD = "/cpro/transverses/v1/ajouter/fichier"
FLOW = "/cpro/factures/v1/deposer/flux"
QUIET_PERIOD = 4

SEED = """
import base64
env = env(context=dict(env.context, lang="fr_FR"))
company = env.company
company.write({"name": "Bâtisseurs du Val", "company_registry": "45260181800019"})
application = env["chorus.piste.application"].create({
    "name": "APP_SANDBOX_val", "client_id": "0d6a3c1e-7f42-4e0b-9a35-5c2f1b7e8d90",
    "client_secret_input": "b91f4a77-2c58-4d13-8e6a-91d07c3fe4ab",
})
account = env["chorus.account"].create({
    "company_id": company.id, "environment": "qualification", "siret": "45260181800019",
    "contact_email": "compta@batisseurs.example", "login": "TECH_000000000181259@cpp2017.fr",
    "piste_application_id": application.id,
})
account._write_password("Chantier-2026!val")
account._resume()
def body(name, siret):
    return env["res.partner"].create({"name": name, "is_company": True, "company_registry": siret})
town = body("Commune de Saint-Aubin-le-Val", "26613186100012")
contract = env["works.contract"].create({
    "name": "Mairie", "moa_partner_id": town.id, "payer_partner_id": town.id,
    "moe_partner_id": body("Atelier Lumen, architectes", "85908301600013").id, "chorus_contract_number": "2026-014",
})
documents = env["chorus.document"]
for index in range(%(count)d):
    number = f"2026T014-S{index:02}"
    documents |= env["chorus.document"].create({
        "company_id": company.id, "environment": "qualification", "number": number,
        "framework_id": env.ref("chorus_visiobat.framework_a4").id, "issuer_siret": "45260181800019",
        "recipient_siret": "26613186100012", "amount_untaxed": 1000, "amount_tax": 200, "amount_total": 1200,
        "contract_id": contract.id,
        "main_attachment_file_id": env["ir.attachment"].create({
            "name": f"{number}.pdf", "raw": b"%%PDF-1.4 " + number.encode(),
        }).id,
    })
documents._queue()
for copy in range(%(lanes)d - 1):
    env.ref("chorus_visiobat.cron_deposit").copy({"active": True})
env.cr.commit()
"""

INVOICE = """
env = env(context=dict(env.context, lang="fr_FR"))
company = env.company
company.write({
    "country_id": env.ref("base.fr").id, "street": "4 rue des Carriers", "zip": "49000", "city": "Angers",
    "vat": "FR23334175221", "email": "facturation@batisseurs.example",
})
env["account.chart.template"].try_loading("fr", company=company, install_demo=False)
env["res.partner.bank"].create({"acc_number": "FR7630006000011234567890189", "partner_id": company.partner_id.id})
town = env["res.partner"].search([("company_registry", "=", "26613186100012")])
town.country_id = env.ref("base.fr")
tax = env["account.tax"].search([("company_id", "=", company.id), ("type_tax_use", "=", "sale"), ("amount", "=", 20)])
move = env["account.move"].create({
    "move_type": "out_invoice", "partner_id": town.id, "invoice_date": "2026-11-30",
    "invoice_line_ids": [(0, 0, {"name": "Étanchéité", "price_unit": 1000, "tax_ids": [(6, 0, tax[:1].ids)]})],
})
move.action_post()
move._chorus_ensure_document()._queue()
env.cr.commit()
"""


@pytest.fixture
def machine(tmp_path):
    """A machine with one paper queued, and no server yet."""
    with prepared(tmp_path) as found:
        yield found


@contextlib.contextmanager
def prepared(work, count=1, lanes=1, **settings):
    with Machine(work, **{"MIN_INTERVAL": 0, "QUIET_PERIOD": QUIET_PERIOD, "TIMEOUT": 20, **settings}) as machine:
        machine.script(SEED % {"count": count, "lanes": lanes})
        yield machine


def submission(machine):
    """State and attempts of the only submission."""
    [row] = machine.sql("SELECT state, attempts FROM chorus_transmission WHERE verb = 'submit_works'")
    return row


def is_sending(machine):
    return submission(machine)[0] == "sending"


def submitted(machine):
    return [entry for entry in machine.control.requests(SUBMIT)]


def assert_settled(machine, count=1):
    """Everything arrived, once, and the papers know it."""

    def settled():
        stages = [stage for (stage,) in machine.sql("SELECT stage FROM chorus_document")]
        return stages == ["with_moe"] * count

    machine.wake_until(settled, f"the papers are with the project manager: {machine.control.works()}")
    works = machine.control.works()
    expected = sorted(f"2026T014-S{index:02}" for index in range(count))
    assert sorted(work["number"] for work in works) == expected
    known = {number for (number,) in machine.sql("SELECT technical_number FROM chorus_document")}
    assert known == {str(work["id"]) for work in works}
    states = {state for (state,) in machine.sql("SELECT state FROM chorus_transmission WHERE verb = 'submit_works'")}
    assert states == {"deposited"}


def test_killed_before_the_call(tmp_path):
    # The pause between two calls of an account falls after the claim: the server dies in it.
    with prepared(tmp_path, MIN_INTERVAL=6) as machine:
        server = machine.start_server()
        machine.wake_until(lambda: is_sending(machine), "the submission is claimed")
        machine.kill(server)
        assert not submitted(machine), "The instant was missed: the call had left"
        machine.settings["MIN_INTERVAL"] = 0
        machine.start_server()
        assert_settled(machine)
        assert submission(machine)[1] == 2


def test_killed_during_the_call(machine):
    machine.control.fault("delay", SUBMIT, delay=3)
    server = machine.start_server()
    machine.wake_until(lambda: is_sending(machine), "the submission is claimed")
    time.sleep(1)
    machine.kill(server)
    assert not machine.control.works(), "The instant was missed: the call was over"
    machine.start_server()
    assert_settled(machine)


def test_killed_after_the_answer_before_its_commit(machine):
    machine.control.fault("delay", SUBMIT, delay=3)
    server = machine.start_server()
    machine.wake_until(lambda: is_sending(machine), "the submission is claimed")
    with contextlib.closing(machine.connect()) as blocker:
        # The answer arrives, and cannot be written.
        blocker.cursor().execute("SELECT id FROM chorus_transmission FOR UPDATE")
        until(lambda: machine.control.works(), "Chorus Pro has the paper")
        time.sleep(1)
        machine.kill(server)
        blocker.rollback()
    assert is_sending(machine)
    machine.start_server()
    assert_settled(machine)
    assert submission(machine)[1] == 1, "It was found, not sent again"


def test_answer_lost_after_processing(machine):
    machine.control.fault("drop_after", SUBMIT)
    machine.start_server()
    assert_settled(machine)
    assert len(submitted(machine)) == 1


def test_call_lost_before_processing(machine):
    machine.control.fault("drop_before", SUBMIT)
    machine.start_server()
    assert_settled(machine)
    assert submission(machine)[1] == 2


def test_two_servers_and_several_lanes_at_once(tmp_path):
    with prepared(tmp_path, count=12, lanes=3) as machine:
        machine.start_server()
        machine.start_server()
        assert_settled(machine, count=12)
        assert len(submitted(machine)) == 12


def test_killed_again_and_again(tmp_path):
    with prepared(tmp_path, count=8) as machine:
        machine.control.fault("delay", SUBMIT, delay=0.4, times=100)
        for kill in range(4):
            server = machine.start_server()
            done = len(machine.control.works())
            machine.wake_until(lambda done=done: len(machine.control.works()) > done, "another paper arrived")
            time.sleep(0.15 * kill)
            machine.kill(server)
        machine.start_server()
        assert_settled(machine, count=8)


def test_killed_while_a_file_goes_up(machine):
    machine.control.fault("delay", UPLOAD, delay=3)
    server = machine.start_server()
    uploading = "SELECT 1 FROM chorus_transmission WHERE verb = 'add_file' AND state = 'sending'"
    machine.wake_until(lambda: machine.sql(uploading), "the upload is claimed")
    time.sleep(1)
    machine.kill(server)
    machine.start_server()
    assert_settled(machine)


@pytest.mark.parametrize("instant", ["during the call", "after the answer"])
def test_killed_around_the_deposit_of_a_flow(tmp_path, instant):
    with prepared(tmp_path, count=0, FLOW_QUIET_PERIOD=8) as machine:
        machine.script(INVOICE)
        machine.control.settings(step_seconds=1)
        machine.control.fault("delay", FLOW, delay=3)
        server = machine.start_server()
        sending = "SELECT 1 FROM chorus_transmission WHERE verb = 'deposit_flow' AND state = 'sending'"
        machine.wake_until(lambda: machine.sql(sending), "the flow is claimed")
        if instant == "during the call":
            time.sleep(1)
            machine.kill(server)
            assert not machine.control.flows(), "The instant was missed: the call was over"
        else:
            with contextlib.closing(machine.connect()) as blocker:
                blocker.cursor().execute("SELECT id FROM chorus_transmission FOR UPDATE")
                until(lambda: machine.control.flows(), "Chorus Pro has the flow")
                time.sleep(1)
                machine.kill(server)
                blocker.rollback()
        machine.start_server()

        def settled():
            return machine.sql("SELECT technical_number FROM chorus_document WHERE stage = 'with_payer'")

        machine.wake_until(settled, f"the invoice is with the paymaster: {machine.control.flows()}")
        [invoice] = machine.control.invoices()
        assert settled() == [(str(invoice["id"]),)]
