"""A user of Odoo as the browser speaks for him, and the other side of Chorus Pro by the simulator's control API."""

import json
import time
import urllib.request
from collections.abc import Callable
from http.cookiejar import CookieJar

from . import say


class User:
    """Calls what the interface calls, in a web session of ``login``; French."""

    def __init__(self, url: str, db: str, login: str, password: str):
        self.url, self._password = url, password
        self._opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))
        self.context = {"lang": "fr_FR"}
        self._post("/web/session/authenticate", {"db": db, "login": login, "password": password})

    def _post(self, path: str, params: dict):
        body = json.dumps({"jsonrpc": "2.0", "params": params}).encode()
        request = urllib.request.Request(f"{self.url}{path}", body, {"Content-Type": "application/json"})
        with self._opener.open(request, timeout=120) as answer:
            told = json.load(answer)
        if error := told.get("error"):
            message = error["data"].get("message") or error["message"]
            raise say.Failure(f"{path}: {message}", "See the log of Odoo, then make clean and try again.")
        return told.get("result")

    def get(self, path: str) -> bytes:
        """Return what the browser downloads at this path."""
        with self._opener.open(f"{self.url}{path}", timeout=120) as answer:
            return answer.read()

    def call(self, model: str, method: str, *args, **kwargs):
        """Call a method, with this user's context; an error of Odoo becomes one sentence."""
        kwargs["context"] = {**self.context, **kwargs.get("context", {})}
        params = {"model": model, "method": method, "args": args, "kwargs": kwargs}
        return self._post(f"/web/dataset/call_kw/{model}/{method}", params)

    def confirm(self, model: str, method: str, *args):
        """Call a method behind the identity check, and pass the check with this user's password."""
        action = self.call(model, method, *args)
        if action.get("res_model") != "res.users.identitycheck":
            return action
        return self.call(
            "res.users.identitycheck", "run_check", [action["res_id"]], context={"password": self._password}
        )

    def ref(self, xmlid: str) -> int:
        """Id of a record by its external id."""
        module, name = xmlid.split(".")
        found = self.call("ir.model.data", "search_read", [["module", "=", module], ["name", "=", name]], ["res_id"])
        if not found:
            raise say.Failure(f"{xmlid} is absent from the database", "Run make clean, then make demo again.")
        return found[0]["res_id"]

    def one(self, model: str, record_id: int, *fields: str) -> dict:
        """Read some fields of one record."""
        return self.call(model, "read", [record_id], list(fields))[0]


class Portal:
    """The people of the other side, played through the simulator's control API."""

    def __init__(self, url: str):
        self.url = url

    def call(self, path: str, payload: dict | None = None):
        data = json.dumps(payload).encode() if payload is not None else None
        request = urllib.request.Request(f"{self.url}/_sim/{path}", data, {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.load(answer)

    def status(self, technical_number: str) -> str:
        """Status of a paper, as the State has it."""
        return next(paper["status"] for paper in self.call("works") if str(paper["id"]) == technical_number)

    def act(
        self, technical_number: str, actor: str, action: str, reason: str = "", amounts: dict[str, str] | None = None
    ) -> str:
        """Play one act on a paper; return the technical number of the paper that results.

        `amounts`: admitted by a `correct`, EUR by `ht`, `vat`, `ttc`.
        """
        told = {"actor": actor, "action": action, "reason": reason, "amounts": amounts}
        return str(self.call(f"works/{technical_number}/act", told)["id"])


def wait_until(what: str, ready: Callable[[], object], seconds: int = 180):
    """Wait for a truthy answer and return it; Odoo's cron works meanwhile."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if answer := ready():
            return answer
        time.sleep(1)
    raise say.Failure(f"Waited {seconds} s in vain: {what}", "See .dev/log/odoo.log, then make stop and try again.")
