from datetime import datetime, time
from types import SimpleNamespace

from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_amount, format_date


class ChorusAdopt(models.TransientModel):
    """*Rattacher*: a paper found on Chorus Pro, side by side with the statement or invoice whose paper it becomes.

    A draft statement is invoiced first, under the number deposited: one invoice, one number. Nothing is attached that
    differs, and nothing is written then.
    """

    _name = "chorus.adopt"
    _description = "Attach a paper deposited on the portal"

    found_id = fields.Many2one(
        "chorus.found.paper",
        "Paper found",
        required=True,
        readonly=True,
        ondelete="cascade",
        help="Paper of your company that Chorus Pro has.",
    )
    company_id = fields.Many2one(related="found_id.company_id")
    is_works = fields.Boolean(related="found_id.framework_id.is_works")
    situation_id = fields.Many2one(
        "works.situation",
        "Statement",
        domain="[('company_id', '=', company_id), ('state', '!=', 'cancelled')]",
        help="Statement that this paper carries.",
    )
    move_id = fields.Many2one(
        "account.move",
        "Invoice",
        domain="[('company_id', '=', company_id), ('move_type', 'in', ('out_invoice', 'out_refund')),"
        " ('state', '=', 'posted'), ('chorus_stage', 'in', (False, 'draft', 'to_fix'))]",
        help="Invoice that this paper carries.",
    )
    will_invoice = fields.Boolean(compute="_compute_comparison")
    comparison = fields.Html(
        compute="_compute_comparison",
        sanitize=False,
        help="What is known here, and what Chorus Pro has: both must agree.",
    )

    @api.depends("found_id", "situation_id", "move_id")
    @api.depends_context("lang")
    def _compute_comparison(self):
        for wizard in self:
            situation = wizard.situation_id
            wizard.will_invoice = situation.state == "draft"
            wizard.comparison = wizard._comparison_html() if situation or wizard.move_id else False

    def _comparison_html(self):
        found, situation, move = self.found_id, self.situation_id, self.move_id
        currency = found.currency_id
        number = situation._number_to_leave() if situation else move.name
        total = (situation.amount_total if situation.bears_invoice else situation.balance_total) if situation else None
        if total is None:
            total = move.amount_total if move.move_type == "out_invoice" else -move.amount_total
        framework = situation.framework_id or move.chorus_framework_id
        rows = [
            (self.env._("Number"), number or "–", found.number, situation.state == "draft" or number == found.number),
            (
                self.env._("Billing framework"),
                framework.code or "A1",
                found.framework_id.code,
                (framework.code or "A1") == found.framework_id.code,
            ),
            (
                self.env._("Amount incl. tax"),
                format_amount(self.env, total, currency),
                format_amount(self.env, found.amount_total, currency),
                not currency.compare_amounts(abs(total), abs(found.amount_total)),
            ),
            (
                self.env._("Deposited on"),
                "–",
                format_date(self.env, found.deposit_date) if found.deposit_date else "–",
                True,
            ),
        ]
        row = Markup("<tr class='%s'><td class='text-muted'>%s</td><td>%s</td><td>%s</td></tr>")
        head = Markup("<tr><th></th><th>%s</th><th>%s</th></tr>") % (self.env._("Here"), self.env._("On Chorus Pro"))
        body = Markup().join(row % ("" if same else "text-danger fw-bold", *cells) for *cells, same in rows)
        return Markup("<table class='table table-sm w-auto'>%s%s</table>") % (head, body)

    def action_adopt(self):
        """Make the paper found that of the statement or invoice: followed from now on, never sent again.

        :raises UserError: they differ, or the statement cannot be invoiced; nothing is written then.
        """
        self.ensure_one()
        origin = self.situation_id or self.move_id
        if not origin:
            raise UserError(self.env._("Statement: choose the one that this paper carries, or an invoice."))
        self.found_id.check_access("write")
        origin.check_access("write")
        if self.situation_id.state == "draft":
            self._bill_under_its_number()
        document = origin._chorus_ensure_document()
        self.found_id._adopt_as(document)
        return document._get_records_action()

    def _bill_under_its_number(self):
        situation, found = self.situation_id, self.found_id
        if not situation.bears_invoice:
            situation.piece_number = found.number
            situation.action_prepare_paper()
            return
        situation.chorus_invoice_number = found.number
        situation.invoice_date = situation.invoice_date or found.document_date
        situation.action_invoice()


class ChorusFoundPaper(models.Model):
    _inherit = "chorus.found.paper"

    def _adopt_as(self, document):
        """Make this paper that of ours.

        :param document: ``chorus.document`` that has not left
        :raises UserError: it has left, or both differ
        """
        self.ensure_one()
        document = document.sudo()
        document.lock_for_update(allow_referencing=True)
        if document.stage not in ("draft", "to_fix") or document.technical_number:
            raise UserError(
                self.env._(
                    "%(name)s has left already (%(stage)s): it has its own number at Chorus Pro.",
                    name=document.name,
                    stage=document._stage_label(),
                )
            )
        told = SimpleNamespace(
            number=self.number,
            supplier_siret=self.issuer_siret,
            recipient_siret=self.recipient_siret,
            framework=self.framework_id.api_code,
            amount_total=self.amount_total,
        )
        if differences := document._differences(told):
            raise UserError(
                self.env._(
                    "%(name)s is not this one: %(differences)s. Correct the statement or invoice, or choose another.",
                    name=self.display_name,
                    differences=", ".join(differences),
                )
            )
        deposited = datetime.combine(self.deposit_date, time(12)) if self.deposit_date else fields.Datetime.now()
        document.write(
            {
                "technical_number": self.technical_number,
                "billing_file_ref": self.billing_file_ref,
                "deposit_date": deposited,
                "refusal_label": False,
                "rejection_id": False,
            }
        )
        document._note(
            self.env._(
                "Deposited on the portal by other means: attached under technical number %(number)s.",
                number=self.technical_number,
            )
        )
        if not document._apply_status(self.status_code):
            document._sync_stage()
        document.history_due = True
        self.sudo().document_id = document
        for record in (document.situation_id, document.move_id):
            record.sudo().activity_feedback(["chorus_visiobat.activity_found"], feedback=self.env._("Attached."))
        self.env.ref("chorus_visiobat.cron_poll").sudo()._trigger()
