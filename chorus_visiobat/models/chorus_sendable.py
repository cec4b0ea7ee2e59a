from odoo import models


class AccountMove(models.Model):
    _inherit = "account.move"

    def action_chorus_send(self):
        """Open the list of what stands in the way, then queue the invoices for Chorus Pro."""
        return self.env["chorus.send"]._open(self)

    def _chorus_paper_to_send(self):
        """The paper of this invoice, ready to be queued."""
        return self._chorus_ensure_document()

    def _chorus_proposed_framework(self):
        """Framework of an invoice on which none was chosen: its contract's, else A1."""
        self.ensure_one()
        if self.works_situation_id:
            return self.works_situation_id._chorus_proposed_framework()
        return self.env.ref("chorus_visiobat.framework_a1")


class WorksSituation(models.Model):
    _inherit = "works.situation"

    def action_chorus_send(self):
        """Open the list of what stands in the way, then queue the statements, invoiced first if need be."""
        return self.env["chorus.send"]._open(self)

    def action_invoice_and_send(self):
        """*Facturer et transmettre*: nothing is posted before the list of what stands in the way was seen."""
        return self.action_chorus_send()

    def _chorus_paper_to_send(self):
        """The paper of this statement, ready to be queued: a draft is invoiced first, or prepared where it bears
        no invoice.
        """
        self.ensure_one()
        if self.state == "draft":
            self.action_invoice() if self.bears_invoice else self.action_prepare_paper()
        return self._chorus_ensure_document()

    def _chorus_proposed_framework(self):
        self.ensure_one()
        return (
            self.framework_id or self.contract_id.chorus_framework_id or self.contract_id._propose_framework(self.kind)
        )
