import logging
from datetime import datetime
from zoneinfo import ZoneInfo

import psycopg2
import psycopg2.errors

from odoo.modules.registry import Registry

from ..chorus_api import ROUTES

_logger = logging.getLogger(__name__)

BILLING_DAY = ZoneInfo("Europe/Paris")
"""The day of Chorus Pro, and of the quotas of PISTE."""

ATTEMPTS = 3

_UPSERT = """
    INSERT INTO chorus_call AS known
           (account_id, company_id, day, verb, kind, outcome, calls, retries, seconds, bytes_sent, bytes_received)
    SELECT account.id, account.company_id, made.*
      FROM chorus_account account
CROSS JOIN unnest(%(day)s::date[], %(verb)s::text[], %(kind)s::text[], %(outcome)s::text[], %(calls)s::int[],
                  %(retries)s::int[], %(seconds)s::float[], %(bytes_sent)s::float[], %(bytes_received)s::float[])
           AS made
     WHERE account.id = %(account)s
  ORDER BY 3, 4, 6
        ON CONFLICT (account_id, day, verb, outcome) DO UPDATE
       SET calls = known.calls + EXCLUDED.calls,
           retries = known.retries + EXCLUDED.retries,
           seconds = known.seconds + EXCLUDED.seconds,
           bytes_sent = known.bytes_sent + EXCLUDED.bytes_sent,
           bytes_received = known.bytes_received + EXCLUDED.bytes_received
"""
_FIGURES = ("calls", "retries", "seconds", "bytes_sent", "bytes_received")


class CallTally:
    """Counts the calls made in a block, then adds them to ``chorus.call`` in one short transaction of its own.

    Nothing is written during the block, so that no call waits for it; a process killed loses the counts of its run,
    which nothing else depends on. A count that cannot be written is dropped, said in the log.

    :param account: chorus.account; empty for the test of a first subscription, whose calls nothing can bear yet
    """

    def __init__(self, account):
        self._dbname = account.env.cr.dbname
        self._account_id = account.id
        self._made = {}

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.flush()

    def count(self, record):
        """Add one ``CallRecord``."""
        day = datetime.now(BILLING_DAY).date()
        figures = self._made.setdefault((day, record.verb, record.outcome), [0, 0, 0.0, 0, 0])
        added = (1, int(record.repeated), record.duration, record.bytes_sent, record.bytes_received)
        figures[:] = [sum(pair) for pair in zip(figures, added, strict=True)]

    def flush(self):
        """Add what was counted to the journal, and start again from nothing. Never raises."""
        made, self._made = self._made, {}
        if not made or not self._account_id:
            return
        for attempt in range(1, ATTEMPTS + 1):
            try:
                with Registry(self._dbname).cursor() as cr:
                    # Rather no count than a run that waits for somebody else's.
                    cr.execute("SET LOCAL lock_timeout = '2s'")
                    cr.execute(_UPSERT, self._rows(made), log_exceptions=False)
                return
            except (psycopg2.errors.SerializationFailure, psycopg2.errors.DeadlockDetected):
                if attempt < ATTEMPTS:
                    continue
                _logger.info("Calls of Chorus Pro account %s not counted: too many writers", self._account_id)
            except psycopg2.Error as error:
                _logger.info("Calls of Chorus Pro account %s not counted: %s", self._account_id, type(error).__name__)
                return

    def _rows(self, made):
        rows = {
            "account": self._account_id,
            "day": [day for day, _verb, _outcome in made],
            "verb": [verb for _day, verb, _outcome in made],
            "kind": [kind_of(verb) for _day, verb, _outcome in made],
            "outcome": [outcome for _day, _verb, outcome in made],
        }
        return rows | {name: [figures[index] for figures in made.values()] for index, name in enumerate(_FIGURES)}


def kind_of(verb):
    """``token``, ``effect`` for what changes something at Chorus Pro, else ``reading``."""
    if verb == "token":
        return "token"
    return "effect" if verb in ROUTES and ROUTES[verb].effect else "reading"
