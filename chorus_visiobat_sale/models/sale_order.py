from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import float_round


class SaleOrder(models.Model):
    """A confirmed quotation (*devis signé*) whose lines become the posts of a works contract."""

    _inherit = "sale.order"

    works_contract_id = fields.Many2one(
        "works.contract",
        "Works contract",
        readonly=True,
        copy=False,
        ondelete="set null",
        index="btree_not_null",
        check_company=True,
        groups="chorus_visiobat.group_reader",
        help="Contract that bills these lines by monthly statements.",
    )

    @api.depends("works_contract_id")
    def _compute_invoice_status(self):
        """What a contract bills by its statements is not to be invoiced here too."""
        by_contract = self.filtered("works_contract_id")
        by_contract.invoice_status = "no"
        return super(SaleOrder, self - by_contract)._compute_invoice_status()

    def _create_invoices(self, grouped=False, final=False, date=None):
        by_contract = self.filtered(lambda order: order.sudo().works_contract_id)
        if by_contract:
            raise UserError(
                self.env._(
                    "%(orders)s: a works contract bills these lines by its statements. Invoice the month there.",
                    orders=", ".join(by_contract.mapped("name")),
                )
            )
        return super()._create_invoices(grouped=grouped, final=final, date=date)

    def action_create_works_contract(self):
        """*Créer un marché*: a contract with the lines of this order, still to be completed and started.

        :return: action showing the contract.
        :raises UserError: all that prevents it, at once; nothing is written then.
        """
        self.ensure_one()
        self.env["works.contract"].check_access("create")
        problems = self._works_problems()
        if problems:
            raise UserError("\n".join(f"• {problem}" for problem in problems))
        client = self.partner_id.commercial_partner_id
        contract = self.env["works.contract"].create(
            {
                "name": self.client_order_ref or self.env._("Works of %(order)s", order=self.name),
                "reference": self.name,
                "company_id": self.company_id.id,
                "moa_partner_id": client.id if client.is_company else False,
            }
        )
        self._works_add_posts(contract)
        return contract._get_records_action()

    def action_view_works_contract(self):
        """Open the contract made of this order."""
        self.ensure_one()
        return self.works_contract_id._get_records_action()

    def _works_add_posts(self, contract, amendment=None):
        """Create the posts of a contract, after those that it has, and tie this order to it."""
        self.ensure_one()
        first = max(contract.line_ids.mapped("sequence"), default=0) + 1
        values = [
            {
                **post,
                "contract_id": contract.id,
                "sequence": sequence,
                "amendment_id": amendment.id if amendment else False,
            }
            for sequence, post in enumerate(self._works_posts(), start=first)
        ]
        posts = self.env["works.contract.line"].create(values)
        # sudo: whoever bills contracts need not be a salesman
        self.sudo().works_contract_id = contract
        contract.message_post(
            body=self.env._("%(count)s posts from %(order)s.", count=len(posts), order=self._get_html_link())
        )
        return posts

    def _works_lines(self):
        """Lines that are works: neither titles, notes nor down payments."""
        return self.order_line.filtered(lambda line: not line.display_type and not line.is_downpayment)

    def _works_posts(self):
        """Values of the posts, in the order of the lines; sections are lots (list of dict)."""
        posts, lot = [], ""
        works = self._works_lines()
        for line in self.order_line.sorted(lambda line: (line.sequence, line.id)):
            if line.display_type == "line_section":
                lot = line.name
            elif line in works:
                posts.append({"lot": lot, **line._works_post()})
        return posts

    def _works_problems(self):
        """What prevents the lines of this order from becoming posts: list of str, each with its cure."""
        self.ensure_one()
        problems = []
        if self.state != "sale":
            problems.append(self.env._("Order %(order)s: confirm it first.", order=self.name))
        if self.works_contract_id:
            problems.append(
                self.env._(
                    "Order %(order)s: its lines are in the contract %(contract)s already.",
                    order=self.name,
                    contract=self.works_contract_id.display_name,
                )
            )
        if self.currency_id.name != "EUR":
            problems.append(
                self.env._("Order %(order)s: Chorus Pro accepts euros only. Make it in EUR.", order=self.name)
            )
        if not self._works_lines():
            problems.append(self.env._("Order %(order)s: it has no line to bill.", order=self.name))
        if any(line.qty_invoiced for line in self._works_lines()):
            problems.append(
                self.env._(
                    "Order %(order)s: some lines are invoiced already. Credit these invoices first: the statements of "
                    "the contract will bill the whole.",
                    order=self.name,
                )
            )
        for line in self._works_lines():
            tax = line.tax_ids
            if len(tax) != 1 or tax.amount_type != "percent" or tax.price_include:
                problems.append(
                    self.env._(
                        "Line %(line)s: a post has one VAT in percent, on a price excluding tax, instead of %(taxes)s.",
                        line=line.name,
                        taxes=", ".join(tax.mapped("name")) or self.env._("none"),
                    )
                )
        return problems


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    def _works_post(self):
        """Values of the post of this line: the discount is in its price, and its amount is that of the order."""
        self.ensure_one()
        price = float_round(
            self.price_unit * (1 - (self.discount or 0.0) / 100),
            precision_digits=self.env["decimal.precision"].precision_get("Product Price"),
        )
        service = self.product_id.type == "service"
        return {
            "code": self.product_id.default_code or False,
            "name": self.name,
            "nature": "works" if service or not self.product_id else "supply",
            "quantity": self.product_uom_qty,
            "uom_id": self.product_uom_id.id,
            "price_unit": price,
            "amount": self.price_subtotal,
            "tax_id": self.tax_ids.id,
        }
