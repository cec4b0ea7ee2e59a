from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

REFUSALS_BEFORE_PAUSE = 2
"""A technical account may be locked by repeated refusals; a single one happens by itself (chorus-pro-api.md §1.2)."""

RESUMED_CRONS = ("chorus_visiobat.cron_deposit", "chorus_visiobat.cron_poll")


class ChorusAccount(models.Model):
    """What stops an account before harm is done: refused credentials, a copied database, a person."""

    _inherit = "chorus.account"

    @api.model
    def _database_identity(self) -> str:
        """Return what tells this database from any copy of it.

        The uuid alone is not enough, ``createdb -T`` keeps it; name and oid change then, and the cluster's
        system identifier changes with a dump restored elsewhere (DESIGN.md §4).
        """
        [(system, name, oid)] = self.env.execute_query(
            SQL(
                "SELECT (SELECT system_identifier FROM pg_control_system()), current_database(), oid"
                " FROM pg_database WHERE datname = current_database()"
            )
        )
        uuid = self.env["ir.config_parameter"].sudo().get_param("database.uuid")
        return f"{uuid}|{system}|{name}|{oid}"

    def _identity_breach(self) -> str | None:
        """Return ``neutralized`` or ``identity`` when this is not the database the account was confirmed in."""
        self.ensure_one()
        neutralized = self.env["ir.config_parameter"].sudo().get_param("database.is_neutralized")
        account = self.sudo()
        if neutralized and account.environment == "production":
            return "neutralized"
        if account.database_identity == self._database_identity():
            return None
        return "neutralized" if neutralized else "identity"

    def _guard_identity(self):
        """Pause those whose database is not the one they were confirmed in; return the accounts still active."""
        for account in self.sudo().filtered(lambda account: account.state == "active"):
            if reason := account._identity_breach():
                account._pause(reason)
        return self.filtered(lambda account: account.sudo().state == "active")

    def _record_auth_refusal(self, scope: str = "technical"):
        """Count a refusal of the credentials; the second in a row pauses the account and tells it once.

        :param scope: ``technical`` for the technical account, ``piste`` for the keys of the application
        """
        for account in self.sudo():
            account.auth_failures += 1
            if account.auth_failures >= REFUSALS_BEFORE_PAUSE and account.state == "active":
                account._pause("piste" if scope == "piste" else "auth")
                account._tell_refused(scope)

    def _tell_refused(self, scope):
        """Write once to the contact that credentials are refused."""
        template = self.env.ref("chorus_visiobat.mail_template_account_refused")
        for account in self:
            template.with_context(chorus_scope=scope).send_mail(account.id)

    def _record_auth_success(self):
        """Forget earlier refusals: only those in a row count."""
        # An UPDATE per call for nothing would contend with the outbox.
        self.sudo().filtered("auth_failures").write({"auth_failures": 0})

    def _pause(self, reason: str):
        """Stop sending for ``reason`` (value of ``pause_reason``); the queue waits, administrators get an activity."""
        for account in self.sudo():
            account.write({"state": "paused", "pause_reason": reason})
            if reason != "manual":
                account._warn_managers(
                    "chorus_visiobat.activity_account_paused", account.name, account._pause_sentence(reason)
                )

    def _resume(self):
        """Put the accounts back in service in this database and let their queue leave."""
        for account in self.sudo():
            account.write(
                {
                    "state": "active",
                    "pause_reason": False,
                    "auth_failures": 0,
                    "held_until": False,
                    "held_reason": False,
                    "held_count": 0,
                    "database_identity": self._database_identity(),
                }
            )
            account.activity_unlink(
                ["chorus_visiobat.activity_account_paused", "chorus_visiobat.activity_password_expiry"]
            )
        for xmlid in RESUMED_CRONS:
            if cron := self.env.ref(xmlid, raise_if_not_found=False):
                cron.sudo()._trigger()

    def _warn_managers(self, activity_type, summary, note):
        """Schedule the activity for every administrator of the company, unless he has it already."""
        self.ensure_one()
        for user in self._managers():
            if not self.activity_search([activity_type], user_id=user.id):
                self.activity_schedule(activity_type, fields.Date.today(), summary, note, user_id=user.id)

    def _managers(self):
        """Return the users who keep the Chorus Pro accounts of this company."""
        self.ensure_one()
        group = self.env.ref("chorus_visiobat.group_manager").sudo()
        root = self.env.ref("base.user_root")
        return group.all_user_ids.filtered(lambda user: user != root and self.company_id in user.company_ids)

    def action_pause(self):
        """Stop sending by these accounts; what waits, waits."""
        self._check_manager()
        for account in self:
            if account.state != "active":
                raise UserError(
                    self.env._("%(account)s is not active: there is nothing to pause.", account=account.name)
                )
        self._pause("manual")

    def action_resume(self):
        """Resume accounts that an administrator paused; any other reason is cured in the subscription."""
        self._check_manager()
        for account in self:
            if account.state != "paused":
                raise UserError(self.env._("%(account)s is not paused.", account=account.name))
            if account.pause_reason != "manual" or account._identity_breach():
                raise UserError(
                    account._pause_sentence(account.pause_reason if account.pause_reason != "manual" else "identity")
                )
        self._resume()

    def _check_manager(self):
        """Raise an AccessError unless the user keeps the accounts of these companies. Nobody has write access to
        the model, so the right is asked here."""
        self.check_access("read")
        if self.env.su:
            return
        # A branch reads the account of its parent, by which it sends: only those of the parent keep it.
        strangers = self.sudo().company_id - self.env.user.company_ids
        if strangers or not self.env.user.has_group("chorus_visiobat.group_manager"):
            raise self.env["ir.model.access"]._make_access_error(self._name, "write")
