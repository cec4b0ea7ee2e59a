from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

STAGES = [
    ("draft", "To send"),
    ("queued", "Waiting to leave"),
    ("sending", "Leaving"),
    ("unknown", "Answer lost, being checked"),
    ("needs_attention", "A person must decide"),
    ("to_fix", "Refused by Chorus Pro, to correct"),
    ("deposited", "Deposited"),
    ("answering", "Our answer is leaving"),
    ("to_validate", "To be validated by us"),
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
    ("closed", "Replaced or abandoned"),
    ("other", "Status not known to this version"),
]

FOLLOWED = ("associated", "closed")
"""Stages after which the billing file goes on with the next paper: joined to it, or replaced by it."""
WRITTEN_BY_USERS = ("mail.thread", "mail.activity.mixin")
"""Models whose fields users may write on a paper, besides its responsible and its attachments."""


class ChorusDocument(models.Model):
    """Paper of a billing file (*pièce d'un dossier de facturation*), ours or received.

    Its life is told by two sources only: the transmissions that carry it, and the statuses that Chorus Pro gives.
    `_sync_stage` (chorus_document_life.py) derives from them the stage, whose move it is and the next step; nobody
    writes those otherwise. `_queue` (chorus_document_queue.py) is the only way out of the company.
    """

    _name = "chorus.document"
    _description = "Chorus Pro document"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "id desc"
    _check_company_auto = True

    name = fields.Char(compute="_compute_name", store=True, help="Invoice identifier and billing framework.")
    active = fields.Boolean(default=True)
    company_id = fields.Many2one("res.company", required=True, index=True, help="Company that follows this paper.")
    currency_id = fields.Many2one(related="company_id.currency_id")
    user_id = fields.Many2one(
        "res.users",
        "Responsible",
        default=lambda self: self.env.user,
        copy=False,
        help="Receives the activities about this paper: refusals, answers that a person must settle.",
    )
    origin = fields.Selection(
        [("ours", "Ours"), ("received", "From another actor")],
        required=True,
        default="ours",
        help="Who deposited this paper: our company, or the project manager, client… who answered ours.",
    )
    environment = fields.Selection(
        [("qualification", "Qualification"), ("production", "Production")],
        required=True,
        help="In qualification nothing reaches the client.",
    )
    framework_id = fields.Many2one(
        "chorus.framework",
        "Billing framework",
        required=True,
        ondelete="restrict",
        help="What this paper is and to whom it goes first (cadre de facturation).",
    )
    number = fields.Char(required=True, help="Invoice identifier: the number of the invoice, at most 20 characters.")
    issuer_siret = fields.Char("Issuer SIRET", required=True, help="Establishment that issues the paper, 14 digits.")
    issuer_name = fields.Char("Issuer", help="Name of who issued the paper, as Chorus Pro tells it.")
    recipient_siret = fields.Char("Paymaster SIRET", help="Public body that pays, 14 digits.")
    situation_id = fields.Many2one(
        "works.situation",
        "Statement",
        ondelete="restrict",
        index="btree_not_null",
        help="Statement that this paper carries.",
    )
    contract_id = fields.Many2one(
        "works.contract",
        ondelete="restrict",
        index="btree_not_null",
        help="Works contract to which this paper belongs.",
    )
    move_id = fields.Many2one(
        "account.move", "Invoice", ondelete="restrict", index="btree_not_null", help="Invoice that this paper carries."
    )
    previous_id = fields.Many2one(
        "chorus.document",
        "Previous paper",
        ondelete="restrict",
        index="btree_not_null",
        help="Paper of the billing file that this one answers.",
    )
    next_ids = fields.One2many(
        "chorus.document", "previous_id", "Next papers", help="Papers that the other actors added after this one."
    )
    billing_file_ref = fields.Char("Billing file", help="Number of the dossier de facturation at Chorus Pro.")
    technical_number = fields.Char(
        "Chorus Pro technical number",
        copy=False,
        index="btree_not_null",
        help="Number that Chorus Pro gave to this paper. Quote it to the support of Chorus Pro.",
    )
    flow_number = fields.Char("Flow number", copy=False, help="Number of the flow that carried the paper (CPP…).")

    amount_untaxed = fields.Monetary("Requested excl. tax", help="Amount asked for by this paper, excluding VAT.")
    amount_tax = fields.Monetary("Requested tax", help="VAT asked for by this paper.")
    amount_total = fields.Monetary("Requested incl. tax", help="Amount asked for by this paper, VAT included.")
    admitted_untaxed = fields.Monetary(
        "Admitted excl. tax", help="Amount kept by the project manager or the client in their own paper."
    )
    admitted_total = fields.Monetary("Admitted incl. tax", help="Admitted amount, VAT included.")

    stage = fields.Selection(
        STAGES,
        required=True,
        default="draft",
        index=True,
        copy=False,
        help="Where the paper stands on its way to the payment.",
    )
    file_stage = fields.Selection(
        STAGES,
        "Where the billing file stands",
        compute="_compute_file_stage",
        store=True,
        recursive=True,
        help="Stage of the last paper of the billing file: ours has done its part once another one follows it.",
    )
    status_id = fields.Many2one(
        "chorus.status",
        "Chorus Pro status",
        copy=False,
        ondelete="restrict",
        help="Status given by Chorus Pro, in plain words.",
    )
    status_code = fields.Char("Raw status code", copy=False, help="Code of Chorus Pro, kept even when unknown.")
    status_date = fields.Datetime("Status since", copy=False, help="Since when the paper has its present status.")
    status_reason = fields.Text(
        "Reason", copy=False, help="Why it was refused, suspended or sent back, in plain words."
    )
    rejection_id = fields.Many2one(
        "chorus.rejection",
        "Refusal in plain words",
        copy=False,
        ondelete="set null",
        help="Explanation of the refusal, with its cure.",
    )
    refusal_label = fields.Text(
        "Raw refusal", copy=False, help="Words of Chorus Pro when it refused the deposit: the paper never entered."
    )
    next_step = fields.Char(copy=False, help="What is to be done now, and by whom.")
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
        "Whose move",
        copy=False,
        help="Who must act for the paper to go on.",
    )
    deposit_date = fields.Datetime("Deposited on", copy=False, help="When Chorus Pro received the paper.")
    history_due = fields.Boolean(copy=False, help="The history at Chorus Pro has changed since it was last read.")
    details_tried_at = fields.Datetime(
        "Details asked for on", copy=False, help="When the history or the billing file was last asked for."
    )

    main_attachment_file_id = fields.Many2one(
        "ir.attachment", "File sent", copy=False, help="The very file that is, or would be, deposited."
    )
    attachment_ids = fields.Many2many(
        "ir.attachment",
        string="Attachments",
        copy=False,
        bypass_search_access=True,
        help="Files that leave with the paper: at most 10 MB each.",
    )
    event_ids = fields.One2many(
        "chorus.event", "document_id", "History", help="Every change of status that Chorus Pro told."
    )
    transmission_ids = fields.Many2many(
        "chorus.transmission",
        string="Transmissions",
        copy=False,
        help="Each sending of this paper, with the bytes that left and the answer.",
    )

    _number_uniq = models.UniqueIndex(
        "(environment, issuer_siret, number, framework_id) WHERE active AND origin = 'ours'",
        "This number has already been used for this kind of paper.",
    )
    _technical_number_uniq = models.UniqueIndex(
        "(environment, technical_number) WHERE technical_number IS NOT NULL AND origin = 'ours'",
        "This paper of Chorus Pro is already known.",
    )
    # A subcontractor and his main contractor may keep their books in one database: each has his record of the paper.
    _technical_number_company_uniq = models.UniqueIndex(
        "(environment, company_id, technical_number) WHERE technical_number IS NOT NULL",
        "This paper of Chorus Pro is already known.",
    )

    @api.depends("framework_id.code", "number")
    def _compute_name(self):
        for document in self:
            document.name = f"{document.framework_id.code or ''} {document.number or ''}".strip()

    @api.depends("stage", "move_id", "next_ids.stage", "next_ids.file_stage", "next_ids.move_id")
    def _compute_file_stage(self):
        for document in self:
            # Not a paper that has not left, nor the invoice made in the place of a refused one: it is paid by itself.
            following = document.next_ids.filtered(
                lambda one, document=document: (
                    one.stage not in ("draft", "to_fix") and not (document.move_id and one.move_id)
                )
            )
            followed = document.stage in FOLLOWED and following.sorted("id")[-1:]
            document.file_stage = followed.file_stage if followed else document.stage

    @api.ondelete(at_uninstall=False)
    def _unlink_only_drafts(self):
        for document in self.sudo():
            if not document._never_left():
                raise UserError(
                    self.env._("%(name)s: this paper left for Chorus Pro, it stays as a proof.", name=document.name)
                )

    def write(self, vals):
        if not self.env.su:
            ours = {"user_id", "attachment_ids"}.union(*(self.env[model]._fields for model in WRITTEN_BY_USERS))
            if refused := sorted(vals.keys() - ours):
                raise AccessError(
                    self.env._(
                        "A paper is written by its sending and by Chorus Pro alone, not by hand: %(fields)s.",
                        fields=", ".join(refused),
                    )
                )
        if vals.get("active") is False:
            self._check_archivable()
            self.activity_unlink(["chorus_visiobat.activity_refusal", "chorus_visiobat.activity_attention"])
        return super().write(vals)

    def _make_or_refresh(self, values, own):
        """This draft paper with the values of what it carries, made where there is none.

        :param values: dict of what may have changed since it was made
        :param own: dict of what a new one takes besides
        :return: the paper, with the rights of the caller
        """
        document = self.sudo()
        if document:
            document.write(values)
            # A file made for earlier amounts must never leave with the new ones.
            document._forget_files()
        else:
            document = document.create({**values, **own})
        document._sync_stage()
        return document.with_env(self.env)

    def _check_archivable(self):
        """Without its paper an invoice could be sent again under another number.

        :raise UserError: naming the papers that Chorus Pro holds, or may hold
        """
        free = ("draft", "to_fix")
        if held := self.sudo().filtered(
            lambda document: document._stage_values()["stage"] not in free or document.may_attach
        ):
            raise UserError(
                self.env._(
                    "%(names)s: Chorus Pro holds this paper or may hold it, so it is not archived. To give an invoice "
                    "up, make its credit note.",
                    names=", ".join(held.mapped("name")),
                )
            )

    def _never_left(self):
        """Whether this paper is a draft of which nothing was ever asked of Chorus Pro, withdrawn sendings apart."""
        self.ensure_one()
        return self.stage == "draft" and not self._current_deposit()

    def action_open_origin(self):
        """Opens what this paper was made from, where its data are corrected: the statement, else the invoice."""
        self.ensure_one()
        record = self.situation_id or self.move_id or self
        return {
            "type": "ir.actions.act_window",
            "res_model": record._name,
            "res_id": record.id,
            "view_mode": "form",
            "target": "current",
        }

    def _creation_message(self):
        return self.with_context(lang=self.env["chorus.account"]._users_lang()).env._("Paper created")
