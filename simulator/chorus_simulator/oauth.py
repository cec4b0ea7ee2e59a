"""The PISTE token endpoint: ``grant_type=client_credentials`` (chorus-pro-api.md §1.2)."""

import base64
import binascii
import secrets

from . import clock, store
from .gateway import Reply

LIFE = 3600  # seconds
ALPHABET = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
# Byte for byte the same for an unknown client_id and for a wrong secret (measured live, §1.2).
INVALID_CLIENT = {"error": "invalid_client", "error_description": "Invalid client credentials"}


def token(db, form, authorization=""):
    """Answer a token request.

    :param form: the form fields
    :param str authorization: the ``Authorization`` header, for clients that send their secret by HTTP Basic
    """
    if form.get("grant_type") != "client_credentials":
        return Reply(400, {"error": "unsupported_grant_type"})
    client_id, secret = _credentials(form, authorization)
    application = store.one(db, "SELECT * FROM application WHERE client_id = ?", client_id)
    if not application or not secrets.compare_digest(application["secret"].encode(), secret.encode()):
        return Reply(400, INVALID_CLIENT)
    if store.every(db, "invalid_client_every"):
        return Reply(400, INVALID_CLIENT)
    if "openid" not in form.get("scope", "openid").split():
        return Reply(400, {"error": "invalid_scope"})
    now = clock.now(db)
    value = "".join(secrets.choice(ALPHABET) for _ in range(54))
    db.execute("DELETE FROM token WHERE expires <= ?", (now,))
    store.insert(db, "token", {"value": value, "client_id": client_id, "expires": now + LIFE})
    return Reply(
        200, {"access_token": value, "token_type": "Bearer", "expires_in": LIFE, "scope": form.get("scope", "openid")}
    )


def _credentials(form, authorization):
    if authorization.lower().startswith("basic "):
        try:
            client_id, _, secret = base64.b64decode(authorization[6:], validate=True).decode().partition(":")
        except (binascii.Error, ValueError):
            return "", ""
        return client_id, secret
    return form.get("client_id", ""), form.get("client_secret", "")
