"""The end of a month at a company: invoices deposited by thousands, their statuses, beside one call for each.

Everything is real but Chorus Pro, which is simulated in a process of its own with the latency of the real one. What
others do, one call for each invoice, is made by the same client, and is spared any database.
"""

import gc
import logging
import os
import random
import resource
import time
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from odoo.addons.chorus_visiobat import server_keys
from odoo.addons.chorus_visiobat.chorus_api import FlowDeposit
from odoo.addons.chorus_visiobat.chorus_api.wire import Wire
from odoo.addons.chorus_visiobat.keyring import new_key_line

from .platform import Platform

_logger = logging.getLogger(__name__)

SIRET, LOGIN, PASSWORD = "45260181800019", "TECH_000000000181259@cpp2017.fr", "Chantier-2026!val"
CLIENT_ID, CLIENT_SECRET = "0d6a3c1e-7f42-4e0b-9a35-5c2f1b7e8d90", "b91f4a77-2c58-4d13-8e6a-91d07c3fe4ab"
PAYMASTER = "26613186100012"
SAMPLE = 30
"""Calls of the one-by-one way that are really made; the rest is as many times as long."""
QUEUED_AT_ONCE = 500


class Run(NamedTuple):
    """What a run cost: HTTP calls, tokens included; seconds; MB by which the peak of memory passed the start."""

    calls: int
    seconds: float
    memory: float


