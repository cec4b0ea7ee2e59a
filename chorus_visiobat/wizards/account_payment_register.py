from odoo import api, models


class AccountPaymentRegister(models.TransientModel):
    _inherit = "account.payment.register"

    @api.model
    def default_get(self, fields):
        """Propose what the client owes now: retention, then subcontractors' part, only when nothing else is left.

        The button of an invoice gives all its lines; a part chosen by itself among the journal items is paid.
        """
        values = super().default_get(fields)
        if "line_ids" not in values:
            return values
        lines = self.env["account.move.line"].browse(values["line_ids"][0][2])
        for part in (False, "retention"):
            if asked := lines.filtered(lambda line, part=part: line.works_part == part):
                values["line_ids"] = [(6, 0, asked.ids)]
                break
        return values
