"""The main job, as people do it: subscribe, enter the month, send, and read what the State answers.

Statements of works contracts leave for the simulated Chorus Pro through Odoo's own cron. One contract has lived for
eight months, with all that a contract may have (`story`). Three begin: the first statement of one is accepted by the
project manager and the client, and goes to payment; one is refused, with a reason; one waits at the client.
A second run finds all of it done and only reads: what was done meanwhile by hand stays as it is.
"""

from collections.abc import Iterable

from . import say, story
from .rpc import Portal, User, wait_until
from .story import enter_progress, send
from .table import Row

LOGIN_TECH = "TECH_000000000181259@cpp2017.fr"
PASSWORD_TECH = "Chantier-2026!val"
CLIENT_SECRET = "b91f4a77-2c58-4d13-8e6a-91d07c3fe4ab"
SCHOOL, ROAD, HALL = "2026-014", "2026-021", "2026-027"
# By reference of the contract: cumulative progress of each post, in its own mode, percent or quantity.
PROGRESS = {
    SCHOOL: {"1.1": 100, "1.2": 420, "1.3": 85, "1.4": 120, "A1": 50},
    ROAD: {"100": 100, "200": 940.5, "300": 310},
    HALL: {"5.1": 100, "5.2": 40},
}
REFUSAL = "Pièce justificative manquante : joindre le métré contradictoire du poste 200"


def run(odoo_url: str, sim_url: str, db: str, login: str, password: str) -> list[Row]:
    """Do the main job, or find it done; raise `say.Failure` when something did not go as it should."""
    admin = User(odoo_url, db, login, password)
    company = admin.ref("chorus_visiobat.demo_company")
    admin.context["allowed_company_ids"] = [company]
    accountant = User(odoo_url, db, "comptable", "comptable")
    accountant.context["allowed_company_ids"] = [company]
    papers, statements = _done(accountant), story.found(accountant)
    if papers and statements:
        return _rows(accountant, statements, papers)
    _subscribe(admin, company)
    statements = statements or story.tell(admin, accountant, Portal(sim_url))
    papers = {key: _statement(accountant, key) for key in PROGRESS}
    _wait_deposited(accountant, papers)
    _answer(accountant, Portal(sim_url), papers)
    expected = ["paid", "refused", "with_moa"]
    stages = [_document(accountant, document)["file_stage"] for document in papers.values()]
    if stages != expected:
        raise say.Failure(
            f"The three papers should be {expected}, they are {stages}",
            "See .dev/log/odoo.log and the simulator's console.",
        )
    return _rows(accountant, statements, papers.values())


def _rows(accountant: User, statements: Iterable[int], papers: Iterable[int]) -> list[Row]:
    return [
        *(_statement_row(accountant, statement) for statement in statements),
        *(_row(accountant, paper) for paper in papers),
    ]


def _done(accountant: User) -> list[int]:
    """The first paper of each contract when an earlier run went to its end, else nothing."""
    papers = [_papers(accountant, key) for key in PROGRESS]
    if not all(papers) or _document(accountant, papers[0][0])["file_stage"] != "paid":
        return []
    return [found[0] for found in papers]


def _papers(accountant: User, key: str) -> list[int]:
    """Ids of our papers of a contract's first statement, oldest first."""
    of_first = [["contract_id.reference", "=", key], ["situation_id.number", "=", 1], ["origin", "=", "ours"]]
    return accountant.call("chorus.document", "search", of_first, order="id")


def _subscribe(admin: User, company: int) -> None:
    if admin.one("res.company", company, "chorus_state")["chorus_state"] == "active":
        return
    application = admin.ref("chorus_visiobat.demo_piste_application")
    admin.call("chorus.piste.application", "write", [application], {"client_secret_input": CLIENT_SECRET})
    wizard = admin.confirm("res.company", "action_chorus_subscription", [company])["res_id"]
    typed = {
        "environment": "qualification",
        "contact_email": "compta@batisseurs-du-val.example",
        "login": LOGIN_TECH,
        "piste_application_id": application,
        "password_input": PASSWORD_TECH,
        "password_check_input": PASSWORD_TECH,
    }
    admin.call("chorus.subscription", "write", [wizard], typed)
    admin.call("chorus.subscription", "action_save", [wizard])
    told = admin.one("chorus.subscription", wizard, "test_ok", "test_message")
    if not told["test_ok"]:
        raise say.Failure(f"The connection test failed: {told['test_message']}", "See the simulator's console.")
    say.line(f"  {told['test_message']}")
    admin.confirm("chorus.subscription", "action_confirm", [wizard])


