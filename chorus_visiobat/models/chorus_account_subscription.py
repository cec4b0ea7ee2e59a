from odoo import api, fields, models
from odoo.exceptions import UserError

from odoo.addons.base.models.res_users import check_identity

from ..keyring import KeyringError
from .chorus_account import IN_USE

IDENTITY_FIELDS = ("environment", "siret", "contact_email", "login", "piste_application_id")
REFUSED = {"password": "technical", "piste": "piste"}
"""Codes of a ``ConnectionReport`` that mean refused credentials, and whose."""

PAUSES_OF_A_PERSON = ("manual", "identity", "neutralized")
"""Reasons of a pause that only somebody who looks at it may lift: an administrator's, and those of a copy."""

TESTS_OF_REFUSED_PASSWORD = 3
"""A new technical account works about half an hour after its creation (chorus-pro-api.md §1.4), so a refused pending
version deserves other tries; but repeated refusals may lock the account."""


class ChorusAccount(models.Model):
    """What a confirmed subscription (*Abonnement ChorusPRO*) makes of the accounts of a company.

    After a test that passed, the account in use takes the new values, or a first one is born. After a test that failed,
    they wait in a pending version while the account in use stays as it is.
    """

    _inherit = "chorus.account"

    @api.model
    def _subscribe(self, company, values: dict, password: str | None, report, attended=True):
        """Apply a confirmed subscription and return the account that holds it.

        :param values: of ``IDENTITY_FIELDS``, already checked
        :param password: the new technical password; None keeps that of the account in use
        :param report: ``ConnectionReport`` of the test made with these very values
        :param attended: whether a person confirms now. A later test by itself neither changes the environment of a
            company that already sends, nor lifts a pause that a person or the guard of copies decided
        """
        domain = [("company_id", "=", company.id), ("environment", "=", values["environment"])]
        in_use = self.sudo().search([*domain, ("state", "in", IN_USE)])
        pending = self.sudo().search([*domain, ("state", "=", "draft")])
        if report.ok:
            account = in_use or pending or self.sudo().create({"company_id": company.id, **values})
            account.write({**values, **account._recorded_password_life(password, report), "pending_of_id": False})
            account._keep_password(password)
            account.write(account._recorded_test(report))
            (pending - account).unlink()
            if attended or not self._for(company):
                company.sudo().chorus_environment = account.environment
            elif company.sudo().chorus_environment != account.environment:
                account._tell_environment_waits()
            if attended or account.pause_reason not in PAUSES_OF_A_PERSON:
                account._resume()
        else:
            account = pending or self.sudo().create({"company_id": company.id, **values})
            account.write(
                {
                    **values,
                    "pending_of_id": in_use.id,
                    "auth_failures": int(report.code in REFUSED),
                    "database_identity": self._database_identity(),
                }
            )
            account._keep_password(password or (in_use and in_use._clear_password()))
            account.write(account._recorded_test(report))
        return account

    def _tell_environment_waits(self):
        """Tell the administrators that this account works, while its company still sends in the other environment."""
        self.ensure_one()
        self.message_post(
            body=self.env._(
                "The test of this technical account passed. The company still sends in its other environment: confirm "
                "the ChorusPRO subscription again to change."
            ),
            partner_ids=self._managers().partner_id.ids,
        )

    def _propose_password(self, password: str):
        """Keep a new password in a pending version of this account, until the subscription is confirmed.

        Without the identity of a database it is nobody's confirmation: the reminders cron leaves it alone.
        """
        for account in self.sudo():
            pending = account
            if account.state != "draft":
                pending = self.sudo().search(
                    [
                        ("company_id", "=", account.company_id.id),
                        ("environment", "=", account.environment),
                        ("state", "=", "draft"),
                    ]
                ) or account.copy({"company_id": account.company_id.id, "pending_of_id": account.id})
            pending._keep_password(password)
            pending.write({"auth_failures": 0, "last_test_date": False, "database_identity": False})

    def _retest(self):
        """Test these pending versions again; one that passes replaces the account in use. Return those promoted."""
        promoted = self.browse()
        for pending in self.sudo():
            report = pending._test_connection()
            if report.ok:
                promoted |= self._subscribe(
                    pending.company_id, pending._identity_values(), pending._clear_password(), report, attended=False
                )
                continue
            pending.write(pending._recorded_test(report))
            if report.code in REFUSED:
                pending.auth_failures += 1
                if pending.auth_failures == TESTS_OF_REFUSED_PASSWORD:
                    pending._tell_refused(REFUSED[report.code])
        return promoted

    def _refresh_expiry(self):
        """Ask Chorus Pro for the expiry of the technical password of these accounts in use, and count refusals."""
        for account in self.sudo():
            report = account._test_connection()
            account.write(account._recorded_test(report))
            if report.ok:
                account._record_auth_success()
            elif report.code in REFUSED:
                account._record_auth_refusal(REFUSED[report.code])

    def action_test(self):
        """Test the connection of the account, without any effect at Chorus Pro, and show what it answers."""
        self.ensure_one()
        self._check_manager()
        if problems := self._identity_problems():
            raise UserError("\n".join(problems))
        if not self.has_password:
            raise UserError(self.env._("The technical password is missing: enter it in the Chorus Pro subscription."))
        report = self._test_connection()
        account = self.sudo()
        account.write(self._recorded_test(report))
        if (
            report.ok
            and account.state == "paused"
            and account.pause_reason in ("auth", "piste")
            and not account._identity_breach()
        ):
            account._resume()  # the keys of PISTE were corrected, or the account was unlocked at Chorus Pro
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success" if report.ok else "danger",
                "sticky": not report.ok,
                "message": report.message,
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    @check_identity
    def action_chorus_subscription(self):
        """Open the subscription of the account's company, on the environment of this account."""
        self.ensure_one()
        return self.env["chorus.subscription"]._open(self.company_id, self.environment)

    def _identity_values(self):
        self.ensure_one()
        return {name: self._fields[name].convert_to_write(self[name], self) for name in IDENTITY_FIELDS}

    def _clear_password(self):
        secret = self._read_password()
        return secret and secret.reveal()

    def _keep_password(self, password):
        if password and password != self._clear_password_or_none():
            self._write_password(password)
            self.password_date = fields.Date.today()
            self.message_post(body=self.env._("Technical password changed."))

    def _clear_password_or_none(self):
        try:
            return self._clear_password()
        except KeyringError:
            # It may have become unreadable, which is a reason to enter it again.
            return None

    def _recorded_password_life(self, password, report):
        """Values of the expiry: what Chorus Pro tells (written with the test), else 365 days from a new password."""
        if report.password_expiry or not password:
            return {}
        return {"password_expiry_date": self._default_expiry(fields.Date.today())}
