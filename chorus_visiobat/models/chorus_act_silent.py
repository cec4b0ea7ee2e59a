from datetime import timedelta

from odoo import fields, models
from odoo.tools import format_datetime

from .chorus_act import ACTS

READ_AGAIN = timedelta(hours=1)
PATIENCE = timedelta(days=1)
"""How long a status may stay what it was after Chorus Pro said that an act was done; longer where its flows took so."""

EVENTS_TOLD = 5


class ChorusTransmission(models.Model):
    """An act that Chorus Pro said was done, and whose effect does not show: the paper is read every hour, then a person
    decides with what Chorus Pro shows.
    """

    _inherit = "chorus.transmission"

    def _is_awaited(self, document):
        """Whether Chorus Pro said that this act was done, and the paper still stands where it answered."""
        return self.state == "deposited" and ACTS[self.verb].moves and self._answers(document)

    def _is_silent(self):
        """Whether its effect should show by now."""
        quiet = timedelta(seconds=self.account_id._quiet_seconds("flow"))
        return fields.Datetime.now() - self.answered_at > max(PATIENCE, quiet)

    def _settle_by_news(self, document):
        """The paper moved on while a person had to decide about this act: the status that came decides."""
        expected = ACTS[self.verb].shown_by
        if not expected or document.status_code in expected:
            self._deposit(self._technical_numbers())
        else:
            self._refuse(self.env._("The paper has moved on meanwhile: read what its status says now."))
        self._tell_act()

    def _give_up(self):
        """A person looked on the portal: this act did not take place, and is not wanted any more as it was."""
        self._refuse(self.env._("It did not take place, as was seen on the portal: choose again."))


class ChorusDocument(models.Model):
    _inherit = "chorus.document"

    def _apply_statuses(self, told):
        changed = super()._apply_statuses(told)
        for document in changed.filtered(lambda document: document.stage == "needs_attention"):
            act = document._current_act()
            if act.state == "needs_attention" and ACTS[act.verb].moves and not act._answers(document):
                act._settle_by_news(document)
        return changed

    def _doubt_silent_act(self):
        """Have a person decide about an act whose effect should show by now; the paper was read just before."""
        act = self._current_act()
        if not act or not act._is_awaited(self) or not act._is_silent():
            return
        told = self.env._(
            "Chorus Pro answered on %(date)s that it was done, and the status is still “%(status)s”. What it shows:",
            date=format_datetime(self.env, act.answered_at, tz="Europe/Paris", dt_format="short"),
            status=self.status_id.name or self.status_code,
        )
        act._ask_person("\n".join([told, *(act._event_line(event) for event in self.event_ids[:EVENTS_TOLD])]))
        self._sync_stage()

    def action_act_otherwise(self):
        """A person looked on the portal: what was asked did not take place, and is to be chosen again."""
        act = self._undecided_act()
        self._note(self.env._("Not found on the portal: to be chosen again."), act.technical_details)
        act._give_up()
        self.sudo()._sync_stage()


class ChorusAccount(models.Model):
    """The papers whose new status is awaited are read every hour, whoever issued them."""

    _inherit = "chorus.account"

    def _has_news(self):
        return super()._has_news() or bool(self._awaited_papers())

    def _pressing_details(self):
        return super()._pressing_details() | self._awaited_papers()

    def _awaited_papers(self):
        """Papers, ours or not, whose act Chorus Pro said was done, and that were not read for an hour."""
        return self.env["chorus.document"].search(
            [
                ("company_id", "child_of", self.company_id.id),
                ("environment", "=", self.environment),
                ("transmission_ids.account_id", "=", self.id),
                ("stage", "=", "answering"),
                ("technical_number", "!=", False),
                "|",
                ("details_tried_at", "=", False),
                ("details_tried_at", "<", fields.Datetime.now() - READ_AGAIN),
            ]
        )
