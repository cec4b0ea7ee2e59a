from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import format_date

from odoo.addons.base.models.res_users import check_identity

from ..keyring import KeyringError
from ..models.chorus_account_subscription import IDENTITY_FIELDS
from ..models.chorus_connection_mixin import ConnectionReport

SERVER_FIELDS = {
    "company_id",
    "step",
    "test_ok",
    "test_code",
    "test_message",
    "test_details",
    "test_structure_ref",
    "test_structure_name",
    "test_expiry_date",
}


class ChorusSubscription(models.TransientModel):
    """The page of the button *Abonnement ChorusPRO*: type, *Enregistrer*, see what changes, *Confirmer*.

    Nothing of the accounts changes before *Confirmer*. Passwords are encrypted by the inverse of their input, so that
    the table of this wizard, a real one, holds ciphertexts only.
    """

    _name = "chorus.subscription"
    _description = "Chorus Pro subscription"
    _inherit = ["chorus.connection.mixin", "chorus.environment.mixin"]
    _rec_name = "company_id"

    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, ondelete="cascade", help="Company that this subscription is for."
    )
    step = fields.Selection([("edit", "Edit"), ("confirm", "Confirm")], required=True, default="edit", readonly=True)
    piste_application_id = fields.Many2one(ondelete="cascade")
    password_input = fields.Char(
        "Technical password",
        compute="_compute_inputs",
        inverse="_inverse_password_input",
        help="Shown only once by Chorus Pro. Copy it without spaces. It will never be shown here again. "
        "It is not your Odoo password.",
    )
    password_check_input = fields.Char(
        "Confirmation",
        compute="_compute_inputs",
        inverse="_inverse_password_check_input",
        help="Type the password again: a typing error would block everything you send.",
    )
    password_check_ciphertext = fields.Char(groups=fields.NO_ACCESS, copy=False, prefetch=False)
    password_hint = fields.Char(compute="_compute_password_hint", help="What is known of the password.")
    advice = fields.Text(compute="_compute_advice", help="Unusual, but may be right: it never blocks.")

    test_ok = fields.Boolean(readonly=True)
    test_code = fields.Char(readonly=True)
    test_message = fields.Text("Connection test", readonly=True, help="What Chorus Pro answered to the live test.")
    test_details = fields.Text("Technical details", readonly=True, help="To be given to the support of Chorus Pro.")
    test_structure_ref = fields.Char(readonly=True)
    test_structure_name = fields.Char("Structure found", readonly=True, help="Name of your structure in Chorus Pro.")
    test_expiry_date = fields.Date(
        "Technical password valid until", readonly=True, help="As Chorus Pro tells it; reminders leave before."
    )
    production_confirmed = fields.Boolean(
        "I understand that everything will really be sent to our public clients",
        help="In production each deposit counts: it is a legal invoice received by the client.",
    )

    # -- typed in --------------------------------------------------------------------------------------------------

    def _compute_inputs(self):
        self.password_input = False
        self.password_check_input = False

    def _inverse_password_input(self):
        self._keep_input("password_input", "password_ciphertext")

    def _inverse_password_check_input(self):
        self._keep_input("password_check_input", "password_check_ciphertext")

    def _keep_input(self, source, target):
        for wizard in self:
            if typed := wizard[source]:
                try:
                    wizard._write_secret(target, typed)
                except KeyringError as error:
                    raise UserError(str(error)) from None
        # What was typed must not be read back from the cache by the answer to the browser.
        self.invalidate_recordset([source], flush=False)

    @api.depends("company_id", "environment", "password_ciphertext", "password_check_ciphertext")
    def _compute_password_hint(self):
        for wizard in self:
            typed = wizard.sudo().password_ciphertext or wizard.sudo().password_check_ciphertext
            account = wizard._password_holder()
            if typed:
                hint = self.env._("•••• entered, encrypted; fill in both boxes only to enter it again")
            elif account.password_date:
                hint = self.env._("•••• recorded on %(date)s", date=format_date(self.env, account.password_date))
            else:
                hint = False
            wizard.password_hint = hint

    @api.depends("siret", "login", "environment")
    def _compute_advice(self):
        for wizard in self:
            wizard.advice = "\n".join(wizard._identity_advice()) or False

    @api.onchange("environment")
    def _onchange_environment(self):
        self.update(self._prefill(self.company_id, self.environment))

    @api.model
    def _open(self, company, environment=None):
        """Return the action of the page, prefilled with what is in use for ``company``.

        A page and not a dialog: the identity check is a dialog of its own, and cancelling it comes back here.
        """
        self.check_access("write")
        if company not in self.env.user.company_ids:
            raise AccessError(self.env._("This company is not one of yours."))
        environment = environment or company.sudo().chorus_environment
        # sudo: this is the only way in, behind the identity check; nobody may create the record otherwise
        wizard = self.sudo().create({"company_id": company.id, **self._prefill(company, environment)})
        return wizard._page()

    def _page(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("ChorusPRO subscription"),
            "res_model": self._name,
            "res_id": self.id,
            "views": [(False, "form")],
            "target": "current",
        }

    @api.model
    def _prefill(self, company, environment):
        account = (
            self.env["chorus.account"]
            .sudo()
            .search([("company_id", "=", company.id), ("environment", "=", environment)], order="id desc")
        )
        pending = account.filtered(lambda account: account.state == "draft")
        if known := (pending or account)[:1]:
            return {name: known._fields[name].convert_to_write(known[name], known) for name in IDENTITY_FIELDS}
        applications = self.env["chorus.piste.application"].sudo().search([("environment", "=", environment)], limit=2)
        return {
            "environment": environment,
            "siret": "".join((company.sudo().company_registry or "").split()),
            "contact_email": False,
            "login": False,
            "piste_application_id": applications.id if len(applications) == 1 else False,
        }

    def write(self, vals):
        vals = self._normalise_identity(vals)
        # What was tested is what is confirmed: any later change goes through Enregistrer again.
        if vals.keys() & {*IDENTITY_FIELDS, "password_input", "password_check_input"} and self.step == "confirm":
            self.sudo().step = "edit"
        return super().write(vals)

    @api.model
    def _has_field_access(self, field, operation):
        # The result of the test and the step come from the server alone: confirming must not be forged.
        if operation == "write" and field.name in SERVER_FIELDS and not self.env.su:
            return False
        return super()._has_field_access(field, operation)

    # -- Enregistrer -----------------------------------------------------------------------------------------------

    def action_save(self):
        """*Enregistrer*: check everything at once, test the connection, then show what would change."""
        self.ensure_one()
        self.check_access("write")
        problems = self._identity_problems() + self._password_problems()
        if self.environment == "production" and self.env["ir.config_parameter"].sudo().get_param(
            "database.is_neutralized"
        ):
            problems.append(
                self.env._(
                    "Environment: this database is a test copy, production is closed to it. Choose qualification."
                )
            )
        if problems:
            raise UserError(
                self.env._("To be corrected before saving:") + "".join(f"\n• {problem}" for problem in problems)
            )
        report = self._test_connection()
        self.sudo().write(
            {
                "step": "confirm",
                "production_confirmed": False,
                "test_ok": report.ok,
                "test_code": report.code,
                "test_message": report.message,
                "test_details": report.details,
                "test_structure_ref": report.structure_ref,
                "test_structure_name": report.structure_name,
                "test_expiry_date": report.password_expiry,
            }
        )

    def action_back(self):
        """*Revenir*: back to the boxes, nothing changed."""
        self.ensure_one()
        self.check_access("write")
        self.sudo().step = "edit"

    def _password_problems(self):
        _ = self.env._
        try:
            typed, check = (
                self._decrypt_secret("password_ciphertext"),
                self._decrypt_secret("password_check_ciphertext"),
            )
            known = None if typed or check else self._read_password()
        except KeyringError as error:
            return [str(error)]
        if not typed and not check:
            return [] if known else [_("Technical password: it is missing. Copy it from Chorus Pro into both boxes.")]
        problems = []
        if not typed or not typed.matches(check):
            problems.append(_("Confirmation: the two passwords differ. Type both again."))
        if typed and any(character.isspace() for character in typed.reveal()):
            problems.append(_("Technical password: it holds a space. Copy it again without the spaces around it."))
        return problems

    def _password_holder(self):
        """Return the account (sudo) whose password stays when none is typed: same login, the pending version first."""
        accounts = (
            self.env["chorus.account"]
            .sudo()
            .search(
                [
                    ("company_id", "=", self.company_id.id),
                    ("environment", "=", self.environment),
                    ("login", "=", self.login),
                ]
            )
        )
        return accounts.sorted(lambda account: account.state != "draft")[:1]

    def _read_password(self):
        typed, holder = super()._read_password(), self._password_holder()
        return typed or (holder._read_password() if holder else None)

    # -- Confirmer -------------------------------------------------------------------------------------------------

    @check_identity
    def action_confirm(self):
        """*Confirmer*: after the identity check, put the tested values in use, or keep them as a pending version."""
        self.check_access("write")
        return self._confirm()

    def _confirm(self):
        self.ensure_one()
        if self.step != "confirm":
            raise UserError(self.env._("Click on Save first: the values changed since they were tested."))
        if self.environment == "production" and not self.production_confirmed:
            raise UserError(
                self.env._(
                    "Production: tick “%(label)s” to confirm.",
                    label=self._fields["production_confirmed"]._description_string(self.env),
                )
            )
        password = self._read_password()
        account = self.env["chorus.account"]._subscribe(
            self.company_id,
            {name: self._fields[name].convert_to_write(self[name], self) for name in IDENTITY_FIELDS},
            password and password.reveal(),
            self._report(),
        )
        # The ciphertexts served: they do not wait for the vacuum of transient records.
        self.sudo().write({"password_ciphertext": False, "password_check_ciphertext": False, "step": "edit"})
        return self._farewell(account)

    def _report(self):
        return ConnectionReport(
            self.test_ok,
            self.test_code,
            self.test_message,
            structure_ref=self.test_structure_ref or None,
            structure_name=self.test_structure_name or None,
            password_expiry=self.test_expiry_date or None,
            details=self.test_details or None,
        )

    def _farewell(self, account):
        _ = self.env._
        if not self.test_ok:
            message = _("Pending version kept. It will be tested again by itself; what is in use has not changed.")
        elif account.password_expiry_date:
            message = _(
                "Technical account recorded. Next renewal: %(date)s.",
                date=format_date(self.env, account.password_expiry_date),
            )
        else:
            message = _("Technical account recorded.")
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success" if self.test_ok else "warning",
                "message": message,
                "next": {
                    "type": "ir.actions.act_window",
                    "res_model": "chorus.account",
                    "res_id": account.id,
                    "views": [(False, "form")],
                    "target": "main",
                },
            },
        }
