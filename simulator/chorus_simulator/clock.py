"""The simulator's own clock, which may run faster than real time, jump forward, or stand still.

Times are floats, seconds since the epoch. The platform writes dates in three forms (chorus-pro-api.md, corrections).
"""

import time
from datetime import datetime
from zoneinfo import ZoneInfo

from . import store

PARIS = ZoneInfo("Europe/Paris")
MAX_SPEED = 86400
LAST = datetime(2200, 1, 1, tzinfo=PARIS).timestamp()


def now(db):
    """Return the simulated time."""
    clock = store.get_setting(db, "clock")
    if not clock:
        return time.time()
    return clock["simulated"] + (time.time() - clock["real"]) * clock["speed"]


def change(db, advance=0.0, speed=None):
    """Move the clock ``advance`` seconds forward and, when given, run it at ``speed`` (1 = real time, 0 = frozen).

    :raise ValueError: the clock would run backwards, or leave the calendar
    """
    clock = store.get_setting(db, "clock")
    if speed is None:
        speed = clock["speed"] if clock else 1.0
    simulated = now(db) + advance
    if not 0 <= speed <= MAX_SPEED or not simulated < LAST:
        raise ValueError(f"speed {speed!r}, advance {advance!r}")
    store.set_setting(db, "clock", {"real": time.time(), "simulated": simulated, "speed": speed})
    return simulated


def day(timestamp):
    """``2026-11-30``: dateDepot, dateFacture."""
    return _local(timestamp).strftime("%Y-%m-%d")


def minute(timestamp):
    """``2026-11-30 17:42``: histories, services."""
    return _local(timestamp).strftime("%Y-%m-%d %H:%M")


def french(timestamp):
    """``30/11/2026 17:42``: the console."""
    return _local(timestamp).strftime("%d/%m/%Y %H:%M")


def iso(timestamp):
    """``2026-11-30T17:42:11.536+01:00``: everything else."""
    return _local(timestamp).isoformat(timespec="milliseconds")


def parse(text, end_of_day=False):
    """Read a request's date: ``2026-11-30`` or ISO with time, in Paris when it bears no offset.

    :param bool end_of_day: a bare day means its last instant
    """
    moment = datetime.fromisoformat(text.replace("Z", "+00:00"))
    if len(text) == 10 and end_of_day:
        moment = moment.replace(hour=23, minute=59, second=59, microsecond=999999)
    return (moment if moment.tzinfo else moment.replace(tzinfo=PARIS)).timestamp()


def _local(timestamp):
    return datetime.fromtimestamp(timestamp, PARIS)
