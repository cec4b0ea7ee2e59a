"""What the State received, beside what Odoo believes: paper by paper, number by number, byte by byte."""

import contextlib
import json
import sqlite3
from collections import Counter
from dataclasses import dataclass, field

from chaos import returns
from chaos.papers import fingerprint

GOAL = {True: "with_moe", False: "with_payer"}
"""Stage where a paper that nobody sent back must stand at the end: works papers wait for the project manager, invoices
for the paymaster."""
STAGES = tuple({*GOAL.values(), *(back.stage for back in returns.RETURNS.values())})
"""Every stage where a paper may end."""

REFUSED_TWICE = {
    "/cpro/facturesTravaux/v1/soumettre": "déjà utilisé",
    **{back.path: "demande de paiement" for back in returns.RETURNS.values()},
}
"""By path: what Chorus Pro says of what it was asked although it is done: a number that it has, a paper that has moved
on. Nobody else acts for the companies of a run."""
MARK = returns.RETURNS["handle_rejections"].path


class State:
    """What Chorus Pro holds, read in its own store: the control API would take minutes to tell thousands of papers."""

    def __init__(self, path):
        self.path = path

    def rows(self, query, *parameters):
        with contextlib.closing(sqlite3.connect(f"file:{self.path}?mode=ro", uri=True, timeout=30)) as db:
            db.row_factory = sqlite3.Row
            return [dict(row) for row in db.execute(query, parameters)]

    def papers(self):
        """By (SIRET of the issuer, number): the papers held."""
        found = {}
        for row in self.rows(
            "SELECT request.*, structure.identifier AS siret FROM payment_request request"
            " JOIN structure ON structure.id = request.supplier_id ORDER BY request.id"
        ):
            found.setdefault((row["siret"], row["number"]), []).append({**row, **json.loads(row.pop("data"))})
        return found

    def files(self):
        return {row["id"]: fingerprint(row["content"]) for row in self.rows("SELECT id, content FROM file")}

    def flows(self):
        """By number of flow: fingerprint of its bytes."""
        return {row["number"]: fingerprint(row["content"]) for row in self.rows("SELECT number, content FROM flow")}

    def histories(self):
        """By technical number: (status, who gave it), oldest first."""
        found = {}
        for row in self.rows("SELECT request_id, status, first_name FROM history ORDER BY id"):
            found.setdefault(row["request_id"], []).append((row["status"], row["first_name"]))
        return found


class Journal:
    """What the journal of Chorus Pro told, read as it goes: it keeps its last entries only."""

    def __init__(self, state):
        self.state, self.last = state, 0
        self.calls = Counter()
        self.refused_twice = []
        self.marked = Counter()

    def read(self):
        query = "SELECT id, path, status, request, response, fault FROM traffic WHERE id > ? ORDER BY id"
        for row in self.state.rows(query, self.last):
            self.last = row["id"]
            self.calls[row["path"]] += 1
            if row["path"] in REFUSED_TWICE and REFUSED_TWICE[row["path"]] in (row["response"] or ""):
                self.refused_twice.append(f"{row['path']} {row['request']}")
            if row["path"] == MARK and _was_done(row):
                marked = json.loads(row["request"])["listeDemandePaiement"]
                self.marked.update(item["idDemandePaiement"] for item in marked)


def _was_done(call):
    """Whether Chorus Pro did what was asked, whatever the lie that it answered (chaos.strikes.LIES)."""
    if call["fault"] == "drop_after" or call["status"] == 500:
        return True
    return call["status"] == 200 and '"codeRetour": 0' in call["response"]


@dataclass
class Verdict:
    """The count. Every list holds sentences that name the paper."""

    operations: int = 0
    papers: int = 0
    acts: int = 0
    lost: list = field(default_factory=list)
    duplicated: list = field(default_factory=list)
    wrong: list = field(default_factory=list)
    needs_attention: list = field(default_factory=list)
    lost_answers: int = 0
    sent_again: int = 0
    files_again: int = 0

    @property
    def is_good(self):
        return not self.sentences()

    def sentences(self):
        """What went wrong, in words."""
        kinds = ("lost", "duplicated", "wrong")
        return [f"{kind}: {sentence}" for kind in kinds for sentence in getattr(self, kind)]


