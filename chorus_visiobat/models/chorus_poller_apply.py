import logging

from odoo import fields, models

from .chorus_document_life import OTHER_ACTORS

_logger = logging.getLogger(__name__)


class ChorusDocument(models.Model):
    """What searches and billing files make of papers."""

    _inherit = "chorus.document"

    def _take_rows(self, rows):
        """Take rows of a search: the current statuses and the numbers of the billing files.

        :param rows: dict of chorus_api InvoiceSummary or WorksSummary by paper
        """
        files = {document: getattr(row, "billing_file_id", None) for document, row in rows.items()}
        self._write_changes({document: {"billing_file_ref": str(file)} for document, file in files.items() if file})
        told = {
            document: (row.status, row.status_date, getattr(row, "status_reason", None))
            for document, row in rows.items()
            if row.status
        }
        self._apply_statuses(told)
        self._record_rows({document: row for document, row in rows.items() if not document.framework_id.is_works})

    def _refuse_left_out(self):
        """Of a flow partly integrated, the papers that neither its report nor the searches know were refused: their
        reason could not be matched with their number."""
        for document in self.filtered(lambda document: not document.technical_number):
            deposit = document._current_deposit()
            if deposit.state == "partial" and fields.Datetime.now() > deposit._quiet_end():
                unnamed = self.env._("Chorus Pro integrated only a part of this sending, without this paper.")
                document._apply_refusal([*(deposit.technical_details or "").splitlines(), unnamed])

    def _apply_billing_file(self, file):
        """Take a billing file: the papers of the other actors, their order, every status and the admitted amounts.

        :param file: chorus_api BillingFile
        """
        self.ensure_one()
        if file.file_id:
            self.billing_file_ref = str(file.file_id)
        papers = {}
        for told in file.documents:
            paper = self._paper_of_file(told)
            if paper:
                papers[told.works_id] = paper
        for told in file.documents:
            paper, previous = papers.get(told.works_id), papers.get(told.previous_id)
            if paper and previous and paper != previous and paper.previous_id != previous:
                paper.previous_id = previous
        for told in file.documents:
            if paper := papers.get(told.works_id):
                paper._apply_told(told)
        self._take_admitted()
        # Every status of the file was read with its history: nothing more is due.
        self.union(*papers.values()).history_due = False
        (self | self._ancestors())._sync_stage()

    def _paper_of_file(self, told):
        """Our record of a paper of the file, made when it is another actor's and new."""
        number = str(told.works_id)
        paper = self.search(
            [
                ("environment", "=", self.environment),
                ("company_id", "=", self.company_id.id),
                ("technical_number", "=", number),
            ],
            limit=1,
        )
        if paper:
            return paper
        framework = self.env["chorus.framework"]._of_api_code(told.framework)
        if not framework:
            _logger.warning("Chorus Pro: paper %s of file %s has an unknown framework", number, self.billing_file_ref)
            return self.browse()
        ours = self.search(
            [
                ("environment", "=", self.environment),
                ("origin", "=", "ours"),
                ("company_id", "=", self.company_id.id),
                ("technical_number", "=", False),
                ("issuer_siret", "=", told.issuer_siret),
                ("number", "=", told.number),
                ("framework_id", "=", framework.id),
            ],
            limit=1,
        )
        if ours:
            ours.technical_number = number
            return ours
        untaxed, total = float(told.amount_untaxed or 0), float(told.amount_total or 0)
        return self.create(
            {
                "origin": "received",
                "company_id": self.company_id.id,
                "user_id": self.user_id.id,
                "environment": self.environment,
                "framework_id": framework.id,
                "number": told.number or number,
                "issuer_siret": told.issuer_siret or "?",
                "issuer_name": told.issuer_name,
                "recipient_siret": self.recipient_siret,
                "contract_id": self.contract_id.id,
                "situation_id": self.situation_id.id,
                "billing_file_ref": self.billing_file_ref,
                "technical_number": number,
                "deposit_date": fields.Datetime.to_datetime(told.deposit_date),
                "amount_untaxed": untaxed,
                "amount_total": total,
                "amount_tax": total - untaxed,
            }
        )

    def _apply_told(self, told):
        if told.status:
            self._apply_status(told.status, told.status_date, told.status_reason)
        self._record_history(told.history)

    def _take_admitted(self):
        """Amounts admitted: those of the last paper of the file written by the project manager or the client."""
        followers = self._file_to_the_end() - self
        answers = followers.filtered(lambda document: document.framework_id.issuer in OTHER_ACTORS)
        if not answers:
            return
        last = answers[-1]
        values = {"admitted_untaxed": last.amount_untaxed, "admitted_total": last.amount_total}
        if all(self[name] == value for name, value in values.items()):
            return
        before = self.admitted_total or self.amount_total
        self.write(values)
        if self.currency_id.compare_amounts(last.amount_total, before):
            self._note(
                self.env._(
                    "%(name)s admits %(admitted)s of the %(requested)s requested (incl. tax).",
                    name=last.name,
                    admitted=self.currency_id.format(last.amount_total),
                    requested=self.currency_id.format(self.amount_total),
                )
            )
        self.situation_id._sync_answer_activity(told=True)


def technical_number_of(row):
    """Technical number of a row, as text: a works paper or an invoice."""
    return str(getattr(row, "works_id", None) or row.invoice_id)
