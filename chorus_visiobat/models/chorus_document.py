from odoo import fields, models

STAGES = [
    ("draft", "To send"),
    ("queued", "Waiting to leave"),
    ("sending", "Leaving"),
    ("unknown", "Answer lost, being checked"),
    ("needs_attention", "A person must decide"),
    ("to_fix", "Refused by Chorus Pro, to correct"),
    ("deposited", "Deposited"),
    ("with_validator", "With the main contractor"),
    ("with_moe", "With the project manager"),
    ("with_moa", "With the client"),
    ("with_payer", "With the paymaster"),
    ("to_recycle", "Addressing to correct"),
    ("to_complete", "Documents requested"),
    ("refused", "Refused by an actor"),
    ("rejected", "Rejected by the paymaster"),
    ("approved", "Service accepted"),
    ("payment_ordered", "Payment ordered"),
    ("paid", "Being paid"),
    ("associated", "Followed by the next paper"),
    ("closed", "Closed"),
    ("other", "Status not known to this version"),
]


class ChorusDocument(models.Model):
    """Paper of a billing file (*pièce d'un dossier de facturation*), ours or received."""

    _name = "chorus.document"
    _description = "Chorus Pro document"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "id desc"
    _check_company_auto = True

    name = fields.Char(compute="_compute_name", store=True)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one("res.company", required=True, index=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    origin = fields.Selection(
        [("ours", "Ours"), ("received", "From another actor")], required=True, default="ours"
    )
    environment = fields.Selection(
        [("qualification", "Qualification"), ("production", "Production")], required=True
    )
    framework_id = fields.Many2one("chorus.framework", required=True, ondelete="restrict")
    number = fields.Char("Number", required=True)
    issuer_siret = fields.Char("Issuer SIRET", required=True)
    issuer_name = fields.Char()
    recipient_siret = fields.Char("Paymaster SIRET")
    situation_id = fields.Many2one("works.situation", ondelete="restrict", index="btree_not_null")
    contract_id = fields.Many2one("works.contract", ondelete="restrict", index="btree_not_null")
    move_id = fields.Many2one("account.move", ondelete="restrict", index="btree_not_null")
    previous_id = fields.Many2one("chorus.document", "Previous paper", ondelete="restrict")
    next_ids = fields.One2many("chorus.document", "previous_id")
    billing_file_ref = fields.Char("Billing file")
    technical_number = fields.Char("Technical number", copy=False, index="btree_not_null")
    flow_number = fields.Char(copy=False)

    amount_untaxed = fields.Monetary("Requested excl. tax")
    amount_tax = fields.Monetary("Requested tax")
    amount_total = fields.Monetary("Requested incl. tax")
    admitted_untaxed = fields.Monetary("Admitted excl. tax")
    admitted_total = fields.Monetary("Admitted incl. tax")

    stage = fields.Selection(STAGES, required=True, default="draft", index=True, copy=False, tracking=True)
    status_id = fields.Many2one("chorus.status", copy=False, ondelete="restrict")
    status_code = fields.Char(copy=False, help="Raw code of Chorus Pro, kept even when unknown.")
    status_date = fields.Datetime(copy=False)
    status_reason = fields.Text(copy=False)
    rejection_id = fields.Many2one("chorus.rejection", copy=False, ondelete="set null")
    next_step = fields.Char(copy=False)
    owner = fields.Selection(
        [
            ("us", "Us"),
            ("moe", "Project manager"),
            ("moa", "Client"),
            ("payer", "Paymaster"),
            ("validator", "Main contractor"),
            ("chorus", "Chorus Pro"),
            ("nobody", "Nobody"),
        ],
        copy=False,
    )
    deposit_date = fields.Datetime(copy=False)

    main_attachment_file_id = fields.Many2one("ir.attachment", "File sent", copy=False)
    attachment_ids = fields.Many2many("ir.attachment", string="Attachments", copy=False, bypass_search_access=True)
    event_ids = fields.One2many("chorus.event", "document_id")
    transmission_ids = fields.Many2many("chorus.transmission", copy=False)

    _number_uniq = models.UniqueIndex(
        "(environment, issuer_siret, number, framework_id) WHERE active",
        "This number has already been used for this kind of paper.",
    )
    _technical_number_uniq = models.UniqueIndex(
        "(environment, technical_number) WHERE technical_number IS NOT NULL",
        "This paper of Chorus Pro is already known.",
    )

    def _compute_name(self):
        for document in self:
            document.name = f"{document.framework_id.code or ''} {document.number or ''}".strip()
