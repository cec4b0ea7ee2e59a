"""The complete contract, made and lived through the product's own actions: eight statements, each in its own state.

The advance is paid; two months are admitted and paid; one was cut, credited and bears a penalty; one is contested; one
is refused; one waits at the project manager; the last one is a draft with a provisional coefficient.
"""

from datetime import date, timedelta

from . import say
from .complete_contract import (
    AMENDMENT,
    BASE_MONTH,
    INDEX,
    INDEX_NAME,
    INDEX_VALUES,
    PENDING,
    POSTS,
    REFERENCE,
    REFUSAL,
    ROOFING,
    STATEMENTS,
    SUBCONTRACTOR,
    TITLE,
    Statement,
)
from .rpc import Portal, User, wait_until

NUMBER = "2026-TX-009"
TOWN, MOE = "26613186100012", "85908301600013"


def found(accountant: User) -> list[int]:
    """Ids of the statements when an earlier run went to its end, else nothing; raise `say.Failure` in between."""
    if not accountant.call("works.contract", "search", [["reference", "=", REFERENCE]]):
        return []
    statements = accountant.call("works.situation", "search", [["contract_id.reference", "=", REFERENCE]])
    if len(statements) != len(STATEMENTS):
        raise say.Failure("The complete contract was left unfinished", "Run make clean, then make demo again.")
    return sorted(statements)


def tell(admin: User, accountant: User, portal: Portal) -> list[int]:
    """Live the contract; return the ids of its statements, oldest first."""
    _complete_books(admin)
    contract = _sign(accountant)
    statements = [_month(accountant, contract, statement) for statement in STATEMENTS]
    _answer(accountant, portal, statements)
    return statements


