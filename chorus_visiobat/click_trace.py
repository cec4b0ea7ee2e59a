"""One id for each click, in every line of the log about what it set in motion (*fil*)."""

import secrets

from odoo.http import request

_ENVIRON_KEY = "chorus_visiobat.trace"


def current_trace() -> str:
    """The same id for the whole HTTP request, replayed ones included; without a click, another each time."""
    if request:
        return request.httprequest.environ.setdefault(_ENVIRON_KEY, secrets.token_hex(6))
    return secrets.token_hex(6)


def click_labels() -> dict:
    """What the log says of the calls that a click makes itself: a test of the connection, a look-up."""
    return {"trace": current_trace()} if request else {}
