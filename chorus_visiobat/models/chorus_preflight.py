from dataclasses import dataclass

from odoo import api, models

BLOCKING, ADVICE = "blocking", "advice"


@dataclass(frozen=True)
class Paper:
    """What is about to leave, whether its document exists yet or not.

    ``record`` is what the user chose: an ``account.move``, or a ``works.situation`` not yet invoiced.
    """

    record: models.Model
    company: models.Model
    account: models.Model
    move: models.Model
    situation: models.Model
    contract: models.Model
    framework: models.Model
    payer: models.Model
    number: str
    service_code: str
    commitment: str
    contract_number: str
    attachments: models.Model
    document: models.Model

    @property
    def is_made(self):
        """Whether its figures are frozen: an invoice, or a paper prepared without one."""
        return bool(self.move) or self.situation.state == "filed"


class ChorusPreflight(models.AbstractModel):
    """List of what stands in the way of a deposit, all at once (works-billing.md §5.3).

    Each ``_check_*`` method yields problems; a problem is blocking, or an advice that never blocks,
    and names the record where it is cured.
    """

    _name = "chorus.preflight"
    _description = "Checks before a deposit on Chorus Pro"

    @api.model
    def _problems(self, records):
        """Problems of invoices or statements about to be sent.

        :param records: ``account.move`` or ``works.situation``
        :return: list of dict ``code``, ``level`` (``blocking`` or ``advice``), ``message``, ``record``
            (what the user chose), ``res_model`` and ``res_id`` (where to fix)
        """
        problems = []
        seen_companies = set()
        for record in records:
            paper = self._paper(record)
            checks = self._paper_checks()
            if paper.company not in seen_companies:
                checks = self._company_checks() + checks
            for check in checks:
                for code, level, message, where in check(paper):
                    problems.append(
                        {
                            "code": code,
                            "level": level,
                            "message": message,
                            "record": record,
                            "res_model": where._name,
                            "res_id": where.id,
                        }
                    )
            seen_companies.add(paper.company)
        return problems

    @api.model
    def _company_checks(self):
        """Checks made once for all the papers of a company."""
        return []

    @api.model
    def _paper_checks(self):
        """Checks made for each paper."""
        return []

    @api.model
    def _paper(self, record):
        empty_move = self.env["account.move"]
        if record._name == "works.situation":
            # Back in draft, a statement keeps its draft invoice: invoicing posts it again.
            move = record.move_id if record.state != "draft" else empty_move
            situation, contract = record, record.contract_id
        else:
            situation, move, contract = record.works_situation_id, record, record.works_contract_id
        company = record.company_id
        number = move.name if move and move.name != "/" else situation.chorus_invoice_number
        if situation and not situation.bears_invoice:
            number = situation.piece_number or situation.piece_number_proposal
        return Paper(
            record=record,
            company=company,
            account=self.env["chorus.account"]._for(company),
            move=move or empty_move,
            situation=situation,
            contract=contract,
            framework=move.chorus_framework_id or situation.framework_id or record._chorus_proposed_framework(),
            payer=(contract.payer_partner_id or contract.moa_partner_id or move.partner_id).commercial_partner_id,
            number=number or "",
            service_code=(move.buyer_reference if move else contract.payer_service_id.code) or "",
            commitment=(move.purchase_order_reference if move else contract.chorus_commitment_number) or "",
            contract_number=(move.contract_reference if move else contract.chorus_contract_number) or "",
            attachments=situation.attachment_ids or move.chorus_document_id.attachment_ids,
            document=(move or situation)._chorus_current_document(),
        )
