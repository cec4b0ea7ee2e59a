"""Odoo's newer builders, and a module that changes the stock ones for approved platforms: what leaves is the same."""

import subprocess
import sys
from pathlib import Path

import pytest
from lxml import etree
from other_odoo import OtherOdoo

HERE = Path(__file__).parent
JUDGE = HERE.parents[1] / "chorus_visiobat/tests/facturx_failures.py"

SCRIPT = """
from pathlib import Path
exec(Path(%(stock)r).read_text().split("\\ninvoice = env[")[0])
invoice = make_invoice(env)
company = invoice.company_id
env = env(context={**env.context, "allowed_company_ids": company.ids})
document = env["chorus.document"].create({
    "company_id": company.id, "environment": "qualification", "move_id": invoice.id, "number": "VTE/2026/0001",
    "framework_id": env.ref("chorus_visiobat.framework_a1").id,
    "issuer_siret": "59603082500019", "recipient_siret": "20913909600017",
})
work = Path(%(work)r)
for syntax in ("cii", "ubl"):
    xml = env[f"account.edi.xml.{syntax}_chorus"]._export_document(document)
    (work / f"{syntax}.xml").write_bytes(xml)
(work / "stock.xml").write_bytes(env["account.edi.xml.cii"]._export_invoice(invoice)[0])
send = env["account.move.send"]
contract = env["works.contract"].create({
    "name": "Mairie", "company_id": company.id, "moa_partner_id": invoice.partner_id.id,
    "payer_partner_id": invoice.partner_id.id,
})
for name in ("ordinary", "works"):
    if name == "works":
        invoice.works_contract_id = contract
    settings = send._get_default_sending_settings(invoice)
    offers = [key for key in send._get_alerts(invoice, {invoice: settings}) if "peppol" in key]
    applicable = send._is_applicable_to_move("peppol", invoice, **settings)
    (work / f"{name}.txt").write_text(f"{sorted(settings['sending_methods'])} {bool(offers)} {applicable}")
"""


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    work = tmp_path_factory.mktemp("newer")
    with OtherOdoo(work, lambda folders: [*folders, str(HERE / "newer_odoo")]) as machine:
        machine.install("account_edi_newer")
        machine.script(SCRIPT % {"stock": str(HERE / "stock_exports.py"), "work": str(work)})
    return work


def texts(path, *names):
    tree = etree.parse(str(path))
    return [[node.text for node in tree.iterfind(f".//{{*}}{name}")] for name in names]


def failures(path):
    run = subprocess.run([sys.executable, str(JUDGE), str(path)], capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    return run.stdout


def test_the_other_module_changes_the_stock_invoice(written):
    [process] = texts(written / "stock.xml", "BusinessProcessSpecifiedDocumentContextParameter/{*}ID")
    assert process == ["S1"]


def test_cii_says_what_chorus_pro_reads(written):
    process, kind, means, buyer, other = texts(
        written / "cii.xml",
        "BusinessProcessSpecifiedDocumentContextParameter/{*}ID",
        "ExchangedDocument/{*}TypeCode",
        "SpecifiedTradeSettlementPaymentMeans/{*}TypeCode",
        "BuyerTradeParty/{*}GlobalID",
        "URIUniversalCommunication",
    )
    assert (process, kind, means, buyer, other) == (["A1"], ["380"], ["30"], ["20913909600017"], [])
    assert failures(written / "cii.xml") == ""


def test_ubl_says_what_chorus_pro_reads(written):
    process, notes, endpoints = texts(written / "ubl.xml", "ProfileID", "Note", "EndpointID")
    assert (process, notes, endpoints) == (["A1"], ["Livré et posé"], [])
    assert failures(written / "ubl.xml") == ""


def test_works_invoice_is_offered_to_no_other_network(written):
    assert (written / "ordinary.txt").read_text() == "['peppol'] True True"
    assert (written / "works.txt").read_text() == "[] False False"
