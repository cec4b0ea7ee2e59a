from odoo import http
from odoo.http import content_disposition, request

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class ChorusPaper(http.Controller):
    """The papers as they are transmitted, shown in the browser before anything leaves."""

    @http.route(
        [
            '/chorus_visiobat/<any("works.situation", "chorus.document"):model>/<int:record_id>/<string:name>',
        ],
        type="http",
        auth="user",
    )
    def show(self, model, record_id, name):
        """Answer the PDF of a statement or of a document that the user may read."""
        record = self._readable(model, record_id)
        return self._answer(record._paper(), "application/pdf", name, "inline")

    @http.route("/chorus_visiobat/works.situation/<int:record_id>/workbook/<string:name>", type="http", auth="user")
    def workbook(self, record_id, name):
        """Answer the spreadsheet of a statement that the user may read."""
        record = self._readable("works.situation", record_id)
        return self._answer(record._render_workbook(), XLSX, name, "attachment")

    def _readable(self, model, record_id):
        record = request.env[model].browse(record_id).exists()
        if not record:
            raise request.not_found()
        record.check_access("read")
        return record

    def _answer(self, content, content_type, name, disposition):
        return request.make_response(
            content,
            [
                ("Content-Type", content_type),
                ("Content-Disposition", content_disposition(name, disposition_type=disposition)),
                ("Cache-Control", "no-store"),
            ],
        )
