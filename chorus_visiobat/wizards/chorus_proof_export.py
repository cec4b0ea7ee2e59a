import base64
import csv
import hashlib
import io
import json
import zipfile
from datetime import timedelta

from odoo import api, fields, models

EXPORTED_ON = "chorus_visiobat.proof_exported_on"
NEVER_LEFT = ("queued", "cancelled")
CONTENTS = {
    "transmissions.csv": (
        "chorus.transmission",
        (
            "id", "company_id", "environment", "verb", "key", "state", "payload_name", "sha256", "syntax", "attempts",
            "started_at", "answered_at", "flow_number", "remote_ref", "flow_state", "correlation_id", "error_code",
            "error_message",
        ),
    ),
    "documents.csv": (
        "chorus.document",
        (
            "id", "company_id", "environment", "framework_id", "number", "issuer_siret", "recipient_siret",
            "technical_number", "flow_number", "amount_untaxed", "amount_tax", "amount_total", "admitted_untaxed",
            "admitted_total", "stage", "status_code", "status_date", "status_reason", "deposit_date",
        ),
    ),
    "events.csv": ("chorus.event", ("id", "document_id", "code", "date", "author", "comment")),
}  # fmt: skip


class ChorusProofExport(models.TransientModel):
    """Archive of proof (*archive de preuve*): every byte deposited, its hash, and what Chorus Pro answered.

    Made to outlive the addon: plain CSV, JSON and the files as they left, checked by the SHA-256 of ``manifest.json``.
    """

    _name = "chorus.proof.export"
    _description = "Proof archive of Chorus Pro deposits"

    archive = fields.Binary(readonly=True, attachment=False, help="To be kept as long as the invoices.")
    filename = fields.Char(readonly=True)
    exported_on = fields.Datetime(
        "Exported on",
        readonly=True,
        help="Deposits made later are not in the archive: export again before uninstalling.",
    )
    deposit_count = fields.Integer(
        "Deposits in the archive", readonly=True, help="Everything that left, trials included."
    )

    def action_export(self):
        """Make the archive, and remember when: it is asked for before uninstalling."""
        self.ensure_one()
        self.check_access("write")
        # Rounded up, or what was written in this very second would look newer than its archive.
        now = fields.Datetime.now() + timedelta(seconds=1)
        transmissions = self._deposits()
        self.write(
            {
                "archive": base64.b64encode(self._build(transmissions)),
                "filename": f"preuves-chorus-pro-{now:%Y%m%d-%H%M%S}.zip",
                "exported_on": now,
                "deposit_count": len(transmissions),
            }
        )
        self.env["ir.config_parameter"].sudo().set_param(EXPORTED_ON, fields.Datetime.to_string(now))
        return {
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "res_id": self.id,
            "views": [(False, "form")],
            "target": "new",
        }

    @api.model
    def _count_unexported(self) -> int:
        """Return how many production deposits changed since the last archive, or were never in one."""
        domain = [("environment", "=", "production"), ("state", "not in", NEVER_LEFT)]
        if exported_on := self.env["ir.config_parameter"].sudo().get_param(EXPORTED_ON):
            domain.append(("write_date", ">", exported_on))
        return self.env["chorus.transmission"].sudo().search_count(domain)

    def _deposits(self):
        # sudo: the archive covers the whole database, as uninstalling does; only system administrators make it
        return self.env["chorus.transmission"].sudo().search([("state", "not in", NEVER_LEFT)], order="id")

    def _build(self, transmissions) -> bytes:
        """Return the ZIP file of these deposits, their documents and the events of those."""
        documents = transmissions.document_ids.with_context(active_test=False)
        records = {
            "chorus.transmission": transmissions,
            "chorus.document": documents,
            "chorus.event": documents.event_ids,
        }
        files = {name: _table(records[model], columns) for name, (model, columns) in CONTENTS.items()}
        for transmission in transmissions:
            if payload := transmission.with_context(bin_size=False).payload:
                files[f"envois/{transmission.id}-{_safe(transmission.payload_name)}"] = base64.b64decode(payload)
        for attachment in documents.main_attachment_file_id | documents.attachment_ids:
            files[f"fichiers/{attachment.id}-{_safe(attachment.name)}"] = attachment.raw or b""
        for certificate in documents.certificate_id:
            files[f"certificats/{certificate.id}-{_safe(certificate.name)}"] = certificate.raw or b""
        hashes = {name: hashlib.sha256(content).hexdigest() for name, content in files.items()}
        files["manifest.json"] = json.dumps({"sha256": hashes}, indent=2, ensure_ascii=False).encode()
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in files.items():
                archive.writestr(name, content)
        return buffer.getvalue()


def _table(records, columns) -> bytes:
    """The records as CSV, semicolons and BOM as French spreadsheets expect."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";")
    writer.writerow(columns)
    for record in records:
        writer.writerow(_cell(record, column) for column in columns)
    return text.getvalue().encode("utf-8-sig")


def _cell(record, column):
    value = record[column]
    if isinstance(value, models.BaseModel):
        return value.display_name or ""
    if isinstance(value, str) and value[:1] in "=+-@":
        return f"'{value}"  # a label of Chorus Pro must not run as a formula
    return "" if value is False else value


def _safe(name):
    return (name or "sans-nom").replace("/", "_").replace("\\", "_")
