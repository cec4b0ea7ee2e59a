from odoo import models
from odoo.exceptions import UserError


class AccountMove(models.Model):
    """An invoice and its paper for Chorus Pro."""

    _inherit = "account.move"

    def _chorus_ensure_document(self):
        """The paper of this invoice, made or refreshed from it as long as it has not left. Idempotent.

        Ordinary invoices are A1 unless the invoice says otherwise. Amounts of a credit note are negative.

        :raise UserError: the invoice is not posted, or its company has no environment or SIRET; all problems at once
        """
        self.ensure_one()
        document = self._chorus_current_document()
        if document and document.sudo()._stage_values()["stage"] != "draft":
            return document
        own = {"move_id": self.id, "user_id": (self.invoice_user_id or self.env.user).id}
        return document._make_or_refresh(self._chorus_document_values(), own)

    def _chorus_current_document(self):
        """The paper of this invoice in the environment of its company: a trial in qualification is another one."""
        self.ensure_one()
        environment = self.env["chorus.account"].sudo()._for(self.company_id).environment
        papers = self.chorus_document_ids.filtered(lambda document: document.active)
        return papers.filtered(lambda document: document.environment == environment).sorted("id")[-1:]

    def _chorus_document_values(self):
        """Values of the paper, read from the invoice and its contract (amounts in EUR)."""
        self._check_chorus_ready()
        contract, situation = self.works_contract_id, self.works_situation_id
        account = self.env["chorus.account"].sudo()._for(self.company_id)
        framework = self.chorus_framework_id or self.env.ref("chorus_visiobat.framework_a1")
        payer = contract.payer_partner_id or self.commercial_partner_id
        sign = -1 if self.move_type == "out_refund" else 1
        return {
            "company_id": self.company_id.id,
            "environment": account.environment,
            "framework_id": framework.id,
            "number": self.name,
            "issuer_siret": account.siret or self.company_id.partner_id._chorus_siret(),
            "issuer_name": self.company_id.name,
            "recipient_siret": payer._chorus_identifier(),
            "contract_id": contract.id,
            "situation_id": situation.id,
            **situation._chorus_refused_paper(account.environment),
            "amount_untaxed": sign * self.amount_untaxed,
            "amount_tax": sign * self.amount_tax,
            "amount_total": sign * self.amount_total,
            # The attachments of a statement are kept there; those of an ordinary invoice on its paper.
            **({"attachment_ids": [(6, 0, situation.attachment_ids.ids)]} if situation else {}),
        }

    def _check_chorus_ready(self):
        problems = []
        if self.state != "posted" or not self.is_sale_document():
            problems.append(self.env._("Invoice %(name)s: post it first.", name=self.display_name))
        account = self.env["chorus.account"].sudo()._for(self.company_id)
        if not account:
            problems.append(account._none_sentence(self.company_id))
        elif not (account.siret or self.company_id.partner_id._chorus_siret()):
            problems.append(self.env._("%(company)s: enter its SIRET, 14 digits.", company=self.company_id.name))
        if problems:
            raise UserError("\n".join(problems))

    def _chorus_vat_regime(self):
        """``typeTva`` of the invoice (chorus-pro-api.md §3.6), from the VAT of its lines.

        Works are taxed on receipts unless the company chose debits: Odoo says so by the exigibility of the tax.
        """
        taxes = self.invoice_line_ids.tax_ids.flatten_taxes_hierarchy()
        if not any(tax.amount for tax in taxes):
            return "SANS_TVA"
        if self.company_id.chorus_vat_on_debits:
            return "TVA_SUR_DEBIT"
        if any(tax.tax_exigibility == "on_payment" for tax in taxes if tax.amount):
            return "TVA_SUR_ENCAISSEMENT"
        return "TVA_SUR_DEBIT"
