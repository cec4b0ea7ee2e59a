from markupsafe import Markup

from odoo import api, fields, models
from odoo.tools import format_date

from ..keyring import KeyringError, Source
from ..models.chorus_account_subscription import IDENTITY_FIELDS
from ..server_keys import server_keyring


class ChorusSubscription(models.TransientModel):
    """What the second step shows: before and after, then what confirming will do."""

    _inherit = "chorus.subscription"

    change_html = fields.Html(
        "What changes", compute="_compute_review", sanitize=False, help="Values in use, and those you are confirming."
    )
    consequence_html = fields.Html(
        "What confirming will do", compute="_compute_review", sanitize=False, help="Nothing of it is done yet."
    )

    @api.depends("step")
    def _compute_review(self):
        for wizard in self:
            reviewed = wizard.step == "confirm"
            wizard.change_html = reviewed and wizard._change_table()
            wizard.consequence_html = reviewed and wizard._bullets(wizard._consequences())

    def _account_in_use(self):
        """Return the account in use (sudo) that this subscription would change, empty for a first one."""
        self.ensure_one()
        return (
            self.env["chorus.account"]
            .sudo()
            .search(
                [
                    ("company_id", "=", self.company_id.id),
                    ("environment", "=", self.environment),
                    ("state", "!=", "draft"),
                ],
                limit=1,
            )
        )

    def _counted_account(self):
        return self._account_in_use()

    def _change_table(self):
        account = self._account_in_use()
        rows = [
            (self._fields[name]._description_string(self.env), _shown(account, name), _shown(self, name))
            for name in IDENTITY_FIELDS
        ]
        before = self.env._("recorded") if account.has_password else ""
        rows.append(
            (self._fields["password_input"]._description_string(self.env), before, self._password_after(account))
        )
        body = Markup().join(
            Markup('<tr class="%s"><th scope="row">%s</th><td>%s</td><td>%s</td></tr>')
            % ("table-warning" if before != after else "", label, before or "–", after or "–")
            for label, before, after in rows
        )
        _ = self.env._
        return Markup(
            '<table class="table table-sm"><thead><tr><th></th><th>%s</th><th>%s</th></tr></thead>'
            "<tbody>%s</tbody></table>"
        ) % (_("Before"), _("After"), body)

    def _password_after(self, account):
        if self.sudo().password_ciphertext or self._password_holder() != account:
            return self.env._("changed")
        return self.env._("recorded")

    def _consequences(self):
        """Return the French sentences of what Confirmer will do."""
        _ = self.env._
        account = self._account_in_use()
        if self.test_ok:
            sentences = self._consequences_in_use(account)
        else:
            sentences = [
                _("The test failed: these values are kept as a pending version, tested again by itself."),
                _("The account in use stays as it is.") if account else _("Nothing leaves before a test passes."),
            ]
        if account.siret and account.siret != self.siret:
            sentences.append(
                _(
                    "The SIRET changes: Chorus Pro does not carry over the technical account nor the PISTE connection. "
                    "Make sure that both were created again on the new structure."
                )
            )
        try:
            keyring = server_keyring()
        except KeyringError as error:
            return [*sentences, str(error)]
        if keyring.source is Source.DATA_DIRECTORY:
            sentences.append(
                _(
                    "Secrets are encrypted with the key kept in %(path)s, made by this server. Back this file up apart "
                    "from the database: without it the passwords have to be entered again.",
                    path=str(keyring.path),
                )
            )
        return sentences

    def _consequences_in_use(self, account):
        _ = self.env._
        sentences = [_("These values are used from now on.")]
        company = self.company_id.sudo()
        if company.chorus_environment != self.environment:
            label = dict(self._fields["environment"]._description_selection(self.env))[self.environment]
            sentences.append(
                _("New documents of %(company)s leave in: %(environment)s.", company=company.name, environment=label)
            )
        waiting = account and self.env["chorus.transmission"].sudo().search_count(
            [("account_id", "=", account.id), ("state", "in", ("queued", "unknown"))]
        )
        if waiting:
            sentences.append(_("Waiting transmissions that will leave: %(count)s.", count=waiting))
        expiry = self.test_expiry_date or self.env["chorus.account"]._default_expiry(fields.Date.today())
        sentences.append(
            _("Reminders to renew the technical password leave before %(date)s.", date=format_date(self.env, expiry))
        )
        return sentences

    @api.model
    def _bullets(self, sentences):
        return Markup("<ul>%s</ul>") % Markup().join(Markup("<li>%s</li>") % sentence for sentence in sentences)


def _shown(record, name):
    """The value of a field as a person reads it."""
    if not record:
        return ""
    field, value = record._fields[name], record.sudo()[name]
    if field.type == "selection":
        return dict(field._description_selection(record.env)).get(value, "")
    return value.display_name if field.type == "many2one" else value or ""
