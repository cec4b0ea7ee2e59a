import hashlib
import os
from pathlib import Path

from odoo import api, models


class IrAttachment(models.Model):
    """The bytes that prove a deposit must be written even after a write that went wrong."""

    _inherit = "ir.attachment"

    @api.model
    def _get_path(self, bin_data, sha):
        """A full disk or a killed process leaves a file cut short under the name of the whole one. Odoo then takes the
        same bytes for a collision, for ever: what is not what its name says is removed, and written again."""
        path = Path(self._full_path(f"{sha[:2]}/{sha}"))
        if path.is_file() and hashlib.sha1(path.read_bytes()).hexdigest() != sha:
            os.unlink(path)
        return super()._get_path(bin_data, sha)
