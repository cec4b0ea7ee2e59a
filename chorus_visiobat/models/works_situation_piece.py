from odoo import models

# What the client or the project manager notifies after a final statement, for us to sign (chorus-pro-api.md §3.2).
GENERAL_STATEMENTS = ("A18", "A20")
# What the project manager deposits to end the tacit procedure himself: it goes straight to the paymaster.
ENDING_STATEMENTS = ("A24", "A25")
REFUSED_STAGES = ("refused", "rejected", "closed")


class WorksSituation(models.Model):
    """The paper of a statement in its billing file (*dossier de facturation*), with or without an invoice.

    An A8 follows the general statement that the client notified (A18, A20); an A22 the final statement that nobody
    answered; an A23 the A22 (chorus-pro-api.md §3.2).
    """

    _inherit = "works.situation"

    def _current_paper(self):
        """The paper of this statement: that of its invoice, else its own; empty before it is made."""
        self.ensure_one()
        if self.bears_invoice:
            return self.move_id.chorus_document_id
        papers = self.chorus_document_ids.filtered(lambda paper: paper.origin == "ours" and paper.active)
        # A paper deposited for good wins over a trial in qualification.
        return papers.sorted(lambda paper: (paper.environment == "production", paper.id))[-1:]

    def _chorus_current_document(self):
        """The paper of this statement in the environment of its company, apart from one that was refused."""
        self.ensure_one()
        if self.bears_invoice:
            return self.move_id._chorus_current_document() if self.move_id else self.env["chorus.document"]
        environment = self.env["chorus.account"].sudo()._for(self.company_id).environment
        last = self.chorus_document_ids.filtered(
            lambda paper: paper.origin == "ours" and paper.active and paper.environment == environment
        ).sorted("id")[-1:]
        return last.filtered(lambda paper: paper.stage not in REFUSED_STAGES)

    def _chorus_ensure_document(self):
        """The paper of this statement, made or refreshed as long as it has not left. Idempotent.

        :raises UserError: no technical account.
        """
        self.ensure_one()
        if self.bears_invoice:
            return self.move_id._chorus_ensure_document()
        document = self._chorus_current_document()
        if document and document.sudo()._stage_values()["stage"] != "draft":
            return document
        return document._make_or_refresh(self._paper_values(), {"user_id": self.env.user.id})

    def _paper_values(self):
        account = self.env["chorus.account"].sudo()._required_for(self.company_id)
        return {
            "company_id": self.company_id.id,
            "environment": account.environment,
            "framework_id": self.framework_id.id,
            "number": self.piece_number,
            "issuer_siret": account.siret or self.company_id.partner_id._chorus_siret(),
            "issuer_name": self.company_id.name,
            "recipient_siret": self.contract_id.payer_partner_id._chorus_identifier(),
            "contract_id": self.contract_id.id,
            "situation_id": self.id,
            "previous_id": self._paper_before(account.environment).id,
            "amount_untaxed": self.balance_untaxed,
            "amount_tax": self.balance_tax,
            "amount_total": self.balance_total,
            "attachment_ids": [(6, 0, self.attachment_ids.ids)],
        }

    def _paper_before(self, environment):
        """The paper of the billing file that this one answers: the general statement of the client for an A8, our own
        refused paper, else the last one of the file; empty for a first deposit.
        """
        refused = self.sudo().chorus_document_ids.filtered(
            lambda paper: paper.stage in ("refused", "rejected") and paper.environment == environment
        )
        if refused:
            return refused.sorted("id")[-1:]
        if self.kind == "general":
            return self.contract_id._general_to_sign()[0]
        others = self.previous_id.sudo()._current_paper()._file_to_the_end() - self.sudo().chorus_document_ids
        return others.filtered(lambda paper: paper.environment == environment)[-1:]

    def _file_problems(self):
        """What the billing file must hold before this paper (chorus-pro-api.md §3.2)."""
        contract = self.contract_id
        if contested := not self.bears_invoice and contract._general_contested():
            return [
                self.env._(
                    "%(paper)s: you refused it, and your claim goes on between you and the client. Delete this "
                    "statement, and sign the general statement that he makes again; if he notifies it on paper, "
                    "enter the day on the contract.",
                    paper=contested.display_name,
                )
            ]
        if self.kind != "tacit":
            return []
        if ended := contract._ending_statement_received():
            return [
                self.env._(
                    "Tacit procedure: %(paper)s of the project manager ended it, the paymaster has it. Nothing is left "
                    "to send: delete this statement.",
                    paper=ended.display_name,
                )
            ]
        answer, notified = contract._general_to_sign()
        if notified:
            told = answer.display_name or self.env._("a general statement notified on paper")
            return [
                self.env._(
                    "Tacit procedure: the client did answer, by %(paper)s. Choose the kind General, and sign his "
                    "general statement.",
                    paper=told,
                )
            ]
        paper = self.previous_id.sudo()._current_paper()
        if not paper.technical_number:
            return [
                self.env._(
                    "Tacit procedure: %(previous)s is not on Chorus Pro, and silence counts from its deposit alone. "
                    "Send it first.",
                    previous=self.previous_id.name,
                )
            ]
        code = "tacit" if self.previous_id.kind == "tacit" else "general"
        early = self._too_early_message(code, paper._received_on())
        return [early] if early else []
