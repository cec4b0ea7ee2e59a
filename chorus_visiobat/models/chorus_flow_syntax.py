import re
from datetime import timedelta

from odoo import fields, models
from odoo.exceptions import UserError

from .res_company_channel import FORMATS

REFRESH_AFTER = timedelta(days=30)

# By format: what the syntaxes of works papers end with (flows E4 and E5, since February 2024), preferred for them when
# Chorus Pro lists one, then those of any paper. The names of the first are published nowhere, hence patterns; and the
# version of CII is that of its schema, D16B or a later one (chorus-pro-api.md §3.5).
PREFERENCES = {
    "facturx": (r"_E[45]_.*FACTURX$", r"_E2_.*FACTURX$"),
    "cii": (r"_E4_CII(_\d+B)?$", r"_E1_CII_\d+B$"),
    "ubl": (r"_E4_UBL_INVOICE$", r"_E1_UBL_INVOICE$"),
}


def choose_syntax(offered, *, is_works, file_format="facturx"):
    """Return the syntax to deposit files of a format with, or None when Chorus Pro offers none.

    :param offered: the ``syntaxeFlux`` codes that Chorus Pro lists.
    :param bool is_works: whether the flow carries works papers.
    :param str file_format: ``facturx``, ``cii`` or ``ubl``.
    """
    works, ordinary = PREFERENCES[file_format]
    for pattern in (works, ordinary) if is_works else (ordinary,):
        # Of two versions of a syntax, the newest.
        for code in sorted(offered, reverse=True):
            if re.search(pattern, code):
                return code
    return None


class ChorusAccount(models.Model):
    _inherit = "chorus.account"

    flow_syntaxes = fields.Char(readonly=True, copy=False, help="Flow syntaxes that Chorus Pro listed last.")
    flow_syntaxes_date = fields.Datetime(readonly=True, copy=False)

    def _flow_syntax(self, client, *, is_works, file_format="facturx"):
        """The ``syntaxeFlux`` to deposit files of a format with, among those that Chorus Pro offers. It is asked when
        they are unknown or a month old; no transaction stays open meanwhile.

        :param client: an open ``ChorusClient``
        :param is_works: whether the flow carries works papers
        :param file_format: ``facturx``, ``cii`` or ``ubl``
        :raise UserError: Chorus Pro offers none for this format
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
        if syntax := choose_syntax(offered, is_works=is_works, file_format=file_format):
            return syntax
        self.sudo().flow_syntaxes_date = False
        raise UserError(
            self.env._(
                "Chorus Pro offers no way to deposit a %(format)s at the moment (syntaxes offered: %(offered)s). "
                "Nothing was sent; it is asked again by itself. If this lasts, ask the support of Chorus Pro, or "
                "withdraw the paper and choose another format in the settings.",
                format=dict(FORMATS)[file_format],
                offered=", ".join(offered) or "–",
            )
        )
