"""The whole way, as a person walks it in a browser: subscribe, enter a contract, bill a month, send, read the answer.

Nothing is called behind the screen but what other people do: the administrator of the server before, and the project
manager on his side of Chorus Pro.
"""

import os
import re
import sys
from pathlib import Path

import pytest
from machine import Machine, until

sys.path.insert(0, str(Path(__file__).parents[2]))

from dev.browser import Desk, expect, opened

LOGIN = "TECH_000000000181259@cpp2017.fr"
PASSWORD = "Chantier-2026!val"
REASON = "Le métré du poste 2 ne correspond pas au chantier"
SINCE = "depuis (aujourd'hui|hier)"  # yesterday: a story told over midnight

# What is there before the story: a French company, its clients, its user, the keys of PISTE.
SEED = """
france = env.ref("base.fr")
company = env["res.company"].create({
    "name": "Bâtisseurs du Val", "company_registry": "45260181800019", "vat": "FR48452601818",
    "street": "14 rue des Carriers", "zip": "38120", "city": "Saint-Aubin-le-Val",
    "currency_id": env.ref("base.EUR").id, "phone": "+33 4 76 00 12 34", "email": "compta@batisseurs.example",
})
company.country_id = france  # after its creation: given at once, Odoo installs every module of the country
env["account.chart.template"].try_loading("fr", company=company, install_demo=False)
env["res.partner.bank"].create({
    "acc_number": "FR7630004000031234567890143", "partner_id": company.partner_id.id, "allow_out_payment": True,
})
for name, siret in (
    ("Commune de Saint-Aubin-le-Val", "26613186100012"),
    ("Atelier Lumen, architectes", "85908301600013"),
):
    env["res.partner"].create({
        "name": name, "is_company": True, "company_registry": siret, "street": "1 place de la Mairie", "zip": "38120",
        "city": "Saint-Aubin-le-Val", "country_id": france.id, "lang": "fr_FR",
    })
env["res.users"].create({
    "name": "Claire Fontaine", "login": "claire", "password": "Mot-2-passe-claire",
    "lang": "fr_FR", "tz": "Europe/Paris", "email": "claire@batisseurs.example",
    "company_id": company.id, "company_ids": [(6, 0, company.ids)],
    "group_ids": [(6, 0, [env.ref("base.group_user").id, env.ref("chorus_visiobat.group_manager").id])],
})
env["chorus.piste.application"].create({
    "name": "APP_SANDBOX_val", "client_id": "0d6a3c1e-7f42-4e0b-9a35-5c2f1b7e8d90",
    "client_secret_input": "b91f4a77-2c58-4d13-8e6a-91d07c3fe4ab",
})
absent = "mail/static/lib/selfie_segmentation/selfie_segmentation.js"  # from Debian's package of Odoo
env["ir.asset"].create({
    "name": "Absent from Debian's package", "bundle": "web.assets_backend", "directive": "remove", "path": absent,
})
env.cr.commit()
"""


@pytest.fixture
def machine(tmp_path):
    with Machine(tmp_path, MIN_INTERVAL=0) as machine:
        machine.script(SEED)
        yield machine


@pytest.fixture
def desk(machine, tmp_path):
    with opened(os.environ["CHORUS_TEST_CHROMIUM"], width=1400) as page:
        yield Desk(page, machine.start_web_server(), "claire", "Mot-2-passe-claire")
        page.screenshot(path=tmp_path / "last.png")  # what was on the screen when it failed


def test_from_the_subscription_to_the_refusal(machine, desk):
    subscribe(desk)
    enter_contract(desk)
    bill_the_month(desk)
    send(desk)
    read_the_deposit(machine, desk)
    machine.control.act(machine.control.works()[0]["id"], "moe", "refuse", REASON)
    read_the_refusal(desk)


