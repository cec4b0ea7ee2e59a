from odoo import fields, models


class ChorusReferenceMixin(models.AbstractModel):
    """Reference data delivered with the addon, which a company may reword.

    An upgrade of the addon refreshes the records nobody touched and leaves alone those that a user changed:
    writing on a record marks it ``is_customised``, and loading the data files skips the marked ones. Unticking the
    box gives the record back to the next upgrade.
    """

    _name = "chorus.reference.mixin"
    _description = "Reference data that upgrades refresh unless changed"

    is_customised = fields.Boolean(
        "Changed here",
        copy=False,
        help="Ticked when somebody changes this record: upgrades then keep it as it is. Untick it to receive the "
        "wording of the next upgrade.",
    )

    def write(self, vals):
        if "is_customised" not in vals and not self.env.context.get("chorus_loading_reference"):
            vals = dict(vals, is_customised=True)
        return super().write(vals)

    def _load_records_write(self, values):
        if self.is_customised:
            return None
        loading = self.with_context(chorus_loading_reference=True)
        return super(ChorusReferenceMixin, loading)._load_records_write(values)
