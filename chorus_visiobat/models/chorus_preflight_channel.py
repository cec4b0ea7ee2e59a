from odoo import api, models

from .chorus_preflight import ADVICE
from .res_company_channel import API_FRAMEWORKS


class ChorusPreflight(models.AbstractModel):
    """What the channel chosen by the company cannot carry: said, and the paper leaves otherwise (DESIGN.md §4)."""

    _inherit = "chorus.preflight"

    @api.model
    def _paper_checks(self):
        return super()._paper_checks() + [self._check_channel]

    def _check_channel(self, paper):
        if not paper.framework:
            return
        way = paper.company._chorus_way(
            paper.framework,
            has_invoice=bool(paper.move) or paper.situation.bears_invoice,
            files=paper.attachments._filtered_access("read"),
        )
        for remark in way.remarks:
            yield f"channel_{remark}", ADVICE, self._channel_sentence(remark, paper.framework), paper.record

    def _channel_sentence(self, remark, framework):
        _ = self.env._
        if remark == "no_invoice":
            return _(
                "%(framework)s bills nothing, so it cannot be an electronic invoice: it leaves by the API, not in a "
                "flow.",
                framework=framework.display_name,
            )
        if remark == "framework":
            return _(
                "The API takes ordinary invoices of the frameworks %(frameworks)s only: %(framework)s leaves in a "
                "flow.",
                frameworks=", ".join(API_FRAMEWORKS),
                framework=framework.display_name,
            )
        if remark == "attachments":
            return _(
                "A CII or UBL invoice carries PDF, PNG, JPEG, CSV, XLSX and ODS files only: with these attachments it "
                "leaves as a Factur-X."
            )
        return _(
            "In a flow, the project manager and the client are not named apart from the paymaster: Chorus Pro routes "
            "the paper by its framework alone. By the API they are named."
        )
