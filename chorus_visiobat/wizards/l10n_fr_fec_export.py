import base64

from odoo import fields, models


class L10nFrFecExportWizard(models.TransientModel):
    """The FEC (*fichier des écritures comptables*, LPF art. A47 A-1): core makes it, and gives no file in Community."""

    _inherit = "l10n_fr.fec.export.wizard"

    works_file = fields.Binary(attachment=False)

    def create_fec_report_action(self):
        """Download the file, unless another module does it."""
        action = super().create_fec_report_action()
        if action:
            return action
        report = self.generate_fec()
        self.write({"works_file": base64.b64encode(report["file_content"]), "filename": report["file_name"]})
        return {
            "type": "ir.actions.act_url",
            "url": f"/web/content/{self._name}/{self.id}/works_file/{self.filename}?download=true",
            "target": "self",
        }
