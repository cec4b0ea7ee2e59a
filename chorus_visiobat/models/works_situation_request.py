from odoo import api, fields, models

from .chorus_received_request import REQUEST_ISSUERS
from .works_situation_piece import REFUSED_STAGES

UNDECIDED = ("to_validate", "with_validator", "answering", "needs_attention", "to_recycle", *REFUSED_STAGES)


class WorksSituation(models.Model):
    """The requests of subcontractors that we validated become direct payments of our own statement: proposed when it is
    opened, to be changed or taken away like those typed by hand (CCAG-Travaux 12.1.7; works-billing.md §2.8)."""

    _inherit = "works.situation"

    has_requests = fields.Boolean(compute="_compute_has_requests", compute_sudo=True)

    @api.depends("state", "kind", "direct_payment_ids.request_id", "contract_id.chorus_document_ids.stage")
    def _compute_has_requests(self):
        for situation in self:
            takes = situation.state == "draft" and situation.bears_invoice and situation.kind != "advance"
            situation.has_requests = takes and bool(situation.contract_id._requests_unpaid())

    @api.model_create_multi
    def create(self, vals_list):
        situations = super().create(vals_list)
        for situation in situations.filtered("has_requests"):
            situation.sudo()._take_requests()
        return situations

    def action_take_requests(self):
        """Add to the direct payments what subcontractors asked for and we validated, and no statement has yet."""
        self._check_can_bill()
        for situation in self.filtered("has_requests"):
            situation._take_requests()

    def _take_requests(self):
        self.env["works.situation.direct_payment"].create(
            [
                {
                    "situation_id": self.id,
                    "party_id": request.party_id.id,
                    "request_id": request.id,
                    "amount": request._direct_amount(),
                }
                for request in self.contract_id._requests_unpaid()
            ]
        )

    def _progress_advice(self):
        return super()._progress_advice() + self._request_advice()

    def _request_advice(self):
        refused = self.sudo().direct_payment_ids.request_id.filtered(lambda request: request.stage in REFUSED_STAGES)
        advice = [
            self.env._(
                "Direct payments: %(request)s of %(name)s was refused since. Take it away, the client will not pay it.",
                request=request.name,
                name=request.party_id.display_name or request.issuer_name,
            )
            for request in refused
            if self.state == "draft"
        ]
        if not self.has_requests:
            return advice
        return advice + [
            self.env._(
                "Direct payments: %(request)s of %(name)s is validated, %(amount)s are on no statement yet. Use Take "
                "the validated requests, or leave it to the next statement.",
                request=request.name,
                name=request.party_id.display_name,
                amount=self.currency_id.format(request._direct_amount()),
            )
            for request in self.contract_id.sudo()._requests_unpaid()
        ]


class WorksSituationDirectPayment(models.Model):
    _inherit = "works.situation.direct_payment"

    request_id = fields.Many2one(
        "chorus.document",
        readonly=True,
        ondelete="set null",
        index="btree_not_null",
        help="Request of the subcontractor on Chorus Pro, validated by you, from which it was proposed.",
    )

    _once = models.Constraint(
        "unique(situation_id, request_id)",
        "Direct payments: this request is on the statement already. Reload the page.",
    )


class WorksContract(models.Model):
    _inherit = "works.contract"

    def _requests_unpaid(self):
        """The requests of subcontractors that we validated and that no statement asks the client to pay, the oldest
        first. A payment typed by hand of the same amount stands for one of them."""
        self.ensure_one()
        if not self.party_ids:
            return self.env["chorus.document"]
        requests = (
            self.env["chorus.document"]
            .sudo()
            .search(
                [
                    ("contract_id", "=", self._origin.id),
                    ("origin", "=", "received"),
                    ("framework_id.issuer", "in", REQUEST_ISSUERS),
                    ("party_id.role", "=", "subcontractor"),
                    ("environment", "=", self.chorus_environment),
                    ("stage", "not in", UNDECIDED),
                ],
                order="id",
            )
        )
        if not requests:
            return requests
        payments = self.sudo().party_ids.direct_payment_ids.filtered(lambda one: one.situation_id.state != "cancelled")
        typed = [(one.party_id, one.amount + one.variation) for one in payments if not one.request_id]
        unpaid = requests.browse()
        for request in requests - payments.request_id:
            if (asked := (request.party_id, request._direct_amount())) in typed:
                typed.remove(asked)
            else:
                unpaid |= request
        return unpaid


class ChorusDocument(models.Model):
    _inherit = "chorus.document"

    def _direct_amount(self):
        """What the client is to pay for this request, as admitted once it is; EUR, excl. tax under reverse charge."""
        self.ensure_one()
        if self.party_id.reverse_charge:
            return self.admitted_untaxed or self.amount_untaxed
        return self.admitted_total or self.amount_total
