"""Server configuration (DESIGN.md §6): what the person who runs the server decides, outside any database.

Each key is read from the environment variable ``CHORUS_VISIOBAT_<KEY>``, else from the section
``[chorus_visiobat]`` of the Odoo configuration file. A section of our own, because Odoo warns about unknown
options in ``[options]``; read by ourselves without interpolation, so that a ``%`` in an address stays one.

| key | meaning | default |
|---|---|---|
| `API_URL`, `OAUTH_URL` | replace, both together, the PISTE hosts of the qualification environment | AIFE's |
| `KEYS_FILE` | file of the encryption keys | a file made in the data directory |
| `TIMEOUT` | seconds allowed to one call | 60 |
| `MIN_INTERVAL` | seconds between two calls of one technical account | 1 |
| `MAX_FLOW_BYTES` | largest flow deposited, in bytes | 10,000,000 |
| `QUIET_PERIOD` | seconds before a lost works paper that Chorus Pro does not know may leave again | 900 |
| `FLOW_QUIET_PERIOD` | the same for a flow, which Chorus Pro may integrate hours later | 10,800 |
"""

import os
from configparser import ConfigParser, Error as ConfigParserError

from odoo.tools import config

from .chorus_api import Endpoint, Misconfigured

ENVIRONMENT_PREFIX = "CHORUS_VISIOBAT_"
SECTION = "chorus_visiobat"
NUMBERS = {
    "TIMEOUT": 60.0,
    "MIN_INTERVAL": 1.0,
    "MAX_FLOW_BYTES": 10_000_000.0,
    "QUIET_PERIOD": 900.0,
    "FLOW_QUIET_PERIOD": 10_800.0,
}
MAY_BE_ZERO = ("MIN_INTERVAL", "QUIET_PERIOD", "FLOW_QUIET_PERIOD")


def server_setting(key: str, default: str | None = None) -> str | None:
    """Return the text set for ``key`` (upper case, without prefix), the environment first; ``default`` when unset.

    :raise Misconfigured: the configuration file cannot be read
    """
    value = os.environ.get(f"{ENVIRONMENT_PREFIX}{key}") or _file_section().get(key.lower())
    return value.strip() if value and value.strip() else default


def server_number(key: str) -> float:
    """Return a numeric setting of ``NUMBERS``, or its default.

    :raise Misconfigured: the text set is not a positive number
    """
    text = server_setting(key)
    if text is None:
        return NUMBERS[key]
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 <= value < float("inf") or (value == 0 and key not in MAY_BE_ZERO):
        raise Misconfigured(
            f"Réglage du serveur {key} : « {text} » n'est pas un nombre positif. Corrigez la variable "
            f"{ENVIRONMENT_PREFIX}{key} ou la section [{SECTION}] du fichier de configuration.",
            reason="settings",
        )
    return value


def endpoint_of(environment: str) -> Endpoint:
    """Return the addresses of an environment. Only those of qualification can be replaced; in production the
    setting is ignored, so that one server may test against a simulator and send for good.

    :param environment: ``qualification`` or ``production``
    :raise Misconfigured: one address without the other, or a malformed one
    """
    if environment != "qualification":
        return Endpoint.from_settings(environment)
    return Endpoint.from_settings(environment, api_url=server_setting("API_URL"), oauth_url=server_setting("OAUTH_URL"))


def _file_section() -> dict[str, str]:
    path = config["config"]
    if not path:
        return {}
    parser = ConfigParser(interpolation=None, strict=False)
    try:
        parser.read(path, encoding="utf-8")
    except (ConfigParserError, OSError, UnicodeDecodeError):
        raise Misconfigured(
            f"Le fichier de configuration {path} ne peut pas être lu. Corrigez-le, puis redémarrez le serveur.",
            reason="settings",
        ) from None
    return dict(parser[SECTION]) if parser.has_section(SECTION) else {}
