"""A small Python client of the control API, for tests and demonstrations."""

import requests


class ControlError(RuntimeError):
    """The control API refused; the text is its French sentence."""


class Control:
    """Plays the other side of a simulator at ``url`` and arms its faults."""

    def __init__(self, url):
        self.url = url.rstrip("/")
        self.session = requests.Session()

    def close(self):
        self.session.close()

    def call(self, method, path, payload=None):
        """Call ``/_sim/<path>`` and return its JSON.

        :raises ControlError: any answer that is not a success
        """
        answer = self.session.request(method, f"{self.url}/_sim/{path}", json=payload, timeout=30)
        if answer.status_code >= 400:
            raise ControlError(answer.json().get("error", answer.text))
        return answer.json()

    def reset(self):
        """Forget everything: back to the seed."""
        return self.call("POST", "reset")

    def advance(self, seconds):
        """Move the clock forward."""
        return self.call("POST", "clock", {"advance": seconds})

    def speed(self, times):
        """Run the clock so many times faster than real time."""
        return self.call("POST", "clock", {"speed": times})

    def freeze(self):
        """Stop the clock: from now on only :meth:`advance` moves it."""
        return self.speed(0)

    def settings(self, **values):
        """Change settings (see ``DEFAULT_SETTINGS`` in :mod:`chorus_simulator.store`): pace, quota, works flows…"""
        return self.call("POST", "settings", values)

    def flows(self):
        return self.call("GET", "flows")

    def flow_content(self, number):
        """Return the bytes of a flow as it was deposited."""
        return self._bytes(f"flows/{number}/content")

    def set_flow_state(self, number, state):
        """Put a flow in a state (IN_INCIDENTE, IN_EN_ATTENTE_RETRAITEMENT_CPP, or an invented one)."""
        return self.call("POST", f"flows/{number}/state", {"state": state})

    def invoices(self):
        return self.call("GET", "invoices")

    def works(self):
        return self.call("GET", "works")

    def totals(self):
        """How many ``flows``, ``invoices``, ``works`` and ``files`` there are, and ``duplicates``: the count of a test
        of thousands, where the lists would be long.
        """
        return self.call("GET", "totals")

    def files(self):
        return self.call("GET", "files")

    def file_content(self, file_id):
        """Return the bytes of a stored file."""
        return self._bytes(f"files/{file_id}")

    def _bytes(self, path):
        answer = self.session.get(f"{self.url}/_sim/{path}", timeout=30)
        answer.raise_for_status()
        return answer.content

    def requests(self, path=None):
        """The journal, oldest first; only the calls of ``path`` when given."""
        entries = self.call("GET", "requests")
        return [entry for entry in entries if path in (None, entry["path"])]

    def forget_requests(self):
        return self.call("DELETE", "requests")

    def act(self, request_id, actor, action, reason="", amounts=None, framework=None, second=None):
        """Play ``actor`` (moe, moa, payer, validator, validator2) on a works document or an invoice; return the
        resulting document (see :func:`chorus_simulator.roles.act`).
        """
        options = {"reason": reason, "amounts": amounts, "framework": framework, "second": second}
        return self.call("POST", f"works/{request_id}/act", {"actor": actor, "action": action, **options})

    def set_status(self, request_id, status, comment=None):
        """Give a document any status, even one that no list knows."""
        return self.call("POST", f"works/{request_id}/status", {"status": status, "comment": comment})

    def fault(self, kind, match=".*", **options):
        """Arm a fault (see :mod:`chorus_simulator.faults`); return its id."""
        return self.call("POST", "faults", {"kind": kind, "match": match, **options})["id"]

    def behaviours(self):
        """The behaviours of chorus-pro-api.md §6.4, one for each row (see :mod:`chorus_simulator.behaviours`)."""
        return self.call("GET", "behaviours")

    def behave(self, number, **options):
        """Arm a behaviour for the next call that fits; ``match``, ``times``, ``login``, ``contains``, ``skip`` narrow
        it. Return its id.
        """
        return self.call("POST", f"behaviours/{number}", options)["id"]

    def faults(self):
        return self.call("GET", "faults")

    def clear_faults(self):
        return self.call("DELETE", "faults")

    def account(self, login, **values):
        """Change a technical account: ``password``, ``expired``, ``locked``, ``active``, ``connected``
        (*raccordement*).
        """
        return self.call("POST", f"accounts/{login}", values)

    def add_account(self, login, password, *sirets):
        """Create the technical account of one or several structures (an MOE, another company)."""
        return self.call("POST", "accounts", {"login": login, "password": password, "sirets": sirets})

    def add_structure(self, siret, name, **values):
        """Create a structure (``public``, ``zip``, ``city``, and what :meth:`structure` changes); return its id."""
        return self.call("POST", "structures", {"siret": siret, "name": name, **values})["id"]

    def add_service(self, siret, code, **values):
        """Create a service of a structure: ``name``, ``active``, ``requires_commitment``, ``reports_payment``."""
        return self.call("POST", f"structures/{siret}/services", {"code": code, **values})["id"]

    def add_services(self, siret, services):
        """Create many services at once, each a mapping with its ``code`` (a hospital has thousands)."""
        return self.call("POST", f"structures/{siret}/services", {"services": services})["id"]

    def add_bank_account(self, siret, iban, name="Compte"):
        return self.call("POST", f"structures/{siret}/bank-accounts", {"iban": iban, "name": name})["id"]

    def add_commitment(self, number, issuer, supplier, **values):
        """Create a commitment between two SIRETs: ``amount``, ``service_code``, ``contract_number``, ``state``."""
        values = {"number": number, "issuer": issuer, "supplier": supplier, **values}
        return self.call("POST", "commitments", values)["id"]

    def add_application(self, client_id, secret, **values):
        """Create a PISTE application; its raccordement is made by ``account(login, connected=True)``."""
        return self.call("POST", "applications", {"client_id": client_id, "secret": secret, **values})

    def structure(self, siret, **values):
        """Change a structure: ``active``, ``requires_service``, ``requires_commitment``, ``requires_either``,
        ``moa``, ``reports_payment``.
        """
        return self.call("POST", f"structures/{siret}", values)

    def service(self, siret, code, **values):
        """Change a service of a structure: ``active``, ``requires_commitment``, ``reports_payment``."""
        return self.call("POST", f"structures/{siret}/services/{code}", values)

    def application(self, client_id, **values):
        """Change a PISTE application: ``secret``, ``apis``."""
        return self.call("POST", f"applications/{client_id}", values)
