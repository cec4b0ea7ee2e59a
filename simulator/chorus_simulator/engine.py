"""What happens by itself with time."""

from . import clock, flows, payment_requests, roles


def advance(db):
    """Let the simulated time do its work before anything is read; return the simulated time."""
    now = clock.now(db)
    flows.advance(db, now)
    roles.advance(db, now)
    payment_requests.advance(db, now)
    return now
