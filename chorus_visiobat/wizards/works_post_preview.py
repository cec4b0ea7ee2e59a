from markupsafe import Markup

from odoo import models

from ..decompte import as_decimal
from ..decompte.wording import euros, number, percent

PREVIEWED = 15


class WorksPostImport(models.TransientModel):
    """What is shown of the posts read, before anything is written."""

    _inherit = "works.post.import"

    def _preview_html(self, table, problems):
        item = Markup("<li>%s</li>")
        parts = []
        if problems:
            parts.append(
                Markup("<div class='alert alert-danger'><strong>%s</strong><ul class='mb-0'>%s</ul></div>")
                % (self.env._("To be corrected first:"), Markup().join(item % one for one in problems))
            )
        parts.append(Markup("<ul>%s</ul>") % Markup().join(item % one for one in self._sentences(table)))
        if table.posts:
            parts.append(self._posts_html(table.posts))
        if table.skipped:
            parts.append(
                Markup("<details class='mt-2'><summary>%s</summary><ul>%s</ul></details>")
                % (
                    self.env._("Rows that are no posts: %(count)s", count=len(table.skipped)),
                    Markup().join(item % f"{line} – {why} – {text}" for line, why, text in table.skipped),
                )
            )
        return Markup().join(parts)

    def _sentences(self, table):
        lots = {post.lot for post in table.posts if post.lot}
        sentences = [
            self.env._(
                "%(count)s posts in %(lots)s lots, %(amount)s excl. tax.",
                count=len(table.posts),
                lots=len(lots),
                amount=euros(table.amount),
            )
        ]
        if table.total is not None:
            gap = table.amount - table.total
            sentences.append(
                self.env._("The total of the file is the same: %(total)s.", total=euros(table.total))
                if not gap
                else self.env._(
                    "The total of the file is %(total)s: %(gap)s apart. Look at the rows that are no posts.",
                    total=euros(table.total),
                    gap=euros(gap),
                )
            )
        known = set(self.contract_id.line_ids.filtered("code").mapped("code"))
        again = sorted({post.code for post in table.posts if post.code} & known)
        if again:
            sentences.append(
                self.env._("These codes are in the contract already, and would be there twice: %s.", ", ".join(again))
            )
        unknown = sorted(written for written, unit in self._units(table.posts).items() if not unit)
        if unknown:
            sentences.append(self.env._("Units that Odoo does not know, left empty: %s.", ", ".join(unknown)))
        return sentences + table.advice

    def _posts_html(self, posts):
        heads = (
            self.env._("Row"), self.env._("Lot"), self.env._("Code"), self.env._("Post"), self.env._("Unit"),
            self.env._("Quantity"), self.env._("Unit price"), self.env._("Amount"), self.env._("VAT"),
        )  # fmt: skip
        cell, right = Markup("<td>%s</td>"), Markup("<td class='text-end text-nowrap'>%s</td>")
        rows = [
            Markup("<tr>%s</tr>")
            % Markup().join(
                [cell % one for one in (post.line, post.lot, post.code, post.name, post.unit)]
                + [
                    right % one
                    for one in (
                        "" if post.quantity is None else number(post.quantity),
                        "" if post.unit_price is None else euros(post.unit_price),
                        euros(post.amount),
                        percent(as_decimal(self.tax_id.amount) if post.vat_rate is None else post.vat_rate),
                    )
                ]
            )
            for post in posts[:PREVIEWED]
        ]
        more = len(posts) - PREVIEWED
        return Markup("<table class='table table-sm mb-0'><tr>%s</tr>%s</table>%s") % (
            Markup().join(
                Markup("<th class='%s'>%s</th>") % ("text-end" if rank >= 5 else "", head)
                for rank, head in enumerate(heads)
            ),
            Markup().join(rows),
            Markup("<p class='text-muted'>%s</p>") % self.env._("… and %(count)s more.", count=more)
            if more > 0
            else "",
        )
