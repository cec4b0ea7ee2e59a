from datetime import date, timedelta

from odoo import api, fields, models

STATEMENT_REPORT = "chorus_visiobat.report_works_statement"


class WorksSituation(models.Model):
    """What a statement prints (*projet de décompte mensuel*): its paper, shown before anything leaves."""

    _inherit = "works.situation"

    paper = fields.Binary(
        "Statement as PDF",
        compute="_compute_paper",
        help="The very file that is transmitted: already sent, it is the file kept; otherwise it is made now.",
    )

    @api.depends_context("uid")
    def _compute_paper(self):
        for situation in self:
            sent = situation.chorus_document_ids.main_attachment_file_id.sorted("id")[-1:]
            situation.paper = sent.datas if sent else fields.Binary.from_bytes(situation._render_paper())

    def _render_paper(self):
        """Print the statement as a plain PDF, without any structured invoice inside (formats.md §0.4).

        :return bytes: the PDF; the same bytes for the same statement.
        :raises UserError: when the server has no PDF engine.
        """
        self.ensure_one()
        return self.env["chorus.pdf"]._render(STATEMENT_REPORT, self)

    def action_print(self):
        """Open the statement as PDF in a new tab."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_url",
            "url": f"/web/content/works.situation/{self.id}/paper/{self._paper_name()}",
            "target": "new",
        }

    def _paper_name(self):
        """Return the name of the printed file, from the invoice identifier where there is one."""
        number = self.move_id.name if self.move_id.state == "posted" else self.env._("draft %(name)s", name=self.name)
        return self.env["chorus.document"]._file_name_of(number)

    def _period(self) -> tuple[date, date]:
        """Return the first and last day of the works billed (BG-14).

        A statement follows the previous one without a gap; the first starts with the works, or with its month
        when their start is not known.
        """
        self.ensure_one()
        end = self.period_end
        start = self.previous_id.period_end and self.previous_id.period_end + timedelta(days=1)
        start = start or self.contract_id.date_start
        return (start if start and start <= end else end.replace(day=1)), end
