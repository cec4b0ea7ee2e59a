import csv
import importlib.metadata
import io
import json
import os
import platform
import zipfile

from odoo import api, fields, models, release
from odoo.tools import SQL, config

from ..chorus_api.log import mask
from ..hooks import MODULE
from ..keyring import KeyringError
from ..settings import ENVIRONMENT_PREFIX, NUMBERS, server_setting
from .chorus_support_log import scrub, tail_of_our_lines

LIBRARIES = (
    "cryptography", "factur-x", "lxml", "pikepdf", "psycopg2", "psycopg2-binary", "requests", "urllib3", "weasyprint",
)  # fmt: skip
TRANSMISSIONS = 500
SETTINGS = ("API_URL", "OAUTH_URL", "KEYS_FILE", "KEYS", *NUMBERS)

README = """Dossier d'assistance de Chorus Visiobat.

Ce qu'il contient : versions, réglages (seulement lesquels sont posés), état de la liaison, tâches automatiques, comptes
techniques (états et dates), appels par jour, derniers envois (numéros, états, identifiants à citer à l'assistance),
statuts des pièces, extrait du journal du serveur propre à cette application.

Ce qu'il ne contient pas : mots de passe, clés, jetons, contenu des fichiers et des factures, montants, noms des
clients, adresses électroniques. Relisez-le avant de l'envoyer : ce sont des textes ordinaires.
"""


