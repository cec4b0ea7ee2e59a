"""The figures of `make bench` about Chorus Pro: calls, time and memory, beside one call for each invoice."""

import statistics
import time

from . import platform
from .month_end import SAMPLE, MonthEnd, Run
from .run import machine
from .works import Works

SIZES = (100, 1000, 10_000)
PIECES = 30
PAUSE = 1.0
"""Seconds between two calls of an account by default; none in the measures, where it is added by reckoning."""
BUILDS = 5


def main(env, sizes: tuple[int, ...] = SIZES) -> str:
    """Run everything, in a database that is thrown away after; return the tables."""
    works = Works(env, 10, 1)
    building, file = _building(env, works)
    month = MonthEnd(env, works)
    rows = {"deposit": {}, "status": {}}
    for rank, size in enumerate(sizes):
        first = 6_000_000 + 1_000_000 * rank
        with platform.running() as chorus:
            month.at(chorus)
            rows["deposit"][size] = month.deposits(size, len(file))
        with platform.running() as chorus:
            month.at(chorus)
            rows["status"][size] = month.statuses(chorus, size, first)
            single = {"status": month.one_by_one("read_history", len(file), first)}
            single["deposit"] = month.one_by_one("deposit_flow", len(file), first)
    with platform.running() as chorus:
        month.at(chorus)
        pieces = month.works_pieces(PIECES)
    head = f"{machine(env)}\nChorus Pro simulated, {platform.LATENCY * 1000:.0f} ms for each answer"
    tables = [_beside(what, rows[what], single[what]) for what in rows]
    return "\n\n".join([head, *tables, _others(pieces, building, file)])


TITLES = {"deposit": "Deposit of N invoices", "status": "New status of N open invoices"}


def _beside(what: str, ours: dict[int, Run], single: Run) -> str:
    lines = [
        f"{TITLES[what]:32}{'ours':>34}{'one call for each':>26}{'ratio':>16}{'peak':>8}",
        f"{'N':>32}{'calls':>8}{'s':>8}{'s (1)':>10}{'ms (2)':>8}"
        f"{'calls':>8}{'s':>8}{'s (1)':>10}{'calls':>8}{'s (1)':>8}{'MB':>8}",
    ]
    for size, run in ours.items():
        each = single.seconds / SAMPLE
        work = 1000 * (run.seconds - platform.LATENCY * run.calls) / size
        paced, theirs = run.seconds + PAUSE * run.calls, size * (each + PAUSE)
        lines.append(
            f"{size:32}{run.calls:8}{run.seconds:8.1f}{paced:10.0f}{work:8.1f}{size:8}{size * each:8.0f}{theirs:10.0f}"
            f"{size / run.calls:8.0f}{theirs / paced:8.1f}{run.memory:8.0f}"
        )
    return "\n".join(lines)


def _others(pieces: Run, building: tuple[float, float], file: bytes) -> str:
    ours, core = building
    return "\n".join(
        [
            f"Works piece with one attachment: {pieces.calls / PIECES:.2f} calls each, over {PIECES}, "
            "the token of the run included",
            f"One Factur-X of 10 lines: {ours:.2f} s, core's export of the same invoice {core:.2f} s, "
            f"ratio {ours / core:.2f}; {len(file) / 1000:.0f} kB",
            f"(1) with the pause of {PAUSE:.0f} s between two calls of an account. One call for each: "
            f"{SAMPLE} calls made, the rest reckoned.",
            "(2) for one invoice, without the delay of the answers: what it grows by is more than in proportion to N.",
        ]
    )


def _building(env, works) -> tuple[tuple[float, float], bytes]:
    """Seconds to make one Factur-X, ours then core's, each from a cold cache; and ours."""
    bank = {"acc_number": "FR7630006000011234567890189", "partner_id": works.company.partner_id.id}
    env["res.partner.bank"].create({**bank, "allow_out_payment": True})
    works.company.write({"vat": "FR23334175221", "email": "facturation@batisseurs.example", "phone": "0241000000"})
    works.client.write({"street": "1 place de la Mairie", "zip": "49260", "city": "Saint-Aubin-le-Val"})
    move = works.invoice().with_env(env)
    move.action_post()
    paper = env["chorus.document"].create(
        {
            "company_id": works.company.id,
            "environment": "qualification",
            "framework_id": env.ref("chorus_visiobat.framework_a1").id,
            "move_id": move.id,
            "number": move.name,
            "issuer_siret": works.company.company_registry,
            "recipient_siret": works.client.company_registry,
        }
    )

    def core():
        # Core prints by wkhtmltopdf: here by the same engine as ours, so that the rest can be compared.
        send = env["account.move.send"]
        data = {
            "pdf_attachment_values": {"raw": env["chorus.pdf"]._render("account.account_invoices", move)},
            "ubl_cii_xml_options": {"ubl_cii_format": "facturx", "builder": env["account.edi.xml.cii"]},
            "ubl_cii_xml_attachment_values": {"raw": env["account.edi.xml.cii"]._export_invoice(move)[0]},
        }
        send._hook_invoice_document_after_pdf_report_render(move, data)

    file = paper._render_file()
    return (_median(env, paper._render_file), _median(env, core)), file


def _median(env, act) -> float:
    seconds = []
    for _run in range(BUILDS + 1):
        env.flush_all()
        env.invalidate_all()
        start = time.perf_counter()
        act()
        seconds.append(time.perf_counter() - start)
    return statistics.median(seconds[1:])
