import io

import pikepdf

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import format_amount

from ..chorus_api.rules import MAX_ATTACHMENT_BYTES
from ..report.archival_pdf import NotArchival, make_archival


class WorksSituation(models.Model):
    """The client's own sheet, signed (*décompte imposé*): its PDF leaves in the place of our page, byte for byte.

    Some clients impose their model of statement (CCAG-Travaux 12.1.6), and a general statement is always theirs (A8:
    works-billing.md, correction 4).
    """

    _inherit = "works.situation"

    imposed_statement_id = fields.Many2one(
        "ir.attachment",
        "Client's signed sheet",
        copy=False,
        readonly=True,
        ondelete="restrict",
        bypass_search_access=True,
        help="Signed PDF that leaves in the place of our page: the client's own model, or the general statement that "
        "he notified and that you signed.",
    )
    imposed_total = fields.Monetary(
        "Total on the sheet",
        copy=False,
        readonly=True,
        help="Amount incl. tax read on the sheet when it was added: it must stay that of the statement.",
    )

    def action_impose_statement(self):
        """Ask for the signed PDF and for the total that it states."""
        self.ensure_one()
        self._check_can_bill()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Client's signed sheet"),
            "res_model": "works.imposed.statement",
            "view_mode": "form",
            "target": "new",
            "context": {"default_situation_id": self.id},
        }

    def action_remove_imposed_statement(self):
        """Come back to our own page."""
        self._check_can_bill()
        for situation in self:
            situation._check_can_change_sheet()
            situation.sudo().write({"imposed_statement_id": False, "imposed_total": 0.0})
            situation._forget_paper_files()

    def _impose(self, name, content, total):
        """Keep a signed sheet, checked, in the place of our page.

        :param content: bytes of the PDF
        :param total: EUR incl. tax, as read on the sheet
        :raises UserError: all that is wrong with it, at once.
        """
        self.ensure_one()
        self._check_can_change_sheet()
        problems = self._sheet_problems(content) + self._sheet_total_problems(total)
        if problems:
            raise UserError("\n".join(problems))
        sheet = self.env["ir.attachment"].sudo().create(
            {
                "name": name,
                "raw": content,
                "mimetype": "application/pdf",
                "res_model": self._name,
                "res_id": self.id,
            }
        )
        self.sudo().write({"imposed_statement_id": sheet.id, "imposed_total": total})
        self._forget_paper_files()

    def _check_can_change_sheet(self):
        self.ensure_one()
        if self.invoice_sent:
            raise UserError(
                self.env._("%(statement)s has been sent to Chorus Pro: its file stays.", statement=self.name)
            )

    def _forget_paper_files(self):
        """The file of a paper that has not left is made again, from the sheet or from our page."""
        drafts = self.sudo().chorus_document_ids.filtered(lambda paper: paper.stage in ("draft", "to_fix"))
        drafts._forget_files()

    def _sheet_problems(self, content):
        """What is wrong with the bytes of a sheet.

        :return: list of str
        """
        if len(content) > MAX_ATTACHMENT_BYTES:
            return [self.env._("Client's signed sheet: the file is over 10 MB. Scan it in a lower resolution.")]
        try:
            with pikepdf.open(io.BytesIO(content)) as pdf:
                if pdf.is_encrypted:
                    raise pikepdf.PasswordError
        except pikepdf.PasswordError:
            return [
                self.env._("Client's signed sheet: the PDF is protected. Save it without password, then add it again.")
            ]
        except pikepdf.PdfError:
            return [self.env._("Client's signed sheet: this file is not a readable PDF. Choose the signed PDF.")]
        return []

    def _sheet_total_problems(self, total):
        """Whether the total read on the sheet is that of the statement.

        :return: list of str
        """
        expected = self.amount_total if self.bears_invoice else self.balance_total
        if not self.currency_id.compare_amounts(total, expected):
            return []
        cure = (
            self.env._("Correct the statement until it agrees with the sheet, or ask for another sheet.")
            if self.bears_invoice
            else self.env._("Enter first, on the final statement, what the client admitted.")
        )
        return [
            self.env._(
                "Client's signed sheet: its total is %(total)s incl. tax, and the statement says %(expected)s. "
                "%(cure)s",
                total=format_amount(self.env, total, self.currency_id),
                expected=format_amount(self.env, expected, self.currency_id),
                cure=cure,
            )
        ]

    def _sheet_kept_problems(self):
        """What the sheet kept stands in the way of: amounts changed since, or a general statement without any."""
        if self.imposed_statement_id:
            return self._sheet_total_problems(self.imposed_total)
        if self.kind == "general":
            return [
                self.env._(
                    "General statement: add the signed PDF of the client's general statement (button Client's signed "
                    "sheet). It is his, we never print it."
                )
            ]
        return []

    def _statement_problems(self):
        return super()._statement_problems() + (self._sheet_kept_problems() if self.bears_invoice else [])

    def _filing_problems(self):
        return super()._filing_problems() + self._sheet_kept_problems()

    def _render_paper(self, archival=False):
        """The client's sheet where he imposes one, unchanged unless it must become PDF/A-3b; else our page.

        :raises UserError: the sheet cannot become PDF/A-3b.
        """
        self.ensure_one()
        sheet = self.imposed_statement_id
        if not sheet:
            return super()._render_paper(archival=archival)
        self.check_access("read")
        content = sheet.sudo().raw
        try:
            return make_archival(content) if archival else content
        except (NotArchival, pikepdf.PdfError) as error:
            raise UserError(
                self.env._(
                    "%(statement)s: the client's sheet cannot become the Factur-X of a flow. Have works papers leave "
                    "by the API: Settings, Invoicing, How papers leave. Details: %(details)s",
                    statement=self.display_name,
                    details=error,
                )
            ) from error
