from odoo import fields, models


class WorksSituation(models.Model):
    """Monthly works statement (*situation de travaux n° X*): one month, cumulative.

    A month is the cumulative of this statement less the cumulative of the previous one
    (CCAG-Travaux 12.2.1; works-billing.md §0.1, §2.2).
    """

    _name = "works.situation"
    _description = "Works statement"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "contract_id, number desc"
    _check_company_auto = True

    name = fields.Char(compute="_compute_name", store=True)
    active = fields.Boolean(default=True)
    contract_id = fields.Many2one("works.contract", required=True, ondelete="restrict", index=True)
    company_id = fields.Many2one(related="contract_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(related="contract_id.currency_id")
    number = fields.Integer("Statement no.", required=True, readonly=True, copy=False)
    period_end = fields.Date("Works up to", required=True)
    kind = fields.Selection(
        [
            ("monthly", "Monthly"),
            ("advance", "Advance"),
            ("final", "Final"),
            ("general", "General"),
            ("tacit", "Tacit procedure"),
        ],
        required=True,
        default="monthly",
    )
    state = fields.Selection(
        [("draft", "Draft"), ("invoiced", "Invoiced"), ("cancelled", "Cancelled")],
        required=True,
        default="draft",
        readonly=True,
        copy=False,
        tracking=True,
    )
    framework_id = fields.Many2one("chorus.framework", "Billing framework", ondelete="restrict")
    chorus_invoice_number = fields.Char("Invoice identifier", copy=False, tracking=True)
    previous_id = fields.Many2one("works.situation", "Previous statement", readonly=True, ondelete="restrict")
    line_ids = fields.One2many("works.situation.line", "situation_id", "Posts")
    amount_untaxed = fields.Monetary("Month excl. tax", readonly=True)
    amount_tax = fields.Monetary("Month VAT", readonly=True)
    amount_total = fields.Monetary("Month incl. tax", readonly=True)
    cumulative_untaxed = fields.Monetary("Cumulative excl. tax", readonly=True)
    cumulative_tax = fields.Monetary("Cumulative VAT invoiced", readonly=True)
    cumulative_total = fields.Monetary("Cumulative incl. tax", readonly=True)
    move_ids = fields.One2many("account.move", "works_situation_id", "Invoices", copy=False)
    move_id = fields.Many2one("account.move", "Invoice", compute="_compute_move_id", store=True, copy=False)
    chorus_document_ids = fields.One2many("chorus.document", "situation_id")
    attachment_ids = fields.Many2many("ir.attachment", string="Attachments to send", copy=False, bypass_search_access=True)

    _number_uniq = models.Constraint(
        "UNIQUE(contract_id, number)", "This contract has a statement with this number already."
    )
    _one_draft = models.UniqueIndex(
        "(contract_id) WHERE state = 'draft' AND active", "This contract has a draft statement already."
    )

    def _compute_name(self):
        for situation in self:
            situation.name = f"{situation.contract_id.reference or situation.contract_id.name} – {situation.number}"

    def _compute_move_id(self):
        for situation in self:
            moves = situation.move_ids.filtered(lambda move: move.state != "cancel")
            situation.move_id = moves[-1:]
