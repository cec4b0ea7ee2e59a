from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError


class WorksInvoiceBatch(models.TransientModel):
    """Invoice many statements: those without a problem, each on its own; the others say what stops them."""

    _name = "works.invoice.batch"
    _description = "Invoicing of several statements"

    situation_ids = fields.Many2many(
        "works.situation",
        "works_invoice_batch_situation_rel",
        string="Statements",
        readonly=True,
        default=lambda self: self.env.context.get("active_ids"),
        help="Statements that were chosen in the list.",
    )
    ready_ids = fields.Many2many(
        "works.situation",
        compute="_compute_problems",
        help="Statements that nothing prevents from being invoiced.",
    )
    currency_id = fields.Many2one("res.currency", compute="_compute_problems")
    ready_count = fields.Integer("Ready to invoice", compute="_compute_problems", help="Number of these statements.")
    held_count = fields.Integer("Left as they are", compute="_compute_problems", help="Number of the others.")
    amount_total = fields.Monetary(
        "Total incl. tax", compute="_compute_problems", help="What the invoices will amount to, VAT included."
    )
    problems = fields.Html(compute="_compute_problems", sanitize=False, help="What prevents the others, and the cure.")

    @api.depends("situation_ids")
    def _compute_problems(self):
        for wizard in self:
            situations = wizard.situation_ids._origin  # in a form they are copies, which no search finds
            found = {one: one._reckoned_once()._invoice_problems() for one in situations}
            ready = situations.filtered(lambda one, found=found: not found[one])
            wizard.ready_ids = ready
            wizard.ready_count = len(ready)
            wizard.held_count = len(wizard.situation_ids) - len(ready)
            wizard.currency_id = wizard.situation_ids.currency_id[:1]
            wizard.amount_total = sum(ready.mapped("amount_total"))
            wizard.problems = wizard._html_table([(one, texts) for one, texts in found.items() if texts])

    @api.model
    def _html_table(self, rows):
        if not rows:
            return False
        row = Markup("<tr><td class='text-nowrap'>%s</td><td>%s</td></tr>")
        cells = Markup().join(row % (one.name, Markup("<br/>").join(texts)) for one, texts in rows)
        return Markup("<table class='table table-sm mb-0'>%s</table>") % cells

    def action_invoice(self):
        """Invoice the statements that are ready; one that fails after all undoes nothing of the others.

        :return: action showing the statements invoiced, or this page again with what failed.
        :raises UserError: none is ready.
        """
        self.ensure_one()
        self.situation_ids._check_can_bill()
        invoiced, failed = self.situation_ids.browse(), []
        for situation in self.ready_ids.sorted(lambda one: not one.chorus_invoice_number):
            try:
                with self.env.cr.savepoint():
                    situation.action_invoice()
                    invoiced += situation
            except UserError as error:
                failed.append((situation, str(error).splitlines()))
        if not invoiced:
            raise UserError(
                "\n".join(
                    self.env._("%(field)s: %(problem)s", field=one.name, problem=" ".join(why)) for one, why in failed
                )
                or self.env._("Statements: none of them can be invoiced as it stands. Correct them first.")
            )
        action = invoiced._action_list(self.env._("Statements invoiced"))
        if not failed:
            return action
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "warning",
                "sticky": True,
                "title": self.env._("Not invoiced"),
                "message": "\n".join(f"{one.name} : {' '.join(why)}" for one, why in failed),
                "next": action,
            },
        }
