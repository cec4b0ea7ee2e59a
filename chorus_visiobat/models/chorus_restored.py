from odoo import fields, models

from .chorus_poller_apply import technical_number_of


class ChorusAccount(models.Model):
    """A database restored from a backup: what left after the backup is at Chorus Pro, and still waits here."""

    _inherit = "chorus.account"

    def _resume(self):
        restored = self.sudo().filtered(
            lambda account: account.database_identity and account.database_identity != self._database_identity()
        )
        result = super()._resume()
        restored._ask_before_sending()
        return result

    def _ask_before_sending(self):
        """Whatever waits may have left already: it leaves only once Chorus Pro was asked, the quiet period over."""
        waiting = self.env["chorus.transmission"].search(
            [("account_id", "in", self.ids), ("state", "=", "queued"), ("verb", "!=", "add_file")]
        )
        why = self.env._(
            "This database was restored or copied: Chorus Pro is asked first whether this has left already."
        )
        waiting.write(
            {
                "state": "unknown",
                "checks": 0,
                "not_before": False,
                "started_at": fields.Datetime.now(),
                "error_message": why,
            }
        )
        waiting.document_ids._sync_stage()


class ChorusTransmission(models.Model):
    _inherit = "chorus.transmission"

    def _known_elsewhere(self, row, document):
        """A flow found again after a restoration has no bytes here, nor the list of its papers: it may be joined."""
        known = super()._known_elsewhere(row, document)
        if not known or not self._flow_to_join(row):
            return known
        number = [("environment", "=", self.environment), ("technical_number", "=", technical_number_of(row))]
        return known if self.env["chorus.document"].search_count([*number, ("id", "!=", document.id)]) else []

    def _flow_to_join(self, row):
        other = self._other_flow(row) if self.verb == "deposit_flow" else self.browse()
        return other.filtered(lambda flow: not flow.sha256 and flow.state in ("deposited", "integrated", "partial"))

    def _adopt(self, document, row):
        flow = self._flow_to_join(row)
        if not flow:
            return super()._adopt(document, row)
        flow.document_ids |= document
        self.write({"state": "cancelled", "not_before": False, "error_message": False})
        return document.write({"deposit_date": flow.answered_at, "flow_number": flow.flow_number})
