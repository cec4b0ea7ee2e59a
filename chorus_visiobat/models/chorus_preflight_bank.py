from odoo import api, models

from .chorus_preflight import ADVICE


class ChorusPreflight(models.AbstractModel):
    """The bank account of a paper, as Chorus Pro knows it: advice only, since it may be paid there all the same."""

    _inherit = "chorus.preflight"

    @api.model
    def _paper_checks(self):
        return super()._paper_checks() + [self._check_bank_at_chorus]

    def _check_bank_at_chorus(self, paper):
        _ = self.env._
        account, move = paper.account.sudo(), paper.move
        if not move or move.move_type == "out_refund" or not account.bank_read_date:
            return
        bank = move.partner_bank_id or paper.company.partner_id.bank_ids[:1]
        if not bank or account._bank_ref(bank):
            return
        number = bank.acc_number
        if account.bank_ids:
            message = _(
                "%(number)s is not one of your bank accounts at Chorus Pro (%(known)s): add it on the portal, or say "
                "in Configuration › Bank details which one it is.",
                number=number,
                known=", ".join(name or "–" for name in account.bank_ids.mapped("name")),
            )
        else:
            message = _("Chorus Pro lists no bank account of yours: add %(number)s on the portal.", number=number)
        yield "bank_unknown", ADVICE, message, account.bank_ids[:1] or paper.account
