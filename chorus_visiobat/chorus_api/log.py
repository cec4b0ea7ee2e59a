"""The logger of the package: what was called, how long it took, never what was said nor with which secret.

A filter on a logger does not apply to the records of its children: everything here logs through `logger` itself.
"""

import json
import logging
import re

from .secret import MASK, mask_living

# Named after the package: `chorus_api` alone, `odoo.addons.chorus_visiobat.chorus_api` in Odoo.
logger = logging.getLogger(__package__)

# `key: value`, `key=value` and `"key": "value"` of what must never be read in a log (odoo19-engineering.md §6.2).
_SENSITIVE = re.compile(
    r"""(?P<key>["']?(?:authorization|cpro-account|client_secret|access_token|refresh_token|password|mot_de_passe)["']?
        \s*[:=]\s*)
        (?P<value>"[^"]*"|'[^']*'|(?:bearer\s+|basic\s+)?[^\s,;&"'}\])]+)""",
    re.IGNORECASE | re.VERBOSE,
)


_PLAIN = re.compile(r"[^\s\"=]+")


def logfmt(event: str, **pairs) -> str:
    """One line for people and for `grep`: `event key=value …`, a value between quotes where it needs them.

    :param pairs: what is None is left out
    """
    said = {key: str(value) for key, value in pairs.items() if value is not None}
    return " ".join(
        [event, *(f"{key}={value if _PLAIN.fullmatch(value) else json.dumps(value)}" for key, value in said.items())]
    )


def mask(text: str) -> str:
    """The text without any living secret nor any value written beside a sensitive key."""
    return _SENSITIVE.sub(lambda match: match["key"] + MASK, mask_living(text))


class SecretFilter(logging.Filter):
    """Masks the message, its arguments and the traceback of every record that passes."""

    _formatter = logging.Formatter()

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg = mask(record.getMessage())
        record.args = None
        if record.exc_info:
            record.exc_text = mask(self._formatter.formatException(record.exc_info))
            # Handlers that render the exception themselves would read the frames, headers included.
            record.exc_info = None
        if record.stack_info:
            record.stack_info = mask(record.stack_info)
        return True


logger.addFilter(SecretFilter())
