from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..chorus_api import ChorusError, ValidationDecision
from ..keyring import KeyringError


class ChorusValidationDecide(models.TransientModel):
    """Our decision on requests of subcontractors and joint contractors: validate them, or refuse them with a reason.

    Nothing is decided in silence: each decision leaves by the outbox, journalled, and may be withdrawn before.
    """

    _name = "chorus.validation.decide"
    _description = "Decision on a subcontractor's request"

    document_ids = fields.Many2many(
        "chorus.document",
        string="Requests",
        required=True,
        readonly=True,
        help="Requests that wait for our decision.",
    )
    summary = fields.Html(
        compute="_compute_summary",
        sanitize=False,
        help="What is asked for, by whom, on which contract, and until when.",
    )
    decision = fields.Selection(
        [("accept", "Validate"), ("refuse", "Refuse")],
        required=True,
        default="accept",
        help="Validate: the request goes on to the project manager and the client. Refuse: it goes back to its issuer.",
    )
    reason_ids = fields.One2many(
        "chorus.validation.reason", "wizard_id", "Reasons offered", help="Reasons that Chorus Pro offers."
    )
    reason_id = fields.Many2one(
        "chorus.validation.reason",
        domain="[('wizard_id', '=', id)]",
        help="One of the reasons that Chorus Pro offers for a refusal.",
    )
    details = fields.Char(
        "In your own words",
        help="What the issuer has to correct, as he will read it. The reason, where none is offered.",
    )

    @api.model
    def _open(self, documents):
        """The dialog on these requests, with the reasons that Chorus Pro offers for a refusal.

        :raise UserError: one of them waits for no decision of ours
        """
        settled = documents.filtered(lambda document: document.stage != "to_validate")
        if settled or not documents:
            raise UserError(
                self.env._(
                    "%(names)s: no decision of yours is waited for any more.",
                    names=", ".join(settled.mapped("name")) or self.env._("Nothing is selected"),
                )
            )
        wizard = self.create({"document_ids": [(6, 0, documents.ids)]})
        wizard.reason_ids = [(0, 0, {"code": one.code, "name": one.label or one.code}) for one in wizard._reasons()]
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Validate or refuse"),
            "res_model": self._name,
            "res_id": wizard.id,
            "views": [(False, "form")],
            "target": "new",
        }

    def _reasons(self):
        """The reasons of a refusal as Chorus Pro lists them; none when it cannot be asked now."""
        document = self.document_ids[:1]
        account = self.env["chorus.account"].sudo()._for(document.company_id, document.environment)
        if not account or account._check_usable():
            return ()
        try:
            with account._client() as client:
                return client.list_refusal_reasons(document.framework_id.api_code)
        except (ChorusError, KeyringError):
            return ()

    @api.depends("document_ids")
    @api.depends_context("lang")
    def _compute_summary(self):
        for wizard in self:
            wizard.summary = Markup().join(wizard._request_html(document) for document in wizard.document_ids)

    def _request_html(self, document):
        row = Markup("<tr><td class='text-muted pe-3'>%s</td><td>%s</td></tr>")
        money = document.currency_id.format
        told = [
            (self.env._("Issuer"), document.issuer_name or document.issuer_siret),
            (self.env._("Contract"), document.contract_id.display_name or document.contract_number or "–"),
            (self.env._("Amount excl. tax"), money(document.amount_untaxed)),
            (self.env._("Amount incl. tax"), money(document.amount_total)),
            (self.env._("To be done by"), f"{document._due_in_words()}"),
        ]
        html = Markup("<h4>%s</h4><table class='mb-2'>%s</table>") % (
            document.name,
            Markup().join(row % (label, value) for label, value in told),
        )
        if document.request_advice:
            lines = Markup("<br/>").join(document.request_advice.splitlines())
            html += Markup("<div class='alert alert-warning' role='status'>%s</div>") % lines
        return html

    def action_confirm(self):
        """Put the decision on each request in the queue for Chorus Pro.

        :raises UserError: a refusal without reason, or a request that waits for no decision any more; nothing is
            decided then.
        """
        self.ensure_one()
        self.document_ids.check_access("write")
        refused = self.decision == "refuse"
        if refused and not (self.reason_id or self.details):
            raise UserError(self.env._("Reason: choose one, the issuer needs it to correct his request."))
        words = " – ".join(filter(None, (self.reason_id.name, self.details)))
        for document in self.document_ids:
            document._decide(not refused, self.reason_id.code or self.details, words)
        return {"type": "ir.actions.act_window_close"}


class ChorusValidationReason(models.TransientModel):
    """A reason of refusal that Chorus Pro offers for the requests of a dialog."""

    _name = "chorus.validation.reason"
    _description = "Reason of refusal of a request"

    wizard_id = fields.Many2one("chorus.validation.decide", required=True, ondelete="cascade")
    code = fields.Char(required=True, help="Code of the reason at Chorus Pro.")
    name = fields.Char(required=True, help="The reason, in the words of Chorus Pro.")


class ChorusDocument(models.Model):
    _inherit = "chorus.document"

    def _decide(self, accepted, reason=None, details=None):
        """Queue our decision on this request.

        :param accepted: False refuses it
        :param reason: str, code of the reason or words of ours, for a refusal
        :param details: str, the reason in words for its issuer
        """
        self.ensure_one()
        account = self.env["chorus.account"].sudo()._for(self.company_id, self.environment)
        decision = ValidationDecision(
            int(self.technical_number),
            accepted,
            reason=None if accepted else reason,
            details=None if accepted else details or None,
            rank=self.validator_rank or 1,
            validator_id=account._supplier_id(),
        )
        self._queue_act("decide_validation", decision.to_json())
        self._note(self.env._("Validated by us.") if accepted else self.env._("Refused by us."), details or None)

    def _due_in_words(self):
        self.ensure_one()
        return " – ".join(
            filter(None, (self.move_due_date and self.move_due_date.strftime("%d/%m/%Y"), self.move_due_text or ""))
        )
