from datetime import timedelta

from markupsafe import Markup

from odoo import fields, models

MOST_INCIDENTS = 3
"""How many times a flow leaves again by itself after an incident; a person looks at it then."""

INCIDENT_DELAY = 600
"""Seconds before it leaves again the first time, then twice and three times as long: an incident lasts."""


class ChorusTransmission(models.Model):
    """A flow that met an incident at Chorus Pro (*IN_INCIDENTE*): nothing of it was processed, it is deposited anew,
    the same bytes under the same numbers (chorus-pro-api.md §3.4)."""

    _inherit = "chorus.transmission"

    incidents = fields.Integer(
        "Incidents at Chorus Pro",
        readonly=True,
        help="How many times Chorus Pro processed nothing of these bytes, which then left again by themselves.",
    )

    def _deposit_anew(self):
        """Journal the incident and put the same bytes in the outbox again, or before a person when it lasts.

        :return: the new transmission
        """
        self.ensure_one()
        told = self.env._("Technical incident at Chorus Pro (IN_INCIDENTE): nothing was processed.")
        self.write({"state": "rejected", "answered_at": fields.Datetime.now(), "technical_details": told})
        self.flush_recordset()  # its key is free before the new one takes it
        count = self.incidents + 1
        anew = self.create(
            {
                **self._values_for(self.account_id, self.document_ids),
                **{name: self[name] for name in ("verb", "key", "payload", "payload_name", "sha256", "syntax")},
                "divided_from_id": self.divided_from_id.id,
                "incidents": count,
            }
        )
        # The report of the flow that met the incident is not asked for any more.
        self.document_ids.write({"flow_number": False, "deposit_date": False})
        if count > MOST_INCIDENTS:
            anew._ask_person(
                self.env._(
                    "Chorus Pro met an incident %(count)s times and processed nothing (IN_INCIDENTE). Look at its "
                    "announcements, then send again.",
                    count=count,
                )
            )
        else:
            seconds = INCIDENT_DELAY * count
            anew.write({"not_before": fields.Datetime.now() + timedelta(seconds=seconds), "error_message": told})
            self.account_id._wake("chorus_visiobat.cron_deposit", seconds)
        body = Markup("<p>%s</p><p>%s</p>") % (told, self.env._("The same file leaves again, under the same number."))
        papers = self.document_ids.sudo()
        papers._message_log_batch(dict.fromkeys(papers.ids, body))
        self.document_ids._sync_stage()
        return anew
