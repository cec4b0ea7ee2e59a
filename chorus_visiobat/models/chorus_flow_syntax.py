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

    def _flow_syntax(self, client, *, is_works):
        """The ``syntaxeFlux`` to deposit a Factur-X with, among those that Chorus Pro offers. It is asked when they are
        unknown or a month old; no transaction stays open meanwhile.

        :param client: an open ``ChorusClient``
        :param is_works: whether the flow carries works papers
        :raise UserError: Chorus Pro offers none for Factur-X
        :raise ChorusError: the list cannot be read
        """
        self.ensure_one()
        asked_on = self.flow_syntaxes_date
        if not self.flow_syntaxes or not asked_on or asked_on < fields.Datetime.now() - REFRESH_AFTER:
            self.env["ir.cron"]._commit_progress()
            codes = {code for form in client.list_flow_formats() for code in client.list_flow_syntaxes(form)}
            self.sudo().write(
                {"flow_syntaxes": " ".join(sorted(codes)), "flow_syntaxes_date": fields.Datetime.now()}
            )
        offered = (self.flow_syntaxes or "").split()
        if syntax := choose_syntax(offered, is_works=is_works):
            return syntax
        self.sudo().flow_syntaxes_date = False
        raise UserError(
            self.env._(
                "Chorus Pro offers no way to deposit a Factur-X at the moment (syntaxes offered: %(offered)s). "
                "Nothing was sent; it is asked again by itself. If this lasts, ask the support of Chorus Pro.",
                offered=", ".join(offered) or "–",
            )
        )
