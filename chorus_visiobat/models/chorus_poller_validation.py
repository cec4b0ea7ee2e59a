import logging
from datetime import datetime, timedelta

from odoo import fields, models

from ..chorus_api import ChorusError, ValidationQuery
from .chorus_received_request import REQUEST_ISSUERS, WAITING_CODES

_logger = logging.getLogger(__name__)

REQUESTS_DELAY = timedelta(hours=1)
FOLLOW_DELAY = timedelta(days=1)
"""How often the billing file of a request that we validated is read again: what others do there need not show."""
FOLLOWED_FOR = timedelta(days=365)
"""How long: some clients never report a payment. The button of the paper reads it afterwards."""

OVER = ("refused", "rejected", "paid", "closed", "to_recycle")


class ChorusAccount(models.Model):
    """What the poller reads of the requests of subcontractors and joint contractors: those that wait for us, hourly, in
    one call; the paper, its history and its PDF once when it is new; then what becomes of it.
    """

    _inherit = "chorus.account"

    requests_read_at = fields.Datetime("Requests to validate read on", copy=False)

    def _has_news(self):
        return super()._has_news() or self._requests_are_due() or bool(self._requests_to_read())

    def _poll_steps(self):
        return [*super()._poll_steps(), self._poll_requests, self._poll_request_details]

    def _requests_are_due(self):
        """Whether requests may wait for this account: its company has contracts where others bill through it."""
        if self.requests_read_at and self.requests_read_at > fields.Datetime.now() - REQUESTS_DELAY:
            return False
        return bool(
            self._known_requests([("stage", "not in", OVER)], limit=1)
            or self.env["works.contract"].search(
                [
                    ("company_id", "child_of", self.company_id.id),
                    ("state", "=", "running"),
                    ("role", "in", ("holder", "lead", "co_contractor")),
                    ("party_ids", "!=", False),
                ],
                limit=1,
            )
        )

    def _known_requests(self, extra=(), limit=None):
        return self.env["chorus.document"].search(
            [
                ("company_id", "child_of", self.company_id.id),
                ("environment", "=", self.environment),
                ("origin", "=", "received"),
                ("framework_id.issuer", "in", REQUEST_ISSUERS),
                *extra,
            ],
            limit=limit,
        )

    def _poll_requests(self, client, troubles):
        """The requests that wait for us, new ones read whole; those known that wait no more are to be read again."""
        if not self._requests_are_due():
            return
        started = fields.Datetime.now()
        self.env["ir.cron"]._commit_progress()
        rows = {str(row.invoice_id): row for row in client.search_to_validate(self._supplier_id())}
        known = {paper.technical_number: paper for paper in self._known_requests()}
        for number, row in rows.items():
            if paper := known.get(number):
                paper._take_waiting(row.status)
        # No turn ends here, so that each takes one at least; none is tried twice in a reading, whatever its turns.
        tried = (self.sudo().poll_places or {}).get("requests", [])
        for number in sorted(rows.keys() - known.keys() - set(tried)):
            tried = [*tried, number]
            with self._apart(troubles):
                self._keep_places(requests=tried)
                self.env["ir.cron"]._commit_progress()
                self._take_request(rows[number], client.read_validation(int(number)))
            yield
        yield from self._poll_answered_requests(
            client, [paper for number, paper in known.items() if number not in rows]
        )
        self.sudo().requests_read_at = started
        yield

    def _poll_answered_requests(self, client, papers):
        """The statuses of the requests that wait for us no more, in one search whatever their number."""
        followed = [paper for paper in papers if paper.stage not in OVER and paper.deposit_date]
        if not followed:
            return
        since = min(paper.deposit_date for paper in followed).date()
        by_number = {paper.technical_number: paper for paper in followed}
        self.env["ir.cron"]._commit_progress()
        for row in client.search_validations(ValidationQuery(deposited_from=since)):
            paper = by_number.get(str(row.invoice_id))
            if paper and row.status != paper.status_code:
                paper._apply_status(row.status)
        yield

    def _take_request(self, row, details):
        """Keep a request that waits for us, with what it is about."""
        framework = self.env["chorus.framework"]._of_api_code(details.framework)
        if framework.issuer not in REQUEST_ISSUERS:
            _logger.warning("Chorus Pro: request %s has an unexpected framework", row.invoice_id)
            return
        companies = self.env["res.company"].search([("id", "child_of", self.company_id.id)])
        supplier = details.supplier_siret or row.supplier_siret
        documents = self.env["chorus.document"]
        contract, party = documents._contract_of_request(
            companies, supplier, row.contract_number or row.commitment_number, row.recipient_siret
        )
        untaxed, total = float(details.amount_untaxed or 0), float(details.amount_total or 0)
        paper = documents.create(
            {
                "origin": "received",
                "company_id": (contract.company_id or self.company_id).id,
                "user_id": (contract.user_id or contract.create_uid or self.create_uid).id,
                "environment": self.environment,
                "framework_id": framework.id,
                "number": details.number or row.number or str(row.invoice_id),
                "issuer_siret": supplier or "?",
                "issuer_name": row.supplier_name,
                "recipient_siret": row.recipient_siret,
                "contract_number": row.contract_number or row.commitment_number,
                "contract_id": contract.id,
                "party_id": party.id,
                "technical_number": str(row.invoice_id),
                "deposit_date": fields.Datetime.to_datetime(row.deposit_date) or fields.Datetime.now(),
                "amount_untaxed": untaxed,
                "amount_tax": float(details.amount_tax or 0) or total - untaxed,
                "amount_total": total,
            }
        )
        paper._take_waiting(row.status)
        paper._note(self.env._("Received on Chorus Pro, to be validated by us."), details.comment)

    def _poll_request_details(self, client, troubles):
        """History of the requests that changed, and the PDF of those that we have to decide."""
        for paper in self._requests_to_read().sorted(lambda paper: paper.details_tried_at or datetime.min):
            yield from self._read_details(client, paper, troubles)
            if paper.stage == "to_validate" and not paper.main_attachment_file_id:
                with self._apart(troubles):
                    try:
                        paper._read_received_files(client)
                    except ChorusError as error:
                        # The decision does not wait for it: a button reads it too.
                        _logger.info("Chorus Pro: the files of request %s cannot be read: %s", paper.id, error)
                yield

    def _requests_to_read(self):
        changed = self._known_requests([("history_due", "=", True), *self._not_asked("details_tried_at")])
        now = fields.Datetime.now()
        associated = self._known_requests(
            [
                ("stage", "=", "associated"),
                ("deposit_date", ">", now - FOLLOWED_FOR),
                "|",
                ("details_tried_at", "=", False),
                ("details_tried_at", "<", now - FOLLOW_DELAY),
            ]
        )
        return changed | associated.filtered(lambda paper: not paper._last_of_file().status_id.is_final)


class ChorusDocument(models.Model):
    _inherit = "chorus.document"

    def _take_waiting(self, code):
        """Take the status by which Chorus Pro says that this request waits for us, and as which validator."""
        self.ensure_one()
        rank = WAITING_CODES.get(code, 0)
        if rank and self.validator_rank != rank:
            self.validator_rank = rank
        if not self._apply_status(code):
            self._sync_stage()

    def _is_news(self, date):
        """A request takes the status of its list without a date: its history always knows better."""
        return self._is_request() or super()._is_news(date)
