"""What is to leave: works papers with their files, and ordinary invoices, for several companies."""

import hashlib
import json
import sys
from dataclasses import asdict, dataclass, field
from pathlib import Path

from chaos.returns import RETURNS

TOWN = "26613186100012"
PASSWORD = "Chaos-2026!essai"
WORKS_SHARE = 0.55
"""Part of the deposits that are works papers: they make about two operations out of three."""
RETURNED_SHARE = 0.2
"""Part of the papers that somebody sends back."""

QUEUE = """
import json
from pathlib import Path
env = env(context=dict(env.context, lang="fr_FR", tracking_disable=True))
folder = Path({folder!r})
plan = json.loads((folder / "plan.json").read_text())
def body(name, siret):
    found = env["res.partner"].search([("company_registry", "=", siret), ("is_company", "=", True)], limit=1)
    return found or env["res.partner"].create({{"name": name, "is_company": True, "company_registry": siret}})
application = env["chorus.piste.application"].search([], limit=1) or env["chorus.piste.application"].create({{
    "name": "APP_SANDBOX_chaos", "client_id": "0d6a3c1e-7f42-4e0b-9a35-5c2f1b7e8d90",
    "client_secret_input": "b91f4a77-2c58-4d13-8e6a-91d07c3fe4ab",
}})
town = body("Commune de Saint-Aubin-le-Val", "26613186100012")
contracts = {{}}
for firm in plan["firms"]:
    company = env["res.company"].search([("company_registry", "=", firm["siret"])], limit=1)
    if not company:
        company = env["res.company"].create({{"name": firm["name"], "company_registry": firm["siret"]}})
        account = env["chorus.account"].create({{
            "company_id": company.id, "environment": "qualification", "siret": firm["siret"],
            "contact_email": "compta@example.com", "login": firm["login"], "piste_application_id": application.id,
        }})
        account._write_password({password!r})
        account._resume()
        for lane in {lanes!r}:
            env.ref("chorus_visiobat.cron_" + lane).copy({{"active": True}})
    contracts[firm["siret"]] = env["works.contract"].search([("company_id", "=", company.id)], limit=1) or env[
        "works.contract"
    ].create({{
        "name": "Mairie", "company_id": company.id, "moa_partner_id": town.id, "payer_partner_id": town.id,
        "moe_partner_id": body("Atelier Lumen, architectes", "85908301600013").id,
        "chorus_contract_number": "2026-014",
    }})
for index, deposit in enumerate(plan["deposits"], 1):
    contract, works = contracts[deposit["siret"]], deposit["works"]
    papers = env["chorus.document"]
    for paper in deposit["papers"]:
        main, *others = [env["ir.attachment"].create({{"name": name, "raw": (folder / name).read_bytes()}})
                         for name in paper["files"]]
        papers |= env["chorus.document"].create({{
            "company_id": contract.company_id.id, "environment": "qualification", "number": paper["number"],
            "framework_id": env.ref("chorus_visiobat.framework_" + ("a4" if works else "a1")).id,
            "issuer_siret": deposit["siret"], "recipient_siret": town.company_registry,
            "amount_untaxed": 100, "amount_tax": 20, "amount_total": 120,
            "contract_id": contract.id if works else False, "main_attachment_file_id": main.id,
            "attachment_ids": [(6, 0, [other.id for other in others])],
        }})
    papers._queue()
    if not index % 50:
        env.cr.commit()
        env.invalidate_all()
env.cr.commit()
"""
"""Put a plan in the outbox, by the way of the users (``_queue``); only the printing of the files is done before."""


@dataclass(frozen=True)
class Firm:
    """A company that invoices, with the technical account that is its own."""

    name: str
    siret: str
    login: str


@dataclass
class Paper:
    """One paper.

    :param files: names, in order, the main one first
    :param answer: verb that answers its return (a key of ``chaos.returns.RETURNS``); empty when nobody sends it back
    :param added: name of the document that the answer adds
    """

    number: str
    files: list = field(default_factory=list)
    answer: str = ""
    added: str = ""

    @property
    def operations(self):
        """Remote effects that its return takes: the act, and the document added."""
        return bool(self.answer) + bool(self.added)


