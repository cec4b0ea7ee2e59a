from typing import NamedTuple

from odoo import fields, models

PDF = "pdf"
FLOW, API = "flow", "api"
FORMATS = [("pdf", "PDF"), ("facturx", "Factur-X"), ("cii", "CII (XML)"), ("ubl", "UBL (XML)")]

# The frameworks that `factures/soumettre` takes (chorus-pro-api.md §2.4).
API_FRAMEWORKS = ("A1", "A2", "A9", "A12")

# What a structured invoice may carry inside it (EN 16931, BT-125).
CARRIED_TYPES = {
    "application/pdf",
    "image/png",
    "image/jpeg",
    "text/csv",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "application/vnd.oasis.opendocument.spreadsheet",
}


class Way(NamedTuple):
    """How a paper leaves.

    ``remarks`` are codes: ``no_invoice``, ``framework``, ``attachments`` when the choice of the company cannot carry
    this paper; ``actors`` when what it carries says less than the API.
    """

    channel: str
    format: str
    remarks: tuple = ()


class ResCompany(models.Model):
    """By which channel of Chorus Pro the papers of a company leave, and in which format."""

    _inherit = "res.company"

    chorus_channel = fields.Selection(
        [
            ("auto", "Works papers by the API, invoices in flows"),
            (FLOW, "Everything in flows"),
            (API, "Everything by the API"),
        ],
        "Channel to Chorus Pro",
        default="auto",
        required=True,
        help="By the API, a PDF and its attachments leave one paper at a time, and every actor is named. In flows, "
        "invoices leave many at a time, as electronic invoices. What a channel cannot carry leaves by the other one.",
    )
    chorus_document_format = fields.Selection(
        [(code, label) for code, label in FORMATS if code != PDF],
        "Format in flows",
        default="facturx",
        required=True,
        help="Factur-X: a PDF that carries the invoice as data, and any attachment. CII and UBL: data that carry the "
        "PDF. Chorus Pro takes all three.",
    )

    def _chorus_way(self, framework, *, has_invoice, files):
        """Return the `Way` of a paper: the company's choice, or the other channel where it cannot be.

        :param framework: ``chorus.framework``
        :param has_invoice: whether an invoice stands behind the paper; A8, A22 and A23 bill nothing
        :param files: its attachments, ``ir.attachment``
        """
        self.ensure_one()
        remarks = []
        channel = self.chorus_channel
        if channel == "auto":
            channel = API if framework.is_works else FLOW
        elif channel == FLOW and framework.is_works and not has_invoice:
            channel, remarks = API, ["no_invoice"]
        elif channel == API and not framework.is_works and framework.code not in API_FRAMEWORKS:
            channel, remarks = FLOW, ["framework"]
        if channel == API:
            return Way(API, PDF, tuple(remarks))
        if framework.is_works:
            remarks.append("actors")
        file_format = self.chorus_document_format
        if file_format != "facturx" and set(files.mapped("mimetype")) - CARRIED_TYPES:
            file_format = "facturx"
            remarks.append("attachments")
        return Way(FLOW, file_format, tuple(remarks))
