import base64
from datetime import datetime, timezone

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import format_datetime

from ..chorus_api import EFFECTS, Attachment, InvoiceQuery, with_attachments
from .chorus_act import ACTS
from .chorus_document_life import SAME_MOMENT, utc
from .chorus_transmission_answer import POLL_DELAY

REJECTION_HANDLED = "TRAITEMENT_REJET"
"""Action of a user by which a rejection is marked as handled, as the history tells it (chorus-pro-api.md §3.6)."""


class ChorusTransmission(models.Model):
    """An act on a paper that Chorus Pro holds: what it answers, its bytes, its answer, and how a lost one is settled.

    It lives in the outbox as a deposit does: bytes frozen before the claim, claim and commit, call, answer. A refusal
    leaves the paper where it stood: the act may be tried again with other data.
    """

    _inherit = "chorus.transmission"

    status_code = fields.Char(
        "Status answered", readonly=True, help="Status of the paper at Chorus Pro to which this act answers."
    )
    status_date = fields.Datetime("Since", readonly=True, help="Since when the paper had the status answered.")
    told_at = fields.Datetime(readonly=True, help="When the answer was told to the papers.")

    def _answers(self, document):
        """Whether this act answers the status at which the paper stands now."""
        self.ensure_one()
        if self.status_code != document.status_code:
            return False
        return not self.status_date or abs(self.status_date - document.status_date) < SAME_MOMENT

    def _act_request(self):
        """The bytes of this act: those written when it was queued, with the files uploaded since.

        :raise UserError: the paper has moved on since then
        """
        if any(not self._answers(document) for document in self.document_ids):
            raise UserError(
                self.env._(
                    "%(names)s: its status at Chorus Pro has changed since this was asked, so nothing was sent. Read "
                    "what it says now, then choose again.",
                    names=", ".join(self.document_ids.mapped("name")),
                )
            )
        if self.sha256:
            return self._bytes()
        request = base64.b64decode(self.payload)
        uploaded = tuple(
            Attachment(int(upload.remote_ref), upload.payload_name, self._type_of(upload.attachment_id))
            for upload in self.upload_ids.sorted("id")
        )
        return with_attachments(request, uploaded) if uploaded else request

    def _type_of(self, attachment):
        """codeTypePieceJointe of an added document."""
        return attachment._chorus_type_code(self.document_ids[:1]._attachment_object())

    def _act_name(self):
        """Name under which the bytes of this act are kept."""
        return f"{self.verb}-{'-'.join(self.document_ids.mapped('number'))}"[:80] + ".json"

    def _tell_act(self):
        """Carry the state of an act over to its papers. Idempotent."""
        self.ensure_one()
        documents, verb = self.document_ids, self._verb_label()
        if not self.told_at and self.state in ("deposited", "rejected"):
            for document in documents:
                if self.state == "deposited":
                    document._note(self.env._("%(act)s: done at Chorus Pro.", act=verb))
                else:
                    document._note(self.env._("%(act)s: refused by Chorus Pro.", act=verb), self._plain_refusal())
            self.told_at = fields.Datetime.now()
            documents.history_due = True
            if self.state == "deposited" and self.flow_state and len(documents) == 1 and ACTS[self.verb].moves:
                documents._apply_status(self.flow_state, datetime.now(timezone.utc))
            self.account_id._wake("chorus_visiobat.cron_poll", POLL_DELAY)
        documents._sync_stage()

    def _verb_label(self):
        return dict(self._fields["verb"]._description_selection(self.env))[self.verb]

    def _plain_refusal(self):
        """Why Chorus Pro refused this act, in plain words with the cure (str)."""
        self.ensure_one()
        label = self.technical_details
        return self.env["chorus.rejection"].sudo()._match(label)._sentence(label) if label else self.error_message

    # --- a lost answer ---

    def _look_up_act(self, client):
        """Ask Chorus Pro whether this act took place.

        :return: what to do then, a function without argument
        :raise ChorusError: the question itself failed
        """
        done, shown = getattr(self, ACTS[self.verb].look_up)(client)
        if done:
            return lambda: self._deposit(self._technical_numbers(), None)
        return lambda: self._not_found(shown)

    def _technical_numbers(self):
        return ", ".join(self.document_ids.mapped("technical_number"))

    def _look_up_status(self, client):
        """Whether another status followed the one answered, in the history of the paper."""
        document = self.document_ids
        events = self._remote_events(client, document.technical_number)
        following = self._following(events)
        expected = ACTS[self.verb].shown_by
        codes = {event.code for event in following}
        return bool(codes & set(expected) if expected else codes), [self._event_line(event) for event in events[:5]]

    def _following(self, events):
        """The events after the status answered: its moment tells it, else its code alone.

        :param events: newest first
        """
        same = [index for index, event in enumerate(events) if event.code == self.status_code]
        exact = [
            index
            for index in same
            if events[index].date and self.status_date and abs(utc(events[index].date) - self.status_date) < SAME_MOMENT
        ]
        found = exact or same
        return events[: found[0]] if found else events[:1]

    def _remote_events(self, client, technical_number):
        """Every status of a paper at Chorus Pro, newest first, by the verb that settles this act."""
        number = int(technical_number)
        if EFFECTS[self.verb].settled_by == "read_history":
            return client.read_history(number)
        paper = next((paper for paper in client.read_billing_file(number).documents if paper.works_id == number), None)
        return paper.history if paper else ()

    def _look_up_rejections(self, client):
        """Whether the rejections are marked as handled: searches tell it of invoices, actions of works papers."""
        handled = {}
        for document in self.document_ids:
            number = int(document.technical_number)
            if document.framework_id.is_works:
                handled[number] = REJECTION_HANDLED in client.read_actions(number)
            else:
                found = client.search_invoices(InvoiceQuery(number=document.number))
                handled[number] = any(row.rejection_handled for row in found if row.invoice_id == number)
        return all(handled.values()), [f"{number}: rejetTraite {told}" for number, told in handled.items()]

    def _act_again(self):
        """A person looked on the portal: this act did not take place. The same bytes leave again."""
        self.write({"state": "queued", "lost_answers": 0, "checks": 0, "said_duplicate": False, "not_before": False})

    def _act_done(self):
        """A person looked on the portal: this act took place."""
        self._deposit(self._technical_numbers())
        self._tell_act()

    def _event_line(self, event):
        """A status as the evidence tells it.

        :param event: chorus_api StatusEvent, or ``chorus.event``
        """
        moment = utc(event.date) if event.date and event.date.tzinfo else event.date
        date = format_datetime(self.env, moment, tz="Europe/Paris", dt_format="short") if moment else "?"
        status = self.env["chorus.status"].sudo().search([("code", "=", event.code)]).name
        told = f"{status} ({event.code})" if status else event.code
        return " – ".join(filter(None, (date, told, event.author, event.comment)))
