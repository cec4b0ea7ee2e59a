import base64
import hashlib
import os
import socket

from odoo import api, fields, models
from odoo.exceptions import UserError


class ChorusTransmission(models.Model):
    """One remote effect, with its bytes: the outbox and the proof (*transmission*).

    queued ─claim, commit─▶ sending ─answer, commit─▶ deposited ─report─▶ integrated │ partial │ rejected
                               │ timeout · reset · 5xx · crash
                               ▼
                            unknown ─ask Chorus Pro by our number─▶ deposited │ queued │ needs_attention

    Written by code alone, in sudo: no group may write or delete one. A deposit through the API has no report, its
    life ends at ``deposited``; only flows go on to ``integrated``, ``partial`` or ``rejected``.
    The bytes never change once kept: those of files are kept when they are queued, those of a flow when it is claimed,
    since others may travel with it, and so are those that name files uploaded just before (a works submission,
    documents added).
    Acts on a paper that Chorus Pro holds (chorus_act.py) live the same life and end at ``deposited`` too.
    """

    _name = "chorus.transmission"
    _description = "Chorus Pro transmission"
    _order = "id desc"

    account_id = fields.Many2one(
        "chorus.account",
        "Technical account",
        required=True,
        readonly=True,
        ondelete="restrict",
        index=True,
        help="Technical account by which it leaves.",
    )
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True, help="Company that issues the paper."
    )
    environment = fields.Selection(
        [("qualification", "Qualification"), ("production", "Production")],
        required=True,
        readonly=True,
        help="In qualification nothing reaches the client.",
    )
    document_ids = fields.Many2many(
        "chorus.document", string="Papers", readonly=True, help="Papers that this transmission carries."
    )
    verb = fields.Selection(
        [
            ("add_file", "Upload of a file"),
            ("submit_works", "Deposit of a works paper"),
            ("submit_invoice", "Deposit of an invoice"),
            ("deposit_flow", "Deposit of a flow"),
            ("recycle_invoice", "Correction of the addressing"),
            ("recycle_works", "Correction of the addressing of a works paper"),
            ("complete_invoice", "Documents added"),
            ("complete_works", "Documents added to a works paper"),
            ("correct_validator", "Correction of the validator"),
            ("handle_rejections", "Rejection marked as handled"),
            ("decide_validation", "Answer to a request to validate"),
            ("refuse_works", "Refusal of a paper received"),
        ],
        "Operation",
        required=True,
        readonly=True,
        help="What is asked of Chorus Pro.",
    )
    key = fields.Char(
        required=True, readonly=True, help="What makes this effect unique: two live transmissions never share it."
    )
    parent_id = fields.Many2one(
        "chorus.transmission",
        "Submission",
        readonly=True,
        ondelete="cascade",
        index="btree_not_null",
        help="Submission that names this uploaded file.",
    )
    upload_ids = fields.One2many(
        "chorus.transmission", "parent_id", "Files", readonly=True, help="Files uploaded for this submission."
    )
    state = fields.Selection(
        [
            ("queued", "Waiting"),
            ("sending", "Sending"),
            ("unknown", "Answer lost"),
            ("deposited", "Received"),
            ("integrated", "Integrated"),
            ("partial", "Partly integrated"),
            ("rejected", "Rejected"),
            ("needs_attention", "A person must decide"),
            ("cancelled", "Withdrawn before leaving"),
        ],
        required=True,
        readonly=True,
        default="queued",
        index=True,
        help="Where this sending stands. An answer lost is searched for before anything is sent again.",
    )
    attachment_id = fields.Many2one(
        "ir.attachment", "Source file", readonly=True, ondelete="restrict", help="File that is uploaded."
    )
    payload = fields.Binary(
        "Bytes sent",
        attachment=True,
        readonly=True,
        groups="chorus_visiobat.group_billing",
        help="The very bytes that left: they never change.",
    )
    payload_name = fields.Char("File name", readonly=True, help="Name of the file, as Chorus Pro received it.")
    sha256 = fields.Char("SHA-256", readonly=True, help="Fingerprint of the bytes, computed before they left.")
    syntax = fields.Char("Flow syntax", readonly=True, help="Format of the flow announced to Chorus Pro.")
    attempts = fields.Integer("Times sent", readonly=True, help="How many times it was sent, first one included.")
    checks = fields.Integer(
        "Look-ups since the answer was lost",
        readonly=True,
        help="How many times Chorus Pro was searched for it since its answer was lost.",
    )
    lost_answers = fields.Integer(
        "Answers lost", readonly=True, help="How many times it left without an answer coming back."
    )
    said_duplicate = fields.Boolean(
        "Said to be a duplicate", readonly=True, help="Chorus Pro says that it has this number already."
    )
    not_before = fields.Datetime(
        "Not before", readonly=True, index=True, help="It does not leave, or is not searched for, before then."
    )
    started_at = fields.Datetime("Left on", readonly=True, help="When the last sending began.")
    answered_at = fields.Datetime("Answered on", readonly=True, help="When Chorus Pro answered.")
    worker = fields.Char("Server process", readonly=True, help="Process of the server that made the call.")
    flow_number = fields.Char("Flow number", readonly=True, help="Number that Chorus Pro gave to the flow (CPP…).")
    remote_ref = fields.Char("Chorus Pro id", readonly=True, help="Identifier that Chorus Pro gave in its answer.")
    flow_state = fields.Char(
        "State told by Chorus Pro", readonly=True, help="State of the flow, in the words of Chorus Pro."
    )
    correlation_id = fields.Char(
        "Correlation id", readonly=True, help="Quote it to the support of Chorus Pro and PISTE."
    )
    database_identity = fields.Char(readonly=True, groups="base.group_system")
    error_code = fields.Char(
        "Code", readonly=True, help="Code of the error at Chorus Pro, to be quoted to its support."
    )
    error_message = fields.Text("What happened", readonly=True, help="What went wrong, in plain words.")
    technical_details = fields.Text(
        "Words of Chorus Pro", readonly=True, help="Answer of Chorus Pro as it came, for its support."
    )

    _key_uniq = models.UniqueIndex(
        "(verb, key) WHERE state NOT IN ('rejected', 'cancelled')", "This deposit is already journalled."
    )
    _flow_number_uniq = models.UniqueIndex(
        "(environment, flow_number) WHERE flow_number IS NOT NULL", "This flow is already known."
    )
    _queue_idx = models.Index("(account_id, id) WHERE state IN ('queued', 'sending', 'unknown', 'needs_attention')")

    @api.depends("verb", "document_ids.name", "payload_name")
    def _compute_display_name(self):
        verbs = dict(self._fields["verb"]._description_selection(self.env))
        for transmission in self:
            what = transmission.payload_name if transmission.verb == "add_file" else None
            what = what or transmission.paper_names
            transmission.display_name = f"{verbs.get(transmission.verb)} – {what}"

    def write(self, vals):
        if ("payload" in vals or "sha256" in vals) and any(transmission.sha256 for transmission in self):
            raise UserError(self.env._("The bytes of a transmission are kept as they were sent: they never change."))
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_never_sent(self):
        if any(transmission.attempts for transmission in self):
            raise UserError(self.env._("This transmission has left: it is a proof and is never deleted."))

    @api.model
    def _values_for(self, account, documents):
        """Values common to the transmissions of these papers.

        :raise UserError: the account and a paper are not of the same environment
        """
        if any(document.environment != account.environment for document in documents):
            raise UserError(
                self.env._(
                    "%(names)s: made for another environment than the one the company uses now.",
                    names=", ".join(documents.mapped("name")),
                )
            )
        return {
            "account_id": account.id,
            "company_id": documents.company_id.id,
            "environment": account.environment,
            "document_ids": [fields.Command.set(documents.ids)],
        }

    @api.model
    def _frozen(self, content, name=None):
        """Values that keep the bytes for ever, with their fingerprint.

        :param content: bytes
        """
        values = {"payload": base64.b64encode(content), "sha256": hashlib.sha256(content).hexdigest()}
        return {**values, "payload_name": name} if name else values

    def _bytes(self):
        """The bytes kept, checked against their fingerprint.

        :raise UserError: they are missing or have changed in the file store
        """
        self.ensure_one()
        content = base64.b64decode(self.payload or b"")
        if hashlib.sha256(content).hexdigest() != self.sha256:
            raise UserError(
                self.env._(
                    "%(name)s: the bytes kept for this transmission are damaged, nothing was sent. "
                    "Restore the file store of the database.",
                    name=self.display_name,
                )
            )
        return content

    def _claim(self):
        """Take this queued transmission for ourselves. The caller commits before calling Chorus Pro.

        :return: whether it was still queued
        :raise psycopg2.errors.SerializationFailure: somebody changed it since our snapshot
        """
        self.ensure_one()
        self.flush_recordset()
        self.env.cr.execute(
            """
            UPDATE chorus_transmission
               SET state = 'sending', attempts = COALESCE(attempts, 0) + 1, worker = %s, database_identity = %s,
                   started_at = now() AT TIME ZONE 'UTC', answered_at = NULL, not_before = NULL
             WHERE id = %s AND state = 'queued'
         RETURNING id
            """,
            [f"{socket.gethostname()}:{os.getpid()}", self.account_id.database_identity, self.id],
        )
        claimed = bool(self.env.cr.fetchone())
        self.invalidate_recordset()
        return claimed

    def _cancel_queued(self):
        """Withdraw the transmissions that have not left, with their files.

        :return: those that have left, or are leaving
        """
        if not self:
            return self
        self.flush_recordset()
        self.env.cr.execute(
            "UPDATE chorus_transmission SET state = 'cancelled' WHERE id = ANY(%s) AND state = 'queued' RETURNING id",
            [self.ids],
        )
        cancelled = self.browse([row[0] for row in self.env.cr.fetchall()])
        cancelled._abandon_uploads()
        return self - cancelled

    def _abandon_uploads(self):
        """Forget the files of what will not leave, or is at Chorus Pro already (a restored database): a file that no
        submission names has no legal effect, even when nobody knows whether it arrived. One that is being sent is left
        to its worker."""
        self.flush_model(["state", "not_before"])
        self.env.cr.execute(
            "UPDATE chorus_transmission SET state = 'cancelled', not_before = NULL"
            " WHERE parent_id = ANY(%s) AND state IN ('queued', 'unknown')",
            [self.ids],
        )
        self.env["chorus.transmission"].invalidate_model(["state", "not_before"])
