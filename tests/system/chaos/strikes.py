"""What goes wrong, and when: everything is drawn from one seed, so that a run can be played again.

The instants at which processes are really struck depend on the machine too: the same seed gives the same blows in the
same order, not the same microseconds.
"""

import random
import time
from collections import Counter

from chaos.returns import RETURNS

DEPOSITS = ("transverses/v1/ajouter/fichier", "facturesTravaux/v1/soumettre", "factures/v1/deposer/flux")
EFFECTS = "|".join([*(f"/cpro/{path}" for path in DEPOSITS), *(back.path for back in RETURNS.values())])
ANY = "/cpro/.*"

LIES = (
    # weight, name in the table, fault
    (6, "answer lost after the deposit", {"kind": "drop_after", "match": EFFECTS}),
    (4, "connection broken before the deposit", {"kind": "drop_before", "match": EFFECTS}),
    (2, "HTTP 500, the deposit made", {"kind": "status", "status": 500, "match": EFFECTS, "after_processing": True}),
    (2, "HTTP 502, nothing done", {"kind": "status", "status": 502, "body": "<html>", "match": EFFECTS}),
    (2, "HTTP 503", {"kind": "status", "status": 503, "body": "<html>", "match": ANY}),
    (1, "success without its proof", {"kind": "patch", "match": EFFECTS, "body": dict.fromkeys(
        ("numeroFluxDepot", "identifiantFactureCPP", "idFactureTravaux", "pieceJointeId"))}),
    (3, "slow answer", {"kind": "delay", "delay": 2.5, "match": ANY}),
    (2, "quota reached", {"kind": "status", "status": 429, "match": ANY, "headers": {"Retry-After": "1"}}),
    (2, "passing 401", {"kind": "status", "status": 401, "match": ANY}),
    (2, "reading cut", {"kind": "drop_before", "match": "/cpro/.*/(rechercher|consulter).*"}),
)  # fmt: skip
BLOWS = {"a worker killed": 0.75, "a server killed": 0.25}
"""``kill -9``, with the part of each."""

OTHER_BLOWS = ("PostgreSQL stopped at once", "Chorus Pro killed")


class Strikes:
    """Blows and lies, one after the other.

    :param dice: random.Random
    :param kills: number of ``kill -9``; PostgreSQL and Chorus Pro are struck once for every ``rest`` of them
    """

    def __init__(self, world, seed, kills, rest=10):
        self.world, self.kills = world, kills
        self.dice = random.Random(f"strikes {seed}")
        self.counts = Counter()
        self.lies = self.dealt = 0
        kinds = self.dice.choices(list(BLOWS), list(BLOWS.values()), k=kills)
        others = max(kills // rest, 1)
        kinds += OTHER_BLOWS * others
        self.dice.shuffle(kinds)
        self.blows, self.total = kinds, len(kinds)

    @property
    def is_over(self):
        return not self.blows

    @property
    def killed(self):
        return sum(self.counts[name] for name in BLOWS)

    def lie(self):
        """Arm one lie of Chorus Pro for a call to come."""
        weights = [weight for weight, _name, _fault in LIES]
        [(_weight, name, fault)] = self.dice.choices(LIES, weights)
        self.world.control.fault(**fault, skip=self.dice.randrange(4))
        self.counts[name] += 1
        self.lies += 1

    def strike(self):
        """The next blow."""
        name = self.blows.pop()
        place = self.dice.randrange(self.world.count)
        if name == "a server killed":
            self.world.kill_server(place)
        elif name == "a worker killed":
            if not self.world.kill_worker(place, self.dice):
                self.blows.insert(0, name)  # None was there yet: later.
                time.sleep(0.2)
                return
        elif name == "Chorus Pro killed":
            self.world.restart_simulator(away=self.dice.uniform(0.2, 1.5))
        else:
            self.world.cut_postgres()
        self.counts[name] += 1
        self.dealt += 1
