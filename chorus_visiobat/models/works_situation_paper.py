from datetime import date, timedelta

from odoo import models

STATEMENT_REPORT = "chorus_visiobat.report_works_statement"


class WorksSituation(models.Model):
    """What a statement prints (*projet de décompte mensuel*): its paper, shown before anything leaves."""

    _inherit = "works.situation"

    def _paper(self):
        """Return the PDF of the statement: the file that its last paper carries since it was queued, else made now."""
        self.ensure_one()
        paper = self.sudo().chorus_document_ids.filtered(lambda document: document.origin == "ours").sorted("id")[-1:]
        kept = paper.main_attachment_file_id if paper.stage != "draft" else None
        return kept.raw if kept else self._render_paper()

    def _render_paper(self, archival=False):
        """Print the statement as a plain PDF, without any structured invoice inside (formats.md §0.4).

        :param bool archival: whether it must be PDF/A-3b, to become a Factur-X.
        :return bytes: the PDF; the same bytes for the same statement.
        :raises AccessError: the user may not read the statement.
        :raises UserError: when the server has no PDF engine.
        """
        self.ensure_one()
        self.check_access("read")
        # The paper shows its invoice, which a site manager may not open for itself.
        return self.env["chorus.pdf"]._render(STATEMENT_REPORT, self.sudo(), archival=archival)

    def action_print(self):
        """Open the PDF of the statement in a new tab."""
        self.ensure_one()
        self.check_access("read")
        return {
            "type": "ir.actions.act_url",
            "url": f"/chorus_visiobat/works.situation/{self.id}/{self._paper_name()}",
            "target": "new",
        }

    def _paper_name(self):
        """Return the name of the printed file, from the invoice's number where there is an invoice."""
        invoice = self.sudo().move_id
        if self.state == "filed":
            return self.env["chorus.document"]._file_name_of(self.piece_number)
        number = invoice.name if invoice.state == "posted" else self.env._("draft %(name)s", name=self.name)
        return self.env["chorus.document"]._file_name_of(number)

    def _period(self) -> tuple[date, date]:
        """Return the first and last day of the works billed (BG-14).

        A statement follows the previous one without a gap; the first starts with the works, or with its month
        when their start is not known.
        """
        self.ensure_one()
        end = self.period_end
        before = self.previous_id.period_end or self.contract_id.opening_date
        start = before + timedelta(days=1) if before else self.contract_id.date_start
        return (start if start and start <= end else end.replace(day=1)), end