def _statement(accountant: User, key: str) -> int:
    """Id of the document of a contract's first statement, made and queued if it is not there."""
    [contract] = accountant.call("works.contract", "search", [["reference", "=", key]])
    first = [["contract_id", "=", contract], ["number", "=", 1]]
    if not accountant.call("works.situation", "search", first):
        accountant.call("works.contract", "action_new_situation", [contract])
    [situation] = accountant.call("works.situation", "search", first)
    if accountant.one("works.situation", situation, "state")["state"] == "draft":
        enter_progress(accountant, situation, PROGRESS[key])
        send(accountant, situation)
        say.line(f"  {accountant.one('works.situation', situation, 'name')['name']}: queued")
    return _papers(accountant, key)[0]


def _wait_deposited(accountant: User, papers: dict[str, int]) -> None:
    for document in papers.values():
        wait_until(
            "the cron deposits the papers on Chorus Pro",
            lambda document=document: _document(accountant, document)["technical_number"],
        )


def _answer(accountant: User, portal: Portal, papers: dict[str, int]) -> None:
    """Let the project manager, the client and the paymaster answer, and wait until Odoo's poller tells it."""
    school, road = (_document(accountant, papers[key])["technical_number"] for key in (SCHOOL, ROAD))
    if portal.status(school) == "A_ASSOCIER_MOE":
        statement = portal.act(school, "moe", "accept")
        approved = portal.act(statement, "moa", "accept")
        for action in ("accept", "mandate", "pay"):
            portal.act(approved, "payer", action)
    if portal.status(road) == "A_ASSOCIER_MOE":
        portal.act(road, "moe", "refuse", REFUSAL)
    accountant.call("chorus.document", "action_refresh", list(papers.values()))
    for key, stage in ((SCHOOL, "paid"), (ROAD, "refused")):
        wait_until(
            f"the poller tells that {key} is {stage}",
            lambda key=key, stage=stage: _document(accountant, papers[key])["file_stage"] == stage,
        )


def _document(accountant: User, document: int) -> dict:
    fields = (
        "stage",
        "file_stage",
        "technical_number",
        "number",
        "amount_total",
        "status_id",
        "next_step",
        "situation_id",
    )
    return accountant.one("chorus.document", document, *fields)


def _row(accountant: User, document: int) -> Row:
    paper = _document(accountant, document)
    situation = accountant.one("works.situation", paper["situation_id"][0], "contract_id", "name")
    status = paper["status_id"][1] if paper["status_id"] else paper["stage"]
    numbers = paper["number"], paper["technical_number"]
    return _row_of(accountant, situation, paper["amount_total"], *numbers, status, paper["next_step"] or "")


def _statement_row(accountant: User, statement: int) -> Row:
    """A row of the complete contract: what its project manager answered, else where its paper stands."""
    said = accountant.one(
        "works.situation",
        statement,
        "name",
        "contract_id",
        "state",
        "move_id",
        "coefficient_provisional",
        "chorus_document_id",
        "admission_date",
        "amount_disputed",
        "correction_ids",
    )
    if said["state"] == "draft":
        price = ", coefficient provisoire" if said["coefficient_provisional"] else ""
        amount = accountant.one("works.situation", statement, "amount_total")["amount_total"]
        return _row_of(accountant, said, amount, "", "", f"Brouillon{price}", "Saisir l'avancement, puis facturer")
    invoice = accountant.one("account.move", said["move_id"][0], "name", "amount_total")
    paper = _document(accountant, said["chorus_document_id"][0])
    if said["admission_date"]:
        answers = ["admise"]
        if said["correction_ids"]:
            answers.append("coupe acceptée, avoir établi")
        if said["amount_disputed"]:
            answers.append(f"{_euros(said['amount_disputed'])} contestés")
        received = [["situation_id", "=", statement], ["event", "=", "paid"]]
        if accountant.call("works.situation.report", "search_count", received):
            answers.append("payée")
        status, step = ", ".join(answers).capitalize(), ""
    else:
        status, step = paper["status_id"][1] if paper["status_id"] else paper["stage"], paper["next_step"] or ""
    number = paper["technical_number"]
    return _row_of(accountant, said, invoice["amount_total"], invoice["name"], number, status, step)


def _row_of(accountant: User, situation: dict, amount: float, *cells: str) -> Row:
    contract = accountant.one("works.contract", situation["contract_id"][0], "moa_partner_id")
    return Row(situation["name"], contract["moa_partner_id"][1], _euros(amount), *cells)


def _euros(amount: float) -> str:
    return f"{amount:,.2f} €".replace(",", " ").replace(".", ",")
