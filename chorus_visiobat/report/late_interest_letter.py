from odoo import models

from ..decompte.late_interest import CLAIM_DAYS
from . import french

FORMATS = ("amount", "euros", "percent", "day", "siret", "iban", "typeset")


class LateInterestLetter(models.AbstractModel):
    """What the letter claiming late interest shows: one letter for each client, whatever papers he paid late."""

    _name = "report.chorus_visiobat.late_interest_letter"
    _description = "Letter claiming late interest"

    def _get_report_values(self, docids, data=None):
        lines = self.env["chorus.late.interest.line"].browse(docids)
        return {
            "doc_model": lines._name,
            "docs": lines,
            "letters": [self._letter(payer, group) for payer, group in lines.grouped("payer_id").items()],
            "claim_days": CLAIM_DAYS,
            **{name: getattr(french, name) for name in FORMATS},
        }

    def _letter(self, payer, lines):
        company, papers = lines.company_id, lines.document_id
        bank = papers.sudo().move_id.partner_bank_id or company.partner_id.bank_ids.sorted(
            lambda one: not one.allow_out_payment
        )
        return {
            "payer": payer,
            "company": company,
            "lines": lines,
            "date": lines[0].date,
            "interest": sum(lines.mapped("interest")),
            "indemnity": sum(lines.mapped("indemnity")),
            "total": sum(lines.mapped("amount_total")),
            "open": lines.filtered(lambda line: not line.payment_date),
            "contracts": papers.contract_id,
            "account": bank[:1],
            "earlier": sorted(set(lines.mapped("claimed_date")) - {False}),
            "author": self.env.user,
        }