class ChorusSupport(models.AbstractModel):
    """What somebody far away needs to help (*dossier d'assistance*): how things stand, never what was said nor to whom.
    """

    _name = "chorus.support"
    _description = "Support file of Chorus Pro"

    @api.model
    def _bundle(self):
        """The support file of the companies chosen.

        :return: bytes of a ZIP archive of texts
        """
        accounts = self.env["chorus.account"].sudo().search([("company_id", "in", self.env.companies.ids)])
        files = {
            "LISEZ-MOI.txt": README,
            "versions.json": _json(self._versions()),
            "reglages.json": _json(self._settings()),
            "etat.json": _json(self._state(accounts)),
            "taches.csv": _csv(self._cron_rows()),
            "comptes.csv": _csv(self._account_rows(accounts)),
            "appels.csv": _csv(self._call_rows(accounts)),
            "envois.csv": _csv(self._transmission_rows(accounts)),
            "pieces.csv": _csv(self._document_rows(accounts)),
            "journal.txt": tail_of_our_lines(self.env),
        }
        # Held until the end: a secret is masked wherever it stands as long as it is known.
        secrets = self._living_secrets(accounts)
        output = io.BytesIO()
        with zipfile.ZipFile(output, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, text in files.items():
                archive.writestr(f"chorus-visiobat/{name}", scrub(mask(text)))
        secrets.clear()
        return output.getvalue()

    @api.model
    def _living_secrets(self, accounts):
        """Every secret of these accounts that this server can read, so that `mask` knows them."""
        found = []
        for account in accounts:
            application = account.piste_application_id
            readers = [account._read_password]
            if application:
                readers += [application._read_client_secret, lambda known=application: known._read_token()[0]]
            for read in readers:
                try:
                    found.append(read())
                except KeyringError:
                    # What this server cannot read, it cannot have written anywhere either.
                    continue
        return found

    @api.model
    def _versions(self):
        module = self.env["ir.module.module"].sudo().search([("name", "=", MODULE)])
        [(postgresql,)] = self.env.execute_query(SQL("SHOW server_version"))
        return {
            "odoo": release.version,
            "module": module.installed_version,
            "python": platform.python_version(),
            "system": platform.platform(),
            "postgresql": postgresql,
            "libraries": {name: version for name in LIBRARIES if (version := _version(name))},
            "workers": config["workers"],
            "max_cron_threads": config["max_cron_threads"],
            "made_at": f"{fields.Datetime.now()}Z",
        }

    @api.model
    def _settings(self):
        """Which settings are set and where from, never their values."""
        return {
            key: "environment"
            if os.environ.get(f"{ENVIRONMENT_PREFIX}{key}")
            else "file"
            if server_setting(key)
            else "unset"
            for key in SETTINGS
        }

    @api.model
    def _state(self, accounts):
        return [
            {"code": finding.code, "level": finding.level, "account": finding.account.id if finding.account else None}
            for finding in self.env["chorus.health"]._findings(accounts)
        ]

    @api.model
    def _cron_rows(self):
        names = ("id", "active", "interval_number", "interval_type", "nextcall", "lastcall", "failure_count")
        crons = self.env["chorus.health"]._crons()
        xmlids = crons.get_external_id()
        return [{"task": xmlids[cron.id], **{name: cron[name] for name in names}} for cron in crons]

    @api.model
    def _account_rows(self, accounts):
        names = (
            "id", "environment", "state", "pause_reason", "auth_failures", "has_password", "password_expiry_date",
            "held_until", "held_count", "structure_ref", "invoices_polled_to", "works_polled_to",
        )  # fmt: skip
        return [
            {
                **{name: account[name] for name in names},
                "company": account.company_id.id,
                "piste_application": account.piste_application_id.id,
                "identity_breach": account._identity_breach(),
                **{f"last_{lane}": date for lane, date in account._last_successes().items()},
            }
            for account in accounts
        ]

    @api.model
    def _call_rows(self, accounts):
        names = ("day", "verb", "outcome", "calls", "retries", "seconds", "bytes_sent", "bytes_received")
        calls = self.env["chorus.call"].sudo().search([("account_id", "in", accounts.ids)], limit=5000)
        return [{"account": call.account_id.id, **{name: call[name] for name in names}} for call in calls]

    @api.model
    def _last_sendings(self, accounts):
        return self.env["chorus.transmission"].sudo().search([("account_id", "in", accounts.ids)], limit=TRANSMISSIONS)

    @api.model
    def _transmission_rows(self, accounts):
        """The last sendings: what identifies them at Chorus Pro and in the log, not what they say."""
        names = (
            "id", "verb", "environment", "state", "attempts", "checks", "lost_answers", "said_duplicate", "not_before",
            "create_date", "started_at", "answered_at", "worker", "sha256", "syntax", "flow_number", "remote_ref",
            "flow_state", "correlation_id", "trace_id", "error_code",
        )  # fmt: skip
        return [
            {
                **{name: sending[name] for name in names},
                "account": sending.account_id.id,
                "parent": sending.parent_id.id,
                "papers": " ".join(str(paper.id) for paper in sending.document_ids),
            }
            for sending in self._last_sendings(accounts)
        ]

    @api.model
    def _document_rows(self, accounts):
        """The papers of those sendings, with the codes and dates of their statuses; neither authors nor comments."""
        return [
            {
                "id": paper.id,
                "number": paper.number,
                "framework": paper.framework_id.code,
                "environment": paper.environment,
                "stage": paper.stage,
                "file_stage": paper.file_stage,
                "technical_number": paper.technical_number,
                "billing_file": paper.billing_file_ref,
                "flow_number": paper.flow_number,
                "deposit_date": paper.deposit_date,
                "statuses": " ".join(f"{event.code}@{event.date:%Y-%m-%dT%H:%M}" for event in paper.event_ids),
            }
            for paper in self._last_sendings(accounts).document_ids
        ]


def _json(content):
    return json.dumps(content, ensure_ascii=False, indent=2, default=str)


def _csv(rows):
    output = io.StringIO()
    if rows:
        writer = csv.DictWriter(output, list(rows[0]), delimiter=";", lineterminator="\n")
        writer.writeheader()
        writer.writerows({name: "" if value in (False, None) else value for name, value in row.items()} for row in rows)
    return output.getvalue()


def _version(name):
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return None
