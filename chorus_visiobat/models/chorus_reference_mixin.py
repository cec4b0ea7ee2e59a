from odoo import api, fields, models


class ChorusReferenceMixin(models.AbstractModel):
    """Reference data delivered with the addon, which a company may reword.

    An upgrade of the addon refreshes the records nobody touched and leaves alone those that a user changed or added:
    writing on a record marks it ``is_customised``, and loading the data files skips the marked ones. Unticking the
    box gives the record back to the next upgrade.
    """

    _name = "chorus.reference.mixin"
    _description = "Reference data that upgrades refresh unless changed"

    _reference_key = ("code",)
    """Fields that no two records share: what a user entered before it was delivered is the same record."""

    is_customised = fields.Boolean(
        "Changed here",
        copy=False,
        help="Ticked when somebody changes or adds this record: upgrades then keep it as it is. Untick it to receive "
        "the wording of the next upgrade.",
    )

    @api.model_create_multi
    def create(self, vals_list):
        return super().create([self._marked(vals) for vals in vals_list])

    def write(self, vals):
        return super().write(self._marked(vals))

    @api.model
    def _marked(self, vals):
        return vals if self.env.context.get("chorus_loading_reference") else {"is_customised": True, **vals}

    def _load_records(self, data_list, update=False):
        """Load the data files; a record delivered after a user entered the same one is that one."""
        known = self.env["ir.model.data"].sudo()
        for data in data_list:
            xml_id = data.get("xml_id")
            if xml_id and not self.env.ref(xml_id, raise_if_not_found=False) and (twin := self._twin(data["values"])):
                known._update_xmlids([{"xml_id": xml_id, "record": twin, "noupdate": data.get("noupdate", False)}])
        return super()._load_records(data_list, update)

    def _twin(self, values):
        domain = [(name, "=", values[name]) for name in self._reference_key if name in values]
        return self.with_context(active_test=False).search(domain, limit=1) if domain else self.browse()

    def _load_records_create(self, vals_list):
        loading = self.with_context(chorus_loading_reference=True)
        return super(ChorusReferenceMixin, loading)._load_records_create(vals_list)

    def _load_records_write(self, values):
        if self.is_customised:
            return None
        loading = self.with_context(chorus_loading_reference=True)
        return super(ChorusReferenceMixin, loading)._load_records_write(values)
