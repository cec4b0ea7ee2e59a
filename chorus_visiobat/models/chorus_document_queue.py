from odoo import fields, models
from odoo.exceptions import UserError

from .chorus_act import DEPOSITS


class ChorusDocument(models.Model):
    """The way out: papers become transmissions of the outbox, or are withdrawn from it before they leave."""

    _inherit = "chorus.document"

    hold_reason = fields.Text(
        "What holds it back",
        compute="_compute_hold_reason",
        compute_sudo=True,
        help="Why this paper has not left yet: account paused, quota reached, server out of reach…",
    )

    may_attach = fields.Boolean(compute="_compute_may_attach", compute_sudo=True)

    def _compute_may_attach(self):
        """Whether a person may say under which number Chorus Pro has this paper: the answer was lost, or Chorus Pro
        says that it has this number and none was found that matches."""
        for document in self:
            deposit = document._current_deposit()
            claimed = deposit.state == "rejected" and deposit.said_duplicate and document.stage == "to_fix"
            document.may_attach = deposit.state == "needs_attention" or claimed

    def _compute_hold_reason(self):
        """Read when it is shown: an account is held back and released without a word to its papers."""
        for document in self:
            deposit = document._current_deposit()
            waits = deposit.state in ("queued", "unknown")
            due = not deposit.not_before or deposit.not_before <= fields.Datetime.now()
            own_reason = deposit.error_message if deposit.state == "queued" and not due else False
            document.hold_reason = waits and (deposit.account_id._hold_sentence() or own_reason)

    def _queue(self):
        """Put draft papers in the outbox, their files made, and wake the deposit cron. Nothing is sent here.

        Papers leave by the API (a file per attachment, then the submission) or in flows, together with whatever else
        waits then, up to the size limit: see `res.company._chorus_way`.

        :raise UserError: a paper is not a draft any more, no usable account, missing data or files; nothing is queued
        :raise LockError: somebody else is queueing one of these papers
        """
        documents = self.sudo().sorted("id")
        documents.lock_for_update(allow_referencing=True)
        problems = [
            self.env._("%(name)s is already on its way: %(stage)s.", name=document.name, stage=document._stage_label())
            for document in documents
            if document.stage != "draft"
        ]
        if problems:
            raise UserError("\n".join(problems))
        for (company, environment), group in documents.grouped(lambda doc: (doc.company_id, doc.environment)).items():
            account = self.env["chorus.account"].sudo()._required_for(company, environment)
            group._renew_file()
            by_api = group.filtered(lambda document: document._leaves_by_api())
            for document in by_api:
                document._queue_submission(account)
            (group - by_api)._queue_flows(account)
        documents.write({"refusal_label": False, "rejection_id": False, "status_reason": False})
        documents._sync_stage()
        self.env.ref("chorus_visiobat.cron_deposit").sudo()._trigger()

    def _queue_submission(self, account):
        """One transmission for the submission, one for each file it names. The submission waits for its files."""
        self.ensure_one()
        transmissions = self.env["chorus.transmission"].sudo()
        values = transmissions._values_for(account, self)
        verb = "submit_works" if self.framework_id.is_works else "submit_invoice"
        submission = transmissions.create({**values, "verb": verb, "key": self._business_key()})
        submission._queue_uploads(self.main_attachment_file_id | self.attachment_ids)

    def _queue_flows(self, account):
        """One transmission for each, without bytes: those that wait together leave together (chorus_flow_batch.py)."""
        transmissions = self.env["chorus.transmission"].sudo()
        transmissions.create(
            [
                {
                    **transmissions._values_for(account, document),
                    "verb": "deposit_flow",
                    "key": document._business_key(),
                }
                for document in self
            ]
        )

    def _seek_duplicate(self, labels, flow_number):
        """A flow report says that Chorus Pro has this number already: the earlier deposit, ours or another's, is
        looked for before anything is refused (DESIGN.md §4). A transmission of this paper alone asks for it; nothing
        leaves by it unless a person decides so.

        :param labels: list of str, raw labels of Chorus Pro
        """
        self.ensure_one()
        transmissions = self.env["chorus.transmission"].sudo()
        file, account = self.main_attachment_file_id, self._current_deposit().account_id
        self.sudo().flow_number = False
        # The one just refused frees the key in the index of live transmissions.
        transmissions.flush_model(["state"])
        transmissions.create(
            {
                **transmissions._values_for(account, self),
                **transmissions._frozen(file.raw, file.name),
                "verb": "deposit_flow",
                "key": self._business_key(),
                "state": "unknown",
                "said_duplicate": True,
                "started_at": fields.Datetime.now(),
                "error_message": self.env._("Refused as a duplicate by flow %(number)s.", number=flow_number),
                "technical_details": "\n".join(labels),
            }
        )
        account._wake("chorus_visiobat.cron_deposit")

    def _business_key(self):
        """What makes a deposit unique: environment, issuer, framework and number."""
        self.ensure_one()
        return f"{self.environment}:{self.issuer_siret}:{self.framework_id.code}:{self.number}"

    def _current_deposit(self):
        """The newest transmission whose effect is the deposit of this paper, withdrawn ones apart."""
        self.ensure_one()
        return self._current_deposits()

    def _current_deposits(self):
        """The current deposit of each of these papers."""
        found = self.env["chorus.transmission"].sudo()
        for document in self.sudo():
            deposits = document.transmission_ids.filtered(
                lambda transmission: transmission.verb in DEPOSITS and transmission.state != "cancelled"
            )
            found |= deposits.sorted("id")[-1:]
        return found

    def action_withdraw(self):
        """Take back papers that have not left yet: drafts again. The others of the same flow stay queued."""
        self.check_access("write")
        documents = self.sudo()
        deposits = documents._current_deposits()
        documents |= deposits.document_ids
        left = deposits._cancel_queued()
        if left:
            raise UserError(
                self.env._(
                    "Too late to withdraw: %(names)s has left or is leaving. Wait for the answer of Chorus Pro.",
                    names=", ".join(left.document_ids.mapped("name")),
                )
            )
        documents._sync_stage()
        staying = documents - self.sudo()
        if staying:
            staying._queue()
        for document in self:
            document._note(self.env._("Withdrawn before leaving."))

    def action_correct_and_resend(self):
        """Make a draft again of a paper that never entered (flow or submission refused): its data are taken anew from
        the invoice and its file will be built again, under the same number. The refused transmission stays as it was.

        :return: action that opens the record where the data are corrected
        """
        self.ensure_one()
        self.check_access("write")
        if self.stage != "to_fix":
            raise UserError(
                self.env._(
                    "%(name)s was not refused at the deposit (%(stage)s): "
                    "it cannot be sent again under the same number.",
                    name=self.name,
                    stage=self._stage_label(),
                )
            )
        self.sudo().write({"refusal_label": False, "flow_number": False})
        self._forget_files()
        if origin := self.move_id or self.situation_id:
            origin._chorus_ensure_document()
        self.sudo()._sync_stage()
        return self.action_open_origin()

    def action_send_again(self):
        """A person looked on the portal: this paper never arrived. The same bytes leave again."""
        self.ensure_one()
        self._settle_by_person(None)

    def action_refresh(self):
        """Have the poller read the news of these papers now.

        :return: action that says when they will be there
        """
        self.check_access("read")
        self.sudo().filtered("technical_number").write({"history_due": True, "history_asked": True})
        self.env.ref("chorus_visiobat.cron_poll").sudo()._trigger()
        message = self.env._("Asked of Chorus Pro: open this screen again in a minute.")
        params = {"type": "info", "message": message}
        return {"type": "ir.actions.client", "tag": "display_notification", "params": params}

    def _nothing_to_decide(self):
        return UserError(
            self.env._("%(name)s waits for no decision: %(stage)s.", name=self.name, stage=self._stage_label())
        )

    def _settle_by_person(self, technical_number):
        """Take the decision of a person about a deposit that Chorus Pro neither confirms nor denies.

        :param technical_number: str, where he found it, to be checked by the outbox; None when it never arrived
        :raise UserError: nothing is to be decided
        """
        self.ensure_one()
        self.check_access("write")
        deposit = self.sudo()._current_deposit()
        if not self.may_attach or (deposit.state == "rejected" and not technical_number):
            raise self._nothing_to_decide()
        fresh = {"lost_answers": 0, "checks": 0, "said_duplicate": False, "not_before": False}
        if technical_number:
            self.sudo().write({"refusal_label": False, "rejection_id": False, "status_reason": False})
            deposit.write({**fresh, "state": "unknown", "remote_ref": technical_number})
            self._note(self.env._("Found on the portal under technical number %(number)s.", number=technical_number))
        else:
            deposit.write({**fresh, "state": "queued"})
            self._note(self.env._("Not found on the portal: sent again."))
        deposit.document_ids._sync_stage()
        self.env.ref("chorus_visiobat.cron_deposit").sudo()._trigger()
