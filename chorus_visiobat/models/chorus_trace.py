import logging

from odoo import api, fields, models

from ..chorus_api.log import logfmt
from ..click_trace import current_trace

_logger = logging.getLogger(__name__)


class ChorusTransmission(models.Model):
    """From the click to the answer of Chorus Pro: one id in every line of the log (*fil*)."""

    _inherit = "chorus.transmission"

    trace_id = fields.Char(
        readonly=True,
        index="btree_not_null",
        help="Identifier of the click in the server's log: it finds every call made for it.",
    )

    @api.model_create_multi
    def create(self, vals_list):
        trace = current_trace()
        transmissions = super().create(
            [{**vals, "trace_id": self.browse(vals.get("parent_id")).trace_id or trace} for vals in vals_list]
        )
        for transmission in transmissions:
            transmission._log("queued", user=self.env.uid, papers=",".join(transmission.document_ids.mapped("number")))
        return transmissions

    def write(self, vals):
        before = {transmission: transmission.state for transmission in self} if "state" in vals else {}
        result = super().write(vals)
        for transmission, state in before.items():
            if transmission.state != state:
                transmission._log(
                    "state",
                    state=transmission.state,
                    flow=transmission.flow_number or None,
                    ref=transmission.remote_ref or None,
                    code=transmission.error_code or None,
                )
        return result

    def _log_labels(self):
        """What the log says of the calls made for this transmission."""
        self.ensure_one()
        return {"trace": self.trace_id or None, "transmission": self.id}

    def _log(self, event, **pairs):
        """Say it in the log once it is committed: what is rolled back never happened."""
        line = logfmt(event, verb=self.verb, **pairs, account=self.account_id.id, **self._log_labels())
        self.env.cr.postcommit.add(lambda: _logger.info(line))


class ChorusEvent(models.Model):
    _inherit = "chorus.event"

    @api.model_create_multi
    def create(self, vals_list):
        events = super().create(vals_list)
        for event in events:
            line = logfmt("status", paper=event.document_id.number, status=event.code, document=event.document_id.id)
            self.env.cr.postcommit.add(lambda line=line: _logger.info(line))
        return events


class ChorusAccount(models.Model):
    _inherit = "chorus.account"

    def _step(self, client, transmission):
        with client.labelled(transmission._log_labels()):
            return super()._step(client, transmission)
