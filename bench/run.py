"""The figures of `make bench`: a works statement beside a plain invoice of as many lines, in one run."""

import os
import platform
from datetime import date

from .measure import Cost, measure
from .screen import Screen
from .works import Works

POSTS, MONTHS = 300, 36
MILESTONES = (1, 12, 36)
"""Past months after which the costs are taken: the queries must not grow with them."""

ACTS = ("open the next", "change one post", "compute", "invoice", "print")


def main(env, posts: int = POSTS, months: int = MONTHS) -> str:
    """Run everything in one transaction, rolled back; return the tables."""
    works = Works(env, posts, months)
    costs = {}
    for number in range(1, months + 1):
        works.bill(number)
        if number in MILESTONES:
            costs[number] = _statement(works)
    plain = _invoice(works)
    env.cr.rollback()
    head = f"{machine(env)}\nA contract of {posts} posts after {months} months, beside a plain invoice of {posts} lines"
    return "\n".join([head, "", _beside(costs[months], plain), "", _by_month(costs)])


def _statement(works: Works) -> dict[str, Cost]:
    """Costs of the next statement."""
    env, screen = works.env, Screen(works.env["works.situation"])

    def opened():
        situation = works.open_next()
        line = situation.line_ids[1]  # measured by quantity
        line.input_quantity += 1
        return situation

    def invoiced():
        situation = opened()
        situation.action_invoice()
        return situation

    return {
        "open the next": measure(env, lambda _none: screen.read(works.open_next())),
        "change one post": measure(
            env, lambda one: screen.type(one, "line_ids", one.line_ids[0], "input_percent", 97.5), opened
        ),
        "compute": measure(env, lambda inputs: inputs[0].compute(inputs[1]), lambda: _inputs(opened())),
        "invoice": measure(env, lambda one: one.action_invoice(), opened),
        "print": measure(env, lambda one: one._render_paper(), invoiced, runs=1),
    }


def _inputs(situation):
    """What ``decompte`` computes from: the arithmetic alone is measured, without reading the records."""
    return situation._inputs(), situation._opening()


def _invoice(works: Works) -> dict[str, Cost]:
    """Costs of a plain invoice doing the same."""
    env, screen = works.env, Screen(works.env["account.move"].with_context(default_move_type="out_invoice"))

    def posted():
        move = works.invoice()
        move.action_post()
        return move

    def compute(move):
        return env["account.tax"]._get_tax_totals_summary(
            base_lines=move._get_rounded_base_and_tax_lines()[0], currency=move.currency_id, company=move.company_id
        )

    report = "account.report_invoice_with_payments"
    env["chorus.pdf"]._render(report, posted())  # makes the style bundle of the stock reports, once for all
    return {
        "open the next": measure(env, lambda _none: screen.read(works.invoice())),
        "change one post": measure(
            env, lambda move: screen.type(move, "invoice_line_ids", move.invoice_line_ids[0], "price_unit", 97.5),
            works.invoice,
        ),
        "compute": measure(env, compute, works.invoice),
        "invoice": measure(env, lambda move: move.action_post(), works.invoice),
        "print": measure(env, lambda move: env["chorus.pdf"]._render(report, move), posted, runs=1),
    }  # fmt: skip


def machine(env) -> str:
    """The day, and what this machine is made of."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    version = env.cr._cnx.server_version // 10000
    return (
        f"{date.today():%Y-%m-%d}, {os.cpu_count()} cores, {memory:.0f} GB, Python {platform.python_version()}, "
        f"PostgreSQL {version}"
    )


def _beside(works: dict[str, Cost], plain: dict[str, Cost]) -> str:
    rows = [f"{'':18}{'statement':>18}{'plain invoice':>20}{'ratio':>16}"]
    rows.append(f"{'':18}{'s':>9}{'queries':>9}{'s':>11}{'queries':>9}{'time':>9}{'queries':>9}")
    for act in ACTS:
        ours, theirs = works[act], plain[act]
        queries = f"{ours.queries / theirs.queries:.2f}" if theirs.queries else "–"
        rows.append(
            f"{act:18}{ours.seconds:9.3f}{ours.queries:9}{theirs.seconds:11.3f}{theirs.queries:9}"
            f"{ours.seconds / theirs.seconds:9.2f}{queries:>9}"
        )
    return "\n".join(rows)


def _by_month(costs: dict[int, dict[str, Cost]]) -> str:
    months = sorted(costs)
    head = "".join(f"{number:>7} past" for number in months)
    rows = [f"{'SQL queries after':18}{head}", f"{'':18}{'    months  ' * len(months)}".rstrip()]
    rows += [f"{act:18}" + "".join(f"{costs[number][act].queries:12}" for number in months) for act in ACTS]
    return "\n".join(rows)
