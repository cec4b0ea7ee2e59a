from odoo import api, fields, models


class ResConfigSettings(models.TransientModel):
    """Settings › Invoicing shows the subscription and opens it; it keeps nothing of it."""

    _inherit = "res.config.settings"

    chorus_subscription_state = fields.Char(
        "Chorus Pro subscription",
        compute="_compute_chorus_subscription_state",
        help="State of your company's subscription.",
    )

    chorus_channel = fields.Selection(related="company_id.chorus_channel", readonly=False)
    chorus_document_format = fields.Selection(related="company_id.chorus_document_format", readonly=False)

    works_retention_account_id = fields.Many2one(related="company_id.works_retention_account_id", readonly=False)
    works_direct_payment_account_id = fields.Many2one(
        related="company_id.works_direct_payment_account_id", readonly=False
    )
    works_due_amount = fields.Selection(related="company_id.works_due_amount", readonly=False)
    works_subcontracting_account_id = fields.Many2one(
        related="company_id.works_subcontracting_account_id", readonly=False
    )

    works_disputed_account_id = fields.Many2one(related="company_id.works_disputed_account_id", readonly=False)
    works_penalty_account_id = fields.Many2one(related="company_id.works_penalty_account_id", readonly=False)
    works_deduction_account_id = fields.Many2one(related="company_id.works_deduction_account_id", readonly=False)
    works_prorata_account_id = fields.Many2one(related="company_id.works_prorata_account_id", readonly=False)

    @api.depends("company_id")
    def _compute_chorus_subscription_state(self):
        for settings in self:
            settings.chorus_subscription_state = settings.company_id.sudo()._chorus_subscription_sentence()

    def action_chorus_subscription(self):
        """Open the Chorus Pro subscription (*Abonnement ChorusPRO*) of the company of these settings."""
        return self.company_id.action_chorus_subscription()

    def action_works_chart_setup(self):
        """Show the accounts and taxes that the company lacks for its works contracts, to create them."""
        self.check_access("create")
        return self.env["works.chart.setup"]._open(self.company_id)
