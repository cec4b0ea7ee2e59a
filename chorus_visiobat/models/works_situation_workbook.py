from odoo import models

from ..report.statement_workbook import statement_workbook


class WorksSituation(models.Model):
    """The statement as a spreadsheet with live formulas (*export XLSX*), for the paymaster or the project manager."""

    _inherit = "works.situation"

    def action_export_xlsx(self):
        """Download the statement as a spreadsheet.

        :raises UserError: nothing can be computed; the message says what is wrong.
        """
        self.ensure_one()
        self.check_access("read")
        self._statement()
        name = self._paper_name().removesuffix(".pdf")
        return {
            "type": "ir.actions.act_url",
            "url": f"/chorus_visiobat/works.situation/{self.id}/workbook/{name}.xlsx",
            "target": "download",
        }

    def _render_workbook(self):
        """Return the bytes of the spreadsheet: the figures of the page, by formula. It names no bank account.

        :raises AccessError: the user may not read the statement.
        """
        self.ensure_one()
        self.check_access("read")
        # The page shows its invoice, which a site manager may not open for itself.
        situation = self.sudo()
        page = self.env["report.chorus_visiobat.works_statement"].sudo()._page(situation)
        return statement_workbook(situation, page)
