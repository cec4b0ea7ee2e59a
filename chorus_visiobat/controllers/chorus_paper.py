from odoo import http
from odoo.http import content_disposition, request


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
        record = request.env[model].browse(record_id).exists()
        if not record:
            raise request.not_found()
        record.check_access("read")
        return request.make_response(
            record._paper(),
            [
                ("Content-Type", "application/pdf"),
                ("Content-Disposition", content_disposition(name, disposition_type="inline")),
                ("Cache-Control", "no-store"),
            ],
        )