def judge(world, deposits, folder, journal):
    """Compare, paper by paper.

    :param deposits: list of chaos.papers.Deposit
    :return: Verdict
    """
    journal.read()
    state, verdict = journal.state, Verdict()
    held, files, flows, histories = state.papers(), state.files(), state.flows(), state.histories()
    ours = _documents(world)
    for deposit in deposits:
        verdict.operations += deposit.operations
        for paper in deposit.papers:
            verdict.papers += 1
            verdict.acts += bool(paper.answer)
            key = (deposit.siret, paper.number)
            found = held.pop(key, [])
            if not found:
                verdict.lost.append(f"{paper.number}: the State does not have it; Odoo says {ours.get(key)}")
                continue
            if len(found) > 1:
                verdict.duplicated.append(f"{paper.number}: the State has it {len(found)} times")
            _compare(verdict, deposit, paper, found[0], ours.get(key), files, folder)
            if paper.answer:
                returns.judge(verdict, paper, found[0], histories, journal.marked)
    for key in held:
        verdict.wrong.append(f"{key[1]}: the State has it, nobody sent it")
    _compare_flows(verdict, world, flows)
    verdict.duplicated += [f"asked again although it was done: {call}" for call in journal.refused_twice]
    uploads = {fingerprint((folder / name).read_bytes()) for deposit in deposits for name in deposit.uploads}
    verdict.files_again = sum(sha in uploads for sha in files.values()) - len(uploads)
    _count(verdict, world)
    return verdict


def _documents(world):
    rows = world.sql("SELECT issuer_siret, number, stage, technical_number, flow_number FROM chorus_document")
    return {(siret, number): tuple(rest) for siret, number, *rest in rows}


def _compare(verdict, deposit, paper, held, ours, files, folder):
    stage, technical, flow_number = ours
    goal = returns.RETURNS[paper.answer].stage if paper.answer else GOAL[deposit.works]
    if (stage, technical) != (goal, str(held["id"])):
        theirs = f"{held['status']}, {held['id']}"
        verdict.wrong.append(f"{paper.number}: Odoo says {stage}, {technical}; the State {theirs}")
    received = [files[item["id"]] for item in (*held["main_files"], *held["attachments"])]
    if not deposit.works:
        # Those embedded in the Factur-X travel in the flow, whose bytes are compared.
        embedded = len(received) - len(paper.files) - bool(paper.added)
        del received[1 : 1 + embedded]
    sent = [fingerprint((folder / name).read_bytes()) for name in (*paper.files, paper.added) if name]
    if received[:1] != sent[:1] or sorted(received) != sorted(sent):
        verdict.wrong.append(f"{paper.number}: its files are not those that were sent")
    if not deposit.works and flow_number != held["flow_number"]:
        verdict.wrong.append(f"{paper.number}: Odoo says flow {flow_number}, the State {held['flow_number']}")


def _compare_flows(verdict, world, flows):
    """Each flow once, with the very bytes that were kept before it left."""
    copies = Counter(flows.values())
    verdict.duplicated += [f"flow {sha[:12]}: deposited {count} times" for sha, count in copies.items() if count > 1]
    kept = world.sql(
        "SELECT flow_number, sha256 FROM chorus_transmission WHERE verb = 'deposit_flow' AND sha256 IS NOT NULL"
    )
    for number, sha in kept:
        if flows.get(number) != sha:
            verdict.wrong.append(f"flow {number}: the State holds other bytes than those kept")
    for number in flows.keys() - {number for number, _sha in kept}:
        verdict.wrong.append(f"flow {number}: Odoo does not know it")


def _count(verdict, world):
    [(verdict.lost_answers, verdict.sent_again)] = world.sql(
        "SELECT COALESCE(sum(lost_answers), 0), COALESCE(sum(attempts - 1), 0) FROM chorus_transmission"
    )
    undecided = "SELECT number FROM chorus_document WHERE stage = 'needs_attention' ORDER BY number"
    verdict.needs_attention = [number for (number,) in world.sql(undecided)]
    pending = "SELECT id, verb, state FROM chorus_transmission WHERE state NOT IN ('deposited', 'integrated')"
    verdict.wrong += [f"transmission {ident} ({verb}) ends {state}" for ident, verb, state in world.sql(pending)]
