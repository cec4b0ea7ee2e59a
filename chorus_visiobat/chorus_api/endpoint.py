"""Where Chorus Pro is, and who we are there."""

import base64
from dataclasses import dataclass
from functools import cached_property

from .errors import Misconfigured
from .secret import Secret

# Hosts of PISTE, chorus-pro-api.md §1.1.
HOSTS = {
    "qualification": (
        "https://sandbox-api.piste.gouv.fr/cpro",
        "https://sandbox-oauth.piste.gouv.fr/api/oauth/token",
    ),
    "production": (
        "https://api.piste.gouv.fr/cpro",
        "https://oauth.piste.gouv.fr/api/oauth/token",
    ),
}


@dataclass(frozen=True)
class Endpoint:
    """The two addresses of one environment.

    :param api_url: root of the API, ends with `/cpro`
    :param oauth_url: full address of the token endpoint
    :param environment: `qualification` or `production`
    :raise Misconfigured: for an unknown environment, a malformed address, or production hosts other than PISTE's
    """

    api_url: str
    oauth_url: str
    environment: str = "qualification"

    def __post_init__(self):
        problem = self._problem()
        if problem:
            raise Misconfigured(problem, reason="settings")

    def _problem(self) -> str | None:
        if self.environment not in HOSTS:
            return f"Environnement Chorus Pro inconnu : « {self.environment} ». Choisissez qualification ou production."
        if self.environment == "production" and (self.api_url, self.oauth_url) != HOSTS["production"]:
            return (
                "Les adresses de production de Chorus Pro ne peuvent pas être remplacées. "
                "Retirez API_URL et OAUTH_URL, ou travaillez en qualification."
            )
        for name, url in (("API_URL", self.api_url), ("OAUTH_URL", self.oauth_url)):
            if not url.startswith(("https://", "http://")):
                return f"{name} doit être une adresse http ou https complète : « {url} »."
        if not self.api_url.endswith("/cpro"):
            return f"API_URL doit se terminer par /cpro : « {self.api_url} »."
        return None

    @classmethod
    def qualification(cls) -> "Endpoint":
        """The free test environment of the AIFE."""
        return cls(*HOSTS["qualification"], environment="qualification")

    @classmethod
    def production(cls) -> "Endpoint":
        """The environment where a deposit counts."""
        return cls(*HOSTS["production"], environment="production")

    @classmethod
    def from_settings(cls, environment: str, api_url: str | None = None, oauth_url: str | None = None) -> "Endpoint":
        """The endpoint of an environment, its hosts replaced when the server's settings say so.

        :raise Misconfigured: when only one of the two addresses is given, or for production
        """
        if bool(api_url) != bool(oauth_url):
            raise Misconfigured(
                "API_URL et OAUTH_URL se renseignent ensemble : l'une des deux manque.", reason="settings"
            )
        if api_url:
            hosts = api_url.rstrip("/"), oauth_url.rstrip("/")
        else:
            hosts = HOSTS.get(environment, ("", ""))
        return cls(*hosts, environment=environment)


@dataclass(frozen=True)
class Credentials:
    """The two layers of identity: the technical account at Chorus Pro, the application at PISTE (§1.2, §1.3)."""

    login: str
    password: Secret
    client_id: str
    client_secret: Secret

    @cached_property
    def cpro_account(self) -> Secret:
        """Value of the `cpro-account` header: base64 of `login:password` in UTF-8."""
        clear = f"{self.login}:{self.password.reveal()}"
        return Secret(base64.b64encode(clear.encode()).decode())
