from odoo import Command
from odoo.tests import TransactionCase, new_test_user

SIRET_ISSUER = "45260181800019"
SIRET_CLIENT = "26613186100012"
SIRET_MOE = "85908301600013"


class WorksCase(TransactionCase):
    """A French company with one works contract: the posts of golden test G1 (works-billing.md §2.14)."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.env["res.company"].create(
            {
                "name": "Bâtisseurs du Val",
                "country_id": cls.env.ref("base.fr").id,
                "currency_id": cls.env.ref("base.EUR").id,
                "company_registry": SIRET_ISSUER,
            }
        )
        cls.env.user.company_ids |= cls.company
        cls.env["account.chart.template"].try_loading("fr", company=cls.company, install_demo=False)
        cls.env = cls.env(context=dict(cls.env.context, allowed_company_ids=cls.company.ids, lang="en_US"))
        cls.env["chorus.framework"].search([]) or cls._create_frameworks()
        cls.journal = cls.env["account.journal"].search(
            [("company_id", "=", cls.company.id), ("type", "=", "sale")], limit=1
        )
        cls.vat20 = cls._sale_tax(20)
        cls.vat10 = cls._sale_tax(10)
        cls.client_body = cls._body("Commune de Saint-Aubin-le-Val", SIRET_CLIENT)
        cls.moe = cls._body("Atelier Lumen, architectes", SIRET_MOE)
        cls.biller = cls._user("works_biller", "chorus_visiobat.group_billing")
        cls.site_manager = cls._user("works_site", "chorus_visiobat.group_site")

    @classmethod
    def _create_frameworks(cls):
        cls.env["chorus.framework"].create(
            [
                {"code": code, "api_code": code, "name": code, "issuer": "supplier", "bears_invoice": code != "A8"}
                for code in ("A1", "A4", "A5", "A7", "A8", "A10", "A13", "A14")
            ]
        )

    @classmethod
    def _sale_tax(cls, rate):
        tax = (
            cls.env["account.tax"]
            .with_context(active_test=False)
            .search(
                [
                    ("company_id", "=", cls.company.id),
                    ("type_tax_use", "=", "sale"),
                    ("amount_type", "=", "percent"),
                    ("amount", "=", rate),
                    ("price_include_override", "!=", "tax_included"),
                ],
                limit=1,
            )
        )
        tax.active = True
        return tax

    @classmethod
    def _body(cls, name, siret):
        return cls.env["res.partner"].create(
            {"name": name, "is_company": True, "company_registry": siret, "country_id": cls.env.ref("base.fr").id}
        )

    @classmethod
    def _user(cls, login, group):
        return new_test_user(
            cls.env, login, group, company_id=cls.company.id, company_ids=[Command.set(cls.company.ids)]
        )

    @classmethod
    def _contract(cls, posts=None, **values):
        """Contract; by default the posts of G1 without its amendment.

        :param posts: list of (name, amount HT) or of values of ``works.contract.line``
        """
        if posts is None:
            posts = [("L1", 40000), ("L2", 55000), ("L3", 25000)]
        lines = [post if isinstance(post, dict) else {"name": post[0], "amount": post[1]} for post in posts]
        return cls.env["works.contract"].create(
            {
                "name": "Restoration of the town hall",
                "company_id": cls.company.id,
                "moa_partner_id": cls.client_body.id,
                "moe_partner_id": cls.moe.id,
                "chorus_contract_number": "2026-014",
                "line_ids": [Command.create({"tax_id": cls.vat20.id, **line}) for line in lines],
                **values,
            }
        )

    def _open(self, contract):
        return self.env["works.situation"].browse(contract.action_new_situation()["res_id"])

    def _enter(self, situation, *percents):
        """Enter cumulative percentages, in the order of the posts."""
        for line, percent in zip(situation.line_ids, percents, strict=True):
            if percent is not None:
                line.input_percent = percent

    def _bill(self, contract, *percents):
        """Open the next statement, enter percentages and invoice it."""
        situation = self._open(contract)
        self._enter(situation, *percents)
        situation.action_invoice()
        return situation

    def _totals(self, record):
        return tuple(round(record[name], 2) for name in ("amount_untaxed", "amount_tax", "amount_total"))
