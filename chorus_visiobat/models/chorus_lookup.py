from datetime import timedelta

from odoo import api, fields, models

from .chorus_environment_mixin import ENVIRONMENTS
from .chorus_structure import IDENTIFIER_TYPES

ASKED_AGAIN = {"failed": timedelta(days=1)}
UNKNOWN_AGAIN = timedelta(days=7)
"""A number that could not be read, or that the directory does not know, is asked for again after this long, as long as
it is in use."""


class ChorusLookup(models.Model):
    """A number typed on a contact or named by a contract, which the directory of Chorus Pro is asked about.

    Typing never waits for the network: the question is queued, the directory's lane answers it within a minute.
    """

    _name = "chorus.lookup"
    _description = "Question to the directory of Chorus Pro"
    _order = "id"

    siret = fields.Char("SIRET", required=True, readonly=True, help="Number asked about.")
    identifier_type = fields.Selection(
        IDENTIFIER_TYPES, required=True, default="SIRET", readonly=True, help="Kind of number."
    )
    environment = fields.Selection(
        ENVIRONMENTS, required=True, readonly=True, help="Directory of Chorus Pro that is asked."
    )
    state = fields.Selection(
        [("waiting", "Being read"), ("known", "Known"), ("unknown", "Unknown"), ("failed", "Could not be read")],
        "Answer",
        required=True,
        default="waiting",
        readonly=True,
        help="What the directory says of this number.",
    )
    answer_date = fields.Datetime("Answered on", readonly=True, help="When the directory answered last.")
    message = fields.Char("Obstacle", readonly=True, help="Why the directory could not be read.")

    _question_uniq = models.Constraint("UNIQUE(siret, environment)", "This number is asked about already.")

    @api.model
    def _ask(self, numbers):
        """Have the directory read soon for these numbers, in every environment where somebody has an account, unless
        their card is there already or they were unknown lately.

        :param numbers: set of ``(identifier type, number)``
        """
        # sudo: whoever may save a contact asks, and the directory is the same for all
        accounts = self.env["chorus.account"].sudo().search([("state", "=", "active")])
        environments = set(accounts.mapped("environment"))
        numbers = {(kind, number) for kind, number in numbers if kind and number}
        if not environments or not numbers:
            return
        values = [number for _kind, number in numbers]
        domain = [("siret", "in", values), ("environment", "in", list(environments))]
        structures = self.env["chorus.structure"].sudo().search(domain)
        known = {(card.siret, card.environment) for card in structures}
        asked = {(lookup.siret, lookup.environment): lookup for lookup in self.sudo().search(domain)}
        new, reopened = [], self.browse()
        for kind, number in sorted(numbers):
            for environment in sorted(environments):
                key = (number, environment)
                lookup = asked.get(key)
                if key in known:
                    continue
                if not lookup:
                    new.append({"siret": number, "identifier_type": kind, "environment": environment})
                elif lookup._is_over():
                    lookup.write({"state": "waiting", "identifier_type": kind})
                    reopened |= lookup
        self.sudo().create(new)
        # Only for something new: the lane itself comes by here, and would never stop.
        if new or reopened:
            accounts[:1]._wake("chorus_visiobat.cron_directory")

    def _is_over(self):
        """Whether the answer is too old to be believed."""
        since = fields.Datetime.now() - ASKED_AGAIN.get(self.state, UNKNOWN_AGAIN)
        return self.state != "waiting" and (not self.answer_date or self.answer_date < since)

    def _answer(self, structure):
        """Keep the answer: the structure found, empty when the directory does not know the number."""
        state = "known" if structure else "unknown"
        self.write({"state": state, "answer_date": fields.Datetime.now(), "message": False})
        if structure:
            partners = self.env["res.partner"].sudo().search([("company_registry", "=", self.siret)])
            partners.filtered(lambda partner: not partner.chorus_structure_id).chorus_structure_id = structure

    def _fail(self, message):
        self.write({"state": "failed", "answer_date": fields.Datetime.now(), "message": message})
