from odoo import Command, models

from ..decompte import as_decimal
from ..decompte.wording import euros


class WorksSituation(models.Model):
    """The final statement (*projet de décompte final*): what deserves a look before it leaves; it never blocks.

    It is due even where the last monthly statement billed all the works (CCAG-Travaux 12.3): its invoice is then of
    nothing, and bears the number under which the file goes on to the general statement.
    """

    _inherit = "works.situation"

    def _move_line_values(self):
        values = super()._move_line_values()
        if values or self.kind != "final":
            return values
        localized = self.with_context(lang=self.contract_id.payer_partner_id.lang or self.env.lang)
        largest = self.line_ids.sorted("cumulative")[-1:].contract_line_id
        return [
            {
                "name": localized.env._("Final statement no. %(number)s: no works left to bill", number=self.number),
                "quantity": 1,
                "price_unit": 0.0,
                "tax_ids": [Command.set(largest.tax_id.ids)],
                **self._income_account(largest.nature),
            }
        ]

    def _progress_advice(self):
        return super()._progress_advice() + [message for message, _record in self._final_advice()]

    def _final_advice(self):
        """What to settle before the end of the contract (works-billing.md §5.3, rows 33 and 34).

        :return: list of ``(message: str, record)``, with where it is cured; empty for the other kinds
        """
        self.ensure_one()
        return self._subcontractor_advice() if self.kind == "final" and self.line_ids else []

    def _subcontractor_advice(self):
        """Subcontractors paid directly who have done more than they were paid, at base prices."""
        paid = {one.subcontractor.key: one.base for one in self._statement().settlement.direct_payments}
        found = []
        for party in self.contract_id.party_ids.filtered(lambda party: party._is_paid_directly()):
            lines = self.line_ids.filtered(lambda line, party=party: line.contract_line_id.party_id == party)
            done, settled = as_decimal(sum(lines.mapped("cumulative"))), paid.get(party.id, as_decimal(0))
            if lines and self.currency_id.compare_amounts(float(done), float(settled)) > 0:
                message = self.env._(
                    "Final statement: %(subcontractor)s has done %(done)s excl. tax and is paid %(paid)s directly. "
                    "Record his last direct payment.",
                    subcontractor=party.display_name,
                    done=euros(done),
                    paid=euros(settled),
                )
                found.append((message, self))
        return found
