from odoo import models
from odoo.tools import SQL


class AccountMove(models.Model):
    """Numbers that Chorus Pro accepts, in the journals that were given a legal prefix."""

    _inherit = "account.move"

    def _chorus_sequence_prefix(self):
        """Prefix of the numbers of this invoice's journal, empty when it keeps Odoo's own."""
        self.ensure_one()
        journal = self.journal_id
        if journal.type != "sale" or not journal.chorus_number_prefix or not self.date:
            return ""
        refund = "R" if journal.refund_sequence and self.move_type == "out_refund" else ""
        return refund + journal._chorus_prefix_of(self.date)

    def _get_starting_sequence(self):
        prefix = self._chorus_sequence_prefix()
        return f"{prefix}00000" if prefix else super()._get_starting_sequence()

    def _get_last_sequence(self, relaxed=False, with_prefix=None):
        """Only numbers under the journal's prefix count: a number typed in by hand starts no new series."""
        prefix = self._chorus_sequence_prefix()
        if not prefix or with_prefix is not None:
            return super()._get_last_sequence(relaxed=relaxed, with_prefix=with_prefix)
        self.flush_model(["name", "sequence_prefix", "sequence_number", "journal_id"])
        rows = self.env.execute_query(
            SQL(
                """
                SELECT name FROM account_move
                 WHERE journal_id = %s AND sequence_prefix = %s AND id != %s
                 ORDER BY sequence_number DESC
                 LIMIT 1
                """,
                self.journal_id.id,
                prefix,
                self._origin.id or 0,
            )
        )
        return rows[0][0] if rows else None

    def _sequence_matches_date(self):
        """A number outside the journal's own series says nothing of the date."""
        journal = self.journal_id
        if self._chorus_sequence_prefix() and self.name and not journal._chorus_is_of_series(self.name):
            return True
        return super()._sequence_matches_date()