def _first_day(month: int) -> date:
    """First day of a month counted from the present one."""
    count = date.today().year * 12 + date.today().month - 1 + month
    return date(count // 12, count % 12 + 1, 1)


def _last_day(month: int) -> date:
    return _first_day(month + 1) - timedelta(days=1)


def _complete_books(admin: User) -> None:
    """The accounts that the French chart has not: shown by a dialog of the settings, created when confirmed."""
    settings = admin.call("res.config.settings", "create", {})
    wizard = admin.call("res.config.settings", "action_works_chart_setup", [settings])["res_id"]
    if admin.one("works.chart.setup", wizard, "to_do_count")["to_do_count"]:
        admin.call("works.chart.setup", "action_create", [wizard])


def _sign(accountant: User) -> int:
    """Id of the contract, with its clauses, its amendments and its subcontractor."""
    index = _index(accountant)
    contract = accountant.call(
        "works.contract",
        "create",
        {
            "name": TITLE,
            "reference": REFERENCE,
            "chorus_contract_number": NUMBER,
            "moa_partner_id": _body(accountant, TOWN),
            "moe_partner_id": _body(accountant, MOE),
            "date_consultation": str(_first_day(-11)),
            "date_notification": str(_first_day(-8)),
            "date_start": str(_first_day(-6)),
            "date_end": str(_last_day(5)),
            "retention_rate": 5,
            "retention_release_date": str(_last_day(18)),
            "price_type": "revisable",
            "price_base_month": str(_first_day(BASE_MONTH)),
            "formula_ids": [(0, 0, {"fixed_part": 0.15, "weight_ids": [(0, 0, {"index_id": index, "weight": 0.85})]})],
        },
    )
    [formula] = accountant.one("works.contract", contract, "formula_ids")["formula_ids"]
    partner = accountant.call("res.partner", "create", {"name": SUBCONTRACTOR, "is_company": True})
    party = accountant.call(
        "works.contract.party",
        "create",
        {
            "contract_id": contract,
            "partner_id": partner,
            "amount_max": ROOFING,
            "accepted_date": str(_first_day(-6)),
        },
    )
    posts = [_post(post, rank, formula_id=formula) for rank, post in enumerate(POSTS)]
    posts[-1]["party_id"] = party
    for kind, number, post, notified in (
        ("amendment", "1", AMENDMENT, str(_first_day(-4))),
        ("order", "2", PENDING, False),
    ):
        values = {"contract_id": contract, "kind": kind, "number": number, "name": post[1].partition(" – ")[2]}
        amendment = accountant.call("works.contract.amendment", "create", {**values, "date_notification": notified})
        posts.append(_post(post, len(posts), formula_id=formula, amendment_id=amendment))
    accountant.call("works.contract", "write", [contract], {"line_ids": [(0, 0, post) for post in posts]})
    advance = {"advance_rate": 10, "advance_start_pct": 20, "advance_end_pct": 95, "advance_method": "linear"}
    accountant.call("works.contract", "write", [contract], advance)
    accountant.call("works.contract", "action_start", [contract])
    return contract


def _body(accountant: User, siret: str) -> int:
    return accountant.call("res.partner", "search", [["company_registry", "=", siret]])[0]


def _index(accountant: User) -> int:
    """Id of the price index, with its values as they are pasted from INSEE's site."""
    known = accountant.call("works.price.index", "search", [["code", "=", INDEX]])
    index = known[0] if known else accountant.call("works.price.index", "create", {"code": INDEX, "name": INDEX_NAME})
    months = [_first_day(BASE_MONTH + rank) for rank in range(len(INDEX_VALUES))]
    lines = [f"{month:%Y-%m};{value}" for month, value in zip(months, INDEX_VALUES, strict=True)]
    wizard = accountant.call("works.price.import", "create", {"index_id": index, "text": "\n".join(lines)})
    accountant.call("works.price.import", "action_import", [wizard])
    return index


def _post(post: tuple, rank: int, **values) -> dict:
    code, name, lot, amount = post
    values |= {"sequence": 10 * (rank + 1), "code": code, "name": name, "lot": lot}
    if isinstance(amount, tuple):
        return {**values, "mode": "quantity", "quantity": amount[0], "price_unit": amount[1]}
    return {**values, "mode": "percent", "amount": amount}


def _month(accountant: User, contract: int, statement: Statement) -> int:
    """Id of one statement: entered, invoiced and sent, answered and paid as far as it went."""
    situation = accountant.call("works.contract", "action_new_situation", [contract])["res_id"]
    values = {"period_end": str(_last_day(statement.month)), "kind": statement.kind}
    if statement.direct:
        party = accountant.call("works.contract.party", "search", [["contract_id", "=", contract]])[0]
        values["direct_payment_ids"] = [(0, 0, {"party_id": party, "amount": statement.direct})]
    accountant.call("works.situation", "write", [situation], values)
    enter_progress(accountant, situation, statement.progress)
    name = accountant.one("works.situation", situation, "name")["name"]
    if statement.month == 0:
        say.line(f"  {name}: draft")
        return situation
    accountant.call("works.situation", "write", [situation], {"invoice_date": str(_day_after(statement, 4))})
    send(accountant, situation)
    if statement.is_admitted:
        _admit(accountant, situation, statement)
    if statement.paid:
        _pay(accountant, situation, _day_after(statement, 34))
    say.line(f"  {name}: queued")
    return situation


def _day_after(statement: Statement, days: int) -> date:
    """Some days after the month of a statement, never in the future."""
    return min(_last_day(statement.month) + timedelta(days=days), date.today())


def send(accountant: User, situation: int) -> None:
    """Invoice a statement and queue its paper, as the button *Facturer et envoyer* and its last look do."""
    wizard = accountant.call("works.situation", "action_invoice_and_send", [situation])["res_id"]
    accountant.call("chorus.send", "action_send", [wizard])


def enter_progress(accountant: User, situation: int, progress: dict[str, float]) -> None:
    """Type the cumulative progress of posts, by code of the post, each in its own mode."""
    fields = ["contract_line_id", "mode"]
    lines = accountant.call("works.situation.line", "search_read", [["situation_id", "=", situation]], fields)
    posts = accountant.call("works.contract.line", "read", [line["contract_line_id"][0] for line in lines], ["code"])
    commands = [
        (1, line["id"], {f"input_{line['mode']}": progress[post["code"]]})
        for line, post in zip(lines, posts, strict=True)
        if post["code"] in progress
    ]
    accountant.call("works.situation", "write", [situation], {"line_ids": commands})


def _admit(accountant: User, situation: int, statement: Statement) -> None:
    """Record the *état d'acompte*: what was cut, what we accept of it, the penalty that the client decided."""
    context = {"default_situation_id": situation}
    values = {"date": str(_day_after(statement, 12))}
    if statement.penalty:
        amount, reason = statement.penalty
        values["deduction_ids"] = [
            (0, 0, {"kind": "penalty", "name": "Pénalités de retard", "amount": amount, "reason": reason})
        ]
    wizard = accountant.call("works.admission", "create", values, context=context)
    lines = accountant.call(
        "works.admission.line", "search_read", [["admission_id", "=", wizard]], ["contract_line_id"]
    )
    for line in lines:
        code = accountant.one("works.contract.line", line["contract_line_id"][0], "code")["code"]
        if code in statement.admitted:
            admitted, reason = statement.admitted[code]
            cut = {"admitted": admitted, "reason": reason, "contested": statement.contested}
            accountant.call("works.admission.line", "write", [line["id"]], cut)
    accountant.call("works.admission", "action_confirm", [wizard])


def _pay(accountant: User, situation: int, day: date) -> None:
    """Register what the bank received: what the dialog of the invoice proposes."""
    move = accountant.one("works.situation", situation, "move_id")["move_id"][0]
    context = {"active_model": "account.move", "active_ids": [move]}
    wizard = accountant.call("account.payment.register", "create", {"payment_date": str(day)}, context=context)
    accountant.call("account.payment.register", "action_create_payments", [wizard], context=context)


def _answer(accountant: User, portal: Portal, statements: list[int]) -> None:
    """Let the other side answer on Chorus Pro, and wait until Odoo's poller tells it."""
    for situation, statement in zip(statements, STATEMENTS, strict=True):
        if not statement.answers:
            continue
        paper = wait_until("the cron deposits the statements", lambda one=situation: _number(accountant, one))
        for actor, action in statement.answers:
            corrected = {"amounts": _admitted_amounts(accountant, situation)} if action == "correct" else {}
            paper = portal.act(paper, actor, action, REFUSAL if action == "refuse" else "", **corrected)
    documents = [document for one in statements for document in _documents(accountant, one)]
    accountant.call("chorus.document", "action_refresh", documents)
    refused = statements[[one.answers[-1:] for one in STATEMENTS].index((("moe", "refuse"),))]
    wait_until(
        "the poller tells that a statement is refused",
        lambda: _document(accountant, refused).get("file_stage") == "refused",
    )


def _documents(accountant: User, situation: int) -> list[int]:
    ours = [["situation_id", "=", situation], ["origin", "=", "ours"]]
    return accountant.call("chorus.document", "search", ours, order="id")


def _document(accountant: User, situation: int) -> dict:
    papers = _documents(accountant, situation)
    return accountant.one("chorus.document", papers[0], "technical_number", "file_stage") if papers else {}


def _number(accountant: User, situation: int) -> str:
    return _document(accountant, situation).get("technical_number") or ""


def _admitted_amounts(accountant: User, situation: int) -> dict[str, str]:
    """What the project manager admits of the month, as he types it on the portal."""
    told = accountant.one("works.situation", situation, "amount_admitted_untaxed", "amount_admitted_total")
    untaxed, total = told["amount_admitted_untaxed"], told["amount_admitted_total"]
    return {"ht": f"{untaxed:.2f}", "vat": f"{total - untaxed:.2f}", "ttc": f"{total:.2f}"}
