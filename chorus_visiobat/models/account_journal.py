import re
import unicodedata

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..chorus_api.rules import check_invoice_number


class AccountJournal(models.Model):
    """Sales journal whose numbers Chorus Pro accepts: 1 to 20 characters, no accent (BT-1)."""

    _inherit = "account.journal"

    chorus_number_prefix = fields.Char(
        "Prefix for Chorus Pro",
        help="Start of the invoice numbers, for example F{year}/ for F2026/00001. {month} may be used too. "
        "Empty: Odoo's own numbering.",
        tracking=True,
    )
    chorus_number_example = fields.Char(
        "Next number", compute="_compute_chorus_number", help="Number that the next invoice will take."
    )
    chorus_number_warning = fields.Char(
        "Advice on the numbers",
        compute="_compute_chorus_number",
        help="Why Chorus Pro may refuse the numbers of this journal.",
    )

    @api.depends("type", "code", "chorus_number_prefix", "refund_sequence")
    def _compute_chorus_number(self):
        today = fields.Date.context_today(self)
        for journal in self:
            journal.chorus_number_example = journal.chorus_number_warning = False
            if journal.type != "sale" or not journal._origin:
                continue
            number = journal._chorus_next_number(today)
            refund = journal._chorus_next_number(today, "out_refund")
            journal.chorus_number_example = number
            problems = check_invoice_number(number) + check_invoice_number(refund)
            journal.chorus_number_warning = " ".join(dict.fromkeys(problems)) or False

    @api.constrains("chorus_number_prefix")
    def _check_chorus_number_prefix(self):
        for journal in self.filtered("chorus_number_prefix"):
            problems = journal._chorus_prefix_problems(journal.chorus_number_prefix)
            if problems:
                raise ValidationError("\n".join(problems))

    def _chorus_prefix_problems(self, prefix):
        """:return: list of str, empty when numbers of this prefix suit Chorus Pro."""
        shown = _dated(prefix, fields.Date.context_today(self))
        problems = check_invoice_number(f"R{shown}00001")
        if shown[-1:].isdigit():
            problems.append(self.env._("Prefix for Chorus Pro: end it with a sign such as / or -, before the counter."))
        return problems

    def _chorus_prefix_of(self, date):
        """:return: the prefix at a date (str), as ``F2026/``."""
        return _dated(self.chorus_number_prefix, date)

    def _chorus_is_of_series(self, number):
        """Whether a number belongs to this journal's own series, whatever its year."""
        pattern = re.escape(self.chorus_number_prefix)
        for part, digits in ((r"\{year\}", "[0-9]{4}"), (r"\{month\}", "[0-9]{2}")):
            pattern = pattern.replace(part, digits)
        return bool(re.fullmatch(f"R?{pattern}[0-9]+", number))

    def _chorus_next_format(self, date, move_type):
        move = self.env["account.move"].new(
            {"move_type": move_type, "journal_id": self._origin.id, "date": date, "company_id": self.company_id.id}
        )
        return move._get_next_sequence_format()

    def _chorus_next_number(self, date, move_type="out_invoice"):
        """Number that the next invoice or credit note of this journal would take.

        :param date date: accounting date
        :param str move_type: ``out_invoice`` or ``out_refund``
        :return: str; nothing is reserved
        """
        self.ensure_one()
        template, values = self._chorus_next_format(date, move_type)
        values["seq"] += 1
        return template.format(**values)

    def _chorus_keep_series(self, date):
        """Make the present series of numbers the journal's own, so that a number typed in by hand does not start
        another: Odoo goes on from the last name given, whatever it looks like.

        Series that cannot be told by a prefix (a suffix, years in two digits) are left to Odoo.
        """
        self.ensure_one()
        if self.chorus_number_prefix:
            return
        template, values = self._chorus_next_format(date, "out_invoice")
        head, counter, _tail = template.partition("{seq:0{seq_length}d}")
        if not counter or values.get("suffix") or values["year_end"] or values["year_length"] not in (0, 4):
            return
        head = head.replace("{year:0{year_length}d}", "{{year}}").replace("{month:02d}", "{{month}}")
        prefix = head.format(**values)
        if prefix and not self._chorus_prefix_problems(prefix):
            self.sudo().chorus_number_prefix = prefix

    def action_chorus_legal_numbers(self):
        """Give the journal a prefix that Chorus Pro accepts; the numbers given so far stay.

        Whoever invoices works may do it, hence the change beyond the access rights on journals.
        """
        self.check_access("read")
        self.env["works.situation"]._check_can_bill()
        for journal in self.sudo():
            ascii_code = unicodedata.normalize("NFKD", journal.code or "").encode("ascii", "ignore").decode()
            journal.chorus_number_prefix = (re.sub(r"[^A-Za-z0-9]", "", ascii_code)[:5] or "F") + "{year}/"


def _dated(prefix, date):
    return prefix.replace("{year}", f"{date.year:04d}").replace("{month}", f"{date.month:02d}")
