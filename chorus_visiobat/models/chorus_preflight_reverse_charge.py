from odoo import api, models

from .chorus_preflight import BLOCKING


class ChorusPreflight(models.AbstractModel):
    """What a subcontractor sends is excluding tax (works-billing.md §5.3, check 24)."""

    _inherit = "chorus.preflight"

    @api.model
    def _paper_checks(self):
        return super()._paper_checks() + [self._check_reverse_charge]

    def _check_reverse_charge(self, paper):
        contract, move = paper.contract, paper.move
        if not contract or not move or not contract._is_under_reverse_charge():
            return
        if not move.currency_id.is_zero(move.amount_tax):
            yield (
                "reverse_charge",
                BLOCKING,
                self.env._(
                    "VAT of %(invoice)s: a subcontractor invoices excluding tax, with the mention “Autoliquidation”. "
                    "Credit this invoice, correct the VAT of the posts and invoice again, or untick Reverse charge "
                    "on the contract.",
                    invoice=move.display_name,
                ),
                contract,
            )
