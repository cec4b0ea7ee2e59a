from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

IN_USE = ("active", "paused")
PASSWORD_LIFE_DAYS = 365
"""Until Chorus Pro tells the real expiry: safe with both the 12 months of the manual and the 424 days of the AIFE."""


class ChorusAccount(models.Model):
    """Technical account of Chorus Pro (*compte technique*): one per company and environment.

    draft ─test passed─▶ active ◀─resume─▶ paused
    A draft is a pending version: confirmed by the user after a failed test, tested again later, never used
    meanwhile; ``pending_of_id`` names the account it would replace. Written by the subscription alone (nobody has
    write access), so that nothing changes without the confirmation asked for.
    """

    _name = "chorus.account"
    _description = "Chorus Pro technical account"
    _inherit = ["chorus.connection.mixin", "mail.thread", "mail.activity.mixin"]
    _mail_post_access = "read"
    _check_company_auto = True

    name = fields.Char(compute="_compute_name", help="Company and environment of the account.")
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company",
        required=True,
        index=True,
        ondelete="cascade",
        help="Company that sends by this technical account.",
    )
    environment = fields.Selection(tracking=True)
    state = fields.Selection(
        [("draft", "Pending"), ("active", "Active"), ("paused", "Paused")],
        "Status",
        required=True,
        default="draft",
        copy=False,
        tracking=True,
        help="Pending: waits for a successful test. Active: sends. Paused: its queue waits, nothing is lost.",
    )
    pending_of_id = fields.Many2one(
        "chorus.account",
        "Replaces",
        copy=False,
        ondelete="cascade",
        help="Account in use that this pending version replaces once its test passes.",
    )
    siret = fields.Char(tracking=True)
    contact_email = fields.Char(tracking=True)
    login = fields.Char(tracking=True)
    has_password = fields.Boolean(
        "Password recorded", compute="_compute_has_password", compute_sudo=True, help="It is never shown again."
    )
    password_date = fields.Date(
        "Password changed on", copy=False, help="Date of its last renewal in Chorus Pro, as entered here."
    )
    password_expiry_date = fields.Date(
        "Password valid until", copy=False, help="Read from Chorus Pro; 365 days after its entry until it is known."
    )
    structure_ref = fields.Char(
        "Chorus Pro structure id", copy=False, help="Technical identifier of your structure in Chorus Pro."
    )
    structure_name = fields.Char("Structure", copy=False, help="Name of your structure in Chorus Pro.")
    pause_reason = fields.Selection(
        [
            ("auth", "Login or password refused"),
            ("piste", "PISTE keys refused"),
            ("identity", "Database copied or restored"),
            ("neutralized", "Test copy of the database"),
            ("manual", "Paused by an administrator"),
        ],
        "Pause reason",
        copy=False,
        tracking=True,
        help="Why nothing leaves for the moment.",
    )
    auth_failures = fields.Integer("Refusals in a row", copy=False, help="Two refusals in a row pause the account.")
    database_identity = fields.Char(copy=False, groups="base.group_system")
    last_test_date = fields.Datetime("Last test", copy=False, help="When the connection was tested for the last time.")
    last_test_result = fields.Text("Result of the last test", copy=False, help="What Chorus Pro answered.")

    _one_in_use = models.UniqueIndex(
        "(company_id, environment) WHERE state IN ('active', 'paused') AND active",
        "This company already has a technical account in this environment.",
    )
    _one_pending = models.UniqueIndex(
        "(company_id, environment) WHERE state = 'draft' AND active",
        "This company already has a pending technical account in this environment.",
    )

    @api.depends("company_id.name", "environment")
    @api.depends_context("lang")
    def _compute_name(self):
        labels = dict(self._fields["environment"]._description_selection(self.env))
        for account in self:
            account.name = f"{account.company_id.name or ''} – {labels.get(account.environment, '')}"

    @api.depends("password_ciphertext")
    def _compute_has_password(self):
        for account in self:
            account.has_password = bool(account.password_ciphertext)

    @api.constrains("siret", "contact_email", "login", "environment")
    def _check_identity_fields(self):
        for account in self.filtered(lambda account: account.state != "draft"):
            problems = [*account._siret_problems(), account._email_problem(), account._login_problem()]
            if problems := [problem for problem in problems if problem]:
                raise ValidationError("\n".join(problems))

    @api.model_create_multi
    def create(self, vals_list):
        return super().create([self._normalise_identity(vals) for vals in vals_list])

    def write(self, vals):
        return super().write(self._normalise_identity(vals))

    @api.ondelete(at_uninstall=False)
    def _unlink_only_pending(self):
        if self.filtered(lambda account: account.state != "draft"):
            raise UserError(
                self.env._("A technical account that has been in use is kept as evidence: archive it instead.")
            )

    def _write_password(self, value: str | None):
        """Keep the technical password, encrypted; ``None`` forgets it."""
        self._write_secret("password_ciphertext", value)

    @api.model
    def _for(self, company, environment: str | None = None):
        """Return the account that sends for ``company``, empty when there is none. Never a pending version.

        A branch without a technical account uses its parent's, as long as it has no SIRET of its own.

        :param environment: that which the company chose when None
        """
        company = company.sudo()
        siret = company.company_registry
        while company:
            account = self.sudo().search(
                [
                    ("company_id", "=", company.id),
                    ("environment", "=", environment or company.chorus_environment),
                    ("state", "in", IN_USE),
                ],
                limit=1,
            )
            if account:
                return account.sudo(self.env.su)
            company = company.parent_id
            if siret and company.company_registry != siret:
                break
        return self.browse()

    @api.model
    def _required_for(self, company, environment: str | None = None):
        """The account that sends for ``company``, as `_for`.

        :raise UserError: there is none
        """
        account = self._for(company, environment)
        if not account:
            raise UserError(self._none_sentence(company))
        return account

    @api.model
    def _none_sentence(self, company) -> str:
        return self.env._(
            "%(company)s has no active Chorus Pro technical account: open “Abonnement ChorusPRO”.", company=company.name
        )

    def _supplier_id(self) -> int | None:
        """``idStructureCPP`` of the structure that sends by this account, None as long as it is not known."""
        return int(self.structure_ref) if self.structure_ref else None

    def _check_usable(self) -> list[str]:
        """Every reason why nothing may leave by this account now, in French with its cure; empty when it may."""
        self.ensure_one()
        _ = self.env._
        account = self.sudo()
        problems = []
        if account.state == "draft" or not account.active:
            problems.append(_("This technical account is not active: finish the Chorus Pro subscription."))
        if account.state == "paused":
            problems.append(account._pause_sentence())
        elif reason := account._identity_breach():
            problems.append(account._pause_sentence(reason))
        if not account.has_password:
            problems.append(_("The technical password is missing: enter it in the Chorus Pro subscription."))
        if not account.piste_application_id:
            problems.append(_("No PISTE application is chosen: choose one in the Chorus Pro subscription."))
        return problems

    def _pause_sentence(self, reason=None):
        _ = self.env._
        return {
            "auth": _(
                "Chorus Pro refuses the technical login or password. Sending is suspended so that the account is not "
                "locked: update the password in the Chorus Pro subscription."
            ),
            "piste": _(
                "PISTE refuses the client id or the secret of the application. Sending is suspended: correct them in "
                "the PISTE application, then test the technical account."
            ),
            "identity": _(
                "This database is a copy, or was restored: sending is suspended so that nothing leaves twice. If it is "
                "the one in service, confirm the Chorus Pro subscription again."
            ),
            "neutralized": _(
                "This database is a test copy: nothing leaves for Chorus Pro. Enter a qualification account to try."
            ),
            "manual": _("Sending was paused by an administrator: resume it on the technical account."),
        }.get(reason or self.pause_reason) or _("Sending is paused.")

    def _recorded_test(self, report) -> dict:
        """Return the values that keep the result of a connection test (``ConnectionReport``)."""
        values = {
            "last_test_date": fields.Datetime.now(),
            "last_test_result": "\n".join(filter(None, (report.message, report.details))),
        }
        if report.ok:
            values |= {"structure_ref": report.structure_ref, "structure_name": report.structure_name}
            if report.password_expiry:
                values["password_expiry_date"] = report.password_expiry
        return values

    @api.model
    def _default_expiry(self, password_date):
        """Return the expiry (date) supposed until Chorus Pro tells it."""
        return password_date + timedelta(days=PASSWORD_LIFE_DAYS)
