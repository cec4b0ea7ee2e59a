from odoo import fields, models


class WorksContract(models.Model):
    """Public works contract (*marché de travaux*), entered once when signed."""

    _name = "works.contract"
    _description = "Works contract"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "reference desc, id desc"
    _check_company_auto = True
    _rec_names_search = ["name", "reference", "chorus_contract_number"]

    name = fields.Char("Title", required=True, tracking=True)
    reference = fields.Char("Our reference", copy=False, tracking=True)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company, index=True
    )
    currency_id = fields.Many2one(
        "res.currency", required=True, default=lambda self: self.env.ref("base.EUR")
    )
    project_id = fields.Many2one("project.project", "Site", check_company=True, index="btree_not_null")
    state = fields.Selection(
        [("draft", "Being prepared"), ("running", "Running"), ("closed", "Closed")],
        required=True,
        default="draft",
        tracking=True,
        copy=False,
    )
    role = fields.Selection(
        [
            ("holder", "Contractor"),
            ("lead", "Lead of a joint venture"),
            ("co_contractor", "Joint contractor"),
            ("subcontractor", "Subcontractor"),
        ],
        "Our role",
        required=True,
        default="holder",
        tracking=True,
    )
    main_contractor_id = fields.Many2one("res.partner", "Main contractor")
    with_moe = fields.Boolean("With a project manager", default=True)
    moa_partner_id = fields.Many2one("res.partner", "Client", tracking=True)
    moa_service_id = fields.Many2one("chorus.service", "Client's service")
    moe_partner_id = fields.Many2one("res.partner", "Project manager", tracking=True)
    moe_service_id = fields.Many2one("chorus.service", "Project manager's service")
    payer_partner_id = fields.Many2one("res.partner", "Paymaster", tracking=True)
    payer_service_id = fields.Many2one("chorus.service", "Paymaster's service")
    chorus_contract_number = fields.Char("Contract identifier", tracking=True)
    chorus_commitment_number = fields.Char("Commitment number", tracking=True)
    chorus_framework_id = fields.Many2one("chorus.framework", "Billing framework", ondelete="restrict")
    date_consultation = fields.Date()
    date_notification = fields.Date("Notified on")
    date_start = fields.Date("Works start")
    date_end = fields.Date("Works end")
    payment_delay_days = fields.Integer("Payment delay (days)", default=30)
    line_ids = fields.One2many("works.contract.line", "contract_id", "Posts", copy=True)
    amendment_ids = fields.One2many("works.contract.amendment", "contract_id", "Amendments")
    situation_ids = fields.One2many("works.situation", "contract_id", "Statements")
    chorus_document_ids = fields.One2many("chorus.document", "contract_id")
