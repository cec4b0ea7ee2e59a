from odoo import api, fields, models
from odoo.exceptions import UserError


class WorksContractAmendment(models.Model):
    """Amendment or service order (*avenant*, *ordre de service*) that changes the contract."""

    _name = "works.contract.amendment"
    _description = "Works contract amendment"
    _order = "contract_id, number, id"

    contract_id = fields.Many2one("works.contract", required=True, ondelete="cascade", index=True)
    company_id = fields.Many2one(related="contract_id.company_id", store=True)
    currency_id = fields.Many2one(related="contract_id.currency_id")
    kind = fields.Selection(
        [("amendment", "Amendment"), ("order", "Service order")],
        required=True,
        default="amendment",
        help="Service orders with provisional prices may be billed before the amendment that confirms them.",
    )
    number = fields.Char(required=True, help="Number of the amendment or service order, for example 1.")
    name = fields.Char("Subject", help="Subject of the amendment, as on its deed.")
    date_notification = fields.Date(
        "Notified on", help="Its posts count in the contract from then on. Empty: not notified yet."
    )
    line_ids = fields.One2many("works.contract.line", "amendment_id", "Posts")
    amount = fields.Monetary("Amount excl. tax", compute="_compute_amount", help="Sum of its posts.")

    _number_uniq = models.Constraint(
        "UNIQUE(contract_id, kind, number)", "This contract has an amendment or service order with this number already."
    )

    @api.depends("line_ids.amount")
    def _compute_amount(self):
        for amendment in self:
            amendment.amount = sum(amendment.line_ids.mapped("amount"))

    @api.depends("kind", "number", "name")
    def _compute_display_name(self):
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        for amendment in self:
            title = f"{kinds.get(amendment.kind, '')} {amendment.number or ''}".strip()
            amendment.display_name = f"{title} – {amendment.name}" if amendment.name else title

    def write(self, vals):
        result = super().write(vals)
        if "date_notification" in vals:
            self.contract_id._refresh_draft_situation()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_with_posts(self):
        for amendment in self:
            if amendment.line_ids:
                raise UserError(
                    self.env._(
                        "%(amendment)s has posts and cannot be deleted: %(posts)s. Delete them first, "
                        "or choose another amendment on them (page Posts of the contract).",
                        amendment=amendment.display_name,
                        posts=", ".join(amendment.line_ids.mapped("display_name")),
                    )
                )
