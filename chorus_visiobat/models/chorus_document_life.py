from collections import defaultdict
from datetime import timedelta, timezone

from markupsafe import Markup

from odoo import fields, models

IN_FLIGHT = ("queued", "sending", "unknown", "needs_attention")
TO_CURE = ("to_fix", "to_recycle", "to_complete", "refused", "rejected")
COMPLETED = "COMPLETEE"
"""Status after documents were added: the paper is again with who asked for them, the paymaster or another."""

WITH_ACTORS = ("with_validator", "with_moe", "with_moa", "with_payer")

OTHER_ACTORS = ("moe", "moa")
"""Issuers of the papers that answer ours: the project manager, the client."""

CUT = "…"
"""Ends a label that Chorus Pro cut."""

SAME_MOMENT = timedelta(minutes=1)
"""Searches give seconds, histories minutes: two dates closer than this tell the same change (chorus-pro-api.md §2)."""


def utc(moment):
    """Naive UTC datetime without microseconds, as fields.Datetime keeps it, from an aware one; False for None."""
    return moment.astimezone(timezone.utc).replace(tzinfo=None, microsecond=0) if moment else False


class ChorusDocument(models.Model):
    """The life of a paper: its stage, its next step, its history and the activities about it."""

    _inherit = "chorus.document"

    def _sync_stage(self):
        """Derive stage, owner and next step from the transmissions and the status, and keep the activities in step.

        Idempotent: it may run at any time, after a crash too.
        """
        papers, replaced = self.sudo(), self._replaced()
        last = papers.filtered(lambda document: not document.next_ids)
        # In this order: what a paper says once others follow it is theirs, and a refused one is at an end once the one
        # that takes its place has left.
        for group in (last, papers - last, replaced):
            group._write_changes({document: document._stage_values() for document in group})
        (papers | replaced)._sync_activities()

    def _write_changes(self, values):
        """Write what differs, at once for the papers that take the same: a month of them changes together.

        :param values: dict of values by paper
        """
        together = defaultdict(list)
        for document, wanted in values.items():
            kept = {name: self._fields[name].convert_to_write(document[name], document) for name in wanted}
            together[frozenset(wanted.items() - kept.items())].append(document.id)
        for changed, ids in together.items():
            if changed:
                self.browse(ids).write(dict(changed))

    def _replaced(self):
        """The refused papers of the same statements: one that leaves, or is given up, may put an end to them."""
        ours = self.sudo().filtered(lambda document: document.origin == "ours")
        refused = [("situation_id", "in", ours.situation_id.ids), ("stage", "in", ("refused", "rejected"))]
        return ours.search(refused) if ours.situation_id else ours.browse()

    def _stage_values(self):
        self.ensure_one()
        deposit = self._current_deposit()
        if deposit.state in IN_FLIGHT:
            return self._in_flight_values(deposit.state)
        if self.refusal_label:
            cure = self.rejection_id.cure or self.env._("Correct the paper, then send it again under the same number.")
            return {"stage": "to_fix", "owner": "us", "next_step": cure}
        if self.status_code:
            return self._act_values() or self._status_values()
        # A paper refused in a flow partly integrated loses its flow number when it is corrected.
        if deposit.state in ("deposited", "integrated") or (deposit.state == "partial" and self.flow_number):
            step = self.env._("Nothing to do: Chorus Pro is checking the deposit.")
            return {"stage": "deposited", "owner": "chorus", "next_step": step}
        return {"stage": "draft", "owner": "us", "next_step": self.env._("Send this paper to Chorus Pro.")}

    def _in_flight_values(self, state):
        steps = {
            "queued": self.env._("Nothing to do: it leaves by itself. It may still be withdrawn."),
            "sending": self.env._("Nothing to do: it is leaving."),
            "unknown": self.env._(
                "Nothing to do: the answer was lost, Chorus Pro is being asked whether it arrived. "
                "Do not deposit it by hand."
            ),
            "needs_attention": self.env._(
                "Look on the portal whether this paper is there, then say it here: attach it, or send it again."
            ),
        }
        owner = "us" if state == "needs_attention" else "chorus"
        return {"stage": state, "owner": owner, "next_step": steps[state]}

    def _status_values(self):
        status = self.status_id
        if not status:
            step = self.env._(
                "Look at the paper on the portal: Chorus Pro gives it the status “%(code)s”, unknown to this version.",
                code=self.status_code,
            )
            return {"stage": "other", "owner": "us", "next_step": step}
        # The cure is the status's own: a refusal by an actor, a rejection and a suspension are cured in three ways,
        # whatever words their reasons share.
        values = {"stage": status.stage, "owner": status.owner, "next_step": status.next_step}
        if self.origin == "received" and status.owner == "us" and not self._is_our_turn():
            issuer = self.framework_id.issuer
            step = self.env._("Nothing to do: it is up to %(name)s.", name=self.issuer_name or self.issuer_siret)
            return {**values, "owner": issuer if issuer in OTHER_ACTORS else "nobody", "next_step": step}
        if status.code == COMPLETED and (asked := self._asked_by()):
            step = self.env._("Wait: the documents added are being looked at.")
            return {**values, "stage": asked.stage, "owner": asked.owner, "next_step": step}
        if self._is_superseded(status.stage):
            done = self.env._("Nothing to do: its invoice was credited, or another paper took its place.")
            return {**values, "owner": "nobody", "next_step": done}
        leaf = self._last_of_file()
        if status.stage == "associated" and leaf != self:
            # This paper has done its part: what the company waits for is told by the last one of the file.
            told = leaf.status_id.name or leaf.status_code
            values["owner"] = leaf.owner
            values["next_step"] = f"{leaf.framework_id.code} – {told}. {leaf.next_step}"
        return values

    def _asked_by(self):
        """The last status at which this paper was with somebody before he asked for documents (``chorus.status``)."""
        waited = self.event_ids.filtered(lambda event: event.status_id.stage in WITH_ACTORS and event.code != COMPLETED)
        return waited.sorted(lambda event: (event.date, event.id))[-1:].status_id

    def _is_our_turn(self):
        """Whether this paper received waits for us: what the other statuses ask is asked of its issuer."""
        return self.status_code == "A_ASSOCIER_FOURNISSEUR" and self.framework_id.issuer in OTHER_ACTORS

    def _file_to_the_end(self):
        """This paper and those that followed it, in order."""
        papers, last = self, self
        while following := last.next_ids.sorted("id")[-1:] - papers:
            papers, last = papers | following, following
        return papers

    def _last_of_file(self):
        """The last paper of the chain that starts here (A4 → A15 → A19), this one when nothing followed."""
        return self._file_to_the_end()[-1:]

    def _ancestors(self):
        """The papers that this one answers, nearest first."""
        found, previous = self.browse(), self.previous_id
        while previous and previous not in found:
            found |= previous
            previous = previous.previous_id
        return found

    def _ancestors_of_all(self):
        return self.browse().union(*(document.sudo()._ancestors() for document in self))

    def _apply_status(self, code, date=None, reason=None):
        """Take the status that Chorus Pro gives to this paper: see `_apply_statuses`.

        :return: whether something changed
        """
        self.ensure_one()
        return bool(self._apply_statuses({self: (code, date, reason)}))

    def _apply_statuses(self, told):
        """Take the statuses that Chorus Pro gives, known or not, a thousand as one.

        An unknown code is kept raw and is never a success: the stage becomes ``other``.

        :param told: dict by paper of (raw code, aware datetime of the change or None, comment of the actor or None)
        :return: the papers of which something changed
        """
        codes = list({code for code, _date, _reason in told.values()})
        statuses = self.env["chorus.status"].sudo().search([("code", "in", codes)]).grouped("code")
        rejections = self.env["chorus.rejection"].sudo()
        changes = {}
        for document, (code, told_on, reason) in told.items():
            date = utc(told_on) or document.status_date or fields.Datetime.now()
            same_date = document.status_date and abs(date - document.status_date) < SAME_MOMENT
            if code == document.status_code and same_date and (reason or False) in (False, document.status_reason):
                continue
            status = statuses.get(code, self.env["chorus.status"])
            changes[document.sudo()] = {
                "status_code": code,
                "status_id": status.id,
                "status_date": date,
                "status_reason": reason or False,
                "rejection_id": rejections._match(reason).id if status.is_failure and reason else False,
                "refusal_label": False,
                "history_due": True,
            }
        changed = self.browse(document.id for document in changes)
        changed.sudo()._write_changes(changes)
        changed._sync_stage()
        ancestors = changed._ancestors_of_all().sudo()
        ancestors.history_due = True
        ancestors._sync_stage()
        return changed

    def _apply_refusal(self, labels):
        """Take a refusal of the deposit: the paper never entered, it is corrected under the same number.

        :param labels: list of str, raw labels of Chorus Pro
        """
        self.ensure_one()
        rejections = self.env["chorus.rejection"].sudo()
        labels = [label for label in labels if label] or ["?"]
        found = [rejections._match(label) for label in labels]
        pairs = zip(found, labels, strict=True)
        reasons = [rejection.explanation or self._raw_reason(label, len(labels) > 1) for rejection, label in pairs]
        self.sudo().write(
            {
                "refusal_label": "\n".join(labels),
                "status_reason": "\n".join(dict.fromkeys(reasons)),
                "rejection_id": next((rejection.id for rejection in found if rejection), False),
                "status_code": False,
                "status_id": False,
                "status_date": fields.Datetime.now(),
            }
        )
        self._sync_stage()
        self._note(self.env._("Refused by Chorus Pro: it never entered."), self.status_reason)

    def _raw_reason(self, label, is_one_of_many):
        if is_one_of_many and label.endswith(CUT):
            return self.env._("Chorus Pro cut the end of its message: there may be other reasons.")
        return self.env["chorus.rejection"]._sentence(label)

    def _record_history(self, events):
        """Keep the events not known yet, and tell them in one note of the chatter.

        :param events: iterable of chorus_api StatusEvent, newest first: dates tell minutes, order tells the rest
        """
        self.ensure_one()
        events = [event for event in events if event.code and event.date]
        known = {(event.code, event.date): event for event in self.event_ids.sudo()}
        for event in events:
            # Told by a search before, without its author (chorus_poller_details.py).
            kept = known.get((event.code, utc(event.date)))
            if kept and not kept.author and (event.author or event.comment):
                kept.write({"author": event.author, "comment": event.comment})
        new = [event for event in events if (event.code, utc(event.date)) not in known]
        codes = [("code", "in", [event.code for event in new])]
        statuses = {status.code: status for status in self.env["chorus.status"].sudo().search(codes)}
        created = self.env["chorus.event"].sudo().create(
            [
                {
                    "document_id": self.id,
                    "code": code,
                    "status_id": statuses[code].id if code in statuses else False,
                    "date": date,
                    "author": event.author,
                    "comment": event.comment,
                }
                for (code, date), event in {(event.code, utc(event.date)): event for event in reversed(new)}.items()
            ]
        )
        self.sudo().history_due = False
        for event in created.sorted(lambda event: (event.date, event.id)):
            title = event.status_id.name or event.code
            self._note(f"{title} – {event.author}" if event.author else title, event.comment)
        if created and self.status_code == COMPLETED:
            self._sync_stage()  # whom a completed paper is with, its history alone tells

    def _note(self, title, text=None):
        """One note in the chatter; everything in it is escaped."""
        body = Markup("<p>%s</p>") % title
        if text:
            body += Markup("<p>%s</p>") % Markup("<br/>").join((text or "").splitlines())
        self.sudo().message_post(body=body, subtype_xmlid="mail.mt_note")

    def _sync_activities(self):
        for document in self.sudo().filtered(lambda document: document.origin == "ours"):
            to_cure = document.stage in TO_CURE and not document._is_superseded()
            document._sync_activity("chorus_visiobat.activity_refusal", to_cure)
            undecided = document.stage in ("needs_attention", "other")
            document._sync_activity("chorus_visiobat.activity_attention", undecided)

    def _sync_activity(self, type_xmlid, needed):
        if not needed and not self.activity_ids:
            return  # the common case, spared a search for each of thousands
        existing = self.activity_search([type_xmlid])
        if needed and not existing:
            responsible = self.user_id if self.user_id.active and not self.user_id.share else self.env.user
            self.activity_schedule(
                type_xmlid,
                summary=self.env._("%(name)s: %(stage)s", name=self.name, stage=self._stage_label()),
                note=Markup("<p>%s</p><p>%s</p>") % (self.status_reason or "", self.next_step or ""),
                user_id=responsible.id,
            )
        elif existing and not needed:
            self.activity_feedback([type_xmlid], feedback=self.env._("Cured: %(stage)s", stage=self._stage_label()))

    def _stage_label(self):
        return dict(self._fields["stage"]._description_selection(self.env))[self.stage]

    def _is_superseded(self, stage=None):
        """Whether a credit note or a later paper of ours that has left took the place of this refused one."""
        if (stage or self.stage) not in ("refused", "rejected"):
            return False
        given_up = not self.situation_id or self.situation_id.state == "cancelled"
        if given_up and self.move_id.payment_state == "reversed":
            return True
        if self.situation_id.state == "cancelled" and not self.move_id:
            return True
        later = self.search(
            [
                ("origin", "=", "ours"),
                ("id", ">", self.id),
                ("stage", "not in", ("draft", *TO_CURE)),
                "|",
                ("previous_id", "=", self.id),
                "&",
                ("situation_id", "!=", False),
                ("situation_id", "=", self.situation_id.id),
            ],
            limit=1,
        )
        return bool(later)