class MonthEnd:
    """The company and its technical account, in a database that may be spoilt."""

    def __init__(self, env, works):
        self.env, self.works = env, works
        os.environ.update({"CHORUS_VISIOBAT_MIN_INTERVAL": "0", "CHORUS_VISIOBAT_KEYS": new_key_line()})
        server_keys.server_keyring(reload=True)
        secret = {"client_id": CLIENT_ID, "client_secret_input": CLIENT_SECRET}
        application = env["chorus.piste.application"].create({"name": "Bench", **secret})
        self.account = env["chorus.account"].create(
            {
                "company_id": works.company.id,
                "environment": "qualification",
                "siret": SIRET,
                "contact_email": "compta@batisseurs.example",
                "login": LOGIN,
                "piste_application_id": application.id,
            }
        )
        self.account._write_password(PASSWORD)
        self.account._resume()
        env.cr.commit()

    def at(self, platform: Platform) -> None:
        """Turn to this Chorus Pro, and forget the former one and what was there."""
        os.environ["CHORUS_VISIOBAT_API_URL"] = f"{platform.url}/cpro"
        os.environ["CHORUS_VISIOBAT_OAUTH_URL"] = f"{platform.url}/api/oauth/token"
        self.account.piste_application_id.write({"token_ciphertext": False, "token_expiry": False})
        self.account.write({"invoices_polled_to": False, "works_polled_to": False})
        self.env.cr.execute(
            "UPDATE chorus_document SET stage = 'closed', file_stage = 'closed', history_due = false, active = false"
        )
        # Each simulator numbers its flows from the same number on.
        self.env.cr.execute("UPDATE chorus_transmission SET state = 'integrated', flow_number = NULL")
        self.env.cr.commit()

    def deposits(self, count: int, size: int) -> Run:
        """Deposit so many invoices, queued one by one as *Send* does, each with a file of its own of this size."""
        for ranks in _batches(count):
            papers = self._papers([{"number": f"D{rank:06}"} for rank in ranks])
            for paper in papers:
                paper.main_attachment_file_id = self._file(paper, f"{paper.number}.pdf", _file_of(size))
                paper._queue()
            self.env.cr.commit()
        with self._measured() as run:
            while self._count([("stage", "in", ("queued", "sending", "unknown"))]):
                self.env["chorus.account"]._cron_deposit()
        assert self._count([("stage", "=", "deposited")]) == count, "Some did not leave"
        return run[0]

    def statuses(self, platform: Platform, count: int, first: int) -> Run:
        """Read that so many invoices, all open, have a new status."""
        platform.fill("deliver", count, first)
        status = self.env["chorus.status"].search([("code", "=", "MISE_A_DISPOSITION")])
        known = {
            "deposit_date": self.env.cr.now(),
            "status_code": status.code,
            "status_id": status.id,
            "status_date": self.env.cr.now(),
            "stage": status.stage,
        }
        for ranks in _batches(count):
            self._papers([{**known, "number": f"B{rank:06}", "technical_number": str(first + rank)} for rank in ranks])
            self.env.cr.commit()
        platform.fill("move", "SERVICE_FAIT")
        with self._measured() as run:
            self._poll("approved", count)
        return run[0]

    def works_pieces(self, count: int) -> Run:
        """Deposit so many works papers through the API, each with one attachment."""
        contract = self.works.contract.id
        papers = self._papers([{"number": f"W{rank:06}", "contract_id": contract} for rank in range(count)], "a4")
        for rank, paper in enumerate(papers):
            paper.main_attachment_file_id = self._file(paper, f"{rank}.pdf", b"%PDF-1.4 " + str(rank).encode())
            paper.attachment_ids = self._file(paper, f"{rank}-metre.pdf", b"%PDF-1.4 metre" + str(rank).encode())
            paper._queue()
        self.env.cr.commit()
        with self._measured() as run:
            while self._count([("stage", "in", ("queued", "sending", "unknown"))]):
                self.env["chorus.account"]._cron_deposit()
        assert self._count([("stage", "=", "with_moe")]) == count, "Some did not leave"
        return run[0]

    def one_by_one(self, verb: str, size: int, first: int) -> Run:
        """One call for each invoice, `SAMPLE` of them: their flow, or their history."""
        with self.account._client() as client, self._measured() as run:
            for rank in range(SAMPLE):
                if verb == "deposit_flow":
                    client.deposit_flow(FlowDeposit(_file_of(size), f"{rank}.pdf", "IN_DP_E2_CII_FACTURX"))
                else:
                    client.read_history(first + rank)
        return run[0]

    def _poll(self, stage, count):
        for _turn in range(60):
            self.env["chorus.account"]._cron_poll()
            if self._count([("stage", "=", stage)]) == count and not self.account.poll_places:
                return
        raise AssertionError(f"{self._count([('stage', '=', stage)])} of {count} are {stage}")

    def _count(self, domain):
        return self.env["chorus.document"].search_count(domain)

    def _papers(self, many, framework="a1"):
        quiet = self.env["chorus.document"].with_context(tracking_disable=True, mail_create_nolog=True)
        same = {
            "company_id": self.works.company.id,
            "environment": "qualification",
            "framework_id": self.env.ref(f"chorus_visiobat.framework_{framework}").id,
            "issuer_siret": SIRET,
            "recipient_siret": PAYMASTER,
            "amount_untaxed": 1000,
            "amount_tax": 200,
            "amount_total": 1200,
        }
        return quiet.create([{**same, **values} for values in many]).with_context(
            tracking_disable=False, mail_create_nolog=False
        )

    def _file(self, paper, name, content):
        values = {"name": name, "raw": content, "res_model": paper._name, "res_id": paper.id}
        return self.env["ir.attachment"].create({**values, "mimetype": "application/pdf"})

    @contextmanager
    def _measured(self):
        self.env.cr.commit()
        gc.collect()
        found, calls, exchange = [], [0], Wire.exchange

        def counted(*args, **options):
            calls[0] += 1
            return exchange(*args, **options)

        Wire.exchange = counted
        before, start = _reset_peak(), time.perf_counter()
        try:
            yield found
        finally:
            Wire.exchange = exchange
        found.append(Run(calls[0], time.perf_counter() - start, _peak() - before))
        _logger.info("Measured: %s", found[-1])


def _batches(count: int):
    return [range(start, min(start + QUEUED_AT_ONCE, count)) for start in range(0, count, QUEUED_AT_ONCE)]


def _file_of(size: int) -> bytes:
    """A file of so many bytes that no archive makes smaller, at worst as a PDF is."""
    return b"%PDF-1.7\n" + random.randbytes(size - 9)


def _reset_peak() -> float:
    """Start the peak of memory anew where the system can; MB in use now."""
    try:
        Path("/proc/self/clear_refs").write_text("5")
    except OSError:
        pass
    return _peak()


def _peak() -> float:
    """Largest memory in use, MB: since `_reset_peak` on Linux, ever elsewhere."""
    try:
        status = Path("/proc/self/status").read_text()
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024
