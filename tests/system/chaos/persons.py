"""What only a person can do: answer what comes back, put a paused account back in service, decide about a paper that
nobody can tell.
"""

import json

from chaos.returns import answers

RESUME = """
env["chorus.account"].search([("state", "=", "paused")])._resume()
env.cr.commit()
"""

DECIDE = """
import json
found, done = json.loads({found!r}), json.loads({done!r})
for document in env["chorus.document"].search([("stage", "=", "needs_attention")]):
    name = document.issuer_siret + " " + document.number
    if document.act_state != "needs_attention":
        document._settle_by_person(found.get(name))
    elif name in done:
        document.action_act_done()
    else:
        document.action_act_again()
env.cr.commit()
"""

ANSWER = """
import json, time
from pathlib import Path
import psycopg2
from odoo import api
from odoo.exceptions import LockError, UserError
from odoo.addons.chorus_visiobat.chorus_api import RejectionHandling
from odoo.addons.chorus_visiobat.models.chorus_act import ACTS
folder = Path({folder!r})
added = {{deposit["siret"] + " " + paper["number"]: paper["added"]
         for deposit in json.loads((folder / "plan.json").read_text())["deposits"] for paper in deposit["papers"]}}
done = [("verb", "in", tuple(ACTS)), ("state", "not in", ("rejected", "cancelled"))]
back = [("stage", "in", ("to_recycle", "to_complete", "rejected")), ("transmission_ids", "not any", done)]
registry, uid = env.registry, env.uid
env.cr.rollback()
def answer(document):
    if document.stage == "rejected":
        return document._queue_act("handle_rejections", RejectionHandling((int(document.technical_number),)).to_json())
    action = document.action_cure()
    dialog = document.env[action["res_model"]].browse(action["res_id"])
    if document.stage == "to_complete":
        name = added[document.issuer_siret + " " + document.number]
        dialog.attachment_ids = document.env["ir.attachment"].create(
            {{"name": name, "raw": (folder / name).read_bytes()}})
    dialog.action_send()
while True:
    time.sleep(1)
    try:
        with registry.cursor() as cr:
            env = api.Environment(cr, uid, {{"lang": "fr_FR"}})
            for document in env["chorus.document"].search(back):
                try:
                    answer(document)
                    cr.commit()
                except (LockError, UserError, psycopg2.errors.SerializationFailure) as error:
                    cr.rollback()
                    print(document.id, error, flush=True)
    except psycopg2.Error as error:
        print(error, flush=True)
"""
"""An accountant at work as long as the run: the dialogs of the buttons, one paper after the other."""


class Persons:
    """The accountant, who answers what comes back, and the administrator, who looks from time to time."""

    def __init__(self, world, state, folder):
        self.world, self.state = world, state
        self.resumed = self.decided = 0
        self.accountant = None
        self.script = world.work / "accountant.py"
        self.script.write_text(ANSWER.format(folder=str(folder)))

    def look(self):
        if not self.accountant or self.accountant.poll() is not None:
            self.accountant = self.world.start_script(self.script)
        paused = self.world.try_sql("SELECT count(*) FROM chorus_account WHERE state = 'paused'")
        if paused and paused[0][0]:
            self._do(RESUME)
            self.resumed += paused[0][0]
        waiting = self.world.try_sql("SELECT count(*) FROM chorus_document WHERE stage = 'needs_attention'")
        if waiting and waiting[0][0]:
            self._do(DECIDE.format(**self._portal()))
            self.decided += waiting[0][0]

    def _portal(self):
        """What a person reads on the portal: the papers that are there, and those that were answered."""
        histories, papers = self.state.histories(), self.state.papers()
        found = {f"{siret} {number}": rows[0] for (siret, number), rows in papers.items()}
        done = [name for name, row in found.items() if row.get("rejection_handled") or answers(histories[row["id"]])]
        numbers = {name: str(row["id"]) for name, row in found.items()}
        return {"found": json.dumps(numbers), "done": json.dumps(done)}

    def _do(self, script):
        try:
            self.world.script(script)
        except AssertionError:
            return  # PostgreSQL was away, or a cron wrote the same row: at the next look.
