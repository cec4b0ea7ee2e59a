import mimetypes
import re

from odoo import models
from odoo.exceptions import UserError
from odoo.tools import file_open

from .archival_pdf import NotArchival, make_archival
from .pdf_engine import Resource, html_to_pdf, load_weasyprint

_ASSET = re.compile(r"^/web/assets/(?:[^/]+/)*(?P<filename>[^/]+\.css)$")
_ATTACHMENT = re.compile(r"^/web/(?:image|content)/(?P<id>\d+)(?:-[^/]*)?(?:/|$)")
_STATIC = re.compile(r"^/(?P<path>[a-z0-9_]+/static/.+)$")

# Bootstrap's rules for screens of these widths, which stock reports expect of a page. WeasyPrint reads no
# media features: told that the rules are for all media, it applies them.
_SCREEN_RULES = re.compile(r"@media[^{]*\(min-width:\s*(?:576|768)px\)\s*\{")

# What Odoo's stock reports leave to wkhtmltopdf, said to an engine that knows paged media.
_STOCK_LAYOUT_CSS = """
@page { size: A4; margin: 52mm 11mm 32mm;
        @top-center { content: element(odoo-header); width: 100%; vertical-align: top; padding-top: 11mm }
        @bottom-center { content: element(odoo-footer); width: 100%; vertical-align: bottom; padding-bottom: 8mm } }
div.header { position: running(odoo-header) }
div.footer { position: running(odoo-footer) }
.o_body_html, .o_body_html .header, .o_body_html .footer > .o_footer_content { padding: 0 !important }
.container, .container-fluid { max-width: none; margin: 0 }
.footer .page::after { content: counter(page) }
.footer .topage::after { content: counter(pages) }
tr { break-inside: avoid }
"""
_NO_LOGO_CSS = "div.header img[alt=Logo] { display: none }"


class ChorusPdf(models.AbstractModel):
    """The one adapter that prints what the company transmits (*moteur PDF*).

    WeasyPrint where its native libraries are found; else the server's stock engine, whose PDF is repaired
    into PDF/A-3b when asked. Nothing here needs wkhtmltopdf (DESIGN.md §4).
    """

    _name = "chorus.pdf"
    _description = "PDF engine of the papers sent to Chorus Pro"

    def _render(self, report_ref, records, *, archival=False):
        """Print records with a report.

        :param str report_ref: external id of an ``ir.actions.report``.
        :param records: the records to print.
        :param bool archival: whether the file must be PDF/A-3b.
        :return bytes: the PDF.
        :raises UserError: when the server has no PDF engine.
        """
        if load_weasyprint():
            return self._render_with_weasyprint(report_ref, records, archival)
        if self._has_stock_engine():
            return self._render_with_stock_engine(report_ref, records, archival)
        raise UserError(
            self.env._(
                "This server cannot make PDF files, so nothing was prepared nor sent. Ask its administrator to "
                "install the Pango library needed by WeasyPrint (on Debian: apt install libpango-1.0-0 "
                "libpangoft2-1.0-0 libharfbuzz-subset0), then restart Odoo and try again."
            )
        )

    def _has_stock_engine(self):
        return self.env["ir.actions.report"].get_wkhtmltopdf_state() in ("ok", "upgrade")

    def _render_with_weasyprint(self, report_ref, records, archival):
        report = records.env["ir.actions.report"]
        html, _format = report._render_qweb_html(report_ref, records.ids, data={"report_type": "pdf"})
        html = html.decode()
        css = ()
        if "chorus-paper" not in html:
            # The placeholder of a company without logo is an invitation for its users, not for its clients.
            css = (_STOCK_LAYOUT_CSS, _NO_LOGO_CSS if records.company_id[:1].uses_default_logo else "")
        return html_to_pdf(html, find=self._find_resource, css=css, archival=archival)

    def _render_with_stock_engine(self, report_ref, records, archival):
        report = records.env["ir.actions.report"].with_context(
            # A test environment renders HTML instead of PDF unless told otherwise; and the copy that core
            # may keep as an attachment would not be what is sent.
            force_report_rendering=True,
            report_pdf_no_attachment=True,
        )
        content, _format = report._render_qweb_pdf(report_ref, records.ids)
        if not archival:
            return content
        try:
            return make_archival(content)
        except NotArchival as error:
            raise UserError(
                self.env._(
                    "The PDF engine of this server makes files that cannot be archived (PDF/A-3), so nothing was "
                    "prepared nor sent. Ask its administrator to install the Pango library needed by WeasyPrint. "
                    "Details: %(details)s",
                    details=error,
                )
            ) from error

    def _find_resource(self, path):
        """Return the `Resource` of a local path, or None: static files, style bundles, readable attachments."""
        if match := _STATIC.match(path):
            # WeasyPrint converts a WOFF font and dates it with the present, so that no two prints would be the
            # same: the TrueType twin that Odoo keeps beside it is given instead.
            name = match["path"]
            return self._find_static(f"{name.removesuffix('.woff')}.ttf") or self._find_static(name)
        if match := _ASSET.match(path):
            return self._find_bundle(match["filename"])
        if match := _ATTACHMENT.match(path):
            # Papers are printed with more rights than their author has: the text of a note must not show him
            # files that he may not open.
            attachment = self.env["ir.attachment"].sudo(False).browse(int(match["id"])).exists()
            if attachment and attachment.has_access("read"):
                return Resource(attachment.raw or b"", attachment.mimetype)
        return None

    def _find_static(self, name):
        try:
            with file_open(name, "rb") as file:
                return Resource(file.read(), mimetypes.guess_type(name)[0] or "application/octet-stream")
        except (OSError, ValueError):
            return None

    def _find_bundle(self, filename):
        """Return the stylesheet of an asset bundle, as the web server would serve it."""
        name, rtl, _type, autoprefix = self.env["ir.asset"]._parse_bundle_name(filename, False)
        bundle = self.env["ir.qweb"]._get_asset_bundle(name, css=True, js=False, rtl=rtl, autoprefix=autoprefix)
        if not bundle.stylesheets:
            return None
        css = _SCREEN_RULES.sub("@media all{", bundle.css().sudo().raw.decode())
        return Resource(css.encode(), "text/css")
