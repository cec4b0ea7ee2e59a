import time
from contextlib import contextmanager

from odoo import SUPERUSER_ID, api
from odoo.modules.registry import Registry

from ..chorus_api import NotSent

LOCK_NAMESPACE = 0x50495354  # "PIST", first key of the advisory locks of the applications
LONGEST_WAIT = 60.0
PAUSE = 0.5


class ApplicationTokenStore:
    """The OAuth token of a PISTE application, for every worker and server of the database (chorus_api.TokenStore).

    It lives encrypted on the row of chorus.piste.application, read and written in short transactions of their own.
    One worker renews it at a time, under an advisory lock of a session of its own: no transaction is open and no row
    locked during the request to PISTE, and the lock dies with the worker.
    """

    def __init__(self, application):
        self._dbname = application.env.cr.dbname
        self._application_id = application.id

    def peek(self):
        with self._application() as application:
            return application._read_token()

    @contextmanager
    def exclusive(self):
        """The token, alone to renew it.

        :raise NotSent: another worker has been renewing for too long
        """
        with Registry(self._dbname).cursor() as cr:
            key = [LOCK_NAMESPACE, self._application_id]
            self._lock(cr, key)
            try:
                yield _Slot(self._application)
            finally:
                cr.execute("SELECT pg_advisory_unlock(%s, %s)", key)

    @contextmanager
    def _application(self):
        """The application in a transaction of its own, committed at the end of the block."""
        with Registry(self._dbname).cursor() as cr:
            yield api.Environment(cr, SUPERUSER_ID, {})["chorus.piste.application"].browse(self._application_id)

    def _lock(self, cr, key):
        deadline = time.monotonic() + LONGEST_WAIT
        while True:
            cr.execute("SELECT pg_try_advisory_lock(%s, %s)", key)
            mine = cr.fetchone()[0]
            # The lock belongs to the session: it outlives the transaction, which must not last as long as the renewal.
            cr.rollback()
            if mine:
                return
            if time.monotonic() > deadline:
                raise NotSent("Le jeton PISTE est renouvelé ailleurs depuis trop longtemps. Nouvel essai plus tard.")
            time.sleep(PAUSE)


class _Slot:
    """What chorus_api needs of the token that it alone may renew; each write is committed at once."""

    def __init__(self, application):
        self._application = application
        with application() as found:
            self.token, self.expires_at = found._read_token()

    def save(self, token, expires_at):
        self.token, self.expires_at = token, expires_at
        with self._application() as application:
            application._write_token(token.reveal(), expires_at)

    def clear(self):
        self.token = self.expires_at = None
        with self._application() as application:
            application._write_token(None, None)
