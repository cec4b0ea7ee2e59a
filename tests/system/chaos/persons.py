"""What only a person can do: put a paused account back in service, decide about a paper that nobody can tell."""

import json

RESUME = """
env["chorus.account"].search([("state", "=", "paused")])._resume()
env.cr.commit()
"""

DECIDE = """
import json
found = json.loads({found!r})
for document in env["chorus.document"].search([("stage", "=", "needs_attention")]):
    document._settle_by_person(found.get(document.issuer_siret + " " + document.number))
env.cr.commit()
"""


class Persons:
    """The accountant and the administrator, who look from time to time."""

    def __init__(self, world, state):
        self.world, self.state = world, state
        self.resumed = self.decided = 0

    def look(self):
        paused = self.world.try_sql("SELECT count(*) FROM chorus_account WHERE state = 'paused'")
        if paused and paused[0][0]:
            self._do(RESUME)
            self.resumed += paused[0][0]
        waiting = self.world.try_sql("SELECT count(*) FROM chorus_document WHERE stage = 'needs_attention'")
        if waiting and waiting[0][0]:
            found = {f"{siret} {number}": str(rows[0]["id"]) for (siret, number), rows in self.state.papers().items()}
            self._do(DECIDE.format(found=json.dumps(found)))
            self.decided += waiting[0][0]

    def _do(self, script):
        try:
            self.world.script(script)
        except AssertionError:
            return  # PostgreSQL was away, or a cron wrote the same row: at the next look.
