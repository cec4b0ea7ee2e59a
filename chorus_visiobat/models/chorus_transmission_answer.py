from datetime import timedelta

from odoo import fields, models

from .chorus_act import ACTS

FIRST_CHECK = 60
"""Seconds after a lost answer until the first look-up."""

MOST_LOST_ANSWERS = 3
POLL_DELAY = 180
"""Seconds after a deposit until its first news are asked for: Chorus Pro takes minutes to integrate."""


class ChorusTransmission(models.Model):
    """What each kind of answer, or its absence, makes of a transmission and of the papers it carries."""

    _inherit = "chorus.transmission"

    def _deposit(self, identity, state=None):
        """Chorus Pro has it.

        :param identity: str, number of the flow, technical number of the works paper or id of the file
        :param state: str, status given with the answer
        """
        self.ensure_one()
        values = {"flow_number": identity} if self.verb == "deposit_flow" else {"remote_ref": identity}
        self.write(
            {
                **values,
                "state": "deposited",
                "flow_state": state,
                "answered_at": fields.Datetime.now(),
                "not_before": False,
                "error_code": False,
                "error_message": False,
                "said_duplicate": False,
            }
        )
        self._abandon_uploads()

    def _lose(self, message, error=None):
        """Nobody knows whether it arrived: only Chorus Pro can tell (``_settle``)."""
        for transmission in self:
            transmission.write(
                {
                    "state": "unknown",
                    "lost_answers": transmission.lost_answers + 1,
                    "checks": 0,
                    "not_before": fields.Datetime.now() + timedelta(seconds=transmission._seconds_before_check(0)),
                    **transmission._error_values(message, error),
                }
            )
            if transmission.parent_id.state in ("cancelled", "rejected"):
                transmission.parent_id._abandon_uploads()

    def _doubt_duplicate(self, error):
        """Chorus Pro says that it has this number: the earlier deposit, ours or another's, is looked for at once."""
        self.ensure_one()
        self.write({"state": "unknown", "said_duplicate": True, "checks": 0, "not_before": False})
        self.write(self._error_values(error.message, error))

    def _back_to_queue(self, error):
        """Proven not to have been processed: it waits for its turn again, and counts for nothing."""
        self.write({"state": "queued", "not_before": False, **self._error_values(error.message, error)})

    def _refuse(self, message, error=None):
        """Refused for good. A refused file takes its submission with it, which takes its other files."""
        for transmission in self:
            values = {"state": "rejected", "answered_at": fields.Datetime.now(), "not_before": False}
            transmission.write({**values, **transmission._error_values(message, error)})
            if transmission.verb == "deposit_flow":
                # Perhaps for a syntax that Chorus Pro withdrew: they are asked for again before the next flow.
                transmission.account_id.sudo().flow_syntaxes_date = False
            transmission._abandon_uploads()
            if transmission.parent_id.state == "queued":
                transmission.parent_id._refuse(message, error)

    def _ask_person(self, evidence):
        """Neither a match nor an absence that can be trusted: a person decides, with what was found."""
        values = {"state": "needs_attention", "not_before": False, "remote_ref": False}
        self.write({**values, "technical_details": evidence})

    def _error_values(self, message, error=None):
        return {
            "error_message": message,
            "error_code": str(error.code or error.http_status or "") if error else False,
            "technical_details": error.label if error else False,
        }

    def _seconds_before_check(self, checks=None):
        """Seconds until Chorus Pro is asked again: soon at first, then less and less often, and at the end of the
        quiet period at the latest."""
        self.ensure_one()
        checks = self.checks if checks is None else checks
        left = (self._quiet_end() - fields.Datetime.now()).total_seconds()
        return max(min(FIRST_CHECK * 3**checks, left), 1)

    def _quiet_end(self):
        """When Chorus Pro is trusted to know everything that had reached it: a works paper is known at once, a flow
        once it is integrated, which may take hours (chorus-pro-api.md §6.4): as long as measured (chorus_quiet.py)."""
        kind = "flow" if self.verb == "deposit_flow" else "works"
        return (self.started_at or fields.Datetime.now()) + timedelta(seconds=self.account_id._quiet_seconds(kind))

    def _papers_to_tell(self):
        """The papers that wait for this very answer: those of a divided flow have left again by another one."""
        return self.document_ids.filtered(lambda document: document._current_deposit() == self)

    def _quiet_is_over(self):
        """By the clock of the database, which dated the sending: servers whose clocks differ share it."""
        return self.env.cr.now() >= self._quiet_end()

    def _tell_documents(self):
        """Carry the state of a deposit, or of an act, over to its papers. Idempotent."""
        self.ensure_one()
        deposit = self.parent_id or self
        if deposit.verb in ACTS:
            return deposit._tell_act()
        documents = deposit._papers_to_tell()
        if deposit.state == "deposited":
            number = deposit.flow_number or deposit.remote_ref
            body = self.env._("Deposited on Chorus Pro under number %(number)s.", number=number)
            new = documents.filtered(lambda document: not document.deposit_date)
            new.sudo()._message_log_batch(dict.fromkeys(new.ids, body))
            documents.write({"deposit_date": deposit.answered_at, "flow_number": deposit.flow_number})
            if deposit.remote_ref and len(documents) == 1:
                documents.technical_number = deposit.remote_ref
                if deposit.flow_state:
                    documents._apply_status(deposit.flow_state)
            deposit.account_id._wake("chorus_visiobat.cron_poll", POLL_DELAY)
        elif deposit.state == "rejected":
            labels = [deposit.technical_details or deposit.error_message]
            for document in documents.filtered(lambda document: not document.refusal_label):
                document._apply_refusal(labels)
        return documents._sync_stage()
