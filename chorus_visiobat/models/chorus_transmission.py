from odoo import fields, models


class ChorusTransmission(models.Model):
    """One remote effect, with its bytes: the outbox and the proof (*transmission*).

    queued ─claim, commit─▶ sending ─answer, commit─▶ deposited ─report─▶ integrated │ partial │ rejected
                               │ timeout · reset · 5xx · crash
                               ▼
                            unknown ─ask Chorus Pro by our number─▶ deposited │ queued │ needs_attention
    """

    _name = "chorus.transmission"
    _description = "Chorus Pro transmission"
    _order = "id desc"

    account_id = fields.Many2one("chorus.account", required=True, readonly=True, ondelete="restrict", index=True)
    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True)
    environment = fields.Selection(
        [("qualification", "Qualification"), ("production", "Production")], required=True, readonly=True
    )
    document_ids = fields.Many2many("chorus.document", readonly=True)
    verb = fields.Selection(
        [
            ("add_file", "Upload of a file"),
            ("submit_works", "Deposit of a works paper"),
            ("deposit_flow", "Deposit of a flow"),
        ],
        required=True,
        readonly=True,
    )
    key = fields.Char(required=True, readonly=True)
    state = fields.Selection(
        [
            ("queued", "Waiting"),
            ("sending", "Sending"),
            ("unknown", "Answer lost"),
            ("deposited", "Deposited"),
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
    )
    attachment_id = fields.Many2one("ir.attachment", "Source file", readonly=True, ondelete="restrict")
    payload = fields.Binary(attachment=True, readonly=True, groups="chorus_visiobat.group_billing")
    payload_name = fields.Char(readonly=True)
    sha256 = fields.Char("SHA-256", readonly=True)
    syntax = fields.Char(readonly=True)
    attempts = fields.Integer(readonly=True)
    checks = fields.Integer("Look-ups since the answer was lost", readonly=True)
    not_before = fields.Datetime(readonly=True, index=True)
    started_at = fields.Datetime(readonly=True)
    answered_at = fields.Datetime(readonly=True)
    worker = fields.Char(readonly=True)
    flow_number = fields.Char(readonly=True)
    remote_ref = fields.Char("Chorus Pro id", readonly=True)
    flow_state = fields.Char(readonly=True)
    correlation_id = fields.Char(readonly=True)
    database_identity = fields.Char(readonly=True, groups="base.group_system")
    error_code = fields.Char(readonly=True)
    error_message = fields.Text(readonly=True)
    technical_details = fields.Text(readonly=True)

    _key_uniq = models.UniqueIndex(
        "(verb, key) WHERE state NOT IN ('rejected', 'cancelled')", "This deposit is already journalled."
    )
    _flow_number_uniq = models.UniqueIndex(
        "(environment, flow_number) WHERE flow_number IS NOT NULL", "This flow is already known."
    )
    _queue_idx = models.Index("(account_id, id) WHERE state IN ('queued', 'sending', 'unknown')")