def subscribe(desk):
    desk.my_account()
    button = desk.page.locator("button[name=action_chorus_subscription]")
    expect(button).to_have_text("Abonnement ChorusPRO")
    button.hover()
    expect(desk.page.locator(".o-tooltip")).to_contain_text("compte technique Chorus Pro")
    button.click()
    desk.pass_identity_check()
    expect(desk.box("siret")).to_have_value("45260181800019")
    desk.type("contact_email", "compta@batisseurs.example")
    desk.type("login", LOGIN)
    desk.type("password_input", PASSWORD)
    desk.type("password_check_input", f"{PASSWORD}?")
    desk.press("action_save")
    desk.sees(re.compile("les deux mots de passe"), ".modal")
    desk.page.locator(".modal .btn-primary").click()
    for field in ("password_input", "password_check_input"):
        desk.type(field, PASSWORD)
    desk.press("action_save")
    desk.sees("Confirmer les modifications")
    desk.sees("Bâtisseurs du Val", ".alert-success")
    desk.press("action_confirm")
    # The identity was checked minutes ago: Odoo does not ask again within ten.
    desk.sees(LOGIN)
    desk.sees(re.compile("Environnement de qualification"))
    assert PASSWORD not in desk.page.content()


def enter_contract(desk):
    desk.go("chorus_visiobat.works_contract_action", "new")
    desk.type("name", "Réfection de la mairie – lot 1 Maçonnerie")
    desk.type("reference", "2026-031")
    desk.add_line("line_ids", code="1", name="Démolitions", amount="12000")
    desk.add_line("line_ids", code="2", name="Murs en pierre", amount="48000")
    desk.tab("actors")
    desk.sees("Identifiant du marché", ".o_field_widget[name=missing]")
    desk.type("chorus_contract_number", "2026-TX-031")
    desk.choose("moa_partner_id", "Commune de Saint-Aubin-le-Val")
    desk.choose("moe_partner_id", "Atelier Lumen, architectes")
    desk.type_date("date_notification", "15/09/2026")
    desk.save()
    desk.sees("60 000,00 €")
    expect(desk.page.locator(".o_field_widget[name=missing]")).to_have_count(0)
    desk.press("action_start")
    desk.press("action_new_situation")


def bill_the_month(desk):
    desk.sees("2026-031 – S01")
    desk.type_cell("Démolitions", "input_percent", "100")
    desk.type_cell("Murs en pierre", "input_percent", "25")
    expect(desk.page.locator(".o_field_widget[name=amount_untaxed]").last).to_have_text("24 000,00 €")
    expect(desk.page.locator(".o_field_widget[name=amount_total]").last).to_have_text("28 800,00 €")
    desk.press("action_invoice_and_send")


def send(desk):
    desk.sees(re.compile("rien ne parviendra au client"), ".modal .alert-danger")
    expect(desk.page.locator(".modal [name=problem_ids]")).to_have_count(0)
    desk.press("action_send")
    expect(desk.page.locator(".modal")).to_have_count(0)


def read_the_deposit(machine, desk):
    until(machine.control.works, "the cron deposits the statement")
    until(lambda: machine.sql("SELECT 1 FROM chorus_document WHERE stage = 'with_moe'"), "the poller reads its status")
    desk.go("chorus_visiobat.action_works_month")
    desk.sees("Maître d'œuvre", ".o_list_view")
    desk.press("action_month_open")
    desk.sees(re.compile(f"Chez le maître d'œuvre {SINCE}"))
    desk.press("action_view_chorus_document")
    desk.sees(str(machine.control.works()[0]["id"]))


def read_the_refusal(desk):
    with desk.page.expect_response(re.compile("/action_refresh")):
        desk.press("action_refresh")

    def told():
        # The status is written by one call of the poller, its reason by a later one: the reason comes last.
        desk.page.reload()
        desk.settle()
        return desk.page.locator(".o_chorus_reason", has_text=REASON).count()

    until(told, "the refusal and its reason are on the screen")
    desk.sees(re.compile(f"À vous d'agir {SINCE}"))
    desk.sees("Refusée par la maîtrise d'œuvre", ".alert-danger")
    desk.go("chorus_visiobat.action_works_month")
    expect(desk.page.locator("button[name=action_month_act]")).to_have_text("Traiter")
    desk.press("action_month_act")
    desk.sees("Faire l'avoir et remplacer", ".modal")
    desk.sees(REASON, ".modal")
