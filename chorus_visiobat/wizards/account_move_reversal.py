from odoo import models
from odoo.exceptions import UserError


class AccountMoveReversal(models.TransientModel):
    _inherit = "account.move.reversal"

    def _modify_default_reverse_values(self, origin_move):
        """Refused for the invoice of a statement: the copy would bill the month beside its statement."""
        if statements := (self.move_ids | origin_move).works_situation_id:
            raise UserError(
                self.env._(
                    "%(statements)s: make the credit note alone (Reverse), then correct the statement and invoice it "
                    "again: its button does it.",
                    statements=", ".join(statements.mapped("name")),
                )
            )
        return super()._modify_default_reverse_values(origin_move)
