from copy import deepcopy

from odoo import api, models

from odoo.addons.account.models.chart_template import template

MODULE = "chorus_visiobat"
CHART = "fr"
# What the reverse charge of construction needs in the books: loaded with the chart, or later where it lacks.
BOOK_MODELS = ("account.fiscal.position", "account.tax")
REVERSE_CHARGE_TAX = "works_tva_autoliq_0"
REVERSE_CHARGE_POSITION = "works_fp_reverse_charge"


class AccountChartTemplate(models.AbstractModel):
    """Taxes and fiscal position that works contracts need and the French chart lacks (works-billing.md §4.6).

    Sale under reverse charge (*autoliquidation*, CGI 283-2 nonies) in box E2, purchase under reverse charge at each
    rate in box A2, and the 8.5 % of the overseas departments on receipts. Each is created once, under its external
    identifier, and never changed afterwards: what the user made of it stays.
    """

    _inherit = "account.chart.template"

    @template(CHART, "account.fiscal.position")
    def _get_fr_works_fiscal_position(self):
        return self._parse_csv(CHART, "account.fiscal.position", module=MODULE)

    @template(CHART, "account.tax")
    def _get_fr_works_tax(self):
        taxes = self._parse_csv(CHART, "account.tax", module=MODULE)
        self._deref_account_tags(CHART, taxes)
        return taxes

    def _works_is_french(self, company):
        """Whether the chart of a company is the French one, or derives from it."""
        return CHART in self._get_parent_template(company.root_id.chart_template)

    def _works_book_data(self):
        """The records above, as the loader of charts takes them: dict model → external identifier → values."""
        return {
            "account.fiscal.position": self._get_fr_works_fiscal_position(),
            "account.tax": self._get_fr_works_tax(),
        }

    @api.model
    def _works_missing(self, company):
        """What the books of a company lack, and what prevents to create it.

        :param company: a company whose chart is French
        :return: tuple (data that can be created, as for ``_load_data``; dict external identifier → list of the
            external identifiers of the accounts that it needs and the chart lacks)
        """
        chart = self.with_company(company.root_id)
        data, blocked = {model: {} for model in BOOK_MODELS}, {}
        for model, records in chart._works_book_data().items():
            for xmlid, values in records.items():
                if chart.ref(xmlid, raise_if_not_found=False):
                    continue
                needed = {values.get("cash_basis_transition_account_id"), values.get("tax_group_id")}
                needed |= {line[2].get("account_id") for line in values.get("repartition_line_ids", [])}
                lacking = [one for one in needed - {None, ""} if not chart.ref(one, raise_if_not_found=False)]
                if lacking:
                    blocked[xmlid] = sorted(lacking)
                else:
                    data[model][xmlid] = values
        return data, blocked

    @api.model
    def _works_load(self, company, data):
        """Create records of the chart that a company lacks, with their French names.

        :param data: dict model → external identifier → values
        :return: dict model → records created
        """
        root = company.root_id
        chart = self.sudo().with_company(root).with_context(lang="en_US", default_company_id=root.id)
        data = deepcopy(data)
        coming = {xmlid for records in data.values() for xmlid in records}
        for values in data.get("account.tax", {}).values():
            for name in ("original_tax_ids", "fiscal_position_ids"):
                # A chart whose taxes were deleted keeps the others: they are mapped.
                known = [
                    xmlid
                    for xmlid in (values.get(name) or "").split(",")
                    if xmlid and (xmlid in coming or chart.ref(xmlid, raise_if_not_found=False))
                ]
                values[name] = ",".join(known)
        names = deepcopy(data)
        created = chart._load_data(data)
        chart._load_translations(companies=root, template_data=names)
        return created

    @api.model
    def _works_load_everywhere(self):
        """Create what lacks in every company that has the French chart; what cannot be created is left for Settings."""
        companies = self.env["res.company"].sudo().search([("chart_template", "!=", False), ("parent_id", "=", False)])
        for company in companies:
            if self._works_is_french(company):
                data, _blocked = self.sudo()._works_missing(company)
                if any(data.values()):
                    self._works_load(company, data)
