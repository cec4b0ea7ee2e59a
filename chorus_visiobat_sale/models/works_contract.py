from odoo import fields, models


class WorksContract(models.Model):
    _inherit = "works.contract"

    sale_order_ids = fields.One2many(
        "sale.order", "works_contract_id", "Sale orders", help="Orders whose lines became posts of this contract."
    )

    def action_import_sale_order(self):
        """*Importer un devis*: choose a confirmed order whose lines are added to the posts."""
        self.ensure_one()
        self.check_access("write")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Import a quotation"),
            "res_model": "works.sale.import",
            "views": [(False, "form")],
            "target": "new",
            "context": {"default_contract_id": self.id},
        }
