"""Keep what people type as a secret out of the log of Odoo itself.

At level DEBUG Odoo logs the arguments of every call of the web client (logger ``odoo.service.model``): a password
on its way to our forms would stay there.
"""

import logging
import re

from .chorus_api import Secret

SECRET_INPUTS = ("password_input", "password_check_input", "client_secret_input", "chorus_technical_password")
_TYPED = re.compile(rf"""(['"](?:{"|".join(SECRET_INPUTS)})['"]: )(?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")""")


class TypedSecretFilter(logging.Filter):
    """Masks the values of our write-only fields in the arguments of a logged call."""

    def filter(self, record: logging.LogRecord) -> bool:
        message = record.getMessage()
        if any(name in message for name in SECRET_INPUTS):
            record.msg = _TYPED.sub(rf"\1'{Secret('')!r}'", message)
            record.args = None
        return True


def install():
    """Filter the logger of the calls, once for each process."""
    logger = logging.getLogger("odoo.service.model")
    if not any(isinstance(known, TypedSecretFilter) for known in logger.filters):
        logger.addFilter(TypedSecretFilter())
