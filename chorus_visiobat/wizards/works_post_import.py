from odoo import Command, api, fields, models
from odoo.exceptions import UserError

from ..decompte.errors import DecompteError
from ..decompte.post_table import find_columns, find_heading, missing_rates, read_posts
from ..decompte.reading import plain
from ..decompte.wording import euros
from .works_post_file import letters, read_sheets

# How price schedules write the units that Odoo knows, less accents and case.
UNITS = {
    "u": "uom.product_uom_unit",
    "unite": "uom.product_uom_unit",
    "unites": "uom.product_uom_unit",
    "m": "uom.product_uom_meter",
    "ml": "uom.product_uom_meter",
    "m2": "uom.product_uom_square_meter",
    "m3": "uom.product_uom_cubic_meter",
    "kg": "uom.product_uom_kgm",
    "t": "uom.product_uom_ton",
    "h": "uom.product_uom_hour",
    "j": "uom.product_uom_day",
    "l": "uom.product_uom_litre",
}


class WorksPostImport(models.TransientModel):
    """Import of the posts of a contract (DPGF, BPU) from a spreadsheet or from the clipboard.

    Two pages: the file, then what was understood of it. Nothing is written to the contract before *Import*.
    """

    _name = "works.post.import"
    _description = "Import of posts"
    _check_company_auto = True

    contract_id = fields.Many2one(
        "works.contract", required=True, readonly=True, ondelete="cascade", help="Contract that gets the posts."
    )
    company_id = fields.Many2one(related="contract_id.company_id")
    state = fields.Selection([("file", "File"), ("preview", "Preview")], required=True, default="file")
    file = fields.Binary(attachment=False, help="Price schedule: Excel (.xlsx) or CSV.")
    file_name = fields.Char("File name", help="Name of the file.")
    text = fields.Text(
        "Posts to paste", help="Rows copied from a spreadsheet, with their headings: designation, quantity, price…"
    )
    sheet = fields.Integer("Position of the sheet", default=0)
    sheet_name = fields.Char("Sheet", readonly=True, help="Sheet of the file that is read.")
    sheet_count = fields.Integer(readonly=True)
    heading = fields.Integer(
        "Row of the headings", help="Number of the row that names the columns; the posts begin below. 0: none does."
    )
    column_ids = fields.One2many(
        "works.post.import.column", "import_id", "Columns", help="What each column of the file holds: correct it."
    )
    tax_id = fields.Many2one(
        "account.tax",
        "VAT of the posts",
        check_company=True,
        domain=[("type_tax_use", "=", "sale"), ("amount_type", "=", "percent"), ("price_include", "=", False)],
        help="VAT of the posts whose rate the file does not say.",
    )
    mode = fields.Selection(
        [("percent", "Percent"), ("quantity", "Quantity"), ("amount", "Amount")],
        "Progress by",
        required=True,
        default="percent",
        help="How the progress of these posts is entered every month. A price without quantity is by quantity anyway.",
    )
    amendment_id = fields.Many2one(
        "works.contract.amendment",
        domain="[('contract_id', '=', contract_id)]",
        help="Amendment or service order that brings these posts. Empty: initial contract.",
    )
    preview = fields.Html(compute="_compute_preview", sanitize=False, help="What would be created, and what is not.")
    ready = fields.Boolean(compute="_compute_preview")

    # --- the file ---

    def action_read(self):
        """Read the file, propose what its columns hold, and show what would be created.

        :raises UserError: no file, or it cannot be read.
        """
        self.ensure_one()
        self._choose_sheet(self._best_sheet())
        self.state = "preview"
        return self._reopen()

    def action_next_sheet(self):
        """Read the next sheet of the file instead."""
        self.ensure_one()
        self._choose_sheet((self.sheet + 1) % self.sheet_count)
        return self._reopen()

    def action_back(self):
        """Choose another file."""
        self.ensure_one()
        self.state = "file"
        return self._reopen()

    def _reopen(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Import posts"),
            "res_model": self._name,
            "res_id": self.id,
            "views": [(False, "form")],
            "target": "new",
            "context": {"dialog_size": "extra-large"},
        }

    def _sheets(self):
        """:return: list of (name, rows). :raises UserError: nothing to read, or not what it says it is."""
        # The web client reads forms with the size of files in place of their content.
        file = self.with_context(bin_size=False).file
        if not (file or (self.text or "").strip()):
            raise UserError(self.env._("File: choose an Excel or CSV file, or paste the rows of a spreadsheet."))
        try:
            return read_sheets(file, self.file_name, self.text)
        except DecompteError as error:
            raise UserError(str(error)) from error

    def _best_sheet(self):
        """Position of the sheet with most posts: a price schedule comes with a cover and conditions."""
        counts = []
        for _name, rows in self._sheets():
            heading = find_heading(rows)
            counts.append(0 if heading is None else len(read_posts(rows, find_columns(rows[heading]), heading).posts))
        return counts.index(max(counts))

    def _choose_sheet(self, position):
        sheets = self._sheets()
        name, rows = sheets[position]
        heading = find_heading(rows)
        self.write(
            {
                "sheet": position,
                "sheet_name": name,
                "sheet_count": len(sheets),
                "heading": 0 if heading is None else heading + 1,
                "column_ids": self._column_commands(rows, heading),
                "tax_id": self.tax_id.id or self.contract_id.company_id._works_sale_tax().id,
            }
        )

    def _column_commands(self, rows, heading):
        titles = rows[heading] if heading is not None else ()
        found = {position: meaning for meaning, position in find_columns(titles).items()}
        below = rows[(heading or 0) + 1 :] if heading is not None else rows
        width = max((len(row) for row in rows), default=0)
        commands = [Command.clear()]
        for position in range(width):
            sample = next((row[position] for row in below if len(row) > position and plain(row[position])), None)
            title = titles[position] if position < len(titles) else None
            if sample is None and not plain(title):
                continue
            commands.append(
                Command.create(
                    {
                        "position": position,
                        "letter": letters(position),
                        "heading": " ".join(str(title or "").split()),
                        "sample": str("" if sample is None else sample)[:80],
                        "meaning": found.get(position, False),
                    }
                )
            )
        return commands

    @api.onchange("heading")
    def _onchange_heading(self):
        if self.state == "preview":
            rows = self._sheets()[self.sheet][1]
            self.heading = min(max(self.heading, 0), len(rows))
            self.column_ids = self._column_commands(rows, self.heading - 1 if self.heading else None)

    # --- what was understood ---

    def _read(self):
        """:return: ``PostTable`` of the sheet, with everything that prevents the import."""
        rows = self._sheets()[self.sheet][1]
        chosen = self.column_ids.filtered("meaning")
        table = read_posts(rows, {one.meaning: one.position for one in chosen}, self.heading - 1)
        twice = {one.meaning for one in chosen if len(chosen.filtered(lambda c, one=one: c.meaning == one.meaning)) > 1}
        labels = dict(chosen._fields["meaning"]._description_selection(self.env))
        problems = [self.env._("Columns: two of them hold “%s”. Choose one.", labels[meaning]) for meaning in twice]
        if not self.tax_id and any(post.vat_rate is None for post in table.posts):
            problems.append(
                self.env._("VAT of the posts: choose the tax of the posts whose rate the file does not say.")
            )
        rates = {post.vat_rate for post in table.posts} - {None}
        known = [rate for rate in rates if self.company_id._works_sale_tax(float(rate))]
        problems += [problem.message for problem in [*table.problems, *missing_rates(table, known)]]
        return table, problems

    @api.depends("state", "sheet", "heading", "column_ids.meaning", "tax_id", "mode")
    def _compute_preview(self):
        for wizard in self:
            wizard.ready = False
            wizard.preview = False
            if wizard.state == "preview":
                table, problems = wizard._read()
                wizard.ready = not problems
                wizard.preview = wizard._preview_html(table, problems)

    # --- writing ---

    def _units(self, posts):
        """Units of Odoo by unit of the file; an empty record for those that it does not know."""
        units = {}
        for written in {post.unit for post in posts} - {""}:
            xmlid = UNITS.get(plain(written.replace("²", "2").replace("³", "3")))
            unit = xmlid and self.env.ref(xmlid, raise_if_not_found=False)
            units[written] = unit or self.env["uom.uom"].search([("name", "=ilike", written)], limit=1)
        return units

    def action_import(self):
        """Create the posts, after those of the contract.

        :raises UserError: all that prevents it, at once; nothing is written then.
        """
        self.ensure_one()
        self.contract_id.check_access("write")
        table, problems = self._read()
        if problems:
            raise UserError("\n".join(problems))
        first = max(self.contract_id.line_ids.mapped("sequence"), default=0) + 1
        units = {"": self.env["uom.uom"], **self._units(table.posts)}
        taxes = {
            rate: self.company_id._works_sale_tax(float(rate)) for rate in {p.vat_rate for p in table.posts} - {None}
        }
        taxes[None] = self.tax_id
        self.env["works.contract.line"].create(
            [
                {
                    **self._post_values(post),
                    "sequence": sequence,
                    "uom_id": units[post.unit].id,
                    "tax_id": taxes[post.vat_rate].id,
                }
                for sequence, post in enumerate(table.posts, start=first)
            ]
        )
        self.contract_id.message_post(
            body=self.env._(
                "%(count)s posts imported from %(file)s: %(amount)s excl. tax.",
                count=len(table.posts),
                file=self.file_name or self.env._("the clipboard"),
                amount=euros(table.amount),
            )
        )
        return {"type": "ir.actions.act_window_close"}

    def _post_values(self, post):
        return {
            "contract_id": self.contract_id.id,
            "code": post.code,
            "name": post.name,
            "lot": post.lot,
            "quantity": float(post.quantity or 0),
            "price_unit": float(post.unit_price or 0),
            "amount": float(post.amount),
            "mode": "quantity" if post.unit_price is not None and post.quantity is None else self.mode,
            "amendment_id": self.amendment_id.id,
        }


class WorksPostImportColumn(models.TransientModel):
    """What one column of the file holds."""

    _name = "works.post.import.column"
    _description = "Column of an import of posts"
    _order = "position"

    import_id = fields.Many2one("works.post.import", required=True, ondelete="cascade")
    position = fields.Integer()
    letter = fields.Char("Column", help="Letter of the column in the spreadsheet.")
    heading = fields.Char(help="What the row of the headings says of it.")
    sample = fields.Char("Example", help="First value found below.")
    meaning = fields.Selection(
        [
            ("lot", "Lot"),
            ("code", "Code"),
            ("name", "Designation"),
            ("unit", "Unit"),
            ("quantity", "Quantity"),
            ("unit_price", "Unit price excl. tax"),
            ("amount", "Amount excl. tax"),
            ("vat", "VAT rate"),
        ],
        "Holds",
        help="What is read in this column. Empty: it is not read.",
    )


class WorksContract(models.Model):
    _inherit = "works.contract"

    def action_import_posts(self):
        """Open the import of posts for this contract."""
        self.ensure_one()
        self.check_access("write")
        wizard = self.env["works.post.import"].create({"contract_id": self.id})
        return wizard._reopen()
