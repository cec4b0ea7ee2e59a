import logging
from contextlib import contextmanager

import psycopg2.errors

from odoo import SUPERUSER_ID, api
from odoo.modules.registry import Registry

from ..chorus_api import NotSent

_logger = logging.getLogger(__name__)

LOCK_TIMEOUT = "60s"
ATTEMPTS = 5


class ApplicationTokenStore:
    """The OAuth token of a PISTE application, for every worker and server of the database (chorus_api.TokenStore).

    It lives encrypted on the row of chorus.piste.application, read and locked in short cursors of its own: the
    transaction of the caller is never open during a call, and a renewed token survives whatever happens to it.
    """

    def __init__(self, application):
        self._dbname = application.env.cr.dbname
        self._application_id = application.id

    def peek(self):
        with self._cursor() as application:
            return application._read_token()

    @contextmanager
    def exclusive(self):
        """The row, locked for the time of a renewal.

        Under REPEATABLE READ a waiter cannot read what the holder of the lock just wrote: it starts afresh.

        :raise NotSent: another worker has been renewing for too long
        """
        for _attempt in range(ATTEMPTS):
            with self._cursor() as application:
                if not self._lock(application):
                    continue
                yield _Slot(application)
                return
        raise NotSent("Le jeton PISTE est renouvelé ailleurs depuis trop longtemps. Nouvel essai plus tard.")

    @contextmanager
    def _cursor(self):
        with Registry(self._dbname).cursor() as cr:
            yield api.Environment(cr, SUPERUSER_ID, {})["chorus.piste.application"].browse(self._application_id)

    def _lock(self, application):
        cr = application.env.cr
        try:
            cr.execute("SELECT set_config('lock_timeout', %s, true)", [LOCK_TIMEOUT])
            cr.execute(
                "SELECT id FROM chorus_piste_application WHERE id = %s FOR NO KEY UPDATE",
                [self._application_id],
                log_exceptions=False,
            )
        except (psycopg2.errors.SerializationFailure, psycopg2.errors.LockNotAvailable):
            _logger.info("The PISTE token is being renewed by another worker")
            cr.rollback()
            return False
        return True


class _Slot:
    """What chorus_api needs of the locked row."""

    def __init__(self, application):
        self._application = application
        self.token, self.expires_at = application._read_token()

    def save(self, token, expires_at):
        self.token, self.expires_at = token, expires_at
        self._application._write_token(token.reveal(), expires_at)

    def clear(self):
        self.token = self.expires_at = None
        self._application._write_token(None, None)
