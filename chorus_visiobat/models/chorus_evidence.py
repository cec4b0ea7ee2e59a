import base64
import hashlib

from odoo import fields, models
from odoo.tools import format_date

from ..chorus_api import ChorusError
from .chorus_lane import OBSTACLES
from .chorus_poller_apply import technical_number_of

ATTEMPTS_KEPT = 20


class ChorusTransmission(models.Model):
    """What a person needs to decide about a sending: each attempt, and what Chorus Pro shows beside what we sent."""

    _inherit = "chorus.transmission"

    attempt_log = fields.Json(
        "Attempts", readonly=True, help="Each sending: when it left, what came back, the correlation id of PISTE."
    )
    findings = fields.Json(
        "What Chorus Pro shows", readonly=True, help="Papers that bear our number there, and how they differ from ours."
    )

    def _log_attempt(self, outcome, correlation=None):
        """Remember how one sending ended.

        :param outcome: the error of the call, or None when it was answered
        """
        attempt = {
            "started": fields.Datetime.to_string(self.started_at),
            "ended": fields.Datetime.to_string(fields.Datetime.now()),
            "outcome": str(outcome) if outcome else "",
            "correlation": correlation or "",
            "worker": self.worker or "",
        }
        self.attempt_log = [*(self.attempt_log or []), attempt][-ATTEMPTS_KEPT:]

    def _finding(self, client, document, row, differences):
        """A paper of Chorus Pro that bears our number and differs, with the comparison of its bytes (dict)."""
        # The bytes of a paper of another number say nothing: it is not the one that was lost.
        same = self._same_file(client, document, technical_number_of(row)) if row.number == document.number else ""
        return {
            "number": technical_number_of(row),
            "status": row.status or "",
            "total": str(row.amount_total) if row.amount_total is not None else "",
            "deposited": str(getattr(row, "deposit_date", None) or ""),
            "differences": differences,
            "same_file": same,
        }

    def _same_file(self, client, document, technical_number):
        """Whether the file that Chorus Pro holds is the one that we sent, by its SHA-256; None when it is not given
        back as it was received.

        :raise ChorusError: an obstacle to every call
        """
        ours = document.main_attachment_file_id.raw
        try:
            told = client.download_papers((int(technical_number),), "PDF", with_attachments=False)
        except OBSTACLES:
            raise
        except ChorusError:
            return None
        if told.kind != "pdf" or not ours or not ours.startswith(b"%PDF-"):
            return None
        return hashlib.sha256(told.content).digest() == hashlib.sha256(ours).digest()


class ChorusDocument(models.Model):
    _inherit = "chorus.document"

    evidence = fields.Html(
        compute="_compute_evidence",
        compute_sudo=True,
        sanitize=False,
        help="What we sent, and what Chorus Pro shows: all that is known to decide.",
    )

    def _compute_evidence(self):
        for document in self:
            undecided = document._undecided()
            document.evidence = bool(undecided) and self.env["ir.qweb"]._render(
                "chorus_visiobat.document_evidence", document._evidence_values(undecided)
            )

    def _undecided(self):
        """The transmission about which a person may decide, empty when there is none."""
        act = self._current_act()
        if act.state == "needs_attention":
            return act
        return self._current_deposit() if self.may_attach else act.browse()

    def _evidence_values(self, transmission):
        return {
            "transmission": transmission,
            "verb": transmission._verb_label(),
            "size": len(base64.b64decode(transmission.with_context(bin_size=False).payload or b"")),
            "attempts": [
                {
                    **attempt,
                    "started": fields.Datetime.to_datetime(attempt["started"]),
                    "ended": fields.Datetime.to_datetime(attempt["ended"]),
                }
                for attempt in transmission.attempt_log or []
            ],
            "findings": [self._finding_in_words(finding) for finding in transmission.findings or []],
            "details": (transmission.technical_details or transmission.error_message or "").splitlines(),
        }

    def _finding_in_words(self, finding):
        """A paper of Chorus Pro as people read it: its status by its name, its date and its amount."""
        status = self.env["chorus.status"].search([("code", "=", finding["status"])], limit=1)
        day, total = finding["deposited"][:10], finding["total"]
        return {
            **finding,
            "status": status.name or finding["status"],
            "deposited": format_date(self.env, day) if day else "",
            "total": self.currency_id.format(float(total)) if total else "",
        }
