import math

from odoo import fields, models

from ..chorus_api import says_duplicate
from .chorus_document_life import CUT


class ChorusTransmission(models.Model):
    """What the report of a flow makes of its papers (chorus-pro-api.md §2.2, §3.4).

    One bad paper never holds the others back. Of a flow integrated in part, those refused are named. Of a flow that
    was not taken in at all, the papers named are refused and the others leave again by themselves; where none is
    named, they leave again in about √n flows, and those of a part refused in its turn one by one: two rounds find the
    culprit among hundreds, each of them waiting for Chorus Pro once.
    """

    _inherit = "chorus.transmission"

    def _apply_report(self, report):
        """Take the report of a flow. A state never seen before is kept raw and asked for again: never a success.

        :param report: chorus_api FlowReport
        """
        self.ensure_one()
        self.flow_state = report.state
        if not report.is_final:
            return
        if report.outcome == "incident":
            self._deposit_anew()
            return
        errors = {error.number: _labels(error) for error in report.invoice_errors}
        general = [error.label or error.code for error in report.technical_errors]
        named = self.document_ids.filtered(lambda document: document.number in errors)
        values = {"answered_at": fields.Datetime.now()}
        if report.outcome in ("integrated", "partial"):
            if report.state_date and report.deposit_date:
                self.account_id._measure("flow", (report.state_date - report.deposit_date).total_seconds())
            self.write({**values, "state": report.outcome, "technical_details": "\n".join(general)})
            refused = named
        else:
            labels = general + [label for messages in errors.values() for label in messages]
            self.write({**values, "state": "rejected", "technical_details": "\n".join(labels)})
            refused = self._refused_of_whole(named)
        for document in refused:
            labels = errors.get(document.number) or general or [self.env._("Chorus Pro gives no reason.")]
            if any(says_duplicate(label) for label in labels):
                document._seek_duplicate(labels, self.flow_number)
            else:
                document._apply_refusal(labels)
        self.document_ids._sync_stage()

    def _refused_of_whole(self, named):
        """The papers refused in a flow that was not taken in; the others are queued again.

        :param named: papers that the report gives a reason for
        """
        papers = self.document_ids.sorted("id")
        if named or len(papers) == 1:
            if spared := papers - named if named else papers.browse():
                self._leave_again(spared)
            return named or papers
        is_part = 0 < len(papers) < len(self.divided_from_id.document_ids)
        self._leave_again(papers, parts=len(papers) if is_part else math.ceil(math.sqrt(len(papers))))
        return papers.browse()

    def _leave_again(self, papers, parts=1):
        """Queue papers of this flow again, in so many flows that nobody joins."""
        size = math.ceil(len(papers) / parts)
        # The flow just refused frees their keys in the index of live transmissions.
        self.flush_model(["state"])
        for rank, start in enumerate(range(0, len(papers), size)):
            part = papers[start : start + size]
            self.create(
                {
                    **self._values_for(self.account_id, part),
                    "verb": "deposit_flow",
                    "key": part._business_key() if len(part) == 1 else f"{self.env.cr.dbname}:{self.id}/{rank}",
                    "divided_from_id": self.id,
                }
            )
        papers.sudo().flow_number = False
        if self.flow_number:
            self._tell_division(papers)
        self.account_id._wake("chorus_visiobat.cron_deposit")

    def _tell_division(self, papers):
        body = self.env._(
            "Flow %(number)s was not taken in by Chorus Pro, which blames nothing on this paper: it leaves again by "
            "itself.",
            number=self.flow_number,
        )
        papers.sudo()._message_log_batch(dict.fromkeys(papers.ids, body))


def _labels(error):
    """Labels of a refused invoice; the last one ends with … where Chorus Pro cut it (200 characters in all, §2.2)."""
    labels = list(error.messages)
    if labels and error.truncated:
        labels[-1] += CUT
    return labels
