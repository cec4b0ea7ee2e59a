from odoo import fields, models


class ChorusAccount(models.Model):
    """Technical account of Chorus Pro (*compte technique*): one per company and environment.

    A draft that names the account it would replace in ``pending_of_id`` is a pending version:
    confirmed by the user after a failed test, tested again later, never used meanwhile.
    """

    _name = "chorus.account"
    _description = "Chorus Pro technical account"
    _inherit = ["chorus.secret.mixin", "mail.thread", "mail.activity.mixin"]
    _check_company_auto = True

    name = fields.Char(compute="_compute_name", store=True)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one("res.company", required=True, index=True)
    environment = fields.Selection(
        [("qualification", "Qualification"), ("production", "Production")],
        required=True,
        default="qualification",
    )
    state = fields.Selection(
        [("draft", "Draft"), ("active", "Active"), ("paused", "Paused")],
        required=True,
        default="draft",
        copy=False,
        tracking=True,
    )
    pending_of_id = fields.Many2one("chorus.account", copy=False, ondelete="cascade")
    piste_application_id = fields.Many2one("chorus.piste.application", "PISTE application", ondelete="restrict")
    siret = fields.Char("SIRET")
    contact_email = fields.Char("Chorus Pro contact e-mail")
    login = fields.Char("Technical login")
    password_ciphertext = fields.Char(groups=fields.NO_ACCESS, copy=False, prefetch=False)
    has_password = fields.Boolean(compute="_compute_has_password", compute_sudo=True)
    password_date = fields.Date("Password changed on", copy=False)
    password_expiry_date = fields.Date(copy=False)
    structure_ref = fields.Char("Chorus Pro structure id", copy=False)
    structure_name = fields.Char(copy=False)
    pause_reason = fields.Selection(
        [
            ("auth", "Login or password refused"),
            ("identity", "Database copied or restored"),
            ("neutralized", "Test copy of the database"),
            ("manual", "Paused by an administrator"),
        ],
        copy=False,
        tracking=True,
    )
    auth_failures = fields.Integer(copy=False)
    database_identity = fields.Char(copy=False, groups="base.group_system")
    last_test_date = fields.Datetime(copy=False)
    last_test_result = fields.Text(copy=False)
    invoice_channel = fields.Selection(
        [("flow", "Factur-X flow"), ("api", "API")], required=True, default="flow"
    )

    def _compute_name(self):
        for account in self:
            account.name = f"{account.company_id.name} – {account.environment}"

    def _compute_has_password(self):
        for account in self:
            account.has_password = bool(account.password_ciphertext)
