from lxml import etree

from odoo.tests import TransactionCase, tagged

ADDON = "chorus_visiobat"
NEVER_SHOWN = ("1", "True")


@tagged("post_install", "-at_install")
class TestTooltips(TransactionCase):
    """Whatever a person sees of ours says what it is when pointed at (works-billing.md §5.1)."""

    def test_every_visible_field_and_button_of_ours_has_a_tooltip(self):
        data = self.env["ir.model.data"].search([("module", "=", ADDON), ("model", "=", "ir.ui.view")])
        views = (
            self.env["ir.ui.view"]
            .browse(data.mapped("res_id"))
            .filtered(lambda view: view.type in ("form", "list", "kanban"))
        )
        self.assertGreater(len(views), 30, "all our views are looked at")
        silent = {
            f"{view.name}: {model}.{name}"
            for view in views
            for model, name in self._silent(etree.fromstring(view.arch), self.env[view.model])
        }
        self.assertFalse(silent, "\n".join(sorted(silent)))

    def _silent(self, node, model):
        """Yield (model, field or button) of what is shown below ``node`` without a tooltip."""
        for element in node.iterchildren(tag=etree.Element):
            if element.get("invisible") in NEVER_SHOWN or element.get("column_invisible") in NEVER_SHOWN:
                continue
            inner, name = model, element.get("name")
            # With a position it is the place where an inherited view adds something, not a box of ours.
            if element.tag == "field" and name in model._fields and not element.get("position"):
                field = model._fields[name]
                if not (field.help or element.get("help")) and field._module == ADDON:
                    yield model._name, name
                if field.relational:
                    inner = self.env[field.comodel_name]
            elif element.tag == "button" and element.get("type") in ("object", "action"):
                if not (element.get("help") or element.get("position")):
                    yield model._name, name
            yield from self._silent(element, inner)
