from dateutil.relativedelta import relativedelta

from odoo import Command, fields
from odoo.tests import TransactionCase

from .common import FrenchCompanyMixin


class WorksCase(FrenchCompanyMixin, TransactionCase):
    """The French company with works contracts: by default the posts of golden test G1 (works-billing.md §2.14)."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.journal = cls.env["account.journal"].search(
            [("company_id", "=", cls.company.id), ("type", "=", "sale")], limit=1
        )
        cls.vat10 = cls.env["account.chart.template"].with_company(cls.company).ref("tva_intermediaire")
        cls.vat10.active = True
        cls.client_body = cls.town
        cls.site_manager = cls.create_user("val_site", "chorus_visiobat.group_site")

    @classmethod
    def _direct_payment_account(cls):
        """The account of what the client pays to our subcontractors, chosen in the settings of the company."""
        cls.company.works_direct_payment_account_id = cls.env["account.account"].create(
            {
                "code": "411800",
                "name": "Clients – Paiements directs",
                "account_type": "asset_receivable",
                "reconcile": True,
                "company_ids": [Command.set(cls.company.ids)],
            }
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
                "moa_partner_id": cls.town.id,
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
        self._leave_time_for_more(situation)
        self._enter(situation, *percents)
        situation.action_invoice()
        return situation

    def _bill_advance(self, contract):
        """Ask for the advance of a contract by its first statement, and invoice it."""
        situation = self._open(contract)
        self._leave_time_for_more(situation)
        situation.kind = "advance"
        situation.action_invoice()
        return situation

    def _leave_time_for_more(self, situation):
        """Set the first month back by half a year, so that the next ones are not billed ahead of time."""
        if situation.number == 1:
            situation.period_end = fields.Date.context_today(situation) + relativedelta(months=-6, day=31)

    def _activate_account(self):
        return self.env["chorus.account"].create(
            {
                "company_id": self.company.id,
                "environment": "qualification",
                "state": "active",
                "siret": self.company.company_registry,
                "contact_email": "compta@batisseurs.example",
                "login": "TECH_000000000181259@cpp2017.fr",
            }
        )

    def _totals(self, record):
        return tuple(round(record[name], 2) for name in ("amount_untaxed", "amount_tax", "amount_total"))

    def _attach_then_rename(self, situation):
        """Give a statement a file that Chorus Pro refuses: such a name is refused when the file is added."""
        file = self.env["ir.attachment"].create({"name": "plan.pdf", "raw": b"MZ"})
        situation.attachment_ids = file
        file.name = "plan.exe"
