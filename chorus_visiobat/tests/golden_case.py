"""Contracts of the golden tests (works-billing.md §2.14) through the records, and the text of what they print."""

import io
from datetime import date

from pypdf import PdfReader

from odoo import Command

from .paper_case import PaperCase

NARROW = "\u202f"


def plain_text_of(content):
    """Text of a PDF as its typography sets it, on one line."""
    return " ".join(" ".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages).split("\n"))


def rows_of(content):
    """Lines of the text as laid out, their columns separated by ``|``, their narrow spaces made plain."""
    pages = PdfReader(io.BytesIO(content)).pages
    lines = "\n".join(page.extract_text(extraction_mode="layout") for page in pages).splitlines()
    return [
        "|".join(part.strip() for part in line.strip().split("  ") if part.strip())
        .replace(NARROW, " ")
        .replace("\xa0", " ")
        for line in lines
        if line.strip()
    ]


def letters_of(content):
    """The lettered lines of the page (annex D): dict letter → texts of cumulative, previous and month."""
    rows = (row.split("|") for row in rows_of(content))
    return {
        row[0]: tuple(row[-3:]) for row in rows if len(row) == 5 and len(row[0]) == 1 and row[0] in "abcdefghijklmn"
    }


class GoldenCase(PaperCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.index = cls.env["works.price.index"].create({"code": "BT01", "name": "Tous corps d'état"})
        cls.index._set_values({date(2026, 3, 1): 126.9, date(2026, 5, 1): 130.1, date(2026, 6, 1): 131.4})
        cls.waterproofer = cls.create_body("Étanchéité du Val", "34628194200018")
        cls._direct_payment_account()

    def _g2(self):
        """Two VAT rates, an index, retention of 3 % excluding the variation."""
        return self._contract(
            [
                {"name": "Lot A", "amount": 87654.32},
                {"name": "Lot B", "amount": 45678.91, "tax_id": self.vat10.id},
            ],
            retention_rate=3,
            price_type="revisable",
            price_base_month="2026-03-15",
            formula_ids=[
                Command.create(
                    {
                        "name": "CCAP",
                        "fixed_part": 0.15,
                        "weight_ids": [Command.create({"index_id": self.index.id, "weight": 0.85})],
                    }
                )
            ],
            chorus_framework_id=self._framework("A4").id,
        )

    def _g2_month(self, contract, month, *percents, penalty=0):
        situation = self._open(contract)
        situation.period_end = date(2026, month, 28)
        self._enter(situation, *percents)
        if penalty:
            situation.deduction_ids = [
                Command.create({"name": "Retard", "amount": penalty, "reason": "3 jours, CCAP 8.2"})
            ]
        situation.action_invoice()
        return situation

    def _g3(self, **values):
        """Advance of 14 400 € repaid from 65 to 80 %, a subcontractor paid directly, retention of 5 %.

        :return: the contract and its subcontractor; the advance is asked for by statement no. 1.
        """
        contract = self._contract(
            [("Travaux propres", 320000), ("Étanchéité", 80000)],
            date_consultation="2019-06-01",
            duration_months=16,
            retention_rate=5,
            advance_start_pct=65,
            advance_end_pct=80,
            advance_method="linear",
            advance_base_own_share=True,
            chorus_framework_id=self._framework("A4").id,
            **values,
        )
        party = self.env["works.contract.party"].create(
            {"contract_id": contract.id, "partner_id": self.waterproofer.id, "amount_max": 80000}
        )
        contract.line_ids[1].party_id = party
        contract.advance_rate = 5
        advance = self._open(contract)
        advance.write({"kind": "advance", "period_end": date(2026, 1, 31)})
        advance.action_invoice()
        return contract, party

    def _g3_month(self, contract, party, own, sub, paid, **values):
        situation = self._open(contract)
        situation.write(values)
        self._enter(situation, own, sub)
        if paid:
            situation.direct_payment_ids = [Command.create({"party_id": party.id, "amount": paid})]
        situation.action_invoice()
        return situation
