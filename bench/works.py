"""A contract of many posts over many months, and the plain invoices that it is compared with.

Both are made through Odoo's models, by an accountant with his own rights. The contract has what a real one has: two
VAT rates, a retention, prices revised by two indexes. Amounts in EUR HT.
"""

from datetime import date

from dateutil.relativedelta import relativedelta

from odoo import Command, fields

LOTS = 10
MOVING = 5
"""One post in so many moves each month."""


class Works:
    """The company, its accountant, one contract; `env` is the accountant's."""

    def __init__(self, env, posts: int, months: int):
        """:param months: that will be billed; the last one ends last month."""
        self.posts, self.months = posts, months
        admin = env(context={**env.context, "lang": "fr_FR"})
        self.company = self._company(admin)
        self.client = self._body(admin, "Commune de Saint-Aubin-le-Val", "26613186100012")
        self.moe = self._body(admin, "Atelier Lumen, architectes", "85908301600013")
        self.taxes = self._taxes(admin)
        user = admin["res.users"].create(
            {
                "name": "Claire Fontaine",
                "login": "claire",
                "lang": "fr_FR",
                "company_id": self.company.id,
                "company_ids": [Command.set(self.company.ids)],
                "group_ids": [Command.set([env.ref("chorus_visiobat.group_billing").id])],
            }
        )
        self.env = admin(user=user.id, su=False, context={"lang": "fr_FR", "allowed_company_ids": self.company.ids})
        self.first_month = fields.Date.today() + relativedelta(months=-months, day=31)
        self.contract = self._contract()
        self.flush()

    def flush(self) -> None:
        """Keep what is made, and forget all that is cached."""
        self.env.flush_all()
        self.env.invalidate_all()

    def month_end(self, number: int) -> date:
        """Last day of the month of a statement."""
        return self.first_month + relativedelta(months=number - 1, day=31)

    def bill(self, number: int) -> None:
        """Bill one month: one post in five moves."""
        situation = self.open_next()
        situation.write({"invoice_date": self.month_end(number), "period_end": self.month_end(number)})
        moving = [line for rank, line in enumerate(situation.line_ids) if rank % MOVING == number % MOVING]
        situation.line_ids = [
            Command.update(line.id, self._progress(line, number / (self.months + 4))) for line in moving
        ]
        situation.action_invoice()
        self.flush()

    def open_next(self):
        return self.env["works.situation"].browse(self.contract.action_new_situation()["res_id"])

    def invoice(self):
        """A plain invoice in draft, of as many lines as the contract has posts."""
        lines = [
            Command.create(
                {
                    "name": f"Poste {rank}",
                    "quantity": 1,
                    "price_unit": 10 + rank,
                    "tax_ids": [Command.set(self.taxes[rank % 2].ids)],
                }
            )
            for rank in range(self.posts)
        ]
        values = {"move_type": "out_invoice", "partner_id": self.client.id, "invoice_line_ids": lines}
        return self.env["account.move"].create({**values, "invoice_date": fields.Date.today()})

    @staticmethod
    def _progress(line, share):
        post = line.contract_line_id
        return {"input_percent": 100 * share} if post.mode == "percent" else {"input_quantity": post.quantity * share}

    def _company(self, env):
        company = env["res.company"].create(
            {
                "name": "Bâtisseurs du Val",
                "company_registry": "45260181800019",
                "currency_id": env.ref("base.EUR").id,
                "street": "14 rue des Carriers",
                "zip": "38120",
                "city": "Saint-Aubin-le-Val",
            }
        )
        company.country_id = env.ref("base.fr")  # after: given at once, Odoo installs every module of the country
        env["account.chart.template"].try_loading("fr", company=company, install_demo=False)
        return company

    @staticmethod
    def _body(env, name, siret):
        values = {"name": name, "is_company": True, "company_registry": siret, "lang": "fr_FR"}
        return env["res.partner"].create({**values, "country_id": env.ref("base.fr").id})

    def _taxes(self, env):
        chart = env["account.chart.template"].with_company(self.company)
        taxes = chart.ref("tva_normale") | chart.ref("tva_intermediaire")
        taxes.active = True
        return taxes

    def _contract(self):
        indexes = self.env["works.price.index"].create([{"code": code} for code in ("BT01", "BT06")])
        start = self.first_month.replace(day=1)
        self.env["works.price.index.value"].create(
            [
                {
                    "index_id": index.id,
                    "month": start + relativedelta(months=month),
                    "value": 120 + month / 4 + index.id,
                }
                for index in indexes
                for month in range(-1, self.months + 1)
            ]
        )
        contract = self.env["works.contract"].create(
            {
                "name": "Groupe scolaire, tous corps d'état",
                "reference": "BENCH",
                "company_id": self.company.id,
                "moa_partner_id": self.client.id,
                "moe_partner_id": self.moe.id,
                "chorus_contract_number": "BENCH-1",
                "date_consultation": start,
                "retention_rate": 5,
                "price_type": "revisable",
                "price_base_month": start + relativedelta(months=-1),
            }
        )
        formula = self.env["works.revision.formula"].create(
            {
                "contract_id": contract.id,
                "weight_ids": [
                    Command.create({"index_id": index.id, "weight": weight})
                    for index, weight in zip(indexes, (0.5, 0.35), strict=True)
                ],
            }
        )
        contract.line_ids = [
            Command.create({"formula_id": formula.id, **self._post(rank)}) for rank in range(self.posts)
        ]
        contract.action_start()
        return contract

    def _post(self, rank):
        values = {
            "sequence": rank,
            "code": f"{rank % LOTS + 1}.{rank // LOTS + 1}",
            "name": f"Poste {rank}",
            "lot": f"Lot {rank % LOTS + 1}",
            "tax_id": self.taxes[rank % 2].id,
        }
        if rank % 2:
            return {**values, "mode": "quantity", "quantity": 40 + rank, "price_unit": 12.5 + rank / 8}
        return {**values, "mode": "percent", "amount": 900 + 11.1 * rank}
