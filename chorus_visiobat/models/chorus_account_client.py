from contextlib import contextmanager

from odoo import models

from ..chorus_api import ChorusClient, Credentials, Misconfigured, Pacer
from ..click_trace import click_labels
from ..settings import endpoint_of, server_number
from .chorus_call_tally import CallTally
from .chorus_token_store import ApplicationTokenStore

_PACERS = {}


class ChorusAccount(models.Model):
    """The client of a technical account."""

    _inherit = "chorus.account"

    @contextmanager
    def _client(self, timeout=None):
        """The client of this account, for the time of a block; its calls are then counted in the journal. Secrets are
        decrypted here, at the last moment.

        :param timeout: seconds for one call, the server's setting when None
        :raise Misconfigured: something is missing to call Chorus Pro, said in French
        """
        self.ensure_one()
        account = self.sudo()
        application = account.piste_application_id
        password = account._read_password()
        client_secret = application._read_client_secret() if application else None
        missing = [
            label
            for label, present in (
                ("l'identifiant du compte technique", account.login),
                ("le mot de passe du compte technique", password),
                ("l'application PISTE", application),
                ("l'identifiant client de l'application PISTE", not application or application.client_id),
                ("le secret de l'application PISTE", not application or client_secret),
            )
            if not present
        ]
        if missing:
            raise Misconfigured(
                f"Abonnement Chorus Pro de {account.company_id.name} : il manque {', '.join(missing)}. "
                "Complétez-le dans « Abonnement ChorusPRO ».",
                reason="settings",
            )
        with (
            CallTally(account) as tally,
            ChorusClient(
                endpoint_of(account.environment),
                Credentials(account.login, password, application.client_id, client_secret),
                ApplicationTokenStore(application),
                timeout=timeout or server_number("TIMEOUT"),
                pacer=self._pacer(),
                on_call=tally.count,
                labels={"account": account.id},
            ) as client,
            client.labelled(click_labels()),
        ):
            yield client

    def _counted_account(self):
        return self

    def _pacer(self):
        """One pacer per technical account and process, so that two runs do not follow each other too fast either."""
        interval = server_number("MIN_INTERVAL")
        key = (self.env.cr.dbname, self.id)
        if key not in _PACERS or _PACERS[key].interval != interval:
            _PACERS[key] = Pacer(interval)
        return _PACERS[key]
