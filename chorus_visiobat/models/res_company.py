from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date

from odoo.addons.base.models.res_users import check_identity

from .chorus_environment_mixin import ENVIRONMENTS

READER = "chorus_visiobat.group_reader"


class ResCompany(models.Model):
    """The Chorus Pro subscription as the company's form shows it: what the selected technical account says.

    Nothing here is stored but the choice of the environment; everything changes through the subscription.
    """

    _inherit = "res.company"

    chorus_account_ids = fields.One2many(
        "chorus.account", "company_id", "Technical accounts", groups="chorus_visiobat.group_manager"
    )
    chorus_environment = fields.Selection(
        ENVIRONMENTS,
        "Chorus Pro environment",
        required=True,
        default="qualification",
        groups=READER,
        readonly=True,
        help="Qualification: a trial, without legal effect. Production: real sending to the public client.",
    )
    chorus_account_id = fields.Many2one(
        "chorus.account",
        "Technical account in use",
        compute="_compute_chorus_subscription",
        compute_sudo=True,
        groups=READER,
        help="The technical account that sends for this company.",
    )
    chorus_siret = fields.Char(
        "SIRET of the Chorus Pro account",
        compute="_compute_chorus_subscription",
        compute_sudo=True,
        groups=READER,
        help="14 digits of the establishment that invoices. Taken from your documents.",
    )
    chorus_contact_email = fields.Char(
        "Chorus Pro contact e-mail",
        compute="_compute_chorus_subscription",
        compute_sudo=True,
        groups=READER,
        help="Main manager or accountant. Used only for Chorus Pro alerts (password to renew, refusals). "
        "Never printed.",
    )
    chorus_technical_login = fields.Char(
        "Technical account (login)",
        compute="_compute_chorus_subscription",
        compute_sudo=True,
        groups=READER,
        help="Address such as TECH_…@cpp2017.fr or @cpro.fr, created in Chorus Pro: Raccordements › Compte technique.",
    )
    chorus_technical_password = fields.Char(
        "Technical password",
        compute="_compute_chorus_technical_password",
        inverse="_inverse_chorus_technical_password",
        groups="chorus_visiobat.group_manager",
        help="Never shown again once recorded. It is not your Odoo password nor that of the Chorus Pro portal.",
    )
    chorus_has_password = fields.Boolean(
        "Technical password recorded",
        compute="_compute_chorus_subscription",
        compute_sudo=True,
        groups=READER,
        help="Whether a technical password is recorded.",
    )
    chorus_password_expiry_date = fields.Date(
        "Technical password valid until",
        compute="_compute_chorus_subscription",
        compute_sudo=True,
        groups=READER,
        help="Read from Chorus Pro; reminders leave 60, 30, 15, 7, 3, 1 and 0 days before.",
    )
    chorus_state = fields.Selection(
        selection=lambda self: self.env["chorus.account"]._fields["state"]._description_selection(self.env),
        string="Chorus Pro subscription",
        compute="_compute_chorus_subscription",
        compute_sudo=True,
        groups=READER,
        help="Pending: waits for a successful test. Active: sends. Paused: its queue waits, nothing is lost.",
    )

    @api.depends(
        "chorus_environment",
        "company_registry",
        "parent_id",
        "chorus_account_ids.state",
        "chorus_account_ids.active",
        "chorus_account_ids.siret",
        "chorus_account_ids.contact_email",
        "chorus_account_ids.login",
        "chorus_account_ids.password_ciphertext",
        "chorus_account_ids.password_expiry_date",
    )
    def _compute_chorus_subscription(self):
        for company in self:
            account = (
                self.env["chorus.account"]._for(company)
                or company.chorus_account_ids.filtered(
                    lambda account, company=company: account.environment == company.chorus_environment
                )[:1]
            )
            company.chorus_account_id = account
            company.chorus_siret = account.siret
            company.chorus_contact_email = account.contact_email
            company.chorus_technical_login = account.login
            company.chorus_has_password = account.has_password
            company.chorus_password_expiry_date = account.password_expiry_date
            company.chorus_state = account.state

    def _compute_chorus_technical_password(self):
        self.chorus_technical_password = False

    def _inverse_chorus_technical_password(self):
        """Keep the password in a pending version of the account, until the subscription is confirmed."""
        typed = [(company, company.chorus_technical_password) for company in self]
        self.invalidate_recordset(["chorus_technical_password"], flush=False)
        for company, password in typed:
            if not password:
                continue
            account = company.sudo().chorus_account_id
            if account.company_id != company:
                raise UserError(
                    self.env._(
                        "Technical password: %(company)s has no technical account of its own. Enter both in the "
                        "ChorusPRO subscription.",
                        company=company.name,
                    )
                )
            account._propose_password(password)

    def _has_field_access(self, field, operation):
        # The subscription alone chooses the environment, after the identity check; a readonly box binds no caller.
        if field.name == "chorus_environment" and operation == "write" and not self.env.su:
            return False
        return super()._has_field_access(field, operation)

    @check_identity
    def action_chorus_subscription(self):
        """Open the Chorus Pro subscription of this company (*Abonnement ChorusPRO*)."""
        self.ensure_one()
        return self.env["chorus.subscription"]._open(self)

    def _chorus_subscription_sentence(self) -> str:
        """Return the state of the subscription in one line, for *Mon compte*, the company and the settings."""
        self.ensure_one()
        _ = self.env._
        if not self.chorus_account_id:
            return _("No subscription yet.")
        environment = dict(self._fields["chorus_environment"]._description_selection(self.env))[
            self.chorus_account_id.environment
        ]
        state = dict(self.chorus_account_id._fields["state"]._description_selection(self.env))[self.chorus_state]
        if not self.chorus_password_expiry_date:
            return _("%(state)s, %(environment)s.", state=state, environment=environment)
        return _(
            "%(state)s, %(environment)s. Technical password valid until %(date)s.",
            state=state,
            environment=environment,
            date=format_date(self.env, self.chorus_password_expiry_date),
        )
