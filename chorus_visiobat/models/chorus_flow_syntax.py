import re
from datetime import timedelta

from odoo import fields, models
from odoo.exceptions import UserError

REFRESH_AFTER = timedelta(days=30)

# We deposit Factur-X. The works syntaxes (flows E4 and E5, since February 2024) are preferred for works papers
# when Chorus Pro lists one; their names are published nowhere, hence patterns (chorus-pro-api.md §3.5).
PREFERENCES = {
    True: (r"_E[45]_.*FACTURX$", r"_E2_.*FACTURX$"),
    False: (r"_E2_.*FACTURX$",),
}


def choose_syntax(offered, *, is_works):
    """Return the syntax to deposit a Factur-X with, or None when Chorus Pro offers none.

    :param offered: the ``syntaxeFlux`` codes that Chorus Pro lists.
    :param bool is_works: whether the flow carries works papers.
    """
    for pattern in PREFERENCES[is_works]:
        for code in sorted(offered):
            if re.search(pattern, code):
                return code
    return None


class ChorusAccount(models.Model):
    _inherit = "chorus.account"

    flow_syntaxes = fields.Char(readonly=True, copy=False, help="Flow syntaxes that Chorus Pro listed last.")
    flow_syntaxes_date = fields.Datetime(readonly=True, copy=False)

    def _known_flow_syntaxes(self, client=None):
        """Return the flow syntaxes offered by Chorus Pro, asking it when they are unknown or a month old.

        :param client: an open ``ChorusClient``; without it, one is opened if a question must be asked.
        """
        self.ensure_one()
        known, asked_on = self.flow_syntaxes, self.flow_syntaxes_date
        if known and asked_on and asked_on > fields.Datetime.now() - REFRESH_AFTER:
            return known.split()
        if client is None:
            with self._client() as client:
                return self._ask_flow_syntaxes(client)
        return self._ask_flow_syntaxes(client)

    def _ask_flow_syntaxes(self, client):
        codes = {code for form in client.list_flow_formats() for code in client.list_flow_syntaxes(form)}
        self.sudo().write({"flow_syntaxes": " ".join(sorted(codes)), "flow_syntaxes_date": fields.Datetime.now()})
        return sorted(codes)


class ChorusDocument(models.Model):
    _inherit = "chorus.document"

    def _flow_syntax(self, client=None):
        """Return the ``syntaxeFlux`` to deposit this document in a flow, among those that Chorus Pro offers.

        :param client: an open ``ChorusClient`` (see `_known_flow_syntaxes`).
        :raises UserError: when Chorus Pro offers none for Factur-X.
        """
        self.ensure_one()
        account = self.env["chorus.account"]._for(self.company_id, self.environment)
        offered = account._known_flow_syntaxes(client)
        if syntax := choose_syntax(offered, is_works=self.framework_id.is_works):
            return syntax
        raise UserError(
            self.env._(
                "Chorus Pro offers no way to deposit a Factur-X at the moment (syntaxes offered: %(offered)s). "
                "Nothing was sent; try again later or ask the support of Chorus Pro.",
                offered=", ".join(offered) or "–",
            )
        )
