from lxml.builder import E

from odoo import api, fields, models

ENVIRONMENTS = [("qualification", "Qualification"), ("production", "Production")]


class ChorusEnvironmentMixin(models.AbstractModel):
    """Record that belongs to one environment of Chorus Pro, its own or its company's.

    Its forms open with a red banner in qualification: the one place that draws it, so that no form forgets it. The
    other views of our models get theirs from ``static/src/qualification_banner``.
    """

    _name = "chorus.environment.mixin"
    _description = "Record of one Chorus Pro environment"

    chorus_is_qualification = fields.Boolean(compute="_compute_chorus_is_qualification")

    @api.depends(lambda self: [self._chorus_environment_path()])
    def _compute_chorus_is_qualification(self):
        path = self._chorus_environment_path()
        for record in self:
            # sudo: whoever sees the record may know that it is a trial
            environment = record.sudo().mapped(path)[:1] or ["qualification"]
            record.chorus_is_qualification = environment[0] != "production"

    @api.model
    def _chorus_environment_path(self) -> str:
        """Dotted name of the field that tells the environment."""
        return "environment" if "environment" in self._fields else "company_id.chorus_environment"

    @api.model
    def _get_view(self, view_id=None, view_type="form", **options):
        arch, view = super()._get_view(view_id, view_type, **options)
        if view_type == "form" and (place := self._chorus_banner_place(arch)) is not None:
            text = self.env._(
                "Qualification environment: a trial, without legal effect. Nothing reaches a real client."
            )
            banner = E.div(
                E.strong(text),
                {
                    "class": "alert alert-danger text-center mb-0 o_chorus_qualification",
                    "role": "status",
                    "invisible": "not chorus_is_qualification",
                },
            )
            place.insert(0, E.field(name="chorus_is_qualification", invisible="1"))
            place.insert(1, banner)
        return arch, view

    @api.model
    def _chorus_banner_place(self, arch):
        """Return the element of a form that opens with the banner, None for a form that speaks of something else."""
        return arch
