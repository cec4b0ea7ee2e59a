from odoo import api, models

from .chorus_preflight import ADVICE


class ChorusPreflight(models.AbstractModel):
    """What deserves a look before a final statement leaves (works-billing.md §5.3, rows 33 and 34)."""

    _inherit = "chorus.preflight"

    @api.model
    def _paper_checks(self):
        return super()._paper_checks() + [self._check_final]

    def _check_final(self, paper):
        situation = paper.situation
        if situation.kind == "final":
            for message in situation._settlement_problems(blocking=False):
                yield "final_settlement", ADVICE, message, situation
        for message, record in situation and situation._final_advice() or ():
            yield "final", ADVICE, message, record
