from odoo import fields, models


class ChorusLaneSuccess(models.Model):
    """When each lane of each technical account last had an answer of Chorus Pro, be it a refusal.

    Written by the lane alone, which holds the lock of the account: nobody ever waits for these rows, and the account
    itself is left in peace.
    """

    _name = "chorus.lane.success"
    _description = "Last success of a Chorus Pro lane"
    _log_access = False
    _rec_name = "lane"

    account_id = fields.Many2one(
        "chorus.account", required=True, readonly=True, ondelete="cascade", help="Technical account served."
    )
    lane = fields.Selection(
        [("deposit", "Sendings"), ("poll", "Statuses"), ("directory", "Directory")],
        required=True,
        readonly=True,
        help="What was done.",
    )
    date = fields.Datetime(required=True, readonly=True, help="When Chorus Pro last answered.")

    _one_row = models.UniqueIndex("(account_id, lane)")


class ChorusAccount(models.Model):
    _inherit = "chorus.account"

    def _serve_outbox(self, client, *limits):
        unfinished = super()._serve_outbox(client, *limits)
        self._lane_answered("deposit", client)
        return unfinished

    def _serve_poll(self, client, *limits):
        unfinished = super()._serve_poll(client, *limits)
        self._lane_answered("poll", client)
        return unfinished

    def _serve_directory(self, client, *limits):
        unfinished = super()._serve_directory(client, *limits)
        self._lane_answered("directory", client)
        return unfinished

    def _lane_answered(self, lane, client):
        """Keep the moment if the last call of the turn had an answer; a turn without any call tells nothing."""
        if not client.last_call or client.last_call.outcome not in ("ok", "Refused", "FlowNotFound"):
            return
        self.env.cr.execute(
            """
            INSERT INTO chorus_lane_success (account_id, lane, date) VALUES (%s, %s, now() AT TIME ZONE 'UTC')
                ON CONFLICT (account_id, lane) DO UPDATE SET date = EXCLUDED.date
            """,
            [self.id, lane],
        )
        self.env["chorus.lane.success"].invalidate_model(["date"])

    def _last_successes(self):
        """When Chorus Pro last answered each lane of this account, ``test`` (the connection, daily) included.

        :return: dict of datetimes (UTC), False when never
        """
        self.ensure_one()
        Success = self.env["chorus.lane.success"].sudo()
        known = {row.lane: row.date for row in Success.search([("account_id", "=", self.id)])}
        lanes = Success._fields["lane"].get_values(self.env)
        return {lane: known.get(lane, False) for lane in lanes} | {"test": self.last_test_date}
