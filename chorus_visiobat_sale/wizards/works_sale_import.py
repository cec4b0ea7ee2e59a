from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError


class WorksSaleImport(models.TransientModel):
    """Add the lines of a confirmed order to the posts of a contract; nothing is written before *Import*."""

    _name = "works.sale.import"
    _description = "Import of a sale order"
    _check_company_auto = True

    contract_id = fields.Many2one(
        "works.contract", required=True, readonly=True, ondelete="cascade", help="Contract that gets the posts."
    )
    company_id = fields.Many2one(related="contract_id.company_id")
    currency_id = fields.Many2one(related="contract_id.currency_id")
    order_id = fields.Many2one(
        "sale.order",
        required=True,
        check_company=True,
        domain="[('state', '=', 'sale'), ('works_contract_id', '=', False), ('company_id', '=', company_id)]",
        help="Confirmed order whose lines become posts: sections are lots.",
    )
    amendment_id = fields.Many2one(
        "works.contract.amendment",
        domain="[('contract_id', '=', contract_id)]",
        help="Amendment or service order that brings these posts. Empty: initial contract.",
    )
    post_count = fields.Integer("Posts", compute="_compute_preview", help="Number of posts that would be created.")
    amount = fields.Monetary("Amount excl. tax", compute="_compute_preview", help="Their amount, excluding tax.")
    problems = fields.Html(compute="_compute_preview", sanitize=False, help="What prevents the import, and the cure.")

    @api.depends("order_id")
    def _compute_preview(self):
        for wizard in self:
            order = wizard.order_id
            problems = order._works_problems() if order else []
            wizard.post_count = len(order._works_lines())
            wizard.amount = sum(order._works_lines().mapped("price_subtotal"))
            wizard.problems = (
                Markup("<ul>%s</ul>") % Markup().join(Markup("<li>%s</li>") % one for one in problems)
                if problems
                else False
            )

    def action_import(self):
        """Create the posts.

        :raises UserError: all that prevents it, at once; nothing is written then.
        """
        self.ensure_one()
        self.contract_id.check_access("write")
        problems = self.order_id._works_problems()
        if problems:
            raise UserError("\n".join(f"• {problem}" for problem in problems))
        self.order_id._works_add_posts(self.contract_id, self.amendment_id)
        return self.contract_id._get_records_action()
