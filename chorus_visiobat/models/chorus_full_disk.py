from odoo import models
from odoo.exceptions import UserError


class ChorusAccount(models.Model):
    """A disk that is full: nothing leaves without the copy that proves it, and it is said."""

    _inherit = "chorus.account"

    def _no_room(self, error):
        """:param error: OSError met when the bytes were to be kept, before anything was sent"""
        return self.env._(
            "The server could not keep a copy of what it was about to send (%(reason)s): nothing was sent. "
            "Free some space on its disk; sending goes on by itself.",
            reason=error.strerror or type(error).__name__,
        )


class ChorusDocument(models.Model):
    _inherit = "chorus.document"

    def _queue(self):
        """:raise UserError: the server cannot keep the bytes; nothing is queued"""
        try:
            return super()._queue()
        except OSError as error:
            raise UserError(
                self.env._(
                    "The server cannot keep the files of these papers (%(reason)s): nothing was queued. "
                    "Have some space freed on its disk, then send again.",
                    reason=error.strerror or type(error).__name__,
                )
            ) from error
