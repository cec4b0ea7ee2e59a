"""Several at once: clicks, users, and rows written by somebody else just when the answer comes."""

import contextlib
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from machine import until
from test_kill import FLOW, INVOICE, SUBMIT, assert_settled, is_sending, prepared, submission, submitted

sys.path.insert(0, str(Path(__file__).parents[2]))

from dev.rpc import User
from dev.say import Failure

DRAFT = INVOICE.replace("._queue()", "") + """
second = env["res.users"].create({
    "name": "Second comptable", "login": "second", "password": "second", "lang": "fr_FR",
    "group_ids": [(4, env.ref("chorus_visiobat.group_billing").id), (4, env.ref("account.group_account_invoice").id)],
})
env["res.users"].search([("login", "=", "admin")]).group_ids |= env.ref("chorus_visiobat.group_manager")
env.cr.commit()
"""


def test_clicks_of_two_users_on_one_invoice_make_one_deposit(tmp_path):
    with prepared(tmp_path, count=0) as machine:
        machine.script(DRAFT)
        machine.control.settings(step_seconds=1)
        url = machine.start_web_server()
        users = [User(url, machine.database, login, login) for login in ("admin", "second")]
        [(move,)] = machine.sql("SELECT id FROM account_move WHERE move_type = 'out_invoice'")
        dialogs = [(user, user.call("account.move", "action_chorus_send", [move])["res_id"]) for user in users * 4]

        def click(dialog):
            user, wizard = dialog
            try:
                user.call("chorus.send", "action_send", [wizard])
            except Failure as refusal:
                return str(refusal)
            return None

        with ThreadPoolExecutor(len(dialogs)) as pool:
            refusals = [told for told in pool.map(click, dialogs) if told]
        assert len(refusals) < len(dialogs), f"Nobody could send: {refusals}"
        kept = "SELECT count(*) FROM chorus_transmission WHERE verb = 'deposit_flow' AND state != 'cancelled'"
        assert machine.sql(kept) == [(1,)], refusals
        arrived = "SELECT 1 FROM chorus_document WHERE stage = 'with_payer'"
        machine.wake_until(lambda: machine.sql(arrived), "the invoice is with the paymaster")
        assert len(machine.control.requests(FLOW)) == 1


@pytest.mark.parametrize("table", ["chorus_transmission", "chorus_document"])
def test_row_written_by_somebody_else_when_the_answer_comes(tmp_path, table):
    """The answer meets a serialization failure: it is written all the same, and nothing is sent a second time."""
    with prepared(tmp_path) as machine:
        machine.control.fault("delay", SUBMIT, delay=3)
        machine.start_server()
        machine.wake_until(lambda: is_sending(machine), "the submission is claimed")
        with contextlib.closing(machine.connect()) as other:
            other.cursor().execute(f"UPDATE {table} SET write_uid = write_uid")
            until(lambda: machine.control.works(), "Chorus Pro has the paper")
            time.sleep(1)
            other.commit()
        assert_settled(machine)
        assert submission(machine)[1] == 1
        assert len(submitted(machine)) == 1
        assert "could not serialize access" in (tmp_path / "odoo-0.log").read_text()