@dataclass
class Deposit:
    """What a person sends at once: one works paper with its files, or some invoices."""

    siret: str
    works: bool
    papers: list

    @property
    def operations(self):
        """Remote effects that it takes: one for each invoice; for a works paper, its submission and its files; and what
        answers the returns."""
        deposited = 1 + len(self.papers[0].files) if self.works else len(self.papers)
        return deposited + sum(paper.operations for paper in self.papers)

    @property
    def uploads(self):
        """Names of the files that are uploaded alone: those of invoices travel in flows."""
        files = [name for paper in self.papers for name in paper.files] if self.works else []
        return files + [paper.added for paper in self.papers if paper.added]


def firms(count):
    return [
        Firm(f"Entreprise {index}", _siret(index), f"TECH_00000000000{index:04}@cpp2017.fr")
        for index in range(1, count + 1)
    ]


def _siret(index):
    """A SIRET whose two check digits (Luhn) are right."""
    siren = _checked(f"{70100000 + index:08}")
    return _checked(f"{siren}0001")


def _checked(digits):
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 - place % 2)
        total += value - 9 if value > 9 else value
    return f"{digits}{-total % 10}"


def draw(operations, companies, dice, folder):
    """Draw deposits until they make this many operations, and write their files in ``folder``.

    :param dice: random.Random
    :return: list of Deposit
    """
    deposits, count = [], 0
    while count < operations:
        number, firm = len(deposits) + 1, dice.choice(companies)
        if dice.random() < WORKS_SHARE:
            names = [f"T{number:06}.pdf", *([f"T{number:06}-metre.pdf"] if dice.random() < 0.4 else [])]
            for name in names:
                _write_page(folder / name, dice)
            deposit = Deposit(firm.siret, True, [Paper(f"T{number:06}", names)])
        else:
            papers = []
            for place in range(dice.choices((1, 2, 8), (6, 3, 1))[0]):
                paper = Paper(f"F{number:06}-{place}", [f"F{number:06}-{place}.pdf"])
                (folder / paper.files[0]).write_bytes(_factur_x(paper.number, firm))
                papers.append(paper)
            deposit = Deposit(firm.siret, False, papers)
        for paper in deposit.papers:
            _send_back(paper, deposit.works, dice, folder)
        deposits.append(deposit)
        count += deposit.operations
    return deposits


def _send_back(paper, works, dice, folder):
    """Draw whether somebody sends this paper back, and how."""
    if dice.random() > RETURNED_SHARE:
        return
    paper.answer = dice.choice([verb for verb, back in RETURNS.items() if back.works == works])
    if RETURNS[paper.answer].added:
        paper.added = f"{paper.number}-ajout.pdf"
        _write_page(folder / paper.added, dice)


def _write_page(path, dice):
    path.write_bytes(b"%PDF-1.4\n% " + path.name.encode() + b"\n" + dice.randbytes(1500) + b"\n%%EOF")


def _factur_x(number, firm):
    """A Factur-X as the simulator's own tests make them."""
    import chorus_simulator

    if (tests := str(Path(chorus_simulator.__file__).parent.parent / "tests")) not in sys.path:
        sys.path.append(tests)
    import samples

    return samples.factur_x(number=number, seller=firm.siret, buyer=TOWN)


def queue(machine, companies, deposits, folder, patience, lanes=("deposit", "poll")):
    """Make the companies known to the State, and put the deposits in Odoo's outbox.

    :param lanes: those that have one more cron for each company
    """
    for firm in companies:
        machine.control.add_structure(firm.siret, firm.name)
        machine.control.add_bank_account(firm.siret, "FR7630006000011234567890189")
        machine.control.add_account(firm.login, PASSWORD, firm.siret)
    plan = {"firms": [asdict(firm) for firm in companies], "deposits": [asdict(deposit) for deposit in deposits]}
    (folder / "plan.json").write_text(json.dumps(plan))
    machine.script(QUEUE.format(folder=str(folder), password=PASSWORD, lanes=lanes), patience)


def fingerprint(content):
    return hashlib.sha256(content).hexdigest()
