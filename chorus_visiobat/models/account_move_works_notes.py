from odoo import models
from odoo.tools import format_amount, format_date

from ..decompte import as_decimal
from ..decompte.wording import percent
from .account_edi_chorus_mixin import REVERSE_CHARGE_REASON


class AccountMove(models.Model):
    """What a works invoice says besides its totals: why less than them is to be paid now (works-billing.md §2.2).

    Printed on the invoice and written as notes (BT-22) in its electronic twin; in the language of the client.
    """

    _inherit = "account.move"

    def _works_notes(self):
        """:return: list of sentences (str), empty for an invoice without works contract."""
        self.ensure_one()
        if not self.works_contract_id or not self.is_sale_document():
            return []
        move = self.with_context(lang=self.partner_id.lang or self.env.lang)
        notes = [
            move._retention_note(),
            move._direct_payment_note(),
            move._advance_note(),
            move._assignment_note(),
        ]
        return [note for note in notes if note]

    def _is_under_reverse_charge(self):
        """Whether it bears no VAT because the main contractor owes it."""
        taxes = self.invoice_line_ids.tax_ids
        return bool(taxes) and all(
            tax.ubl_cii_tax_exemption_reason_code == REVERSE_CHARGE_REASON and not tax.amount for tax in taxes
        )

    def _money(self, amount):
        return format_amount(self.env, amount, self.currency_id)

    def _retention_note(self):
        amount = self.works_retention_amount
        if self.currency_id.is_zero(amount):
            return None
        rate = self.works_contract_id.retention_rate
        label = self.env._("Retention")
        if rate:
            label = f"{label} {percent(as_decimal(rate))}"
        if self.move_type == "out_refund":
            return self.env._(
                "%(retention)s: %(amount)s incl. tax given back.", retention=label, amount=self._money(amount)
            )
        if not self.works_retention_date:
            return self.env._(
                "%(retention)s: %(amount)s incl. tax, due at the end of the guarantee period.",
                retention=label,
                amount=self._money(amount),
            )
        return self.env._(
            "%(retention)s: %(amount)s incl. tax, due on %(date)s.",
            retention=label,
            amount=self._money(amount),
            date=format_date(self.env, self.works_retention_date),
        )

    def _direct_payment_note(self):
        if self.currency_id.is_zero(self.works_direct_amount):
            return None
        payments = self.works_situation_id.sudo().direct_payment_ids
        names = ", ".join(
            f"{payment.party_id.display_name} {self._money(payment.amount + payment.variation)}" for payment in payments
        )
        return self.env._(
            "Paid directly to subcontractors: %(amount)s%(names)s.",
            amount=self._money(self.works_direct_amount),
            names=f" ({names})" if names else "",
        )

    def _advance_note(self):
        """What the client keeps of this month to be repaid his advance, and what he then pays."""
        repaid = self._works_prepaid_advance()
        if not repaid:
            return None
        return self.env._("Repayment of the advance: %(amount)s incl. tax.", amount=self._money(repaid))

    def _assignment_note(self):
        assignment = self.works_contract_id.sudo()._assignment_terms()
        return assignment.mention if assignment else None

    # --- what is paid already (BT-113), and what is due (BT-115) ---

    def _works_prepaid_advance(self):
        """Part of this invoice that the advance paid before, EUR incl. tax: as its statement says.

        What subcontractors are paid directly is still owed by the client, to them: it is not prepaid.
        """
        situation = self.works_situation_id.sudo()
        if self.move_type != "out_invoice" or not situation:
            return 0.0
        return min(max(situation.amount_advance_repaid, 0.0), self.amount_total)

    def _works_amount_prepaid(self):
        """Amount paid already, as told to the client and to Chorus Pro (BT-113), EUR incl. tax.

        The advance repaid; the retention too where the company chose so (see ``works_due_amount``).
        """
        self.ensure_one()
        prepaid = self._works_prepaid_advance()
        if self.company_id.works_due_amount == "without_retention":
            prepaid += min(self.works_retention_amount, self.amount_total - prepaid)
        return self.currency_id.round(prepaid)

    def _works_amount_due(self):
        """Amount to be paid (BT-115, *montantAPayer*): the total less what is paid already, EUR incl. tax."""
        self.ensure_one()
        return self.currency_id.round(self.amount_total - self._works_amount_prepaid())

    def _works_amount_now(self):
        """What the client pays us when the invoice is due: neither the retention nor the subcontractors' part; EUR."""
        self.ensure_one()
        held = self.works_retention_amount + self.works_direct_amount
        return self.currency_id.round(max(self.amount_total - self._works_prepaid_advance() - held, 0.0))


class ChorusDocument(models.Model):
    _inherit = "chorus.document"

    def _amount_due(self):
        """Amount to be paid that is told to Chorus Pro (*montantAPayer*), EUR incl. tax; negative on a credit note."""
        self.ensure_one()
        move = self.move_id
        if not move:
            return self.amount_total
        return -move._works_amount_due() if move.move_type == "out_refund" else move._works_amount_due()


class WorksSituation(models.Model):
    _inherit = "works.situation"

    def _piece_reference(self):
        """Reference of the supporting paper, in the client's language: what the FEC calls *PieceRef*."""
        self.ensure_one()
        localized = self.with_context(lang=self.contract_id.payer_partner_id.lang or self.env.lang)
        return localized.env._(
            "Contract %(contract)s, statement no. %(number)s",
            contract=self.contract_id.chorus_contract_number or self.contract_id.reference or self.contract_id.name,
            number=self.number,
        )

    def _move_values(self):
        return {"ref": self._piece_reference(), **super()._move_values()}

    def _correction_values(self):
        return {"ref": self._piece_reference(), **super()._correction_values()}
