import base64
import binascii

from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..decompte import DecompteError, IndexSeries, as_decimal, read_index_values
from ..decompte.months import month_name


class WorksPriceImport(models.TransientModel):
    """Import of index values: pasted from INSEE's site, or read in its CSV file. Nothing is written before *Import*."""

    _name = "works.price.import"
    _description = "Import of index values"

    index_id = fields.Many2one(
        "works.price.index", help="Index whose values these are. Proposed from the headings of the file."
    )
    text = fields.Text(
        "Values to paste", help="Copy the table of the series on the site of INSEE and paste it here: month, value."
    )
    file = fields.Binary("INSEE's CSV file", help="File of the monthly values (valeurs mensuelles) of one series.")
    file_name = fields.Char("File name", help="Name of the file.")
    preview = fields.Html(
        compute="_compute_preview", sanitize=False, help="What would be imported, and what is missing in it."
    )
    ready = fields.Boolean(compute="_compute_preview")

    @api.onchange("text", "file")
    def _onchange_content(self):
        if self.index_id or not (self.text or self.file):
            return
        try:
            code = self._read().code
        except (DecompteError, UserError):
            return
        self.index_id = code and self.index_id.search([("code", "=", code)], limit=1)

    @api.depends("text", "file", "index_id")
    def _compute_preview(self):
        for wizard in self:
            wizard.ready = False
            wizard.preview = False
            if not (wizard.text or wizard.file):
                continue
            try:
                values = wizard._read().values
            except (DecompteError, UserError) as error:
                wizard.preview = Markup("<div class='alert alert-danger'>%s</div>") % Markup("<br/>").join(
                    str(error).splitlines()
                )
                continue
            wizard.ready = True
            wizard.preview = Markup("<ul>%s</ul>") % Markup().join(
                Markup("<li>%s</li>") % sentence for sentence in wizard._sentences(values)
            )

    def _sentences(self, values):
        """What the import would do, and what deserves a look: list of str."""
        known = {one.month: as_decimal(one.value) for one in self.index_id.value_ids}
        changed = [month for month in sorted(values) if month in known and known[month] != values[month]]
        gaps = IndexSeries(self.index_id.code or "", {**known, **values}).gaps()
        sentences = [
            self.env._(
                "%(count)s values, from %(first)s to %(last)s.",
                count=len(values),
                first=month_name(min(values)),
                last=month_name(max(values)),
            )
        ]
        if changed:
            sentences.append(
                self.env._(
                    "Values that differ from those known are replaced: %(months)s.",
                    months=", ".join(map(month_name, changed)),
                )
            )
        if gaps:
            sentences.append(
                self.env._(
                    "Still missing in the series: %(months)s. Works of these months are billed provisionally.",
                    months=", ".join(map(month_name, gaps)),
                )
            )
        return sentences

    def _read(self):
        """:return: ``decompte.IndexTable``.

        :raises UserError: the file is not text.
        :raises DecompteError: lines that cannot be read.
        """
        self.ensure_one()
        file = self.with_context(bin_size=False).file  # the web client reads forms with the size of files instead
        if not file:
            return read_index_values(self.text or "")
        try:
            content = base64.b64decode(file, validate=True)
        except (binascii.Error, ValueError) as error:
            raise UserError(self.env._("INSEE's CSV file: it cannot be read. Choose it again.")) from error
        try:
            return read_index_values(content.decode("utf-8-sig"))
        except UnicodeDecodeError:
            return read_index_values(content.decode("cp1252", errors="replace"))

    def action_import(self):
        """Write the values; drafts that were waiting for them follow.

        :raises UserError: no index chosen, or values that cannot be read: nothing is written.
        """
        self.ensure_one()
        if not self.index_id:
            raise UserError(self.env._("Index: choose whose values these are, or create it."))
        try:
            table = self._read()
        except DecompteError as error:
            raise UserError(str(error)) from error
        if table.code and table.code != self.index_id.code:
            raise UserError(
                self.env._(
                    "Index: the headings say %(found)s, and you chose %(chosen)s. Choose the right one.",
                    found=table.code,
                    chosen=self.index_id.code,
                )
            )
        self.index_id._set_values(table.values)
        return self.index_id._get_records_action()
